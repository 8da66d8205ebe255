//! The standard normal distribution: probabilities, their logarithm, the inverse Mills ratio and quantiles.

use super::erf::{erf_inv, erfc_inv, erfcx, exp_of_square, exp_of_square_and_exp};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

/// `sqrt(2 / pi)`.
const SQRT_2_OVER_PI: f64 = 0.7978845608028654;

/// Standard normal distribution function, `erfc(-x / sqrt 2) / 2`; 0 and 1 at the infinities.
///
/// # Source
///
/// DLMF 7.2.2 in the scaled form `e^(-x^2/2) erfcx(-x / sqrt 2) / 2`, which spares the tail the error of `x / sqrt 2`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::norm_cdf;
/// assert_eq!(norm_cdf(0.0), 0.5);
/// assert!((norm_cdf(-10.0) / 7.61985302416052e-24 - 1.0).abs() < 1e-14);
/// ```
pub fn norm_cdf(x: f64) -> f64 {
    norm_cdf_and_slope(x).0
}

/// [`norm_cdf`] and its derivative, the density, from one exponential.
#[inline(never)]
pub(crate) fn norm_cdf_and_slope(x: f64) -> (f64, f64) {
    let (tail, e) = left_tail_and_exp(-x.abs());
    (if x > 0.0 { 1.0 - tail } else { tail }, 0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * e)
}

/// [`norm_cdf`] for an argument that is not positive.
fn left_tail(x: f64) -> f64 {
    left_tail_and_exp(x).0
}

/// [`left_tail`] and `e^(-x^2/2)`.
fn left_tail_and_exp(x: f64) -> (f64, f64) {
    // The value is below the smallest subnormal number. At -inf the two parts of `x / sqrt 2` would be inf -
    // inf.
    if x < -40.0 {
        return (0.0, 0.0);
    }
    exp_of_square_and_exp(x, -0.5, 0.5 * scaled_tail(x))
}

/// `erfcx(-x / sqrt 2)`, twice the tail over `e^(-x^2/2)`; the quotient is rounded once.
fn scaled_tail(x: f64) -> f64 {
    const FRAC_1_SQRT_2_LOW: f64 = -4.833646656726457e-17;
    erfcx((-x).mul_add(FRAC_1_SQRT_2, -x * FRAC_1_SQRT_2_LOW))
}

/// Logarithm of [`norm_cdf`]; `-inf` at `-inf` (in fact below -1.9e154), `-0` at `inf`.
///
/// # Source
///
/// `-x^2/2 + ln(erfcx(-x / sqrt 2) / 2)` below -1, where both terms are negative; `ln(1 - norm_cdf(-x))` on the right.
///
/// # Examples
///
/// ```
/// use pullback_real::special::norm_log_cdf;
/// assert_eq!(norm_log_cdf(0.0), -std::f64::consts::LN_2);
/// assert_eq!(norm_log_cdf(-1e100), -5e199);
/// ```
pub fn norm_log_cdf(x: f64) -> f64 {
    if x < -1e10 {
        // The logarithm of the ratio is far below the last place, and infinite at -inf.
        -0.5 * x * x
    } else if x < -1.0 {
        (0.5 * scaled_tail(x)).ln() - 0.5 * x * x
    } else if x > 0.0 {
        (-left_tail(-x)).ln_1p()
    } else {
        left_tail(x).ln()
    }
}

/// Inverse Mills ratio of the left tail, density over [`norm_cdf`], the derivative of [`norm_log_cdf`]:
/// about `-x` for `x -> -inf`, 0 at `inf`.
///
/// # Source
///
/// The definition; on the left `sqrt(2/pi) / erfcx(-x / sqrt 2)`, in which the exponentials have cancelled.
///
/// # Examples
///
/// ```
/// use pullback_real::special::inv_mills_ratio;
/// assert_eq!(inv_mills_ratio(-1e200), 1e200);
/// assert_eq!(inv_mills_ratio(f64::INFINITY), 0.0);
/// ```
pub fn inv_mills_ratio(x: f64) -> f64 {
    if x < -1e9 {
        -x
    } else if x <= 0.0 {
        SQRT_2_OVER_PI / scaled_tail(x)
    } else {
        exp_of_square(x, -0.5, 0.5 * SQRT_2_OVER_PI) / norm_cdf(x)
    }
}

/// Quantile of the standard normal distribution, the inverse of [`norm_cdf`], on `[0, 1]`; `±inf` at the ends, NaN
/// outside.
///
/// # Source
///
/// `-sqrt 2 erfc_inv(2 p)` and, between the quartiles, `sqrt 2 erf_inv(2 p - 1)`: the arguments are exact.
///
/// # Examples
///
/// ```
/// use pullback_real::special::norm_quantile;
/// assert_eq!((norm_quantile(0.5), norm_quantile(0.0)), (0.0, f64::NEG_INFINITY));
/// assert!((norm_quantile(0.975) - 1.959963984540054).abs() < 1e-15);
/// ```
pub fn norm_quantile(p: f64) -> f64 {
    const SQRT_2_LOW: f64 = -9.667293313452913e-17;
    let x = if p < 0.25 {
        -erfc_inv(2.0 * p)
    } else if p > 0.75 {
        erfc_inv(2.0 * (1.0 - p))
    } else {
        erf_inv(2.0 * p - 1.0)
    };
    if x.is_infinite() { x } else { x.mul_add(SQRT_2, x * SQRT_2_LOW) }
}
