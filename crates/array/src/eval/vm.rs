//! Runs a block program: the iteration space in chunks fixed by its shape (so that results do not depend on the
//! number of threads), each chunk in blocks, each instruction in one loop over a block.

use super::kernels::elementwise::{
    Arg, BinaryBlock, CastBlock, CompareBlock, Convert, Lane, SelectBlock, UnaryBlock,
};
use super::kernels::math::dispatch;
use super::kernels::reduce::{AccumulateBlock, Reduce, RunBlock, Wide};
use super::kernels::threads;
use super::program::{BLOCK, Input, Instruction, Op, Operand, Program, Sink, Target};
use crate::buffer::Buffer;
use crate::dtype::{DType, Element};
use bytemuck::Zeroable;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::{Mutex, OnceLock};

/// Elements of a chunk: enough work to be worth a thread's attention, few enough for all threads to share.
const CHUNK: usize = 1 << 15;
/// Additions of elements in a nanosecond on one core.
const COST_PER_NS: usize = 12;

/// A register.
#[derive(Clone, Copy, bytemuck::Pod, Zeroable)]
#[repr(C, align(64))]
struct Block([u64; BLOCK]);

impl Block {
    fn slice<T: Lane>(&self, n: usize) -> &[T] {
        &bytemuck::cast_slice(&self.0)[..n]
    }
    fn slice_mut<T: Lane>(&mut self, n: usize) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.0)[..n]
    }
}

thread_local! { static REGISTERS: RefCell<Vec<Option<Box<Block>>>> = const { RefCell::new(vec![]) } }

/// An accumulator of a sink, covering the results from `lo` on.
struct Acc {
    lo: usize,
    wide: WideVec,
}
enum WideVec {
    Float(Vec<f64>),
    Int(Vec<i64>),
}

/// Runs `program` over `inputs`; fills `outputs` (contiguous) and returns the sinks' results.
pub(crate) fn run(program: &Program, inputs: &[&Buffer], outputs: &mut [Buffer]) -> Vec<Buffer> {
    let total = program.size();
    let n_chunks = total.div_ceil(CHUNK).max(1);
    let mut parts: Vec<Vec<&mut [u8]>> = (0..n_chunks).map(|_| Vec::with_capacity(outputs.len())).collect();
    for out in outputs.iter_mut() {
        let bytes = CHUNK * out.dtype().size();
        let mut chunks = out.bytes_mut().chunks_mut(bytes);
        parts.iter_mut().for_each(|p| p.push(chunks.next().unwrap_or_default()))
    }
    let parts: Vec<Mutex<Vec<&mut [u8]>>> = parts.into_iter().map(Mutex::new).collect();
    let sums: Vec<OnceLock<Vec<Acc>>> = parts.iter().map(|_| OnceLock::new()).collect();
    let chunk = |k: usize| {
        let outputs = std::mem::take(&mut *parts[k].lock().unwrap_or_else(|e| e.into_inner()));
        let (start, end) = (k * CHUNK, ((k + 1) * CHUNK).min(total));
        let sinks = program.sinks.iter().map(|s| Acc::over(program, s, start, end)).collect();
        let done = REGISTERS.with_borrow_mut(|registers| {
            let needed = program.registers + program.inputs.len();
            while registers.len() < needed {
                registers.push(Some(bytemuck::zeroed_box()))
            }
            Chunk { program, inputs, outputs, sinks, registers, start, end }.run()
        });
        let _ = sums[k].set(done);
    };
    threads::for_chunks(n_chunks, total * program.cost() / COST_PER_NS, chunk);
    let mut sums: Vec<std::vec::IntoIter<Acc>> =
        sums.into_iter().map(|s| s.into_inner().unwrap_or_default().into_iter()).collect();
    program
        .sinks
        .iter()
        .map(|sink| joined(sink, sums.iter_mut().filter_map(Iterator::next).collect()))
        .collect()
}

/// The chunks' accumulators joined in order.
fn joined(sink: &Sink, parts: Vec<Acc>) -> Buffer {
    fn join<T: Reduce>(sink: &Sink, parts: impl Iterator<Item = (usize, Vec<T::Wide>)>) -> Buffer {
        let mut all = vec![T::Wide::start(sink.op); sink.size];
        for (lo, part) in parts {
            all[lo..].iter_mut().zip(part).for_each(|(a, b)| *a = T::Wide::join(sink.op, *a, b))
        }
        let mut out = Buffer::dirty(sink.size, sink.dtype);
        out.slice_mut::<T>().iter_mut().zip(all).for_each(|(y, a)| *y = T::narrow(a));
        out
    }
    let floats = |a: Acc| match a.wide {
        WideVec::Float(v) => (a.lo, v),
        WideVec::Int(_) => unreachable!("floats accumulate in floats"),
    };
    let ints = |a: Acc| match a.wide {
        WideVec::Int(v) => (a.lo, v),
        WideVec::Float(_) => unreachable!("integers accumulate in integers"),
    };
    let parts = parts.into_iter();
    match sink.dtype {
        DType::F32 => join::<f32>(sink, parts.map(floats)),
        DType::F64 => join::<f64>(sink, parts.map(floats)),
        DType::I32 => join::<i32>(sink, parts.map(ints)),
        DType::I64 => join::<i64>(sink, parts.map(ints)),
        DType::Bool => join::<u8>(sink, parts.map(ints)),
    }
}

