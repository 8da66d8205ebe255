//! Linear algebra, on matrices far from singular ones.

use super::catalogue::operations;
use super::{Case, Draw, Host, Spec::Any};
use pullback_array::linalg::*;
use pullback_array::{Array, Real};

/// A batch of n×n matrices around 4·I.
fn regular(x: &Array) -> Array {
    let n = x.shape()[x.ndim() - 1];
    0.5 * x.sin() + 4.0 * Array::identity(n, x.dtype())
}
/// The same, symmetric.
fn definite(x: &Array) -> Array {
    let a = regular(x);
    0.5 * (&a + a.swapaxes(-1, -2))
}
fn square(d: &mut Draw) -> Vec<usize> {
    let (lead, n) = (d.shape(0, 2), 1 + d.below(3));
    [&lead[..], &[n, n]].concat()
}
/// What must be 0: the result is that of x and nothing else.
fn vanishes(case: Case) -> Case {
    case.means(|x| Host::new(&x[0].shape, |_| 0.0))
}

operations! {
    "solve" => |d| {
        let shape = square(d);
        vanishes(Case::two(Any(shape.clone()), Any(shape), |a, b| {
            let a = regular(a);
            a.matmul(&solve(&a, b)) - b
        }))
    };
    "solve with a shared matrix" => |d| {
        let (lead, n, m) = (d.shape(0, 2), 1 + d.below(3), 1 + d.below(2));
        Case::two(Any(vec![n, n]), Any([&lead[..], &[n, m]].concat()), |a, b| solve(&regular(a), b))
    };
    "inv" => |d| Case::one(Any(square(d)), |a| inv(&regular(a)));
    "det and slogdet" => |d| Case::many(vec![Any(square(d))], |x| {
        let (sign, log) = slogdet(&regular(&x[0]));
        vec![det(&regular(&x[0])), sign, log]
    });
    "cholesky" => |d| vanishes(Case::one(Any(square(d)), |x| {
        let l = cholesky(&definite(x));
        l.matmul(&l.swapaxes(-1, -2)) - definite(x)
    }));
    "cholesky's factor" => |d| Case::one(Any(square(d)), |x| cholesky(&definite(x)));
    "qr" => |d| Case::many(vec![Any(square(d))], |x| {
        let (q, r) = qr(&regular(&x[0]));
        vec![q, r]
    });
    "eigvalsh and functions of matrices" => |d| Case::many(vec![Any(square(d))], |x| {
        let a = &(0.25 * definite(&x[0]));
        vec![sqrtm(a), expm(a), matrix_power(a, 3)]
    });
}
