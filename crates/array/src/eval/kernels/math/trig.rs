//! Sine, cosine, tangent and their inverses.
//!
//! The argument is reduced with π in three words and FMA, exact enough up to [`Coef::TRIG_MAX`](super::coef::Coef);
//! the slice functions redo the rare larger arguments with the standard library.

use super::float::{Float, fast_sum, poly, quotient};

/// `x - n p` for `p` in three words.
#[inline(always)]
fn minus_multiple<T: Float>(x: T, n: T, p: [T; 3]) -> T {
    // The words of p have the same sign, so that x = -0 stays -0.
    let r = n.fma(-p[0], x);
    let r = n.fma(-p[1], r);
    n.fma(-p[2], r)
}

/// `sin r` for `|r| ≤ π/2`.
#[inline(always)]
fn sin_reduced<T: Float>(r: T) -> T {
    let z = r * r;
    (z * poly(z, T::SIN)).fma(r, r)
}

/// The sine, for `|x| ≤ TRIG_MAX`.
#[inline(always)]
pub fn sin<T: Float>(x: T) -> T {
    let t = x.fma(T::of(std::f64::consts::FRAC_1_PI), T::MAGIC);
    let r = minus_multiple(x, t - T::MAGIC, T::PI);
    // The sign of r is restored, as that of -0 is lost on the way.
    sin_reduced(r).copysign(r).flip_if_odd(t)
}

/// The cosine, for `|x| ≤ TRIG_MAX`.
#[inline(always)]
pub fn cos<T: Float>(x: T) -> T {
    // cos((n + ½) π + r) = -(-1)^n sin r.
    let t = x.fma(T::of(std::f64::consts::FRAC_1_PI), T::of(-0.5)) + T::MAGIC;
    let odd = (t - T::MAGIC).fma(T::of(2.0), T::of(1.0));
    (-sin_reduced(minus_multiple(x, odd, T::FRAC_PI_2))).flip_if_odd(t)
}

/// `sin(πx)` for `|x| ≤ 2`. The split of `x` into an integer and a remainder of at most ½ is exact.
#[inline(always)]
fn sin_turn<T: Float>(x: T) -> T {
    let t = x + T::MAGIC;
    let r = x - (t - T::MAGIC);
    sin_reduced(T::of(std::f64::consts::PI) * r).copysign(r).flip_if_odd(t)
}

/// The sine of πx; NaN at the infinities.
#[inline(always)]
pub fn sin_pi<T: Float>(x: T) -> T {
    sin_turn(less_whole_turns(x.abs())) * T::of(1.0).copysign(x)
}

/// The cosine of πx; NaN at the infinities.
#[inline(always)]
pub fn cos_pi<T: Float>(x: T) -> T {
    sin_turn(T::of(0.5) - less_whole_turns(x.abs()))
}

/// `x` without its multiples of 2, exactly.
#[inline(always)]
fn less_whole_turns<T: Float>(x: T) -> T {
    let turns = (T::of(0.5) * x).trunc();
    x - (turns + turns)
}

/// The tangent, for `|x| ≤ TRIG_MAX`.
#[inline(always)]
pub fn tan<T: Float>(x: T) -> T {
    let t = x.fma(T::of(std::f64::consts::FRAC_2_PI), T::MAGIC);
    let n = t - T::MAGIC;
    let [p0, p1, p2] = T::FRAC_PI_2;
    let high = n.fma(-p0, x);
    let w = n * p1;
    let r = high - w;
    let lo = n.fma(-p2, ((high - r) - w) - n.fma(p1, -w));
    let z = r * r;
    let half_z = T::of(0.5) * z;
    let (w, w_lo) = fast_sum(T::of(1.0), -half_z);
    let sin = fast_sum(r, (z * r).fma(poly(z, T::TAN_SIN), lo));
    let cos = fast_sum(w, (z * z).fma(poly(z, T::TAN_COS), w_lo));
    let odd = T::is_odd(t);
    let top = if odd { (-cos.0, -cos.1) } else { sin };
    quotient(top, if odd { sin } else { cos }).copysign(r.flip_if_odd(t))
}

