//! The inner loops of block programs: one operation over one block, written so that they vectorise.
//!
//! Every function here is inlined into the level it runs at (see [`super::math`]); what has no vector form calls the
//! table's scalar function element by element.

use super::super::program::{BLOCK_BYTES, LONG};
use super::math::{self, CpuLevel, Kernel, Level};
use crate::dtype::{DType, Element};
use crate::prim::Compare;
use bytemuck::Pod;
use pullback_real::{Binary, Unary};
use std::mem::MaybeUninit;

/// An operand of an inner loop: elements, or one number for all.
#[derive(Clone, Copy)]
pub(crate) enum Arg<'a, T> {
    Slice(&'a [T]),
    Number(T),
}

/// Operands of a loop, at least one of which is elements.
#[derive(Clone, Copy)]
pub(crate) enum Pair<'a, T> {
    Both(&'a [T], &'a [T]),
    Left(&'a [T], T),
    Right(T, &'a [T]),
}

/// Room for a block of one number: as much as a register.
#[repr(align(64))]
struct Room([MaybeUninit<u8>; LONG * BLOCK_BYTES]);

impl Room {
    #[inline(always)]
    fn new() -> Room {
        Room([const { MaybeUninit::uninit() }; LONG * BLOCK_BYTES])
    }
    /// n times c.
    #[inline(always)]
    fn of<T: Pod>(&mut self, c: T, n: usize) -> &[T] {
        assert!(n * size_of::<T>() <= size_of::<Room>() && align_of::<T>() <= align_of::<Room>());
        // SAFETY: the room is large enough and aligned, and every element is written before any is read.
        unsafe {
            let room = std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast::<MaybeUninit<T>>(), n);
            room.iter_mut().for_each(|x| *x = MaybeUninit::new(c));
            room.assume_init_ref()
        }
    }
}

