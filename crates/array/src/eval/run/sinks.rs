//! Accumulators of reductions: one for each chunk and sink, joined in the order of the chunks.

use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::ir::blocking::unravel;
use crate::eval::ir::program::{Program, Sink};
use crate::eval::kernels::reduce::{Reduce, Wide};
use smallvec::{SmallVec, smallvec};

/// An accumulator of a sink, covering the results from `lo` on.
pub(crate) struct Acc {
    pub lo: usize,
    pub wide: WideVec,
}
/// Few results need no memory of their own.
pub(crate) type Wides<T> = SmallVec<[T; 4]>;
pub(crate) enum WideVec {
    Float(Wides<f64>),
    Int(Wides<i64>),
}

/// The chunks' accumulators joined in order.
pub(crate) fn joined(sink: &Sink, parts: Vec<Acc>, out: &mut Buffer) {
    // Each result is often one chunk's alone.
    let mut next = 0;
    let apart = parts.iter().all(|acc| {
        let follows = acc.lo == next;
        next += acc.wide.len();
        follows
    });
    if apart && next == sink.size {
        return parts.iter().for_each(|acc| finish(sink, acc, out));
    }
    let mut all = Acc { lo: 0, wide: WideVec::start(sink, sink.size) };
    for acc in parts {
        match (&mut all.wide, acc.wide) {
            (WideVec::Float(all), WideVec::Float(part)) => join(sink, &mut all[acc.lo..], &part),
            (WideVec::Int(all), WideVec::Int(part)) => join(sink, &mut all[acc.lo..], &part),
            _ => unreachable!("the accumulators of a sink are alike"),
        }
    }
    finish(sink, &all, out)
}
fn join<W: Wide>(sink: &Sink, all: &mut [W], part: &[W]) {
    all.iter_mut().zip(part).for_each(|(a, b)| *a = W::join(sink.op, *a, *b))
}

/// The results that an accumulator covers.
pub(crate) fn finish(sink: &Sink, acc: &Acc, out: &mut Buffer) {
    fn narrow<T: Reduce>(lo: usize, all: &[T::Wide], out: &mut Buffer) {
        out.slice_mut::<T>()[lo..].iter_mut().zip(all).for_each(|(y, a)| *y = T::narrow(*a))
    }
    match (sink.dtype, &acc.wide) {
        (DType::F32, WideVec::Float(all)) => narrow::<f32>(acc.lo, all, out),
        (DType::F64, WideVec::Float(all)) => narrow::<f64>(acc.lo, all, out),
        (DType::I32, WideVec::Int(all)) => narrow::<i32>(acc.lo, all, out),
        (DType::I64, WideVec::Int(all)) => narrow::<i64>(acc.lo, all, out),
        (DType::Bool, WideVec::Int(all)) => narrow::<u8>(acc.lo, all, out),
        _ => unreachable!("accumulators fit their dtype"),
    }
}

impl WideVec {
    /// Nothing accumulated yet.
    fn start(sink: &Sink, n: usize) -> WideVec {
        match sink.dtype {
            DType::F32 | DType::F64 => WideVec::Float(smallvec![f64::start(sink.op); n]),
            DType::I32 | DType::I64 | DType::Bool => WideVec::Int(smallvec![i64::start(sink.op); n]),
            DType::C64 | DType::C128 => unreachable!("complex sums are sums of planes"),
        }
    }
    fn len(&self) -> usize {
        match self {
            WideVec::Float(all) => all.len(),
            WideVec::Int(all) => all.len(),
        }
    }
}

impl Acc {
    /// For the results that the elements `start..end` of the iteration space go to.
    pub fn over(program: &Program, sink: &Sink, start: usize, end: usize) -> Acc {
        let (mut lo, mut hi) = (0, 0);
        // Of no elements as well there are results.
        if (start, end) == (0, program.size()) {
            hi = sink.size
        } else if end > start {
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
        Acc { lo, wide: WideVec::start(sink, hi - lo) }
    }
}
