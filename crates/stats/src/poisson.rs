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
    (k + 1.0).ln_gamma_pdf(mu.into_real())
}
/// Whether no outcome is at most k, and the shape of the gamma distribution that belongs to k.
#[track_caller]
fn shape<R: Real>(k: &R) -> (R, R) {
    let none = k.less(0.0);
    let shape = R::select(&none, &R::lift(1.0), &(k.floor() + 1.0));
    (none, shape)
}
/// The probability of at most k.
#[track_caller]
pub fn cdf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    let (none, shape) = shape(k);
    R::select(&none, &R::lift(0.0), &shape.gamma_q(mu.into_real()))
}
/// The logarithm of [`cdf`], also where that underflows.
#[track_caller]
pub fn logcdf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    let (none, shape) = shape(k);
    R::select(&none, &R::lift(f64::NEG_INFINITY), &shape.ln_gamma_q(mu.into_real()))
}
/// The probability of more than k.
#[track_caller]
pub fn sf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    let (none, shape) = shape(k);
    R::select(&none, &R::lift(1.0), &shape.gamma_p(mu.into_real()))
}
/// The logarithm of [`sf`], also where that underflows.
#[track_caller]
pub fn logsf<R: Real>(k: &R, mu: impl Arg<R>) -> R {
    let (none, shape) = shape(k);
    R::select(&none, &R::lift(0.0), &shape.ln_gamma_p(mu.into_real()))
}
