//! Loops in which the rows of a batch do not meet: each step works on every row by itself, as a recurrent network does. Such a
//! loop is run in parts of the batch, each from the first step to the last by one thread. That is found by following the
//! axis of the batch through a step.

use super::super::replay::{Meaning, Recorded};
use super::cost::time;
use super::scan_call::Loop;
use crate::array::Array;
use crate::custom::Call;
use crate::dtype::DType;
use crate::eval::Control;
use crate::eval::{BatchSplit, Body};
use crate::prim::{Padding, Prim};
use crate::rules::rebuild;
use crate::shape::Shape;
use smallvec::SmallVec;
use std::sync::Arc;

/// Rows of a part, at least: fewer leave the tiles of a product empty. And parts, at most.
const ROWS: usize = 16;
const MOST: usize = 8;

/// How long a step takes that is worth it, in ns: less is not worth a second thread, and more is better cut operation by
/// operation, since each part reads all that is not of the batch.
const STEP: std::ops::Range<usize> = 8_000..250_000;

/// The loop in parts, if it is worth it and its batch allows it. `body`: with all that a step hands out.
#[track_caller]
pub(super) fn batch_split(body: &Recorded, of: Loop) -> Option<BatchSplit> {
    let rows = *body.inputs[..of.state].iter().find(|x| x.ndim() > 0)?.shape().first()?;
    let parts = (rows / ROWS).min(MOST);
    if parts < 2 || rows % parts != 0 || of.length < 2 {
        return None;
    }
    if !STEP.contains(&body.nodes().iter().map(time).sum()) {
        return None;
    }
    // Whatever has as many rows may be cut: that all fits together is what is found out.
    let cut = |(k, x): (usize, &Array)| {
        let of_batch = !(of.state..of.state + of.shared).contains(&k);
        (of_batch && x.ndim() > 0 && x.shape()[0] == rows).then_some(0)
    };
    let axes: Vec<Option<usize>> = body.inputs.iter().enumerate().map(cut).collect();
    let like = |(x, axis): (&Array, &Option<usize>)| (smaller(&x.0.shape, *axis, parts), x.dtype());
    let shapes: Vec<(Shape, DType)> = body.inputs.iter().zip(&axes).map(like).collect();
    let mut results = None;
    let step = Recorded::new("scan", shapes, |xs| {
        let args = xs.iter().zip(&axes).map(|(x, &axis)| Some(Piece { array: x.clone(), axis }));
        let ys: Option<Vec<Piece>> =
            body.replay(&mut Cut { parts }, &args.collect::<Vec<_>>()).into_iter().collect();
        let arrays = ys.iter().flatten().map(|y| y.array.clone()).collect();
        results = ys.map(|ys| ys.iter().map(|y| y.axis).collect::<Vec<_>>());
        arrays
    });
    let made = results?;
    // The state stays cut as it was; rows are cut where they lie together.
    if made[..of.state] != axes[..of.state] || made.iter().any(|axis| axis.is_some_and(|a| a > 0)) {
        return None;
    }
    let flags = |axes: &[Option<usize>]| axes.iter().map(Option::is_some).collect::<Vec<bool>>();
    let inputs = [flags(&axes[..of.state]), flags(&axes[of.state + of.shared..])].concat();
    Some(BatchSplit { body: Body::new(step.inputs, step.outputs), parts, inputs, outputs: flags(&made) })
}

/// What stands for an array: a part of it along an axis, or all of it.
#[derive(Clone)]
struct Piece {
    array: Array,
    axis: Option<usize>,
}

/// With an axis cut into parts.
fn smaller(shape: &Shape, axis: Option<usize>, parts: usize) -> Shape {
    let mut shape = shape.clone();
    if let Some(axis) = axis {
        shape[axis] /= parts
    }
    shape
}

/// A part of what is the same for all rows.
fn even(x: &Array, axis: usize, parts: usize) -> Option<Array> {
    let shape = smaller(&x.0.shape, Some(axis), parts);
    match x.parts() {
        (Prim::Fill { .. }, _) => x.fill_value().map(|c| Array::fill(c, shape, x.dtype())),
        (Prim::Broadcast, args) if args[0].shape()[axis] == 1 => Some(args[0].broadcast_op(&shape)),
        _ => None,
    }
}

/// Follows the cut through a step; `None` where rows meet, or it is not known.
struct Cut {
    parts: usize,
}