impl Acc {
    /// For the results that the elements `start..end` of the iteration space go to.
    fn over(program: &Program, sink: &Sink, start: usize, end: usize) -> Acc {
        let (mut lo, mut hi) = (0, 0);
        if end > start {
            let (first, last) = (unravel(start, &program.dims), unravel(end - 1, &program.dims));
            let mut apart = false;
            for k in 0..program.dims.len() {
                let stride = sink.strides[k] as usize;
                // Behind the first axis on which the ends differ, an axis is run through as a whole.
                let (a, b) = if apart { (0, program.dims[k] - 1) } else { (first[k], last[k]) };
                lo += a * stride;
                hi += b * stride;
                apart |= first[k] != last[k]
            }
            hi += 1
        }
        let wide = match sink.dtype {
            DType::F32 | DType::F64 => WideVec::Float(vec![f64::start(sink.op); hi - lo]),
            DType::I32 | DType::I64 | DType::Bool => WideVec::Int(vec![i64::start(sink.op); hi - lo]),
        };
        Acc { lo, wide }
    }
}

type Index = SmallVec<[usize; 6]>;

fn unravel(mut i: usize, dims: &[usize]) -> Index {
    let mut index: Index = SmallVec::from_elem(0, dims.len());
    for k in (0..dims.len()).rev() {
        index[k] = i % dims[k];
        i /= dims[k]
    }
    index
}

/// One chunk on one thread.
struct Chunk<'a> {
    program: &'a Program,
    inputs: &'a [&'a Buffer],
    outputs: Vec<&'a mut [u8]>,
    sinks: Vec<Acc>,
    registers: &'a mut Vec<Option<Box<Block>>>,
    start: usize,
    end: usize,
}

/// How an input's elements of the present block are read.
#[derive(Clone, Copy)]
enum Read {
    /// In place, from this element of the buffer on.
    Direct(usize),
    /// One element for the whole block.
    Same(usize),
    /// Copied to the input's own register.
    Gathered,
}

/// The block at hand.
struct At<'b> {
    /// Its first element, within the chunk.
    pos: usize,
    n: usize,
    reads: &'b [Read],
}

impl Chunk<'_> {
    fn run(mut self) -> Vec<Acc> {
        let dims = &self.program.dims;
        let inner = dims.last().copied().unwrap_or(1);
        let mut pos = self.start;
        let mut reads: SmallVec<[Read; 8]> = SmallVec::new();
        while pos < self.end {
            let index = unravel(pos, dims);
            // Long rows end blocks, so that what is even along a row is read in place.
            let row = if inner >= 128 { inner - index.last().copied().unwrap_or(0) } else { usize::MAX };
            let n = BLOCK.min(self.end - pos).min(row);
            reads.clear();
            for (k, input) in self.program.inputs.iter().enumerate() {
                let register = self.registers[self.program.registers + k].as_deref_mut().expect(HOME);
                reads.push(prepare(input, &index, dims, n, self.inputs, register))
            }
            let at = At { pos: pos - self.start, n, reads: &reads };
            for i in &self.program.code {
                self.step(i, &at)
            }
            for k in 0..self.program.sinks.len() {
                self.sink(k, &at, &index)
            }
            pos += n
        }
        self.sinks
    }
}

/// Finds out how to read an input's block, and gathers it if there is no shorter way.
#[inline(always)]
fn prepare(
    input: &Input,
    index: &Index,
    dims: &[usize],
    n: usize,
    buffers: &[&Buffer],
    register: &mut Block,
) -> Read {
    let first = input.offset as isize
        + index.iter().zip(&input.strides).map(|(&i, &s)| i as isize * s).sum::<isize>();
    let inner = dims.len().wrapping_sub(1);
    let within_row = dims.is_empty() || index[inner] + n <= dims[inner];
    let step = input.strides.last().copied().unwrap_or(0);
    if let (Some(_), true) = (input.buffer, within_row) {
        match step {
            1 => return Read::Direct(first as usize),
            0 => return Read::Same(first as usize),
            _ => {}
        }
    }
    match input.buffer {
        None => match input.dtype {
            DType::F32 => iota(input, index, dims, first, register.slice_mut::<f32>(n), n),
            DType::F64 => iota(input, index, dims, first, register.slice_mut::<f64>(n), n),
            DType::I32 => iota(input, index, dims, first, register.slice_mut::<i32>(n), n),
            DType::I64 => iota(input, index, dims, first, register.slice_mut::<i64>(n), n),
            DType::Bool => iota(input, index, dims, first, register.slice_mut::<u8>(n), n),
        },
        Some(b) => match input.dtype.size() {
            8 => gather::<u64>(
                input,
                index,
                dims,
                first,
                buffers[b].slice(),
                bytemuck::cast_slice_mut(&mut register.0),
                n,
            ),
            4 => gather::<u32>(
                input,
                index,
                dims,
                first,
                buffers[b].slice(),
                bytemuck::cast_slice_mut(&mut register.0),
                n,
            ),
            _ => gather::<u8>(
                input,
                index,
                dims,
                first,
                buffers[b].slice(),
                bytemuck::cast_slice_mut(&mut register.0),
                n,
            ),
        },
    }
    Read::Gathered
}

