//! `Array` as a [`Real`]: the elementary functions and operators, elementwise with broadcasting.

use crate::array::Array;
use crate::prim::{Compare, Prim};
use crate::promote::agree;
use pullback_real::{Arg, Binary, Real, Unary, operators};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Rem, RemAssign, Sub, SubAssign};

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
        // Between two that are the same number there is no choice.
        let same = a.fill_value().is_some_and(|c| b.fill_value().is_some_and(|d| c.to_bits() == d.to_bits()))
            && (a.is_weak(), a.shape(), a.dtype()) == (b.is_weak(), b.shape(), b.dtype());
        if same && (a.is_weak() || a.shape() == cond.shape()) {
            return a.clone();
        }
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
    #[track_caller]
    fn held(&self) -> Array {
        self.stop_gradient()
    }
    fn certain(&self) -> Option<f64> {
        self.fill_value()
    }
}
operators! {[] Array}

impl Array {
    /// A plain whole number: beside an array it takes the array's dtype. What an `f64` cannot tell from its neighbours is an
    /// `i64` array.
    #[track_caller]
    fn whole(value: i64) -> Array {
        match value.unsigned_abs() <= 1 << 53 {
            true => Array::weak(value as f64),
            false => Array::from_slice(&[value], &[]),
        }
    }
}

impl Arg<Array> for i64 {
    #[track_caller]
    fn into_real(self) -> Array {
        Array::whole(self)
    }
}

/// Operators with whole numbers, of one type only: then a literal is of it.
macro_rules! whole {
    ($($Op:ident $op:ident $Assign:ident $assign:ident,)*) => { $(
        whole! {@ $Op $op Array}
        whole! {@ $Op $op &Array}
        impl $Assign<i64> for Array {
            #[track_caller]
            fn $assign(&mut self, n: i64) {
                *self = Array::binary_op(Binary::$Op, self, &Array::whole(n))
            }
        }
    )* };
    (@ $Op:ident $op:ident $A:ty) => {
        impl $Op<i64> for $A {
            type Output = Array;
            #[track_caller]
            fn $op(self, n: i64) -> Array {
                Array::binary_op(Binary::$Op, &self, &Array::whole(n))
            }
        }
        impl $Op<$A> for i64 {
            type Output = Array;
            #[track_caller]
            fn $op(self, x: $A) -> Array {
                Array::binary_op(Binary::$Op, &Array::whole(self), &x)
            }
        }
    };
}
whole! {
    Add add AddAssign add_assign, Sub sub SubAssign sub_assign, Mul mul MulAssign mul_assign,
    Div div DivAssign div_assign, Rem rem RemAssign rem_assign,
}
