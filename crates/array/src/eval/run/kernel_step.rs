//! Items that are steps of their own: each primitive that is not fused, called on views of its arguments.

use crate::buffer::Buffer;
use crate::dtype::{DType, with_size, with_store};
use crate::eval::ir::item::{Graph, Item, ItemKind, Ref};
use crate::eval::ir::layout::Strides;
use crate::eval::ir::slot::Slot;
use crate::eval::kernels::elementwise::Lane;
#[cfg(feature = "fft")]
use crate::eval::kernels::fft;
#[cfg(feature = "linalg")]
use crate::eval::kernels::linalg;
use crate::eval::kernels::{
    BadIndex, View, ViewMut, argsort, conv, copy, cumulative, gather, matmul, random, row_major, scatter_add,
};
use crate::eval::mistake;
use crate::eval::run::disk::{Files, spill, unspill};
#[cfg(feature = "linalg")]
use crate::prim::Linalg;
use crate::prim::{Padding, Prim};
use crate::shape::Shape;
use bytemuck::Pod;
use std::sync::Arc;

/// Runs `$body` with `$T` the item's number type.
macro_rules! numeric {
    ($item:expr, $T:ident => $body:expr) => {
        match $item.dtype() {
            DType::F32 => {
                type $T = f32;
                $body
            }
            DType::F64 => {
                type $T = f64;
                $body
            }
            DType::I32 => {
                type $T = i32;
                $body
            }
            DType::I64 => {
                type $T = i64;
                $body
            }
            DType::Bool => {
                unreachable!("{} of bools is refused when the graph is built", $item.prim().name())
            }
            DType::C64 | DType::C128 => unreachable!("{} of planes", $item.prim().name()),
        }
    };
}

/// The buffers of the items computed so far.
pub(crate) struct Values<'a> {
    pub graph: &'a Graph,
    /// Each item's slot.
    pub slot: &'a [usize],
    pub slots: &'a [Slot],
}

