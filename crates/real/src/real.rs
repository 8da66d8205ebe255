//! `Real`: the trait of numbers for generic numeric code, with its operators. A type that implements it is
//! called a carrier.
//!
//! Bounds on a type other than `Self` reach the users of a trait only through an associated type; [`Imply`]
//! is that detour. With it the single bound `R: Real` allows `&x * &y`, `2.0 * &x` and `x.max(0.0)`.

use crate::op::elementary;
use crate::slopes::{
    bell, erf_inv_slope, erfc_inv_slope, exp_minus, gamma_p_hazard_slope, gamma_pdf_by_a,
    gamma_pdf_slope_at_0, gamma_q_hazard_slope, ln_a_beta_slope, ln_gamma_pdf_by_x, ln_minus_digamma,
    norm_quantile_slope, rgamma_slope,
};
use crate::special as s;
use crate::table::Notation::{self, Function, Infix, Power, Prefix};
use crate::table::rows;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, LOG2_E, LOG10_E, PI};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

/// The five infix operators: `Self op Rhs = Out`.
#[doc(hidden)]
pub trait Ops<Rhs, Out>:
    Add<Rhs, Output = Out>
    + Sub<Rhs, Output = Out>
    + Mul<Rhs, Output = Out>
    + Div<Rhs, Output = Out>
    + Rem<Rhs, Output = Out>
{
}
impl<T, Rhs, Out> Ops<Rhs, Out> for T where
    T: Add<Rhs, Output = Out>
        + Sub<Rhs, Output = Out>
        + Mul<Rhs, Output = Out>
        + Div<Rhs, Output = Out>
        + Rem<Rhs, Output = Out>
{
}

/// The five assigning operators: `self op= Rhs`.
pub trait AssignOps<Rhs>:
    AddAssign<Rhs> + SubAssign<Rhs> + MulAssign<Rhs> + DivAssign<Rhs> + RemAssign<Rhs>
{
}
impl<T, Rhs> AssignOps<Rhs> for T where
    T: AddAssign<Rhs> + SubAssign<Rhs> + MulAssign<Rhs> + DivAssign<Rhs> + RemAssign<Rhs>
{
}

/// The second argument of a method of two numbers: a number, a reference to one, or a plain `f64`.
pub trait Arg<R> {
    /// The argument as a number.
    fn into_real(self) -> R;
}

mod imply {
    pub trait Inner<T> {
        type Is;
    }
    impl<T, U: ?Sized> Inner<T> for U {
        type Is = T;
    }
}
/// Makes bounds on `T` follow from a bound on `Self`; every pair of types has it.
#[doc(hidden)]
pub trait Imply<T>: imply::Inner<T, Is = T> {}
impl<T, U: ?Sized> Imply<T> for U {}

