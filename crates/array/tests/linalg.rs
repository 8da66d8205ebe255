//! Linear algebra: derivatives in both modes to second order, laws, batches against single matrices, single precision,
//! matrices without elements, singular ones, and every message.
#![cfg(feature = "linalg")]

use pullback_array::check::check_grads;
use pullback_array::linalg::{cond, *};
use pullback_array::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Arbitrary numbers in −1..1, of a shape.
fn numbers(shape: &[usize], salt: u64) -> Array {
    let mut state = salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..20).for_each(|_| {
        next();
    });
    let data: Vec<f64> = (0..shape.iter().product()).map(|_| next()).collect();
    Array::from_slice(&data, shape)
}
fn t(x: &Array) -> Array {
    x.swapaxes(-1, -2)
}
fn eye(n: usize) -> Array {
    Array::identity(n, DType::F64)
}
/// A regular matrix far from singular ones, of order n.
fn regular(lead: &[usize], n: usize) -> Array {
    numbers(&[lead, &[n, n]].concat(), 5) + 2.0 * eye(n)
}
/// A symmetric positive definite one with separated eigenvalues.
fn definite(lead: &[usize], n: usize) -> Array {
    let x = numbers(&[lead, &[n, n]].concat(), 6);
    x.matmul(&t(&x)) + 0.5 * eye(n) + Array::range(n, DType::F64).diag(0)
}
fn tall() -> Array {
    numbers(&[4, 3], 7)
}
fn wide() -> Array {
    numbers(&[2, 4], 8)
}
/// V f(w) Vᵀ.
fn spectral(a: &Array) -> Array {
    let (w, v) = eigh(a);
    (&v * w.exp().expand_dims(-2)).matmul(&t(&v))
}
/// U f(s) Vᵀ.
fn singular(a: &Array) -> Array {
    let (u, s, vt) = svd(a);
    (u * s.square().expand_dims(-2)).matmul(&vt)
}
fn both(x: (Array, Array)) -> Array {
    concatenate(&[x.0.ravel(), x.1.ravel()], 0)
}
fn factors(a: &Array) -> Array {
    let (l, u, _) = lu(a);
    both((l, u))
}
/// The order 5 band matrix whose diagonals these are, one below the main one and two above.
fn from_bands(bands: &Array) -> Array {
    (0..4)
        .map(|k| {
            bands
                .get(k)
                .slice_axis(-1, 2usize.saturating_sub(k), 5 - (2 - k as isize).unsigned_abs(), 1)
                .diag(2 - k as isize)
        })
        .reduce(|a, b| a + b)
        .expect("rows")
}

#[track_caller]
fn close(x: &Array, y: &Array, tolerance: f64) {
    assert_eq!(x.shape(), y.shape());
    for (x, y) in x.cast(DType::F64).to_vec::<f64>().into_iter().zip(y.cast(DType::F64).to_vec::<f64>()) {
        assert!((x - y).abs() <= tolerance * (1.0 + y.abs()), "{x} instead of {y}")
    }
}

type Function = fn(&Array) -> Array;

