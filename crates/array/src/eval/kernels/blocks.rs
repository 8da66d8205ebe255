//! The kernels of block programs: one for each kind of instruction, over one block, at the CPU level of the
//! machine.

use super::elementwise::{Lane, map_commuting, map_pair, map1};
use super::math::{CpuLevel, Kernel, Level};
use super::operand::{Arg, Pair, ScratchBlock};
use crate::dtype::{DType, Element};
use crate::prim::Compare;
use pullback_real::{Binary, Unary};

/// Declares kernels: the operands of an inner loop, the highest level that is worth compiling it for, and the
/// loop.
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
    /// `out = op(x)`; evaluated once if `x` is one number.
    UnaryBlock<T: Lane> { op: Unary, x: Arg<'a, T>, out: &'a mut [T] } up to T::LOOPS, |L| {
        let n = if let Arg::Number(_) = x { out.len().min(1) } else { out.len() };
        let (head, tail) = out.split_at_mut(n);
        T::unary::<L>(op, x.filled(n, &mut ScratchBlock::new()), head);
        if let Some(&y) = head.last() {
            tail.fill(y)
        }
    };
    /// `out = op(x, y)`.
    BinaryBlock<T: Lane> { op: Binary, x: Arg<'a, T>, y: Arg<'a, T>, out: &'a mut [T] } up to T::LOOPS, |L| {
        T::binary::<L>(op, Pair::new(x, y, out.len(), &mut ScratchBlock::new()), out)
    };
    /// `out = x op y`.
    CompareBlock<T: Lane> { op: Compare, x: Arg<'a, T>, y: Arg<'a, T>, out: &'a mut [u8] } up to T::LOOPS, |L| {
        let mut scratch = ScratchBlock::new();
        let pair = Pair::new(x, y, out.len(), &mut scratch);
        match op {
            Compare::Eq => map_commuting(pair, out, |x, y| u8::from(x == y)),
            Compare::Ne => map_commuting(pair, out, |x, y| u8::from(x != y)),
            Compare::Lt => map_pair(pair, out, |x, y| u8::from(x < y)),
            Compare::Le => map_pair(pair, out, |x, y| u8::from(x <= y)),
        }
    };
    /// `out = x` where `c`, else `y`.
    SelectBlock<T: Lane> { c: Arg<'a, u8>, x: Arg<'a, T>, y: Arg<'a, T>, out: &'a mut [T] } up to T::LOOPS, |L| {
        let (n, mut cs, mut scratch) = (out.len(), ScratchBlock::new(), ScratchBlock::new());
        select(c.filled(n, &mut cs), Pair::new(x, y, n, &mut scratch), out)
    };
    /// `out = x`, converted; a `bool` result compares with zero.
    CastBlock<A: ConvertElement, B: ConvertElement> { x: Arg<'a, A::Store>, out: &'a mut [B::Store] }
    up to if A::DTYPE.is_float() || B::DTYPE.is_float() { CpuLevel::Avx512 } else { CpuLevel::Baseline }, |L| {
        let mut scratch = ScratchBlock::new();
        let x = x.filled(out.len(), &mut scratch);
        if A::DTYPE == DType::Bool || B::DTYPE != DType::Bool {
            map1(x, out, |x| x.convert::<B::Store>())
        } else {
            map1(x, out, |x| B::Store::of(x.wide()))
        }
    };
}

#[inline(always)]
fn select<T: Copy>(c: &[u8], pair: Pair<T>, out: &mut [T]) {
    // `if` would become one load from either address, which vectorises as a gather.
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

/// An element type whose stored form converts to all others, as [`Convert`] does.
pub(crate) trait ConvertElement: Element<Store: Convert> {}
impl<E: Element<Store: Convert>> ConvertElement for E {}

/// A stored type that converts to all others without an intermediate type that loses digits.
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
