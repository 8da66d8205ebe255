//! `Array` as a [`Real`]: the elementary functions and operators, elementwise with broadcasting.

use crate::array::Array;
use crate::build::agree;
use crate::prim::{Compare, Prim};
use pullback_real::{Binary, Real, Unary, operators};

impl Real for Array {
    #[track_caller]
    fn lift(c: f64) -> Array {
        Array::weak(c)
    }
    #[track_caller]
    fn unary(op: Unary, x: &Array) -> Array {
        Array::unary_op(op, x)
    }
    #[track_caller]
    fn binary(op: Binary, x: &Array, y: &Array) -> Array {
        Array::binary_op(op, x, y)
    }
    /// Where the number `cond` is not zero, `a`, else `b`.
    #[track_caller]
    fn select(cond: &Array, a: &Array, b: &Array) -> Array {
        // Of two plain numbers the condition, a number itself, says the precision.
        if a.is_weak() && b.is_weak() && cond.dtype().is_float() {
            return Array::select(cond, &a.cast(cond.dtype()), b);
        }
        // A comparison that is still one need not become a number first.
        if let (Prim::Binary(Binary::Less), args) = cond.parts() {
            return Array::select_op(&Array::compare_op(Compare::Lt, &args[0], &args[1]), a, b);
        }
        let (cond, zero) = agree("select", cond, &cond.zeros_like());
        Array::select_op(&Array::compare_op(Compare::Ne, &cond, &zero), a, b)
    }
}
operators! {[] Array}