impl<'a, T: Pod> Arg<'a, T> {
    /// As elements, n of them.
    #[inline(always)]
    fn filled(self, n: usize, room: &'a mut Room) -> &'a [T] {
        match self {
            Arg::Slice(x) => x,
            Arg::Number(c) => room.of(c, n),
        }
    }
}
impl<'a, T: Pod> Pair<'a, T> {
    /// Of n elements; two numbers are as many of the one, and the other.
    #[inline(always)]
    fn new(x: Arg<'a, T>, y: Arg<'a, T>, n: usize, room: &'a mut Room) -> Self {
        match (x, y) {
            (Arg::Slice(x), Arg::Slice(y)) => Pair::Both(x, y),
            (Arg::Number(x), Arg::Slice(y)) => Pair::Right(x, y),
            (x, Arg::Number(y)) => Pair::Left(x.filled(n, room), y),
        }
    }
    /// As elements both.
    #[inline(always)]
    fn filled(self, room: &'a mut Room) -> (&'a [T], &'a [T]) {
        match self {
            Pair::Both(x, y) => (x, y),
            Pair::Left(x, y) => (x, Arg::Number(y).filled(x.len(), room)),
            Pair::Right(x, y) => (Arg::Number(x).filled(y.len(), room), y),
        }
    }
}

// By index: iterators are many functions for the compiler to see through, for each of hundreds of loops.
#[inline(always)]
fn map1<T: Copy, U>(x: &[T], out: &mut [U], f: impl Fn(T) -> U) {
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
/// [`map2`] with loops of their own for numbers.
#[inline(always)]
fn map_pair<T: Copy, U>(pair: Pair<T>, out: &mut [U], f: impl Fn(T, T) -> U) {
    match pair {
        Pair::Both(x, y) => map2((x, y), out, f),
        Pair::Left(x, y) => map1(x, out, |x| f(x, y)),
        Pair::Right(x, y) => map1(y, out, |y| f(x, y)),
    }
}

/// A stored element type of block programs.
pub(crate) trait Lane: Pod + PartialOrd + Send + Sync {
    /// The best level worth compiling its loops for.
    const LOOPS: CpuLevel;
    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
    /// Runs a unary operation over a block.
    fn unary<L: Level>(op: Unary, x: &[Self], out: &mut [Self]);
    /// Runs a binary operation over a block.
    fn binary<L: Level>(op: Binary, pair: Pair<Self>, out: &mut [Self]);
}

/// The vector form of a function, if it has one; a new row of the table works without, by its scalar form.
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
                    Binary::Add => map_pair(pair, out, |x, y| x + y),
                    Binary::Sub => map_pair(pair, out, |x, y| x - y),
                    Binary::Mul => map_pair(pair, out, |x, y| x * y),
                    Binary::Div => map_pair(pair, out, |x, y| x / y),
                    Binary::Less => map_pair(pair, out, |x, y| if x < y { 1.0 } else { 0.0 }),
                    // NaN if either is, without a branch; of two zeros the positive is the larger.
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
                        let mut room = Room::new();
                        let (x, y) = pair.filled(&mut room);
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
            const LOOPS: CpuLevel = CpuLevel::Avx2;
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
                let mut room = Room::new();
                let pair = pair.filled(&mut room);
                match op {
                    Binary::Add => map2(pair, out, |x, y| x.wrapping_add(y)),
                    Binary::Sub => map2(pair, out, |x, y| x.wrapping_sub(y)),
                    Binary::Mul => map2(pair, out, |x, y| x.wrapping_mul(y)),
                    Binary::Max => map2(pair, out, |x, y| x.max(y)),
                    Binary::Min => map2(pair, out, |x, y| x.min(y)),
                    Binary::Less => map2(pair, out, |x, y| $T::from(x < y)),
                    // Of a division by zero nothing remains, as in NumPy.
                    Binary::Rem => map2(pair, out, |x, y| if y == 0 { 0 } else { x.wrapping_rem(y) }),
                    Binary::Remainder => map2(pair, out, |x, y| {
                        let r = if y == 0 { 0 } else { x.wrapping_rem(y) };
                        if r != 0 && (r < 0) != (y < 0) { r + y } else { r }
                    }),
                    _ => unreachable!("{} of integers is refused when the graph is built", op.name()),
                }
            }
        }
    };
}
int_lane!(i32);
int_lane!(i64);

/// Bool: "or" is the larger, "and" the smaller.
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
        let mut room = Room::new();
        let pair = pair.filled(&mut room);
        match op {
            Binary::Max => map2(pair, out, |x, y| x | y),
            Binary::Min => map2(pair, out, |x, y| x & y),
            _ => unreachable!("{} of bools is refused when the graph is built", op.name()),
        }
    }
}

