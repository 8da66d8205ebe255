//! Accumulators of reductions: one for each chunk and sink, joined in the order of the chunks.

use super::kernels::reduce::{Reduce, Wide};
use super::program::{Program, Sink};
use super::walk::unravel;
use crate::buffer::Buffer;
use crate::dtype::DType;
use smallvec::{SmallVec, smallvec};

/// An accumulator of a sink, covering the results from `lo` on.
pub(super) struct Acc {
    pub lo: usize,
    pub wide: WideVec,
}
/// Few results need no memory of their own.
pub(super) type Wides<T> = SmallVec<[T; 4]>;
pub(super) enum WideVec {
    Float(Wides<f64>),
    Int(Wides<i64>),
}

/// The chunks' accumulators joined in order.
pub(super) fn joined(sink: &Sink, parts: impl IntoIterator<Item = Acc>, out: &mut Buffer) {
    fn join<T: Reduce>(sink: &Sink, parts: impl Iterator<Item = (usize, Wides<T::Wide>)>, out: &mut Buffer) {
        let mut parts = parts.peekable();
        // Few elements are one part.
        let mut all: Wides<T::Wide> = match parts.next_if(|(lo, part)| *lo == 0 && part.len() == sink.size) {
            Some((_, part)) => part,
            None => smallvec![T::Wide::start(sink.op); sink.size],
        };
        for (lo, part) in parts {
            all[lo..].iter_mut().zip(part).for_each(|(a, b)| *a = T::Wide::join(sink.op, *a, b))
        }
        out.slice_mut::<T>().iter_mut().zip(all).for_each(|(y, a)| *y = T::narrow(a));
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
        DType::F32 => join::<f32>(sink, parts.map(floats), out),
        DType::F64 => join::<f64>(sink, parts.map(floats), out),
        DType::I32 => join::<i32>(sink, parts.map(ints), out),
        DType::I64 => join::<i64>(sink, parts.map(ints), out),
        DType::Bool => join::<u8>(sink, parts.map(ints), out),
        DType::C64 | DType::C128 => unreachable!("complex sums are sums of planes"),
    }
}

impl Acc {
    /// For the results that the elements `start..end` of the iteration space go to.
    pub fn over(program: &Program, sink: &Sink, start: usize, end: usize) -> Acc {
        let (mut lo, mut hi) = (0, 0);
        if (start, end) == (0, program.size()) && end > 0 {
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
        let wide = match sink.dtype {
            DType::F32 | DType::F64 => WideVec::Float(smallvec![f64::start(sink.op); hi - lo]),
            DType::I32 | DType::I64 | DType::Bool => WideVec::Int(smallvec![i64::start(sink.op); hi - lo]),
            DType::C64 | DType::C128 => unreachable!("complex sums are sums of planes"),
        };
        Acc { lo, wide }
    }
}
