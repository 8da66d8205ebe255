//! The beta distribution with shapes `a` and `b`, on 0 < x < 1.

use crate::incomplete_beta::{beside_0, betainc, ln_front, skew, within};
use pullback_real::Real;
use pullback_real::real::Arg;
use std::f64::consts::TAU;

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
    let (a, b, y) = (a.into_real(), b.into_real(), 1.0 - x);
    // At the ends the terms of the other form are infinite.
    let inside = R::lift(0.0).less(x) * x.less(1.0);
    let safe = R::select(&inside, x, &R::lift(0.5));
    let rest = 1.0 - &safe;
    let middle = ln_front(&a, &b, &safe, &rest, &-skew(&a, &b, &safe, &rest)) - safe.ln() - (-&safe).ln_1p();
    let end = |z: &R, at: f64| R::select(&inside, &R::lift(at), z);
    let ends = (&a - 1.0).xlogy(end(x, 0.5)) + (&b - 1.0).xlogy(end(&y, 0.5)) - a.ln_beta(&b);
    R::select(&inside, &middle, &ends)
}
/// The probability of at most x.
#[track_caller]
pub fn cdf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    betainc(a.into_real(), b.into_real(), x)
}
/// The logarithm of [`cdf`], also where that underflows.
///
/// ```
/// // Far below the mean.
/// assert!((pullback_stats::beta::logcdf(&0.25, 1000.0, 1.0) - 1000.0 * 0.25f64.ln()).abs() < 1e-11);
/// ```
#[track_caller]
pub fn logcdf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    let (a, b) = (a.into_real(), b.into_real());
    within(&a, &b, x).logcdf(x, &(-beside_0(&b, &a, &(1.0 - x))).ln_1p())
}
/// The probability of more than x.
#[track_caller]
pub fn sf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    let (a, b) = (a.into_real(), b.into_real());
    within(&a, &b, x).sf(x, &(1.0 - beside_0(&a, &b, x)), &beside_0(&b, &a, &(1.0 - x)))
}
/// The logarithm of [`sf`], also where that underflows.
#[track_caller]
pub fn logsf<R: Real>(x: &R, a: impl Arg<R>, b: impl Arg<R>) -> R {
    let (a, b) = (a.into_real(), b.into_real());
    within(&a, &b, x).logsf(x, &(-beside_0(&a, &b, x)).ln_1p())
}
/// The differential entropy, in nats.
#[track_caller]
pub fn entropy<R: Real>(a: impl Arg<R>, b: impl Arg<R>) -> R {
    let (a, b) = (a.into_real(), b.into_real());
    let n = &a + &b;
    // What is left of (a − 1)(ψ(a + b) − ψ(a)) and of ln B(a, b) without their large logarithms.
    let part = |a: &R| {
        (a - 1.0) * (0.5 * (a.recip() - n.recip()) - a.stirling_error(1) + n.stirling_error(1))
            + a.stirling_error(0)
    };
    0.5 * (&a / &n * &b / &n * TAU / &n).ln() + part(&a) + part(&b) - n.stirling_error(0)
}
