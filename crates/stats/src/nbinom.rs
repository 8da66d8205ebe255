//! The negative binomial distribution: k failures before the n-th success, of probability p each. n need not be whole.

use crate::incomplete_beta::{Tails, few, skew, stirling_front, within};
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
    // For small k or n, and where p or q is 0, as written in books: there the terms of Stirling's form are infinite.
    let q = 1.0 - &p;
    let inside = R::lift(0.0).less(k) * R::lift(0.0).less(&p) * R::lift(0.0).less(&q);
    let large = inside * (1.0 - few(k, &n));
    let only = |z: &R, at: f64| R::select(&large, z, &R::lift(at));
    let (m, j, p_in, q_in) = (only(&n, 9.0), only(k, 9.0), only(&p, 0.5), only(&q, 0.5));
    let of_all = stirling_front(&m, &j, &p_in, &q_in, &-skew(&m, &j, &p_in, &q_in)) - j.ln();
    let none = k.less(0.0);
    let at = R::select(&none, &R::lift(0.0), k);
    let edge = n.xlogy(&p) + at.xlogy(&q) - at.ln_a_beta(&n);
    R::select(&large, &of_all, &R::select(&none, &R::lift(f64::NEG_INFINITY), &edge))
}
/// Whether no outcome is at most k, and the tails of the beta distribution at p.
#[track_caller]
fn tails<R: Real>(k: &R, n: impl Arg<R>, p: &R) -> (R, Tails<R>) {
    let none = k.less(0.0);
    let shape = R::select(&none, &R::lift(1.0), &(k.floor() + 1.0));
    (none, within(&n.into_real(), &shape, p))
}
/// The probability of at most k.
#[track_caller]
pub fn cdf<R: Real>(k: &R, n: impl Arg<R>, p: impl Arg<R>) -> R {
    let p = p.into_real();
    let (none, tails) = tails(k, n, &p);
    R::select(&none, &R::lift(0.0), &tails.cdf(&p, &R::lift(0.0), &R::lift(1.0)))
}
/// The logarithm of [`cdf`], also where that underflows.
#[track_caller]
pub fn logcdf<R: Real>(k: &R, n: impl Arg<R>, p: impl Arg<R>) -> R {
    let p = p.into_real();
    let (none, tails) = tails(k, n, &p);
    R::select(&none, &R::lift(f64::NEG_INFINITY), &tails.logcdf(&p, &R::lift(0.0)))
}
/// The probability of more than k.
#[track_caller]
pub fn sf<R: Real>(k: &R, n: impl Arg<R>, p: impl Arg<R>) -> R {
    let p = p.into_real();
    let (none, tails) = tails(k, n, &p);
    R::select(&none, &R::lift(1.0), &tails.sf(&p, &R::lift(1.0), &R::lift(0.0)))
}
/// The logarithm of [`sf`], also where that underflows.
#[track_caller]
pub fn logsf<R: Real>(k: &R, n: impl Arg<R>, p: impl Arg<R>) -> R {
    let p = p.into_real();
    let (none, tails) = tails(k, n, &p);
    R::select(&none, &R::lift(0.0), &tails.logsf(&p, &R::lift(0.0)))
}
