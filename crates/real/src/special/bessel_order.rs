//! Modified Bessel functions of the first kind of integer order, and derivatives of the scaled one of order 0.

use super::bessel::{bessel_i0, bessel_i0e, bessel_i1};
use super::gamma::ln_gamma;
use std::f64::consts::{LN_2, PI, TAU};

/// Beyond this order a value is given where it is surely 0 or infinite, and is NaN elsewhere: a recurrence would take too long.
pub(super) const LAST_ORDER: u32 = 1_000_000;

/// Modified Bessel function `I_n(x)`, on the whole line; NaN for orders above a million unless the value underflows.
///
/// # Source
///
/// `I_0(x)` times the ratios of neighbouring orders, which are continued fractions of positive terms (DLMF 10.33.1,
/// W. Gautschi, SIAM Review 9 (1967), 24).
///
/// # Examples
///
/// ```
/// use pullback_real::special::bessel_i;
/// assert!((bessel_i(2, 1.0) - 0.13574766976703828).abs() < 1e-16);
/// assert!((bessel_i(2, 1e-9) / 1.25e-19 - 1.0).abs() < 1e-15);
/// ```
pub fn bessel_i(n: u32, x: f64) -> f64 {
    match n {
        0 => bessel_i0(x),
        1 => bessel_i1(x),
        n => at_order(n, x),
    }
}

/// Logarithm of an upper bound of `|J_n(x)|` and, with the growth `x²/(4n + 4)` added, of `I_n(x)` (DLMF 10.14.4, 10.40).
pub(super) fn ln_bound(n: u32, x: f64) -> f64 {
    let n = f64::from(n);
    n * (x.abs().ln() - LN_2) - ln_gamma(n + 1.0)
}

/// The smallest logarithm whose exponential is not 0.
pub(super) const LN_SMALLEST: f64 = -746.0;

/// The `n`-th derivative of `e^-a I_0(a)` at `a = |x|`; NaN for orders above a million.
///
/// # Source
///
/// `(-1)^n / π` times the integral of `u^n e^(-a u)` with `u = 1 - cos θ` over `0 < θ < π` (from DLMF
/// 10.32.1), by the midpoint rule. The integrand is periodic and positive, so nothing cancels, and as many
/// points as its Fourier series has terms give all digits. Beyond 30, the derivative of the expansion DLMF
/// 10.40.1, whose terms have one sign.
///
/// # Examples
///
/// ```
/// use pullback_real::special::{bessel_i0e, bessel_i0e_derivative, bessel_i1e};
/// let want = bessel_i1e(2.0) - bessel_i0e(2.0);
/// assert!((bessel_i0e_derivative(1, 2.0) / want - 1.0).abs() < 1e-14);
/// ```
pub fn bessel_i0e_derivative(n: u32, x: f64) -> f64 {
    let a = x.abs();
    if n == 0 || x.is_nan() {
        return bessel_i0e(x);
    }
    let size = if a >= 30.0 && 4.0 * f64::from(n) <= a {
        expansion(n, a)
    } else if n > LAST_ORDER {
        f64::NAN
    } else {
        midpoints(n, a)
    };
    if n % 2 == 1 { -size } else { size }
}

/// `(-1)^n` times the derivative, by the midpoint rule.
fn midpoints(n: u32, a: f64) -> f64 {
    let order = f64::from(n);
    let count = (48.0 + order + 5.0 * a.sqrt()).ceil() as u32;
    let term = |k: u32| {
        // 1 - cos θ
        let u = 2.0 * ((0.5 * PI / f64::from(count)) * (f64::from(k) + 0.5)).sin().powi(2);
        if n < 64 { u.powi(n as i32) * (-a * u).exp() } else { (order * u.ln() - a * u).exp() }
    };
    (0..count).map(term).sum::<f64>() / f64::from(count)
}

/// `(-1)^n` times the derivative of `(2πx)^(-1/2) Σ ((2k-1)!!)² / (k! (8x)^k)`.
fn expansion(n: u32, x: f64) -> f64 {
    let order = f64::from(n);
    // The n-th derivative of x^(-k-1/2) is (-1)^n (k+1/2) (k+3/2) … (k+n-1/2) x^(-k-1/2-n).
    let (mut term, mut sum, mut k): (f64, f64, f64) = (1.0, 0.0, 0.0);
    loop {
        sum += term;
        let next = term * (2.0 * k + 1.0).powi(2) / (8.0 * x * (k + 1.0)) * ((k + 0.5 + order) / (k + 0.5));
        if next < 1e-18 * sum || next >= term {
            break;
        }
        (term, k) = (next, k + 1.0)
    }
    let first = if n < 64 {
        (0..n).fold(1.0, |product, j| product * ((f64::from(j) + 0.5) / x))
    } else {
        (ln_gamma(order + 0.5) - 0.5 * PI.ln() - order * x.ln()).exp()
    };
    first * sum / (TAU * x).sqrt()
}

/// The function of order n from that of order 0.
fn at_order(n: u32, x: f64) -> f64 {
    let a = x.abs();
    if a == 0.0 || x.is_nan() {
        return if a == 0.0 { 0.0 } else { x };
    }
    let signed = |y: f64| if x < 0.0 && n % 2 == 1 { -y } else { y };
    let order = f64::from(n);
    if ln_bound(n, a) + a * a / (4.0 * order + 4.0) < LN_SMALLEST {
        return signed(0.0);
    }
    if a.is_infinite() {
        return signed(a);
    }
    if n > LAST_ORDER {
        return f64::NAN;
    }
    // r_k = I_k / I_{k-1} = 1 / (2k/x + r_{k+1}); at a high order the ratio is known well enough to start.
    let start = order + 30.0 + 10.0 * a.min(1e6).sqrt();
    let ratio = |k: f64| a / (k + (k * k + a * a).sqrt());
    let (mut k, mut r) = (start.ceil(), ratio(start.ceil() + 0.5));
    // The product of the ratios and the exponential may leave the range before their product does.
    let (mut product, mut lifted) = (1.0, 0);
    while k >= 1.0 {
        r = a / (2.0 * k + a * r);
        if k <= order {
            product *= r;
            if product < LOWERED {
                (product, lifted) = (product / LOWERED, lifted + 1)
            }
        }
        k -= 1.0
    }
    let lower = |y: f64, times: i32| (0..times).fold(y, |y, _| y * LOWERED);
    let zeroth = bessel_i0(x);
    if zeroth.is_finite() {
        return signed(lower(zeroth * product, lifted));
    }
    let part = (0.25 * a).exp();
    let parts = (0..4).fold(bessel_i0e(x) * product, |y, i| lower(y * part, i32::from(i < lifted)));
    signed(lower(parts, lifted - 4))
}

/// 2^-664.
const LOWERED: f64 = f64::from_bits((1023 - 664) << 52);