/// Every function of one matrix, where it is smooth: name, function, point.
fn of_one() -> Vec<(&'static str, Function, Array)> {
    vec![
        ("cholesky", cholesky, definite(&[], 3)),
        ("lu", factors, regular(&[], 3)),
        ("lu tall", factors, tall()),
        ("lu wide", factors, wide()),
        ("qr", |a| both(qr(a)), regular(&[], 3)),
        ("qr tall", |a| both(qr(a)), tall()),
        ("qr wide", |a| both(qr(a)), wide()),
        ("q", |a| qr(a).0, tall()),
        ("r", |a| qr(a).1, tall()),
        ("svd", singular, regular(&[], 3)),
        ("svd tall", singular, tall()),
        ("svd wide", singular, wide()),
        ("u", |a| svd(a).0.square(), tall()),
        ("vt", |a| svd(a).2.square(), wide()),
        ("s", |a| svd(a).1, tall()),
        ("svdvals", svdvals, wide()),
        ("eigh", spectral, definite(&[], 3)),
        ("eigenvectors", |a| eigh(a).1.square(), definite(&[], 3)),
        ("eigenvalues", |a| eigh(a).0, definite(&[], 3)),
        ("eigvalsh", eigvalsh, definite(&[], 3)),
        ("inv", inv, regular(&[], 3)),
        ("det", det, regular(&[], 3)),
        ("slogdet", |a| slogdet(a).1, regular(&[], 3)),
        ("pinv", pinv, regular(&[], 3)),
        ("pinv tall", pinv, tall()),
        ("pinv wide", pinv, wide()),
        ("matrix_power", |a| matrix_power(a, 5), regular(&[], 2)),
        ("matrix_power 0", |a| matrix_power(a, 0) * a, regular(&[], 2)),
        ("matrix_power negative", |a| matrix_power(a, -3), regular(&[], 2)),
        ("expm", expm, numbers(&[3, 3], 1)),
        ("expm scaled", |a| expm(&(a * 9.0)).sin(), numbers(&[2, 2], 1) * 0.3),
        ("sqrtm", sqrtm, regular(&[], 3)),
        ("sqrtm symmetric", sqrtm, definite(&[], 3)),
        ("cond", cond, regular(&[], 3)),
        ("norm 2", |a| a.norm_axis(Norm::P(2.0), [0, 1]), tall()),
        ("norm -2", |a| a.norm_axis(Norm::P(-2.0), keep([0, 1])), tall()),
        ("norm nuclear", |a| a.norm_axis(Norm::Nuclear, [1, 0]), tall()),
        ("block_diag", |a| block_diag(&[a.clone(), a.sum(), a.get(0)]), tall()),
    ]
}

type Pair = (Array, Array);
/// Every function of a matrix and a right-hand side.
fn of_two() -> Vec<(&'static str, fn(&Pair) -> Array, Pair)> {
    let pair = |b: &[usize]| (regular(&[], 3), numbers(b, 9));
    vec![
        ("solve", |(a, b)| solve(a, b), pair(&[3, 2])),
        ("solve vector", |(a, b)| solve(a, b), pair(&[3])),
        ("solve broadcast", |(a, b)| solve(a, b), pair(&[2, 3, 1])),
        ("lower", |(a, b)| solve_triangular(a, b, Triangle::lower()), pair(&[3])),
        ("upper", |(a, b)| solve_triangular(a, b, Triangle::upper()), pair(&[3, 2])),
        ("lowerᵀ", |(a, b)| solve_triangular(a, b, Triangle::lower().transposed()), pair(&[3, 2])),
        ("upperᵀ", |(a, b)| solve_triangular(a, b, Triangle::upper().transposed()), pair(&[3])),
        ("unit", |(a, b)| solve_triangular(a, b, Triangle::lower().unit_diagonal()), pair(&[3])),
        (
            "unitᵀ",
            |(a, b)| solve_triangular(a, b, Triangle::upper().transposed().unit_diagonal()),
            pair(&[3]),
        ),
        ("cho_solve", |(a, b)| cho_solve(&cholesky(a), b), (definite(&[], 3), numbers(&[3, 2], 9))),
        ("lstsq", |(a, b)| lstsq(a, b), (tall(), numbers(&[4], 9))),
        ("lstsq wide", |(a, b)| lstsq(a, b), (wide(), numbers(&[2, 2], 9))),
        ("sylvester", |(a, q)| solve_sylvester(a, &t(a), q), pair(&[3, 3])),
        ("sylvester in b", |(b, q)| solve_sylvester(&eye(2), b, q), pair(&[2, 3])),
        ("banded", |(a, b)| solve_banded((1, 2), a, b), (numbers(&[4, 5], 4) + 2.0, numbers(&[5, 2], 9))),
        ("tridiagonal", |(a, b)| solve_banded((1, 1), a, b), (numbers(&[3, 4], 2) + 2.0, numbers(&[4], 9))),
    ]
}

