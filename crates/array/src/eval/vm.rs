//! Runs a block program: the iteration space in chunks fixed by its shape (so that results do not depend on the
//! number of threads), each chunk in blocks, each instruction in one loop over a block.

use super::kernels::elementwise::{
    Arg, BinaryBlock, CastBlock, CompareBlock, Convert, Lane, SelectBlock, UnaryBlock,
};
use super::kernels::math::dispatch;
use super::kernels::reduce::{AccumulateBlock, Reduce, RowsBlock, RunBlock, Wide};
use super::kernels::threads;
use super::program::{BLOCK, Instruction, Op, Operand, Program, Sink, Target};
use super::sinks::{Acc, WideVec, Wides, joined};
use super::walk::{Block, Pattern, Read, Walker, prepare};
use crate::buffer::Buffer;
use crate::dtype::{DType, Element};
use bytemuck::Pod;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::{Mutex, OnceLock};

/// Additions of elements in a nanosecond on one core.
const COST_PER_NS: usize = 12;

thread_local! { static REGISTERS: RefCell<Vec<Option<Box<Block>>>> = const { RefCell::new(vec![]) } }

/// Runs `program` over `inputs`; fills `outputs` (contiguous) and `reduced`, the sinks' results.
pub(crate) fn run(program: &Program, inputs: &[&Buffer], outputs: &mut [Buffer], reduced: &mut [Buffer]) {
    let (total, length) = (program.size(), program.chunk());
    if total <= length {
        let outputs = outputs.iter_mut().map(Buffer::bytes_mut).collect();
        let sums = chunk(program, inputs, outputs, 0, total);
        for ((sink, out), acc) in program.sinks.iter().zip(reduced).zip(sums) {
            joined(sink, [acc], out)
        }
        return;
    }
    let n_chunks = total.div_ceil(length);
    let mut parts: Vec<Vec<&mut [u8]>> = (0..n_chunks).map(|_| Vec::with_capacity(outputs.len())).collect();
    for out in outputs.iter_mut() {
        let bytes = length * out.dtype().size();
        let mut chunks = out.bytes_mut().chunks_mut(bytes);
        parts.iter_mut().for_each(|p| p.push(chunks.next().unwrap_or_default()))
    }
    let parts: Vec<Mutex<Vec<&mut [u8]>>> = parts.into_iter().map(Mutex::new).collect();
    let sums: Vec<OnceLock<SmallVec<[Acc; 2]>>> = parts.iter().map(|_| OnceLock::new()).collect();
    threads::for_chunks(n_chunks, total * program.cost() / COST_PER_NS, |k: usize| {
        let outputs = std::mem::take(&mut *parts[k].lock().unwrap_or_else(|e| e.into_inner()));
        let done = chunk(program, inputs, outputs, k * length, ((k + 1) * length).min(total));
        let _ = sums[k].set(done);
    });
    let mut sums: Vec<_> = sums.into_iter().map(|s| s.into_inner().unwrap_or_default().into_iter()).collect();
    for (sink, out) in program.sinks.iter().zip(reduced) {
        joined(sink, sums.iter_mut().filter_map(Iterator::next), out)
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

/// Runs the elements `start..end` on this thread; returns the sinks' accumulators.
fn chunk(
    program: &Program,
    inputs: &[&Buffer],
    outputs: Vec<&mut [u8]>,
    start: usize,
    end: usize,
) -> SmallVec<[Acc; 2]> {
    let sinks = program.sinks.iter().map(|s| Acc::over(program, s, start, end)).collect();
    REGISTERS.with_borrow_mut(|registers| {
        let needed = program.registers + program.inputs.len();
        while registers.len() < needed {
            registers.push(Some(bytemuck::zeroed_box()))
        }
        Chunk { program, inputs, outputs, sinks, registers, start, end }.run()
    })
}

/// One chunk on one thread.
struct Chunk<'a> {
    program: &'a Program,
    inputs: &'a [&'a Buffer],
    outputs: Vec<&'a mut [u8]>,
    sinks: SmallVec<[Acc; 2]>,
    registers: &'a mut Vec<Option<Box<Block>>>,
    start: usize,
    end: usize,
}

