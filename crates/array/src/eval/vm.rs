//! Runs a block program: the iteration space in chunks fixed by its shape (so that results do not depend on the
//! number of threads), each chunk in blocks, each instruction in one loop over a block.

use super::kernels::elementwise::Arg;
use super::kernels::frame::{Block, Frame};
use super::kernels::math::dispatch;
use super::kernels::native::Native;
use super::kernels::reduce::{AccumulateBlock, Reduce, RowsBlock, RunBlock, Wide};
use super::kernels::threads;
use super::program::{Program, Sink, Source};
use super::sinks::{Acc, WideVec, Wides, joined};
use super::walk::{Pattern, Walker, constant, iota, prepare};
use crate::buffer::Buffer;
use crate::dtype::{DType, with_store};
use bytemuck::Zeroable;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::sync::{Mutex, OnceLock};

thread_local! { static REGISTERS: RefCell<Vec<Block>> = const { RefCell::new(vec![]) } }

/// A chunk's part of each output.
type Parts<'a> = SmallVec<[&'a mut [u8]; 4]>;

/// Runs `program` over `inputs`; fills `outputs` (contiguous) and `reduced`, the sinks' results. An input under an output is
/// in that output's memory.
pub(crate) fn run(
    program: &Program,
    inputs: &[Option<&Buffer>],
    outputs: &mut [Buffer],
    reduced: &mut [Buffer],
) {
    let (total, length, time) = (program.size(), program.chunk(), program.time());
    let native = program.native.get(program, time);
    if total <= length {
        let outputs = outputs.iter_mut().map(Buffer::bytes_mut).collect();
        let sums = chunk(program, native, inputs, outputs, 0, total);
        for ((sink, out), acc) in program.sinks.iter().zip(reduced).zip(sums) {
            joined(sink, [acc], out)
        }
        return;
    }
    let n_chunks = total.div_ceil(length);
    let mut parts: Vec<Parts> = (0..n_chunks).map(|_| Parts::new()).collect();
    for out in outputs.iter_mut() {
        let bytes = length * out.dtype().size();
        let mut chunks = out.bytes_mut().chunks_mut(bytes);
        parts.iter_mut().for_each(|p| p.push(chunks.next().unwrap_or_default()))
    }
    let parts: Vec<Mutex<Parts>> = parts.into_iter().map(Mutex::new).collect();
    let sums: Vec<OnceLock<SmallVec<[Acc; 2]>>> = parts.iter().map(|_| OnceLock::new()).collect();
    threads::for_chunks(n_chunks, time, |k: usize| {
        let outputs = std::mem::take(&mut *parts[k].lock().unwrap_or_else(|e| e.into_inner()));
        let done = chunk(program, native, inputs, outputs, k * length, ((k + 1) * length).min(total));
        let _ = sums[k].set(done);
    });
    let mut sums: Vec<_> = sums.into_iter().map(|s| s.into_inner().unwrap_or_default().into_iter()).collect();
    for (sink, out) in program.sinks.iter().zip(reduced) {
        joined(sink, sums.iter_mut().filter_map(Iterator::next), out)
    }
}

/// Runs the elements `start..end` on this thread; returns the sinks' accumulators.
fn chunk(
    program: &Program,
    native: Option<&Native>,
    inputs: &[Option<&Buffer>],
    outputs: Parts,
    start: usize,
    end: usize,
) -> SmallVec<[Acc; 2]> {
    let sinks = program.sinks.iter().map(|s| Acc::over(program, s, start, end)).collect();
    REGISTERS.with_borrow_mut(|registers| {
        let needed = (program.registers + program.inputs.len()) * program.long;
        if registers.len() < needed {
            registers.resize(needed, Zeroable::zeroed())
        }
        Chunk { native, inputs, outputs, sinks, frame: Frame::new(program, registers), start, end }
            .run(program)
    })
}

/// One chunk on one thread.
struct Chunk<'a, 'o> {
    native: Option<&'a Native>,
    inputs: &'a [Option<&'a Buffer>],
    outputs: Parts<'o>,
    sinks: SmallVec<[Acc; 2]>,
    frame: Frame<'a>,
    start: usize,
    end: usize,
}

