//! Logarithms and inverse hyperbolic functions.
//!
//! All share `ln(2^k (1 + f))` with `1 + f` in [√½, √2): `f - f²/2 + s (f²/2 + R(s²))`, `s = f / (2 + f)`, the form
//! of fdlibm's `log`, which adds the large terms last.

use super::float::{Float, at_most, poly};

/// `(h, tail)` with `ln(1 + f) + extra = f - h + tail`.
#[inline(always)]
fn ln_parts<T: Float>(f: T, extra: T) -> (T, T) {
    let s = f / (T::of(2.0) + f);
    let z = s * s;
    let half_square = T::of(0.5) * f * f;
    (half_square, s.fma(z.fma(poly(z, T::LN), half_square), extra))
}

/// `k ln 2 + ln(1 + f)`.
#[inline(always)]
pub fn ln_split<T: Float>(k: T, f: T) -> T {
    let (half_square, tail) = ln_parts(f, k * T::LN_2_LO);
    k.fma(T::LN_2, f - (half_square - tail))
}

/// `(k, m)` with `x = m · 2^k`, for positive `x`, subnormal too.
#[inline(always)]
pub fn split<T: Float>(x: T) -> (T, T) {
    let small = x < T::MIN_NORMAL;
    let (k, m) = if small { x * T::SUBNORMAL_SCALE } else { x }.split();
    (if small { k - T::SUBNORMAL_SHIFT } else { k }, m)
}

/// `y` where `x` is positive and finite; otherwise the limit of the logarithm, or NaN.
#[inline(always)]
fn ln_limits<T: Float>(x: T, y: T) -> T {
    let edge = if x == T::of(0.0) { -T::INF } else { T::NAN };
    let y = if x < T::INF { y } else { x };
    if x <= T::of(0.0) { edge } else { y }
}

/// The natural logarithm.
#[inline(always)]
pub fn ln<T: Float>(x: T) -> T {
    let (k, m) = split(x);
    ln_limits(x, ln_split(k, m - T::of(1.0)))
}

/// `ln x / ln b` for `1 / ln b = c + c_lo` and `log_b 2 = d + d_lo`, with a double-word product.
#[inline(always)]
fn log<T: Float>(x: T, (c, c_lo): (T, T), (d, d_lo): (T, T)) -> T {
    let (k, m) = split(x);
    let f = m - T::of(1.0);
    let (half_square, tail) = ln_parts(f, T::of(0.0));
    let hi = f - half_square;
    let lo = (f - hi) - half_square + tail;
    let y = hi * c;
    let y_lo = lo.fma(c, hi.fma(c_lo, k.fma(d_lo, hi.fma(c, -y))));
    let top = k.fma(d, y);
    ln_limits(x, top + ((k.fma(d, -top) + y) + y_lo))
}

/// The logarithm to base 2; exact at powers of 2.
#[inline(always)]
pub fn log2<T: Float>(x: T) -> T {
    log(x, (T::LOG2_E, T::LOG2_E_LO), (T::of(1.0), T::of(0.0)))
}

/// The logarithm to base 10.
#[inline(always)]
pub fn log10<T: Float>(x: T) -> T {
    log(x, (T::LOG10_E, T::LOG10_E_LO), (T::LOG10_2, T::LOG10_2_LO))
}

/// `(k, f)` with `1 + x = 2^k (1 + f)`, for `x > -1`; `f = x` exactly where `k = 0`.
#[inline(always)]
fn split_1p<T: Float>(x: T) -> (T, T) {
    let (k, _) = (T::of(1.0) + x).split();
    // 2^-k x + (2^-k - 1), with a factor of 4 moved to the other operand, as 2^-k may be subnormal.
    let s = T::of(4.0).add_exponent(T::MAGIC - k);
    (k, s.fma(x * T::of(0.25), s.fma(T::of(0.25), T::of(-1.0))))
}

/// `ln(1 + x)`, accurate near zero.
#[inline(always)]
pub fn ln_1p<T: Float>(x: T) -> T {
    let (k, f) = split_1p(x);
    let y = ln_limits(T::of(1.0) + x, ln_split(k, f));
    if x.abs() < T::TINY { x } else { y }
}

/// The inverse hyperbolic sine.
#[inline(always)]
pub fn asinh<T: Float>(x: T) -> T {
    let a = x.abs();
    let huge = a > T::HUGE;
    let square = a * a;
    let v = a + square / (T::of(1.0) + (square + T::of(1.0)).sqrt());
    // Beyond HUGE the result is ln a + ln 2.
    let (k, f) = split_1p(if huge { a } else { v });
    let y = ln_split(if huge { k + T::of(1.0) } else { k }, f);
    let y = if a < T::INF { y } else { a };
    if a < T::TINY { x } else { y.copysign(x) }
}

/// The inverse hyperbolic cosine.
#[inline(always)]
pub fn acosh<T: Float>(x: T) -> T {
    let huge = x > T::HUGE;
    let t = x - T::of(1.0);
    let v = t + t.fma(t, t + t).sqrt();
    let (k, f) = split_1p(if huge { x } else { v });
    let y = ln_split(if huge { k + T::of(1.0) } else { k }, f);
    let y = if x < T::INF { y } else { x };
    if x < T::of(1.0) { T::NAN } else { y }
}

/// The inverse hyperbolic tangent.
#[inline(always)]
pub fn atanh<T: Float>(x: T) -> T {
    // (1 + a) / (1 - a) = 2^k (1 + s) / (1 - s) gives ½ k ln 2 + atanh s, and s = a exactly where k = 0.
    let one = T::of(1.0);
    let a = x.abs();
    let b = at_most(a, T::ATANH_MAX);
    let (k, _) = ((one + b) / (one - b)).split();
    let p = one.add_exponent(T::MAGIC - k);
    let (plus, minus) = (one + p, one - p);
    // The numerator is p (1 + b) - (1 - b), in the order in which only one operation rounds.
    let upper = p.fma(one + b, b - one);
    let lower = plus.fma(b, -minus);
    let s = if b < T::of(0.5) { lower } else { upper } / minus.fma(-b, plus);
    let z = s * s;
    let half_k = T::of(0.5) * k;
    let tail = (T::of(0.5) * s * z).fma(poly(z, T::LN), half_k * T::LN_2_LO);
    let y = half_k.fma(T::LN_2, s + tail);
    let y = if a == one { T::INF } else { y };
    let y = if a > one { T::NAN } else { y };
    if a < T::TINY { x } else { y.copysign(x) }
}
