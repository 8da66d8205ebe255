//! The gamma distribution with shape `a` and a scale, on x > 0.

use pullback_real::Real;
use pullback_real::real::Arg;
use std::f64::consts::{E, TAU};

/// The density.
#[track_caller]
pub fn pdf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    logpdf(x, a, scale).exp()
}
/// The logarithm of the density.
///
/// ```
/// // With shape 1: the exponential distribution.
/// assert!((pullback_stats::gamma::logpdf(&2.0, 1.0, 4.0) - (-0.5 - 4f64.ln())).abs() < 1e-15);
/// ```
#[track_caller]
pub fn logpdf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (a, scale) = (a.into_real(), scale.into_real());
    a.ln_gamma_pdf(x / &scale) - scale.ln()
}
/// Whether x is below the support, and x in units of the scale, 1 there.
#[track_caller]
fn standard<R: Real>(x: &R, scale: impl Arg<R>) -> (R, R) {
    let z = x / scale.into_real();
    let below = z.less(0.0);
    let z = R::select(&below, &R::lift(1.0), &z);
    (below, z)
}
/// The probability of at most x.
#[track_caller]
pub fn cdf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (below, z) = standard(x, scale);
    R::select(&below, &R::lift(0.0), &a.into_real().gamma_p(z))
}
/// The logarithm of [`cdf`], also where that underflows.
#[track_caller]
pub fn logcdf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (below, z) = standard(x, scale);
    R::select(&below, &R::lift(f64::NEG_INFINITY), &a.into_real().ln_gamma_p(z))
}
/// The probability of more than x.
#[track_caller]
pub fn sf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (below, z) = standard(x, scale);
    R::select(&below, &R::lift(1.0), &a.into_real().gamma_q(z))
}
/// The logarithm of [`sf`], also where that underflows.
///
/// ```
/// assert!((pullback_stats::gamma::logsf(&800.0, 1.0, 1.0) + 800.0).abs() < 1e-12);
/// ```
#[track_caller]
pub fn logsf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (below, z) = standard(x, scale);
    R::select(&below, &R::lift(0.0), &a.into_real().ln_gamma_q(z))
}
/// The differential entropy, in nats.
#[track_caller]
pub fn entropy<R: Real>(a: impl Arg<R>, scale: impl Arg<R>) -> R {
    let a = a.into_real();
    // ln Γ(a) and ψ(a) without their large logarithms, which cancel.
    let rest = a.stirling_error(0) - 0.5 / &a + (1.0 - &a) * a.stirling_error(1);
    0.5 * (TAU * E * &a).ln() + rest + scale.into_real().ln()
}