impl Chunk<'_, '_> {
    fn run(mut self, program: &Program) -> SmallVec<[Acc; 2]> {
        let Program { inputs, sinks, walk, .. } = program;
        if let Some(first) = &program.once {
            self.block(program, 0, self.end, first);
            return self.sinks;
        }
        let from = inputs.iter().map(|i| (i.offset, &i.strides));
        let into = sinks.iter().map(|s| (0, &s.strides));
        let bounds = inputs.iter().flat_map(|i| &i.bounds).map(|b| (0, &b.strides));
        let mut walker = Walker::new(walk, self.start, self.end, from.chain(into).chain(bounds));
        let mut pos = 0;
        loop {
            let n = walker.len(inputs);
            if n == 0 {
                return self.sinks;
            }
            self.block(program, pos, n, &walker.first);
            pos += n;
            walker.advance(n)
        }
    }

    /// Runs n elements, which begin at `pos` within the chunk, and for inputs, sinks and bounds at `first`.
    fn block(&mut self, program: &Program, pos: usize, n: usize, first: &[isize]) {
        let Program { inputs, sinks, .. } = program;
        self.frame.begin(program, n, pos, &mut self.outputs);
        let mut bounds = &first[inputs.len() + sinks.len()..];
        for (k, input) in inputs.iter().enumerate() {
            let (own, rest) = bounds.split_at(input.bounds.len());
            bounds = rest;
            match input.source {
                Source::Buffer(b) => {
                    let data = self.inputs[b].expect("what is read is there, or under an output");
                    prepare(program, k, data, first[k], own, n, &mut self.frame)
                }
                // The block is read before anything is written over it.
                Source::Under(output) => self.frame.gathered_under(program, k, output),
                Source::Index => with_store!(input.dtype, T => {
                    iota(&input.pattern, first[k], self.frame.gathered::<T>(program, k))
                }),
                Source::Constant(c) => constant(program, k, c, own, n, &mut self.frame),
            }
        }
        match self.native {
            Some(native) => native.run(&program.code, &mut self.frame),
            None => program.code.iter().for_each(|i| self.frame.step(i)),
        }
        for (k, sink) in sinks.iter().enumerate() {
            self.sink(k, sink, n, first[inputs.len() + k])
        }
    }

    /// Joins a sink's value of this block with its accumulator.
    fn sink(&mut self, k: usize, sink: &Sink, n: usize, first: isize) {
        let mut acc = std::mem::replace(&mut self.sinks[k], Acc { lo: 0, wide: WideVec::Int(Wides::new()) });
        match (sink.dtype, &mut acc.wide) {
            (DType::F32, WideVec::Float(w)) => self.absorb::<f32>(sink, n, first - acc.lo as isize, w),
            (DType::F64, WideVec::Float(w)) => self.absorb::<f64>(sink, n, first - acc.lo as isize, w),
            (DType::I32, WideVec::Int(w)) => self.absorb::<i32>(sink, n, first - acc.lo as isize, w),
            (DType::I64, WideVec::Int(w)) => self.absorb::<i64>(sink, n, first - acc.lo as isize, w),
            (DType::Bool, WideVec::Int(w)) => self.absorb::<u8>(sink, n, first - acc.lo as isize, w),
            _ => unreachable!("accumulators fit their dtype"),
        }
        self.sinks[k] = acc
    }

    fn absorb<T: Reduce>(&self, sink: &Sink, n: usize, first: isize, acc: &mut [T::Wide]) {
        let block;
        let x = match self.frame.arg::<T>(sink.operand) {
            Arg::Slice(x) => x,
            Arg::Number(c) => {
                block = vec![c; n];
                &block
            }
        };
        match &sink.pattern {
            Pattern::Same => {
                let acc = &mut acc[first as usize];
                *acc = T::Wide::join(sink.op, *acc, dispatch(RunBlock { op: sink.op, x }))
            }
            Pattern::Direct => {
                dispatch(AccumulateBlock { op: sink.op, acc: &mut acc[first as usize..][..n], x })
            }
            Pattern::Table(places) => {
                dispatch(RowsBlock { op: sink.op, acc, first, places: &places[..n], run: sink.run, x })
            }
        }
    }
}
