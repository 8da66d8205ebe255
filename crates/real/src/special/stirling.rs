//! The error of Stirling's formula for the logarithm of the gamma function, and differences of polygamma
//! functions: the remainders of large logarithms after the large terms are cancelled on paper.

use super::dd::Dd;
use super::gamma::{ASYMPTOTIC, BERNOULLI, digamma_dd, ln_abs_gamma};
use super::polygamma::{polygamma, scaled_zeta};

/// The `n`-th derivative of `δ(x) = ln Γ(x) - (x - 1/2) ln x + x - ln(2π)/2`, for `x > 0`; `±0` at `inf`, NaN on the left.
///
/// # Source
///
/// DLMF 5.11.1, whose terms are derived one by one; below the asymptotic region the definition (the Hurwitz zeta function DLMF
/// 25.11.12 for the second derivative and beyond) in double-double arithmetic.
///
/// # Examples
///
/// ```
/// use pullback_real::special::stirling_error;
/// assert!((stirling_error(0, 1.0) - (1.0 - 0.5 * std::f64::consts::TAU.ln())).abs() < 1e-16);
/// assert!((stirling_error(1, 1e10) / (-1e-20 / 12.0) - 1.0).abs() < 1e-15);
/// ```
pub fn stirling_error(n: u32, x: f64) -> f64 {
    let order = f64::from(n);
    if x.is_nan() || x < 0.0 {
        f64::NAN
    } else if x == 0.0 {
        if n.is_multiple_of(2) { f64::INFINITY } else { f64::NEG_INFINITY }
    } else if x >= ASYMPTOTIC + order {
        by_terms(order, x)
    } else if x < 1e-200 {
        // ln Γ(x) + ln(x)/2 is -ln(x)/2; the terms that vanish with x are below the last place.
        match n {
            0 => -0.5 * x.ln() - Dd::HALF_LN_2PI.hi,
            _ => -0.5 * (1..n).fold(1.0, |product, k| -f64::from(k) * product) / x.powi(n as i32),
        }
    } else {
        let x = Dd::from(x);
        match n {
            0 => (ln_abs_gamma(x.hi) - (x - 0.5) * x.ln() + x - Dd::HALF_LN_2PI).value(),
            1 => (digamma_dd(x) - x.ln() + Dd::from(0.5) / x).value(),
            _ => {
                let rest = scaled_zeta(n, x, x) - x / Dd::from(order - 1.0) - 0.5;
                let factorial = (2..n).fold(1.0, |product, k| product * f64::from(k));
                let size = (rest / x.powi(n) * factorial).value();
                if n.is_multiple_of(2) { size } else { -size }
            }
        }
    }
}

/// The derivative of order `order` of the sum of the terms `B_2k / (2k (2k - 1) x^(2k - 1))`.
pub(super) fn by_terms(order: f64, x: f64) -> f64 {
    let inverse = 1.0 / x;
    // (-1)^n n! / x^(n+1), the first term without its coefficient.
    let (mut power, mut j) = (inverse, 1.0);
    while j <= order {
        power *= -j * inverse;
        j += 1.0
    }
    let mut sum = 0.0;
    for (k, (p, q)) in BERNOULLI.into_iter().enumerate() {
        let m = 2.0 * k as f64 + 1.0;
        let term = p / (q * m * (m + 1.0)) * power;
        sum += term;
        if term.abs() <= 1e-18 * f64::abs(sum) {
            break;
        }
        power *= inverse * inverse * ((m + order) / m) * ((m + 1.0 + order) / (m + 1.0));
    }
    sum
}

