//! The exponential over its argument, with every derivative: the slope of the exponential integrals.

use super::dd::Dd;

/// The `n`-th derivative of `e^x / x`; `∓inf` at 0, `inf` at `inf`, 0 at `-inf`.
///
/// # Source
///
/// `e^x / x` times `q_n = 1 - (n / x) q_(n - 1)`, `q_0 = 1`, in double-double arithmetic, since its terms cancel around zeros.
///
/// # Examples
///
/// ```
/// use pullback_real::special::exp_over;
/// assert_eq!((exp_over(0, 1.0), exp_over(1, 1.0)), (std::f64::consts::E, 0.0));
/// assert_eq!((exp_over(0, f64::INFINITY), exp_over(1, 0.0)), (f64::INFINITY, f64::NEG_INFINITY));
/// ```
pub fn exp_over(n: u32, x: f64) -> f64 {
    if x.is_infinite() {
        return if x > 0.0 { x } else { 0.0 };
    }
    let factor = if x.abs() < 1e-3 {
        // All terms have one sign, up to the last places.
        (1..=n).fold(1.0, |q, k| 1.0 - f64::from(k) / x * q)
    } else {
        (1..=n).fold(Dd::ONE, |q, k| Dd::ONE - Dd::from(f64::from(k)) / Dd::from(x) * q).value()
    };
    // In two halves where the exponential alone would overflow.
    if x < 700.0 { x.exp() / x * factor } else { (0.5 * x).exp() / x * factor * (0.5 * x).exp() }
}
