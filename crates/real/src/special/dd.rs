//! Double-double numbers: about 106 bits, for the few places where a result cancels or is exponentiated.
//!
//! A number is the unevaluated sum of two `f64` of which the second is below half a unit in the last place of the
//! first.
//!
//! # Source
//!
//! T. J. Dekker, *A floating-point technique for extending the available precision*, Numer. Math. 18 (1971);
//! Y. Hida, X. S. Li, D. H. Bailey, *Algorithms for quad-double precision floating point arithmetic*, ARITH-15 (2001).

use std::ops::{Add, Div, Mul, Neg, Sub};

/// An unevaluated sum `hi + lo`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dd {
    /// The sum rounded.
    pub hi: f64,
    /// The part of the sum that the rounding lost.
    pub lo: f64,
}

/// `2^e`, for an exponent of the normal range.
fn pow2(e: i64) -> f64 {
    f64::from_bits(((1023 + e) as u64) << 52)
}

impl Dd {
    pub const ZERO: Dd = Dd { hi: 0.0, lo: 0.0 };
    pub const ONE: Dd = Dd { hi: 1.0, lo: 0.0 };
    pub const LN_2: Dd = Dd { hi: std::f64::consts::LN_2, lo: 2.3190468138462996e-17 };
    pub const EULER_GAMMA: Dd = Dd { hi: 0.5772156649015329, lo: -4.942915152430645e-18 };
    pub const HALF_LN_2PI: Dd = Dd { hi: 0.9189385332046728, lo: -3.8782941580672414e-17 };

    /// `a + b` without error.
    pub fn sum(a: f64, b: f64) -> Dd {
        let hi = a + b;
        let shift = hi - a;
        Dd { hi, lo: (a - (hi - shift)) + (b - shift) }
    }

    /// `a + b` without error when `|a| >= |b|`.
    fn ordered_sum(a: f64, b: f64) -> Dd {
        let hi = a + b;
        Dd { hi, lo: b - (hi - a) }
    }

    /// `a * b` without error, short of underflow.
    pub fn product(a: f64, b: f64) -> Dd {
        let hi = a * b;
        Dd { hi, lo: a.mul_add(b, -hi) }
    }

    /// `x * x` up to 2^-105, short of underflow. It is made of halves of `x` (Dekker), since `mul_add` is a
    /// function call unless the target is known to have the instruction.
    #[inline(always)]
    pub fn square(x: f64) -> Dd {
        let hi = x * x;
        let high = f64::from_bits(x.to_bits() & !((1 << 27) - 1));
        let low = x - high;
        Dd { hi, lo: (high * high - hi) + 2.0 * high * low + low * low }
    }

    /// `a / b`.
    pub fn ratio(a: f64, b: f64) -> Dd {
        let hi = a / b;
        Dd { hi, lo: (-hi).mul_add(b, a) / b }
    }

    /// The nearest `f64`.
    pub fn value(self) -> f64 {
        self.hi + self.lo
    }

    /// `self * 2^e`, in two steps because `2^e` itself may leave the range.
    fn scaled(self, e: i64) -> Dd {
        let (p, q) = (pow2(e / 2), pow2(e - e / 2));
        Dd { hi: self.hi * p * q, lo: self.lo * p * q }
    }

    /// `self^n`.
    pub fn powi(self, mut n: u32) -> Dd {
        let (mut power, mut result) = (self, Dd::ONE);
        loop {
            if n & 1 == 1 {
                result = result * power;
            }
            n >>= 1;
            if n == 0 {
                return result;
            }
            power = power * power;
        }
    }

    /// Natural logarithm of a positive finite number.
    pub fn ln(self) -> Dd {
        // A subnormal number is made normal first.
        let lift = if self.hi < f64::MIN_POSITIVE { 64 } else { 0 };
        let lifted = self.scaled(lift);
        let mut e = (lifted.hi.to_bits() >> 52) as i64 - 1023;
        let mut m = lifted.scaled(-e);
        if m.hi > std::f64::consts::SQRT_2 {
            e += 1;
            m = m * 0.5;
        }
        Dd::LN_2 * (e - lift) as f64 + (m - 1.0).ln_1p_series()
    }

    /// `ln(1 + self)`, accurate relative to itself.
    pub fn ln_1p(self) -> Dd {
        if (-0.29..0.41).contains(&self.hi) { self.ln_1p_series() } else { (self + 1.0).ln() }
    }

    /// `2 artanh(z / (2 + z))` as a power series; the terms that matter less are summed in `f64`.
    fn ln_1p_series(self) -> Dd {
        let s = self / (self + 2.0);
        let w = s * s;
        let tail = (11..=20).rev().fold(0.0, |sum, k| sum * w.hi + 1.0 / (2 * k + 1) as f64);
        let sum = (1..=10).rev().fold(Dd::from(tail), |sum, k| sum * w + Dd::ratio(1.0, (2 * k + 1) as f64));
        s * 2.0 + s * 2.0 * (w * sum)
    }