macro_rules! real_trait {
    (
        unary { $($(#[$ud:meta])* $u:ident $U:ident,)* }
        indexed { $($(#[$nd:meta])* $n:ident $N:ident($nt:ty),)* }
        binary { $($(#[$bd:meta])* $b:ident $B:ident,)* }
        indexed_binary { $($(#[$md:meta])* $m:ident $M:ident($mt:ty),)* }
    ) => {
        /// A real number of some kind: a plain `f64`, one that carries derivatives, a formula, or an array of them.
        ///
        /// Generic code with this bound takes its numbers by reference (`&x * &y`); with [`Scalar`] they are `Copy`.
        ///
        /// ```
        /// use pullback_real::Real;
        /// fn rosen<R: Real>(x: &[R]) -> R {
        ///     100.0 * (&x[1] - &x[0] * &x[0]).square() + (1.0 - &x[0]).square()
        /// }
        /// assert_eq!(rosen(&[1.0, 1.0]), 0.0);
        /// ```
        pub trait Real:
            Clone
            + Sum
            + Product
            + Neg<Output = Self>
            + Ops<Self, Self>
            + for<'a> Ops<&'a Self, Self>
            + Ops<f64, Self>
            + AssignOps<Self>
            + for<'a> AssignOps<&'a Self>
            + AssignOps<f64>
            + Arg<Self>
            + for<'a> Imply<
                &'a Self,
                Is: Ops<Self, Self> + Ops<&'a Self, Self> + Ops<f64, Self> + Neg<Output = Self> + Arg<Self>,
            > + Imply<f64, Is: Ops<Self, Self> + Arg<Self>>
            + for<'a> Imply<f64, Is: Ops<&'a Self, Self>>
        {
            /// A constant: its derivative is zero.
            #[track_caller]
            fn lift(c: f64) -> Self;
            /// `op(x)`, by the table.
            #[track_caller]
            fn unary(op: Unary, x: &Self) -> Self;
            /// `op(x, y)`, by the table.
            #[track_caller]
            fn binary(op: Binary, x: &Self, y: &Self) -> Self;
            /// `a` where `cond` is not zero, else `b`; the branch not taken has no influence on any derivative.
            #[track_caller]
            fn select(cond: &Self, a: &Self, b: &Self) -> Self;

            /// Whether this is certainly the constant 0, its derivatives included; `false` is always a safe answer.
            ///
            /// Chain rules leave such a factor out, so that an infinite slope beside it does no harm.
            #[inline(always)]
            fn is_surely_zero(&self) -> bool {
                self.certain() == Some(0.0)
            }
            /// The plain number that this certainly equals, at any values of the variables; `None` is always
            /// a safe answer.
            #[inline(always)]
            fn certain(&self) -> Option<f64> {
                None
            }

            /// Whether its product with 0 is 0, derivatives included; `false` is always a safe answer.
            #[inline(always)]
            fn is_surely_finite(&self) -> bool {
                false
            }
            /// This value held constant, without derivatives of any order. A carrier that cannot do this (a
            /// formula) returns itself unchanged.
            #[inline(always)]
            fn held(&self) -> Self {
                self.clone()
            }
            /// `op(x, c)` with a plain number, which needs no derivative.
            #[inline(always)]
            #[track_caller]
            fn binary_by(op: Binary, x: &Self, c: f64) -> Self {
                Self::binary(op, x, &Self::lift(c))
            }
            /// `op(c, y)` with a plain number, which needs no derivative.
            #[inline(always)]
            #[track_caller]
            fn binary_of(op: Binary, c: f64, y: &Self) -> Self {
                Self::binary(op, &Self::lift(c), y)
            }

            $($(#[$ud])* #[inline(always)] #[track_caller]
              fn $u(&self) -> Self { Self::unary(Unary::$U, self) })*
            $($(#[$nd])* #[inline(always)] #[track_caller]
              fn $n(&self, n: $nt) -> Self { Self::unary(Unary::$N(n), self) })*
            $($(#[$bd])* #[inline(always)] #[track_caller]
              fn $b(&self, y: impl Arg<Self>) -> Self { Self::binary(Binary::$B, self, &y.into_real()) })*
            $($(#[$md])* #[inline(always)] #[track_caller]
              fn $m(&self, y: impl Arg<Self>, n: $mt) -> Self { Self::binary(Binary::$M(n), self, &y.into_real()) })*

            /// `self` to the power of a plain number.
            #[inline(always)]
            #[track_caller]
            fn powf(&self, c: f64) -> Self {
                Self::binary(Binary::Pow, self, &Self::lift(c))
            }
            /// e^x − 1; the same as [`exp_m1`](Real::exp_m1).
            #[inline(always)]
            #[track_caller]
            fn expm1(&self) -> Self {
                self.exp_m1()
            }
            /// ψ(x) = d ln Γ(x) / dx.
            #[inline(always)]
            #[track_caller]
            fn digamma(&self) -> Self {
                self.polygamma(0)
            }
            /// ψ′(x).
            #[inline(always)]
            #[track_caller]
            fn trigamma(&self) -> Self {
                self.polygamma(1)
            }
            /// `self * a + b`, rounded twice like the operators, so that every carrier gives the same value.
            #[inline(always)]
            #[track_caller]
            fn mul_add(&self, a: impl Arg<Self>, b: impl Arg<Self>) -> Self {
                self * &a.into_real() + b.into_real()
            }
            /// `self` held within `lo..=hi`. The derivative passes inside and at both edges.
            ///
            /// # Panics
            /// If `lo > hi` or either is NaN.
            #[inline(always)]
            #[track_caller]
            fn clamp(&self, lo: f64, hi: f64) -> Self {
                assert!(lo <= hi, "clamp: the lower bound {lo} must not exceed the upper bound {hi}");
                let (lo, hi) = (Self::lift(lo), Self::lift(hi));
                let below = Self::binary(Binary::Less, self, &lo);
                let above = Self::binary(Binary::Less, &hi, self);
                Self::select(&below, &lo, &Self::select(&above, &hi, self))
            }
            /// sin x and cos x.
            #[inline(always)]
            #[track_caller]
            fn sin_cos(&self) -> (Self, Self) {
                (self.sin(), self.cos())
            }
        }
    };
}
rows!(elementary);
methods!(real_trait);

/// A [`Real`] for code that copies and branches: `Copy`, ordered, comparable with `f64`.
///
/// ```
/// use pullback_real::Scalar;
/// fn newton_sqrt<R: Scalar>(a: R) -> R {
///     let mut x = a;
///     while (x * x - a).value().abs() > 1e-14 { x = (x + a / x) / 2.0 }
///     x
/// }
/// assert!((newton_sqrt(2.0) - 2f64.sqrt()).abs() < 1e-15);
/// ```
pub trait Scalar: Real + Copy + std::fmt::Debug + PartialOrd + PartialOrd<f64> + PartialEq<f64> {
    /// The plain value, without derivatives.
    fn value(self) -> f64;
}

/// `x` held constant: its value, and no derivative of any order.
///
/// ```
/// use pullback_real::{grad, stop_gradient};
/// assert_eq!(grad(|x| x[0] * stop_gradient(x[0]))(&[3.0]), [3.0]);
/// ```
#[inline(always)]
#[track_caller]
pub fn stop_gradient<R: Scalar>(x: R) -> R {
    R::lift(x.value())
}

impl Real for f64 {
    #[inline(always)]
    fn lift(c: f64) -> f64 {
        c
    }
    #[inline(always)]
    fn unary(op: Unary, x: &f64) -> f64 {
        op.eval(*x)
    }
    #[inline(always)]
    fn binary(op: Binary, x: &f64, y: &f64) -> f64 {
        op.eval(*x, *y)
    }
    #[inline(always)]
    fn select(cond: &f64, a: &f64, b: &f64) -> f64 {
        if *cond != 0.0 { *a } else { *b }
    }
    #[inline(always)]
    fn is_surely_zero(&self) -> bool {
        *self == 0.0
    }
    #[inline(always)]
    fn certain(&self) -> Option<f64> {
        Some(*self)
    }
    #[inline(always)]
    fn is_surely_finite(&self) -> bool {
        f64::is_finite(*self)
    }
}
impl Scalar for f64 {
    #[inline(always)]
    fn value(self) -> f64 {
        self
    }
}
impl Arg<f64> for f64 {
    #[inline(always)]
    fn into_real(self) -> f64 {
        self
    }
}
impl Arg<f64> for &f64 {
    #[inline(always)]
    fn into_real(self) -> f64 {
        *self
    }
}
