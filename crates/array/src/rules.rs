//! The derivative of every primitive, in arrays again, so that any order works.
//!
//! Elementwise ones take their slopes from the table; linear ones are their own pushforward, and pull back by
//! their transpose; bilinear ones by the transpose in each argument. Only what is neither has a rule of its own.

use crate::array::Array;
use crate::mask::{Condition, branch, plus, times};
use crate::prim::{Compare, Holomorphic, Kind, Padding, Prim, Reduction, Window};
use crate::pushed;
use crate::shape::{Dims, Shape};
use pullback_real::Binary;
use smallvec::{SmallVec, smallvec};

/// The cotangents of `y`'s arguments from its cotangent `g`; `None` is zero. (`Custom` calls are pulled back by `custom`.)
#[track_caller]
pub(crate) fn pullback(prim: &Prim, args: &[Array], y: &Array, g: &Array) -> SmallVec<[Option<Array>; 3]> {
    let only_waited_for = |k: usize| matches!(prim, Prim::Alias) && k > 0;
    let active = |k: usize| args[k].dtype().is_differentiable() && !only_waited_for(k);
    let transposed = |k: usize| active(k).then(|| transpose(prim, args, k, g));
    match prim.kind() {
        Kind::Constant => smallvec![None; args.len()],
        Kind::Elementwise => (0..args.len()).map(|k| slope(prim, args, y, k).map(|s| times(g, &s))).collect(),
        Kind::Linear if matches!(prim, Prim::Select) => {
            smallvec![None, branch(&args[0], g, true), branch(&args[0], g, false)]
        }
        Kind::Linear | Kind::Bilinear if mixes(prim) => {
            let condition = Condition::of([g]);
            let kept = |x: Array| condition.as_ref().map_or(x.clone(), |c| c.keep(&x));
            (0..args.len()).map(|k| transposed(k).map(kept)).collect()
        }
        Kind::Linear | Kind::Bilinear => (0..args.len()).map(transposed).collect(),
        Kind::Extremum(op, _) => {
            smallvec![Some(times(&g.broadcast_op(&args[0].0.shape), &share(op, &args[0], y)))]
        }
        Kind::Call => unreachable!("calls are pulled back as a whole"),
    }
}

/// Whether elements of a cotangent become parts of others, in ways that masks do not follow.
fn mixes(prim: &Prim) -> bool {
    matches!(prim, Prim::Matmul | Prim::Conv(_) | Prim::Gather | Prim::Cumsum { .. } | Prim::Fft { .. })
}

/// The tangent of `y` from those of its arguments; `None` is zero. (`Custom` calls are pushed forward by `jvp`.)
#[track_caller]
pub(crate) fn pushforward(
    prim: &Prim,
    args: &[Array],
    y: &Array,
    tangents: &[Option<Array>],
) -> Option<Array> {
    let sum = |terms: &mut dyn Iterator<Item = Array>| terms.reduce(|a, b| plus(&a, &b));
    match prim.kind() {
        Kind::Constant => None,
        Kind::Elementwise => sum(&mut (0..args.len()).filter_map(|k| {
            let t = tangents[k].as_ref()?;
            slope(prim, args, y, k).map(|s| pushed::product(prim, t, &s).unwrap_or_else(|| times(t, &s)))
        })),
        Kind::Linear => {
            tangents.iter().flatten().next()?;
            // Arguments that carry no derivative (indices, conditions) stay; the others move by their tangents.
            let moved = args.iter().zip(tangents).map(|(a, t)| match t {
                Some(t) => t.clone(),
                None if a.dtype().is_differentiable() => a.zeros_like(),
                None => a.clone(),
            });
            Some(apply(prim, &moved.collect::<Vec<_>>(), y))
        }
        Kind::Bilinear => {
            let left = tangents[0].as_ref().map(|t| apply(prim, &[t.clone(), args[1].clone()], y));
            let right = tangents[1].as_ref().map(|t| apply(prim, &[args[0].clone(), t.clone()], y));
            sum(&mut left.into_iter().chain(right))
        }
        Kind::Extremum(op, axes) => {
            let t = tangents[0].as_ref()?;
            Some(times(t, &share(op, &args[0], y)).reduce_op(Reduction::Sum, axes.clone()))
        }
        Kind::Call => unreachable!("calls are pushed forward as a whole"),
    }
}

