//! The error function, its complement, and the distribution function of the normal law.
//!
//! In the tail `erfc a = e^(-a²) g(q) / (1 + 2a)` with a polynomial `g` in `q = (a - K)/(a + K)` (after Shepherd and
//! Laframboise, Math. Comp. 36, 1981); `a²` is carried as a double word, without which the exponential would lose digits.

use super::exp::{expm1_reduced, reduce_wide, scale};
use super::float::{Float, at_most, fast_sum, poly, quotient};

/// `2 ∫_a^∞ e^(-t²) dt / √π` for `a ≥ 0`, where `square + square_lo` is the square of `a + a_lo`.
#[inline(always)]
fn tail<T: Float>((a, a_lo): (T, T), (square, square_lo): (T, T)) -> T {
    let one = T::of(1.0);
    let inverse = one / (a + T::ERFC_K);
    let q = (a - T::ERFC_K) * inverse;
    // One correction of q: near -1 the result is sensitive to it.
    let miss = q.fma(-a, (q + one).fma(-T::ERFC_K, a));
    let q = inverse.fma(miss, q);
    let h = poly(q, &T::ERFC[1..]);
    let g = q.fma(h, T::ERFC[0]);
    let g_lo = q.fma(h, T::ERFC[0] - g);
    let (t, r, lo) = reduce_wide(-square, -square_lo);
    let (p, p_lo) = fast_sum(one, expm1_reduced(r, lo));
    let top = p * g;
    let top_lo = p_lo.fma(g, p.fma(g_lo, p.fma(g, -top)));
    // Exact from a = ½ on; below, callers have polynomials.
    let (bottom, bottom_lo) = fast_sum(a + a, one);
    let y = quotient((top, top_lo), (bottom, bottom_lo + (a_lo + a_lo)));
    scale(y, t, square > -T::EXP_DEEP)
}

/// The error function.
#[inline(always)]
pub fn erf<T: Float>(x: T) -> T {
    let a = at_most(x.abs(), T::ERFC_MAX);
    let z = a * a;
    let small = x.fma(poly(z, T::ERF), x);
    let large = T::of(1.0) - tail((a, T::of(0.0)), (z, a.fma(a, -z)));
    if a < T::ERF_SMALL { small } else { large.copysign(x) }
}

/// `1 - erf x`, accurate in the tail.
#[inline(always)]
pub fn erfc<T: Float>(x: T) -> T {
    let a = at_most(x.abs(), T::ERFC_MAX);
    let z = a * a;
    let y = tail((a, T::of(0.0)), (z, a.fma(a, -z)));
    let large = if x < T::of(0.0) { T::of(2.0) - y } else { y };
    let small = x.fma(-poly(z, T::ERF), T::of(1.0) - x);
    if a < T::ERF_SMALL { small } else { large }
}

/// The distribution function of the standard normal law, `½ erfc(-x/√2)`, accurate in the tail.
#[inline(always)]
pub fn norm_cdf<T: Float>(x: T) -> T {
    let a = at_most(x.abs(), T::NORM_CDF_MAX);
    let z = a * a;
    let (half, root) = (T::of(0.5), T::of(std::f64::consts::FRAC_1_SQRT_2));
    let square = half * z;
    let v = a * root;
    let v_lo = a.fma(T::FRAC_1_SQRT_2_LO, a.fma(root, -v));
    let y = tail((v, v_lo), (square, half * a.fma(a, -z))) * half;
    let large = if x > T::of(0.0) { T::of(1.0) - y } else { y };
    let signed = half.copysign(x);
    let small = signed.fma(v.fma(poly(square, T::ERF), v_lo), signed.fma(v, half));
    if square < T::ERF_SMALL * T::ERF_SMALL { small } else { large }
}
