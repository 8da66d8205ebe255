//! Student's t distribution with `df` degrees of freedom, a location and a scale.

use crate::incomplete_beta::{TINY, Tails, fraction, ln_of_series};
use pullback_real::Real;
use pullback_real::real::Arg;
use std::f64::consts::{E, LN_2, TAU};

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
    let u = R::select(&z.abs().less(f64::INFINITY), &(&z / df.sqrt()), &z);
    let far = ln_hypot(&z, &u, &df);
    -kernel(&z, &u, &df, &far) - far + ln_constant(&df) - 0.5 * TAU.ln() - scale.ln()
}
/// ½ ln(1 + u²) with u² = z²/df; where df is next to nothing, it is apart from z.
#[track_caller]
fn ln_hypot<R: Real>(z: &R, u: &R, df: &R) -> R {
    let near = u.abs().less(1.0);
    let inner = 0.5 * R::select(&near, u, &R::lift(0.0)).square().ln_1p();
    let at = |z: &R| R::select(&near, &R::lift(1.0), z);
    let (z, df) = (at(z), at(&R::select(&df.less(f64::INFINITY), df, &R::lift(1.0))));
    R::select(&near, &inner, &(z.hypot(df.sqrt()).ln() - 0.5 * df.ln()))
}
/// df/2 ln(1 + u²): z²/2 in the limit.
#[track_caller]
fn kernel<R: Real>(z: &R, u: &R, df: &R, ln_hypot: &R) -> R {
    let near = u.abs().less(1.0);
    let only = |z: &R| R::select(&near, z, &R::lift(0.0)).square();
    let inner = 0.5 * only(z) * only(u).ln_1p_ratio(0);
    R::select(&near, &inner, &(R::select(&near, &R::lift(0.0), df) * ln_hypot))
}
/// ln Γ(h + ½) − ln Γ(h) − ½ ln h for h = df/2: 0 in the limit.
#[track_caller]
fn ln_constant<R: Real>(df: &R) -> R {
    let (half, above) = (0.5 * df, 0.5 * (df + 1.0));
    0.5 * (df.recip().ln_1p_ratio(0) - 1.0) + above.stirling_error(0) - half.stirling_error(0)
}
/// ln(p B(p, ½)) for p < 0.01: its power series, with the coefficients (−1)ᵏ ζ(k) (2 − 2ᵏ)/k from the second on.
#[track_caller]
fn ln_p_beta<R: Real>(p: &R) -> R {
    const COEFFICIENTS: [f64; 10] = [
        1.3862943611198906,
        -1.6449340668482264,
        2.4041138063191885,
        -3.7881313179889835,
        6.22156653086022,
        -10.512544973839308,
        18.150286992874612,
        -31.87945605928473,
        56.780475593477995,
        -102.301645578063,
    ];
    let sum = COEFFICIENTS.iter().rev().fold(R::lift(0.0), |sum, &c| sum * p + c);
    p * sum
}
/// The place in units of the scale.
#[track_caller]
fn standard<R: Real>(x: &R, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    (x - loc.into_real()) / scale.into_real()
}
/// The probability of at most x.
#[track_caller]
pub fn cdf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (middle, tails, z) = places(&standard(x, loc, scale), &df.into_real());
    R::select(&tails.inside, &tails.cdf(&z, &z, &z), &(0.5 + middle))
}
/// u²/(1 + u²) and 1/(1 + u²).
#[track_caller]
fn parts<R: Real>(u: &R) -> (R, R) {
    (u.over_hypot(1.0).square(), R::lift(1.0).over_hypot(u).square())
}
/// The distance of the probability of at most z from ½ near the middle, and the tails outside of it, with a place in them.
#[track_caller]
fn places<R: Real>(z: &R, df: &R) -> (R, Tails<R>, R) {
    let finite = z.abs().less(f64::INFINITY);
    let placed = R::select(&finite, z, &R::lift(0.0));
    // z²/(df + z²) > 3/(df/2 + 5), in a form that has its limit.
    let far = R::lift(3.0).less(0.5 * placed.square() + 2.0 * placed.square() / df);
    let within = R::lift(1.0) - &far;
    let front = |z: &R, u: &R, df: &R| {
        let far = ln_hypot(z, u, df);
        ln_constant(df) - kernel(z, u, df, &far) - far - 0.5 * TAU.ln()
    };
    // The side not taken is computed at a harmless place.
    let middle = {
        let z = R::select(&within, &placed, &R::lift(0.0));
        let u = &z / df.sqrt();
        let (x, y) = parts(&u);
        let qx = 0.5 * z.square() * &y;
        let part = fraction(&R::lift(0.5), &x, &qx, &y, &(0.5 * &y - &qx));
        0.5 * &z * front(&z, &u, df).exp() / part
    };
    let ln = {
        // Beyond 1e30 degrees of freedom nothing depends on them.
        let df = R::select(&df.less(1e30), df, &R::lift(1e30));
        let z = R::select(&far, &placed, &R::lift(4.0));
        let u = &z / df.sqrt();
        let (y, x) = parts(&u);
        // df y = z² x, which does not grow with df.
        let skew = 0.5 * ((&z * R::lift(1.0).over_hypot(&u)).square() - &x);
        let part = fraction(&(0.5 * &df), &x, &(0.5 * &x), &y, &skew);
        let ln = front(&z, &u, &df) + (0.5 * z.abs()).ln() - part.ln();
        // With next to no degrees of freedom half of all is beyond; what is not is what counts.
        let tiny = df.less(2.0 * TINY);
        let at = |z: &R, other: f64| R::select(&tiny, z, &R::lift(other));
        let p = at(&(0.5 * &df), 1e-3);
        let series = ln_of_series(30, &p, &R::lift(0.5), &at(&x, 0.25), &ln_p_beta(&p)) - LN_2;
        R::select(&tiny, &series, &ln)
    };
    let ln = R::select(&finite, &ln, &(-z.abs()).held());
    let beyond = R::select(&finite, &far, &R::lift(1.0));
    (middle, Tails { ln, upper: R::lift(0.0).less(z), inside: beyond }, z.clone())
}
/// The logarithm of [`cdf`].
#[track_caller]
pub fn logcdf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (middle, tails, z) = places(&standard(x, loc, scale), &df.into_real());
    R::select(&tails.inside, &tails.logcdf(&z, &z), &(0.5 + middle).ln())
}
/// The probability of more than x.
#[track_caller]
pub fn sf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (middle, tails, z) = places(&standard(x, loc, scale), &df.into_real());
    R::select(&tails.inside, &tails.sf(&z, &z, &z), &(0.5 - middle))
}
/// The logarithm of [`sf`].
#[track_caller]
pub fn logsf<R: Real>(x: &R, df: impl Arg<R>, loc: impl Arg<R>, scale: impl Arg<R>) -> R {
    let (middle, tails, z) = places(&standard(x, loc, scale), &df.into_real());
    R::select(&tails.inside, &tails.logsf(&z, &z), &(0.5 - middle).ln())
}
/// The differential entropy, in nats.
#[track_caller]
pub fn entropy<R: Real>(df: impl Arg<R>, scale: impl Arg<R>) -> R {
    let df = df.into_real();
    let (half, above) = (0.5 * &df, 0.5 * (&df + 1.0));
    // Stirling's formula, with the large terms cancelled on paper.
    let w = df.recip();
    let rest = &above * (above.stirling_error(1) - half.stirling_error(1)) - above.stirling_error(0);
    0.5 * (TAU * E).ln() + 0.5 * (w.ln_1p() + &w) + rest + half.stirling_error(0) + scale.into_real().ln()
}