#[test]
fn derivatives_of_one_matrix() {
    for (name, f, at) in of_one() {
        let checked = catch_unwind(AssertUnwindSafe(|| check_grads(f, &at, 2)));
        assert!(checked.is_ok(), "{name}")
    }
}

#[test]
fn derivatives_of_matrix_and_side() {
    for (name, f, at) in of_two() {
        let checked = catch_unwind(AssertUnwindSafe(|| check_grads(f, &at, 2)));
        assert!(checked.is_ok(), "{name}")
    }
}

#[test]
fn third_derivatives() {
    for (name, f, at) in of_one() {
        if ["cholesky", "det", "inv", "expm", "svdvals", "eigh", "qr tall", "sqrtm"].contains(&name) {
            let checked = catch_unwind(AssertUnwindSafe(|| check_grads(f, &at, 3)));
            assert!(checked.is_ok(), "{name}")
        }
    }
}

/// Values, gradients and gradients of gradients of a batch are those of its members, by leading axes and by `vmap`.
#[test]
fn batches_are_their_members() {
    let loss = |f: Function| move |a: &Array| f(a).sin().sum();
    let second = |f: Function| move |a: &Array| grad(move |a: &Array| (grad(loss(f))(a) * a).sum())(a);
    for (name, f, at) in of_one() {
        let members: Vec<Array> = (0..3).map(|k| &at * (1.0 + 0.1 * k as f64)).collect();
        let all = stack(&members, 0);
        let each = |g: &dyn Fn(&Array) -> Array| stack(&members.iter().map(g).collect::<Vec<_>>(), 0);
        for (mapped, want) in [
            (vmap(f)(&all), each(&f)),
            (vmap(grad(loss(f)))(&all), each(&|a| grad(loss(f))(a))),
            (vmap(second(f))(&all), each(&|a| second(f)(a))),
        ] {
            let checked = catch_unwind(AssertUnwindSafe(|| close(&mapped, &want, 1e-11)));
            assert!(checked.is_ok(), "vmap of {name}")
        }
        // Those that ravel or name axes are for one matrix.
        if ["lu", "qr", "norm", "block_diag"].iter().any(|n| name.starts_with(n)) {
            continue;
        }
        let batch =
            all.reshape([&[3, 1], at.shape()].concat().iter().map(|&n| n as isize).collect::<Vec<_>>());
        let want = each(&f);
        close(&f(&batch).reshape(want.shape().iter().map(|&n| n as isize).collect::<Vec<_>>()), &want, 1e-13);
        let g = grad(loss(f))(&batch);
        close(&g.squeeze_axis(1), &each(&|a| grad(loss(f))(a)), 1e-11);
    }
    for (name, f, (a, b)) in of_two() {
        let pairs = [1.0, 1.1].map(|s| (&a * s, &b * s));
        let (left, right) = (pairs.clone().map(|p| p.0), pairs.clone().map(|p| p.1));
        let got = vmap(f)(&(stack(&left, 0), stack(&right, 0)));
        close(&got, &stack(&pairs.each_ref().map(f), 0), 1e-12);
        // A matrix for all sides, and a side for all matrices.
        let side = vmap(|b: &Array| f(&(a.clone(), b.clone())))(&stack(&right, 0));
        close(&side, &stack(&right.each_ref().map(|b| f(&(a.clone(), b.clone()))), 0), 1e-12);
        let sum = |p: &Pair| f(p).sin().sum();
        let g = vmap(grad(sum))(&(stack(&left, 0), stack(&right, 0))).0;
        close(&g, &stack(&pairs.each_ref().map(|p| grad(sum)(p).0), 0), 1e-11);
        assert!(!name.is_empty());
    }
}

