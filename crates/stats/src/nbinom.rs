//! The negative binomial distribution: k failures before the n-th success, of probability p each. n need not be whole.

use crate::incomplete_beta::betainc;
use pullback_real::Real;
use pullback_real::real::Arg;

/// The probability of k.
#[track_caller]
pub fn pmf<R: Real>(k: &R, n: impl Arg<R>, p: impl Arg<R>) -> R {
    logpmf(k, n, p).exp()
}
/// Its logarithm.
///
/// ```
/// // Two failures before the first success.
/// assert!((pullback_stats::nbinom::pmf(&2.0, 1.0, 0.25) - 0.75 * 0.75 * 0.25).abs() < 1e-15);
/// ```
#[track_caller]
pub fn logpmf<R: Real>(k: &R, n: impl Arg<R>, p: impl Arg<R>) -> R {
    let (n, p) = (n.into_real(), p.into_real());
    (k + &n).ln_gamma() - n.ln_gamma() - (k + 1.0).ln_gamma() + n.xlogy(&p) + k.xlog1py(-p)
}
/// The probability of at most k.
#[track_caller]
pub fn cdf<R: Real>(k: &R, n: impl Arg<R>, p: impl Arg<R>) -> R {
    betainc(n.into_real(), k.floor() + 1.0, &p.into_real())
}
/// The probability of more than k.
#[track_caller]
pub fn sf<R: Real>(k: &R, n: impl Arg<R>, p: impl Arg<R>) -> R {
    betainc(k.floor() + 1.0, n.into_real(), &(1.0 - p.into_real()))
}