/// The slope of an elementwise primitive by argument `k`; `None` where it is zero everywhere.
#[track_caller]
fn slope(prim: &Prim, args: &[Array], y: &Array, k: usize) -> Option<Array> {
    if !y.dtype().is_differentiable() {
        return None;
    }
    let s = match prim {
        Prim::Unary(op) if op.is_flat() => return None,
        Prim::Unary(op) => op.slope(&args[0], y),
        Prim::Binary(op) if op.is_flat() => return None,
        Prim::Binary(op @ (Binary::Max | Binary::Min)) => share_of_two(*op, &args[k], &args[1 - k]),
        Prim::Binary(op) if k == 0 => op.slope_x(&args[0], &args[1], y),
        Prim::Binary(op) => op.slope_y(&args[0], &args[1], y),
        // The last argument is the value, which is constant.
        Prim::Holomorphic(_) if k + 1 == args.len() => return None,
        Prim::Holomorphic(Holomorphic::Unary(op)) => op.slope(&args[0], y),
        Prim::Holomorphic(Holomorphic::Binary(op)) if k == 0 => op.slope_x(&args[0], &args[1], y),
        Prim::Holomorphic(Holomorphic::Binary(op)) => op.slope_y(&args[0], &args[1], y),
        other => unreachable!("{} is not elementwise", other.name()),
    };
    (s.fill_value() != Some(0.0)).then_some(s)
}

/// Which share of the larger (smaller) of two `x` has: the table's slope, as a choice, so that its zeros stay.
#[track_caller]
fn share_of_two(op: Binary, x: &Array, other: &Array) -> Array {
    let (low, high) = if op == Binary::Max { (x, other) } else { (other, x) };
    let less = |a: &Array, b: &Array| Array::compare_op(Compare::Lt, a, b);
    let half = Array::fill(0.5, x.0.shape.clone(), x.dtype());
    let taken = Array::select_op(&less(high, low), &x.ones_like(), &half);
    Array::select_op(&less(low, high), &x.zeros_like(), &taken)
}

/// Which share of the extremum `y` each element of `x` has: tied elements share evenly. The others are chosen away.
#[track_caller]
fn share(op: Reduction, x: &Array, y: &Array) -> Array {
    let axes: Dims = (0..x.ndim()).filter(|&k| x.shape()[k] != y.shape()[k]).collect();
    let y = y.broadcast_op(&x.0.shape);
    let hit = Array::compare_op(Compare::Eq, x, &y).cast(x.dtype());
    let count = hit.reduce_op(Reduction::Sum, axes).broadcast_op(&x.0.shape);
    let (low, high) = if op == Reduction::Max { (x, &y) } else { (&y, x) };
    Array::select_op(&Array::compare_op(Compare::Lt, low, high), &x.zeros_like(), &(hit / count))
}

/// The primitive of `y` with other arguments, of other extents perhaps. (`Custom` calls are rebuilt as a whole.)
#[track_caller]
pub(crate) fn rebuild(prim: &Prim, args: &[Array], y: &Array) -> Array {
    match prim {
        Prim::Alias if args.len() > 1 => args[0].after(&args[1..]),
        Prim::Stop => args[0].stop_gradient(),
        Prim::Unary(op) => Array::unary_op(*op, &args[0]),
        Prim::Binary(op) => Array::binary_op(*op, &args[0], &args[1]),
        Prim::Compare(op) => Array::compare_op(*op, &args[0], &args[1]),
        Prim::Argsort => args[0].argsort_op(),
        Prim::Random(n) => Array::random_op(&args[0], *n, y.dtype()),
        Prim::Spill { folder, rank } => args[0].spill_op(folder, *rank),
        Prim::Unspill(shape, dtype) => args[0].unspill_op(shape, *dtype),
        Prim::Linalg(op) => Array::linalg_op(*op, args),
        Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => y.clone(),
        Prim::Alias | Prim::Select | Prim::Cast(_) | Prim::Broadcast | Prim::Reshape => apply(prim, args, y),
        Prim::Permute(_) | Prim::Slice { .. } | Prim::Pad(_) | Prim::Flip(_) => apply(prim, args, y),
        Prim::Concat(_) | Prim::Reduce(..) | Prim::Cumsum { .. } => apply(prim, args, y),
        Prim::Matmul | Prim::Conv(_) | Prim::Gather | Prim::ScatterAdd(_) => apply(prim, args, y),
        Prim::Complex | Prim::Re | Prim::Im | Prim::Fft { .. } => apply(prim, args, y),
        Prim::Holomorphic(op) => Array::holomorphic_op(*op, args),
        Prim::Control(control, k) => Array::control_op(control, *k, args),
        Prim::Custom(..) => unreachable!("a call is rebuilt as a whole"),
    }
}

