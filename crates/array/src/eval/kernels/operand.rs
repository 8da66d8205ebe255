//! Operands of inner loops: elements, or one number for all, which is written out where a loop for it is not worth compiling.

use crate::eval::ir::program::{BLOCK_BYTES, LONG};
use bytemuck::Pod;
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

/// ScratchBlock for a block of one number: as much as a register.
#[repr(align(64))]
pub(crate) struct ScratchBlock([MaybeUninit<u8>; LONG * BLOCK_BYTES]);

impl ScratchBlock {
    #[inline(always)]
    pub fn new() -> ScratchBlock {
        ScratchBlock([const { MaybeUninit::uninit() }; LONG * BLOCK_BYTES])
    }
    /// n times c.
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
    /// As elements, n of them.
    #[inline(always)]
    pub fn filled(self, n: usize, scratch: &'a mut ScratchBlock) -> &'a [T] {
        match self {
            Arg::Slice(x) => x,
            Arg::Number(c) => scratch.of(c, n),
        }
    }
}
impl<'a, T: Pod> Pair<'a, T> {
    /// Of n elements; two numbers are as many of the one, and the other.
    #[inline(always)]
    pub fn new(x: Arg<'a, T>, y: Arg<'a, T>, n: usize, scratch: &'a mut ScratchBlock) -> Self {
        match (x, y) {
            (Arg::Slice(x), Arg::Slice(y)) => Pair::Both(x, y),
            (Arg::Number(x), Arg::Slice(y)) => Pair::Right(x, y),
            (x, Arg::Number(y)) => Pair::Left(x.filled(n, scratch), y),
        }
    }
    /// As elements both.
    #[inline(always)]
    pub fn filled(self, scratch: &'a mut ScratchBlock) -> (&'a [T], &'a [T]) {
        match self {
            Pair::Both(x, y) => (x, y),
            Pair::Left(x, y) => (x, Arg::Number(y).filled(x.len(), scratch)),
            Pair::Right(x, y) => (Arg::Number(x).filled(y.len(), scratch), y),
        }
    }
}