impl Cut {
    /// All arguments cut along the same axis.
    fn alike(&self, args: &[Piece]) -> Option<(usize, Vec<Array>)> {
        let axis = args.iter().find_map(|x| x.axis)?;
        let one = |x: &Piece| match x.axis {
            Some(a) => (a == axis).then(|| x.array.clone()),
            None => even(&x.array, axis, self.parts),
        };
        Some((axis, args.iter().map(one).collect::<Option<_>>()?))
    }
    fn follow(&self, node: &Array, prim: &Prim, args: &[Piece]) -> Option<Piece> {
        let x = &args[0].array;
        let shape = |axis| smaller(&node.0.shape, Some(axis), self.parts);
        let (axis, array) = match prim {
            Prim::Unary(_)
            | Prim::Binary(_)
            | Prim::Compare(_)
            | Prim::Select
            | Prim::Cast(_)
            | Prim::Stop => {
                let (axis, args) = self.alike(args)?;
                (axis, rebuild(prim, &args, node))
            }
            Prim::Concat(along) => {
                let (axis, args) = self.alike(args)?;
                (axis != *along).then(|| (axis, Array::concat_op(&args, *along)))?
            }
            Prim::Alias => (args[0].axis?, x.clone()),
            Prim::Broadcast => (args[0].axis?, x.broadcast_op(&shape(args[0].axis?))),
            Prim::Reshape => {
                // The axis with as many elements before it and as many behind it.
                let (from, whole) = (args[0].axis?, &node.0.shape);
                let before: usize = x.shape()[..from].iter().product();
                let extent = x.shape()[from] * self.parts;
                let is = |&k: &usize| whole[..k].iter().product::<usize>() == before && whole[k] == extent;
                let axis = (0..whole.rank()).find(is)?;
                (axis, x.reshape_op(shape(axis)))
            }
            Prim::Permute(axes) => {
                let axis = axes.iter().position(|a| Some(*a) == args[0].axis)?;
                (axis, x.permute_op(axes.clone()))
            }
            Prim::Slice { start, step } => {
                let axis = args[0].axis?;
                let all =
                    start[axis] == 0 && step[axis] == 1 && x.shape()[axis] * self.parts == node.shape()[axis];
                all.then(|| (axis, x.slice_op(start.clone(), step.clone(), shape(axis))))?
            }
            Prim::Pad(pads) => {
                let axis = args[0].axis?;
                let none = pads[axis] == Padding { lo: 0, hi: 0, interior: 0 };
                none.then(|| (axis, x.pad_op(SmallVec::from_slice(pads))))?
            }
            Prim::Flip(axes) => {
                let axis = args[0].axis.filter(|a| !axes.contains(a))?;
                (axis, x.flip_op(axes.clone()))
            }
            Prim::Reduce(op, axes) => {
                let axis = args[0].axis.filter(|a| !axes.contains(a))?;
                (axis, x.reduce_op(*op, axes.clone()))
            }
            Prim::Cumsum { axis: along, reverse } => {
                let axis = args[0].axis.filter(|a| a != along)?;
                (axis, x.cumsum_op(*along, *reverse))
            }
            Prim::Matmul => {
                let (y, rows) = (&args[1].array, node.ndim() - 2);
                let axis = match (args[0].axis, args[1].axis) {
                    (Some(a), None) if a == rows => rows,
                    (None, Some(b)) if b == rows + 1 => rows + 1,
                    (Some(a), Some(b)) if a == b && a < rows => a,
                    _ => return None,
                };
                (axis, x.matmul_op(y))
            }
            Prim::Complex | Prim::Re | Prim::Im | Prim::Holomorphic(_) | Prim::Fft { .. } => return None,
            Prim::Conv(_) | Prim::Gather | Prim::ScatterAdd(_) | Prim::Argsort => return None,
            Prim::Random(_) | Prim::Spill { .. } | Prim::Unspill(..) | Prim::Linalg(_) => return None,
            Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => return None,
            Prim::Custom(..) | Prim::Control(..) => unreachable!("calls and loops are followed as a whole"),
        };
        Some(Piece { array, axis: Some(axis) })
    }
}

impl Meaning for Cut {
    type Value = Option<Piece>;
    fn constant(x: &Array) -> Option<Piece> {
        Some(Piece { array: x.clone(), axis: None })
    }
    #[track_caller]
    fn node(&mut self, node: &Array, prim: &Prim, args: &[Option<Piece>]) -> Option<Piece> {
        // Whatever else an alias waits for, its value is the first argument's.
        let args = if matches!(prim, Prim::Alias) { &args[..1] } else { args };
        let args: Vec<Piece> = args.iter().cloned().collect::<Option<_>>()?;
        if args.iter().any(|x| x.axis.is_some()) {
            return self.follow(node, prim, &args);
        }
        let args: Vec<Array> = args.into_iter().map(|x| x.array).collect();
        Some(Piece { array: rebuild(prim, &args, node), axis: None })
    }
    /// What runs is not differentiated: of a call its outputs are enough.
    fn call(
        &mut self,
        call: &Arc<Call>,
        inputs: &[Option<Piece>],
        outputs: &[Option<Piece>],
    ) -> Vec<Option<Piece>> {
        if call.is_name { vec![inputs[0].clone()] } else { outputs.to_vec() }
    }
    #[track_caller]
    fn control(&mut self, control: &Arc<Control>, args: &[Option<Piece>]) -> Vec<Option<Piece>> {
        let whole = |x: &Option<Piece>| x.clone().filter(|x| x.axis.is_none()).map(|x| x.array);
        let args: Option<Vec<Array>> = args.iter().map(whole).collect();
        let output = |k| {
            let array = Array::control_op(control, k, args.as_ref()?);
            Some(Piece { array, axis: None })
        };
        (0..control.outputs.len()).map(output).collect()
    }
}
