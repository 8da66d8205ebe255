//! The derivatives of the incomplete gamma functions and their logarithms by the first argument: the
//! expansions of the functions themselves, in truncated Taylor series.
//!
//! All series are those of a function divided by the weight `x^a e^-x / Γ(a + 1)` at the given `a`. This
//! quotient does not underflow.

use super::dd::Dd;
use super::gamma::{BERNOULLI, digamma_dd};
use super::incomplete_gamma::{both_over_density, ln_density, ln_gamma_p, ln_gamma_q};
use super::polygamma::polygamma;

/// `∂ⁿP(a, x)/∂aⁿ`, for `a > 0`, `x >= 0` and `n <= 15`; NaN outside. Relative error about 1e-13 for n = 1, away from
/// the zeros of the higher ones.
///
/// # Source
///
/// The series DLMF 8.7.3 for `x < a + 1`, whose terms' first derivatives have one sign; elsewhere the continued fraction
/// DLMF 8.9.2 of the upper function. Both are evaluated in truncated Taylor series of `a` (for n = 1 compare
/// R. J. Moore, Applied Statistics 31 (1982), 330). For a large `a` near `x`, the recurrence DLMF 8.8.5 gives the difference from
/// `a` to `a + 1`, and the formula of Euler and Maclaurin (DLMF 2.10.1) the derivative.
///
/// # Examples
///
/// ```
/// use pullback_real::special::{gamma_p, gamma_p_by_a};
/// let difference = (gamma_p(2.0 + 1e-5, 3.0) - gamma_p(2.0 - 1e-5, 3.0)) / 2e-5;
/// assert!((gamma_p_by_a(1, 2.0, 3.0) / difference - 1.0).abs() < 1e-9);
/// ```
pub fn gamma_p_by_a(n: u32, a: f64, x: f64) -> f64 {
    if n == 0 { super::gamma_p(a, x) } else { of_order(n, a, x, Function::P) }
}

/// `∂ⁿ ln P(a, x)/∂aⁿ`, where [`gamma_p_by_a`] exists.
///
/// # Source
///
/// The logarithm of the Taylor series of [`gamma_p_by_a`].
///
/// # Examples
///
/// ```
/// use pullback_real::special::{gamma_p, gamma_p_by_a, ln_gamma_p_by_a};
/// let want = gamma_p_by_a(1, 2.0, 3.0) / gamma_p(2.0, 3.0);
/// assert!((ln_gamma_p_by_a(1, 2.0, 3.0) / want - 1.0).abs() < 1e-14);
/// ```
pub fn ln_gamma_p_by_a(n: u32, a: f64, x: f64) -> f64 {
    if n == 0 { ln_gamma_p(a, x) } else { of_order(n, a, x, Function::LnP) }
}

/// `∂ⁿ ln Q(a, x)/∂aⁿ`, where [`gamma_p_by_a`] exists.
///
/// # Source
///
/// As [`ln_gamma_p_by_a`].
///
/// # Examples
///
/// ```
/// use pullback_real::special::{gamma_p_by_a, gamma_q, ln_gamma_q_by_a};
/// let want = -gamma_p_by_a(1, 2.0, 3.0) / gamma_q(2.0, 3.0);
/// assert!((ln_gamma_q_by_a(1, 2.0, 3.0) / want - 1.0).abs() < 1e-14);
/// ```
pub fn ln_gamma_q_by_a(n: u32, a: f64, x: f64) -> f64 {
    if n == 0 { ln_gamma_q(a, x) } else { of_order(n, a, x, Function::LnQ) }
}

/// Calls a function of truncated series with as many terms as a derivative of this order takes; NaN from the sixteenth on.
macro_rules! with_terms {
    ($order:expr => $f:ident($($argument:expr),*)) => {
        match $order {
            0 => $f::<1>($($argument),*),
            1 => $f::<2>($($argument),*),
            2 => $f::<3>($($argument),*),
            3 => $f::<4>($($argument),*),
            4..8 => $f::<8>($($argument),*),
            8..16 => $f::<16>($($argument),*),
            16.. => f64::NAN,
        }
    };
}
pub(super) use with_terms;

