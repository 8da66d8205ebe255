//! The regularised incomplete gamma functions, the probabilities of the gamma and Poisson distributions.
//!
//! The smaller one of the complementary pair is computed and subtracted from one. The method depends on the
//! place in the quadrant, see [`minor`].
//!
//! Over 300 lines: one function, with a method for each region.

use super::dd::Dd;
use super::erf::erfcx;
use super::expint::exp_int_e1;
use super::gamma::{ASYMPTOTIC, ln_abs_gamma, ln_gamma_dd, stirling_dd};
use super::poly::horner;
use std::f64::consts::PI;

/// Lower incomplete gamma function `P(a, x)`, the integral of `t^(a-1) e^-t` from 0 to `x` over `Γ(a)`, for `a >= 0`
/// and `x >= 0`; `P(0, x) = 1` for `x > 0`, NaN outside the domain and at `(0, 0)` and `(inf, inf)`.
///
/// # Source
///
/// DLMF 8.2.4; the methods are those of W. Gautschi, ACM TOMS 5 (1979), 466: the series 8.11.4, the continued fraction
/// 8.9.2, and for a small `a` the series 8.7.1 of the upper function; for a large `a` near `x` the uniform expansion
/// 8.12.3 to 8.12.12 of N. M. Temme.
///
/// # Examples
///
/// ```
/// use pullback_real::special::gamma_p;
/// assert!((gamma_p(1.0, 2.0) - (1.0 - (-2f64).exp())).abs() < 1e-15);
/// assert!((gamma_p(1e6, 1e6) - 0.5001329807608726).abs() < 1e-15);
/// ```
pub fn gamma_p(a: f64, x: f64) -> f64 {
    both(a, x).0
}

/// Upper incomplete gamma function `Q(a, x) = 1 - P(a, x)`, see [`gamma_p`]; accurate also where it is small.
///
/// # Source
///
/// As [`gamma_p`].
///
/// # Examples
///
/// ```
/// use pullback_real::special::gamma_q;
/// assert!((gamma_q(1.0, 50.0) / (-50f64).exp() - 1.0).abs() < 1e-15);
/// assert_eq!(gamma_q(2.0, 0.0), 1.0);
/// ```
pub fn gamma_q(a: f64, x: f64) -> f64 {
    both(a, x).1
}

/// `ln P(a, x)`, see [`gamma_p`], also where `P` underflows; `-inf` at `x = 0`, 0 at infinity.
///
/// # Source
///
/// As [`gamma_p`].
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_gamma_p;
/// assert!((ln_gamma_p(2.0, 1e-300) / (-600.0 * std::f64::consts::LN_10 - std::f64::consts::LN_2) - 1.0).abs() < 1e-15);
/// ```
pub fn ln_gamma_p(a: f64, x: f64) -> f64 {
    let (minor, lower) = minor(a, x);
    if lower { minor.ln() } else { minor.ln_of_rest() }
}

/// `ln Q(a, x)`, see [`ln_gamma_p`]; 0 at `x = 0`, `-inf` at infinity.
///
/// # Source
///
/// As [`gamma_p`].
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_gamma_q;
/// assert!((ln_gamma_q(1.0, 800.0) + 800.0).abs() < 1e-12);
/// ```
pub fn ln_gamma_q(a: f64, x: f64) -> f64 {
    let (minor, lower) = minor(a, x);
    if lower { minor.ln_of_rest() } else { minor.ln() }
}

/// `(P, Q)`.
fn both(a: f64, x: f64) -> (f64, f64) {
    match minor(a, x) {
        (Part::Both(part, rest), true) | (Part::Both(rest, part), false) => (part, rest),
        (part, true) => (part.value(), 1.0 - part.value()),
        (part, false) => (1.0 - part.value(), part.value()),
    }
}

