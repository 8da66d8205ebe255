//! The derivative of the incomplete gamma functions by their first argument.

use super::gamma::digamma;
use super::incomplete_gamma::{gamma_pdf, gamma_q};

/// `∂P(a, x)/∂a`, for `a > 0` and `x >= 0`; NaN outside. Relative error about 1e-13.
///
/// # Source
///
/// Term by term from the series DLMF 8.7.3 for `x < a + 1`, where all terms have one sign; elsewhere from the
/// continued fraction DLMF 8.9.2 of the upper function, evaluated together with its derivative (compare R. J. Moore,
/// Applied Statistics 31 (1982), 330).
///
/// # Examples
///
/// ```
/// use pullback_real::special::{gamma_p, gamma_p_by_a};
/// let difference = (gamma_p(2.0 + 1e-5, 3.0) - gamma_p(2.0 - 1e-5, 3.0)) / 2e-5;
/// assert!((gamma_p_by_a(2.0, 3.0) / difference - 1.0).abs() < 1e-9);
/// ```
pub fn gamma_p_by_a(a: f64, x: f64) -> f64 {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 || a.is_infinite() {
        return f64::NAN;
    }
    if x == 0.0 || x.is_infinite() {
        return 0.0;
    }
    let weight = x * gamma_pdf(a, x);
    if x < a + 1.0 { weight * series(a, x) } else { -upper(a, x, weight) }
}

/// The sum of `x^k / (a (a+1) … (a+k)) · (ln x - ψ(a+k+1))`.
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut psi, log) = (1.0 / a, digamma(a + 1.0), x.ln());
    let (mut sum, mut k) = (0.0, 0.0);
    loop {
        let step = term * (log - psi);
        sum += step;
        if step.abs() <= 1e-18 * sum.abs() || k > 1e6 {
            return sum;
        }
        k += 1.0;
        psi += 1.0 / (a + k);
        term *= x / (a + k);
    }
}

/// `∂Q/∂a` from `Q = weight · F` with `F = 1/(b₀ - c₁/(b₁ - c₂/(b₂ - …)))`, `bᵢ = x + 2i + 1 - a`, `cᵢ = i (i - a)`.
fn upper(a: f64, x: f64, weight: f64) -> f64 {
    let n = (100.0 + 20.0 * x.min(1e7).sqrt()).ceil() as usize;
    // The tail and its derivative by a, from the far end.
    let b = |i: usize| x + 2.0 * i as f64 + 1.0 - a;
    let (mut u, mut du) = (b(n), -1.0);
    for i in (1..=n).rev() {
        let k = i as f64;
        let c = k * (k - a);
        (u, du) = (b(i - 1) - c / u, -1.0 + k / u + c * du / (u * u));
    }
    gamma_q(a, x) * (x.ln() - digamma(a)) - weight * du / (u * u)
}
