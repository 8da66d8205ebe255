//! Slopes of functions of the table that take more than a line, for any type of number.

use crate::real::Real;
use std::f64::consts::{FRAC_1_PI, FRAC_2_SQRT_PI};

/// `exp(-x²)`. A large exponent amplifies the rounding error of the square, which is therefore corrected:
/// with h near x and of few bits, `x² = h² + (x - h)(x + h)`.
#[track_caller]
pub(crate) fn bell<R: Real>(x: &R) -> R {
    let (square, h) = (x.square(), (16.0 * x).round() * 0.0625);
    let e = (-&square).exp();
    let lost = (h.square() - square) + (x - &h) * (x + h);
    R::select(&e, &(&e * (1.0 - lost)), &R::lift(0.0))
}

/// `exp(-square)`. Where it is 0, it is a certain zero, so that the infinite slope of the square does no
/// harm.
#[track_caller]
pub(crate) fn exp_minus<R: Real>(square: &R) -> R {
    let e = (-square).exp();
    R::select(&e, &e, &R::lift(0.0))
}

/// `size · exp(e)/exp(e)`, where `size` and the divisor are held constant: the value of `size`, with the
/// relative derivatives of an exponential of `e`. For slopes whose formula gives an accurate value, but
/// derivatives that cancel or overflow.
#[track_caller]
fn moving<R: Real>(size: &R, e: &R) -> R {
    size.held() * (e - e.held()).exp()
}

/// The slope of the inverse y of erf at x: `√π/2 exp(y²)`, which in the tails is `√π/2 erfcx(y)/erfc(y)`.
#[track_caller]
pub(crate) fn erf_inv_slope<R: Real>(x: &R, y: &R) -> R {
    let (middle, rest) = (x.abs().less(0.5), 1.0 - x.abs());
    // The branch that is not selected is computed at 0.
    let near = R::select(&middle, y, &R::lift(0.0)).square().exp();
    let tail = R::select(&rest, &moving(&(y.abs().erfcx() / &rest), &y.square()), &rest.recip());
    FRAC_2_SQRT_PI.recip() * R::select(&middle, &near, &tail)
}

/// The slope of the inverse y of erfc at q, computed like [`erf_inv_slope`].
#[track_caller]
pub(crate) fn erfc_inv_slope<R: Real>(q: &R, y: &R) -> R {
    let (left, right) = (q.less(0.5), R::lift(1.5).less(q));
    let near = R::select(&left, q, &(2.0 - q));
    let tail = R::select(&near, &moving(&(y.abs().erfcx() / &near), &y.square()), &near.recip());
    let middle = R::select(&(&left + &right), &R::lift(0.0), y).square().exp();
    -FRAC_2_SQRT_PI.recip() * R::select(&(left + right), &tail, &middle)
}

/// The slope of the normal quantile y at p: `1/(p λ(y))` with the inverse Mills ratio λ, or its mirror image
/// in the right half.
#[track_caller]
pub(crate) fn norm_quantile_slope<R: Real>(p: &R, y: &R) -> R {
    let left = p.less(0.5);
    let (near, at) = (R::select(&left, p, &(1.0 - p)), R::select(&left, y, &-y));
    let slope = moving(&(&near * at.inv_mills_ratio()).recip(), &(0.5 * y.square()));
    R::select(&near, &slope, &near.recip())
}

/// The slope of `y = 1/Γ(x)`: `-ψ(x)/Γ(x)`; on the left by the reflection `1/Γ(x) = Γ(1 - x) sin(πx)/π`,
/// where nothing is infinite.
#[track_caller]
pub(crate) fn rgamma_slope<R: Real>(x: &R, y: &R) -> R {
    // Farther to the left Γ(1 - x) overflows.
    let left = x.less(0.5) * R::lift(-170.0).less(x);
    let (low, high) = (R::select(&left, x, &R::lift(0.0)), R::select(&left, &R::lift(1.0), x));
    let mirrored = 1.0 - &low;
    let turn = low.cos_pi() - FRAC_1_PI * low.sin_pi() * mirrored.polygamma(0);
    // Far to the right 1/Γ is 0, and ψ tends to infinity.
    let right = R::select(&high.less(200.0), &-(y * high.polygamma(0)), &R::lift(0.0));
    R::select(&left, &(turn / mirrored.rgamma()), &right)
}

/// `ψ(1 + a) - ψ(a + b)`, from the end at which no digit of the smaller argument is lost.
#[track_caller]
pub(crate) fn ln_a_beta_slope<R: Real>(a: &R, b: &R) -> R {
    R::select(&b.less(1.0), &-(a + b).polygamma_drop(1.0 - b, 0), &(a + 1.0).polygamma_drop(b - 1.0, 0))
}

/// `ln x - ψ(a)`, without the cancellation of large logarithms.
#[track_caller]
pub(crate) fn ln_minus_digamma<R: Real>(x: &R, a: &R) -> R {
    x.ln_ratio(a) + 0.5 / a - a.stirling_error(1)
}

