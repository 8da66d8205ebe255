//! Logistic functions, the hyperbolic tangent and logarithms of sums, none of which overflows or cancels.

use super::dd::Dd;
use std::f64::consts::LN_2;

/// Logistic function (sigmoid) `1 / (1 + e^-x)`, on the whole line; 0 and 1 at the infinities.
///
/// # Source
///
/// The definition for `x >= 0`, `e^x / (1 + e^x)` below, so that both tails keep their relative accuracy.
///
/// # Examples
///
/// ```
/// use pullback_real::special::logistic;
/// assert_eq!(logistic(0.0), 0.5);
/// assert_eq!(logistic(-700.0), (-700f64).exp());
/// ```
pub fn logistic(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    (if x >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

/// [`logistic`] and its derivative `e^-|x| / (1 + e^-|x|)^2`, from one exponential.
#[inline(never)]
pub(crate) fn logistic_and_slope(x: f64) -> (f64, f64) {
    let e = (-x.abs()).exp();
    let sum = 1.0 + e;
    let y = (if x >= 0.0 { 1.0 } else { e }) / sum;
    (y, e / (sum * sum))
}

/// Hyperbolic tangent; odd, `±1` at `±inf`.
///
/// # Source
///
/// `(1 - e^-2|x|) / (1 + e^-2|x|)` from 5/8 on; below, the rational approximation of S. L. Moshier's Cephes library
/// (relative error 2.5e-16).
///
/// # Examples
///
/// ```
/// use pullback_real::special::tanh;
/// assert_eq!((tanh(0.0), tanh(f64::NEG_INFINITY)), (0.0, -1.0));
/// assert!((tanh(0.5) - 0.46211715726000975).abs() < 1e-16);
/// ```
pub fn tanh(x: f64) -> f64 {
    tanh_and_slope(x).0
}

/// [`tanh`] and its derivative, the square of the hyperbolic secant, which is accurate relative to itself
/// also where `tanh` is near one.
#[inline(never)]
pub(crate) fn tanh_and_slope(x: f64) -> (f64, f64) {
    let a = x.abs();
    if a < 0.625 {
        let z = x * x;
        let p = (-9.643_991_794_250_522e-1 * z - 9.928_772_310_019_185e1) * z - 1.614_687_684_417_084_5e3;
        let q =
            ((z + 1.128_116_784_916_329_3e2) * z + 2.235_488_390_601_004_6e3) * z + 4.844_063_053_251_255e3;
        let y = x + x * (z * (p / q));
        return (y, 1.0 - y * y);
    }
    let e = (-2.0 * a).exp();
    let sum = 1.0 + e;
    (((1.0 - e) / sum).copysign(x), 4.0 * e / (sum * sum))
}

/// Inverse of [`logistic`], `ln(p / (1 - p))`, on `[0, 1]`; `-inf` and `inf` at the ends, NaN outside.
///
/// # Source
///
/// The definition; near one half as `ln(1 + (2p - 1) / (1 - p))`, where `2p - 1` is exact.
///
/// # Examples
///
/// ```
/// use pullback_real::special::logit;
/// assert_eq!((logit(0.5), logit(1.0)), (0.0, f64::INFINITY));
/// ```
pub fn logit(p: f64) -> f64 {
    if !(0.25..=0.75).contains(&p) {
        (p / (1.0 - p)).ln()
    } else if p < 0.5 {
        -((1.0 - 2.0 * p) / p).ln_1p()
    } else {
        ((2.0 * p - 1.0) / (1.0 - p)).ln_1p()
    }
}

/// `ln(1 + e^x)`, on the whole line; 0 at `-inf`, `inf` at `inf`.
///
/// # Source
///
/// The identity `max(x, 0) + ln(1 + e^-|x|)`, a sum of non-negative terms.
///
/// # Examples
///
/// ```
/// use pullback_real::special::softplus;
/// assert_eq!(softplus(1e3), 1e3);
/// assert_eq!(softplus(0.0), std::f64::consts::LN_2);
/// ```
pub fn softplus(x: f64) -> f64 {
    // Written without f64::max, which would hide a NaN.
    let tail = (-x.abs()).exp().ln_1p();
    if x > 0.0 { x + tail } else { tail }
}

/// Logarithm of [`logistic`], `-ln(1 + e^-x)`, on the whole line; `-inf` at `-inf`, `-0` at `inf`.
///
/// # Source
///
/// The identity `-softplus(-x)`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::log_logistic;
/// assert_eq!(log_logistic(-1e3), -1e3);
/// ```
pub fn log_logistic(x: f64) -> f64 {
    -softplus(-x)
}

/// `ln(e^x + e^y)`, on the whole plane; `-inf` only if both are, `inf` if either is, NaN if either is NaN.
///
/// # Source
///
/// The identity `max + ln(1 + e^(min - max))`. Where the two terms cancel (the result is near zero and the larger
/// operand negative), `ln(1 + (e^max - 1) + e^min)` in double-double arithmetic.
///
/// # Examples
///
/// ```
/// use pullback_real::special::log_add_exp;
/// assert_eq!(log_add_exp(1e3, 1e3), 1e3 + std::f64::consts::LN_2);
/// assert_eq!(log_add_exp(f64::NEG_INFINITY, 2.0), 2.0);
/// ```
pub fn log_add_exp(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let (max, min) = if x > y { (x, y) } else { (y, x) };
    if max.is_infinite() {
        return max;
    }
    let extra = quotient(min, max, 1.0, f64::exp).ln_1p();
    if max < 0.0 && extra > -0.25 * max {
        return near_unit_sum(Dd::from(max), Dd::from(min)).value();
    }
    max + extra
}

/// `log2(2^x + 2^y)`, on the whole plane; the infinities and NaN as in [`log_add_exp`].
///
/// # Source
///
/// As [`log_add_exp`], with the exponents multiplied by a two-part `ln 2` where the terms cancel.
///
/// # Examples
///
/// ```
/// assert_eq!(pullback_real::special::log_add_exp2(3.0, 3.0), 4.0);
/// ```
pub fn log_add_exp2(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let (max, min) = if x > y { (x, y) } else { (y, x) };
    if max.is_infinite() {
        return max;
    }
    let extra = quotient(min, max, LN_2, f64::exp2).ln_1p() / LN_2;
    if max < 0.0 && extra > -0.25 * max {
        return (near_unit_sum(Dd::LN_2 * max, Dd::LN_2 * min) / Dd::LN_2).value();
    }
    max + extra
}

/// `e^x / (e^x + e^y)`, the share of the first term in [`log_add_exp`]: 0 where both operands are `-inf`
/// (neither moves the sum), 1/2 where both are `inf`.
///
/// # Source
///
/// The identity `logistic(x - y)`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::exp_share;
/// assert_eq!((exp_share(2.0, 2.0), exp_share(f64::NEG_INFINITY, f64::NEG_INFINITY)), (0.5, 0.0));
/// ```
pub fn exp_share(x: f64, y: f64) -> f64 {
    share(x, y, 1.0, f64::exp)
}

/// `2^x / (2^x + 2^y)`, the share of the first term in [`log_add_exp2`]; limits as those of [`exp_share`].
///
/// # Source
///
/// The identity `logistic(ln 2 (x - y))`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::exp2_share;
/// assert_eq!((exp2_share(2.0, 2.0), exp2_share(1.0, f64::NEG_INFINITY)), (0.5, 1.0));
/// ```
pub fn exp2_share(x: f64, y: f64) -> f64 {
    share(x, y, LN_2, f64::exp2)
}

/// The smaller of two terms divided by the larger, from their exponents to a base with this logarithm and
/// exponential.
fn quotient(min: f64, max: f64, ln_base: f64, power: fn(f64) -> f64) -> f64 {
    let d = Dd::sum(min, -max);
    if d.hi > -2000.0 { power(d.hi) * (1.0 + ln_base * d.lo) } else { 0.0 }
}

/// The share of the first of two terms, from their exponents to a base with this logarithm and exponential: 0
/// if both terms are 0, 1/2 if both are infinite.
fn share(x: f64, y: f64, ln_base: f64, power: fn(f64) -> f64) -> f64 {
    if x == f64::NEG_INFINITY && !y.is_nan() {
        0.0
    } else if x == y {
        0.5
    } else {
        let d = x - y;
        let e = power(-d.abs());
        let share = (if d >= 0.0 { 1.0 } else { e }) / (1.0 + e);
        // The slope times the rounding error of the difference.
        let part = d - x;
        let lost = ln_base * ((x - (d - part)) - (y + part));
        if lost.is_finite() { share + share * (1.0 - share) * lost } else { share }
    }
}

/// `ln(e^max + e^min)` for a negative `max` and a sum near one.
fn near_unit_sum(max: Dd, min: Dd) -> Dd {
    // Below this the smaller term is no longer a normal number, and the sum can only be zero or max itself.
    let small = if min.hi < -700.0 { Dd::from(min.hi.exp()) } else { min.exp() };
    (max.exp_m1() + small).ln_1p()
}

/// `x ln y`, and 0 for `x = 0` unless `y` is NaN.
///
/// # Source
///
/// The definition (that of `scipy.special.xlogy`).
///
/// # Examples
///
/// ```
/// use pullback_real::special::xlogy;
/// assert_eq!((xlogy(0.0, 0.0), xlogy(2.0, 1.0)), (0.0, 0.0));
/// ```
pub fn xlogy(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() }
}

/// `x ln(1 + y)`, and 0 for `x = 0` unless `y` is NaN.
///
/// # Source
///
/// The definition (that of `scipy.special.xlog1py`).
///
/// # Examples
///
/// ```
/// assert_eq!(pullback_real::special::xlog1py(0.0, -1.0), 0.0);
/// ```
pub fn xlog1py(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln_1p() }
}
