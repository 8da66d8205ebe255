//! Elementary functions that `std` lacks, or computes less accurately than derivatives need.

use std::f64::consts::LN_2;

/// Sign of `x`: `±1`, and `x` itself for `±0` and NaN.
///
/// # Source
///
/// The definition; unlike `f64::signum` a zero stays a zero, as in NumPy.
///
/// # Examples
///
/// ```
/// use pullback_real::special::sign;
/// assert_eq!((sign(-3.0), sign(0.0), sign(2.5)), (-1.0, 0.0, 1.0));
/// ```
pub fn sign(x: f64) -> f64 {
    if x == 0.0 || x.is_nan() { x } else { x.signum() }
}

/// Larger of two numbers, with `maximum(-0, +0) = +0`; NaN if either is NaN.
///
/// # Source
///
/// IEEE 754-2019, section 9.6, operation `maximum`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::maximum;
/// assert_eq!(maximum(1.0, 2.0), 2.0);
/// assert!(maximum(1.0, f64::NAN).is_nan());
/// ```
pub fn maximum(x: f64, y: f64) -> f64 {
    if x > y || (x == y && x.is_sign_positive()) || x.is_nan() { x } else { y }
}

/// Smaller of two numbers, with `minimum(-0, +0) = -0`; NaN if either is NaN.
///
/// # Source
///
/// IEEE 754-2019, section 9.6, operation `minimum`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::minimum;
/// assert_eq!(minimum(1.0, 2.0), 1.0);
/// assert!(minimum(1.0, f64::NAN).is_nan());
/// ```
pub fn minimum(x: f64, y: f64) -> f64 {
    if x < y || (x == y && x.is_sign_negative()) || x.is_nan() { x } else { y }
}

/// Inverse hyperbolic sine, `ln(x + sqrt(x^2 + 1))`, on the whole line; odd, `±0` and `±inf` map to themselves.
///
/// # Source
///
/// DLMF 4.37.16, as `ln(1 + t)` with a cancellation-free `t`, and `ln 2x` where the square would overflow.
///
/// # Examples
///
/// ```
/// use pullback_real::special::asinh;
/// assert_eq!(asinh(1e-20), 1e-20);
/// assert!((asinh(1.0) - 0.881373587019543).abs() < 1e-15);
/// ```
pub fn asinh(x: f64) -> f64 {
    let a = x.abs();
    let value = if a < 1e9 {
        let square = a * a;
        (a + square / (1.0 + (1.0 + square).sqrt())).ln_1p()
    } else {
        a.ln() + LN_2
    };
    value.copysign(x)
}

/// Inverse hyperbolic cosine, `ln(x + sqrt(x^2 - 1))`, for `x >= 1`; NaN below, `inf` at infinity.
///
/// # Source
///
/// DLMF 4.37.19, in terms of `x - 1` (which is exact near 1), and `ln 2x` where the square would overflow.
///
/// # Examples
///
/// ```
/// use pullback_real::special::acosh;
/// assert_eq!(acosh(1.0), 0.0);
/// assert!((acosh(2.0) - 1.3169578969248167).abs() < 1e-15);
/// ```
pub fn acosh(x: f64) -> f64 {
    if x < 1.0 {
        f64::NAN
    } else if x < 1e9 {
        let t = x - 1.0;
        (t + (2.0 * t + t * t).sqrt()).ln_1p()
    } else {
        x.ln() + LN_2
    }
}

/// Inverse hyperbolic tangent, `ln((1 + x) / (1 - x)) / 2`, on `[-1, 1]`; odd, `±inf` at the ends, NaN outside.
///
/// # Source
///
/// DLMF 4.37.24, as `ln(1 + 2|x| / (1 - |x|)) / 2`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::atanh;
/// assert_eq!(atanh(-1.0), f64::NEG_INFINITY);
/// assert!((atanh(0.5) - 0.5493061443340549).abs() < 1e-15);
/// ```
pub fn atanh(x: f64) -> f64 {
    let a = x.abs();
    // For small arguments 1 - a would round, and its error would come through in full.
    let t = if a < 0.5 { 2.0 * a + 2.0 * a * a / (1.0 - a) } else { 2.0 * a / (1.0 - a) };
    if a < f64::MIN_POSITIVE { x } else { (0.5 * t.ln_1p()).copysign(x) }
}

/// Hyperbolic secant, `1 / cosh x`, on the whole line; even, 0 at `±inf`.
///
/// # Source
///
/// DLMF 4.28.10 with `u = e^-|x|`: `2u / (1 + u^2)` neither overflows nor cancels.
///
/// # Examples
///
/// ```
/// use pullback_real::special::sech;
/// assert_eq!((sech(0.0), sech(f64::INFINITY)), (1.0, 0.0));
/// ```
pub fn sech(x: f64) -> f64 {
    let u = (-x.abs()).exp();
    2.0 * u / (1.0 + u * u)
}