    /// `e^self - 1`, accurate relative to itself.
    pub fn exp_m1(self) -> Dd {
        if self.hi.abs() < 0.35 { self.exp_m1_series() } else { self.exp() - 1.0 }
    }

    /// `e^self` for an exponent within the range of `f64`.
    pub fn exp(self) -> Dd {
        let k = (self.hi / std::f64::consts::LN_2).round();
        ((self - Dd::LN_2 * k).exp_m1_series() + 1.0).scaled(k as i64)
    }

    /// Taylor series at a 64th of the argument, then six times `(1 + e)^2 - 1`.
    fn exp_m1_series(self) -> Dd {
        let r = self * (1.0 / 64.0);
        let sum = (2..=11).rev().fold(Dd::ONE, |sum, n| r * sum / Dd::from(n as f64) + 1.0);
        (0..6).fold(r * sum, |e, _| e * 2.0 + e * e)
    }

    /// `e^self` rounded to `f64`, with overflow to infinity and gradual underflow.
    pub fn exp_value(self) -> f64 {
        let e = self.hi.exp();
        if e.is_finite() { e + e * self.lo } else { e }
    }
}

impl From<f64> for Dd {
    fn from(hi: f64) -> Dd {
        Dd { hi, lo: 0.0 }
    }
}

impl Neg for Dd {
    type Output = Dd;
    fn neg(self) -> Dd {
        Dd { hi: -self.hi, lo: -self.lo }
    }
}

impl Add for Dd {
    type Output = Dd;
    fn add(self, other: Dd) -> Dd {
        let (s, t) = (Dd::sum(self.hi, other.hi), Dd::sum(self.lo, other.lo));
        let s = Dd::ordered_sum(s.hi, s.lo + t.hi);
        Dd::ordered_sum(s.hi, s.lo + t.lo)
    }
}

impl Sub for Dd {
    type Output = Dd;
    fn sub(self, other: Dd) -> Dd {
        self + -other
    }
}

impl Mul for Dd {
    type Output = Dd;
    fn mul(self, other: Dd) -> Dd {
        let p = Dd::product(self.hi, other.hi);
        Dd::ordered_sum(p.hi, p.lo + (self.hi * other.lo + self.lo * other.hi))
    }
}

impl Div for Dd {
    type Output = Dd;
    fn div(self, other: Dd) -> Dd {
        let first = self.hi / other.hi;
        let rest = self - other * first;
        let second = rest.hi / other.hi;
        let third = (rest - other * second).hi / other.hi;
        Dd::ordered_sum(first, second) + third
    }
}

impl Add<f64> for Dd {
    type Output = Dd;
    fn add(self, other: f64) -> Dd {
        let s = Dd::sum(self.hi, other);
        Dd::ordered_sum(s.hi, s.lo + self.lo)
    }
}

impl Sub<f64> for Dd {
    type Output = Dd;
    fn sub(self, other: f64) -> Dd {
        self + -other
    }
}

impl Mul<f64> for Dd {
    type Output = Dd;
    fn mul(self, other: f64) -> Dd {
        let p = Dd::product(self.hi, other);
        Dd::ordered_sum(p.hi, p.lo + self.lo * other)
    }
}

#[cfg(test)]
mod tests {
    use super::Dd;

    fn close(a: Dd, b: Dd, bits: i32) {
        assert!((a - b).hi.abs() <= b.hi.abs() * 2f64.powi(-bits), "{a:?} {b:?}");
    }

    #[test]
    fn logarithm_and_exponential_are_inverse_to_100_bits() {
        for x in [1e-310, 3e-200, 1e-5, 0.3, 0.7, 0.99999, 1.5, 2.0, 10.0, 1e17, 1e300] {
            if x > 1e-290 {
                close(Dd::from(x).ln().exp(), Dd::from(x), 90);
            }
            let root = Dd::from(x).ln() * 0.5;
            close(root.exp() * root.exp(), Dd::from(x), if x > 1e-200 { 90 } else { 50 });
        }
        for z in [-0.3, -1e-3, -1e-20, 1e-30, 1e-9, 0.2, 3.0] {
            close(Dd::from(z).ln_1p().exp_m1(), Dd::from(z), 97);
        }
    }

    #[test]
    fn quotient_times_divisor_is_the_dividend() {
        let (a, b) = (Dd::ratio(1.0, 3.0), Dd::ratio(22.0, 7.0));
        close(a / b * b, a, 102);
        close(b.powi(5), b * b * b * b * b, 100);
    }
}