#[test]
fn jitted_functions_are_the_same() {
    for (_, f, at) in of_one() {
        let loss = move |a: &Array| f(a).sin().sum();
        close(&jit(grad(loss))(&at), &grad(loss)(&at), 1e-13);
    }
}

#[test]
fn laws() {
    for n in [1, 2, 3, 10, 40, 140] {
        let a = regular(&[2], n) / (n as f64).sqrt();
        let s = definite(&[2], n);
        let identity = eye(n).broadcast_to(&[2, n, n]);
        let tolerance = 1e-12 * n as f64;
        let l = cholesky(&s);
        close(&l.matmul(&t(&l)), &s, tolerance);
        close(&l, &l.tril(0), 0.0);
        let (q, r) = qr(&a);
        close(&q.matmul(&r), &a, tolerance);
        close(&t(&q).matmul(&q), &identity, tolerance);
        close(&r, &r.triu(0), 0.0);
        assert!(r.diagonal(0, -2, -1).min().item() >= 0.0);
        let (low, u, order) = lu(&a);
        let permuted = low.matmul(&u);
        close(&permuted, &a.take_along_axis(&order.expand_dims(-1).broadcast_to(&[2, n, n]), 1), tolerance);
        let (u, sv, vt) = svd(&a);
        close(&(&u * sv.expand_dims(-2)).matmul(&vt), &a, tolerance);
        close(&t(&u).matmul(&u), &identity, tolerance);
        close(&sv, &svdvals(&a), tolerance);
        let (w, v) = eigh(&s);
        close(&s.matmul(&v), &(&v * w.expand_dims(-2)), tolerance * n as f64);
        close(&w, &eigvalsh(&s), tolerance * n as f64);
        close(&inv(&a).matmul(&a), &identity, 1e-9);
        let small = numbers(&[2, n, n], 3);
        close(&expm(&small).matmul(&expm(&-&small)), &identity, 1e-9);
        let x = sqrtm(&s);
        close(&x.matmul(&x), &s, tolerance * n as f64);
        let b = s.get(0);
        let x = solve_sylvester(&s, &b, &small);
        close(&(s.matmul(&x) + x.matmul(&b)), &small, tolerance * n as f64);
        let p = pinv(&a.slice_axis(2, 0, n.div_ceil(2), 1));
        close(
            &p.matmul(&a.slice_axis(2, 0, n.div_ceil(2), 1)),
            &eye(n.div_ceil(2)).broadcast_to(p.matmul(&a.slice_axis(2, 0, n.div_ceil(2), 1)).shape()),
            1e-9,
        );
        let (sign, log) = slogdet(&a);
        close(&(sign * log.exp()), &det(&a), 1e-9);
    }
}

/// Sylvester's equation and square roots where eigenvalues are complex, for all sizes of blocks.
#[test]
fn complex_eigenvalues() {
    for n in [2, 3, 5, 8, 31] {
        let turn = |n: usize, s: u64| {
            let x = numbers(&[n, n], s);
            &x - t(&x) + 0.3 * eye(n) + 0.1 * numbers(&[n, n], s + 1)
        };
        let (a, b, q) = (turn(n, 1), turn(4, 2), numbers(&[n, 4], 3));
        let x = solve_sylvester(&a, &b, &q);
        close(&(a.matmul(&x) + x.matmul(&b)), &q, 1e-10);
        let a = turn(n, 4) + 2.0 * eye(n);
        let x = sqrtm(&a);
        close(&x.matmul(&x), &a, 1e-10);
    }
}

