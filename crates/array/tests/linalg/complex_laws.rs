//! What factors of complex matrices fulfil, real ones as complex ones, and matrices that are singular or without elements.

use super::complex::*;
use super::*;

#[test]
fn laws() {
    for n in [1, 2, 3, 10, 40, 140] {
        let a = regular_complex(&[2], n) / (n as f64).sqrt();
        let s = definite_complex(&[2], n);
        let identity = eye(n).cast(DType::C128).broadcast_to([2, n, n]);
        let tolerance = 1e-12 * n as f64;
        let l = cholesky(&s);
        near(&l.matmul(&h(&l)), &s, tolerance);
        near(&l, &l.tril(0), 0.0);
        assert!(l.diagonal(0, -2, -1).imag().abs().max().item() == 0.0);
        let (q, r) = qr(&a);
        near(&q.matmul(&r), &a, tolerance);
        near(&h(&q).matmul(&q), &identity, tolerance);
        near(&r, &r.triu(0), 0.0);
        let diagonal = r.diagonal(0, -2, -1);
        assert!(diagonal.real().min().item() >= 0.0 && diagonal.imag().abs().max().item() == 0.0);
        let (low, u, order) = lu(&a);
        let permuted = a.take_along_axis(&order.expand_dims(-1).broadcast_to([2, n, n]), 1);
        near(&low.matmul(&u), &permuted, tolerance);
        let (u, sv, vh) = svd(&a);
        near(&(&u * sv.expand_dims(-2)).matmul(&vh), &a, tolerance);
        near(&h(&u).matmul(&u), &identity, tolerance);
        near(&vh.matmul(&h(&vh)), &identity, tolerance);
        near(&sv, &svdvals(&a), tolerance);
        assert_eq!((sv.dtype(), eigvalsh(&s).dtype()), (DType::F64, DType::F64));
        let (w, v) = eigh(&s);
        near(&s.matmul(&v), &(&v * w.expand_dims(-2)), tolerance * n as f64);
        near(&w, &eigvalsh(&s), tolerance * n as f64);
        let (w, v) = eig(&a);
        near(&a.matmul(&v), &(&v * w.expand_dims(-2)), tolerance * n as f64);
        near(&inv(&a).matmul(&a), &identity, 1e-9);
        let small = complex(&[2, n, n], 3) / 2.0;
        near(&expm(&small).matmul(&expm(&-&small)), &identity, 1e-9);
        let x = sqrtm(&s);
        near(&x.matmul(&x), &s, tolerance * n as f64);
        // i and −i are eigenvalues of the matrices' real forms, and no obstacle.
        let turn = &s + Complex64::I * eye(n);
        let x = solve_sylvester(&turn, &(&turn - s.real()), &small);
        near(&(turn.matmul(&x) + x.matmul(&(&turn - s.real()))), &small, tolerance * n as f64);
        let thin = a.slice_axis(2, 0, n.div_ceil(2), 1);
        near(
            &pinv(&thin).matmul(&thin),
            &eye(n.div_ceil(2)).cast(DType::C128).broadcast_to([2, n.div_ceil(2), n.div_ceil(2)]),
            1e-9,
        );
        let (sign, log) = slogdet(&a);
        close(&sign.abs(), &Array::ones(&[2], DType::F64), 1e-13);
        near(&(sign * log.exp()), &det(&a), 1e-9);
        assert_eq!(matrix_rank(&thin).to_vec::<i64>(), [n.div_ceil(2) as i64; 2]);
        near(&s.matmul(&cho_solve(&l, &small)), &small, 1e-9);
        near(&h(&l).matmul(&cho_solve(&l, &small)), &solve_triangular(&l, &small, Triangle::lower()), 1e-9);
        let frobenius = a.norm_axis(Norm::Two, [-2, -1]);
        close(&frobenius, &sv.norm_axis(Norm::Two, -1), 1e-12);
        close(&a.norm_axis(Norm::Nuclear, [-2, -1]), &sv.sum_axis(-1), 1e-12);
        close(&a.norm_axis(Norm::P(2.0), [-2, -1]), &sv.max_axis(-1), 1e-12);
    }
}

/// Complex matrices that are real have the results and derivatives of real ones.
#[test]
fn real_matrices_as_complex_ones() {
    for (name, f, at) in of_one() {
        if ["lu", "qr"].iter().any(|n| name.starts_with(n)) || ["u", "v", "vectors"].contains(&name) {
            continue;
        }
        let (y, z) = (f(&at), f(&at.cast(DType::C128)));
        let g = |a: &Array| grad(|a: &Array| f(a).real().sin().sum())(a).real();
        let checked = catch_unwind(AssertUnwindSafe(|| {
            close(&z.real(), &y, 1e-10);
            close(&g(&at.cast(DType::C128)), &g(&at), 1e-9);
        }));
        assert!(checked.is_ok(), "{name}")
    }
}