/// `(P, Q)` over `x^a e^-x / Γ(a)`, without underflow.
pub(super) fn both_over_density(a: f64, x: f64) -> (f64, f64) {
    let log = ln_density(a, x);
    let scale = (-log).exp_value();
    let (part, rest, lower) = match by_density(a, x) {
        Some((factor, lower)) => (factor, scale - factor, lower),
        None => match minor(a, x) {
            (Part::Both(part, rest), lower) => (part * scale, rest * scale, lower),
            (part @ Part::Scaled { log: own, factor }, lower) => {
                ((own - log).exp_value() * factor, (1.0 - part.value()) * scale, lower)
            }
        },
    };
    if lower { (part, rest) } else { (rest, part) }
}

/// One of the complementary pair.
enum Part {
    /// `e^log factor`, which may underflow.
    Scaled { log: Dd, factor: f64 },
    /// The part and the other one of the pair.
    Both(f64, f64),
}

impl Part {
    fn value(&self) -> f64 {
        match *self {
            Part::Scaled { log, factor } => log.exp_value() * factor,
            Part::Both(part, _) => part,
        }
    }
    fn ln(&self) -> f64 {
        match *self {
            Part::Scaled { log, factor } if log.hi.is_finite() => (log + Dd::from(factor).ln()).value(),
            Part::Scaled { log, .. } => log.hi,
            Part::Both(part, rest) if part > 0.5 => (-rest).ln_1p(),
            Part::Both(part, _) => part.ln(),
        }
    }
    fn ln_of_rest(&self) -> f64 {
        match *self {
            Part::Scaled { .. } => (-self.value()).ln_1p(),
            Part::Both(part, rest) if rest > 0.5 => (-part).ln_1p(),
            Part::Both(_, rest) => rest.ln(),
        }
    }
}

/// The smaller of the pair (or the one that the method computes), and whether it is `P`.
fn minor(a: f64, x: f64) -> (Part, bool) {
    if a.is_nan() || x.is_nan() || a < 0.0 || x < 0.0 || (a == x && (a == 0.0 || a.is_infinite())) {
        (Part::Both(f64::NAN, f64::NAN), true)
    } else if x == 0.0 || a.is_infinite() {
        (Part::Both(0.0, 1.0), true)
    } else if a == 0.0 || x.is_infinite() {
        (Part::Both(1.0, 0.0), true)
    } else if a < 1e-100 {
        // The first term of the power series in a; the others are beyond the last place.
        (Part::Both(1.0, a * exp_int_e1(x)), true)
    } else if let Some((factor, lower)) = by_density(a, x) {
        (Part::Scaled { log: ln_density(a, x), factor }, lower)
    } else if a < 1.0 {
        small(a, x)
    } else {
        near_diagonal(a, x)
    }
}

/// The smaller of the pair over `x^a e^-x / Γ(a)`, and whether it is `P`, if it is computed in that form.
fn by_density(a: f64, x: f64) -> Option<(f64, bool)> {
    if a < 1.0 && x < 1.5 || a >= 200.0 && (x - a).abs() < 0.3 * a || a < 1e-100 {
        None
    } else if x < a {
        Some((series(a, x), true))
    } else {
        Some((continued_fraction(a, x), false))
    }
}

/// `x^(a-1) e^-x / Γ(a)`, the derivative of [`gamma_p`] by `x`, for `a > 0` and `x >= 0`; NaN outside.
///
/// # Source
///
/// DLMF 8.8.13.
///
/// # Examples
///
/// ```
/// use pullback_real::special::gamma_pdf;
/// assert!((gamma_pdf(2.0, 3.0) / (3.0 * (-3f64).exp()) - 1.0).abs() < 1e-15);
/// ```
pub fn gamma_pdf(a: f64, x: f64) -> f64 {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 || a.is_infinite() {
        f64::NAN
    } else if x == 0.0 {
        match a {
            a if a < 1.0 => f64::INFINITY,
            1.0 => 1.0,
            _ => 0.0,
        }
    } else if x.is_infinite() {
        0.0
    } else {
        let log = ln_density(a, x);
        // For tiny x the quotient is formed in logarithms, since its numerator may underflow.
        if x < 1e-100 { (log - Dd::from(x).ln()).exp_value() } else { log.exp_value() / x }
    }
}

