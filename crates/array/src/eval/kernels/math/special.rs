//! The error function and its kin.
//!
//! In the tail `erfc a = e^(-a²) g(q) / (1 + 2a)` with a polynomial `g` in `q = (a - K)/(a + K)` (after Shepherd and
//! Laframboise, Math. Comp. 36, 1981); `a²` is carried as a double word, without which the exponential would lose digits.

use super::exp::{exp_reduced, reduce_wide, scale};
use super::float::{Float, at_most, poly};

/// `2 ∫_a^∞ e^(-t²) dt / √π` for `a ≥ 0`, where `square + square_lo = a²`.
#[inline(always)]
fn tail<T: Float>(a: T, square: T, square_lo: T) -> T {
    let one = T::of(1.0);
    let inverse = one / (a + T::ERFC_K);
    let q = (a - T::ERFC_K) * inverse;
    // One correction: where q is near -1 the result is sensitive to it.
    let miss = q.fma(-a, (q + one).fma(-T::ERFC_K, a));
    let q = inverse.fma(miss, q);
    let g = poly(q, T::ERFC);
    let (t, r, lo) = reduce_wide(-square, -square_lo);
    scale(exp_reduced(r, lo) * g / (a + a + one), t, -square)
}

/// The error function.
#[inline(always)]
pub fn erf<T: Float>(x: T) -> T {
    let a = at_most(x.abs(), T::ERFC_MAX);
    let z = a * a;
    let small = x.fma(poly(z, T::ERF), x);
    let large = T::of(1.0) - tail(a, z, a.fma(a, -z));
    if a < T::ERF_SMALL { small } else { large.copysign(x) }
}

/// `1 - erf x`, accurate in the tail.
#[inline(always)]
pub fn erfc<T: Float>(x: T) -> T {
    let a = at_most(x.abs(), T::ERFC_MAX);
    let z = a * a;
    let y = tail(a, z, a.fma(a, -z));
    if x < T::of(0.0) { T::of(2.0) - y } else { y }
}

/// The distribution function of the standard normal law, `½ erfc(-x/√2)`, accurate in the tail.
#[inline(always)]
pub fn norm_cdf<T: Float>(x: T) -> T {
    let a = at_most(x.abs(), T::of(40.0));
    let z = a * a;
    let half = T::of(0.5);
    let y = tail(a * T::of(std::f64::consts::FRAC_1_SQRT_2), half * z, half * a.fma(a, -z)) * half;
    if x > T::of(0.0) { T::of(1.0) - y } else { y }
}
