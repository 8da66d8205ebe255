//! Quotients other than the plain one: 0/0 = 0, and integer quotients of the true x/y.
//!
//! Rounding is monotone, so only a rounded quotient that is an integer n may have left the interval it
//! belongs to. The sign of `x - n y`, which an FMA gives exactly, tells on which side of n the true quotient
//! lies.

/// `x - n y` up to one rounding; `x` for `n = 0`, also if the divisor is infinite.
fn rest(x: f64, n: f64, y: f64) -> f64 {
    if n == 0.0 { x } else { (-n).mul_add(y, x) }
}

/// The largest integer not above the true `x / y`, rounded once where it is above 2⁵³; `±inf` or NaN as `x / y` for
/// `y = 0`, NaN for infinite `x`, and -1 for an infinite divisor of the other sign.
///
/// # Source
///
/// Python's and NumPy's `//`, the partner of [`remainder`](super::remainder).
///
/// # Examples
///
/// ```
/// use pullback_real::special::floor_divide;
/// assert_eq!((floor_divide(1.0, 0.1), (1.0f64 / 0.1).floor()), (9.0, 10.0));
/// assert_eq!((floor_divide(-7.0, 2.0), floor_divide(-1.0, f64::INFINITY)), (-4.0, -1.0));
/// ```
pub fn floor_divide(x: f64, y: f64) -> f64 {
    let q = x / y;
    let n = q.floor();
    if x.is_infinite() {
        f64::NAN
    } else if q == n && rest(x, n, y) * 1f64.copysign(y) < 0.0 {
        n - 1.0
    } else {
        n
    }
}

/// The integer part of the true `x / y`, rounded once where it is above 2⁵³; `±inf` or NaN as `x / y` for `y = 0`,
/// NaN for infinite `x`.
///
/// # Source
///
/// C's quotient of integers, the partner of [`fmod`](super::fmod).
///
/// # Examples
///
/// ```
/// use pullback_real::special::trunc_divide;
/// assert_eq!((trunc_divide(1.0, 0.1), trunc_divide(-7.0, 2.0)), (9.0, -3.0));
/// ```
pub fn trunc_divide(x: f64, y: f64) -> f64 {
    let q = x / y;
    let n = q.trunc();
    if x.is_infinite() {
        f64::NAN
    } else if q == n && rest(x, n, y) * 1f64.copysign(x) < 0.0 {
        n - 1f64.copysign(n)
    } else {
        n
    }
}

/// `x / y`, and 0 for `0 / 0`.
///
/// # Examples
///
/// ```
/// use pullback_real::special::ratio;
/// assert_eq!((ratio(3.0, 2.0), ratio(0.0, 0.0), ratio(1.0, 0.0)), (1.5, 0.0, f64::INFINITY));
/// ```
pub fn ratio(x: f64, y: f64) -> f64 {
    if x == 0.0 && y == 0.0 { 0.0 } else { x / y }
}
