//! Runs a block program: the iteration space in chunks fixed by its shape (so that results do not depend on the
//! number of threads), each chunk in blocks, each instruction in one loop over a block.

use crate::buffer::Buffer;
use crate::dtype::{DType, with_store};
use crate::eval::ir::blocking::BlockCursor;
use crate::eval::ir::in_place::Order;
use crate::eval::ir::pattern::Pattern;
use crate::eval::ir::program::{Program, Sink, Source};
use crate::eval::kernels::frame::{Block, Frame};
use crate::eval::kernels::math::dispatch;
use crate::eval::kernels::native::{Lazy, Native};
use crate::eval::kernels::operand::Arg;
use crate::eval::kernels::reduce::{AccumulateBlock, LANES, Reduce, RowsBlock, RunBlock, Wide};
use crate::eval::kernels::threads;
use crate::eval::run::compare;
use crate::eval::run::read::{constant, iota, prepare};
use crate::eval::run::sinks::{Acc, WideVec, finish, joined};
use crate::eval::settings::{MachineCode, machine_code};
use crate::poison::poison;
use crate::prim::Reduction;
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
    native: &Lazy,
    inputs: &[Option<&Buffer>],
    outputs: &mut [Buffer],
    reduced: &mut [Buffer],
) {
    let when = machine_code();
    if when == MachineCode::Compare {
        return compare::run(program, native, inputs, outputs, reduced);
    }
    let native = native.get(program, when, program.time);
    run_with(native, program, program.time, inputs, outputs, reduced)
}

/// Runs it by this machine code, or else by the interpreter; on several threads if its `time` in nanoseconds is worth it.
pub(crate) fn run_with(
    native: Option<&Native>,
    program: &Program,
    time: usize,
    inputs: &[Option<&Buffer>],
    outputs: &mut [Buffer],
    reduced: &mut [Buffer],
) {
    let (total, length) = (program.size(), program.chunk);
    if total <= length {
        let mut whole = Parts::new();
        for out in outputs {
            whole.push(out.bytes_mut())
        }
        let sums = chunk(program, native, inputs, &mut whole, 0, total);
        for ((sink, out), acc) in program.sinks.iter().zip(reduced).zip(&sums) {
            finish(sink, acc, out)
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
        let mut outputs = parts[k].lock().unwrap_or_else(|e| e.into_inner());
        let done = chunk(program, native, inputs, &mut outputs, k * length, ((k + 1) * length).min(total));
        let _ = sums[k].set(done);
    });
    let mut sums: Vec<_> = sums.into_iter().map(|s| s.into_inner().unwrap_or_default().into_iter()).collect();
    for (sink, out) in program.sinks.iter().zip(reduced) {
        joined(sink, sums.iter_mut().filter_map(Iterator::next).collect(), out)
    }
}

/// Runs the elements `start..end` on this thread; returns the sinks' accumulators.
fn chunk(
    program: &Program,
    native: Option<&Native>,
    inputs: &[Option<&Buffer>],
    outputs: &mut [&mut [u8]],
    start: usize,
    end: usize,
) -> SmallVec<[Acc; 2]> {
    let mut sinks = SmallVec::new();
    for sink in &program.sinks {
        sinks.push(Acc::over(program, sink, start, end))
    }
    REGISTERS.with_borrow_mut(|registers| {
        let needed = program.blocks();
        if registers.len() < needed {
            registers.resize(needed, Zeroable::zeroed())
        }
        if cfg!(debug_assertions) {
            // What a block reads of a register it has written there.
            for register in registers[..needed].chunks_mut(program.long) {
                let register = bytemuck::cast_slice_mut(register);
                let most = register.len().min(8 * (end - start));
                poison(&mut register[..most])
            }
        }
        let frame = Frame::new(program, registers);
        Chunk { native, inputs, outputs, sinks: &mut sinks, frame, start, end }.run(program)
    });
    sinks
}

/// One chunk on one thread.
struct Chunk<'a, 'o> {
    native: Option<&'a Native>,
    inputs: &'a [Option<&'a Buffer>],
    outputs: &'a mut [&'o mut [u8]],
    sinks: &'a mut [Acc],
    frame: Frame<'a>,
    start: usize,
    end: usize,
}

