//! Bessel functions of the first and second kind of integer order: those of the C library, in Rust (the crate `libm`).

/// Bessel function of the first kind `J_n(x)`, on the whole line.
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
        n => libm::jn(order(n), x),
    }
}

/// Bessel function of the second kind `Y_n(x)`: negative infinity at 0, NaN below.
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
        n => libm::yn(order(n), x),
    }
}

fn order(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
