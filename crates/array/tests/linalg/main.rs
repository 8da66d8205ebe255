//! Linear algebra: derivatives in both modes to second order, laws, batches against single matrices, single precision,
//! matrices without elements, singular ones, and every message.
#![cfg(feature = "linalg")]

mod batches;
mod complex;
mod complex_laws;
mod laws;
mod messages;
mod reference;
mod singular;

use pullback_array::check::check_grads;
use pullback_array::linalg::*;
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
#[track_caller]
fn t(x: &Array) -> Array {
    x.swapaxes(-1, -2)
}
#[track_caller]
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
        ("condition_number", condition_number, regular(&[], 3)),
        ("norm 2", |a| a.norm_axis(Norm::P(2.0), [0, 1]), tall()),
        ("norm -2", |a| a.norm_axis(Norm::P(-2.0), keepdims([0, 1])), tall()),
        ("norm nuclear", |a| a.norm_axis(Norm::Nuclear, [1, 0]), tall()),
        ("block_diag", |a| block_diag(&[a.clone(), a.sum(), a.get(0)]), tall()),
    ]
}

type Pair = (Array, Array);
type OfPair = fn(&Pair) -> Array;
/// Every function of a matrix and a right-hand side.
fn of_two() -> Vec<(&'static str, OfPair, Pair)> {
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

/// Of two matrices the second has a number that is not finite: its results are NaN, and those of the first are not.
fn spoilt_in_its_second(bad: &Array) {
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
    let nan = |x: &Array| x.abs().to_vec::<f64>().iter().map(|x| x.is_nan()).collect::<Vec<_>>();
    for f in all {
        let (one, two) = (nan(&f(bad).get(0)), nan(&f(bad).get(1)));
        assert!(one.iter().all(|x| !x) && two.iter().all(|x| *x), "{one:?} {two:?}")
    }
}