/// `∂ⁿ/∂aⁿ` of the gamma density, from the derivatives of its logarithm. For a small a all of these have a
/// pole at a = 0. There the density is written as `a w/x`, with the density w of a + 1.
#[track_caller]
pub(crate) fn gamma_pdf_by_a<R: Real>(n: u32, a: &R, x: &R) -> R {
    let finite = x.less(f64::INFINITY);
    let small = a.less(1.0) * R::lift(0.0).less(x) * &finite;
    // At x = ∞ the density is 0.
    let (b, z) = (a + &small, R::select(&finite, x, &R::lift(1.0)));
    let bell = bell_polynomials((1..=n).map(|k| ln_pdf_by_a(k, &b, &z)));
    let (last, before) = (&bell[n as usize], f64::from(n) * &bell[n.max(1) as usize - 1]);
    let factor = R::select(&small, &((a * last + before) / z), last);
    b.gamma_pdf(x) * factor
}

/// `(a - 1)/x - 1`, the slope by x of the logarithm of the gamma density; near its zero as `(a - 1 - x)/x`.
#[track_caller]
pub(crate) fn ln_gamma_pdf_by_x<R: Real>(a: &R, x: &R) -> R {
    let d = a - 1.0;
    let near = (&d - x).abs().less(0.5 * x);
    let at = R::select(&near, x, &R::lift(1.0));
    R::select(&near, &((&d - &at) / at), &(d.ratio(x) - 1.0))
}

/// The slope by x of h = ∂ⁿ/∂aⁿ of the gamma density over P. For n = 0 the slope of ln h is
/// `(a - 1 - x)/x - h`, in which a/x cancels for x < a. There it is computed as `-1/x - (1 - h(a)/h(a + 1))`,
/// since P(a + 1) = P(a) - x/a times the density.
#[track_caller]
pub(crate) fn gamma_p_hazard_slope<R: Real>(n: u32, a: &R, x: &R, h: &R) -> R {
    if n > 0 {
        return hazard_slope(n, a, x, |k| a.gamma_p_hazard(x, k), -1.0);
    }
    let low = x.less(a);
    let near = -(x.recip() + (1.0 - h / (a + 1.0).gamma_p_hazard(x, 0)));
    h * R::select(&low, &near, &((a - 1.0 - x) / x - h))
}
/// Like [`gamma_p_hazard_slope`], for Q. The slope of ln h is `(a - 1 - x)/x + h`, in which 1 cancels for
/// large x. There it is computed as `(a - 1)/x (1 - h(a)/h(a - 1))`.
#[track_caller]
pub(crate) fn gamma_q_hazard_slope<R: Real>(n: u32, a: &R, x: &R, h: &R) -> R {
    if n > 0 {
        return hazard_slope(n, a, x, |k| a.gamma_q_hazard(x, k), 1.0);
    }
    let high = (1.1 * a).less(x) * R::lift(2.0).less(x);
    let at = R::select(&high, x, &R::lift(3.0));
    let less = R::select(&high, a, &R::lift(1.0)) - 1.0;
    let far = &less / &at * (1.0 - h / less.gamma_q_hazard(&at, 0));
    h * R::select(&high, &far, &((a - 1.0 - x) / x + h))
}
/// ∂ⁿ/∂aⁿ of `h (a - 1 - x)/x ± h²`, by the derivatives of h.
#[track_caller]
fn hazard_slope<R: Real>(n: u32, a: &R, x: &R, h: impl Fn(u32) -> R, sign: f64) -> R {
    let mut binomial = 1.0;
    let terms = (0..=n).map(|k| {
        let term = binomial * h(k) * h(n - k);
        binomial *= f64::from(n - k) / f64::from(k + 1);
        term
    });
    h(n) * (a - 1.0 - x) / x + f64::from(n) * h(n - 1) / x + sign * terms.sum::<R>()
}

/// The k-th derivative by a of the logarithm of the gamma density, for k from 1.
#[track_caller]
fn ln_pdf_by_a<R: Real>(k: u32, a: &R, x: &R) -> R {
    if k == 1 { ln_minus_digamma(x, a) } else { -a.polygamma(k - 1) }
}

/// The slope by x of the gamma density at x = 0: that of `x^(a-1)/Γ(a)`, less the density there.
#[track_caller]
pub(crate) fn gamma_pdf_slope_at_0<R: Real>(a: &R, x: &R) -> R {
    // Away from 0 the power might overflow: there it is computed at a = x = 1.
    let (a, x) = (&R::select(x, &R::lift(1.0), a), &R::select(x, &R::lift(1.0), x));
    let power = (a - 1.0) * x.pow(a - 2.0);
    R::select(&(a - 1.0), &power, &R::lift(0.0)) / a.gamma() - a.gamma_pdf(x)
}

/// The complete Bell polynomials of `slopes`, from the 0th: the derivatives of an exponential divided by the
/// exponential, from the derivatives of its exponent.
#[track_caller]
fn bell_polynomials<R: Real>(slopes: impl Iterator<Item = R>) -> Vec<R> {
    let slopes: Vec<R> = slopes.collect();
    let mut bell = vec![R::lift(1.0)];
    for m in 0..slopes.len() {
        let mut binomial = 1.0;
        let terms = (0..=m).map(|k| {
            let term = binomial * &bell[m - k] * &slopes[k];
            binomial *= (m - k) as f64 / (k + 1) as f64;
            term
        });
        bell.push(terms.sum())
    }
    bell
}