#[test]
fn band_matrices() {
    for n in [1, 2, 5, 9] {
        for (lower, upper) in [(0, 0), (1, 1), (2, 1), (0, 3), (3, 0)] {
            let bands = numbers(&[lower + upper + 1, n], 3);
            let (rows, b) = (bands.to_vec::<f64>(), numbers(&[n, 2], 4));
            let mut dense = vec![0.0; n * n];
            for i in 0..n {
                for j in i.saturating_sub(lower)..(i + upper + 1).min(n) {
                    dense[i * n + j] = rows[(upper + i - j) * n + j]
                }
            }
            close(
                &solve_banded((lower, upper), &bands, &b),
                &solve(&Array::from_slice(&dense, &[n, n]), &b),
                1e-9,
            );
        }
    }
    let bands = numbers(&[4, 5], 4) + 2.0;
    let b = numbers(&[5], 9);
    let banded = grad(|a: &Array| solve_banded((1, 2), a, &b).sin().sum())(&bands);
    let dense = grad(|a: &Array| solve(&from_bands(a), &b).sin().sum())(&bands);
    close(&banded, &dense, 1e-11);
}

#[test]
fn known_values() {
    // Rotations: exp of an antisymmetric matrix; large norms are scaled.
    for angle in [0.01, 0.2, 0.9, 2.0, 5.0, 50.0, 1000.0] {
        let e = expm(&Array::from([[0.0, -angle], [angle, 0.0]]));
        close(
            &e,
            &Array::from([[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]]),
            1e-12 * (1.0 + angle),
        );
    }
    // A huge cotangent does not change the scale at which the exponential is taken.
    let a = numbers(&[3, 3], 2);
    let g = |s: f64| grad(|a: &Array| expm(a).sum() * s)(&a);
    close(&(g(1e12) * 1e-12), &g(1.0), 1e-13);
    close(&svdvals(&Array::from([[3.0, 0.0], [0.0, -5.0], [0.0, 0.0]])), &Array::from([5.0, 3.0]), 1e-15);
    close(&Array::from([[3.0, 0.0], [4.0, 0.0]]).norm_axis(Norm::Nuclear, [0, 1]), &Array::from(5.0), 1e-15);
    close(&det(&Array::from([[0.0, 1.0], [1.0, 0.0]])), &Array::from(-1.0), 0.0);
    assert_eq!(matrix_rank(&stack(&[eye(3), Array::zeros(&[3, 3], DType::F64)], 0)).to_vec::<i64>(), [3, 0]);
}

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
            a.get((0, j)) * leibniz(&minor) * if j % 2 == 0 { 1.0 } else { -1.0 }
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
    assert_eq!(cond(&(&eye(2) * Array::from([1.0, 0.0]))).item(), f64::INFINITY);
    // Numbers that are not finite.
    let bad = stack(&[good.clone(), Array::from([[1.0, f64::NAN], [0.0, 1.0]])], 0);
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
fn single_precision_agrees() {
    let single = |x: &Array| x.cast(DType::F32);
    for (name, f, at) in of_one() {
        let at = single(&at).cast(DType::F64);
        let loss = move |a: &Array| f(a).sin().sum();
        let (y, g) = (f(&single(&at)), grad(loss)(&single(&at)));
        assert_eq!((y.dtype(), g.dtype()), (DType::F32, DType::F32), "{name}");
        close(&y, &f(&at), 2e-4);
        close(&g, &grad(loss)(&at), 2e-3);
    }
    for (name, f, (a, b)) in of_two() {
        let (a, b) = (single(&a).cast(DType::F64), single(&b).cast(DType::F64));
        if name == "sylvester in b" {
            continue;
        }
        let y = f(&(single(&a), single(&b)));
        assert_eq!(y.dtype(), DType::F32, "{name}");
        close(&y, &f(&(a, b)), 2e-4);
    }
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

#[test]
fn the_same_bits_on_one_thread_and_many() {
    let run = || {
        let a = definite(&[40], 12);
        let (w, v) = eigh(&a);
        let (u, s, vt) = svd(&a);
        [cholesky(&a), lu(&a).1, qr(&a).0, u, s, vt, w, v, expm(&numbers(&[40, 12, 12], 2)), inv(&a)]
            .map(|x| x.to_vec::<f64>().into_iter().map(f64::to_bits).collect::<Vec<_>>())
    };
    let before = threads();
    set_threads(1);
    let one = run();
    set_threads(4);
    let many = run();
    set_threads(before);
    assert_eq!(one, many)
}

fn message(f: impl FnOnce()) -> String {
    let error = catch_unwind(AssertUnwindSafe(f)).expect_err("a panic");
    error
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| error.downcast_ref::<&str>().map_or("".into(), |s| s.to_string()))
}

