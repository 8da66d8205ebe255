//! Matrices that are singular, without a result, with equal eigenvalues, or without elements.

use super::*;

/// Cofactors and second derivatives of determinants at matrices of every rank, against the expansion by permutations.
#[test]
fn determinants_of_singular_matrices() {
    fn leibniz(a: &Array) -> Array {
        let n = a.shape()[0];
        if n == 0 {
            return Array::from(1.0);
        }
        let rest = a.slice_axis(0, 1, n - 1, 1);
        let term = |j: usize| {
            let minor =
                concatenate(&[rest.slice_axis(1, 0, j, 1), rest.slice_axis(1, j + 1, n - 1 - j, 1)], 1);
            a.get((0, j)) * leibniz(&minor) * if j.is_multiple_of(2) { 1.0 } else { -1.0 }
        };
        (0..n).map(term).reduce(|a, b| a + b).expect("columns")
    }
    for n in 1..5 {
        for rank in 0..=n {
            let a = numbers(&[n, rank], 3).matmul(&numbers(&[rank, n], 4));
            close(&det(&a), &leibniz(&a), 1e-14);
            close(&grad(det)(&a), &grad(leibniz)(&a), 1e-13);
            let along = numbers(&[n, n], 5);
            let hvp = |f: Function| grad(move |a: &Array| (grad(f)(a) * numbers(&[n, n], 5)).sum())(&a);
            close(&hvp(det), &hvp(leibniz), 1e-12);
            let (_, forward) = jvp(grad(det))(&a, &along);
            close(&forward, &hvp(leibniz), 1e-12);
        }
    }
    // Equal singular values, too.
    close(&grad(|a: &Array| grad(det)(a).square().sum())(&eye(3)), &(4.0 * eye(3)), 1e-13);
}

#[test]
fn what_has_no_answer_is_nan_in_its_place_alone() {
    let nan = |x: &Array| x.to_vec::<f64>().iter().map(|x| x.is_nan()).collect::<Vec<_>>();
    let (good, zero) = (eye(2) * 2.0, Array::from([[1.0, 2.0], [2.0, 4.0]]));
    let batch = stack(&[good.clone(), zero.clone()], 0);
    let b = Array::ones(&[2], DType::F64);
    for x in [inv(&batch), solve(&batch, &numbers(&[2, 2, 2], 1)), matrix_power(&batch, -1)] {
        assert_eq!(nan(&x), [[false; 4], [true; 4]].concat());
    }
    assert_eq!(nan(&solve(&zero, &b)), [true, true]);
    assert_eq!(nan(&solve_triangular(&zero.with_zero(), &b, Triangle::lower())), [true, true]);
    assert_eq!(nan(&solve_banded((0, 0), &Array::from([[1.0, 0.0]]), &b)), [true, true]);
    let indefinite = stack(&[good.clone(), Array::from([[1.0, 2.0], [2.0, 1.0]]), zero.clone()], 0);
    assert_eq!(nan(&cholesky(&indefinite).slice_axis(0, 0, 2, 1)), [[false; 4], [true; 4]].concat());
    assert_eq!(nan(&sqrtm(&stack(&[good.clone(), -&good], 0))), [[false; 4], [true; 4]].concat());
    assert_eq!(nan(&solve_sylvester(&good, &-&good, &good)), [true; 4]);
    // A zero eigenvalue is no obstacle to a square root.
    close(&sqrtm(&zero), &(&zero / 5f64.sqrt()), 1e-15);
    let (sign, log) = slogdet(&batch);
    assert_eq!((sign.to_vec::<f64>(), log.get(1).item()), (vec![1.0, 0.0], f64::NEG_INFINITY));
    assert!(grad(|a: &Array| slogdet(a).1)(&zero).to_vec::<f64>().iter().all(|x| x.is_nan()));
    assert_eq!(condition_number(&(&eye(2) * Array::from([1.0, 0.0]))).item(), f64::INFINITY);
    // Numbers that are not finite.
    let bad = stack(&[good.clone(), Array::from([[1.0, f64::NAN], [0.0, 1.0]])], 0);
    spoilt_in_its_second(&bad);
}

trait WithZero {
    fn with_zero(&self) -> Array;
}
impl WithZero for Array {
    /// With a zero on the diagonal.
    fn with_zero(&self) -> Array {
        self * Array::from([[1.0, 1.0], [1.0, 0.0]])
    }
}

/// Derivatives of values exist where they are equal; those of vectors do not, and say so.
#[test]
fn equal_eigenvalues() {
    let x = 2.0 * eye(3);
    close(&grad(|a: &Array| eigvalsh(a).exp().sum())(&x), &(eye(3) * 2f64.exp()), 1e-13);
    close(&grad(|a: &Array| svdvals(a).sum())(&x), &eye(3), 1e-13);
    close(&grad(|a: &Array| eigh(a).0.square().sum())(&x), &(4.0 * eye(3)), 1e-13);
    assert!(grad(|a: &Array| spectral(a).sum())(&x).to_vec::<f64>().iter().all(|x| x.is_nan()));
    // Where they divide by nothing, functions of matrices are exact.
    close(&grad(|a: &Array| expm(a).sum())(&x), &Array::full(&[3, 3], 2f64.exp(), DType::F64), 1e-13);
    close(&grad(|a: &Array| sqrtm(a).sum())(&eye(3)), &Array::full(&[3, 3], 0.5, DType::F64), 1e-13);
}

#[test]
fn nothing_at_all() {
    for dtype in [DType::F64, DType::F32] {
        for shape in [&[0, 0][..], &[0, 3, 3], &[2, 0, 0]] {
            let a = Array::zeros(shape, dtype);
            let lead = &shape[..shape.len() - 2];
            let all: [Function; 12] = [
                cholesky,
                |a| lu(a).0,
                |a| qr(a).1,
                |a| svd(a).2,
                |a| eigh(a).1,
                inv,
                pinv,
                expm,
                sqrtm,
                |a| matrix_power(a, 3),
                |a| solve(a, a),
                |a| solve_sylvester(a, a, a),
            ];
            for f in all {
                assert_eq!(f(&a).eval().shape(), shape);
                assert_eq!(grad(|a: &Array| f(a).sum())(&a).eval().shape(), shape);
            }
            let of_numbers: [Function; 3] = [det, |a| slogdet(a).0, |a| slogdet(a).1.exp()];
            for f in of_numbers {
                let y = f(&a);
                assert_eq!(y.shape(), lead);
                assert!(y.cast(DType::F64).to_vec::<f64>().iter().all(|&y| y == 1.0));
                assert_eq!(grad(|a: &Array| f(a).sum())(&a).eval().shape(), shape);
            }
        }
    }
    let thin = Array::zeros(&[3, 0], DType::F64);
    let (q, r) = qr(&thin);
    assert_eq!((q.eval().shape(), r.eval().shape()), (&[3, 0][..], &[0, 0][..]));
    let (u, s, vt) = svd(&t(&thin));
    assert_eq!((u.shape(), s.eval().shape(), vt.shape()), (&[0, 0][..], &[0][..], &[0, 3][..]));
    assert_eq!(solve(&eye(2), &Array::zeros(&[2, 0], DType::F64)).eval().shape(), [2, 0]);
    assert_eq!(lstsq(&thin, &Array::ones(&[3], DType::F64)).eval().shape(), [0]);
    assert_eq!(block_diag(&[thin.clone(), eye(1)]).to_vec::<f64>(), [0.0, 0.0, 0.0, 1.0]);
}
