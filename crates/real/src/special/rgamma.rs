//! The reciprocal of the gamma function, which is entire: it has neither poles nor a range to leave on the right.

use super::gamma::gamma;

/// `1 / Γ(x)`, on the whole line: 0 at 0, the negative integers and `inf`; NaN at `-inf`.
///
/// # Source
///
/// The definition; `x / Γ(1 + x)` near 0, and the recurrence (DLMF 5.5.1) where the gamma function overflows.
///
/// # Examples
///
/// ```
/// use pullback_real::special::rgamma;
/// assert_eq!((rgamma(5.0), rgamma(-3.0), rgamma(1e-300)), (1.0 / 24.0, 0.0, 1e-300));
/// ```
pub fn rgamma(x: f64) -> f64 {
    if x.abs() < 0.25 {
        x / gamma(1.0 + x)
    } else if x < 0.0 && x == x.floor() {
        if x.is_infinite() { f64::NAN } else { 0.0 }
    } else if x > 200.0 {
        0.0
    } else if x > 171.0 {
        (1..=10).fold(1.0 / gamma(x - 10.0), |y, k| y / (x - f64::from(k)))
    } else {
        1.0 / gamma(x)
    }
}
