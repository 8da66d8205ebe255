//! The beta distribution with shapes `a` and `b`, on 0 < x < 1.

use crate::incomplete_beta::{beside_0, betainc, few, skew, stirling_front, within};
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
    let (a, b) = (a.into_real(), b.into_real());
    // At the ends the terms of Stirling's form are infinite.
    let inside = R::lift(0.0).less(x) * x.less(1.0);
    let large = inside * (1.0 - few(&a, &b));
    let at = |z: &R, other: f64| R::select(&large, z, &R::lift(other));
    let stirling = {
        let (a, b, x) = (at(&a, 9.0), at(&b, 9.0), at(x, 0.5));
        let y = 1.0 - &x;
        stirling_front(&a, &b, &x, &y, &-skew(&a, &b, &x, &y)) - x.ln() - (-x).ln_1p()
    };
    let x = R::select(&large, &R::lift(0.5), x);
    let plain = (&a - 1.0).xlogy(&x) + (&b - 1.0).xlog1py(-x) - a.ln_beta(&b);
    R::select(&large, &stirling, &plain)
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
