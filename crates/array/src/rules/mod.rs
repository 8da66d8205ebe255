//! The derivative of every primitive, in arrays again, so that any order works.
//!
//! Elementwise ones take their slopes from the table; linear ones are their own pushforward, and pull back by
//! their transpose; bilinear ones by the transpose in each argument. Only what is neither has a rule of its own.

mod conv;
mod running;

use crate::array::Array;
use crate::build::rebuild;
use crate::mask::{Condition, branch, plus, times};
use crate::prim::{Compare, Form, Holomorphic, Kind, Padding, Prim, Reduction};
use crate::pushed;
use crate::shape::{Dims, Shape};
use pullback_real::Binary;
use running::Records;
use smallvec::{SmallVec, smallvec};

/// The cotangents of `y`'s arguments from its cotangent `g`; `None` is zero. (`Custom` calls are pulled back by `custom`.)
#[track_caller]
pub(crate) fn pullback(prim: &Prim, args: &[Array], y: &Array, g: &Array) -> SmallVec<[Option<Array>; 3]> {
    let transposed = |k: usize| differentiable(&args[k]).then(|| transpose(prim, args, k, g));
    match prim.kind() {
        Kind::Constant => smallvec![None; args.len()],
        Kind::Elementwise => (0..args.len()).map(|k| slope(prim, args, y, k).map(|s| times(g, &s))).collect(),
        Kind::Linear if matches!(prim, Prim::Alias) => {
            // The other arguments are only waited for.
            let only = |k: usize| if k == 0 { transposed(0) } else { None };
            (0..args.len()).map(only).collect()
        }
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
        Kind::RunningExtremum { axis, reverse, .. } => {
            let condition = Condition::of([g]);
            let pulled = Records::of(&args[0], y, axis, reverse).pull(g);
            smallvec![Some(condition.map_or(pulled.clone(), |c| c.keep(&pulled)))]
        }
        Kind::Call => unreachable!("calls are pulled back as a whole"),
    }
}

/// Whether the transpose makes elements of a cotangent parts of others, in ways that masks do not follow.
fn mixes(prim: &Prim) -> bool {
    let followed = match prim.form() {
        Form::First | Form::Elementwise | Form::Plane | Form::View | Form::Reduction => true,
        Form::Kernel => matches!(prim, Prim::Pad(_) | Prim::Concat(_) | Prim::ScatterAdd(_)),
        Form::Source | Form::Last | Form::Control => false,
    };
    !followed
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
        Kind::Linear if matches!(prim, Prim::Alias) => tangents[0].clone(),
        Kind::Linear => {
            tangents.iter().flatten().next()?;
            // Arguments that carry no derivative (indices, conditions) stay; the others move by their tangents.
            let moved = args.iter().zip(tangents).map(|(a, t)| match t {
                Some(t) => t.clone(),
                None if a.dtype().is_differentiable() => a.zeros_like(),
                None => a.clone(),
            });
            Some(rebuild(prim, &moved.collect::<Vec<_>>(), y))
        }
        Kind::Bilinear => {
            let left = tangents[0].as_ref().map(|t| rebuild(prim, &[t.clone(), args[1].clone()], y));
            let right = tangents[1].as_ref().map(|t| rebuild(prim, &[args[0].clone(), t.clone()], y));
            sum(&mut left.into_iter().chain(right))
        }
        Kind::Extremum(op, axes) => {
            let t = tangents[0].as_ref()?;
            Some(times(t, &share(op, &args[0], y)).reduce_op(Reduction::Sum, axes.clone()))
        }
        Kind::RunningExtremum { axis, reverse, .. } => {
            let t = tangents[0].as_ref()?;
            Some(Records::of(&args[0], y, axis, reverse).push(t))
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
        Prim::Cumulative { op: Reduction::Sum, axis, reverse } => {
            g.cumulative_op(Reduction::Sum, *axis, !reverse)
        }
        Prim::Cumulative { op: Reduction::Max | Reduction::Min, .. } => unreachable!(),
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
        Prim::Conv(window) if k == 0 => conv::by_input(window, &args[1], g, shape),
        Prim::Conv(window) => conv::by_kernel(window, &args[0], g, shape),
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

/// Whether it carries derivatives.
pub(crate) fn differentiable(x: &Array) -> bool {
    x.dtype().is_differentiable()
}