impl<'a> Values<'a> {
    /// An argument as a strided view.
    pub fn view<T: Pod>(&self, r: &'a Ref) -> View<'a, T> {
        let data = self.slots[self.slot[r.item]].buffer().slice();
        View::new(data, r.view.layout.offset, &r.view.shape, &r.view.layout.strides)
    }
}

/// Runs item `i`; `out` holds what it last held, `files` what the run has written.
pub(crate) fn run(values: &Values, i: usize, files: &mut Files, out: &mut Buffer) {
    let item = &values.graph.items[i];
    if item.shape().size() == 0 {
        return;
    }
    // These write only some of the elements, or add to them.
    if matches!(item.kind, ItemKind::Kernel) && matches!(item.prim(), Prim::Pad(_) | Prim::ScatterAdd(_)) {
        out.bytes_mut().fill(0)
    }
    match &item.kind {
        ItemKind::Fill(c) => match item.dtype() {
            DType::C64 => bytemuck::cast_slice_mut(out.bytes_mut()).fill([*c as f32, 0.0]),
            DType::C128 => bytemuck::cast_slice_mut(out.bytes_mut()).fill([*c, 0.0]),
            real => with_store!(real, T => out.slice_mut::<T>().fill(T::of(*c))),
        },
        ItemKind::Iota(axis) => {
            with_store!(item.dtype(), T => iota(item.shape(), *axis, out.slice_mut::<T>()))
        }
        ItemKind::Copy => {
            let shape = &item.args[0].view.shape;
            with_size!(item.dtype(), T => place::<T>(values, &item.args[0], out, 0, shape, &row_major(shape)));
            // Numbers of what lies in a file, in another order.
            let from = values.slots[values.slot[item.args[0].item]].buffer();
            from.kept().into_iter().for_each(|kept| out.keep(kept))
        }
        ItemKind::Kernel => kernel(values, item, files, out),
        ItemKind::Data(_)
        | ItemKind::Input
        | ItemKind::Elementwise
        | ItemKind::Reduce
        | ItemKind::Control
        | ItemKind::ControlOutput => {
            unreachable!("not steps of their own")
        }
    }
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

fn kernel(values: &Values, item: &Item, files: &mut Files, out: &mut Buffer) {
    let args = &item.args;
    match item.prim() {
        Prim::Pad(pads) => pad(values, item, pads, out),
        Prim::Concat(axis) => {
            let strides = row_major(item.shape());
            let mut offset = 0;
            for r in args {
                with_size!(item.dtype(), T => place::<T>(values, r, out, offset, &r.view.shape, &strides));
                offset += r.view.shape[*axis] * strides[*axis] as usize
            }
        }
        Prim::Matmul => {
            numeric!(item, T => matmul::<T>(values.view(&args[0]), values.view(&args[1]), out.slice_mut()))
        }
        Prim::Conv(w) => {
            numeric!(item, T => conv::<T>(values.view(&args[0]), values.view(&args[1]), w, out.slice_mut()))
        }
        Prim::Cumulative { op, axis, reverse } => {
            numeric!(item, T => cumulative::<T>(values.view(&args[0]), *op, *axis, *reverse, out.slice_mut()))
        }
        Prim::Gather => {
            let done = with_size!(item.dtype(), T => gather::<T>(values.view(&args[0]), values.view(&args[1]), out.slice_mut()));
            in_range(done, item)
        }
        Prim::ScatterAdd(_) => {
            let done = numeric!(item, T => scatter_add::<T>(values.view(&args[0]), values.view(&args[1]), out.slice_mut()));
            in_range(done, item)
        }
        Prim::Argsort => {
            with_store!(args[0].view.dtype, T => argsort::<T>(values.view(&args[0]), out.slice_mut()))
        }
        Prim::Random(n) => {
            let keys = values.view::<i64>(&args[0]);
            let mut row = Buffer::dirty(keys.size(), DType::I64);
            let (shape, strides) = (keys.shape, row_major(keys.shape));
            copy(keys, ViewMut { data: row.slice_mut::<i64>(), offset: 0, shape, strides: &strides });
            match item.dtype() {
                DType::F32 => random::<f32>(row.slice(), *n, out.slice_mut()),
                DType::F64 => random::<f64>(row.slice(), *n, out.slice_mut()),
                DType::I64 => random::<i64>(row.slice(), *n, out.slice_mut()),
                DType::I32 | DType::Bool | DType::C64 | DType::C128 => {
                    unreachable!("random numbers are f32, f64 or i64")
                }
            }
        }
        Prim::Spill { folder, .. } => spill(values, item, folder, files, out),
        Prim::Unspill(..) => unspill(values, item, out),
        #[cfg(feature = "fft")]
        Prim::Fft { inverse } => match item.dtype() {
            DType::C64 => fft::<f32>(values.view(&args[0]), *inverse, out.slice_mut()),
            DType::C128 => fft::<f64>(values.view(&args[0]), *inverse, out.slice_mut()),
            DType::F32 | DType::F64 | DType::I32 | DType::I64 | DType::Bool => {
                unreachable!("transforms are of complex arrays")
            }
        },
        #[cfg(not(feature = "fft"))]
        Prim::Fft { .. } => unreachable!("nothing makes one without the feature `fft`"),
        #[cfg(feature = "linalg")]
        Prim::Linalg(op) => match item.dtype() {
            DType::F32 => factorised::<f32>(*op, values, args, out),
            DType::F64 => factorised::<f64>(*op, values, args, out),
            DType::C64 => factorised::<num_complex::Complex<f32>>(*op, values, args, out),
            DType::C128 => factorised::<num_complex::Complex<f64>>(*op, values, args, out),
            DType::I32 | DType::I64 | DType::Bool => {
                unreachable!("linear algebra is of floats and complex numbers")
            }
        },
        #[cfg(not(feature = "linalg"))]
        Prim::Linalg(_) => unreachable!("nothing makes one without the feature `linalg`"),
        Prim::Leaf
        | Prim::Input
        | Prim::Fill { .. }
        | Prim::Iota(_)
        | Prim::Eye(..)
        | Prim::Alias
        | Prim::Stop
        | Prim::Custom(..)
        | Prim::Holomorphic(_)
        | Prim::Complex
        | Prim::Re
        | Prim::Im
        | Prim::Control(..) => {
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

/// Linear algebra on matrices of one element type.
#[cfg(feature = "linalg")]
fn factorised<T: linalg::Element>(op: Linalg, values: &Values, args: &[Ref], out: &mut Buffer) {
    let views: Vec<View<T>> = args.iter().map(|r| values.view(r)).collect();
    linalg::linalg(op, &views, out.slice_mut())
}

/// Stops at an index that is no row, naming the line that asked for it.
fn in_range(done: Result<(), BadIndex>, item: &Item) {
    if let Err(BadIndex { index, at, len }) = done {
        mistake(format!(
            "index {index} is out of range for an axis of extent {len}; it is row {at} of the indices\n  indexed at {}",
            item.node.at()
        ))
    }
}

/// Elements at their places among zeros; what negative padding cuts off is left out of the view.
fn pad(values: &Values, item: &Item, pads: &[Padding], out: &mut Buffer) {
    let r = &item.args[0];
    let strides = row_major(item.shape());
    let (mut view, mut to, mut offset) = ((*r.view).clone(), Strides::new(), 0);
    for (k, p) in pads.iter().enumerate() {
        let step = p.interior as isize + 1;
        // The first and last elements whose places are inside the result.
        let first = ((-p.lo).max(0) + step - 1) / step;
        let last = (item.shape()[k] as isize - 1 - p.lo).div_euclid(step).min(view.shape[k] as isize - 1);
        if last < first {
            return;
        }
        view.shape[k] = (last - first + 1) as usize;
        view.layout.offset = (view.layout.offset as isize + first * view.layout.strides[k]) as usize;
        offset += (p.lo + first * step) * strides[k];
        to.push(strides[k] * step)
    }
    let shape = view.shape.clone();
    let r = Ref { view: Arc::new(view), ..r.clone() };
    with_size!(item.dtype(), T => place::<T>(values, &r, out, offset as usize, &shape, &to))
}

fn iota<T: Lane>(shape: &Shape, axis: usize, out: &mut [T]) {
    let inner: usize = shape[axis + 1..].iter().product();
    out.iter_mut().enumerate().for_each(|(i, y)| *y = T::of((i / inner % shape[axis]) as f64))
}
