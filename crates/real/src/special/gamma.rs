//! The gamma function, its logarithm and its logarithmic derivative.
//!
//! The right half-line has polynomials near the zeros, recurrences towards them and Stirling's series. The left one
//! is expressed through the right one: with the distance `r` of `x` above an integer,
//! `Γ(x) = ± Γ(r) Γ(1 - r) / Γ(1 - x)` (the recurrence and DLMF 5.5.3), in double-double arithmetic because the three
//! terms of the logarithm and of its derivative cancel at the zeros between the poles.
//!
//! Over 300 lines: one function, with the coefficients of each region.

use super::dd::Dd;
use super::poly::{Piece, horner, piecewise};

/// Numerators and denominators of the Bernoulli numbers `B_2, B_4, ... B_34` (DLMF table 24.2.1).
pub(super) const BERNOULLI: [(f64, f64); 17] = [
    (1.0, 6.0),
    (-1.0, 30.0),
    (1.0, 42.0),
    (-1.0, 30.0),
    (5.0, 66.0),
    (-691.0, 2730.0),
    (7.0, 6.0),
    (-3617.0, 510.0),
    (43867.0, 798.0),
    (-174611.0, 330.0),
    (854513.0, 138.0),
    (-236364091.0, 2730.0),
    (8553103.0, 6.0),
    (-23749461029.0, 870.0),
    (8615841276005.0, 14322.0),
    (-7709321041217.0, 510.0),
    (2577687858367.0, 6.0),
];

/// From here on the asymptotic series with the Bernoulli numbers above reach double-double accuracy.
pub(super) const ASYMPTOTIC: f64 = 18.0;

/// Gamma function: `inf` at `+0`, `-inf` at `-0`, NaN at the negative integers and `-inf`; overflows at 171.62.
///
/// # Source
///
/// DLMF 5.11.1 and 5.5.1: the exponential of Stirling's series in double-double arithmetic, after enough steps of the
/// recurrence; products for small integers.
///
/// # Examples
///
/// ```
/// use pullback_real::special::gamma;
/// assert_eq!((gamma(5.0), gamma(0.0)), (24.0, f64::INFINITY));
/// assert!((gamma(-0.5) + 2.0 * std::f64::consts::PI.sqrt()).abs() < 1e-15);
/// ```
pub fn gamma(x: f64) -> f64 {
    if x.abs() < 1e-17 {
        return 1.0 / x;
    }
    if x.is_nan() || x > 172.0 {
        return x * f64::INFINITY;
    }
    if x > 0.0 {
        if x < 24.0 && x == x.floor() {
            return (2..x as u32).fold(1.0, |product, k| product * f64::from(k));
        }
        let (log, product) = ln_gamma_parts(Dd::from(x));
        return quotient(log.exp_value(), product);
    }
    let Some((below, above)) = neighbours(x) else { return f64::NAN };
    // Zero to all digits: the largest value between these poles is below the smallest subnormal number.
    if x < -200.0 {
        return if x.floor() % 2.0 == 0.0 { 0.0 } else { -0.0 };
    }
    let ((a, p), (b, q), (c, r)) =
        (ln_gamma_parts(below), ln_gamma_parts(above), ln_gamma_parts(Dd::sum(1.0, -x)));
    let size = quotient((a + b - c).exp_value(), p * q / r);
    if x.floor() % 2.0 == 0.0 { size } else { -size }
}

/// `e / product` for a factor that may have overflowed.
fn quotient(e: f64, product: Dd) -> f64 {
    if e.is_finite() { (Dd::from(e) / product).value() } else { e }
}

/// Logarithm of the absolute value of [`gamma`]: `inf` at the poles and at `±inf`.
///
/// # Source
///
/// DLMF 5.11.1 (Stirling's series), 5.5.1 (recurrence), 5.5.3 (reflection); interpolating polynomials of
/// `ln Γ(x) / ((x - 1)(x - 2))` on `[0.7, 2.6]`, so that the zeros 1 and 2 are zeros of the formula.
///
/// # Examples
///
/// ```
/// use pullback_real::special::ln_gamma;
/// assert_eq!((ln_gamma(1.0), ln_gamma(2.0), ln_gamma(-1.0)), (0.0, 0.0, f64::INFINITY));
/// assert!((ln_gamma(100.0) - 359.1342053695754).abs() < 1e-12);
/// ```
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() {
        f64::NAN
    } else if x.is_infinite() {
        f64::INFINITY
    } else if x <= 0.0 {
        ln_abs_gamma(x).value()
    } else if x < 0.7 {
        x * (x - 1.0) * piecewise(&LN_GAMMA, x + 1.0) - x.ln()
    } else if x < ASYMPTOTIC {
        // The subtractions are exact.
        let (mut y, mut product) = (x, 1.0);
        while y >= 2.6 {
            y -= 1.0;
            product *= y;
        }
        f64::ln(product) + (y - 1.0) * (y - 2.0) * piecewise(&LN_GAMMA, y)
    } else {
        // Subtracting one from the logarithm first keeps the two large terms of the series from cancelling.
        (x - 0.5) * (x.ln() - 1.0) + (Dd::HALF_LN_2PI.hi - 0.5 + stirling(x))
    }
}

