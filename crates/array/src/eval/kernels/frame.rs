//! The frame of a block program: the addresses of registers, inputs and outputs for the current block, and
//! the execution of instructions on them.
//!
//! Bounds are checked once for each block. An instruction then only combines the addresses of its operands.

use super::blocks::{BinaryBlock, CastBlock, CompareBlock, ConvertElement, SelectBlock, UnaryBlock};
use super::elementwise::Lane;
use super::math::dispatch;
#[cfg(all(feature = "native", target_arch = "x86_64"))]
use super::native::{Entry, Segment, Slot};
use super::operand::Arg;
use crate::dtype::DType;
#[cfg(all(feature = "native", target_arch = "x86_64"))]
use crate::eval::ir::program::LONG;
use crate::eval::ir::program::{BLOCK_BYTES, Instruction, Op, Operand, Program, Target};
use crate::eval::ir::register::RegisterFile;
use bytemuck::{Pod, Zeroable};
use smallvec::SmallVec;
use std::marker::PhantomData;

/// The memory of a register, or of a part of a long register, and one cache line of padding. Without the
/// padding all registers would have the same offset within a page, and a processor takes a load to depend on
/// a recent store if the lowest twelve bits of their addresses are the same.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
pub(crate) struct Block([u64; BLOCK_BYTES / 8], [u64; 8]);

/// The address of an input's block.
#[derive(Clone, Copy)]
enum Place {
    /// Consecutive elements.
    Elements(*const u8),
    /// One element that stands for the whole block.
    One(*const u8),
    /// Zeros.
    Zero,
}

/// The addresses of the operands of a block.
pub(crate) struct Frame<'a> {
    registers: *mut Block,
    file: RegisterFile,
    /// The number of [`Block`]s in a register.
    long: usize,
    inputs: SmallVec<[Place; 8]>,
    outputs: SmallVec<[*mut u8; 4]>,
    n: usize,
    memory: PhantomData<&'a mut [u8]>,
}

