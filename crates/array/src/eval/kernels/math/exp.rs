//! Exponentials and functions built on them: `exp`, `expm1`, hyperbolic functions, `logistic`, `softplus`.
//!
//! All share one reduction, `x = n ln 2 + r` with `|r| ≤ ½ ln 2`, and one polynomial for `(e^r - 1 - r) / r²`. Functions
//! that cancel near zero carry the low part of `r` as well, and add the large terms last.

use super::float::{Float, at_least, at_most, fast_sum, poly, poly2};
use super::log::ln_split;

/// `x = n ln 2 + r`: returns `t = n + MAGIC` and `r`.
#[inline(always)]
fn reduce<T: Float>(x: T) -> (T, T) {
    let t = x.fma(T::LOG2_E, T::MAGIC);
    let n = T::MAGIC - t;
    // Exact: x and n ln2_hi share their leading bits, and the difference fits in the mantissa.
    let high = n.fma(T::LN_2, x);
    (t, n.fma(T::LN_2_LO, high))
}

/// `x + x_lo = n ln 2 + r + lo`: returns `t = n + MAGIC`, `r` and `lo`.
#[inline(always)]
pub fn reduce_wide<T: Float>(x: T, x_lo: T) -> (T, T, T) {
    let t = x.fma(T::LOG2_E, T::MAGIC);
    let n = T::MAGIC - t;
    let high = n.fma(T::LN_2, x);
    let low = n.fma(T::LN_2_LO, x_lo);
    let r = high + low;
    (t, r, (high - r) + low)
}

/// `e^(r + lo) - 1` for a reduced argument.
#[inline(always)]
pub fn expm1_reduced<T: Float>(r: T, lo: T) -> T {
    r + (r * r).fma(poly2(r, T::EXPM1), lo)
}

/// `e^(r + lo)` for a reduced argument.
#[inline(always)]
pub fn exp_reduced<T: Float>(r: T, lo: T) -> T {
    T::of(1.0) + expm1_reduced(r, lo)
}

/// `p · 2^n` for `t = n + MAGIC`, with overflow and gradual underflow; `deep` says that the result may be
/// subnormal.
///
/// For `p` not far from 1 and `n ln 2` between about `EXP_MIN` and `EXP_MAX`, to which callers limit their argument.
#[inline(always)]
pub fn scale<T: Float>(p: T, t: T, deep: bool) -> T {
    // In two steps, the first of which stays among the normal numbers. Both are products, so that NaN stays NaN.
    let shift = if deep { T::DEEP_SHIFT } else { T::SHALLOW_SHIFT };
    let rest = if deep { T::DEEP_SCALE } else { T::of(2.0) };
    p * T::power_of_two(t + shift) * rest
}

/// `e^x`.
#[inline(always)]
pub fn exp<T: Float>(x: T) -> T {
    exp_below(at_most(x, T::EXP_MAX))
}

/// `e^x` for `x ≤ EXP_MAX`.
#[inline(always)]
fn exp_below<T: Float>(x: T) -> T {
    let x = at_least(x, T::EXP_MIN);
    let (t, r) = reduce(x);
    let q = (r * r).fma(poly2(r, T::EXPM1), r);
    scale(T::of(1.0) + q, t, x < T::EXP_DEEP)
}

/// `2^x`.
#[inline(always)]
pub fn exp2<T: Float>(x: T) -> T {
    let x = at_least(at_most(x, T::EXP2_MAX), T::EXP2_MIN);
    let t = x + T::MAGIC;
    let f = x - (t - T::MAGIC);
    let r = f * T::LN_2;
    let lo = f.fma(T::LN_2_LO, f.fma(T::LN_2, -r));
    scale(exp_reduced(r, lo), t, x < T::EXP2_DEEP)
}

/// `unit · (e^x - 1)` for a reduced `x`, as an unevaluated sum.
#[inline(always)]
fn expm1_parts<T: Float>(unit: T, (t, r, lo): (T, T, T)) -> (T, T) {
    let s = unit.add_exponent(t);
    let tail = (r * r).fma(poly2(r, T::EXPM1), lo);
    (s.fma(r, s - unit), s * tail)
}

/// `e^x - 1`, accurate near zero.
#[inline(always)]
pub fn expm1<T: Float>(x: T) -> T {
    // Half of the result first, as 2^n itself may overflow.
    let (hi, lo) = expm1_parts(T::of(0.5), reduce_wide(at_least(x, T::EXPM1_MIN), T::of(0.0)));
    let y = hi + lo;
    let y = if x <= T::EXP_MAX { y + y } else { x + T::INF };
    if x.abs() < T::TINY { x } else { y }
}

