//! Loops in which the rows of a batch do not meet: each step works on every row by itself, as a recurrent network does. Such a
//! loop is run in parts of the batch, each from the first step to the last by one thread. That is found by following the
//! axis of the batch through a step.

use super::super::replay::{Meaning, Recorded};
use super::cost::time;
use crate::array::Array;
use crate::build::{build, rebuild};
use crate::custom::Call;
use crate::dtype::DType;
use crate::eval::Control;
use crate::eval::{BatchSplit, Body, LoopSignature};
use crate::prim::{Axes, Form, Prim};
use crate::shape::Shape;
use std::sync::Arc;

/// Rows of a part, at least: fewer leave the tiles of a product empty. And parts, at most.
const ROWS: usize = 16;
const MOST: usize = 8;

/// How long a step takes that is worth it, in ns: less is not worth a second thread, and more is better cut operation by
/// operation, since each part reads all that is not of the batch.
const STEP: std::ops::Range<usize> = 8_000..250_000;

/// The loop in parts, if it is worth it and its batch allows it. `body`: with all that a step hands out.
#[track_caller]
pub(super) fn batch_split(body: &Recorded, of: LoopSignature) -> Option<BatchSplit> {
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
        let of_batch = !(of.state..of.before_rows()).contains(&k);
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
    let inputs = [flags(&axes[..of.state]), flags(&axes[of.before_rows()..])].concat();
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
    /// The part of a node, if each slice of it along an axis is made of slices along the axes that are cut.
    #[track_caller]
    fn follow(&self, node: &Array, prim: &Prim, args: &[Piece]) -> Option<Piece> {
        let all = node.parts().1;
        let shapes: Vec<&Shape> = all.iter().map(|a| &a.0.shape).collect();
        let axes: Vec<Axes> = (0..args.len()).map(|k| prim.axes(k, &shapes, &node.0.shape)).collect();
        let runs_along = |&t: &usize| {
            args.iter().zip(&axes).all(|(x, axes)| x.axis.is_none_or(|axis| axes[t] == Some(axis)))
        };
        let axis = (0..node.ndim()).find(runs_along)?;
        let one = |(x, axes): (&Piece, &Axes)| match (x.axis, axes[axis]) {
            (Some(_), _) | (None, None) => Some(x.array.clone()),
            (None, Some(along)) => even(&x.array, along, self.parts),
        };
        let args: Vec<Array> = args.iter().zip(&axes).map(one).collect::<Option<_>>()?;
        let array = build(prim, &args, &smaller(&node.0.shape, Some(axis), self.parts), node.dtype());
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
        let args = if prim.form() == Form::First { &args[..1] } else { args };
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
