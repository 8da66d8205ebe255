//! The block of a program at hand: where its registers, inputs and outputs lie, and the instructions on them.
//!
//! Everything is checked once for a block; an instruction then only puts its operands' places together.

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

/// A register, or part of a long one; and a line more, or all registers would lie alike within a page: a processor takes a load
/// for one of what was just stored if the last twelve bits of their addresses are the same.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(64))]
pub(crate) struct Block([u64; BLOCK_BYTES / 8], [u64; 8]);

/// Where an input's block lies.
#[derive(Clone, Copy)]
enum Place {
    /// Elements one after the other.
    Elements(*const u8),
    /// One element for all.
    One(*const u8),
    /// Zeros.
    Zero,
}

/// Where the operands of a block lie.
pub(crate) struct Frame<'a> {
    registers: *mut Block,
    file: RegisterFile,
    /// Blocks of a register.
    long: usize,
    inputs: SmallVec<[Place; 8]>,
    outputs: SmallVec<[*mut u8; 4]>,
    n: usize,
    memory: PhantomData<&'a mut [u8]>,
}

impl<'a> Frame<'a> {
    /// For a program's blocks; the first registers are the code's, the others those of inputs that are gathered.
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
    /// There is one of this number.
    #[inline(always)]
    unsafe fn register(&self, k: usize) -> *mut u8 {
        // SAFETY: registers lie one after the other.
        unsafe { self.registers.add(k * self.long).cast() }
    }
    /// Starts a block of n elements that goes to these parts of the outputs.
    pub fn begin(&mut self, program: &Program, n: usize, pos: usize, outputs: &mut [&mut [u8]]) {
        self.n = n;
        for (k, (out, dtype)) in outputs.iter_mut().zip(&program.outputs).enumerate() {
            let size = dtype.size();
            self.outputs[k] = out[pos * size..(pos + n) * size].as_mut_ptr()
        }
    }
    /// An input's block lies here.
    pub fn elements<T: Pod>(&mut self, k: usize, data: &'a [T]) {
        assert!(data.len() >= self.n, "an input covers the block");
        self.inputs[k] = Place::Elements(data.as_ptr().cast())
    }
    /// An input is this one element.
    pub fn one<T: Pod>(&mut self, k: usize, x: &'a T) {
        self.inputs[k] = Place::One((&raw const *x).cast())
    }
    /// An input is zero.
    pub fn zero(&mut self, k: usize) {
        self.inputs[k] = Place::Zero
    }
    /// The register that an input is gathered in.
    fn own(&self, program: &Program, k: usize) -> *mut u8 {
        let own = program.inputs[k].gathered.expect("what is gathered has a register") as usize;
        assert!(own < program.gathered);
        // SAFETY: there is a register for everything, these behind those of the code.
        unsafe { self.register(program.registers.len() + own) }
    }
    /// An input's own register, which is where its block lies from now on.
    pub fn gathered<T: Pod>(&mut self, program: &Program, k: usize) -> &mut [T] {
        assert!(self.n * size_of::<T>() <= self.long * BLOCK_BYTES);
        // SAFETY: n elements have scratch in it, and nothing else lies there.
        let out: &mut [T] = unsafe { std::slice::from_raw_parts_mut(self.own(program, k).cast(), self.n) };
        self.inputs[k] = Place::Elements(out.as_ptr().cast());
        out
    }
    /// An input that lies under an output, read there.
    pub fn under(&mut self, program: &Program, k: usize, output: usize) {
        assert!(program.outputs[output].size() == program.inputs[k].dtype.size());
        self.inputs[k] = Place::Elements(self.outputs[output])
    }
    /// Its elements in its own register, before they are written over.
    pub fn gathered_under(&mut self, program: &Program, k: usize, output: usize) {
        let size = program.inputs[k].dtype.size();
        let from = self.outputs[output];
        let n = self.n * size;
        assert!(n <= self.long * BLOCK_BYTES && program.outputs[output].size() == size);
        let to = self.own(program, k);
        // SAFETY: the block's part of the output, as large as the register's, which is other memory.
        unsafe { std::ptr::copy_nonoverlapping(from, to, n) }
        self.inputs[k] = Place::Elements(to)
    }

    /// The operand's elements of this block.
    #[inline(always)]
    pub fn arg<T: Lane>(&self, operand: Operand) -> Arg<'_, T> {
        // SAFETY: registers and inputs hold n elements of the operand's type, as checked when the block began; the code
        // writes to a register of its own.
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
    /// It is no operand of the instruction.
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
            // SAFETY: there is a register for every one that the code names.
            Slot::Register(r) => unsafe { self.register(self.file.place(r)) },
            Slot::Output(k) => self.outputs[k as usize],
            Slot::Input(k) => match self.inputs[k as usize] {
                Place::Elements(p) | Place::One(p) => p.cast_mut(),
                Place::Zero => ZEROS.as_ptr().cast_mut().cast(),
            },
        };
        // The first few addresses are loaded, whether or not there are so many.
        let (mut few, mut many) = ([std::ptr::null_mut(); 16], vec![]);
        let table = if segment.slots.len() <= few.len() {
            &mut few[..]
        } else {
            many.resize(segment.slots.len(), std::ptr::null_mut());
            &mut many
        };
        table.iter_mut().zip(&segment.slots).for_each(|(to, slot)| *to = place(slot));
        // SAFETY: registers, outputs and inputs hold n elements, as checked when the block began (an input that is one element
        // in every block is read as such); the code writes to registers and outputs, to a register only elements of its width, and to
        // no place that it reads again: an input under an output that would be was copied.
        unsafe { entry(table.as_ptr(), self.n) }
    }
    #[inline(always)]
    fn typed<E: ConvertElement>(&mut self, i: &Instruction) {
        let (a, b, c) = (i.operands[0], i.operands.get(1), i.operands.get(2));
        let b = b.copied().unwrap_or(a);
        // SAFETY: a program frees an operand's register after the instruction that reads it last, and an input under an
        // output was copied unless its last reader comes before the instruction that writes, so no target is an operand.
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

/// Real and imaginary parts side by side.
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
