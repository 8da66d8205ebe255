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
        let parts: SmallVec<[(usize, Wides<T::Wide>); 8]> = parts.collect();
        let out = out.slice_mut::<T>();
        // Each result is often one chunk's alone.
        let mut next = 0;
        let apart = parts.iter().all(|(lo, part)| {
            let follows = *lo == next;
            next += part.len();
            follows
        });
        if apart && next == sink.size {
            let all = parts.iter().flat_map(|(_, part)| part);
            return out.iter_mut().zip(all).for_each(|(y, a)| *y = T::narrow(*a));
        }
        let mut all: Wides<T::Wide> = smallvec![T::Wide::start(sink.op); sink.size];
        for (lo, part) in parts {
            all[lo..].iter_mut().zip(part).for_each(|(a, b)| *a = T::Wide::join(sink.op, *a, b))
        }
        out.iter_mut().zip(all).for_each(|(y, a)| *y = T::narrow(a));
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
