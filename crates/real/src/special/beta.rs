//! The logarithm of the beta function, without the cancellation of the three gamma functions it is made of.

use super::dd::Dd;
use super::gamma::{ASYMPTOTIC, digamma, ln_abs_gamma, ln_gamma_dd, stirling_dd};
use super::incomplete_gamma::ln_gamma_of_1_plus;
use super::polygamma::trigamma;

/// `ln|B(a, b)| = ln|Γ(a)| + ln|Γ(b)| - ln|Γ(a + b)|`, symmetric.
///
/// Meant for positive arguments: `inf` if one is 0, `-inf` if one is infinite. For negative ones the formula is
/// evaluated as it stands (`inf` at a pole of the numerator, NaN where poles meet).
///
/// # Source
///
/// DLMF 5.12.1. If the larger argument `b` is large, Stirling's series (DLMF 5.11.1) is inserted and the large terms
/// are cancelled on paper: `ln Γ(b) - ln Γ(a + b) = -(a + b - 1/2) ln(1 + a/b) - a (ln b - 1) + Δ(b) - Δ(a + b)` with
/// the correction terms Δ (as in A. R. DiDonato, A. H. Morris, ACM TOMS 18 (1992), 360). In double-double arithmetic,
/// because the result has a zero curve through (1, 1).
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_beta;
/// assert_eq!(ln_beta(1.0, 1.0), 0.0);
/// assert!((ln_beta(2.0, 1e12) + 55.262042231858096).abs() < 1e-13);
/// ```
pub fn ln_beta(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    let (a, b) = if a < b { (a, b) } else { (b, a) };
    if a <= 0.0 {
        return if a == 0.0 {
            if b.is_finite() { f64::INFINITY } else { f64::NAN }
        } else if a.is_finite() && b.is_finite() {
            let numerator = ln_abs_gamma(a) + ln_abs_gamma(b);
            if numerator.hi.is_finite() { (numerator - ln_abs_gamma(a + b)).value() } else { pole(a, b) }
        } else {
            f64::NAN
        };
    }
    if b.is_infinite() {
        return f64::NEG_INFINITY;
    }
    // Tiny: ln B(a, b) = -ln a - a (digamma(b) + γ) + ..., which is -ln a but for the extreme b.
    if a < 1e-200 {
        return (a / b).ln_1p() - a * b.ln().max(0.0) - a.ln();
    }
    if b < ASYMPTOTIC {
        let sum = ln_gamma_dd(Dd::from(a)) + ln_gamma_dd(Dd::from(b)) - ln_gamma_dd(Dd::sum(a, b));
        return sum.value();
    }
    if b > 1e280 {
        return beyond(a, b);
    }
    let sum = Dd::sum(a, b);
    let logs = (sum - 0.5) * Dd::ratio(a, b).ln_1p();
    let corrections = stirling_dd(Dd::from(b)) - stirling_dd(sum);
    if a < ASYMPTOTIC {
        let shift = (Dd::from(b).ln() - 1.0) * a;
        (ln_gamma_dd(Dd::from(a)) - shift - logs + corrections).value()
    } else {
        let small = Dd::ratio(a, b).ln() * Dd::sum(a, -0.5) - Dd::from(b).ln() * 0.5;
        (small - logs + corrections + stirling_dd(Dd::from(a)) + Dd::HALF_LN_2PI).value()
    }
}

/// [`ln_beta`] for `b` so large that only the leading terms count, and `a + b` may overflow.
fn beyond(a: f64, b: f64) -> f64 {
    if a < 1e16 {
        return (ln_abs_gamma(a) - Dd::from(b).ln() * a).value();
    }
    let quotient = a / b;
    a * (a.ln() - b.ln()) - b * ((1.0 + quotient) * quotient.ln_1p())
}

/// The value where the numerator has a pole.
fn pole(a: f64, b: f64) -> f64 {
    let sum = a + b;
    if sum <= 0.0 && sum == sum.floor() { f64::NAN } else { f64::INFINITY }
}

/// `ln(a B(a, b))` for positive arguments, also relative to itself where `a` is small and it is about `-a (ψ(b) + γ)`.
///
/// # Source
///
/// DLMF 5.12.1 and 5.5.1.
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_a_beta;
/// // 2/(1 · 2)
/// assert!(ln_a_beta(1.0, 1.0) == 0.0);
/// assert!((ln_a_beta(1e-10, 2.0) / -1e-10 - 1.0).abs() < 1e-9);
/// ```
pub fn ln_a_beta(a: f64, b: f64) -> f64 {
    if a == 0.0 && b > 0.0 {
        return 0.0;
    }
    if a > 0.1 || !(a > 0.0 && b > 0.0 && b.is_finite()) {
        return ln_beta(a, b) + a.ln();
    }
    if b < 1e-100 {
        return if a < b { (a / b).ln_1p() } else { -(b / (a + b)).ln() };
    }
    let first = ln_gamma_of_1_plus(a);
    if a < 1e-8 * b.min(1.0) || b > 1e6 {
        // In the series of ln Γ(a + b) in a, the third term is below the last place.
        return (first - Dd::from(a) * (digamma(b) + 0.5 * a * trigamma(b))).value();
    }
    (first + ln_gamma_dd(Dd::from(b)) - ln_gamma_dd(Dd::sum(a, b))).value()
}