/// Cofactors and second derivatives of determinants at matrices of every rank, against the expansion by permutations.
#[test]
fn determinants_of_singular_matrices() {
    let leibniz = |a: &Array| {
        let at = |i: usize, j: usize| a.get((i, j));
        let minor = |j: usize, k: usize| at(1, j) * at(2, k) - at(1, k) * at(2, j);
        at(0, 0) * minor(1, 2) - at(0, 1) * minor(0, 2) + at(0, 2) * minor(0, 1)
    };
    for rank in 0..=3 {
        let a = complex(&[3, rank], 3).matmul(&complex(&[rank, 3], 4));
        near(&det(&a), &leibniz(&a), 1e-14);
        near(&holomorphic_grad(det)(&a), &holomorphic_grad(leibniz)(&a), 1e-13);
        let along = complex(&[3, 3], 5);
        let (_, moved) = jvp(holomorphic_grad(det))(&a, &along);
        near(&moved, &jvp(holomorphic_grad(leibniz))(&a, &along).1, 1e-12);
        let curved = |f: &dyn Fn(&Array) -> Array| {
            grad(|a: &Array| (holomorphic_grad(f)(a) * &along).sum().real())(&a)
        };
        near(&curved(&det), &curved(&leibniz), 1e-12);
    }
    check_grads(det, &complex(&[3, 3], 4), 3);
}

#[test]
fn what_has_no_answer_is_nan_in_its_place_alone() {
    let i = Complex64::I;
    let one = Complex64::ONE;
    let nan = |x: &Array| x.abs().to_vec::<f64>().iter().map(|x| x.is_nan()).collect::<Vec<_>>();
    let good = eye(2).cast(DType::C128) * 2.0;
    // Its second row is i times its first; the other has the eigenvalues 0 and 2, and one that is not positive.
    let singular = Array::from([[one, 2.0 * one], [i, 2.0 * i]]);
    let batch = stack(&[good.clone(), singular.clone()], 0);
    for x in [inv(&batch), solve(&batch, &complex(&[2, 2, 2], 1)), matrix_power(&batch, -1)] {
        assert_eq!(nan(&x), [[false; 4], [true; 4]].concat());
    }
    let indefinite = Array::from([[one, 2.0 * i], [-2.0 * i, one]]);
    assert_eq!(nan(&cholesky(&stack(&[good.clone(), indefinite], 0))), [[false; 4], [true; 4]].concat());
    let (sign, log) = slogdet(&batch);
    assert_eq!(sign.to_vec::<Complex64>(), [one, Complex64::ZERO]);
    assert_eq!(log.get(1).item(), f64::NEG_INFINITY);
    assert!(nan(&grad(|a: &Array| slogdet(a).1)(&singular)).iter().all(|x| *x));
    assert_eq!(matrix_rank(&batch).to_vec::<i64>(), [2, 1]);
    let bad = stack(&[good.clone(), Array::from([[one, f64::NAN * i], [0.0 * i, one]])], 0);
    spoilt_in_its_second(&bad);
    // Real forms with eigenvalues that are each other's negatives, of matrices without them; and with them.
    let turn = &good * i;
    near(&solve_sylvester(&turn, &turn, &good), &(&good / (4.0 * i)), 1e-15);
    assert_eq!(nan(&solve_sylvester(&turn, &-&turn, &good)), [true; 4]);
    // Equal values are no obstacle to derivatives of values.
    near(&grad(|a: &Array| eigvalsh(a).exp().sum())(&good), &(eye(2) * 2f64.exp()).cast(DType::C128), 1e-13);
    near(&grad(|a: &Array| svdvals(a).sum())(&good), &eye(2).cast(DType::C128), 1e-13);
    assert!(nan(&grad(|a: &Array| of_hermitian(a).real().sum())(&good)).iter().all(|x| *x));
}

#[test]
fn nothing_at_all() {
    for dtype in [DType::C128, DType::C64] {
        for shape in [&[0, 0][..], &[0, 3, 3], &[2, 0, 0]] {
            let a = Array::zeros(shape, dtype);
            let all: [Function; 10] = [
                cholesky,
                |a| lu(a).0,
                |a| qr(a).1,
                |a| svd(a).2,
                |a| eigh(a).1,
                inv,
                pinv,
                expm,
                sqrtm,
                |a| solve(a, a),
            ];
            for f in all {
                assert_eq!((f(&a).eval().shape(), f(&a).dtype()), (shape, dtype));
                assert_eq!(grad(|a: &Array| f(a).real().sum())(&a).eval().shape(), shape);
            }
            let of_numbers: [Function; 3] = [det, |a| slogdet(a).0, |a| slogdet(a).1.exp()];
            for f in of_numbers {
                assert!(f(&a).real().cast(DType::F64).to_vec::<f64>().iter().all(|&y| y == 1.0));
                assert_eq!(grad(|a: &Array| f(a).real().sum())(&a).eval().shape(), shape);
            }
        }
    }
}
