//! The derivatives of the incomplete gamma functions by their first argument: the same expansions, in Taylor series.

use super::incomplete_gamma::gamma_pdf;
use super::polygamma::polygamma;

/// `∂ⁿP(a, x)/∂aⁿ`, for `a > 0`, `x >= 0` and `n <= 15`; NaN outside. Relative error about 1e-13 for n = 1, away from
/// the zeros of the higher ones.
///
/// # Source
///
/// The series DLMF 8.7.3 for `x < a + 1`, whose terms' first derivatives have one sign; elsewhere the continued fraction
/// DLMF 8.9.2 of the upper function. Both are evaluated in truncated Taylor series of `a` (for n = 1 compare
/// R. J. Moore, Applied Statistics 31 (1982), 330).
///
/// # Examples
///
/// ```
/// use pullback_real::special::{gamma_p, gamma_p_by_a};
/// let difference = (gamma_p(2.0 + 1e-5, 3.0) - gamma_p(2.0 - 1e-5, 3.0)) / 2e-5;
/// assert!((gamma_p_by_a(1, 2.0, 3.0) / difference - 1.0).abs() < 1e-9);
/// ```
pub fn gamma_p_by_a(n: u32, a: f64, x: f64) -> f64 {
    match n {
        0 => super::gamma_p(a, x),
        1 => nth::<2>(1, a, x),
        2 => nth::<3>(2, a, x),
        3 => nth::<4>(3, a, x),
        4..8 => nth::<8>(n as usize, a, x),
        8..16 => nth::<16>(n as usize, a, x),
        16.. => f64::NAN,
    }
}

fn nth<const N: usize>(n: usize, a: f64, x: f64) -> f64 {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 || a.is_infinite() {
        return f64::NAN;
    }
    if x == 0.0 || x.is_infinite() {
        return 0.0;
    }
    let weight = x * gamma_pdf(a, x);
    let factorial: f64 = (1..=n).map(|k| k as f64).product();
    let coefficient = if x < a + 1.0 { lower::<N>(a, x)[n] } else { -upper::<N>(a, x)[n] };
    weight * factorial * coefficient
}

/// A polynomial in the step of `a`, to the power N - 1.
type Taylor<const N: usize> = [f64; N];

/// The polynomial `c + slope t`.
fn line<const N: usize>(c: f64, slope: f64) -> Taylor<N> {
    std::array::from_fn(|k| match k {
        0 => c,
        1 => slope,
        _ => 0.0,
    })
}
fn quotient<const N: usize>(x: &Taylor<N>, y: &Taylor<N>) -> Taylor<N> {
    let mut z = [0.0; N];
    for k in 0..N {
        z[k] = (x[k] - (1..=k).map(|j| y[j] * z[k - j]).sum::<f64>()) / y[0];
    }
    z
}

/// The factor by which `x^b/Γ(b)` changes from `b` on: the exponential of its logarithm's series.
fn factor<const N: usize>(b: f64, x: f64) -> Taylor<N> {
    let (mut y, mut slopes, mut factorial) = (line(1.0, 0.0), [0.0; N], 1.0);
    for k in 1..N {
        let drop = polygamma(k as u32 - 1, b);
        slopes[k] = if k == 1 { x.ln() - drop } else { -drop / factorial };
        factorial *= k as f64;
        y[k] = (1..=k).map(|j| slopes[j] * y[k - j]).sum::<f64>() / k as f64;
    }
    y
}

/// `P` over its weight at `a`: the sum of `x^k / (a (a+1) … (a+k))`, each term with its own factor.
fn lower<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    let mut term = factor::<N>(a + 1.0, x).map(|c| c / a);
    let (mut sum, mut k) = ([0.0; N], 0.0);
    loop {
        sum.iter_mut().zip(term).for_each(|(s, t)| *s += t);
        if sum.iter().zip(term).all(|(s, t)| t.abs() <= 1e-18 * s.abs()) || k > 1e6 {
            return sum;
        }
        k += 1.0;
        term = quotient(&term.map(|c| x * c), &line(a + k, 1.0));
    }
}

/// `Q` over its weight at `a`: `1/(b₀ - c₁/(b₁ - c₂/(b₂ - …)))` with `bᵢ = x + 2i + 1 - a`, `cᵢ = i (i - a)`.
fn upper<const N: usize>(a: f64, x: f64) -> Taylor<N> {
    let n = (100.0 + 20.0 * x.min(1e7).sqrt()).ceil() as usize;
    let b = |i: usize| line::<N>(x + 2.0 * i as f64 + 1.0 - a, -1.0);
    // From the far end.
    let mut tail = b(n);
    for i in (1..=n).rev() {
        let k = i as f64;
        let rest = quotient(&line(k * (k - a), -k), &tail);
        tail = b(i - 1);
        tail.iter_mut().zip(rest).for_each(|(t, r)| *t -= r);
    }
    quotient(&factor(a, x), &tail)
}