/// A linear primitive with `prim`'s attributes applied to other arguments; `y` gives the result's shape.
#[track_caller]
pub(crate) fn apply(prim: &Prim, args: &[Array], y: &Array) -> Array {
    match prim {
        Prim::Alias => args[0].clone(),
        Prim::Select => Array::select_op(&args[0], &args[1], &args[2]),
        Prim::Cast(dtype) => args[0].cast(*dtype),
        Prim::Broadcast => args[0].broadcast_op(&y.0.shape),
        Prim::Reshape => args[0].reshape_op(y.0.shape.clone()),
        Prim::Permute(axes) => args[0].permute_op(axes.clone()),
        Prim::Slice { start, step } => args[0].slice_op(start.clone(), step.clone(), y.0.shape.clone()),
        Prim::Pad(pads) => args[0].pad_op(SmallVec::from_slice(pads)),
        Prim::Flip(axes) => args[0].flip_op(axes.clone()),
        Prim::Concat(axis) => Array::concat_op(args, *axis),
        Prim::Reduce(op, axes) => args[0].reduce_op(*op, axes.clone()),
        Prim::Cumsum { axis, reverse } => args[0].cumsum_op(*axis, *reverse),
        Prim::Gather => args[0].gather_op(&args[1]),
        Prim::ScatterAdd(n) => Array::scatter_add_op(&args[0], &args[1], *n),
        Prim::Matmul => args[0].matmul_op(&args[1]),
        Prim::Conv(window) => args[0].conv_op(&args[1], (**window).clone()),
        Prim::Complex => Array::complex_op(&args[0], &args[1]),
        Prim::Re => args[0].re_op(),
        Prim::Im => args[0].im_op(),
        Prim::Fft { inverse } => args[0].fft_op(*inverse),
        Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => unreachable!(),
        Prim::Unary(_) | Prim::Binary(_) | Prim::Holomorphic(_) => unreachable!(),
        Prim::Stop | Prim::Compare(_) | Prim::Argsort | Prim::Random(_) => unreachable!(),
        Prim::Spill { .. } | Prim::Unspill(..) => unreachable!(),
        Prim::Linalg(_) | Prim::Custom(..) | Prim::Control(..) => unreachable!(),
    }
}

/// The transpose of a (bi)linear primitive in argument `k`, applied to `g`.
#[track_caller]
fn transpose(prim: &Prim, args: &[Array], k: usize, g: &Array) -> Array {
    let shape = &args[k].0.shape;
    match prim {
        Prim::Alias => g.clone(),
        Prim::Cast(_) => g.cast(args[k].dtype()),
        Prim::Broadcast => {
            let axes = (0..shape.rank()).filter(|&a| shape[a] != g.shape()[a]).collect();
            g.reduce_op(Reduction::Sum, axes)
        }
        Prim::Reshape => g.reshape_op(shape.clone()),
        Prim::Permute(axes) => {
            let mut inverse: Dims = axes.clone();
            axes.iter().enumerate().for_each(|(to, &from)| inverse[from] = to);
            g.permute_op(inverse)
        }
        Prim::Slice { start, step } => {
            let pad = |a: usize| {
                let (n, m) = (shape[a] as isize, g.shape()[a] as isize);
                let used = if m == 0 { 0 } else { (m - 1) * step[a] as isize + 1 };
                Padding { lo: start[a] as isize, hi: n - used - start[a] as isize, interior: step[a] - 1 }
            };
            g.pad_op((0..shape.rank()).map(pad).collect())
        }
        Prim::Pad(pads) => unpad(g, pads, shape),
        Prim::Flip(axes) => g.flip_op(axes.clone()),
        Prim::Concat(axis) => {
            let mut start: Dims = smallvec![0; shape.rank()];
            start[*axis] = args[..k].iter().map(|a| a.shape()[*axis]).sum();
            g.slice_op(start, smallvec![1; shape.rank()], shape.clone())
        }
        Prim::Reduce(Reduction::Sum, _) => g.broadcast_op(shape),
        Prim::Cumsum { axis, reverse } => g.cumsum_op(*axis, !reverse),
        // The numbers are those of the function, which has checked them.
        Prim::Gather if g.fill_value() == Some(0.0) => Array::fill(0.0, shape.clone(), g.dtype()),
        Prim::Gather => Array::scatter_add_op(&args[1], g, shape[1]),
        Prim::ScatterAdd(_) => match g.fill_value() {
            Some(c) => Array::fill(c, shape.clone(), g.dtype()),
            None => g.gather_op(&args[0]),
        },
        Prim::Matmul if k == 0 => g.matmul_op(&args[1].swap_last()),
        Prim::Matmul => args[0].swap_last().matmul_op(g),
        // Nothing was summed, or nothing is wanted.
        Prim::Conv(_) if [g, &args[0], &args[1]].iter().any(|x| x.size() == 0) => {
            Array::fill(0.0, shape.clone(), g.dtype())
        }
        // With ⟨g, t⟩ = Re Σ g·t: no conjugation, so that holomorphic slopes are simply multiplied with.
        Prim::Complex if k == 0 => g.re_op(),
        Prim::Complex => -g.im_op(),
        Prim::Re => Array::complex_op(g, &g.zeros_like()),
        Prim::Im => Array::complex_op(&g.zeros_like(), &-g),
        // Its matrix is symmetric.
        Prim::Fft { inverse } => g.fft_op(*inverse),
        Prim::Conv(window) if k == 0 => conv_by_input(window, &args[1], g, shape),
        Prim::Conv(window) => conv_by_kernel(window, &args[0], g, shape),
        Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => unreachable!(),
        Prim::Unary(_) | Prim::Binary(_) | Prim::Holomorphic(_) => unreachable!(),
        Prim::Stop | Prim::Compare(_) | Prim::Argsort | Prim::Random(_) => unreachable!(),
        Prim::Spill { .. } | Prim::Unspill(..) => unreachable!(),
        Prim::Linalg(_) | Prim::Custom(..) | Prim::Control(..) => unreachable!(),
        Prim::Reduce(Reduction::Max | Reduction::Min, _) => unreachable!(),
        Prim::Select => unreachable!("its branches are told apart by `branch`"),
    }
}

