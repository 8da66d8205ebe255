//! Sine and cosine of multiples of π. The argument is reduced exactly, before it is multiplied, so that zeros
//! and extrema are where they belong, and the values next to a zero have their full relative accuracy.

use std::f64::consts::PI;

/// `sin(pi x)`, on the whole line: 0 at every integer, `±1` halfway between; NaN at `±inf`.
///
/// # Source
///
/// The definition, with the argument folded to `[-1/4, 1/4]`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::sin_pi;
/// assert_eq!((sin_pi(1e15), sin_pi(2.5)), (0.0, 1.0));
/// assert!((sin_pi(1.0 + 1e-10) / -3.1415926535897932e-10 - 1.0).abs() < 1e-6);
/// ```
pub fn sin_pi(x: f64) -> f64 {
    if x == 0.0 {
        return x;
    }
    // Every step is exact.
    let distance = x - 2.0 * (0.5 * x).round();
    let r = if distance.abs() > 0.5 { 1f64.copysign(distance) - distance } else { distance };
    if r.abs() <= 0.25 { (PI * r).sin() } else { (PI * (0.5 - r.abs())).cos().copysign(r) }
}

/// `cos(pi x)`, on the whole line: 0 halfway between integers; NaN at `±inf`.
///
/// # Source
///
/// The definition, with the argument folded to `[0, 1/4]`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::cos_pi;
/// assert_eq!((cos_pi(1e15), cos_pi(2.5)), (1.0, 0.0));
/// ```
pub fn cos_pi(x: f64) -> f64 {
    let distance = (x - 2.0 * (0.5 * x).round()).abs();
    let r = if distance > 0.5 { 1.0 - distance } else { distance };
    let size = if r <= 0.25 { (PI * r).cos() } else { (PI * (0.5 - r)).sin() };
    if distance > 0.5 { -size } else { size }
}

/// `sin(pi x) / (pi x)`, on the whole line; 1 at `±0`, 0 at the other integers and at `±inf`.
///
/// # Source
///
/// The definition, by [`sin_pi`].
///
/// # Examples
///
/// ```
/// use pullback_real::special::sinc;
/// assert_eq!((sinc(0.0), sinc(3.0)), (1.0, 0.0));
/// assert!((sinc(0.5) - 2.0 / std::f64::consts::PI).abs() < 1e-16);
/// ```
pub fn sinc(x: f64) -> f64 {
    let a = x.abs();
    if a < 1e-9 {
        return 1.0;
    }
    if a.is_infinite() { 0.0 } else { sin_pi(a) / a / PI }
}
