//! Student's t distribution with `df` degrees of freedom, a location and a scale.

use crate::incomplete_beta::{fraction, lower};
use pullback_real::Real;
use pullback_real::real::Arg;
use std::f64::consts::PI;

/// The density.
#[track_caller]
pub fn pdf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    logpdf(x, df, loc, scale).exp()
}
/// The logarithm of the density.
///
/// ```
/// // With one degree of freedom: Cauchy's.
/// let want = -(std::f64::consts::PI * 5.0).ln();
/// assert!((pullback_stats::t::logpdf(&2.0, 1.0, 0.0, 1.0) - want).abs() < 1e-15);
/// ```
#[track_caller]
pub fn logpdf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (df, scale) = (df.into_real(), scale.into_real());
    let z = (x - loc.into_real()) / &scale;
    let above = 0.5 * (&df + 1.0);
    above.ln_gamma()
        - (0.5 * &df).ln_gamma()
        - 0.5 * (PI * &df).ln()
        - scale.ln()
        - above * (z.square() / &df).ln_1p()
}
/// The probability of at most x.
#[track_caller]
pub fn cdf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    let df = df.into_real();
    let z = (x - loc.into_real()) / scale.into_real();
    let (half, whole) = (0.5 * &df, &df + z.square());
    let (share, rest) = (z.square() / &whole, &df / &whole);
    // In the middle z times a smooth function of z², so that nothing is special at 0; in the tails half of what lies there.
    let front = (half.xlogy(&rest) - half.ln_beta(0.5)).exp() * &z / whole.sqrt();
    let middle = 0.5 + front / fraction(&R::lift(0.5), &half, &share);
    let beyond = (1.5 / (&half + 2.5)).less(&share);
    // Where the tail is not taken it is computed at a harmless place: its slopes are infinite at z = 0.
    let safe = |x: &R| R::select(&beyond, x, &R::lift(0.5));
    let tail = 0.5 * lower(&half, &R::lift(0.5), &safe(&rest), &safe(&share));
    let tails = R::select(&z.less(0.0), &tail, &(1.0 - &tail));
    R::select(&beyond, &tails, &middle)
}
/// The logarithm of [`cdf`].
#[track_caller]
pub fn logcdf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    cdf(x, df, loc, scale).ln()
}
/// The probability of more than x.
#[track_caller]
pub fn sf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    cdf(&-x, df, -loc.into_real(), scale)
}
/// The logarithm of [`sf`].
#[track_caller]
pub fn logsf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    sf(x, df, loc, scale).ln()
}
/// The differential entropy, in nats.
#[track_caller]
pub fn entropy<R: Real>(df: impl Arg<R>, scale: impl Arg<R>) -> R {
    let df = df.into_real();
    let (half, above) = (0.5 * &df, 0.5 * (&df + 1.0));
    &above * (above.digamma() - half.digamma()) + 0.5 * df.ln() + half.ln_beta(0.5) + scale.into_real().ln()
}
