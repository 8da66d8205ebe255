//! Operands of inner loops: a slice of elements, or one number that stands for all elements. The number is
//! repeated in a scratch buffer where a loop of its own is not worth compiling.

use crate::eval::ir::program::{BLOCK_BYTES, LONG};
use bytemuck::Pod;
use std::mem::MaybeUninit;

/// An operand of an inner loop: a slice of elements, or one number in place of every element.
#[derive(Clone, Copy)]
pub(crate) enum Arg<'a, T> {
    Slice(&'a [T]),
    Number(T),
}

/// Two operands of a loop, at least one of which is a slice.
#[derive(Clone, Copy)]
pub(crate) enum Pair<'a, T> {
    Both(&'a [T], &'a [T]),
    Left(&'a [T], T),
    Right(T, &'a [T]),
}

/// A scratch buffer that repeats one number for a whole block: as large as a long register.
#[repr(align(64))]
pub(crate) struct ScratchBlock([MaybeUninit<u8>; LONG * BLOCK_BYTES]);

impl ScratchBlock {
    #[inline(always)]
    pub fn new() -> ScratchBlock {
        ScratchBlock([const { MaybeUninit::uninit() }; LONG * BLOCK_BYTES])
    }
    /// `n` copies of `c`.
    #[inline(always)]
    fn of<T: Pod>(&mut self, c: T, n: usize) -> &[T] {
        assert!(
            n * size_of::<T>() <= size_of::<ScratchBlock>() && align_of::<T>() <= align_of::<ScratchBlock>()
        );
        // SAFETY: the scratch is large enough and aligned, and every element is written before any is read.
        unsafe {
            let scratch = std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast::<MaybeUninit<T>>(), n);
            scratch.iter_mut().for_each(|x| *x = MaybeUninit::new(c));
            scratch.assume_init_ref()
        }
    }
}

impl<'a, T: Pod> Arg<'a, T> {
    /// The operand as a slice of n elements; a number is repeated in `scratch`.
    #[inline(always)]
    pub fn filled(self, n: usize, scratch: &'a mut ScratchBlock) -> &'a [T] {
        match self {
            Arg::Slice(x) => x,
            Arg::Number(c) => scratch.of(c, n),
        }
    }
}
impl<'a, T: Pod> Pair<'a, T> {
    /// The operands of a loop over n elements. Of two numbers, the first is repeated in `scratch`.
    #[inline(always)]
    pub fn new(x: Arg<'a, T>, y: Arg<'a, T>, n: usize, scratch: &'a mut ScratchBlock) -> Self {
        match (x, y) {
            (Arg::Slice(x), Arg::Slice(y)) => Pair::Both(x, y),
            (Arg::Number(x), Arg::Slice(y)) => Pair::Right(x, y),
            (x, Arg::Number(y)) => Pair::Left(x.filled(n, scratch), y),
        }
    }
    /// Both operands as slices; a number is repeated in `scratch`.
    #[inline(always)]
    pub fn filled(self, scratch: &'a mut ScratchBlock) -> (&'a [T], &'a [T]) {
        match self {
            Pair::Both(x, y) => (x, y),
            Pair::Left(x, y) => (x, Arg::Number(y).filled(x.len(), scratch)),
            Pair::Right(x, y) => (Arg::Number(x).filled(y.len(), scratch), y),
        }
    }
}
