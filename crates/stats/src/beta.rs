//! The beta distribution with shapes `a` and `b`, on 0 < x < 1.

use crate::incomplete_beta::betainc;
use pullback_real::Real;
use pullback_real::real::Arg;

/// The density.
#[track_caller]
pub fn pdf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    logpdf(x, a, b).exp()
}
/// The logarithm of the density.
///
/// ```
/// assert!((pullback_stats::beta::pdf(&0.25, 2.0, 2.0) - 6.0 * 0.25 * 0.75).abs() < 1e-15);
/// ```
#[track_caller]
pub fn logpdf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    let (a, b) = (a.into_real(), b.into_real());
    (&a - 1.0).xlogy(x) + (&b - 1.0).xlog1py(-x) - a.ln_beta(&b)
}
/// The probability of at most x.
#[track_caller]
pub fn cdf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    betainc(a.into_real(), b.into_real(), x)
}
/// The logarithm of [`cdf`].
#[track_caller]
pub fn logcdf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    cdf(x, a, b).ln()
}
/// The probability of more than x.
#[track_caller]
pub fn sf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    betainc(b.into_real(), a.into_real(), &(1.0 - x))
}
/// The logarithm of [`sf`].
#[track_caller]
pub fn logsf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    sf(x, a, b).ln()
}
/// The differential entropy, in nats.
#[track_caller]
pub fn entropy<R: Real>(a: impl Arg<R>, b: impl Arg<R>) -> R {
    let (a, b) = (a.into_real(), b.into_real());
    a.ln_beta(&b) - (&a - 1.0) * a.digamma() - (&b - 1.0) * b.digamma()
        + (&a + &b - 2.0) * (&a + &b).digamma()
}
