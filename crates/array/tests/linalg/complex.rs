//! Complex matrices: derivatives in both modes to second order, batches against members, single precision.

use super::*;

/// Arbitrary complex numbers, of a shape.
pub fn complex(shape: &[usize], salt: u64) -> Array {
    Array::complex(numbers(shape, salt), numbers(shape, salt + 100))
}
/// The conjugate transpose.
#[track_caller]
pub fn h(x: &Array) -> Array {
    t(&x.conj())
}
pub fn regular_complex(lead: &[usize], n: usize) -> Array {
    complex(&[lead, &[n, n]].concat(), 5) + 2.0 * eye(n)
}
/// A Hermitian positive definite one with separated eigenvalues.
pub fn definite_complex(lead: &[usize], n: usize) -> Array {
    let x = complex(&[lead, &[n, n]].concat(), 6);
    x.matmul(&h(&x)) + 0.5 * eye(n) + Array::range(n, DType::F64).diag(0)
}
#[track_caller]
pub fn near(x: &Array, y: &Array, tolerance: f64) {
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
pub fn of_hermitian(a: &Array) -> Array {
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
        ("sylvester", |(a, b)| solve_sylvester(a, &b.get((..2, ..)), b), (a(), side())),
        ("sylvester, one real", |(a, b)| solve_sylvester(a, a, b), (regular(&[], 3), complex(&[3, 3], 11))),
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