/// `ψ⁽ⁿ⁾(x) - ψ⁽ⁿ⁾(x + y)`, meant for `x > 0` and `x + y > 0`, without the cancellation where `y` is small
/// beside `x` or both are large; elsewhere the plain difference.
///
/// # Source
///
/// The definition in double-double arithmetic (DLMF 5.11.2 and 25.11.12); two terms of the Taylor series
/// where `y` is so small that the third is below the last place.
///
/// # Examples
///
/// ```
/// use pullback_real::special::polygamma_drop;
/// // ψ(x + 1) = ψ(x) + 1/x
/// assert!((polygamma_drop(0, 1e15, 1.0) + 1e-15).abs() < 1e-30);
/// ```
pub fn polygamma_drop(n: u32, x: f64, y: f64) -> f64 {
    if y < 0.0 && x + y > 0.0 {
        return -polygamma_drop(n, x + y, -y);
    }
    if !(x > 0.0 && y > 0.0 && x.is_finite() && y.is_finite()) || n > 100 {
        return if y == 0.0 { 0.0 } else { polygamma(n, x) - polygamma(n, x + y) };
    }
    let order = f64::from(n);
    // Near 0 only the pole of the functions counts, far out only the leading term.
    let of_power = |power: f64| -polygamma(n, x) * (-power * (y / x).ln_1p()).exp_m1();
    if x + y < 1e-100 {
        return if n == 0 { -y / x / (x + y) } else { of_power(order + 1.0) };
    }
    if x > 1e100 {
        return if n == 0 { -(y / x).ln_1p() } else { of_power(order) };
    }
    if y <= 1e-9 * x {
        return -y * (polygamma(n + 1, x) + 0.5 * y * polygamma(n + 2, x));
    }
    if x < 1e-100 {
        return polygamma(n, x) - polygamma(n, x + y);
    }
    let (here, there) = (Dd::from(x), Dd::sum(x, y));
    if n == 0 {
        return (digamma_dd(here) - digamma_dd(there)).value();
    }
    let drop = (scaled_zeta(n + 1, here, here) - scaled_zeta(n + 1, there, here)).value();
    let value = (1..=n).fold(drop / x, |value, k| value * (f64::from(k) / x));
    if n % 2 == 1 { value } else { -value }
}

/// The `n`-th derivative of `ln(1 + w)/w`, for `w > -1`; 1 at 0 for `n = 0`, 0 at `inf`.
///
/// # Source
///
/// `(-1)^n n!` times the integral of `t^n / (1 + w t)^(n + 1)` from 0 to 1: its power series near 0, a recurrence in n elsewhere,
/// taken in the direction in which nothing cancels.
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_1p_ratio;
/// assert_eq!(ln_1p_ratio(0, 0.0), 1.0);
/// assert!((ln_1p_ratio(1, 1.0) - (0.5 - std::f64::consts::LN_2)).abs() < 1e-15);
/// ```
pub fn ln_1p_ratio(n: u32, w: f64) -> f64 {
    if w.is_nan() || w < -1.0 {
        return f64::NAN;
    }
    let order = f64::from(n);
    let factorial = (1..=n).fold(1.0, |product, k| -product * f64::from(k));
    if w == f64::INFINITY {
        return 0.0 * factorial;
    }
    let integral = if n == 0 && w != 0.0 {
        w.ln_1p() / w
    } else if (-0.7..0.3).contains(&w) {
        let (mut power, mut sum, mut j) = (1.0, 0.0, 0.0);
        loop {
            let term: f64 = power / (order + j + 1.0);
            sum += term;
            if term.abs() <= 1e-18 * f64::abs(sum) {
                break sum;
            }
            j += 1.0;
            power *= -w * ((order + j) / j);
        }
    } else if (0.0..4.0).contains(&w) {
        // M_{k-1} = w M_k + 1/(k (1 + w)^k), for M_k (1 + w)^k.
        let (mut scaled, mut k) = (0.0, order + 200.0);
        let share = w / (1.0 + w);
        while k > order {
            scaled = share * scaled + 1.0 / (k * (1.0 + w));
            k -= 1.0
        }
        scaled / (1.0 + w).powi(n as i32)
    } else {
        (1..=n).fold(w.ln_1p() / w, |m, k| (m - 1.0 / (f64::from(k) * (1.0 + w).powi(k as i32))) / w)
    };
    integral * factorial
}
