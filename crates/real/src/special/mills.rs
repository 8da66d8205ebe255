//! Derivatives of the inverse Mills ratio, without the cancellation of their recurrence in the tail.

use super::normal::inv_mills_ratio;

/// The `n`-th derivative of [`inv_mills_ratio`].
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