/// The logarithm of [`gamma_pdf`].
///
/// # Source
///
/// DLMF 8.8.13 and 5.11.1, in which the large terms are cancelled (C. Loader, *Fast and accurate computation of binomial
/// probabilities*, 2000).
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_gamma_pdf;
/// assert!((ln_gamma_pdf(1e10, 1e10) + 12.431863998183234).abs() < 1e-14);
/// ```
pub fn ln_gamma_pdf(a: f64, x: f64) -> f64 {
    if x > 0.0 && x.is_finite() && a > 0.0 && a.is_finite() {
        let log = ln_density(a, x);
        if log.hi.is_finite() { (log - Dd::from(x).ln()).value() } else { log.hi }
    } else {
        gamma_pdf(a, x).ln()
    }
}

/// The logarithm of `x^a e^-x / Γ(a)`, a small difference of large terms.
pub(super) fn ln_density(a: f64, x: f64) -> Dd {
    let quotient = x / a;
    let log = if a < ASYMPTOTIC || !(1e-200..1e200).contains(&quotient) {
        Dd::from(x).ln() * a - x - ln_abs_gamma(a)
    } else {
        (Dd::from(a).ln() * 0.5) - deviance(a, x).1 - Dd::HALF_LN_2PI - stirling_dd(Dd::from(a))
    };
    // Only terms that are subtracted can overflow.
    if log.hi.is_nan() { Dd::from(f64::NEG_INFINITY) } else { log }
}

/// `μ = x/a - 1` and `a (μ - ln(1 + μ))`.
fn deviance(a: f64, x: f64) -> (Dd, Dd) {
    let mu = Dd::sum(x, -a) / Dd::from(a);
    (mu, (mu - mu.ln_1p()) * a)
}

/// `1/a + x / (a (a + 1)) + ...`, for `x < a`.
fn series(a: f64, x: f64) -> f64 {
    // The number of terms comes first, so that the sum can start at its small end.
    let (mut count, mut term) = (1.0, 1.0);
    while term > 1e-18 {
        term *= x / (a + count);
        count += 1.0;
    }
    let mut tail = 1.0;
    while count > 32.0 {
        tail = 1.0 + x / (a + count) * tail;
        count -= 1.0;
    }
    // Near the diagonal the factors are close to one, and the errors of the first terms would add up.
    let mut sum = Dd::from(tail);
    while count > 0.0 {
        sum = sum * x / Dd::sum(a, count) + 1.0;
        count -= 1.0;
    }
    (sum / Dd::from(a)).value()
}

/// `1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ...))`, for `x >= a`.
pub(super) fn continued_fraction(a: f64, x: f64) -> f64 {
    let first = x - a + 1.0;
    // Steed's forward recurrence tells how far to go ...
    let (mut count, mut b, mut d, mut change, mut value) = (0.0, first, 1.0 / first, 1.0 / first, 0.0);
    while change.abs() > value * 1e-17 {
        value += change;
        count += 1.0;
        b += 2.0;
        d = 1.0 / (b + count * (a - count) * d);
        change *= b * d - 1.0;
    }
    // ... and the backward one does not accumulate the rounding errors.
    let mut tail = 0.0;
    while count > 0.0 {
        tail = count * (a - count) / (first + 2.0 * count + tail);
        count -= 1.0;
    }
    1.0 / (first + tail)
}

/// `a < 1` and `x < 3/2`: `P = e^u (1 + a S)` with `u = a ln x - ln Γ(1 + a)` and `S` the sum of
/// `(-x)^n / ((a + n) n!)`; `Q = 1 - P` cancels for small `a`, hence the double-double numbers.
fn small(a: f64, x: f64) -> (Part, bool) {
    let u = Dd::from(x).ln() * a - ln_gamma_of_1_plus(a);
    let (mut sum, mut power) = (Dd::ZERO, Dd::ONE);
    for n in 1..40 {
        let n = f64::from(n);
        power = power * -x / Dd::from(n);
        sum = sum + power / Dd::sum(a, n);
        if power.hi.abs() < sum.hi.abs() * 1e-32 {
            break;
        }
    }
    let sum = sum * a;
    if u.hi < -600.0 {
        return (Part::Scaled { log: u, factor: (sum + 1.0).value() }, true);
    }
    let power = u.exp();
    (Part::Both((power + power * sum).value(), (-u.exp_m1() - power * sum).value()), true)
}