/// The function that is differentiated.
#[derive(Clone, Copy)]
enum Function {
    P,
    LnP,
    LnQ,
}

fn of_order(n: u32, a: f64, x: f64, of: Function) -> f64 {
    with_terms!(n => nth(n as usize, a, x, of))
}

fn nth<const N: usize>(n: usize, a: f64, x: f64, of: Function) -> f64 {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 || a.is_infinite() {
        return f64::NAN;
    }
    if x == 0.0 || x.is_infinite() {
        // P is like x^a near 0: the derivative of its logarithm by a is ln x.
        let falls = matches!((of, n), (Function::LnP, 1)) && x == 0.0;
        return if falls { f64::NEG_INFINITY } else { 0.0 };
    }
    let factorial: f64 = (1..=n).map(|k| k as f64).product();
    if matches!(of, Function::LnP) && by_ratios(a, x) {
        return factorial * (ln_factor::<N>(a, x)[n] + ln_of(ratios::<N>(a, x))[n]);
    }
    let series = lower_over_weight::<N>(a, x);
    factorial
        * match of {
            Function::P => (ln_density(a, x) - Dd::from(a).ln()).exp_value() * series[n],
            Function::LnP => ln(a * both_over_density(a, x).0, series)[n],
            Function::LnQ => ln(a * both_over_density(a, x).1, series.map(|c| -c))[n],
        }
}

/// A polynomial in the step of `a`, to the power N - 1.
pub(super) type Taylor<const N: usize> = [f64; N];

/// The polynomial `c + slope t`.
pub(super) fn line<const N: usize>(c: f64, slope: f64) -> Taylor<N> {
    std::array::from_fn(|k| match k {
        0 => c,
        1 => slope,
        _ => 0.0,
    })
}
pub(super) fn quotient<const N: usize>(x: &Taylor<N>, y: &Taylor<N>) -> Taylor<N> {
    let mut z = [0.0; N];
    for k in 0..N {
        z[k] = (x[k] - (1..=k).map(|j| y[j] * z[k - j]).sum::<f64>()) / y[0];
    }
    z
}
fn ln_of<const N: usize>(series: Taylor<N>) -> Taylor<N> {
    ln(series[0], series)
}
/// The logarithm of a series with this constant term and these further coefficients; its own constant term is
/// left 0.
fn ln<const N: usize>(value: f64, series: Taylor<N>) -> Taylor<N> {
    let mut y = [0.0; N];
    for k in 1..N {
        let sum: f64 = (1..k).map(|j| j as f64 * y[j] * series[k - j]).sum();
        y[k] = (series[k] - sum / k as f64) / value
    }
    y
}

/// `P` over the weight; the constant term of the series is unspecified.
pub(super) fn lower_over_weight<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    if a >= 30.0 && (1.0 / std::f64::consts::E..std::f64::consts::E).contains(&(x / a)) {
        near_diagonal(a, x)
    } else if x < a + 1.0 {
        lower(a, x)
    } else {
        upper(a, x).map(|c| -c)
    }
}

/// The logarithm of `x^a/Γ(a + 1)`, with its constant term left 0.
fn ln_factor<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    let (mut slopes, mut factorial) = ([0.0; N], 1.0);
    for (k, slope) in slopes.iter_mut().enumerate().skip(1) {
        factorial *= k as f64;
        *slope = match k {
            // A small difference of logarithms where x is near a.
            1 => (Dd::from(x).ln() - digamma_dd(Dd::sum(a, 1.0))).value(),
            _ => -polygamma(k as u32 - 1, a + 1.0) / factorial,
        };
    }
    slopes
}
/// The factor by which `x^a/Γ(a + 1)` changes when `a` moves.
pub(super) fn factor<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    let (mut y, slopes) = (line(1.0, 0.0), ln_factor::<N>(a, x));
    for k in 1..N {
        y[k] = (1..=k).map(|j| j as f64 * slopes[j] * y[k - j]).sum::<f64>() / k as f64;
    }
    y
}