impl<'a> Frame<'a> {
    /// A frame for the blocks of a program. The first registers are those of the code; the others hold
    /// gathered inputs.
    #[inline(always)]
    pub fn new(program: &Program, registers: &'a mut [Block]) -> Frame<'a> {
        assert!(registers.len() >= program.blocks(), "a register for everything");
        let inputs = SmallVec::from_elem(Place::Zero, program.inputs.len());
        let outputs = SmallVec::from_elem(std::ptr::null_mut(), program.outputs.len());
        Frame {
            registers: registers.as_mut_ptr(),
            file: program.registers,
            long: program.long,
            inputs,
            outputs,
            n: 0,
            memory: PhantomData,
        }
    }
    /// A register's memory.
    ///
    /// # Safety
    /// `registers` contains register number `k`.
    #[inline(always)]
    unsafe fn register(&self, k: usize) -> *mut u8 {
        // SAFETY: registers lie one after the other.
        unsafe { self.registers.add(k * self.long).cast() }
    }
    /// Starts a block of n elements, whose results go to elements pos … pos + n of the outputs.
    pub fn begin(&mut self, program: &Program, n: usize, pos: usize, outputs: &mut [&mut [u8]]) {
        self.n = n;
        for (k, (out, dtype)) in outputs.iter_mut().zip(&program.outputs).enumerate() {
            let size = dtype.size();
            self.outputs[k] = out[pos * size..(pos + n) * size].as_mut_ptr()
        }
    }
    /// Lets the block of input `k` begin at `data`.
    pub fn elements<T: Pod>(&mut self, k: usize, data: &'a [T]) {
        assert!(data.len() >= self.n, "an input covers the block");
        self.inputs[k] = Place::Elements(data.as_ptr().cast())
    }
    /// Sets all elements of input `k` to `x`.
    pub fn one<T: Pod>(&mut self, k: usize, x: &'a T) {
        self.inputs[k] = Place::One((&raw const *x).cast())
    }
    /// Sets all elements of input `k` to zero.
    pub fn zero(&mut self, k: usize) {
        self.inputs[k] = Place::Zero
    }
    /// The register that input `k` is gathered in.
    fn own(&self, program: &Program, k: usize) -> *mut u8 {
        let own = program.inputs[k].gathered.expect("what is gathered has a register") as usize;
        assert!(own < program.gathered);
        // SAFETY: `new` checked that there is a register for everything. Those of inputs are behind those of
        // the code.
        unsafe { self.register(program.registers.len() + own) }
    }
    /// The register of a gathered input, for the caller to fill. The input's block is read from there.
    pub fn gathered<T: Pod>(&mut self, program: &Program, k: usize) -> &mut [T] {
        assert!(self.n * size_of::<T>() <= self.long * BLOCK_BYTES);
        // SAFETY: the register has room for n elements, and nothing else uses it.
        let out: &mut [T] = unsafe { std::slice::from_raw_parts_mut(self.own(program, k).cast(), self.n) };
        self.inputs[k] = Place::Elements(out.as_ptr().cast());
        out
    }
    /// Lets input `k`, which shares the memory of an output, be read from there.
    pub fn under(&mut self, program: &Program, k: usize, output: usize) {
        assert!(program.outputs[output].size() == program.inputs[k].dtype.size());
        self.inputs[k] = Place::Elements(self.outputs[output])
    }
    /// Copies input `k`, which shares the memory of an output, to its own register, before the output
    /// overwrites it.
    pub fn gathered_under(&mut self, program: &Program, k: usize, output: usize) {
        let size = program.inputs[k].dtype.size();
        let from = self.outputs[output];
        let n = self.n * size;
        assert!(n <= self.long * BLOCK_BYTES && program.outputs[output].size() == size);
        let to = self.own(program, k);
        // SAFETY: the block's part of the output has n bytes, the register has room for them, and the two do
        // not overlap.
        unsafe { std::ptr::copy_nonoverlapping(from, to, n) }
        self.inputs[k] = Place::Elements(to)
    }

    /// The elements of an operand in this block.
    #[inline(always)]
    pub fn arg<T: Lane>(&self, operand: Operand) -> Arg<'_, T> {
        // SAFETY: registers and inputs hold n elements of the operand's type, as checked when the block
        // began. An instruction writes to a target that is none of its operands.
        unsafe {
            let elements = |p: *const u8| Arg::Slice(std::slice::from_raw_parts(p.cast::<T>(), self.n));
            match operand {
                Operand::Register(r) => {
                    debug_assert_eq!(r.width().bytes(), size_of::<T>());
                    elements(self.register(self.file.place(r)))
                }
                Operand::Number(c) => Arg::Number(T::of(c)),
                Operand::Input(k) => match self.inputs[k as usize] {
                    Place::Elements(p) => elements(p),
                    Place::One(p) => Arg::Number(*p.cast::<T>()),
                    Place::Zero => Arg::Number(T::of(0.0)),
                },
            }
        }
    }
    /// The target's memory.
    ///
    /// # Safety
    /// The target is no operand of the instruction.
    #[inline(always)]
    #[allow(clippy::mut_from_ref, reason = "what a program writes to is not what it reads")]
    unsafe fn target<T: Pod>(&self, target: Target) -> &mut [T] {
        // SAFETY: registers are as large as blocks; outputs were checked when the block began.
        unsafe {
            let p = match target {
                Target::Register(r) => {
                    debug_assert_eq!(r.width().bytes(), size_of::<T>());
                    self.register(self.file.place(r)).cast()
                }
                Target::Output(k) => self.outputs[k as usize].cast(),
            };
            std::slice::from_raw_parts_mut(p, self.n)
        }
    }