impl Array {
    /// The last two axes exchanged.
    #[track_caller]
    pub(crate) fn swap_last(&self) -> Array {
        let mut axes: Dims = (0..self.ndim()).collect();
        axes.swap(self.ndim() - 1, self.ndim() - 2);
        self.permute_op(axes)
    }
}

/// The transpose of `Pad`: put back what negative padding cut off, then read the elements off their places.
#[track_caller]
fn unpad(g: &Array, pads: &[Padding], shape: &Shape) -> Array {
    if shape.size() == 0 {
        return Array::fill(0.0, shape.clone(), g.dtype());
    }
    let cut = |p: &Padding| Padding { lo: (-p.lo).max(0), hi: (-p.hi).max(0), interior: 0 };
    let g = g.pad_op(pads.iter().map(cut).collect());
    let start = pads.iter().map(|p| p.lo.max(0) as usize).collect();
    let step = pads.iter().map(|p| p.interior + 1).collect();
    g.slice_op(start, step, shape.clone())
}

/// The transpose of a convolution in its input: a convolution of `g`, dilated by the stride, with the reversed kernel.
#[track_caller]
fn conv_by_input(w: &Window, kernel: &Array, g: &Array, shape: &Shape) -> Array {
    let (spatial, rank) = (shape.rank() - 3, shape.rank());
    let dilated = |n: usize, d: usize| (n as isize - 1) * d as isize + 1;
    let mut back = Window {
        stride: w.input_dilation.clone(),
        lo: smallvec![],
        hi: smallvec![],
        input_dilation: w.stride.clone(),
        kernel_dilation: w.kernel_dilation.clone(),
    };
    for i in 0..spatial {
        let reach = dilated(kernel.shape()[1 + i], w.kernel_dilation[i]);
        let lo = reach - 1 - w.lo[i];
        let need = dilated(shape[2 + i], w.input_dilation[i]) + reach - 1;
        back.lo.push(lo);
        back.hi.push(need - dilated(g.shape()[2 + i], w.stride[i]) - lo);
    }
    let mut axes: Dims = (0..rank).collect();
    axes.swap(rank - 2, rank - 1);
    let reversed = kernel.flip_op((1..=spatial).collect()).permute_op(axes);
    g.conv_op(&reversed, back)
}

/// The transpose of a convolution in its kernel: the input, its batch as channels, convolved with `g` as kernel.
#[track_caller]
fn conv_by_kernel(w: &Window, x: &Array, g: &Array, shape: &Shape) -> Array {
    let (spatial, rank) = (shape.rank() - 3, shape.rank());
    let dilated = |n: usize, d: usize| (n as isize - 1) * d as isize + 1;
    let mut back = Window {
        stride: w.kernel_dilation.clone(),
        lo: w.lo.clone(),
        hi: smallvec![],
        input_dilation: w.input_dilation.clone(),
        kernel_dilation: w.stride.clone(),
    };
    for i in 0..spatial {
        let need = dilated(shape[1 + i], w.kernel_dilation[i]) + dilated(g.shape()[2 + i], w.stride[i]) - 1;
        back.hi.push(need - dilated(x.shape()[2 + i], w.input_dilation[i]) - w.lo[i]);
    }
    // [g, n, s…, c] → [g, c, s…, n]; [g, n, s′…, o] → [g, s′…, n, o].
    let mut channels_first: Dims = (0..rank).collect();
    channels_first.swap(1, rank - 1);
    let batch_inside: Dims = [0].into_iter().chain(2..rank - 1).chain([1, rank - 1]).collect();
    let dw = x.permute_op(channels_first).conv_op(&g.permute_op(batch_inside), back);
    // [g, c, k…, o] → [g, k…, c, o].
    dw.permute_op([0].into_iter().chain(2..rank - 1).chain([1, rank - 1]).collect())
}

/// Whether it carries derivatives.
pub(crate) fn differentiable(x: &Array) -> bool {
    x.dtype().is_differentiable()
}
