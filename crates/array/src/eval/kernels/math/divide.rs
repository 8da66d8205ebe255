//! The floor and the integer part of the exact quotient x/y, as in `pullback_real::special::floor_divide`,
//! which says why these are exact. They have the same bits at every level: an FMA is rounded once, with or
//! without an instruction for it.

use super::float::Float;

/// The integer `n`; or `n - down`, if rounding `q` to `n` passed the exact quotient: the remainder `x - n y`
/// then has the opposite sign of `side`. NaN if `x` is infinite.
#[inline(always)]
fn corrected<T: Float>((x, y): (T, T), (q, n): (T, T), side: T, down: T) -> T {
    let (zero, one) = (T::of(0.0), T::of(1.0));
    let rest = if n == zero { x } else { (-n).fma(y, x) };
    let passed = q == n && rest * one.copysign(side) < zero;
    let n = if passed { n - down } else { n };
    if x.abs() == T::INF { T::NAN } else { n }
}

/// The largest integer not above `x / y`.
#[inline(always)]
pub fn floor_divide<T: Float>(x: T, y: T) -> T {
    let q = x / y;
    corrected((x, y), (q, q.floor()), y, T::of(1.0))
}

/// The integer part of `x / y`.
#[inline(always)]
pub fn trunc_divide<T: Float>(x: T, y: T) -> T {
    let q = x / y;
    let n = q.trunc();
    corrected((x, y), (q, n), x, T::of(1.0).copysign(n))
}
