//! Derivatives of the digamma function, of every order.
//!
//! With `s = n + 1`, `ψ⁽ⁿ⁾(x) = (-1)^s n! ζ(s, x)` (DLMF 25.11.12), and the Hurwitz zeta function is summed by the
//! Euler-Maclaurin formula. On the left half-line it is a combination of three values on the right.

use super::dd::Dd;
use super::gamma::{ASYMPTOTIC, BERNOULLI, digamma, ln_gamma_dd, neighbours};
use super::poly::horner;

/// Trigamma function, the second derivative of `ln Γ`: `inf` at 0 and the negative integers, 0 at `inf`, NaN at
/// `-inf`.
///
/// # Source
///
/// DLMF 5.15.8 (asymptotic series) and 5.15.5 (recurrence) on the right, [`polygamma`] on the left.
///
/// # Examples
///
/// ```
/// use pullback_real::special::trigamma;
/// assert!((trigamma(1.0) - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-15);
/// assert_eq!(trigamma(-2.0), f64::INFINITY);
/// ```
pub fn trigamma(x: f64) -> f64 {
    const COEFFS: [f64; 10] = [
        1.0 / 6.0,
        -1.0 / 30.0,
        1.0 / 42.0,
        -1.0 / 30.0,
        5.0 / 66.0,
        -691.0 / 2730.0,
        7.0 / 6.0,
        -3617.0 / 510.0,
        43867.0 / 798.0,
        -174611.0 / 330.0,
    ];
    if x <= 0.0 {
        return polygamma(1, x);
    }
    let steps = (10.0 - x).ceil().max(0.0);
    let y = x + steps;
    let inverse = 1.0 / y;
    let square = inverse * inverse;
    let mut sum = (0.5 + inverse * horner(square, &COEFFS)) * square + inverse;
    // From the smallest term to the largest.
    for k in (0..steps as u32).rev() {
        let y = x + f64::from(k);
        sum += 1.0 / (y * y);
    }
    sum
}

/// Polygamma function, the `n`-th derivative of [`digamma`] (order 0 is digamma itself).
///
/// At 0 and the negative integers `inf` for odd orders; for even ones `∓inf` at `±0` and NaN at the negative
/// integers. 0 at `inf`, NaN at `-inf`.
///
/// # Source
///
/// DLMF 25.11.12 and 25.11.3, 2.10.1 (Euler-Maclaurin), in double-double arithmetic; the left half-line by splitting
/// the sum over the integers, equivalent to the reflection formula 5.15.6 and valid for every order.
///
/// # Examples
///
/// ```
/// use pullback_real::special::polygamma;
/// assert!((polygamma(2, 1.0) + 2.404113806319188).abs() < 1e-15);
/// assert!((polygamma(3, -0.5) - 193.40909103400242).abs() < 1e-13);
/// ```
pub fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    if n == 1 && x > 0.0 {
        return trigamma(x);
    }
    let s = n.saturating_add(1);
    let even_power = n % 2 == 1;
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x == 0.0 {
        return if even_power { f64::INFINITY } else { f64::NEG_INFINITY.copysign(-x) };
    }
    // About 1/xⁿ, of order 2 and more.
    if x > 1e200 {
        return if even_power { 0.0 } else { -0.0 };
    }
    let (scale, sum) = if x > 0.0 {
        let x = Dd::from(x);
        (x, scaled_zeta(s, x, x))
    } else {
        let Some((below, above)) = neighbours(x) else {
            return if even_power { f64::INFINITY } else { f64::NAN };
        };
        let scale = if below.hi < above.hi { below } else { above };
        let right = scaled_zeta(s, below, scale);
        let left = scaled_zeta(s, above, scale) - scaled_zeta(s, Dd::sum(1.0, -x), scale);
        (scale, if even_power { right + left } else { right - left })
    };
    let sum = if even_power { sum } else { -sum };
    let power = scale.powi(s);
    if n <= 20 && (1e-280..1e280).contains(&power.hi) {
        let factorial = (2..=n).fold(1.0, |product, k| product * f64::from(k));
        return (Dd::from(factorial) / power * sum).value();
    }
    if sum.hi == 0.0 {
        return sum.hi;
    }
    // The factorial and the power leave the range long before their quotient does.
    let size = if sum.hi < 0.0 { -sum } else { sum };
    let log = ln_gamma_dd(Dd::from(f64::from(s))) - scale.ln() * f64::from(s) + size.ln();
    log.exp_value().copysign(sum.hi)
}

/// `scale^s ζ(s, x)`, the sum of `(scale / (x + k))^s` over `k = 0, 1, ...`, for `0 < scale <= x`.
pub(super) fn scaled_zeta(s: u32, x: Dd, scale: Dd) -> Dd {
    let order = f64::from(s);
    let (mut y, mut sum) = (x, Dd::ZERO);
    while y.hi < order + ASYMPTOTIC {
        let term = (scale / y).powi(s);
        sum = sum + term;
        // The rest of the sum is about the term times y / (s - 1); it may have underflowed altogether.
        if term.hi * y.hi <= sum.hi * 1e-33 {
            return sum;
        }
        y = y + 1.0;
    }
    let inverse = Dd::ONE / y;
    let mut tail = y / Dd::from(order - 1.0) + 0.5;
    // s (s + 1) ... (s + 2k - 2) / ((2k)! y^(2k - 1))
    let mut factor = inverse * (0.5 * order);
    for (k, (p, q)) in BERNOULLI.into_iter().enumerate() {
        let k = 2.0 * k as f64;
        tail = tail + factor * Dd::ratio(p, q);
        factor = factor
            * inverse
            * (order + k + 1.0)
            * inverse
            * (order + k + 2.0)
            * Dd::ratio(1.0, (k + 3.0) * (k + 4.0));
    }
    sum + (scale / y).powi(s) * tail
}