impl Chunk<'_, '_> {
    #[inline]
    fn run(&mut self, program: &Program) {
        let Program { inputs, sinks, walk, .. } = program;
        if let Some(first) = &program.once {
            return self.block(program, 0, self.end, first);
        }
        let from = inputs.iter().map(|i| (i.offset, &i.strides));
        let into = sinks.iter().map(|s| (0, &s.strides));
        let bounds = inputs.iter().flat_map(|i| &i.bounds).map(|b| (0, &b.strides));
        let mut walker = BlockCursor::new(walk, self.start, self.end, from.chain(into).chain(bounds));
        let mut pos = 0;
        loop {
            let n = walker.len(inputs.iter().flat_map(|i| &i.bounds));
            if n == 0 {
                return;
            }
            self.block(program, pos, n, &walker.first);
            pos += n;
            walker.advance(n)
        }
    }

    /// Runs n elements, which begin at `pos` within the chunk, and for inputs, sinks and bounds at `first`.
    fn block(&mut self, program: &Program, pos: usize, n: usize, first: &[isize]) {
        let Program { inputs, sinks, .. } = program;
        let order = self.native.map_or(Order::Instructions, Native::order);
        self.frame.begin(program, n, pos, self.outputs);
        let mut bounds = &first[inputs.len() + sinks.len()..];
        for (k, input) in inputs.iter().enumerate() {
            let (own, rest) = bounds.split_at(input.bounds.len());
            bounds = rest;
            match input.source {
                Source::Buffer(b) => {
                    let data = self.inputs[b].expect("what is read is there, or under an output");
                    prepare(program, k, data, first[k], own, n, &mut self.frame)
                }
                Source::Under(under) => match under.is_read_after_write(order) {
                    true => self.frame.gathered_under(program, k, under.output),
                    false => self.frame.under(program, k, under.output),
                },
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
        for ((sink, acc), first) in sinks.iter().zip(&mut *self.sinks).zip(&first[inputs.len()..]) {
            join_block(&self.frame, sink, n, first - acc.lo as isize, &mut acc.wide)
        }
    }
}

/// Joins a sink's value of a block with its accumulator. Programs without sinks are spared its registers.
#[inline(never)]
fn join_block(frame: &Frame, sink: &Sink, n: usize, first: isize, acc: &mut WideVec) {
    match (sink.dtype, acc) {
        (DType::F32, WideVec::Float(w)) => absorb::<f32>(frame, sink, n, first, w),
        (DType::F64, WideVec::Float(w)) => absorb::<f64>(frame, sink, n, first, w),
        (DType::I32, WideVec::Int(w)) => absorb::<i32>(frame, sink, n, first, w),
        (DType::I64, WideVec::Int(w)) => absorb::<i64>(frame, sink, n, first, w),
        (DType::Bool, WideVec::Int(w)) => absorb::<u8>(frame, sink, n, first, w),
        _ => unreachable!("accumulators fit their dtype"),
    }
}

fn absorb<T: Reduce>(frame: &Frame, sink: &Sink, n: usize, first: isize, acc: &mut [T::Wide]) {
    let block;
    let x = match frame.arg::<T>(sink.operand) {
        Arg::Slice(x) => x,
        Arg::Number(c) => {
            block = vec![c; n];
            &block
        }
    };
    let op = sink.op;
    match &sink.pattern {
        Pattern::Same => join_run(op, &mut acc[first as usize], x),
        Pattern::Direct => dispatch(AccumulateBlock { op, acc: &mut acc[first as usize..][..n], x }),
        Pattern::Runs { .. } => unreachable!("runs are read, not written"),
        Pattern::Table(places) => {
            let (run, places) = (sink.run, &places[..n]);
            if run >= LANES && places[0] == places[1] {
                for (x, place) in x.chunks_exact(run).zip(places.iter().step_by(run)) {
                    join_run(op, &mut acc[(first + place) as usize], x)
                }
            } else {
                dispatch(RowsBlock { op, acc, first, places, run, x })
            }
        }
    }
}

#[inline(always)]
fn join_run<T: Reduce>(op: Reduction, acc: &mut T::Wide, x: &[T]) {
    *acc = T::Wide::join(op, *acc, dispatch(RunBlock { op, x }))
}
