//! The error function and its relatives: complement, scaled complement and inverses.
//!
//! In the middle the complement is a table of series. All other values rest on the scaled complement `erfcx`,
//! which has no exponential in it and is therefore easy to approximate; the exponential is multiplied back
//! with the rounding error of the square taken into account.

use super::dd::Dd;
use super::erf_series;
use super::erfcx::erfcx_right;
use super::poly::Piece;
use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// Error function, `2/sqrt(pi)` times the integral of `e^(-t^2)` from 0 to `x`; odd, `±1` at `±inf`.
///
/// # Source
///
/// DLMF 7.2.1; interpolating polynomial in `x^2` of `erf(x) / x` below 3/4, one minus [`erfc`] beyond.
///
/// # Examples
///
/// ```
/// use pullback_real::special::erf;
/// assert_eq!((erf(0.0), erf(f64::INFINITY)), (0.0, 1.0));
/// assert!((erf(0.5) - 0.5204998778130465).abs() < 1e-15);
/// ```
pub fn erf(x: f64) -> f64 {
    let a = x.abs();
    if a < 0.75 { x * ERF.at(x * x) } else { (1.0 - erfc(a)).copysign(x) }
}

/// Complementary error function, `1 - erf(x)`; 2 at `-inf`, 0 at `inf`, underflows gradually near 26.6.
///
/// # Source
///
/// DLMF 7.2.2; Taylor series about the sixteenths up to 4, `e^(-x^2) erfcx(x)` beyond, reflection on the left.
///
/// # Examples
///
/// ```
/// use pullback_real::special::erfc;
/// assert_eq!((erfc(0.0), erfc(f64::INFINITY)), (1.0, 0.0));
/// assert!((erfc(10.0) / 2.088487583762545e-45 - 1.0).abs() < 1e-15);
/// ```
pub fn erfc(x: f64) -> f64 {
    erfc_and_slope(x).0
}

/// [`erfc`] and its derivative `-2/sqrt(pi) e^(-x^2)`.
#[inline]
pub(crate) fn erfc_and_slope(x: f64) -> (f64, f64) {
    if x.abs() < erf_series::END { erf_series::value_and_slope(x) } else { erfc_and_slope_far(x) }
}

/// [`erfc_and_slope`] in the tails, from one exponential.
#[inline(never)]
fn erfc_and_slope_far(x: f64) -> (f64, f64) {
    let a = x.abs();
    let (right, e) = exp_of_square_and_exp(a, -1.0, erfcx_right(a));
    let e = if e == 0.0 { e } else { e - e * Dd::square(a).lo };
    (if x < 0.0 { 2.0 - right } else { right }, -FRAC_2_SQRT_PI * e)
}

/// Scaled complementary error function, `e^(x^2) erfc(x)`; 0 at `inf`, overflows below -26.6.
///
/// # Source
///
/// DLMF 7.2.2 and 7.12.1; interpolating polynomials in `x` up to 8 and in `1/x^2` beyond, and `2 e^(x^2)` minus the
/// value at `-x` on the left.
///
/// # Examples
///
/// ```
/// use pullback_real::special::erfcx;
/// assert_eq!(erfcx(0.0), 1.0);
/// assert!((erfcx(1e10) / 5.641895835477563e-11 - 1.0).abs() < 1e-15);
/// ```
pub fn erfcx(x: f64) -> f64 {
    if x < 0.0 { exp_of_square(x, 1.0, 2.0) - erfcx_right(-x) } else { erfcx_right(x) }
}

/// `e^(power x^2) factor` for a power that is `±2^k`, corrected for the rounding error of the square.
pub(super) fn exp_of_square(x: f64, power: f64, factor: f64) -> f64 {
    exp_of_square_and_exp(x, power, factor).0
}

/// [`exp_of_square`], and the exponential alone without the correction.
#[inline]
pub(super) fn exp_of_square_and_exp(x: f64, power: f64, factor: f64) -> (f64, f64) {
    let square = Dd::square(x);
    let e = (square.hi * power).exp();
    let value = e * factor;
    // Out of range there is no error to correct (and that of the square is not a number).
    (if value == 0.0 || value.is_infinite() { value } else { value + value * (square.lo * power) }, e)
}