/// `(small, s, rest)` with `asin s = s + rest`: `s` is `a` if that is `small` (below ½), or else
/// `√((1 - a)/2)`.
#[inline(always)]
fn asin_parts<T: Float>(a: T) -> (bool, T, T) {
    let small = a < T::of(0.5);
    let z = if small { a * a } else { a.fma(T::of(-0.5), T::of(0.5)) };
    let s = if small { a } else { z.sqrt() };
    (small, s, s * (z * poly(z, T::ASIN)))
}

/// The arc sine; NaN outside [-1, 1].
#[inline(always)]
pub fn asin<T: Float>(x: T) -> T {
    let (small, s, rest) = asin_parts(x.abs());
    // asin a = π/2 - 2 asin √((1 - a)/2).
    let (large, large_lo) = fast_sum(T::FRAC_PI_2_NEAR, -(s + s));
    let large = large + (large_lo + (T::FRAC_PI_2_LO - (rest + rest)));
    (if small { s + rest } else { large }).copysign(x)
}

/// The arc cosine; NaN outside [-1, 1].
#[inline(always)]
pub fn acos<T: Float>(x: T) -> T {
    let (small, s, rest) = asin_parts(x.abs());
    let twice = T::of(2.0) * (s + rest);
    let pi = T::of(2.0) * T::FRAC_PI_2_NEAR;
    let pi_lo = T::of(2.0) * T::FRAC_PI_2_LO;
    let large = if x < T::of(0.0) { pi - (twice - pi_lo) } else { twice };
    let near_zero = T::FRAC_PI_2_NEAR - (s.copysign(x) - (T::FRAC_PI_2_LO - rest.copysign(x)));
    if small { near_zero } else { large }
}

/// `π/4 · quarters + atan t` for `|t| ≤ ½`.
#[inline(always)]
fn atan_reduced<T: Float>(t: T, quarters: T) -> T {
    let z = t * t;
    let rest = (t * z).fma(poly(z, T::ATAN), quarters * (T::of(0.5) * T::FRAC_PI_2_LO));
    quarters.fma(T::of(0.5) * T::FRAC_PI_2_NEAR, t + rest)
}

/// `(t, quarters)` with `atan(a / b) = π/4 · quarters + atan t`, for `a, b ≥ 0`.
#[inline(always)]
fn atan_quotient<T: Float>(a: T, b: T) -> (T, T) {
    let low = a < T::of(0.5) * b;
    let high = a > T::of(2.0) * b;
    let top = if high { -b } else { a - b };
    let bottom = if high { a } else { a + b };
    let quarters = if high { T::of(2.0) } else { T::of(1.0) };
    let t = if low { a } else { top } / if low { b } else { bottom };
    (t, if low { T::of(0.0) } else { quarters })
}

/// The arc tangent.
#[inline(always)]
pub fn atan<T: Float>(x: T) -> T {
    let (t, quarters) = atan_quotient(x.abs(), T::of(1.0));
    atan_reduced(t, quarters).copysign(x)
}

/// The angle of the point `(x, y)`, with the signs of zeros and infinities as in C.
#[inline(always)]
pub fn atan2<T: Float>(y: T, x: T) -> T {
    let (zero, one) = (T::of(0.0), T::of(1.0));
    let (a, b) = (y.abs(), x.abs());
    // Keep a + b and 2 b from overflowing, and give ∞/∞ its angle.
    let huge = (a > T::ATAN2_HUGE) | (b > T::ATAN2_HUGE);
    let factor = if huge { T::of(0.25) } else { one };
    let both = (a == T::INF) & (b == T::INF);
    let (p, q) = if both { (one, one) } else { (a * factor, b * factor) };
    let (t, quarters) = atan_quotient(p, q);
    let (t, quarters) = if a == zero { (zero, zero) } else { (t, quarters) };
    let left = one.copysign(x) < zero;
    // On the left, π - angle.
    let angle = atan_reduced(if left { -t } else { t }, if left { T::of(4.0) - quarters } else { quarters });
    // NaN in, NaN out.
    if x.is_nan() | y.is_nan() { T::NAN } else { angle.copysign(y) }
}
