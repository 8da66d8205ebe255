//! Derivatives of the inverse Mills ratio and of the scaled complementary error function, without the cancellation of their
//! recurrences in the tail.

use super::erf::erfcx;
use super::normal::inv_mills_ratio;
use std::f64::consts::FRAC_2_SQRT_PI;

/// The factorials of larger orders overflow.
const LAST_ORDER: u32 = 170;

/// The `n`-th derivative of [`inv_mills_ratio`]; NaN for orders above 170.
///
/// # Source
///
/// On the left of -2, Laplace's continued fraction `λ(-t) = t + 1/(t + 2/(t + 3/(t + …)))` (DLMF 7.9.2) in truncated
/// Taylor series; elsewhere the Taylor coefficients of the differential equation `λ' = -λ (x + λ)`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::{inv_mills_derivative, inv_mills_ratio};
/// let y = inv_mills_ratio(0.5);
/// assert!((inv_mills_derivative(1, 0.5) + y * (0.5 + y)).abs() < 1e-15);
/// // Far left it tends to -1, and the next to 0.
/// assert!((inv_mills_derivative(1, -1e8) + 1.0).abs() < 1e-15);
/// ```
pub fn inv_mills_derivative(n: u32, x: f64) -> f64 {
    if n == 0 || x.is_nan() {
        return inv_mills_ratio(x);
    }
    if n > LAST_ORDER {
        return f64::NAN;
    }
    let order = n as usize;
    let factorial = (1..=n).map(f64::from).product::<f64>();
    if x >= -2.0 {
        // λ_{k+1} (k+1) = -(λ_k x + λ_{k-1} + Σ λ_i λ_{k-i}).
        let mut c = vec![inv_mills_ratio(x)];
        for k in 0..order {
            let square: f64 = (0..=k).map(|i| c[i] * c[k - i]).sum();
            let before = if k > 0 { c[k - 1] } else { 0.0 };
            c.push(-(c[k] * x + before + square) / (k + 1) as f64)
        }
        return if x.is_infinite() { 0.0 } else { c[order] * factorial };
    }
    let t = -x;
    let levels = (40.0 + 600.0 / (t * t)).ceil() as usize;
    // The series of k/(t + the next) in powers of the step of t, from the far end.
    let mut tail = vec![0.0; order + 1];
    for k in (1..=levels).rev() {
        let below = |i: usize| tail[i] + [t, 1.0].get(i).copied().unwrap_or(0.0);
        let mut q = vec![k as f64 / below(0)];
        for j in 1..=order {
            let sum: f64 = (1..=j).map(|i| below(i) * q[j - i]).sum();
            q.push(-sum / below(0))
        }
        tail = q
    }
    let by_t = factorial * tail[order] + if order == 1 { 1.0 } else { 0.0 };
    if order % 2 == 1 { -by_t } else { by_t }
}

/// The `n`-th derivative of [`erfcx`]; NaN for orders above 170.
///
/// # Source
///
/// `(-2)^n n!` times the scaled repeated integrals of the complementary error function (DLMF 7.18.3). To the right of 0.8 their
/// ratios are continued fractions of positive terms (from DLMF 7.18.7), elsewhere they follow from that recurrence, forward.
///
/// # Examples
///
/// ```
/// use pullback_real::special::erfcx_derivative;
/// assert!((erfcx_derivative(1, 0.0) + std::f64::consts::FRAC_2_SQRT_PI).abs() < 1e-15);
/// // erfcx(x) is about 1/(√π x).
/// assert!((erfcx_derivative(2, 1e4) / 1.1283791332441388e-12 - 1.0).abs() < 1e-15);
/// ```
pub fn erfcx_derivative(n: u32, x: f64) -> f64 {
    if n == 0 || x.is_nan() {
        return erfcx(x);
    }
    if n > LAST_ORDER {
        return f64::NAN;
    }
    if x < 0.8 {
        // y⁽ᵏ⁺¹⁾ = 2x y⁽ᵏ⁾ + 2k y⁽ᵏ⁻¹⁾
        let y = erfcx(x);
        let (mut before, mut now) = (y, 2.0 * x * y - FRAC_2_SQRT_PI);
        if y.is_infinite() {
            return if n % 2 == 1 { -y } else { y };
        }
        for k in 1..n {
            (before, now) = (now, 2.0 * x * now + 2.0 * f64::from(k) * before)
        }
        return now;
    }
    // r_k = iᵏerfc / iᵏ⁻¹erfc = 1 / (2 (x + (k + 1) r_{k+1}))
    let levels = n + (60.0 + 240.0 / (x * x)).ceil() as u32;
    let mut r = 1.0 / (x + (x * x + 2.0 * f64::from(levels + 1)).sqrt());
    let mut y = erfcx(x);
    for k in (1..=levels).rev() {
        r = 0.5 / (x + f64::from(k + 1) * r);
        if k <= n {
            y *= -2.0 * f64::from(k) * r
        }
    }
    y
}
