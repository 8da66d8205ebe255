//! Modified Bessel functions of the first kind of integer order, and derivatives of the scaled one of order 0.

use super::bessel::{bessel_i0, bessel_i0e, bessel_i1};

/// Modified Bessel function `I_n(x)`, on the whole line.
///
/// # Source
///
/// `I_0(x)` times the ratios of neighbouring orders, which are continued fractions of positive terms (DLMF 10.33.1,
/// W. Gautschi, SIAM Review 9 (1967), 24).
///
/// # Examples
///
/// ```
/// use pullback_real::special::bessel_i;
/// assert!((bessel_i(2, 1.0) - 0.13574766976703828).abs() < 1e-16);
/// assert!((bessel_i(2, 1e-9) / 1.25e-19 - 1.0).abs() < 1e-15);
/// ```
pub fn bessel_i(n: u32, x: f64) -> f64 {
    match n {
        0 => bessel_i0(x),
        1 => bessel_i1(x),
        n => at_order(n, x, bessel_i0(x)),
    }
}

/// The `n`-th derivative of `e^-a I_0(a)` at `a = |x|`.
///
/// # Source
///
/// `y = e^-x I_0(x)` satisfies `x y⁽ⁿ⁺²⁾ + (2x + n + 1) y⁽ⁿ⁺¹⁾ + (2n + 1) y⁽ⁿ⁾ = 0` (from DLMF 10.25.1), of which it is
/// the minimal solution in n: backward, as in J. C. P. Miller's algorithm. Beyond 30, the derivative of the expansion
/// DLMF 10.40.1, whose terms have one sign.
///
/// # Examples
///
/// ```
/// use pullback_real::special::{bessel_i0e, bessel_i0e_derivative, bessel_i1e};
/// let want = bessel_i1e(2.0) - bessel_i0e(2.0);
/// assert!((bessel_i0e_derivative(1, 2.0) / want - 1.0).abs() < 1e-14);
/// ```
pub fn bessel_i0e_derivative(n: u32, x: f64) -> f64 {
    let a = x.abs();
    if n == 0 || x.is_nan() {
        return bessel_i0e(x);
    }
    if a >= 30.0 {
        return expansion(n, a);
    }
    // Backward from far above n, then scaled to y itself.
    let start = n + 60 + (7.0 * a) as u32;
    let (mut above, mut now, mut found) = (0.0, 1e-280, 0.0);
    for k in (0..start).rev() {
        let m = f64::from(k);
        let below = -(a * above + (2.0 * a + m + 1.0) * now) / (2.0 * m + 1.0);
        (above, now) = (now, below);
        if k == n {
            found = now
        }
        if now.abs() > 1e200 {
            (above, now, found) = (above * 1e-200, now * 1e-200, found * 1e-200)
        }
    }
    found / now * bessel_i0e(x)
}

/// The `n`-th derivative of `(2πx)^(-1/2) Σ ((2k-1)!!)² / (k! (8x)^k)`.
fn expansion(n: u32, x: f64) -> f64 {
    // Of x^(-k-1/2), the n-th derivative is (-1)^n (k+1/2) (k+3/2) … (k+n-1/2) x^(-k-1/2-n).
    let rising = |k: f64| (0..n).map(|j| k + 0.5 + f64::from(j)).product::<f64>();
    let (mut term, mut sum, mut k) = (1.0, 0.0, 0.0);
    loop {
        let step = term * rising(k);
        sum += step;
        let next = term * (2.0 * k + 1.0).powi(2) / (8.0 * x * (k + 1.0));
        if step < 1e-18 * sum || next >= term {
            break;
        }
        (term, k) = (next, k + 1.0)
    }
    let sign = if n % 2 == 1 { -1.0 } else { 1.0 };
    sign * sum / (std::f64::consts::TAU * x).sqrt() / x.powi(n as i32)
}

/// The function of order n from that of order 0.
fn at_order(n: u32, x: f64, zeroth: f64) -> f64 {
    let a = x.abs();
    if a == 0.0 || !zeroth.is_finite() || a.is_infinite() {
        return if a == 0.0 { 0.0 } else { zeroth * if x < 0.0 && n % 2 == 1 { -1.0 } else { 1.0 } };
    }
    // r_k = I_k / I_{k-1} = 1 / (2k/x + r_{k+1}); far up the ratio is known well enough to start.
    let start = f64::from(n) + 30.0 + 10.0 * a.min(1e6).sqrt();
    let ratio = |k: f64| a / (k + (k * k + a * a).sqrt());
    let (mut k, mut r, mut product) = (start.ceil(), ratio(start.ceil() + 0.5), 1.0);
    while k >= 1.0 {
        r = a / (2.0 * k + a * r);
        if k <= f64::from(n) {
            product *= r
        }
        k -= 1.0
    }
    let y = zeroth * product;
    if x < 0.0 && n % 2 == 1 { -y } else { y }
}