/// Declares kernels: what an inner loop works on, the best level worth compiling it for, and the loop.
macro_rules! blocks {
    ($($(#[$doc:meta])* $Name:ident<$($T:ident: $Bound:path),+> { $($field:ident: $F:ty),* } up to $best:expr, |$L:ident| $run:expr;)*) => { $(
        $(#[$doc])*
        pub(crate) struct $Name<'a, $($T: $Bound),+> { $(pub $field: $F),* }
        impl<'a, $($T: $Bound),+> Kernel for $Name<'a, $($T),+> {
            type Out = ();
            const BEST: CpuLevel = $best;
            #[inline(always)]
            fn run<$L: Level>(self) {
                let $Name { $($field),* } = self;
                $run
            }
        }
    )* };
}
blocks! {
    /// `out = op(x)`; of one number for all once.
    UnaryBlock<T: Lane> { op: Unary, x: Arg<'a, T>, out: &'a mut [T] } up to T::LOOPS, |L| {
        let n = if let Arg::Number(_) = x { out.len().min(1) } else { out.len() };
        let (head, tail) = out.split_at_mut(n);
        T::unary::<L>(op, x.filled(n, &mut Room::new()), head);
        if let Some(&y) = head.last() {
            tail.fill(y)
        }
    };
    /// `out = op(x, y)`.
    BinaryBlock<T: Lane> { op: Binary, x: Arg<'a, T>, y: Arg<'a, T>, out: &'a mut [T] } up to T::LOOPS, |L| {
        T::binary::<L>(op, Pair::new(x, y, out.len(), &mut Room::new()), out)
    };
    /// `out = x op y`.
    CompareBlock<T: Lane> { op: Compare, x: Arg<'a, T>, y: Arg<'a, T>, out: &'a mut [u8] } up to T::LOOPS, |L| {
        let mut room = Room::new();
        let pair = Pair::new(x, y, out.len(), &mut room);
        match op {
            Compare::Eq => map_pair(pair, out, |x, y| u8::from(x == y)),
            Compare::Ne => map_pair(pair, out, |x, y| u8::from(x != y)),
            Compare::Lt => map_pair(pair, out, |x, y| u8::from(x < y)),
            Compare::Le => map_pair(pair, out, |x, y| u8::from(x <= y)),
        }
    };
    /// `out = x` where `c`, else `y`.
    SelectBlock<T: Lane> { c: Arg<'a, u8>, x: Arg<'a, T>, y: Arg<'a, T>, out: &'a mut [T] } up to T::LOOPS, |L| {
        let (n, mut cs, mut room) = (out.len(), Room::new(), Room::new());
        select(c.filled(n, &mut cs), Pair::new(x, y, n, &mut room), out)
    };
    /// `out = x`, converted; a `bool` result compares with zero.
    CastBlock<A: ConvertElement, B: ConvertElement> { x: Arg<'a, A::Store>, out: &'a mut [B::Store] }
    up to if A::DTYPE.is_float() || B::DTYPE.is_float() { CpuLevel::Avx512 } else { CpuLevel::Baseline }, |L| {
        let mut room = Room::new();
        let x = x.filled(out.len(), &mut room);
        if A::DTYPE == DType::Bool || B::DTYPE != DType::Bool {
            map1(x, out, |x| x.convert::<B::Store>())
        } else {
            map1(x, out, |x| B::Store::of(x.wide()))
        }
    };
}

#[inline(always)]
fn select<T: Copy>(c: &[u8], pair: Pair<T>, out: &mut [T]) {
    // Not by `if`, which becomes one load from either place: a gather.
    use std::hint::select_unpredictable as pick;
    let n = out.len();
    let c = &c[..n];
    match pair {
        Pair::Both(x, y) => {
            let (x, y) = (&x[..n], &y[..n]);
            for i in 0..n {
                out[i] = pick(c[i] != 0, x[i], y[i])
            }
        }
        Pair::Left(x, y) => {
            let x = &x[..n];
            for i in 0..n {
                out[i] = pick(c[i] != 0, x[i], y)
            }
        }
        Pair::Right(x, y) => {
            let y = &y[..n];
            for i in 0..n {
                out[i] = pick(c[i] != 0, x, y[i])
            }
        }
    }
}

/// An element type whose stored form converts to all others.
pub(crate) trait ConvertElement: Element<Store: Convert> {}
impl<E: Element<Store: Convert>> ConvertElement for E {}

/// Stored types that convert to all others without a detour that loses digits.
pub(crate) trait Convert: Lane {
    fn convert<B: Lane>(self) -> B;
}
macro_rules! convert {
    ($($T:ident)*) => { $(
        impl Convert for $T {
            #[inline(always)]
            fn convert<B: Lane>(self) -> B {
                // Resolved at compile time: casts between integers must not pass through a float.
                macro_rules! to { ($U:ident) => {
                    if std::any::TypeId::of::<B>() == std::any::TypeId::of::<$U>() {
                        return bytemuck::cast(self as $U)
                    }
                } }
                to!(f32); to!(f64); to!(i32); to!(i64); to!(u8);
                unreachable!("a stored type")
            }
        }
    )* };
}
convert! { f32 f64 i32 i64 u8 }