/// Walks over the rows of a block: calls `f(done, run, place)` for each run of elements evenly laid along the last axis.
#[inline(always)]
fn runs(
    index: &Index,
    dims: &[usize],
    strides: &[isize],
    first: isize,
    n: usize,
    mut f: impl FnMut(usize, usize, isize),
) {
    if dims.is_empty() {
        return f(0, n, first);
    }
    let (mut index, mut place, mut done) = (index.clone(), first, 0);
    let inner = dims.len() - 1;
    while done < n {
        let run = (dims[inner] - index[inner]).min(n - done);
        f(done, run, place);
        done += run;
        if done == n {
            break;
        }
        place -= index[inner] as isize * strides[inner];
        index[inner] = 0;
        for k in (0..inner).rev() {
            index[k] += 1;
            place += strides[k];
            if index[k] < dims[k] {
                break;
            }
            place -= dims[k] as isize * strides[k];
            index[k] = 0
        }
    }
}

#[inline(always)]
fn gather<T: Copy>(
    input: &Input,
    index: &Index,
    dims: &[usize],
    first: isize,
    data: &[T],
    out: &mut [T],
    n: usize,
) {
    let step = input.strides.last().copied().unwrap_or(0);
    runs(index, dims, &input.strides, first, n, |done, run, place| {
        let out = &mut out[done..done + run];
        match step {
            1 => out.copy_from_slice(&data[place as usize..place as usize + run]),
            0 => out.fill(data[place as usize]),
            _ => {
                out.iter_mut().enumerate().for_each(|(j, y)| *y = data[(place + j as isize * step) as usize])
            }
        }
    })
}

/// An index input: its values are its places.
fn iota<T: Lane>(input: &Input, index: &Index, dims: &[usize], first: isize, out: &mut [T], n: usize) {
    let step = input.strides.last().copied().unwrap_or(0);
    runs(index, dims, &input.strides, first, n, |done, run, place| {
        let run = &mut out[done..done + run];
        run.iter_mut().enumerate().for_each(|(j, y)| *y = T::of((place + j as isize * step) as f64))
    })
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
            }),
        }
    }

    /// Hands `f` the target's memory; a target is never one of the instruction's operands, so it can be taken out.
    fn writing<T: Lane>(&mut self, target: Target, at: &At, f: impl FnOnce(&Self, &mut [T])) {
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
    fn sink(&mut self, k: usize, at: &At, index: &Index) {
        let mut acc = std::mem::replace(&mut self.sinks[k], Acc { lo: 0, wide: WideVec::Int(vec![]) });
        let sink = &self.program.sinks[k];
        match (sink.dtype, &mut acc.wide) {
            (DType::F32, WideVec::Float(w)) => self.absorb::<f32>(sink, at, index, acc.lo, w),
            (DType::F64, WideVec::Float(w)) => self.absorb::<f64>(sink, at, index, acc.lo, w),
            (DType::I32, WideVec::Int(w)) => self.absorb::<i32>(sink, at, index, acc.lo, w),
            (DType::I64, WideVec::Int(w)) => self.absorb::<i64>(sink, at, index, acc.lo, w),
            (DType::Bool, WideVec::Int(w)) => self.absorb::<u8>(sink, at, index, acc.lo, w),
            _ => unreachable!("accumulators fit their dtype"),
        }
        self.sinks[k] = acc
    }

    fn absorb<T: Reduce>(&self, sink: &Sink, at: &At, index: &Index, lo: usize, acc: &mut [T::Wide]) {
        let dims = &self.program.dims;
        let first =
            index.iter().zip(&sink.strides).map(|(&i, &s)| i as isize * s).sum::<isize>() - lo as isize;
        let step = sink.strides.last().copied().unwrap_or(0);
        let x = self.arg::<T>(sink.operand, at);
        runs(index, dims, &sink.strides, first, at.n, |done, run, place| {
            let block;
            let x = match x {
                Arg::Slice(x) => &x[done..done + run],
                Arg::Number(c) => {
                    block = [c; BLOCK];
                    &block[..run]
                }
            };
            let place = place as usize;
            if step == 0 {
                acc[place] = T::Wide::join(sink.op, acc[place], dispatch(RunBlock { op: sink.op, x }))
            } else {
                dispatch(AccumulateBlock { op: sink.op, acc: &mut acc[place..place + run], x })
            }
        })
    }
}
