//! The normal distribution with mean `loc` and standard deviation `scale`.

use pullback_real::Real;
use pullback_real::real::Arg;
use std::f64::consts::{E, TAU};

/// (x − loc)/scale, and the scale.
#[track_caller]
fn standard<R: Real>(x: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> (R, R) {
    let scale = scale.into_real();
    ((x - loc.into_real()) / &scale, scale)
}

/// The density.
///
/// ```
/// assert!((pullback_stats::norm::pdf(&0.0, 0.0, 1.0) - 0.3989422804014327).abs() < 1e-16);
/// ```
#[track_caller]
pub fn pdf<R: Real>(x: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (z, scale) = standard(x, loc, scale);
    // Where it is 0 it does not change, infinitely far out neither.
    let e = (-0.5 * z.square()).exp();
    R::select(&e, &e, &R::lift(0.0)) / (scale * TAU.sqrt())
}
/// The logarithm of the density.
#[track_caller]
pub fn logpdf<R: Real>(x: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (z, scale) = standard(x, loc, scale);
    -0.5 * z.square() - scale.ln() - 0.5 * TAU.ln()
}
/// The probability of at most x.
#[track_caller]
pub fn cdf<R: Real>(x: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    standard(x, loc, scale).0.norm_cdf()
}
/// The logarithm of [`cdf`], accurate in the lower tail.
#[track_caller]
pub fn logcdf<R: Real>(x: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    standard(x, loc, scale).0.norm_log_cdf()
}
/// The probability of more than x.
#[track_caller]
pub fn sf<R: Real>(x: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    (-standard(x, loc, scale).0).norm_cdf()
}
/// The logarithm of [`sf`], accurate in the upper tail.
#[track_caller]
pub fn logsf<R: Real>(x: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    (-standard(x, loc, scale).0).norm_log_cdf()
}
/// The x below which lies the probability p.
#[track_caller]
pub fn ppf<R: Real>(p: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    p.norm_quantile() * scale.into_real() + loc.into_real()
}
/// The differential entropy, in nats.
#[track_caller]
pub fn entropy<R: Real>(scale: impl Arg<R>) -> R {
    scale.into_real().ln() + 0.5 * (TAU * E).ln()
}