/// Whether the sum of [`ratios`] converges fast, and `P` is not near 1.
pub(super) fn by_ratios(a: f64, x: f64) -> bool {
    x < 0.9 * a || x < 1.0
}
/// `P` over the weight: the sum of `x^k / ((a+1) … (a+k))`, times [`factor`].
fn lower<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    sum_from(factor::<N>(a, x), a, x)
}
/// `P` over the weight at the moved `a + t`: the sum of [`lower`] without the factor.
pub(super) fn ratios<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    sum_from(line(1.0, 0.0), a, x)
}
fn sum_from<const N: usize>(mut term: Taylor<N>, a: f64, x: f64) -> Taylor<N> {
    let (mut sum, mut k) = ([0.0; N], 0.0);
    loop {
        sum.iter_mut().zip(term).for_each(|(s, t)| *s += t);
        if k > 0.0 && sum.iter().zip(term).all(|(s, t)| t.abs() <= 1e-18 * s.abs()) || k > 1e6 {
            return sum;
        }
        k += 1.0;
        term = quotient(&term.map(|c| x * c), &line(a + k, 1.0));
    }
}

/// `Q` over the weight: `a` times [`factor`], over the continued fraction [`tail`].
fn upper<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    let first = factor::<N>(a, x);
    let numerator = std::array::from_fn(|k| a * first[k] + if k > 0 { first[k - 1] } else { 0.0 });
    quotient(&numerator, &tail(a, x))
}

/// `b₀ - c₁/(b₁ - c₂/(b₂ - …))` with `bᵢ = x + 2i + 1 - a`, `cᵢ = i (i - a)`.
pub(super) fn tail<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    let n = (100.0 + 20.0 * x.min(1e4).sqrt()).ceil() as usize;
    let b = |i: usize| line::<N>(x + 2.0 * i as f64 + 1.0 - a, -1.0);
    // From the far end.
    let mut tail = b(n);
    for i in (1..=n).rev() {
        let k = i as f64;
        let rest = quotient(&line(k * (k - a), -k), &tail);
        tail = b(i - 1);
        tail.iter_mut().zip(rest).for_each(|(t, r)| *t -= r);
    }
    tail
}

/// `P(a + 1, x) - P(a, x) = -g(a)` with `g` the weight, so that `∂P/∂a = -Σ B_k g⁽ᵏ⁾/k!`: a sum of Taylor coefficients.
fn near_diagonal<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    const TERMS: usize = 2 * BERNOULLI.len() - 10;
    const COUNT: usize = TERMS + 16;
    // The Taylor series of the weight over itself: its logarithm has the derivatives ln x - ψ(a + 1), -ψ′(a + 1), …
    let next = Dd::sum(a, 1.0);
    let (mut g, mut slopes, mut factorial) = ([0.0; COUNT], [0.0; COUNT], 1.0);
    g[0] = 1.0;
    let count = TERMS + N;
    for k in 1..count {
        slopes[k] = match k {
            1 => (Dd::from(x).ln() - digamma_dd(next)).value(),
            _ => -polygamma(k as u32 - 1, next.hi) / factorial,
        };
        factorial *= k as f64;
        g[k] = (1..=k).map(|j| slopes[j] * g[k - j]).sum::<f64>() / k as f64;
    }
    // The m-th coefficient of Σ B_k g⁽ᵏ⁾/k! is Σ B_k g_{k+m} (k+m)!/(m! k!).
    let coefficient = |m: usize| {
        let (mut sum, mut binomial) = (0.0, 1.0);
        for k in 0..TERMS {
            let bernoulli = match k {
                0 => 1.0,
                1 => -0.5,
                k if k % 2 == 1 => 0.0,
                k => BERNOULLI[k / 2 - 1].0 / BERNOULLI[k / 2 - 1].1,
            };
            sum += bernoulli * binomial * g[k + m];
            binomial *= (k + m + 1) as f64 / (k + 1) as f64
        }
        sum
    };
    std::array::from_fn(|k| if k == 0 { 0.0 } else { -coefficient(k - 1) / k as f64 })
}