/// Each mistake and the text of its panic; `#` stands for a line of this file.
macro_rules! mistakes {
    ($($mistake:expr => $text:literal;)*) => {
        #[test]
        fn every_message() {
            let (m, x) = (|| Array::ones(&[2, 3], DType::F64), || eye(2));
            let (i, f) = (|| Array::from([[1, 2], [3, 4]]), || eye(2).cast(DType::F32));
            $(
                let mistake: &dyn Fn(&Array, &Array, &Array, &Array) -> Array = &$mistake;
                let got = message(|| { mistake(&m(), &x(), &i(), &f()); });
                let mut parts = got.split(file!());
                let first = parts.next().unwrap_or("").to_string();
                let rest = parts.map(|p| format!("#{}", p.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit())));
                assert_eq!([first].into_iter().chain(rest).collect::<String>(), $text);
            )*
        }
    };
}
mistakes! {
    |m, _, _, _| inv(m) => "inv: needs square matrices, not shape [2, 3]\n  made at #";
    |m, _, _, _| cholesky(&m.get(0)) => "cholesky: needs two axes or more, not shape [3]\n  made at #";
    |_, _, i, _| det(i) => "det: needs a floating-point array, not i32; convert it with .cast(DType::F64)\n  made at #";
    |_, _, i, _| svd(&i.equal(0.0)).0 => "svd: needs a floating-point array, not bool; convert it with .cast(DType::F64)\n  made at #";
    |_, x, _, f| solve(x, f) => "solve: the left array is f64, the right f32; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    |m, x, _, _| solve(x, &m.get(0)) => "solve: a right-hand side of shape [3] does not fit matrices of shape [2, 2]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    |m, x, _, _| solve_triangular(x, &t(m), Triangle::lower()) => "solve_triangular: a right-hand side of shape [3, 2] does not fit matrices of shape [2, 2]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    |m, _, _, _| lstsq(m, &m.get(0)) => "lstsq: a right-hand side of shape [3] does not fit matrices of shape [2, 3]; it is a vector [n], or matrices […, n, k] for each matrix\n  matrices made at #\n  right-hand side made at #";
    |m, x, _, _| solve_sylvester(x, x, m) => "solve_sylvester: matrices of shapes [2, 2] and [2, 2] want a right-hand side […, 2, 2], not [2, 3]\n  left made at #\n  right made at #\n  right-hand side made at #";
    |m, x, _, _| solve_banded((1, 1), m, x) => "solve_banded: 1 diagonals below the main one and 1 above it are 3 rows, not shape [2, 3]\n  made at #";
    |m, _, _, _| cond(&m.slice_axis(1, 0, 0, 1)) => "cond: a matrix without elements has no condition number: shape [2, 0]\n  made at #";
    |_, _, _, _| block_diag(&[]) => "block_diag: there are no blocks";
    |m, _, _, _| block_diag(&[m.expand_dims(0)]) => "block_diag: a block has at most two axes, not shape [1, 2, 3]\n  made at #";
    |m, _, _, _| m.norm_axis(Norm::Nuclear, 0) => "norm: a norm of singular values is one of matrices: it runs along two axes, not 1";
    |m, _, _, _| m.norm_axis(Norm::P(3.0), [0, 1]) => "norm: matrices have the orders ±1, ±2, ±∞ and Norm::Two, not 3";
}
