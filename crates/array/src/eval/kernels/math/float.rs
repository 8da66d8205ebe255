//! The operations in which the approximations are written: IEEE arithmetic, and bit manipulations at the
//! width of the float.
//!
//! Integers are floats that carry [`Float::MAGIC`]: `n + 1.5·2^52` holds `n` in its low bits. Rounding to the
//! nearest integer is one addition, and the conversion to an integer costs nothing.

use std::fmt::{Debug, Display};
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::coef::Coef;
use super::scalar::Scalar;

/// `f32` or `f64`.
///
/// Every method is branch-free and inlined, so that a loop over a function of them vectorises.
pub trait Float:
    Copy
    + Debug
    + Display
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Coef
    + Scalar
    + 'static
{
    /// 1.5·2^(mantissa bits): `x + MAGIC` rounds `x` to an integer (ties to even) and holds it in the low bits.
    const MAGIC: Self;
    /// Infinity.
    const INF: Self;
    /// Not a number.
    const NAN: Self;
    /// The smallest normal number.
    const MIN_NORMAL: Self;

    /// The constant `x`.
    fn of(x: f64) -> Self;
    /// `self * b + c`, rounded once. Fast only at levels with FMA.
    fn fma(self, b: Self, c: Self) -> Self;
    /// `|self|`.
    fn abs(self) -> Self;
    /// Whether it is NaN.
    fn is_nan(self) -> bool;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The integer part.
    fn trunc(self) -> Self;
    /// The largest integer not above `self`.
    fn floor(self) -> Self;
    /// `|self|` with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// `self · 2^n` for `t = n + MAGIC`, by adding to the exponent bits; the result must be a normal number.
    fn add_exponent(self, t: Self) -> Self;
    /// `self · (-1)^n` for `t = n + MAGIC`.
    fn flip_if_odd(self, t: Self) -> Self;
    /// `2^(n - bias)`, a normal number, for `t = n + MAGIC` and the bias of the exponent bits (127 or 1023).
    fn power_of_two(t: Self) -> Self;
    /// Whether `n` is odd for `t = n + MAGIC`.
    fn is_odd(t: Self) -> bool;
    /// `(k, m)` with `self = m · 2^k` and `m` in [√½, √2), for a positive normal number.
    fn split(self) -> (Self, Self);
}

macro_rules! float {
    ($t:ident, $bits:ident) => {
        impl Float for $t {
            const MAGIC: $t = 1.5 / $t::EPSILON;
            const INF: $t = $t::INFINITY;
            const NAN: $t = $t::NAN;
            const MIN_NORMAL: $t = $t::MIN_POSITIVE;

            #[inline(always)]
            fn of(x: f64) -> $t {
                x as $t
            }
            #[inline(always)]
            fn fma(self, b: $t, c: $t) -> $t {
                self.mul_add(b, c)
            }
            #[inline(always)]
            fn abs(self) -> $t {
                $t::abs(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $t::is_nan(self)
            }
            #[inline(always)]
            fn sqrt(self) -> $t {
                $t::sqrt(self)
            }
            #[inline(always)]
            fn trunc(self) -> $t {
                $t::trunc(self)
            }
            #[inline(always)]
            fn floor(self) -> $t {
                $t::floor(self)
            }
            #[inline(always)]
            fn copysign(self, sign: $t) -> $t {
                $t::copysign(self, sign)
            }
            #[inline(always)]
            fn add_exponent(self, t: $t) -> $t {
                $t::from_bits(self.to_bits().wrapping_add(t.to_bits() << ($t::MANTISSA_DIGITS - 1)))
            }
            #[inline(always)]
            fn flip_if_odd(self, t: $t) -> $t {
                $t::from_bits(self.to_bits() ^ (t.to_bits() << ($bits::BITS - 1)))
            }
            #[inline(always)]
            fn power_of_two(t: $t) -> $t {
                $t::from_bits(t.to_bits() << ($t::MANTISSA_DIGITS - 1))
            }
            #[inline(always)]
            fn is_odd(t: $t) -> bool {
                t.to_bits() & 1 != 0
            }
            #[inline(always)]
            fn split(self) -> ($t, $t) {
                const MANTISSA: u32 = $t::MANTISSA_DIGITS - 1;
                const ROOT: $bits = std::$t::consts::FRAC_1_SQRT_2.to_bits();
                // An integer ORed into the mantissa of 2^MANTISSA is that integer as a float, once 2^MANTISSA
                // is subtracted.
                const BASE: $t = 1.0 / $t::EPSILON;
                const BIAS: $t = ($t::MAX_EXP - 1) as $t;
                let bits = self.to_bits().wrapping_sub(ROOT).wrapping_add((1.0 as $t).to_bits());
                let k = $t::from_bits((bits >> MANTISSA) | BASE.to_bits()) - (BASE + BIAS);
                let m = $t::from_bits((bits & ((1 << MANTISSA) - 1)).wrapping_add(ROOT));
                (k, m)
            }
        }
    };
}
float!(f32, u32);
float!(f64, u64);

/// The polynomial `c[0] + c[1] x + …`, by Horner's rule.
#[inline(always)]
pub fn poly<T: Float>(x: T, c: &[T]) -> T {
    let mut n = c.len() - 1;
    let mut p = c[n];
    while n > 0 {
        n -= 1;
        p = p.fma(x, c[n]);
    }
    p
}

/// [`poly`] for at least two terms, with the even and the odd ones side by side, each by Horner's rule in
/// `x²`.
///
/// It takes one product more, unless `x²` is at hand, for half the latency: worth it for long polynomials.
#[inline(always)]
pub fn poly2<T: Float>(x: T, c: &[T]) -> T {
    let z = x * x;
    let mut n = c.len() - 2;
    let (mut even, mut odd) = (c[n], c[n + 1]);
    if c.len() % 2 == 1 {
        n -= 1;
        (even, odd) = (odd.fma(z, c[n]), even);
    }
    while n > 0 {
        n -= 2;
        (even, odd) = (even.fma(z, c[n]), odd.fma(z, c[n + 1]));
    }
    odd.fma(x, even)
}

/// `(top + top_lo) / (bottom + bottom_lo)`, rounded little more than once.
///
/// Rounding both terms and the quotient would cost half an ulp each. A Newton step removes all but the last
/// error.
#[inline(always)]
pub fn quotient<T: Float>((top, top_lo): (T, T), (bottom, bottom_lo): (T, T)) -> T {
    let inverse = T::of(1.0) / bottom;
    let y = top * inverse;
    let miss = y.fma(-bottom, top) + y.fma(-bottom_lo, top_lo);
    miss.fma(inverse, y)
}

/// `x + y`, and the part of the exact sum that rounding lost, for `|x| ≥ |y|` or `x = 0`.
#[inline(always)]
pub fn fast_sum<T: Float>(x: T, y: T) -> (T, T) {
    let sum = x + y;
    (sum, (x - sum) + y)
}

/// The smaller of `x` and `limit`; NaN stays.
#[inline(always)]
pub fn at_most<T: Float>(x: T, limit: T) -> T {
    if limit < x { limit } else { x }
}

/// The larger of `x` and `limit`; NaN stays.
#[inline(always)]
pub fn at_least<T: Float>(x: T, limit: T) -> T {
    if limit > x { limit } else { x }
}