    /// Runs one instruction of the program.
    pub fn step(&mut self, i: &Instruction) {
        match i.dtype {
            DType::F32 => self.typed::<f32>(i),
            DType::F64 => self.typed::<f64>(i),
            DType::I32 => self.typed::<i32>(i),
            DType::I64 => self.typed::<i64>(i),
            DType::Bool => self.typed::<bool>(i),
            DType::C64 | DType::C128 => unreachable!("programs compute with planes"),
        }
    }
    /// Runs one segment of the program.
    #[cfg(all(feature = "native", target_arch = "x86_64"))]
    pub fn segment(&mut self, segment: &Segment, entry: Entry) {
        static ZEROS: [u64; LONG * BLOCK_BYTES / 8] = [0; LONG * BLOCK_BYTES / 8];
        let place = |slot: &Slot| match *slot {
            // SAFETY: `registers` contains every register that the code names.
            Slot::Register(r) => unsafe { self.register(self.file.place(r)) },
            Slot::Output(k) => self.outputs[k as usize],
            Slot::Input(k) => match self.inputs[k as usize] {
                Place::Elements(p) | Place::One(p) => p.cast_mut(),
                Place::Zero => ZEROS.as_ptr().cast_mut().cast(),
            },
        };
        // The code loads the first few addresses of the table even if it has fewer slots.
        let (mut few, mut many) = ([std::ptr::null_mut(); 16], vec![]);
        let table = if segment.slots.len() <= few.len() {
            &mut few[..]
        } else {
            many.resize(segment.slots.len(), std::ptr::null_mut());
            &mut many
        };
        table.iter_mut().zip(&segment.slots).for_each(|(to, slot)| *to = place(slot));
        // SAFETY: registers, outputs and inputs hold n elements, as checked when the block began; an input
        // with one element for the whole block is read as one. The code writes to registers and outputs. It
        // writes to a register only elements of its width, and to no place that it still reads: an input
        // under an output that would be overwritten too early was copied.
        unsafe { entry(table.as_ptr(), self.n) }
    }
    #[inline(always)]
    fn typed<E: ConvertElement>(&mut self, i: &Instruction) {
        let (a, b, c) = (i.operands[0], i.operands.get(1), i.operands.get(2));
        let b = b.copied().unwrap_or(a);
        // SAFETY: no target is an operand. A program frees an operand's register after the instruction that
        // reads it last, and an input under an output was copied unless its last reader comes before the
        // instruction that writes.
        match i.op {
            Op::Unary(op) => {
                let out = unsafe { self.target::<E::Store>(i.target) };
                dispatch(UnaryBlock { op, x: self.arg(a), out })
            }
            Op::Binary(op) => {
                let out = unsafe { self.target::<E::Store>(i.target) };
                dispatch(BinaryBlock { op, x: self.arg(a), y: self.arg(b), out })
            }
            Op::Compare(op) => {
                let out = unsafe { self.target(i.target) };
                dispatch(CompareBlock::<E::Store> { op, x: self.arg(a), y: self.arg(b), out })
            }
            Op::Select => {
                let out = unsafe { self.target::<E::Store>(i.target) };
                let (x, y) = (self.arg(b), self.arg(c.copied().unwrap_or(b)));
                dispatch(SelectBlock { c: self.arg(a), x, y, out })
            }
            Op::Cast(from) => {
                let out = unsafe { self.target::<E::Store>(i.target) };
                match from {
                    DType::F32 => dispatch(CastBlock::<f32, E> { x: self.arg(a), out }),
                    DType::F64 => dispatch(CastBlock::<f64, E> { x: self.arg(a), out }),
                    DType::I32 => dispatch(CastBlock::<i32, E> { x: self.arg(a), out }),
                    DType::I64 => dispatch(CastBlock::<i64, E> { x: self.arg(a), out }),
                    DType::Bool => dispatch(CastBlock::<bool, E> { x: self.arg(a), out }),
                    DType::C64 | DType::C128 => unreachable!("a complex array is not cast but taken apart"),
                }
            }
            Op::Complex => {
                let out = unsafe { self.target::<[E::Store; 2]>(i.target) };
                interleave(self.arg::<E::Store>(a), self.arg(b), out)
            }
        }
    }
}

/// Interleaves real and imaginary parts.
fn interleave<T: Lane>(re: Arg<T>, im: Arg<T>, out: &mut [[T; 2]]) {
    match (re, im) {
        (Arg::Slice(re), Arg::Slice(im)) => {
            out.iter_mut().zip(re.iter().zip(im)).for_each(|(z, (&re, &im))| *z = [re, im])
        }
        (Arg::Slice(re), Arg::Number(im)) => out.iter_mut().zip(re).for_each(|(z, &re)| *z = [re, im]),
        (Arg::Number(re), Arg::Slice(im)) => out.iter_mut().zip(im).for_each(|(z, &im)| *z = [re, im]),
        (Arg::Number(re), Arg::Number(im)) => out.fill([re, im]),
    }
}
