//! The error function and its relatives: complement, scaled complement and inverses.
//!
//! Everything rests on the scaled complement `erfcx`, which has no exponential in it and is therefore easy to
//! approximate; the exponential is multiplied back with the rounding error of the square taken into account.

use super::dd::Dd;
use super::poly::{Piece, piecewise};
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
/// DLMF 7.2.2; `e^(-x^2) erfcx(x)` from 1/2 on, one minus [`erf`] in the middle, reflection on the left.
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

/// [`erfc`] and its derivative `-2/sqrt(pi) e^(-x^2)`, of one exponential.
#[inline(never)]
pub(crate) fn erfc_and_slope(x: f64) -> (f64, f64) {
    let a = x.abs();
    if a < 0.5 {
        return (1.0 - erf(x), -FRAC_2_SQRT_PI * (-x * x).exp());
    }
    let (right, e) = exp_of_square_and_exp(a, -1.0, erfcx_right(a));
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

/// [`erfcx`] for an argument that is not negative.
fn erfcx_right(x: f64) -> f64 {
    if x < 8.0 { piecewise(&ERFCX, x) } else { ERFCX_TAIL.at(1.0 / (x * x)) / x }
}

/// `e^(power x^2) factor` for a power that is `±2^k`: the error of the square is kept.
pub(super) fn exp_of_square(x: f64, power: f64, factor: f64) -> f64 {
    exp_of_square_and_exp(x, power, factor).0
}

/// [`exp_of_square`], and the exponential alone without the correction.
#[inline]
pub(super) fn exp_of_square_and_exp(x: f64, power: f64, factor: f64) -> (f64, f64) {
    let square = Dd::product(x, x);
    let e = (square.hi * power).exp();
    let value = e * factor;
    // Beyond the range there is nothing to correct (and the error of the square is not a number).
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

/// `erfcx(x)` for `0 <= x < 8`.
const ERFCX: [Piece; 4] = [
    Piece {
        until: 1.0,
        centre: 0.5,
        low: -2.312175868623341e-17,
        coeffs: &[
            0.6156903441929259,
            -0.5126888229025867,
            0.3593459327416325,
            -0.22201057102117708,
            0.12417032361552027,
            -0.0639701636855931,
            0.030728413924343827,
            -0.013887416199439267,
            0.005946176453171116,
            -0.002425406342047791,
            0.0009466947050826057,
            -0.00035491853351658434,
            0.00012820543187057955,
            -4.474879580736602e-05,
            1.5121547901933568e-05,
            -4.92948646984817e-06,
            1.572004993884856e-06,
            -5.453406333194506e-07,
            1.6417478550715736e-07,
        ],
    },
    Piece {
        until: 2.5,
        centre: 1.75,
        low: 8.435569296922411e-18,
        coeffs: &[
            0.2849722347374364,
            -0.1309763455144852,
            0.055763630087087304,
            -0.022259995241388338,
            0.008404319207326675,
            -0.003020974651424632,
            0.0010392045224943175,
            -0.00034353335348190285,
            0.00010950528789877897,
            -3.375535512350179e-05,
            1.0086687118634985e-05,
            -2.927938946074689e-06,
            8.27116822643686e-07,
            -2.2775911713858554e-07,
            6.125858418423319e-08,
            -1.6092176785311224e-08,
            4.078439777723807e-09,
            -1.0279487070919121e-09,
            3.0245223381638127e-10,
            -7.284226875618169e-11,
        ],
    },
    Piece {
        until: 4.5,
        centre: 3.5,
        low: -1.355844542216092e-18,
        coeffs: &[
            0.1552936556088943,
            -0.041323577833252495,
            0.010661133192510575,
            -0.0026730744396434463,
            0.0006526863268788573,
            -0.0001554689182306361,
            3.618170436212355e-05,
            -8.23798653158511e-06,
            1.8371878445583054e-06,
            -4.017399219316142e-07,
            8.621973517151609e-08,
            -1.817619326858097e-08,
            3.766929677399265e-09,
            -7.684909438552035e-10,
            1.5422600499479422e-10,
            -3.003535335844395e-11,
            5.8562392283575665e-12,
            -1.3514209101068437e-12,
            2.5499360477596917e-13,
        ],
    },
    Piece {
        until: 8.0,
        centre: 6.25,
        low: 5.040906896653356e-18,
        coeffs: &[
            0.08915663178727438,
            -0.0139212697545827,
            0.002148695821132524,
            -0.00032794724833633574,
            4.9512759515082395e-05,
            -7.3970005464876925e-06,
            1.0938353670585836e-06,
            -1.6015128742919726e-07,
            2.3222453991513554e-08,
            -3.335764916380129e-09,
            4.747860769360653e-10,
            -6.697485496554969e-11,
            9.364479530469304e-12,
            -1.2983801080101862e-12,
            1.7900241457337614e-13,
            -2.4409599098375123e-14,
            3.1697259180177356e-15,
            -4.2605932399458345e-16,
            7.718418135256984e-17,
            -1.0165898839825469e-17,
        ],
    },
];

/// `x erfcx(x)` in powers of `1/x^2`, for `x >= 8`.
const ERFCX_TAIL: Piece = Piece {
    until: 0.015625,
    centre: 0.0,
    low: 7.384756031259774e-18,
    coeffs: &[
        0.5641895835477563,
        -0.28209479177387453,
        0.42314218765313183,
        -1.0578554628098449,
        3.702491472744577,
        -16.66057448672644,
        91.53972990498953,
        -586.5240186310999,
        3933.1437972155836,
        -19269.359025840087,
    ],
};
