//! The Poisson distribution with mean `mu`, on k = 0, 1, 2 …

use pullback_real::Real;
use pullback_real::real::Arg;

/// The probability of k.
#[track_caller]
pub fn pmf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    logpmf(k, mu).exp()
}
/// Its logarithm.
///
/// ```
/// assert!((pullback_stats::poisson::pmf(&2.0, 3.0) - 4.5 * (-3f64).exp()).abs() < 1e-15);
/// ```
#[track_caller]
pub fn logpmf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    let mu = mu.into_real();
    k.xlogy(&mu) - (k + 1.0).ln_gamma() - mu
}
/// The probability of at most k.
#[track_caller]
pub fn cdf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    (k.floor() + 1.0).gamma_q(mu.into_real())
}
/// The logarithm of [`cdf`].
#[track_caller]
pub fn logcdf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    cdf(k, mu).ln()
}
/// The probability of more than k.
#[track_caller]
pub fn sf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    (k.floor() + 1.0).gamma_p(mu.into_real())
}
/// The logarithm of [`sf`].
#[track_caller]
pub fn logsf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    sf(k, mu).ln()
}
