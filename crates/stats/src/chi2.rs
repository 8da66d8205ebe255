//! The χ² distribution with `df` degrees of freedom, on x > 0: the gamma distribution with shape df/2 and scale 2.

use crate::gamma;
use pullback_real::Real;
use pullback_real::real::Arg;

/// The density.
#[track_caller]
pub fn pdf<R: Real>(x: &R, df: impl Arg<R>) -> R {
    gamma::pdf(x, 0.5 * df.into_real(), R::lift(2.0))
}
/// The logarithm of the density.
#[track_caller]
pub fn logpdf<R: Real>(x: &R, df: impl Arg<R>) -> R {
    gamma::logpdf(x, 0.5 * df.into_real(), R::lift(2.0))
}
/// The probability of at most x.
///
/// ```
/// // With two degrees of freedom: exponential.
/// assert!((pullback_stats::chi2::cdf(&3.0, 2.0) - (1.0 - (-1.5f64).exp())).abs() < 1e-15);
/// ```
#[track_caller]
pub fn cdf<R: Real>(x: &R, df: impl Arg<R>) -> R {
    gamma::cdf(x, 0.5 * df.into_real(), R::lift(2.0))
}
/// The logarithm of [`cdf`], also where that underflows.
#[track_caller]
pub fn logcdf<R: Real>(x: &R, df: impl Arg<R>) -> R {
    gamma::logcdf(x, 0.5 * df.into_real(), R::lift(2.0))
}
/// The probability of more than x.
#[track_caller]
pub fn sf<R: Real>(x: &R, df: impl Arg<R>) -> R {
    gamma::sf(x, 0.5 * df.into_real(), R::lift(2.0))
}
/// The logarithm of [`sf`], also where that underflows.
#[track_caller]
pub fn logsf<R: Real>(x: &R, df: impl Arg<R>) -> R {
    gamma::logsf(x, 0.5 * df.into_real(), R::lift(2.0))
}
/// The differential entropy, in nats.
#[track_caller]
pub fn entropy<R: Real>(df: impl Arg<R>) -> R {
    gamma::entropy(0.5 * df.into_real(), R::lift(2.0))
}