/// The block at hand.
struct At<'b> {
    /// Its first element, within the chunk.
    pos: usize,
    n: usize,
    reads: &'b [Read],
}

impl Chunk<'_> {
    fn run(mut self) -> SmallVec<[Acc; 2]> {
        let Program { inputs, sinks, walk, .. } = self.program;
        let from = inputs.iter().map(|i| (i.offset, &i.strides));
        let into = sinks.iter().map(|s| (0, &s.strides));
        let mut walker = Walker::new(walk, self.start, self.end, from.chain(into));
        let (mut pos, mut reads) = (0, SmallVec::<[Read; 8]>::new());
        loop {
            let n = walker.len();
            if n == 0 {
                return self.sinks;
            }
            reads.clear();
            for (k, input) in inputs.iter().enumerate() {
                let register = self.registers[self.program.registers + k].as_deref_mut().expect(HOME);
                reads.push(prepare(input, walker.first[k], n, self.inputs, register))
            }
            let at = At { pos, n, reads: &reads };
            for i in &self.program.code {
                self.step(i, &at)
            }
            for k in 0..sinks.len() {
                self.sink(k, &at, walker.first[inputs.len() + k])
            }
            pos += n;
            walker.advance(n)
        }
    }
}

const HOME: &str = "a register is at home between instructions";

