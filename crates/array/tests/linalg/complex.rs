//! Complex matrices: derivatives in both modes to second order, laws, batches, single precision, singular matrices.

use super::*;

/// Arbitrary complex numbers, of a shape.
fn complex(shape: &[usize], salt: u64) -> Array {
    Array::complex(numbers(shape, salt), numbers(shape, salt + 100))
}
/// The conjugate transpose.
#[track_caller]
fn h(x: &Array) -> Array {
    t(&x.conj())
}
fn regular_complex(lead: &[usize], n: usize) -> Array {
    complex(&[lead, &[n, n]].concat(), 5) + 2.0 * eye(n)
}
/// A Hermitian positive definite one with separated eigenvalues.
fn definite_complex(lead: &[usize], n: usize) -> Array {
    let x = complex(&[lead, &[n, n]].concat(), 6);
    x.matmul(&h(&x)) + 0.5 * eye(n) + Array::range(n, DType::F64).diag(0)
}
#[track_caller]
fn near(x: &Array, y: &Array, tolerance: f64) {
    assert_eq!((x.shape(), x.dtype().is_complex()), (y.shape(), y.dtype().is_complex()));
    close(&x.real(), &y.real(), tolerance);
    close(&x.imag(), &y.imag(), tolerance);
}
/// Real numbers beside complex ones, all as complex ones in a row.
fn beside(x: &[Array]) -> Array {
    let complex = |x: &Array| x.cast(x.dtype().complex()).ravel();
    concatenate(&x.iter().map(complex).collect::<Vec<_>>(), 0)
}
/// V f(w) Vᴴ.
fn of_hermitian(a: &Array) -> Array {
    let (w, v) = eigh(a);
    (&v * w.exp().expand_dims(-2)).matmul(&h(&v))
}
/// U f(s) Vᴴ.
fn of_singular(a: &Array) -> Array {
    let (u, s, vh) = svd(a);
    (u * s.square().expand_dims(-2)).matmul(&vh)
}

/// Every function of one complex matrix, where it is smooth and no matter of phases: name, function, point.
fn of_one_complex() -> Vec<(&'static str, Function, Array)> {
    let (tall, wide) = (complex(&[4, 3], 7), complex(&[2, 4], 8));
    let at = || regular_complex(&[], 3);
    vec![
        ("cholesky", cholesky, definite_complex(&[], 3)),
        ("lu", |a| lu(a).0.matmul(&lu(a).1.sin()), at()),
        ("lu tall", |a| lu(a).0.matmul(&lu(a).1.sin()), tall.clone()),
        ("qr", |a| beside(&[qr(a).0, qr(a).1]), at()),
        ("qr tall", |a| beside(&[qr(a).0, qr(a).1]), tall.clone()),
        ("qr wide", |a| beside(&[qr(a).0, qr(a).1]), wide.clone()),
        ("q", |a| qr(a).0, tall.clone()),
        ("r", |a| qr(a).1, tall.clone()),
        ("svd", of_singular, at()),
        ("svd tall", of_singular, tall.clone()),
        ("svd wide", of_singular, wide.clone()),
        ("u", |a| svd(a).0.abs_squared(), tall.clone()),
        ("s", |a| svd(a).1, tall.clone()),
        ("v", |a| svd(a).2.abs_squared(), wide.clone()),
        ("svdvals", svdvals, tall.clone()),
        ("eigh", of_hermitian, definite_complex(&[], 3)),
        ("w", |a| eigh(a).0, definite_complex(&[], 3)),
        ("vectors", |a| eigh(a).1.abs_squared(), definite_complex(&[], 3)),
        ("eigvalsh", eigvalsh, definite_complex(&[], 3)),
        ("eig", |a| eig(a).0.powi(3).sum_axis(-1), at()),
        ("eigenvectors", |a| eig(a).1.abs_squared().square().sum_axis([-2, -1]), at()),
        ("det", det, at()),
        ("slogdet", |a| beside(&[slogdet(a).0, slogdet(a).1]), at()),
        ("sign", |a| slogdet(a).0, at()),
        ("logarithm", |a| slogdet(a).1, at()),
        ("inv", inv, at()),
        ("pinv", pinv, at()),
        ("pinv tall", pinv, tall.clone()),
        ("pinv wide", pinv, wide.clone()),
        ("matrix_power", |a| matrix_power(a, 3), at()),
        ("negative power", |a| matrix_power(a, -2), at()),
        ("expm", expm, complex(&[3, 3], 9)),
        ("sqrtm", sqrtm, at()),
        ("condition number", condition_number, tall.clone()),
        ("norm", |a| a.norm_axis(Norm::Two, [-2, -1]), tall.clone()),
        ("norm of vectors", |a| a.norm_axis(Norm::P(3.0), -1), tall.clone()),
        ("norm 1", |a| a.norm_axis(Norm::P(1.0), [-2, -1]), tall.clone()),
        ("norm 2", |a| a.norm_axis(Norm::P(2.0), [-2, -1]), tall.clone()),
        ("norm -2", |a| a.norm_axis(Norm::P(-2.0), [-2, -1]), tall.clone()),
        ("norm of rows", |a| a.norm_axis(Norm::P(f64::INFINITY), [-2, -1]), tall.clone()),
        ("nuclear norm", |a| a.norm_axis(Norm::Nuclear, [-2, -1]), tall),
    ]
}

