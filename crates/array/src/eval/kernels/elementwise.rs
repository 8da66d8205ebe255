//! The inner loops of block programs: one operation over one block, written so that they vectorise.
//!
//! Every function here is inlined into the level it runs at (see [`super::math`]). An operation without a
//! vector form calls its scalar function in `pullback_real` element by element.

use super::math::{self, CpuLevel, Level};
use super::operand::{Pair, ScratchBlock};
use bytemuck::Pod;
use pullback_real::{Binary, Unary};

// These loops go by index: iterators are many functions for the compiler to inline, in each of hundreds of
// loops.
#[inline(always)]
pub(crate) fn map1<T: Copy, U>(x: &[T], out: &mut [U], f: impl Fn(T) -> U) {
    let n = out.len();
    let x = &x[..n];
    for i in 0..n {
        out[i] = f(x[i])
    }
}
#[inline(always)]
fn map2<T: Copy, U>((x, y): (&[T], &[T]), out: &mut [U], f: impl Fn(T, T) -> U) {
    let n = out.len();
    let (x, y) = (&x[..n], &y[..n]);
    for i in 0..n {
        out[i] = f(x[i], y[i])
    }
}
/// [`map2`] for an operation that commutes: one loop serves a number on either side.
#[inline(always)]
pub(crate) fn map_commuting<T: Copy, U>(pair: Pair<T>, out: &mut [U], f: impl Fn(T, T) -> U) {
    match pair {
        Pair::Both(x, y) => map2((x, y), out, f),
        Pair::Left(x, y) | Pair::Right(y, x) => map1(x, out, |x| f(x, y)),
    }
}
/// [`map2`], with a loop of its own for a number on each side.
#[inline(always)]
pub(crate) fn map_pair<T: Copy, U>(pair: Pair<T>, out: &mut [U], f: impl Fn(T, T) -> U) {
    match pair {
        Pair::Both(x, y) => map2((x, y), out, f),
        Pair::Left(x, y) => map1(x, out, |x| f(x, y)),
        Pair::Right(x, y) => map1(y, out, |y| f(x, y)),
    }
}

/// A stored element type of block programs.
pub(crate) trait Lane: Pod + PartialOrd + Send + Sync {
    /// The highest level that is worth compiling its loops for.
    const LOOPS: CpuLevel;
    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
    /// Runs a unary operation over a block.
    fn unary<L: Level>(op: Unary, x: &[Self], out: &mut [Self]);
    /// Runs a binary operation over a block.
    fn binary<L: Level>(op: Binary, pair: Pair<Self>, out: &mut [Self]);
}

/// The vector form of a function, if it has one. A function without one runs by its scalar form.
#[inline(always)]
fn vector1(op: Unary) -> Option<math::Unary> {
    use math::Unary as V;
    Some(match op {
        Unary::Cbrt => V::Cbrt,
        Unary::Exp => V::Exp,
        Unary::Exp2 => V::Exp2,
        Unary::ExpM1 => V::Expm1,
        Unary::Ln => V::Ln,
        Unary::Ln1p => V::Ln1p,
        Unary::Log2 => V::Log2,
        Unary::Log10 => V::Log10,
        Unary::Sin => V::Sin,
        Unary::Cos => V::Cos,
        Unary::Tan => V::Tan,
        Unary::SinPi => V::SinPi,
        Unary::CosPi => V::CosPi,
        Unary::Asin => V::Asin,
        Unary::Acos => V::Acos,
        Unary::Atan => V::Atan,
        Unary::Sinh => V::Sinh,
        Unary::Cosh => V::Cosh,
        Unary::Tanh => V::Tanh,
        Unary::Sech => V::Sech,
        Unary::Asinh => V::Asinh,
        Unary::Acosh => V::Acosh,
        Unary::Atanh => V::Atanh,
        Unary::Logistic => V::Logistic,
        Unary::Softplus => V::Softplus,
        Unary::Erf => V::Erf,
        Unary::Erfc => V::Erfc,
        Unary::NormCdf => V::NormCdf,
        _ => return None,
    })
}
#[inline(always)]
fn vector2(op: Binary) -> Option<math::Binary> {
    Some(match op {
        Binary::Pow => math::Binary::Pow,
        Binary::Atan2 => math::Binary::Atan2,
        Binary::Hypot => math::Binary::Hypot,
        Binary::OverHypot => math::Binary::OverHypot,
        Binary::ExpShare => math::Binary::ExpShare,
        Binary::FloorDivide => math::Binary::FloorDivide,
        Binary::TruncDivide => math::Binary::TruncDivide,
        _ => return None,
    })
}

