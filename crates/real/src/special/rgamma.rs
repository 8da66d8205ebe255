//! The reciprocal of the gamma function, which is entire: it has no poles, and does not overflow to the
//! right.

use super::gamma::{gamma, ln_gamma};
use super::stirling::by_terms;
use std::f64::consts::TAU;

/// `1 / Γ(x)`, on the whole line: 0 at 0, the negative integers and `inf`; NaN at `-inf`.
///
/// # Source
///
/// From 10 on Stirling's formula (DLMF 5.11.1), its power in two halves; the recurrence (DLMF 5.5.1) to values around 1, and the
/// definition far on the left.
///
/// # Examples
///
/// ```
/// use pullback_real::special::rgamma;
/// assert_eq!((rgamma(2.0), rgamma(-3.0), rgamma(1e-300)), (1.0, 0.0, 1e-300));
/// ```
pub fn rgamma(x: f64) -> f64 {
    if x > 200.0 {
        0.0
    } else if x >= 10.0 {
        let half = x.powf(0.5 * x - 0.25);
        x.exp() / half * ((-by_terms(0.0, x)).exp() / TAU.sqrt()) / half
    } else if x > -4.0 {
        // `x - steps` lies within 0.75..1.75.
        let steps = (x - 0.75).floor();
        let near = (-ln_gamma(x - steps)).exp();
        let product = |n: f64, first: f64| (0..n as u32).map(|k| first + f64::from(k)).product::<f64>();
        if steps > 0.0 { near / product(steps, x - steps) } else { near * product(-steps, x) }
    } else if x == x.floor() {
        if x.is_infinite() { f64::NAN } else { 0.0 }
    } else {
        1.0 / gamma(x)
    }
}
