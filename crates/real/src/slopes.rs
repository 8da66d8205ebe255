//! Slopes of the table that take more than a line, for any carrier.

use crate::real::Real;
use std::f64::consts::{FRAC_1_PI, FRAC_2_SQRT_PI};

/// `exp(-x²)`; what the square loses by rounding, which a large exponent shows, is made good: with h near x, of few bits,
/// `x² = h² + (x - h)(x + h)`.
#[track_caller]
pub(crate) fn bell<R: Real>(x: &R) -> R {
    let (square, h) = (x.square(), (16.0 * x).round() * 0.0625);
    let e = (-&square).exp();
    let lost = (h.square() - square) + (x - &h) * (x + h);
    R::select(&e, &(&e * (1.0 - lost)), &R::lift(0.0))
}

/// `exp(-square)`, and where that is 0 a certain zero: the square's infinite slope does no harm there.
#[track_caller]
pub(crate) fn exp_minus<R: Real>(square: &R) -> R {
    let e = (-square).exp();
    R::select(&e, &e, &R::lift(0.0))
}

/// `size · exp(e)/exp(e)`, held to its value as a number and moving as an exponential of `e`: for slopes that are accurate by one formula
/// and whose own derivatives cancel or overflow by it.
#[track_caller]
fn moving<R: Real>(size: &R, e: &R) -> R {
    size.held() * (e - e.held()).exp()
}

/// The slope of the inverse y of erf at x: `√π/2 exp(y²)`, which in the tails is `√π/2 erfcx(y)/erfc(y)`.
#[track_caller]
pub(crate) fn erf_inv_slope<R: Real>(x: &R, y: &R) -> R {
    let (middle, rest) = (x.abs().less(0.5), 1.0 - x.abs());
    // The side not taken is computed at 0.
    let near = R::select(&middle, y, &R::lift(0.0)).square().exp();
    let tail = R::select(&rest, &moving(&(y.abs().erfcx() / &rest), &y.square()), &rest.recip());
    FRAC_2_SQRT_PI.recip() * R::select(&middle, &near, &tail)
}

/// The slope of the inverse y of erfc at q, as [`erf_inv_slope`].
#[track_caller]
pub(crate) fn erfc_inv_slope<R: Real>(q: &R, y: &R) -> R {
    let (left, right) = (q.less(0.5), R::lift(1.5).less(q));
    let near = R::select(&left, q, &(2.0 - q));
    let tail = R::select(&near, &moving(&(y.abs().erfcx() / &near), &y.square()), &near.recip());
    let middle = R::select(&(&left + &right), &R::lift(0.0), y).square().exp();
    -FRAC_2_SQRT_PI.recip() * R::select(&(left + right), &tail, &middle)
}

/// The slope of the normal quantile y at p: `1/(p λ(y))` with the inverse Mills ratio λ, or the same from the other side.
#[track_caller]
pub(crate) fn norm_quantile_slope<R: Real>(p: &R, y: &R) -> R {
    let left = p.less(0.5);
    let (near, at) = (R::select(&left, p, &(1.0 - p)), R::select(&left, y, &-y));
    let slope = moving(&(&near * at.inv_mills_ratio()).recip(), &(0.5 * y.square()));
    R::select(&near, &slope, &near.recip())
}

/// The slope of `y = 1/Γ(x)`: `-ψ(x)/Γ(x)`, on the left by the reflection `1/Γ(x) = Γ(1 - x) sin(πx)/π`, where nothing is infinite.
#[track_caller]
pub(crate) fn rgamma_slope<R: Real>(x: &R, y: &R) -> R {
    let left = x.less(0.5);
    let (low, high) = (R::select(&left, x, &R::lift(0.0)), R::select(&left, &R::lift(1.0), x));
    let mirrored = 1.0 - &low;
    let turn = low.cos_pi() - FRAC_1_PI * low.sin_pi() * mirrored.polygamma(0);
    // Where 1/Γ is 0, ψ is infinite.
    let right = R::select(y, &-(y * high.polygamma(0)), &R::lift(0.0));
    R::select(&left, &(turn / mirrored.rgamma()), &right)
}

/// `ψ(1 + a) - ψ(a + b)`, from the end at which no digit of the smaller argument is lost.
#[track_caller]
pub(crate) fn ln_a_beta_slope<R: Real>(a: &R, b: &R) -> R {
    R::select(&b.less(1.0), &-(a + b).polygamma_drop(1.0 - b, 0), &(a + 1.0).polygamma_drop(b - 1.0, 0))
}

/// `ln x - ψ(a)`, without the cancellation of large logarithms.
#[track_caller]
pub(crate) fn ln_minus_digamma<R: Real>(x: &R, a: &R) -> R {
    x.ln_ratio(a) + 0.5 / a - a.stirling_error(1)
}

/// `∂ⁿ/∂aⁿ` of `x^(a-1) e^-x / Γ(a)`.
#[track_caller]
pub(crate) fn gamma_pdf_by_a<R: Real>(n: u32, a: &R, x: &R) -> R {
    a.gamma_pdf(x) * bell_polynomial((0..n).map(|k| ln_pdf_by_a(k + 1, a, x)))
}

/// `∂ⁿ/∂aⁿ` of the gamma density over `P` or `Q`, whose logarithm has the derivatives `ln_tail`.
#[track_caller]
pub(crate) fn hazard_by_a<R: Real>(n: u32, a: &R, x: &R, ln_tail: fn(&R, &R, u32) -> R) -> R {
    let slopes = (1..=n).map(|k| ln_pdf_by_a(k, a, x) - ln_tail(a, x, k));
    (a.ln_gamma_pdf(x) - ln_tail(a, x, 0)).exp() * bell_polynomial(slopes)
}

/// The k-th derivative by a of the logarithm of the gamma density, for k from 1.
#[track_caller]
fn ln_pdf_by_a<R: Real>(k: u32, a: &R, x: &R) -> R {
    if k == 1 { ln_minus_digamma(x, a) } else { -a.polygamma(k - 1) }
}

/// The slope by x of the gamma density at x = 0: that of `x^(a-1)/Γ(a)`, less the density there.
#[track_caller]
pub(crate) fn gamma_pdf_slope_at_0<R: Real>(a: &R, x: &R) -> R {
    let power = (a - 1.0) * x.pow(a - 2.0);
    R::select(&(a - 1.0), &power, &R::lift(0.0)) / a.gamma() - a.gamma_pdf(x)
}

/// The n-th derivative of an exponential over itself, from the first n derivatives of the exponent: the complete Bell polynomial.
#[track_caller]
fn bell_polynomial<R: Real>(slopes: impl Iterator<Item = R>) -> R {
    let slopes: Vec<R> = slopes.collect();
    let mut bell = vec![R::lift(1.0)];
    for m in 0..slopes.len() {
        let mut binomial = 1.0;
        let terms = (0..=m).map(|k| {
            let term = binomial * &bell[m - k] * &slopes[k];
            binomial *= (m - k) as f64 / (k + 1) as f64;
            term
        });
        bell.push(terms.sum())
    }
    bell.swap_remove(slopes.len())
}