/// `ln Γ(1 + a)` relative to itself also for the smallest `a > 0` (DLMF 5.7.3).
pub(super) fn ln_gamma_of_1_plus(a: f64) -> Dd {
    if a > 1e-9 {
        return ln_gamma_dd(Dd::sum(1.0, a));
    }
    const HALF_ZETA_2: f64 = PI * PI / 12.0;
    const THIRD_ZETA_3: f64 = 0.40068563438653143;
    (-Dd::EULER_GAMMA + a * (HALF_ZETA_2 - a * THIRD_ZETA_3)) * a
}

/// Temme's expansion: with `η²/2 = μ - ln(1 + μ)`, the smaller of the pair is
/// `e^(-a η²/2) (erfcx(|η| sqrt(a/2)) / 2 ± Σ C_k(η) a^-k / sqrt(2 pi a))`.
fn near_diagonal(a: f64, x: f64) -> (Part, bool) {
    let (mu, exponent) = deviance(a, x);
    let right = mu.hi >= 0.0;
    let eta = (2.0 * exponent.hi / a).sqrt();
    let eta = if right { eta } else { -eta };
    let sum = TEMME.iter().rev().fold(0.0, |sum, row| sum / a + horner(eta, row));
    let correction = sum / (2.0 * PI * a).sqrt();
    let correction = if right { correction } else { -correction };
    (Part::Scaled { log: -exponent, factor: 0.5 * erfcx(exponent.hi.sqrt()) + correction }, !right)
}

/// Power series of `C_0, C_1, ...` (DLMF 8.12.10 to 8.12.12), as many terms as `a >= 200` and `|η| < 0.36` need.
const TEMME: [&[f64]; 6] = [
    &[
        -0.3333333333333333,
        0.08333333333333333,
        -0.014814814814814815,
        0.0011574074074074073,
        0.0003527336860670194,
        -0.0001787551440329218,
        3.919263178522438e-05,
        -2.185448510679992e-06,
        -1.85406221071516e-06,
        8.296711340953087e-07,
        -1.7665952736826078e-07,
        6.707853543401498e-09,
        1.0261809784240309e-08,
        -4.382036018453353e-09,
        9.14769958223679e-10,
    ],
    &[
        -0.001851851851851852,
        -0.003472222222222222,
        0.0026455026455026454,
        -0.0009902263374485596,
        0.00020576131687242798,
        -4.018775720164609e-07,
        -1.8098550334489977e-05,
        7.64916091608111e-06,
        -1.6120900894563446e-06,
        4.647127802807434e-09,
        1.378633446915721e-07,
        -5.752545603517705e-08,
        1.1951628599778148e-08,
    ],
    &[
        0.004133597883597883,
        -0.0026813271604938273,
        0.0007716049382716049,
        2.0093878600823047e-06,
        -0.0001073665322636516,
        5.2923448829120125e-05,
        -1.2760635188618728e-05,
        3.423578734096138e-08,
        1.3721957309062934e-06,
        -6.298992138380055e-07,
        1.4280614206064242e-07,
    ],
    &[
        0.0006494341563786008,
        0.00022947209362139917,
        -0.0004691894943952557,
        0.00026772063206283885,
        -7.561801671883977e-05,
        -2.396505113867297e-07,
        1.1082654115347302e-05,
        -5.6749528269915965e-06,
        1.4230900732435883e-06,
    ],
    &[
        -0.0008618882909167117,
        0.0007840392217200666,
        -0.0002990724803031902,
        -1.4638452578843418e-06,
        6.641498215465122e-05,
        -3.968365047179435e-05,
        1.1375726970678419e-05,
    ],
    &[-0.00033679855336635813, -6.972813758365857e-05, 0.0002772753244959392, -0.00019932570516188847],
];
