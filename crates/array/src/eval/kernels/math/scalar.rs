//! The functions of [`Unary`] and [`Binary`] from the standard library, one element at a time.
//!
//! They serve CPUs without FMA, on which the approximations would be slow, and arguments that the vector code
//! does not cover.

use super::divide::{floor_divide, trunc_divide};
use super::{Binary, Unary};
use pullback_real::special::{cos_pi, exp_share, over_hypot, sin_pi};

/// A floating-point type with the functions of the standard library.
pub trait Scalar: Sized {
    /// `op(self)`.
    fn std_unary(self, op: Unary) -> Self;
    /// `op(self, other)`.
    fn std_binary(self, op: Binary, other: Self) -> Self;
}

// The standard library links the C mathematics library but does not export these functions yet.
unsafe extern "C" {
    safe fn erf(x: f64) -> f64;
    safe fn erfc(x: f64) -> f64;
    safe fn erff(x: f32) -> f32;
    safe fn erfcf(x: f32) -> f32;
}

/// The distribution function of the standard normal law.
fn norm_cdf(x: f64) -> f64 {
    // The rounding error of x/√2 matters in the tail: add it, times the derivative.
    let root = std::f64::consts::FRAC_1_SQRT_2;
    let a = -x * root;
    let a_lo = (-x).mul_add(root, -a) + x * 4.833_646_656_726_457e-17;
    let y = 0.5 * erfc(a);
    if a > 1.0 && y > 0.0 { y - std::f64::consts::FRAC_1_PI.sqrt() * (-a * a).exp() * a_lo } else { y }
}

macro_rules! scalar {
    ($t:ident, $erf:ident, $erfc:ident) => {
        impl Scalar for $t {
            #[inline]
            fn std_unary(self, op: Unary) -> $t {
                let x = self;
                match op {
                    Unary::Sqrt => x.sqrt(),
                    Unary::Cbrt => x.cbrt(),
                    Unary::Exp => x.exp(),
                    Unary::Exp2 => x.exp2(),
                    Unary::Expm1 => x.exp_m1(),
                    Unary::Ln => x.ln(),
                    Unary::Ln1p => x.ln_1p(),
                    Unary::Log2 => x.log2(),
                    Unary::Log10 => x.log10(),
                    Unary::Sin => x.sin(),
                    Unary::Cos => x.cos(),
                    Unary::Tan => x.tan(),
                    Unary::SinPi => sin_pi(x as f64) as $t,
                    Unary::CosPi => cos_pi(x as f64) as $t,
                    Unary::Asin => x.asin(),
                    Unary::Acos => x.acos(),
                    Unary::Atan => x.atan(),
                    Unary::Sinh => x.sinh(),
                    Unary::Cosh => x.cosh(),
                    Unary::Tanh => x.tanh(),
                    Unary::Sech => {
                        let u = (-x.abs()).exp();
                        2.0 * u / (1.0 + u * u)
                    }
                    Unary::Asinh => {
                        // Not `asinh`, which overflows.
                        let a = x.abs();
                        let huge = a > 1e15;
                        let square = a * a;
                        let v = if huge { a } else { a + square / (1.0 + (square + 1.0).sqrt()) };
                        (v.ln_1p() + if huge { std::$t::consts::LN_2 } else { 0.0 }).copysign(x)
                    }
                    Unary::Acosh => {
                        // Not `acosh`, which cancels near 1.
                        let t = x - 1.0;
                        let huge = x > 1e15;
                        let v = if huge { x } else { t + (t * (t + 2.0)).sqrt() };
                        let y = v.ln_1p() + if huge { std::$t::consts::LN_2 } else { 0.0 };
                        if x < 1.0 { $t::NAN } else { y }
                    }
                    Unary::Atanh => (0.5 * (2.0 * x.abs() / (1.0 - x.abs())).ln_1p()).copysign(x),
                    Unary::Logistic => {
                        let z = (-x.abs()).exp();
                        (if x < 0.0 { z } else { 1.0 }) / (1.0 + z)
                    }
                    Unary::Softplus => (if x < 0.0 { 0.0 } else { x }) + (-x.abs()).exp().ln_1p(),
                    Unary::Erf => $erf(x),
                    Unary::Erfc => $erfc(x),
                    Unary::NormCdf => norm_cdf(x as f64) as $t,
                }
            }
            #[inline]
            fn std_binary(self, op: Binary, other: $t) -> $t {
                match op {
                    Binary::Pow => self.powf(other),
                    Binary::Atan2 => self.atan2(other),
                    Binary::Hypot => self.hypot(other),
                    Binary::OverHypot => over_hypot(self as f64, other as f64) as $t,
                    Binary::ExpShare => exp_share(self as f64, other as f64) as $t,
                    Binary::FloorDivide => floor_divide(self, other),
                    Binary::TruncDivide => trunc_divide(self, other),
                }
            }
        }
    };
}
scalar!(f64, erf, erfc);
scalar!(f32, erff, erfcf);