/// `ln|Γ(x)|` for any finite `x`, infinite at the poles.
pub(super) fn ln_abs_gamma(x: f64) -> Dd {
    if x.abs() < 1e-200 {
        return Dd::from(-x.abs().ln());
    }
    if x > 0.0 {
        return ln_gamma_dd(Dd::from(x));
    }
    match neighbours(x) {
        None => Dd::from(f64::INFINITY),
        Some((below, above)) => ln_gamma_dd(below) + ln_gamma_dd(above) - ln_gamma_dd(Dd::sum(1.0, -x)),
    }
}

/// `ln Γ(x)` for a positive argument that is not tiny.
pub(super) fn ln_gamma_dd(x: Dd) -> Dd {
    let (log, product) = ln_gamma_parts(x);
    log - product.ln()
}

/// `(l, p)` with `Γ(x) = e^l / p`, for a positive argument: Stirling's series after the recurrence.
fn ln_gamma_parts(x: Dd) -> (Dd, Dd) {
    let (mut y, mut product) = (x, Dd::ONE);
    while y.hi < ASYMPTOTIC {
        product = product * y;
        y = y + 1.0;
    }
    ((y - 0.5) * y.ln() - y + Dd::HALF_LN_2PI + stirling_dd(y), product)
}

/// `ln Γ(x) - (x - 1/2) ln x + x - ln(2 pi) / 2` for `x >= 18`, in double-double arithmetic.
pub(super) fn stirling_dd(x: Dd) -> Dd {
    let inverse = Dd::ONE / x;
    let square = inverse * inverse;
    let term = |(k, (p, q)): (usize, (f64, f64))| Dd::ratio(p, q * ((2 * k + 1) * (2 * k + 2)) as f64);
    let terms = BERNOULLI.into_iter().enumerate().rev().map(term);
    terms.fold(Dd::ZERO, |sum, term| sum * square + term) * inverse
}

/// [`stirling_dd`] in `f64`.
fn stirling(x: f64) -> f64 {
    const COEFFS: [f64; 7] =
        [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360360.0, 1.0 / 156.0];
    horner(1.0 / (x * x), &COEFFS) / x
}

/// The distances of `x` from the integer below and from the one above; none at an integer.
pub(super) fn neighbours(x: f64) -> Option<(Dd, Dd)> {
    // The distance to the nearest integer is exact; one minus it takes two parts.
    let d = x - x.round();
    if d == 0.0 || !d.is_finite() {
        None
    } else if d > 0.0 {
        Some((Dd::from(d), Dd::sum(1.0, -d)))
    } else {
        Some((Dd::sum(1.0, d), Dd::from(-d)))
    }
}

/// Digamma function, the derivative of `ln Γ`: `∓inf` at `±0`, NaN at the negative integers and `-inf`.
///
/// # Source
///
/// DLMF 5.11.2 (asymptotic series), 5.5.2 (recurrence), 5.5.4 (reflection); interpolating polynomials of the quotient
/// by `x - x0` on `[0.7, 3.5]`, with the zero `x0 = 1.4616...` in two parts.
///
/// # Examples
///
/// ```
/// use pullback_real::special::digamma;
/// assert!((digamma(1.0) + 0.5772156649015329).abs() < 1e-15);
/// assert!((digamma(-0.5) - 0.03648997397857652).abs() < 1e-16);
/// ```
pub fn digamma(x: f64) -> f64 {
    const ROOT: Dd = Dd { hi: 1.4616321449683622, lo: 9.549995429965697e-17 };
    const COEFFS: [f64; 9] = [
        1.0 / 12.0,
        -1.0 / 120.0,
        1.0 / 252.0,
        -1.0 / 240.0,
        1.0 / 132.0,
        -691.0 / 32760.0,
        1.0 / 12.0,
        -3617.0 / 8160.0,
        43867.0 / 14364.0,
    ];
    if x.is_nan() || x == f64::NEG_INFINITY {
        f64::NAN
    } else if x.abs() < 1e-17 {
        -1.0 / x
    } else if x < 0.0 {
        let Some((below, above)) = neighbours(x) else { return f64::NAN };
        (digamma_dd(below) - digamma_dd(above) + digamma_dd(Dd::sum(1.0, -x))).value()
    } else if x < 0.7 {
        ((x - (ROOT.hi - 1.0)) - ROOT.lo) * piecewise(&DIGAMMA, x + 1.0) - 1.0 / x
    } else if x < 10.0 {
        let (mut y, mut sum) = (x, 0.0);
        while y >= 3.5 {
            y -= 1.0;
            sum += 1.0 / y;
        }
        ((y - ROOT.hi) - ROOT.lo) * piecewise(&DIGAMMA, y) + sum
    } else {
        let inverse = 1.0 / x;
        let square = inverse * inverse;
        x.ln() - (0.5 * inverse + square * horner(square, &COEFFS))
    }
}