impl Chunk<'_> {
    #[inline(always)]
    fn register(&self, r: usize) -> &Block {
        self.registers[r].as_deref().expect(HOME)
    }

    /// The operand's elements of this block.
    #[inline(always)]
    fn arg<T: Lane>(&self, operand: Operand, at: &At) -> Arg<'_, T> {
        match operand {
            Operand::Register(r) => Arg::Slice(self.register(r as usize).slice(at.n)),
            Operand::Number(c) => Arg::Number(T::of(c)),
            Operand::Input(k) => {
                let input = &self.program.inputs[k as usize];
                let data = |b: usize| self.inputs[b].slice::<T>();
                match (at.reads[k as usize], input.buffer) {
                    (Read::Direct(i), Some(b)) => Arg::Slice(&data(b)[i..i + at.n]),
                    (Read::Same(i), Some(b)) => Arg::Number(data(b)[i]),
                    _ => Arg::Slice(self.register(self.program.registers + k as usize).slice(at.n)),
                }
            }
        }
    }

    fn step(&mut self, i: &Instruction, at: &At) {
        match i.dtype {
            DType::F32 => self.typed::<f32>(i, at),
            DType::F64 => self.typed::<f64>(i, at),
            DType::I32 => self.typed::<i32>(i, at),
            DType::I64 => self.typed::<i64>(i, at),
            DType::Bool => self.typed::<bool>(i, at),
            DType::C64 | DType::C128 => unreachable!("programs compute with planes"),
        }
    }

    fn typed<E: Element<Store: Convert>>(&mut self, i: &Instruction, at: &At) {
        let (a, b, c) = (i.operands[0], i.operands.get(1), i.operands.get(2));
        let b = b.copied().unwrap_or(a);
        match i.op {
            Op::Unary(op) => self.writing(i.target, at, |s, out: &mut [E::Store]| {
                dispatch(UnaryBlock { op, x: s.arg(a, at), out })
            }),
            Op::Binary(op) => self.writing(i.target, at, |s, out: &mut [E::Store]| {
                dispatch(BinaryBlock { op, x: s.arg(a, at), y: s.arg(b, at), out })
            }),
            Op::Compare(op) => self.writing(i.target, at, |s, out| {
                dispatch(CompareBlock::<E::Store> { op, x: s.arg(a, at), y: s.arg(b, at), out })
            }),
            Op::Select => {
                let c = c.copied().unwrap_or(b);
                self.writing(i.target, at, |s, out: &mut [E::Store]| {
                    dispatch(SelectBlock { c: s.arg(a, at), x: s.arg(b, at), y: s.arg(c, at), out })
                })
            }
            Op::Cast(from) => self.writing(i.target, at, |s, out: &mut [E::Store]| match from {
                DType::F32 => dispatch(CastBlock::<f32, E> { x: s.arg(a, at), out }),
                DType::F64 => dispatch(CastBlock::<f64, E> { x: s.arg(a, at), out }),
                DType::I32 => dispatch(CastBlock::<i32, E> { x: s.arg(a, at), out }),
                DType::I64 => dispatch(CastBlock::<i64, E> { x: s.arg(a, at), out }),
                DType::Bool => dispatch(CastBlock::<bool, E> { x: s.arg(a, at), out }),
                DType::C64 | DType::C128 => unreachable!("a complex array is not cast but taken apart"),
            }),
            Op::Complex => self.writing(i.target, at, |s, out: &mut [[E::Store; 2]]| {
                interleave(s.arg::<E::Store>(a, at), s.arg(b, at), out)
            }),
        }
    }

    /// Hands `f` the target's memory; a target is never one of the instruction's operands, so it can be taken out.
    fn writing<T: Pod>(&mut self, target: Target, at: &At, f: impl FnOnce(&Self, &mut [T])) {
        match target {
            Target::Register(r) => {
                let mut block = self.registers[r as usize].take().expect(HOME);
                f(self, block.slice_mut(at.n));
                self.registers[r as usize] = Some(block)
            }
            Target::Output(k) => {
                let out = std::mem::take(&mut self.outputs[k as usize]);
                let size = size_of::<T>();
                f(self, bytemuck::cast_slice_mut(&mut out[at.pos * size..(at.pos + at.n) * size]));
                self.outputs[k as usize] = out
            }
        }
    }

    /// Joins a sink's value of this block with its accumulator.
    fn sink(&mut self, k: usize, at: &At, first: isize) {
        let mut acc = std::mem::replace(&mut self.sinks[k], Acc { lo: 0, wide: WideVec::Int(Wides::new()) });
        let sink = &self.program.sinks[k];
        match (sink.dtype, &mut acc.wide) {
            (DType::F32, WideVec::Float(w)) => self.absorb::<f32>(sink, at, first - acc.lo as isize, w),
            (DType::F64, WideVec::Float(w)) => self.absorb::<f64>(sink, at, first - acc.lo as isize, w),
            (DType::I32, WideVec::Int(w)) => self.absorb::<i32>(sink, at, first - acc.lo as isize, w),
            (DType::I64, WideVec::Int(w)) => self.absorb::<i64>(sink, at, first - acc.lo as isize, w),
            (DType::Bool, WideVec::Int(w)) => self.absorb::<u8>(sink, at, first - acc.lo as isize, w),
            _ => unreachable!("accumulators fit their dtype"),
        }
        self.sinks[k] = acc
    }

    fn absorb<T: Reduce>(&self, sink: &Sink, at: &At, first: isize, acc: &mut [T::Wide]) {
        let block;
        let x = match self.arg::<T>(sink.operand, at) {
            Arg::Slice(x) => x,
            Arg::Number(c) => {
                block = [c; BLOCK];
                &block[..at.n]
            }
        };
        match &sink.pattern {
            Pattern::Same => {
                let acc = &mut acc[first as usize];
                *acc = T::Wide::join(sink.op, *acc, dispatch(RunBlock { op: sink.op, x }))
            }
            Pattern::Direct => {
                dispatch(AccumulateBlock { op: sink.op, acc: &mut acc[first as usize..][..at.n], x })
            }
            Pattern::Table(places) => {
                dispatch(RowsBlock { op: sink.op, acc, first, places: &places[..at.n], run: sink.run, x })
            }
        }
    }
}