/// `2^x`, on the whole line: 0 at `-inf`, `inf` above the range.
///
/// # Source
///
/// The standard library.
///
/// # Examples
///
/// ```
/// assert_eq!(pullback_real::special::exp2(-1.0), 0.5);
/// ```
pub fn exp2(x: f64) -> f64 {
    x.exp2()
}

/// `1 / sqrt x` for `x >= 0`; `±inf` at `±0`, 0 at infinity, NaN below zero.
///
/// # Source
///
/// The definition: two correctly rounded operations.
///
/// # Examples
///
/// ```
/// assert_eq!(pullback_real::special::rsqrt(4.0), 0.5);
/// ```
pub fn rsqrt(x: f64) -> f64 {
    1.0 / x.sqrt()
}

/// `x^n` for an integer exponent; `x^0 = 1` also for NaN.
///
/// # Source
///
/// The standard library: `f64::powi` rounds once per multiplication (and loses the result of `1 / x^|n|` to
/// overflow), so that exponents beyond the smallest go through `f64::powf`, which is good to one unit in the last
/// place.
///
/// # Examples
///
/// ```
/// use pullback_real::special::powi;
/// assert_eq!((powi(-2.0, 3), powi(2.0, -1074)), (-8.0, 5e-324));
/// ```
pub fn powi(x: f64, n: i32) -> f64 {
    match n {
        -1 => 1.0 / x,
        0 => 1.0,
        1 => x,
        2 => x * x,
        3 => x * x * x,
        _ => x.powf(f64::from(n)),
    }
}

/// Nearest integer, halves to the even one; `±0`, `±inf` and NaN map to themselves.
///
/// # Source
///
/// The standard library; NumPy's `round`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::round;
/// assert_eq!((round(0.5), round(1.5), round(-2.5)), (0.0, 2.0, -2.0));
/// ```
pub fn round(x: f64) -> f64 {
    x.round_ties_even()
}

/// `x - y trunc(x / y)`, exact, with the sign of the dividend `x`; NaN for `y = 0` or infinite `x`.
///
/// # Source
///
/// The standard library; C's and NumPy's `fmod`.
///
/// # Examples
///
/// ```
/// assert_eq!(pullback_real::special::fmod(-7.0, 3.0), -1.0);
/// ```
pub fn fmod(x: f64, y: f64) -> f64 {
    x % y
}

/// `x - y floor(x / y)`, with the sign of the divisor `y`; NaN for `y = 0` or infinite `x`.
///
/// # Source
///
/// Python's and NumPy's `%`: the exact `fmod`, moved by one divisor (one rounding) where the signs differ.
///
/// # Examples
///
/// ```
/// assert_eq!(pullback_real::special::remainder(-7.0, 3.0), 2.0);
/// ```
pub fn remainder(x: f64, y: f64) -> f64 {
    let r = x % y;
    if r == 0.0 {
        0f64.copysign(y)
    } else if (r < 0.0) != (y < 0.0) {
        r + y
    } else {
        r
    }
}

/// `sqrt(x^2 + y^2)` without intermediate overflow; infinite if either operand is, else NaN if either is.
///
/// # Source
///
/// The standard library.
///
/// # Examples
///
/// ```
/// assert_eq!(pullback_real::special::hypot(3e300, 4e300), 5e300);
/// ```
pub fn hypot(x: f64, y: f64) -> f64 {
    x.hypot(y)
}

/// `x / sqrt(x^2 + y^2)`, without overflow; 0 at the origin.
///
/// # Examples
///
/// ```
/// use pullback_real::special::over_hypot;
/// assert_eq!((over_hypot(3.0, 4.0), over_hypot(0.0, 0.0)), (0.6, 0.0));
/// ```
pub fn over_hypot(x: f64, y: f64) -> f64 {
    let h = x.hypot(y);
    if h == 0.0 {
        0.0
    } else if h.is_infinite() {
        // A quarter of each argument brings the root of finite ones back into range.
        match (x.is_infinite(), y.is_infinite()) {
            (false, false) => (0.25 * x) / (0.25 * x).hypot(0.25 * y),
            (true, false) => x.signum(),
            (false, true) => 0.0 * x,
            (true, true) => f64::NAN,
        }
    } else {
        x / h
    }
}

/// `x / (1 + |x|)`; `±1` at the infinities.
///
/// # Examples
///
/// ```
/// use pullback_real::special::soft_sign;
/// assert_eq!((soft_sign(-1.0), soft_sign(f64::INFINITY)), (-0.5, 1.0));
/// ```
pub fn soft_sign(x: f64) -> f64 {
    if x.is_infinite() { x.signum() } else { x / (1.0 + x.abs()) }
}
