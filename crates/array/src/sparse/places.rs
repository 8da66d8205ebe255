//! Where the elements of a result come from, for primitives that only move them: the primitive itself, applied to numbers
//! in place of elements.

use crate::array::Array;
use crate::build::rebuild;
use crate::dtype::DType;
use crate::prim::{Prim, Window};
use crate::shape::Shape;

/// 1, 2, 3 … in row-major order, from `start` + 1 on.
fn numbered(shape: &Shape, start: usize) -> Array {
    let n = Array::iota(Shape::new(&[shape.size()]), 0, DType::I64) + (start + 1) as f64;
    n.reshape_op(shape.clone())
}

/// For each element of a movement's result: which element it is, counted from 1 through all moved arguments one after the
/// other, or 0 if it is none of them.
pub(super) fn moved(node: &Array, prim: &Prim, args: &[Array]) -> Vec<i64> {
    let mut start = 0;
    let number = |(k, a): (usize, &Array)| match prim {
        Prim::Gather if k == 1 => a.clone(),
        _ => {
            let n = numbered(&a.0.shape, start);
            start += a.size();
            n
        }
    };
    let numbers: Vec<Array> = args.iter().enumerate().map(number).collect();
    rebuild(prim, &numbers, node).to_vec()
}

/// For each element of a scatter's updates: which element of the result it is added to, from 0.
pub(super) fn scattered(node: &Array, index: &Array) -> Vec<i64> {
    (numbered(&node.0.shape, 0).gather_op(index) - 1.0).to_vec()
}

/// Calls `meet(place, from)` for each place of a convolution's result and each place of its input that a window there
/// covers: places are those of all channels, in row-major order.
pub(super) fn windows(w: &Window, x: &Shape, kernel: &Shape, y: &Shape, meet: &mut dyn FnMut(usize, usize)) {
    let spatial = x.rank() - 3;
    let extent = |s: &Shape| -> Shape { s[..s.rank() - 1].into() };
    let (from, to) = (extent(x), extent(y));
    let cells: Shape = kernel[1..=spatial].into();
    let (strides, size) = (from.strides(), to.size());
    for place in 0..size {
        let at = index(place, &to);
        'cell: for cell in 0..cells.size() {
            let k = index(cell, &cells);
            let mut source = at[0] * strides[0] + at[1] * strides[1];
            for s in 0..spatial {
                let i = (at[2 + s] * w.stride[s] + k[s] * w.kernel_dilation[s]) as isize - w.lo[s];
                let step = w.input_dilation[s] as isize;
                if i < 0 || i % step != 0 || i / step >= from[2 + s] as isize {
                    continue 'cell;
                }
                source += (i / step) as usize * strides[2 + s]
            }
            meet(place, source)
        }
    }
}

/// The index of a place in row-major order.
fn index(mut place: usize, shape: &Shape) -> Vec<usize> {
    let mut at = vec![0; shape.rank()];
    for k in (0..shape.rank()).rev() {
        at[k] = place % shape[k];
        place /= shape[k]
    }
    at
}
