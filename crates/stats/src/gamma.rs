//! The gamma distribution with shape `a` and a scale, on x > 0.

use pullback_real::Real;
use pullback_real::real::Arg;

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
    let z = x / &scale;
    (&a - 1.0).xlogy(&z) - z - a.ln_gamma() - scale.ln()
}
/// The probability of at most x.
#[track_caller]
pub fn cdf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    a.into_real().gamma_p(x / scale.into_real())
}
/// The logarithm of [`cdf`].
#[track_caller]
pub fn logcdf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    cdf(x, a, scale).ln()
}
/// The probability of more than x.
#[track_caller]
pub fn sf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    a.into_real().gamma_q(x / scale.into_real())
}
/// The logarithm of [`sf`].
#[track_caller]
pub fn logsf<R: Real>(x: &R, a: impl Arg<R>, scale: impl Arg<R>) -> R {
    sf(x, a, scale).ln()
}
/// The differential entropy, in nats.
#[track_caller]
pub fn entropy<R: Real>(a: impl Arg<R>, scale: impl Arg<R>) -> R {
    let a = a.into_real();
    &a + scale.into_real().ln() + a.ln_gamma() + (1.0 - &a) * a.digamma()
}
