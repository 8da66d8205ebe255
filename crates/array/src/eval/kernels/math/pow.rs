//! Powers and roots: `pow`, `cbrt`, `hypot`.

use super::exp::{exp_reduced, reduce_wide, scale};
use super::float::{Float, at_least, at_most, fast_sum, poly};
use super::log::split;

/// `ln x` of a positive number as a double word, with a relative error of about 2^-64 (2^-33 for `f32`).
#[inline(always)]
fn ln_wide<T: Float>(x: T) -> (T, T) {
    let one = T::of(1.0);
    let (k, m) = split(x);
    // s = (m - 1) / (m + 1): ln m = 2 s + ⅔ s³ + s⁵ R(s²), the first two terms in double words.
    let f = m - one;
    let d = m + one;
    let d_lo = m - (d - one);
    let inverse = one / d;
    let s = f * inverse;
    let s_lo = (s.fma(-d, f) - s * d_lo) * inverse;
    let z = s * s;
    let z_lo = s.fma(s, -z) + (s + s) * s_lo;
    let cube = z * s;
    let cube_lo = z.fma(s, -cube) + z.fma(s_lo, z_lo * s);
    let b = cube * T::TWO_THIRDS;
    let b_lo = cube.fma(T::TWO_THIRDS, -b) + cube_lo.fma(T::TWO_THIRDS, cube * T::TWO_THIRDS_LO);
    let rest = (cube * z) * poly(z, T::POW_LN);
    let base = k * T::LN_2;
    let base_lo = k.fma(T::LN_2_LO, k.fma(T::LN_2, -base));
    let (sum, sum_lo) = fast_sum(base, s + s);
    let (total, total_lo) = fast_sum(sum, b);
    let lo = (sum_lo + total_lo) + (base_lo + ((s_lo + s_lo) + (b_lo + rest)));
    fast_sum(total, lo)
}

/// `x^y`, with the special cases of C's `pow`.
#[inline(always)]
pub fn pow<T: Float>(x: T, y: T) -> T {
    let (zero, one) = (T::of(0.0), T::of(1.0));
    let a = x.abs();
    let (l, l_lo) = ln_wide(a);
    // A larger |y| could only change an overflow into a NaN.
    let exponent = at_least(at_most(y, T::POW_MAX), -T::POW_MAX);
    let p = exponent * l;
    let p_lo = exponent.fma(l_lo, exponent.fma(l, -p));
    let p_lo = if (p > T::EXP_MAX) | (p < T::EXP_MIN) { zero } else { p_lo };
    let p = at_least(at_most(p, T::EXP_MAX), T::EXP_MIN);
    let (t, r, lo) = reduce_wide(p, p_lo);
    let r = scale(exp_reduced(r, lo), t, p < T::EXP_DEEP);

    let limit = if (a == zero) == (y > zero) { zero } else { T::INF };
    let r = if (a == zero) | (a == T::INF) { limit } else { r };
    let half = T::of(0.5) * y;
    let whole = y.trunc() == y;
    let odd = whole & (half.trunc() != half);
    let r = if odd { r.copysign(x) } else { r };
    let r = if (x < zero) & !whole & (a != T::INF) { T::NAN } else { r };
    let r = if x.is_nan() | y.is_nan() { T::NAN } else { r };
    if (y == zero) | (x == one) { one } else { r }
}

/// The cube root.
#[inline(always)]
pub fn cbrt<T: Float>(x: T) -> T {
    let a = x.abs();
    let small = a < T::MIN_NORMAL;
    let (k, m) = if small { a * T::SUBNORMAL_SCALE } else { a }.split();
    // k = 3 q + rem, so that the root of m is scaled by the root of 2^rem, and by 2^q.
    let t = k.fma(T::of(1.0 / 3.0), T::MAGIC);
    let rem = k - T::of(3.0) * (t - T::MAGIC);
    let (up, down) = (rem > T::of(0.5), rem < T::of(-0.5));
    let root = if down { T::of(0.793_700_525_984_099_8) } else { T::of(1.0) };
    let root = if up { T::of(1.259_921_049_894_873_2) } else { root };
    let power = if down { T::of(0.5) } else { T::of(1.0) };
    let power = if up { T::of(2.0) } else { power };
    // A polynomial to 10 (f64: 20) bits, then Halley's step, which triples them.
    let c = poly(m, T::CBRT) * root;
    let b = m * power;
    let square = c * c;
    let miss = square.fma(-c, b);
    let y = (c * miss / (square * c).fma(T::of(2.0), b) + c).add_exponent(t);
    let y = if small { y * T::CBRT_UNSCALE } else { y };
    if (a > T::of(0.0)) & (a < T::INF) { y.copysign(x) } else { x }
}

/// `√(x² + y²)` without overflow or underflow on the way.
#[inline(always)]
pub fn hypot<T: Float>(x: T, y: T) -> T {
    let one = T::of(1.0);
    let (a, b) = (x.abs(), y.abs());
    let most = at_least(a, b);
    let (big, small) = (most > T::HYPOT_BIG, most < T::HYPOT_SMALL);
    let into = if big { T::HYPOT_DOWN } else { one };
    let into = if small { T::HYPOT_UP } else { into };
    let back = if big { T::HYPOT_UP } else { one };
    let back = if small { T::HYPOT_DOWN } else { back };
    let (p, q) = (a * into, b * into);
    let r = p.fma(p, q * q).sqrt() * back;
    if (a == T::INF) | (b == T::INF) { T::INF } else { r }
}

/// `x/√(x² + y²)`, 0 at the origin.
#[inline(always)]
pub fn over_hypot<T: Float>(x: T, y: T) -> T {
    let (zero, one) = (T::of(0.0), T::of(1.0));
    let (a, b) = (x.abs(), y.abs());
    let most = at_least(a, b);
    let (big, small) = (most > T::HYPOT_BIG, most < T::HYPOT_SMALL);
    let into = if big { T::HYPOT_DOWN } else { one };
    let into = if small { T::HYPOT_UP } else { into };
    let (p, q) = (x * into, y * into);
    // Scaled down, a small x would lose digits: it is scaled after the division.
    let top = if big { x } else { p };
    let after = if big { into } else { one };
    let z = top / p.fma(p, q * q).sqrt() * after;
    let z = if (b == T::INF) & (a < T::INF) { zero } else { z };
    let z = if (a == T::INF) & (b != T::INF) { one.copysign(x) } else { z };
    if (a == zero) & (b == zero) { zero } else { z }
}
