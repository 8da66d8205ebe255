//! Complex linear systems, as real ones of twice the order: A + iB is [[A, −B], [B, A]].

use super::solve::{inv, solve};
use crate::array::Array;
use crate::ops::concatenate;

/// The real matrices of twice the extents.
#[track_caller]
fn embedded(a: &Array) -> Array {
    let (re, im) = (a.real(), a.imag());
    let upper = concatenate(&[re.clone(), -&im], -1);
    concatenate(&[upper, concatenate(&[im, re], -1)], -2)
}
/// Real parts over imaginary ones, as complex numbers, along an axis.
#[track_caller]
fn joined(x: &Array, axis: usize) -> Array {
    let n = x.shape()[axis] / 2;
    Array::complex(x.narrow(axis, 0, n), x.narrow(axis, n, n))
}

/// The solution of `a x = b`, of which one or both are complex.
#[track_caller]
pub(super) fn solved(a: &Array, b: &Array) -> Array {
    let n = super::order("solve", a);
    let axis = b.ndim().saturating_sub(if b.ndim() == 1 { 1 } else { 2 });
    if b.shape().get(axis) != Some(&n) {
        panic!(
            "solve: a right-hand side of shape {} does not fit matrices of shape {}\n  matrices made at {}\n  right-hand side made at {}",
            b.0.shape,
            a.0.shape,
            a.at(),
            b.at()
        )
    }
    let b = concatenate(&[b.real(), b.imag()], axis as isize);
    let x = solve(&embedded(a), &b);
    // Leading axes may have come from the matrices.
    joined(&x, if b.ndim() == 1 { x.ndim() - 1 } else { x.ndim() - 2 })
}
/// The inverse of complex matrices: the first block column of that of the real ones.
#[track_caller]
pub(super) fn inverse(a: &Array) -> Array {
    let n = super::order("inv", a);
    let x = inv(&embedded(a));
    let last = x.ndim() - 1;
    joined(&x.narrow(last, 0, n), last - 1)
}