/// [`digamma`] for a positive argument that is not tiny.
pub(super) fn digamma_dd(x: Dd) -> Dd {
    let (mut y, mut sum) = (x, Dd::ZERO);
    while y.hi < ASYMPTOTIC {
        sum = sum + Dd::ONE / y;
        y = y + 1.0;
    }
    let inverse = Dd::ONE / y;
    let square = inverse * inverse;
    let term = |(k, (p, q)): (usize, (f64, f64))| Dd::ratio(p, q * (2 * k + 2) as f64);
    let series =
        BERNOULLI.into_iter().enumerate().rev().map(term).fold(Dd::ZERO, |s, term| s * square + term);
    y.ln() - inverse * 0.5 - series * square - sum
}

/// `ln Γ(x) / ((x - 1)(x - 2))` for `0.7 <= x < 2.6`.
const LN_GAMMA: [Piece; 2] = [
    Piece {
        until: 1.4,
        centre: 1.05,
        low: 3.976230751994638e-17,
        coeffs: &[
            0.5653278421528456,
            -0.2305277186882254,
            0.13945511399344904,
            -0.09847686227561485,
            0.07517600684319893,
            -0.060050886382469304,
            0.049390889950244585,
            -0.04145720167384142,
            0.03532377562168505,
            -0.03044853105912308,
            0.026490468096595617,
            -0.02322329350622759,
            0.02049249668903433,
            -0.018179329625101208,
            0.01616061809848879,
            -0.014462860530387946,
            0.013411022525851716,
            -0.012090954710445655,
            0.008375363170946084,
            -0.007569445657068097,
            0.015646285889271284,
            -0.014272693946170381,
        ],
    },
    Piece {
        until: 2.6,
        centre: 2.0,
        low: 4.942915152430645e-18,
        coeffs: &[
            0.42278433509846713,
            -0.1003173016743539,
            0.03296500062115582,
            -0.01238419219337361,
            0.004998641164698413,
            -0.0021081308338163052,
            0.000915376922185489,
            -0.0004057074013291568,
            0.00018255264089141486,
            -8.309506890273987e-05,
            3.816886196707263e-05,
            -1.766219308071992e-05,
            8.222436587100055e-06,
            -3.844423497722909e-06,
            1.8067133620791806e-06,
            -8.631515334061218e-07,
            4.086122166911612e-07,
            -1.7005199596545993e-07,
            8.083977022428297e-08,
            -6.809102946020164e-08,
            3.2607920027359506e-08,
        ],
    },
];

/// `digamma(x) / (x - x0)` for `0.7 <= x < 3.5`.
const DIGAMMA: [Piece; 3] = [
    Piece {
        until: 1.3,
        centre: 1.0,
        low: -1.48250986472008e-17,
        coeffs: &[
            1.2503801375034054,
            -0.8546933606017874,
            0.7524682722898579,
            -0.7145407117259565,
            0.6983635063811344,
            -0.6909821144022688,
            0.68748930566985,
            -0.6858015705020944,
            0.6849757751596977,
            -0.684568544239925,
            0.6843651161319452,
            -0.6842648071084073,
            0.6842675940068639,
            -0.6842426759851493,
            0.6831353225356679,
            -0.6831291103311043,
            0.6977248763366788,
            -0.6977233248294799,
            0.5768604461573751,
            -0.5768600613923054,
            1.142296609012088,
            -1.1422964992639257,
        ],
    },
    Piece {
        until: 2.1,
        centre: 1.6875,
        low: 3.675487101388708e-17,
        coeffs: &[
            0.8792086792549673,
            -0.3469046583420276,
            0.17366278678694416,
            -0.09453053548030714,
            0.05346999291823214,
            -0.030850325602473576,
            0.01799540470737432,
            -0.010563181285893607,
            0.006223572960415303,
            -0.0036749709426415005,
            0.002172971370795525,
            -0.001285846003121839,
            0.0007614850053034118,
            -0.00045186810256628545,
            0.0002666958700934948,
            -0.0001529699258509003,
            9.41776637541201e-05,
            -7.207251208876233e-05,
            3.743876778159745e-05,
        ],
    },
    Piece {
        until: 3.5,
        centre: 2.75,
        low: -4.114605411955111e-17,
        coeffs: &[
            0.6356111895971849,
            -0.15371381020942265,
            0.04607107625509214,
            -0.014981530001799793,
            0.0050775239274769915,
            -0.0017625283848938789,
            0.0006209871962045256,
            -0.00022092148786665106,
            7.91079062991301e-05,
            -2.8453898247530783e-05,
            1.0266347486254156e-05,
            -3.712202804610369e-06,
            1.3443444068591255e-06,
            -4.877522876164151e-07,
            1.772800296222724e-07,
            -6.366358124805038e-08,
            2.2481297130922633e-08,
            -8.974264898620276e-09,
            4.033451884522461e-09,
            -1.0752566180367068e-09,
        ],
    },
];
