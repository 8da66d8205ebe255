//! Entropies of single entries, free of cancellation where the two arguments are close.

use super::dd::Dd;

/// `-x ln x` for `x > 0`; 0 at 0, `-inf` below (outside the domain of a concave function) and at infinity.
///
/// # Source
///
/// The definition (that of `scipy.special.entr`).
///
/// # Examples
///
/// ```
/// use pullback_real::special::entr;
/// assert_eq!((entr(0.0), entr(1.0)), (0.0, 0.0));
/// assert_eq!(entr(-1.0), f64::NEG_INFINITY);
/// ```
pub fn entr(x: f64) -> f64 {
    if x == 0.0 {
        0.0
    } else if x < 0.0 {
        f64::NEG_INFINITY
    } else {
        -x * x.ln()
    }
}

/// `x ln(x / y)` for positive operands; 0 for `x = 0 <= y`, `inf` outside the domain, NaN where both are infinite.
///
/// # Source
///
/// The definition (that of `scipy.special.rel_entr`); for a quotient near one as `ln(1 + (x - y) / y)`, where the
/// difference is exact.
///
/// # Examples
///
/// ```
/// use pullback_real::special::rel_entr;
/// assert_eq!((rel_entr(2.0, 2.0), rel_entr(0.0, 1.0)), (0.0, 0.0));
/// assert_eq!(rel_entr(1.0, 0.0), f64::INFINITY);
/// ```
pub fn rel_entr(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 && y >= 0.0 {
        return 0.0;
    }
    if !(x > 0.0 && y > 0.0) {
        return f64::INFINITY;
    }
    let quotient = x / y;
    if (0.5..2.0).contains(&quotient) {
        x * ((x - y) / y).ln_1p()
    } else if quotient > f64::MIN_POSITIVE && quotient < f64::INFINITY {
        x * quotient.ln()
    } else {
        x * (x.ln() - y.ln())
    }
}

/// `x ln(x / y) - x + y` for positive operands; `y` for `x = 0 <= y`, `inf` outside the domain and where one operand
/// is infinite, NaN where both are. Never negative.
///
/// # Source
///
/// The definition (that of `scipy.special.kl_div`). For a quotient near one, with `s = (y - x) / (y + x)`, the
/// series `ln(y / x) = 2 (s + s^3/3 + ...)` (DLMF 4.6.6) leaves `s ((y - x) - 2 x s^2 (1/3 + s^2/5 + ...))`;
/// elsewhere the definition.
///
/// # Examples
///
/// ```
/// use pullback_real::special::kl_div;
/// assert_eq!((kl_div(2.0, 2.0), kl_div(0.0, 3.0)), (0.0, 3.0));
/// assert!((kl_div(1.0, 1.0 + 1e-9) / 0.5e-18 - 1.0).abs() < 1e-6);
/// ```
pub fn kl_div(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 && y >= 0.0 {
        return y;
    }
    if !(x > 0.0 && y > 0.0) {
        return f64::INFINITY;
    }
    let quotient = x / y;
    if (0.4..2.5).contains(&quotient) {
        let difference = y - x;
        // The sum may overflow, and the half of a subnormal number is rounded.
        let scale = if x > 1.0 { 0.5 } else { 1.0 };
        let s = difference * scale / (scale * x + scale * y);
        let w = s * s;
        let sum = (1..=20).rev().fold(0.0, |sum, k| sum * w + 1.0 / f64::from(2 * k + 1));
        s * (difference - x * (2.0 * w * sum))
    } else if quotient > 1e-290 && quotient < 1e290 && x.max(y) < 1e300 {
        x * quotient.ln() + (y - x)
    } else if x.is_infinite() != y.is_infinite() {
        f64::INFINITY
    } else {
        x * (x.ln() - y.ln() - 1.0) + y
    }
}

/// `ln(x / y)`, accurate relative to itself where `x` and `y` are close.
///
/// # Source
///
/// `ln(1 + (x - y) / y)` for a quotient near one, where the difference is exact.
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_ratio;
/// assert!((ln_ratio(1e300, 1e-300) - 600.0 * std::f64::consts::LN_10).abs() < 1e-12);
/// assert!((ln_ratio(1.0 + 1e-15, 1.0) / 1.11e-15 - 1.0).abs() < 1e-2);
/// ```
pub fn ln_ratio(x: f64, y: f64) -> f64 {
    let quotient = x / y;
    if (0.5..2.0).contains(&quotient) {
        ((x - y) / y).ln_1p()
    } else if quotient > f64::MIN_POSITIVE && quotient < f64::INFINITY {
        quotient.ln()
    } else {
        x.ln() - y.ln()
    }
}

/// `x - ln(1 + x)`, never negative; `inf` at -1 and `inf`, NaN below -1.
///
/// # Source
///
/// DLMF 4.6.1 in double-double arithmetic near 0, the definition elsewhere.
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_1p_excess;
/// assert!((ln_1p_excess(1e-8) / (0.5e-16 - 1e-24 / 3.0) - 1.0).abs() < 1e-15);
/// ```
pub fn ln_1p_excess(x: f64) -> f64 {
    if x.abs() < 1e-5 {
        x * x * (0.5 - x * (1.0 / 3.0 - x * (0.25 - x * 0.2)))
    } else if x.abs() < 1.5 && x > -0.99 {
        (Dd::from(x) - Dd::from(x).ln_1p()).value()
    } else if x == f64::INFINITY {
        x
    } else {
        x - x.ln_1p()
    }
}
