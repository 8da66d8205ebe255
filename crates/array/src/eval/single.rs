//! Items that are steps of their own: each primitive that is not fused, called on views of its arguments.

use super::graph::{Graph, Item, Ref, What};
use super::kernels::elementwise::Lane;
use super::kernels::{View, ViewMut, copy, matmul, row_major};
use super::layout::Strides;
use crate::buffer::Buffer;
use crate::dtype::{DType, with_store};
use crate::prim::{Padding, Prim};
use crate::shape::Shape;
use bytemuck::Pod;
use std::sync::Arc;

/// Runs `$body` with `$T` an unsigned integer as wide as `$dtype`: for moving elements, whatever they mean.
macro_rules! with_size {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype.size() {
            8 => {
                type $T = u64;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            _ => {
                type $T = u8;
                $body
            }
        }
    };
}
/// The buffers of the items computed so far.
pub(super) struct Values<'a> {
    pub graph: &'a Graph,
    pub buffers: &'a [Option<Arc<Buffer>>],
}

impl<'a> Values<'a> {
    /// An argument as a strided view.
    fn view<T: Pod>(&self, r: &'a Ref) -> View<'a, T> {
        let data = self.buffers[r.item].as_ref().expect("steps run after those they read from").slice();
        View { data, offset: r.layout.offset, shape: &r.shape, strides: &r.layout.strides }
    }
}

/// Runs item `i`.
pub(super) fn run(values: &Values, i: usize) -> Buffer {
    let item = &values.graph.items[i];
    let mut out = match item.what {
        // These write only some of the elements, or add to them.
        What::Kernel(Prim::Pad(_) | Prim::ScatterAdd(_)) => Buffer::zeroed(item.shape.size(), item.dtype),
        _ => Buffer::dirty(item.shape.size(), item.dtype),
    };
    if item.shape.size() == 0 {
        return out;
    }
    match &item.what {
        What::Fill(c) => with_store!(item.dtype, T => out.slice_mut::<T>().fill(T::of(*c))),
        What::Iota(axis) => with_store!(item.dtype, T => iota(&item.shape, *axis, out.slice_mut::<T>())),
        What::Copy => {
            let shape = &item.args[0].shape;
            with_size!(item.dtype, T => place::<T>(values, &item.args[0], &mut out, 0, shape, &row_major(shape)))
        }
        What::Kernel(prim) => kernel(values, item, prim, &mut out),
        What::Data(_) | What::Elementwise(_) | What::Reduce(_) => unreachable!("not steps of their own"),
    }
    out
}

/// Copies an argument to where `offset` and `strides` lead in the result.
fn place<T: Pod + Send + Sync>(
    values: &Values,
    r: &Ref,
    out: &mut Buffer,
    offset: usize,
    shape: &Shape,
    strides: &[isize],
) {
    copy(values.view::<T>(r), ViewMut { data: out.slice_mut(), offset, shape, strides })
}

fn kernel(values: &Values, item: &Item, prim: &Prim, out: &mut Buffer) {
    let args = &item.args;
    match prim {
        Prim::Pad(pads) => pad(values, item, pads, out),
        Prim::Concat(axis) => {
            let strides = row_major(&item.shape);
            let mut offset = 0;
            for r in args {
                with_size!(item.dtype, T => place::<T>(values, r, out, offset, &r.shape, &strides));
                offset += r.shape[*axis] * strides[*axis] as usize
            }
        }
        Prim::Matmul => {
            macro_rules! typed {
                ($T:ty) => {
                    matmul::<$T>(values.view(&args[0]), values.view(&args[1]), out.slice_mut())
                };
            }
            match item.dtype {
                DType::F32 => typed!(f32),
                DType::F64 => typed!(f64),
                DType::I32 => typed!(i32),
                DType::I64 => typed!(i64),
                DType::Bool => unreachable!("products of bools are refused when the graph is built"),
            }
        }
        Prim::Conv(_)
        | Prim::Gather
        | Prim::ScatterAdd(_)
        | Prim::Cumsum { .. }
        | Prim::Argsort
        | Prim::Random(_) => todo!(),
        Prim::Leaf | Prim::Fill { .. } | Prim::Iota(_) | Prim::Alias | Prim::Stop | Prim::Custom(..) => {
            unreachable!()
        }
        Prim::Unary(_)
        | Prim::Binary(_)
        | Prim::Compare(_)
        | Prim::Select
        | Prim::Cast(_)
        | Prim::Reduce(..) => unreachable!(),
        Prim::Broadcast | Prim::Reshape | Prim::Permute(_) | Prim::Slice { .. } | Prim::Flip(_) => {
            unreachable!()
        }
    }
}

/// Elements at their places among zeros; what negative padding cuts off is left out of the view.
fn pad(values: &Values, item: &Item, pads: &[Padding], out: &mut Buffer) {
    let r = &item.args[0];
    let strides = row_major(&item.shape);
    let (mut shape, mut source, mut to) = (r.shape.clone(), r.clone(), Strides::new());
    let mut offset = 0;
    for (k, p) in pads.iter().enumerate() {
        let step = p.interior as isize + 1;
        // The first and last elements whose places are inside the result.
        let first = ((-p.lo).max(0) + step - 1) / step;
        let last = (item.shape[k] as isize - 1 - p.lo).div_euclid(step).min(r.shape[k] as isize - 1);
        if last < first {
            return;
        }
        shape[k] = (last - first + 1) as usize;
        source.layout.offset = (source.layout.offset as isize + first * r.layout.strides[k]) as usize;
        offset += (p.lo + first * step) * strides[k];
        to.push(strides[k] * step)
    }
    source.shape = shape.clone();
    with_size!(item.dtype, T => place::<T>(values, &source, out, offset as usize, &shape, &to))
}

fn iota<T: Lane>(shape: &Shape, axis: usize, out: &mut [T]) {
    let inner: usize = shape[axis + 1..].iter().product();
    out.iter_mut().enumerate().for_each(|(i, y)| *y = T::of((i / inner % shape[axis]) as f64))
}