macro_rules! float_lane {
    ($T:ident) => {
        impl Lane for $T {
            const LOOPS: CpuLevel = CpuLevel::Avx512;
            #[inline(always)]
            fn of(x: f64) -> $T {
                x as $T
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn unary<L: Level>(op: Unary, x: &[$T], out: &mut [$T]) {
                match op {
                    Unary::Neg => map1(x, out, |x| -x),
                    Unary::Abs => map1(x, out, |x| x.abs()),
                    Unary::Square => map1(x, out, |x| x * x),
                    Unary::Recip => map1(x, out, |x| 1.0 / x),
                    Unary::RecipOnePlusSquare => map1(x, out, |x| 1.0 / (1.0 + x * x)),
                    Unary::Sqrt => map1(x, out, |x| x.sqrt()),
                    Unary::Relu => map1(x, out, |x| if x <= 0.0 { 0.0 } else { x }),
                    // 1 and −1 by comparison, and x itself for zeros and NaN.
                    Unary::Sign => map1(x, out, |x| {
                        if x > 0.0 {
                            1.0
                        } else if x < 0.0 {
                            -1.0
                        } else {
                            x
                        }
                    }),
                    Unary::Floor => map1(x, out, |x| x.floor()),
                    Unary::Ceil => map1(x, out, |x| x.ceil()),
                    Unary::Trunc => map1(x, out, |x| x.trunc()),
                    Unary::Round => map1(x, out, |x| x.round_ties_even()),
                    Unary::Powi(3) => map1(x, out, |x| x * x * x),
                    Unary::Powi(4) => map1(x, out, |x| (x * x) * (x * x)),
                    _ => match vector1(op) {
                        Some(op) => math::unary(L::LEVEL, op, x, out),
                        None => scalar1(op, x, out),
                    },
                }
            }
            #[inline(always)]
            fn binary<L: Level>(op: Binary, pair: Pair<$T>, out: &mut [$T]) {
                match op {
                    Binary::Add => map_commuting(pair, out, |x, y| x + y),
                    Binary::Sub => map_pair(pair, out, |x, y| x - y),
                    Binary::Mul => map_commuting(pair, out, |x, y| x * y),
                    Binary::Div => map_pair(pair, out, |x, y| x / y),
                    Binary::Less => map_pair(pair, out, |x, y| if x < y { 1.0 } else { 0.0 }),
                    Binary::TimesOrZero => map_pair(pair, out, |x, y| if x == 0.0 { 0.0 } else { x * y }),
                    Binary::Ratio => {
                        map_pair(pair, out, |x, y| if (x == 0.0) & (y == 0.0) { 0.0 } else { x / y })
                    }
                    // NaN if either operand is NaN, without a branch. Of two zeros, the positive one is the
                    // larger.
                    Binary::Max => map_pair(pair, out, |x, y| {
                        let m = if x > y {
                            x
                        } else if x == y {
                            $T::from_bits(x.to_bits() & y.to_bits())
                        } else {
                            y
                        };
                        if x.is_nan() { x } else { m }
                    }),
                    Binary::Min => map_pair(pair, out, |x, y| {
                        let m = if x < y {
                            x
                        } else if x == y {
                            $T::from_bits(x.to_bits() | y.to_bits())
                        } else {
                            y
                        };
                        if x.is_nan() { x } else { m }
                    }),
                    _ => {
                        let mut scratch = ScratchBlock::new();
                        let (x, y) = pair.filled(&mut scratch);
                        match vector2(op) {
                            Some(op) => math::binary(L::LEVEL, op, x, y, out),
                            None => scalar2(op, x, y, out),
                        }
                    }
                }
            }
        }
    };
}
float_lane!(f32);
float_lane!(f64);

#[inline(never)]
fn scalar1<T: Lane>(op: Unary, x: &[T], out: &mut [T]) {
    out.iter_mut().zip(x).for_each(|(y, x)| *y = T::of(op.eval(x.wide())))
}
#[inline(never)]
fn scalar2<T: Lane>(op: Binary, x: &[T], y: &[T], out: &mut [T]) {
    out.iter_mut().zip(x.iter().zip(y)).for_each(|(z, (x, y))| *z = T::of(op.eval(x.wide(), y.wide())))
}

macro_rules! int_lane {
    ($T:ident) => {
        impl Lane for $T {
            const LOOPS: CpuLevel = CpuLevel::Avx512;
            #[inline(always)]
            fn of(x: f64) -> $T {
                x as $T
            }
            #[inline(always)]
            fn wide(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn unary<L: Level>(op: Unary, x: &[$T], out: &mut [$T]) {
                match op {
                    Unary::Neg => map1(x, out, |x| x.wrapping_neg()),
                    Unary::Abs => map1(x, out, |x| x.wrapping_abs()),
                    Unary::Sign => map1(x, out, |x| x.signum()),
                    Unary::Square => map1(x, out, |x| x.wrapping_mul(x)),
                    Unary::Relu => map1(x, out, |x| x.max(0)),
                    _ => unreachable!("{} of integers is refused when the graph is built", op.name()),
                }
            }
            #[inline(always)]
            fn binary<L: Level>(op: Binary, pair: Pair<$T>, out: &mut [$T]) {
                let mut scratch = ScratchBlock::new();
                let pair = pair.filled(&mut scratch);
                match op {
                    Binary::Add => map2(pair, out, |x, y| x.wrapping_add(y)),
                    Binary::Sub => map2(pair, out, |x, y| x.wrapping_sub(y)),
                    Binary::Mul => map2(pair, out, |x, y| x.wrapping_mul(y)),
                    Binary::Max => map2(pair, out, |x, y| x.max(y)),
                    Binary::Min => map2(pair, out, |x, y| x.min(y)),
                    Binary::Less => map2(pair, out, |x, y| $T::from(x < y)),
                    // The remainder of a division by zero is 0, as in NumPy.
                    Binary::Rem => map2(pair, out, |x, y| if y == 0 { 0 } else { x.wrapping_rem(y) }),
                    Binary::TruncDivide => map2(pair, out, |x, y| if y == 0 { 0 } else { x.wrapping_div(y) }),
                    Binary::Remainder => map2(pair, out, |x, y| {
                        let r = if y == 0 { 0 } else { x.wrapping_rem(y) };
                        if r != 0 && (r < 0) != (y < 0) { r + y } else { r }
                    }),
                    Binary::FloorDivide => map2(pair, out, |x, y| {
                        let (q, r) = if y == 0 { (0, 0) } else { (x.wrapping_div(y), x.wrapping_rem(y)) };
                        if r != 0 && (r < 0) != (y < 0) { q - 1 } else { q }
                    }),
                    _ => unreachable!("{} of integers is refused when the graph is built", op.name()),
                }
            }
        }
    };
}
int_lane!(i32);
int_lane!(i64);

/// The stored form of `bool`: "or" is the maximum, "and" the minimum.
impl Lane for u8 {
    const LOOPS: CpuLevel = CpuLevel::Baseline;
    #[inline(always)]
    fn of(x: f64) -> u8 {
        u8::from(x != 0.0)
    }
    #[inline(always)]
    fn wide(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn unary<L: Level>(op: Unary, _: &[u8], _: &mut [u8]) {
        unreachable!("{} of bools is refused when the graph is built", op.name())
    }
    #[inline(always)]
    fn binary<L: Level>(op: Binary, pair: Pair<u8>, out: &mut [u8]) {
        let mut scratch = ScratchBlock::new();
        let pair = pair.filled(&mut scratch);
        match op {
            Binary::Max => map2(pair, out, |x, y| x | y),
            Binary::Min => map2(pair, out, |x, y| x & y),
            _ => unreachable!("{} of bools is refused when the graph is built", op.name()),
        }
    }
}