/// Half of `(sinh, cosh)` of `|x|`, each as a sum of a large and a small term.
#[inline(always)]
fn half_sinh_cosh<T: Float>(a: T) -> ((T, T), (T, T)) {
    let (t, r, lo) = reduce_wide(a, T::of(0.0));
    let z = r * r;
    let s = (r * z).fma(poly(z, T::SINH), lo); // sinh r - r
    let c = z * poly(z, T::COSH); // cosh r - 1
    let quarter = T::of(0.25);
    let up = quarter.add_exponent(t);
    let n = at_most(t - T::MAGIC, T::of(60.0)); // beyond, 2^-n no longer matters
    let down = quarter.add_exponent(T::MAGIC - n);
    let (plus, minus) = (up + down, up - down);
    let sinh = (plus.fma(r, minus), plus.fma(s, minus * c));
    // `plus` is rounded where 2^-n is small: better to add its parts.
    let cosh = (up, plus.fma(c, minus.fma(r, minus * s)) + down);
    (sinh, cosh)
}

/// The hyperbolic sine.
#[inline(always)]
pub fn sinh<T: Float>(x: T) -> T {
    let a = x.abs();
    let ((hi, lo), _) = half_sinh_cosh(a);
    let y = hi + lo;
    let y = if a <= T::SINH_MAX { y + y } else { a + T::INF };
    if a < T::TINY { x } else { y.copysign(x) }
}

/// The hyperbolic cosine.
#[inline(always)]
pub fn cosh<T: Float>(x: T) -> T {
    let a = x.abs();
    let (_, (hi, lo)) = half_sinh_cosh(a);
    let y = hi + lo;
    if a <= T::SINH_MAX { y + y } else { a + T::INF }
}

/// The hyperbolic tangent.
#[inline(always)]
pub fn tanh<T: Float>(x: T) -> T {
    // E / (E + 2) with E = e^(2|x|) - 1 ≥ 0: the quotient damps the error of E.
    let a = at_most(x.abs(), T::TANH_MAX);
    let (hi, lo) = expm1_parts(T::of(1.0), reduce_wide(a + a, T::of(0.0)));
    let (top, top_lo) = fast_sum(hi, lo);
    let two = T::of(2.0);
    let (bottom, bottom_lo) = fast_sum(at_least(top, two), at_most(top, two));
    let y = top / bottom;
    // The rounding errors of the two terms, divided by the bottom, which is 2 / (1 - y).
    let miss = y.fma(-(bottom_lo + top_lo), top_lo) * (T::of(1.0) - y);
    miss.fma(T::of(0.5), y).copysign(x)
}

/// `1 / cosh x`, without overflow.
#[inline(always)]
pub fn sech<T: Float>(x: T) -> T {
    // v / (1 + v²/4) with v = 2 e^-|x|, scaled in one go so that a subnormal result is rounded once.
    let a = at_least(-x.abs(), T::EXP_MIN);
    let (t, r, lo) = reduce_wide(a, T::of(0.0));
    let v = scale(exp_reduced(r, lo), t + T::of(1.0), a < T::EXP_DEEP);
    let square = T::of(0.25) * v * v;
    let (bottom, bottom_lo) = fast_sum(T::of(1.0), square);
    let y = v / bottom;
    // The rounding error of the bottom, divided by the bottom, whose inverse is approximated linearly.
    let miss = bottom_lo * square.fma(T::of(-0.47), T::of(0.96));
    y.fma(-miss, y)
}

/// `1 / (1 + e^-x)`, accurate in both tails.
#[inline(always)]
pub fn logistic<T: Float>(x: T) -> T {
    let z = exp_below(-x.abs());
    let top = if x < T::of(0.0) { z } else { T::of(1.0) };
    let (bottom, bottom_lo) = fast_sum(T::of(1.0), z);
    let y = top / bottom;
    // The rounding error of the bottom, divided by the bottom, which is 1 / logistic |x|.
    let inverse = if x < T::of(0.0) { T::of(1.0) - y } else { y };
    (bottom_lo * inverse).fma(-y, y)
}

/// `e^x/(e^x + e^y)`, 0 where both are `-inf`, 1/2 where both are `inf`.
#[inline(always)]
pub fn exp_share<T: Float>(x: T, y: T) -> T {
    // Adds the slope times the rounding error of the difference.
    let d = x - y;
    let part = d - x;
    let lost = (x - (d - part)) - (y + part);
    let share = logistic(d);
    let lost = if lost.abs() < T::INF { lost } else { T::of(0.0) };
    let share = (share * (T::of(1.0) - share)).fma(lost, share);
    let share = if x == y { T::of(0.5) } else { share };
    if (x == -T::INF) & !y.is_nan() { T::of(0.0) } else { share }
}

/// `ln(1 + e^x)`, accurate in both tails.
#[inline(always)]
pub fn softplus<T: Float>(x: T) -> T {
    let z = exp_below(-x.abs());
    // 1 + z lies in [1, 2]: halve it, exactly, where it is nearer to 2.
    let near_two = z > T::of(std::f64::consts::SQRT_2 - 1.0);
    let f = if near_two { z.fma(T::of(0.5), T::of(-0.5)) } else { z };
    let k = if near_two { T::of(1.0) } else { T::of(0.0) };
    at_least(x, T::of(0.0)) + ln_split(k, f)
}
