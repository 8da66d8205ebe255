//! Bessel functions of the first and second kind of integer order: those of the C library, in Rust (the crate `libm`).

use super::bessel_order::{LAST_ORDER, LN_SMALLEST, ln_bound};

/// Bessel function of the first kind `J_n(x)`, on the whole line; NaN for orders above a million unless the value underflows.
///
/// Next to its zeros the error is absolute: a few units of 1e-17.
///
/// # Examples
///
/// ```
/// use pullback_real::special::bessel_j;
/// assert!((bessel_j(0, 1.0) - 0.7651976865579666).abs() < 1e-16);
/// assert!((bessel_j(3, -2.0) + 0.12894324947440206).abs() < 1e-16);
/// ```
pub fn bessel_j(n: u32, x: f64) -> f64 {
    match n {
        0 => libm::j0(x),
        1 => libm::j1(x),
        _ if ln_bound(n, x) < LN_SMALLEST => {
            if x < 0.0 && n % 2 == 1 {
                -0.0
            } else {
                0.0
            }
        }
        n if n > LAST_ORDER => f64::NAN,
        n => libm::jn(n as i32, x),
    }
}

/// Bessel function of the second kind `Y_n(x)`: negative infinity at 0, NaN below; NaN for orders above a million unless the
/// value overflows.
///
/// # Examples
///
/// ```
/// use pullback_real::special::bessel_y;
/// assert!((bessel_y(0, 1.0) - 0.08825696421567697).abs() < 1e-16);
/// assert_eq!(bessel_y(2, 0.0), f64::NEG_INFINITY);
/// ```
pub fn bessel_y(n: u32, x: f64) -> f64 {
    match n {
        0 => libm::y0(x),
        1 => libm::y1(x),
        // |Y_n(x)| J_n(x) is about 1/(π n) where x is far below n.
        n if n > LAST_ORDER => {
            if x >= 0.0 && ln_bound(n, x) < LN_SMALLEST {
                f64::NEG_INFINITY
            } else {
                f64::NAN
            }
        }
        n => libm::yn(n as i32, x),
    }
}
