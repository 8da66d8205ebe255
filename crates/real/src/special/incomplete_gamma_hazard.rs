//! The gamma density over either tail, the slopes of the logarithms of the incomplete gamma functions, and
//! its derivatives by the first argument: quotients of series without the common factor of density and tail.

use super::incomplete_gamma::{both_over_density, continued_fraction};
use super::incomplete_gamma_by_a::{
    Taylor, by_ratios, factor, line, lower_over_weight, quotient, ratios, tail, with_terms,
};

/// `∂ⁿ/∂aⁿ` of `x^(a-1) e^-x / (Γ(a) P(a, x))`, the slope of [`ln_gamma_p`](super::ln_gamma_p) by `x`, for `a > 0`, `x >= 0` and
/// `n <= 15`; NaN outside.
///
/// # Source
///
/// The series DLMF 8.7.1 for `x < 0.9 a` and small `x`, whose first term is the density. Elsewhere the
/// quotient of the expressions behind [`gamma_pdf`](super::gamma_pdf) and
/// [`gamma_p_by_a`](super::gamma_p_by_a).
///
/// # Examples
///
/// ```
/// use pullback_real::special::{gamma_p, gamma_p_hazard, gamma_pdf};
/// assert!((gamma_p_hazard(0, 2.0, 3.0) - gamma_pdf(2.0, 3.0) / gamma_p(2.0, 3.0)).abs() < 1e-15);
/// // P is e^-10000000000 here, with the power law of its first term.
/// assert!((gamma_p_hazard(0, 1e10, 1.0) / 1e10 - 1.0).abs() < 1e-9);
/// ```
pub fn gamma_p_hazard(n: u32, a: f64, x: f64) -> f64 {
    of_order(n, a, x, true)
}

/// `∂ⁿ/∂aⁿ` of `x^(a-1) e^-x / (Γ(a) Q(a, x))`, minus the slope of [`ln_gamma_q`](super::ln_gamma_q) by `x`, where
/// [`gamma_p_hazard`] exists, and for any `a` where `x >= 2`: Γ(a) cancels.
///
/// # Source
///
/// The continued fraction DLMF 8.9.2 for `x > 1.1 a`; the integral DLMF 8.2.2 in `ln(t/x)` for small `x` and `a`, where all of
/// its derivatives are positive; and as [`gamma_p_hazard`].
///
/// # Examples
///
/// ```
/// use pullback_real::special::{gamma_pdf, gamma_q, gamma_q_hazard};
/// assert!((gamma_q_hazard(0, 2.0, 3.0) - gamma_pdf(2.0, 3.0) / gamma_q(2.0, 3.0)).abs() < 1e-15);
/// // The exponential distribution has a constant one.
/// assert_eq!(gamma_q_hazard(0, 1.0, 1e5), 1.0);
/// ```
pub fn gamma_q_hazard(n: u32, a: f64, x: f64) -> f64 {
    of_order(n, a, x, false)
}

fn of_order(n: u32, a: f64, x: f64, lower: bool) -> f64 {
    with_terms!(n => nth(n as usize, a, x, lower))
}

fn nth<const N: usize>(n: usize, a: f64, x: f64, lower: bool) -> f64 {
    let any = !lower && x >= 2.0;
    if a.is_nan() || x.is_nan() || a <= 0.0 && !any || x < 0.0 || a.is_infinite() {
        return f64::NAN;
    }
    if x == 0.0 || x.is_infinite() {
        // The first term of either power series, or an exponential.
        return match (lower, x == 0.0, n) {
            (true, true, 0) | (true, true, 1) => f64::INFINITY,
            (false, true, 0) => super::gamma_pdf(a, x),
            (false, false, 0) => 1.0,
            _ => 0.0,
        };
    }
    let factorial: f64 = (1..=n).map(|k| k as f64).product();
    factorial * series::<N>(a, x, lower)[n]
}

/// The Taylor series in `a`.
fn series<const N: usize>(a: f64, x: f64, lower: bool) -> Taylor<N> {
    if lower && by_ratios(a, x) {
        return quotient(&line(a / x, 1.0 / x), &ratios(a, x));
    }
    if !lower && x >= 2.0 && x > 1.1 * a {
        if N == 1 {
            return line((x * continued_fraction(a, x)).recip(), 0.0);
        }
        return tail::<N>(a, x).map(|c| c / x);
    }
    if !lower && x < 2.0 && a < 1.0 && N > 1 {
        return quotient(&line((-x).exp() / x, 0.0), &integrals(a, x));
    }
    let (p, q) = both_over_density(a, x);
    let over_density = if lower { p } else { q };
    if N == 1 {
        return line((x * over_density).recip(), 0.0);
    }
    let mut over = lower_over_weight::<N>(a, x);
    if !lower {
        over = over.map(|c| -c)
    }
    over[0] = a * over_density;
    let first = factor::<N>(a, x);
    let density = std::array::from_fn(|k| (a * first[k] + if k > 0 { first[k - 1] } else { 0.0 }) / x);
    quotient(&density, &over)
}

/// `Γ(a, x)/x^a`, the integral of `e^(as - x e^s)` over `s > 0`, up to where it has fallen to 1e-18, in steps of about 2.
fn integrals<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    let end = (42.0 / x).ln();
    let panels = (end / 2.0).ceil();
    let width = end / panels;
    let mut sum = [0.0; N];
    for panel in 0..panels as usize {
        for (node, weight) in NODES {
            let s = (panel as f64 + node) * width;
            let mut term = weight * width * (a * s - x * s.exp()).exp();
            for (k, sum) in sum.iter_mut().enumerate() {
                *sum += term;
                term *= s / (k + 1) as f64
            }
        }
    }
    sum
}

/// Nodes and weights of the rule of Gauss and Legendre on (0, 1).
const NODES: [(f64, f64); 16] = [
    (0.005299532504175033, 0.013576229705877048),
    (0.02771248846338371, 0.031126761969323947),
    (0.06718439880608412, 0.04757925584124639),
    (0.12229779582249849, 0.06231448562776694),
    (0.19106187779867811, 0.07479799440828837),
    (0.2709916111713863, 0.08457825969750127),
    (0.35919822461037054, 0.09130170752246179),
    (0.4524937450811813, 0.09472530522753425),
    (0.5475062549188188, 0.09472530522753425),
    (0.6408017753896295, 0.09130170752246179),
    (0.7290083888286137, 0.08457825969750127),
    (0.8089381222013219, 0.07479799440828837),
    (0.8777022041775016, 0.06231448562776694),
    (0.9328156011939158, 0.04757925584124639),
    (0.9722875115366163, 0.031126761969323947),
    (0.994700467495825, 0.013576229705877048),
];