/// Functions of a matrix and a side, of which one is complex at least.
fn of_two_complex() -> Vec<(&'static str, OfPair, Pair)> {
    let (a, side) = (|| regular_complex(&[], 3), || complex(&[3, 2], 11));
    vec![
        ("solve", |(a, b)| solve(a, b), (a(), side())),
        ("solve a vector", |(a, b)| solve(a, b), (a(), complex(&[3], 12))),
        ("solve a real side", |(a, b)| solve(a, b), (a(), numbers(&[3], 4))),
        ("solve real matrices", |(a, b)| solve(a, b), (regular(&[], 3), side())),
        ("lower", |(a, b)| solve_triangular(a, b, Triangle::lower()), (a(), side())),
        ("adjoint", |(a, b)| solve_triangular(&a.conj(), b, Triangle::upper().transposed()), (a(), side())),
        ("unit", |(a, b)| solve_triangular(a, b, Triangle::upper().unit_diagonal()), (a(), side())),
        ("cho_solve", |(a, b)| cho_solve(a, b), (a(), side())),
        ("lstsq", |(a, b)| lstsq(a, b), (complex(&[4, 3], 7), complex(&[4], 3))),
        ("lstsq wide", |(a, b)| lstsq(a, b), (complex(&[2, 3], 7), complex(&[2, 2], 3))),
        ("banded", |(a, b)| solve_banded((1, 1), a, b), (complex(&[3, 4], 2) + 2.0, complex(&[4], 9))),
    ]
}

#[test]
fn derivatives() {
    for (name, f, at) in of_one_complex() {
        let checked = catch_unwind(AssertUnwindSafe(|| check_grads(f, &at, 2)));
        assert!(checked.is_ok(), "{name}")
    }
    for (name, f, at) in of_two_complex() {
        let checked = catch_unwind(AssertUnwindSafe(|| check_grads(f, &at, 2)));
        assert!(checked.is_ok(), "{name}")
    }
}

/// A real loss of the elements, whatever they are.
fn loss(f: Function) -> impl Fn(&Array) -> Array + Copy {
    move |a| (1.0 + f(a).abs_squared()).ln().sum()
}

/// The gradient is ∂L/∂x − i ∂L/∂y, one element after the other.
#[test]
fn gradients_by_differences() {
    let h = 1e-5;
    for (name, f, at) in of_one_complex() {
        let g = grad(loss(f))(&at).to_vec::<Complex64>();
        let z = at.to_vec::<Complex64>();
        let along = |i: usize, dz: Complex64| {
            let moved = |s: f64| {
                let mut z = z.clone();
                z[i] += s * dz;
                loss(f)(&Array::from_slice(&z, at.shape())).item()
            };
            (moved(h) - moved(-h)) / (2.0 * h)
        };
        for (i, g) in g.iter().enumerate() {
            let want = Complex64::new(along(i, Complex64::ONE), -along(i, Complex64::I));
            assert!((g - want).norm() < 1e-6 * (1.0 + want.norm()), "{name}: {g} instead of {want}")
        }
    }
}

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
fn batches_are_their_members() {
    for (name, f, at) in of_one_complex() {
        let members: Vec<Array> = (0..3).map(|k| &at * (1.0 + 0.1 * k as f64)).collect();
        let all = stack(&members, 0);
        let each = |g: &dyn Fn(&Array) -> Array| stack(&members.iter().map(g).collect::<Vec<_>>(), 0);
        let second = move |a: &Array| grad(move |a: &Array| (grad(loss(f))(a) * a).real().sum())(a);
        let checked = catch_unwind(AssertUnwindSafe(|| {
            near(&vmap(f)(&all), &each(&f), 1e-11);
            near(&vmap(grad(loss(f)))(&all), &each(&|a| grad(loss(f))(a)), 1e-10);
            near(&vmap(second)(&all), &each(&|a| second(a)), 1e-9);
            near(&jit(grad(loss(f)))(&at), &grad(loss(f))(&at), 1e-12);
            // Those that ravel are for one matrix.
            if !name.starts_with("qr") && name != "slogdet" {
                near(&f(&all), &each(&f), 1e-12);
                near(&grad(loss(f))(&all), &each(&|a| grad(loss(f))(a)), 1e-11);
            }
        }));
        assert!(checked.is_ok(), "{name}")
    }
}

#[test]
fn single_precision_agrees() {
    for (name, f, at) in of_one_complex() {
        let (single, at) = (at.cast(DType::C64), at.cast(DType::C64).cast(DType::C128));
        let (y, g) = (f(&single), grad(loss(f))(&single));
        assert_eq!((y.dtype().real(), g.dtype()), (DType::F32, DType::C64), "{name}");
        near(&y.cast(f(&at).dtype()), &f(&at), 2e-4);
        near(&g.cast(DType::C128), &grad(loss(f))(&at), 5e-3);
    }
    for (name, f, (a, b)) in of_two_complex() {
        let single = |x: &Array| x.cast(if x.dtype().is_complex() { DType::C64 } else { DType::F32 });
        let y = f(&(single(&a), single(&b)));
        assert_eq!(y.dtype(), DType::C64, "{name}");
        near(&y.cast(DType::C128), &f(&(a, b)), 2e-4);
    }
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
    let all: [Function; 12] = [
        cholesky,
        |a| qr(a).0,
        |a| svd(a).0,
        svdvals,
        |a| eigh(a).1,
        eigvalsh,
        inv,
        det,
        pinv,
        expm,
        sqrtm,
        |a| slogdet(a).1,
    ];
    for f in all {
        let (one, two) = (nan(&f(&bad).get(0)), nan(&f(&bad).get(1)));
        assert!(one.iter().all(|x| !x) && two.iter().all(|x| *x), "{one:?} {two:?}")
    }
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