/// Inverse of [`erf`] on `[-1, 1]`; odd, `±inf` at the ends, NaN outside.
///
/// # Source
///
/// S. Winitzki, *A handy approximation for the error function and its inverse* (2008), as a first guess with a
/// relative error of 2e-3; two steps of Halley's method, each of which cubes the error. Beyond one half through
/// [`erfc_inv`].
///
/// # Examples
///
/// ```
/// use pullback_real::special::{erf, erf_inv};
/// assert_eq!((erf_inv(0.0), erf_inv(1.0)), (0.0, f64::INFINITY));
/// assert!((erf_inv(erf(0.3)) - 0.3).abs() < 1e-15);
/// ```
pub fn erf_inv(y: f64) -> f64 {
    let a = y.abs();
    if a > 0.5 {
        return erfc_inv_right(1.0 - a).copysign(y);
    }
    if a < 1e-8 {
        return y * (0.5 * PI.sqrt());
    }
    let mut x = first_guess((-a * a).ln_1p());
    for _ in 0..2 {
        let slope = exp_of_square(x, -1.0, FRAC_2_SQRT_PI);
        let newton = (erf(x) - a) / slope;
        x -= newton / (1.0 + x * newton);
    }
    x.copysign(y)
}

/// Inverse of [`erfc`] on `[0, 2]`; `inf` at 0, `-inf` at 2, NaN outside.
///
/// # Source
///
/// As [`erf_inv`], with Halley's method on the logarithm, which is nearly quadratic, so that the tail converges as
/// fast as the middle and does not underflow.
///
/// # Examples
///
/// ```
/// use pullback_real::special::{erfc, erfc_inv};
/// assert_eq!((erfc_inv(1.0), erfc_inv(0.0)), (0.0, f64::INFINITY));
/// assert!((erfc_inv(erfc(20.0)) - 20.0).abs() < 1e-14);
/// ```
pub fn erfc_inv(q: f64) -> f64 {
    if q > 1.5 {
        return -erfc_inv_right(2.0 - q);
    }
    if q > 0.5 {
        return erf_inv(1.0 - q);
    }
    erfc_inv_right(q)
}

/// [`erfc_inv`] for `q <= 1/2`.
fn erfc_inv_right(q: f64) -> f64 {
    if q == 0.0 {
        return f64::INFINITY;
    }
    let log_q = q.ln();
    let mut x = first_guess(log_q + (2.0 - q).ln());
    for _ in 0..2 {
        let scaled = erfcx_right(x);
        // ln(erfc(x) / q), from the difference where that is exact and from the logarithms in the far tail.
        let residual = if q > 0.01 { ((erfc(x) - q) / q).ln_1p() } else { scaled.ln() - x * x - log_q };
        let hazard = FRAC_2_SQRT_PI / scaled;
        let newton = -residual / hazard;
        x -= newton / (1.0 - 0.5 * newton * (hazard - 2.0 * x));
    }
    x
}

/// Winitzki's inverse, given `ln(1 - y^2)`.
fn first_guess(log: f64) -> f64 {
    const A: f64 = 0.147;
    let (b, c) = (2.0 / (PI * A) + 0.5 * log, log / A);
    let root = (b * b - c).sqrt();
    if b > 0.0 { (-c / (root + b)).sqrt() } else { (root - b).sqrt() }
}

/// `erf(x) / x` in powers of `x^2`, for `x^2 < 9/16`.
const ERF: Piece = Piece {
    until: 0.5625,
    centre: 0.0,
    low: 1.4509499591290667e-17,
    coeffs: &[
        FRAC_2_SQRT_PI,
        -0.37612638903183715,
        0.11283791670952596,
        -0.026866170644428485,
        0.005223977615420539,
        -0.0008548326188759752,
        0.00012055289567541706,
        -1.4924196305569617e-05,
        1.643068417974155e-06,
        -1.5940066854661717e-07,
        1.1472499701094691e-08,
    ],
};
