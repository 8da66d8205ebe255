//! The regularised incomplete beta function, for every carrier.

use pullback_real::Real;
use pullback_real::real::Arg;

/// How often the continued fraction is taken; enough for shapes up to a few thousand.
const LEVELS: usize = 96;

/// Iₓ(a, b), the regularised incomplete beta function, with derivatives by all three.
///
/// The continued fraction DLMF 8.17.22 on the side where it converges fast, from its tail, so that every carrier runs the
/// same operations.
///
/// ```
/// use pullback_stats::betainc;
/// // Iₓ(1, b) = 1 − (1 − x)ᵇ
/// assert!((betainc(1.0, 3.0, &0.2) - (1.0 - 0.8f64.powi(3))).abs() < 1e-15);
/// ```
#[track_caller]
pub fn betainc<R: Real>(a: impl Arg<R>, b: impl Arg<R>, x: &R) -> R {
    let (a, b) = (a.into_real(), b.into_real());
    let limit = (&a + 1.0) / (&a + &b + 2.0);
    let beyond = limit.less(x);
    let other = 1.0 - x;
    let (p, q) = (R::select(&beyond, &b, &a), R::select(&beyond, &a, &b));
    let (near, far) = (R::select(&beyond, &other, x), R::select(&beyond, x, &other));
    let here = lower(&p, &q, &near, &far);
    R::select(&beyond, &(1.0 - &here), &here)
}

/// Iₓ(p, q) with 1 − x = `far`, where x does not exceed (p + 1)/(p + q + 2).
#[track_caller]
pub(crate) fn lower<R: Real>(p: &R, q: &R, x: &R, far: &R) -> R {
    (p.xlogy(x) + q.xlogy(far) - p.ln_beta(q)).exp() / p / fraction(p, q, x)
}

/// The continued fraction of [`lower`], from its tail.
#[track_caller]
pub(crate) fn fraction<R: Real>(p: &R, q: &R, x: &R) -> R {
    let mut fraction = R::lift(1.0);
    for m in (1..=LEVELS).rev() {
        let m = m as f64;
        let even = p + 2.0 * m;
        // d₂ₘ, then d₂ₘ₋₁.
        let d = (m * (q - m)) * x / ((&even - 1.0) * &even);
        fraction = 1.0 + d / fraction;
        let d = -((p + (m - 1.0)) * (p + q + (m - 1.0))) * x / ((&even - 2.0) * (&even - 1.0));
        fraction = 1.0 + d / fraction;
    }
    fraction
}
