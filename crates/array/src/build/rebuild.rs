//! A primitive of other arguments: how functions are replayed.

use crate::array::Array;
use crate::dtype::DType;
use crate::prim::Prim;
use crate::shape::Shape;
use smallvec::SmallVec;

/// The primitive of `y` with other arguments of the same shapes. (Calls with rules are rebuilt as a whole.)
#[track_caller]
pub(crate) fn rebuild(prim: &Prim, args: &[Array], y: &Array) -> Array {
    match prim {
        Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => y.clone(),
        _ => build(prim, args, &y.0.shape, y.dtype()),
    }
}

/// A primitive of these arguments, with a result of this shape and dtype.
#[track_caller]
pub(crate) fn build(prim: &Prim, args: &[Array], shape: &Shape, dtype: DType) -> Array {
    match prim {
        Prim::Alias if args.len() > 1 => args[0].after(&args[1..]),
        Prim::Alias => args[0].clone(),
        Prim::Stop => args[0].stop_gradient(),
        Prim::Unary(op) => Array::unary_op(*op, &args[0]),
        Prim::Binary(op) => Array::binary_op(*op, &args[0], &args[1]),
        Prim::Compare(op) => Array::compare_op(*op, &args[0], &args[1]),
        Prim::Select => Array::select_op(&args[0], &args[1], &args[2]),
        Prim::Cast(dtype) => args[0].cast(*dtype),
        Prim::Broadcast => args[0].broadcast_op(shape),
        Prim::Reshape => args[0].reshape_op(shape.clone()),
        Prim::Permute(axes) => args[0].permute_op(axes.clone()),
        Prim::Slice { start, step } => args[0].slice_op(start.clone(), step.clone(), shape.clone()),
        Prim::Pad(pads) => args[0].pad_op(SmallVec::from_slice(pads)),
        Prim::Flip(axes) => args[0].flip_op(axes.clone()),
        Prim::Concat(axis) => Array::concat_op(args, *axis),
        Prim::Reduce(op, axes) => args[0].reduce_op(*op, axes.clone()),
        Prim::Cumulative { op, axis, reverse } => args[0].cumulative_op(*op, *axis, *reverse),
        Prim::Matmul => args[0].matmul_op(&args[1]),
        Prim::Conv(window) => args[0].conv_op(&args[1], (**window).clone()),
        Prim::Gather => args[0].gather_op(&args[1]),
        Prim::ScatterAdd(n) => Array::scatter_add_op(&args[0], &args[1], *n),
        Prim::Argsort => args[0].argsort_op(),
        Prim::Random(n) => Array::random_op(&args[0], *n, dtype),
        Prim::Spill { folder, rank } => args[0].spill_op(folder, *rank),
        Prim::Unspill(shape, dtype) => args[0].unspill_op(shape, *dtype),
        Prim::Linalg(op) => Array::linalg_op(*op, args),
        Prim::Complex => Array::complex_op(&args[0], &args[1]),
        Prim::Re => args[0].re_op(),
        Prim::Im => args[0].im_op(),
        Prim::Holomorphic(op) => Array::holomorphic_op(*op, args),
        Prim::Fft { inverse } => args[0].fft_op(*inverse),
        Prim::Control(control, k) => Array::control_op(control, *k, args),
        Prim::Iota(axis) => Array::iota(shape.clone(), *axis, dtype),
        Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Eye(..) => {
            unreachable!("{} has no arguments", prim.name())
        }
        Prim::Custom(..) => unreachable!("a call is rebuilt as a whole"),
    }
}
