//! The loop over rows as a call: its results, the residuals for its backward pass, and its forward mode.

use super::super::replay::Recorded;
use super::back::{adjoint, back};
use super::batch_split::batch_split;
use super::cost::time;
use super::hoist::hoist;
use super::{filled, like, outputs, pushed, spread, wanted};
use crate::array::Array;
use crate::custom::{Call, CallRules};
use crate::custom::{Linear, Rule};
use crate::dtype::DType;
use crate::eval::{Body, Flow, LoopArgs, LoopSignature};
use crate::prim::Prim;
use crate::rules::differentiable;
use crate::shape::Shape;
use pullback_real::Binary;
use std::sync::Arc;

/// A loop over rows, and what its reverse sweep may keep.
#[derive(Clone, Copy)]
pub(super) struct Loop {
    pub signature: LoopSignature,
    /// How many states may be saved for the backward pass; `None`: all.
    pub snapshots: Option<usize>,
    /// Whether expensive results of the steps may be saved as well.
    pub keeps: bool,
}

impl Loop {
    /// The same step, another number of times.
    pub fn of_length(self, length: usize) -> Loop {
        Loop { signature: LoopSignature { length, ..self.signature }, ..self }
    }
}

/// The loop as a call with rules. Arguments: state, shared, rows; results: state, rows.
#[track_caller]
pub(super) fn scan_call(body: Arc<Recorded>, of: Loop, args: &[Array]) -> Vec<Array> {
    let mut all = with_history(body.clone(), of, args);
    all.truncate(body.outputs.len());
    all
}

/// Like [`scan_call`], with the residuals of the backward pass as further rows, unless it saves only some
/// states: the state before every step, and the values [`saved_for_backward`]. (They are computed only if
/// something reads them.)
#[track_caller]
pub(super) fn with_history(body: Arc<Recorded>, of: Loop, args: &[Array]) -> Vec<Array> {
    let stopped = Array::constants(args);
    let LoopSignature { state, length, .. } = of.signature;
    let history = body.inputs[..if of.snapshots.is_none() { state } else { 0 }].iter();
    let results: Vec<Array> =
        body.outputs.iter().chain(history).cloned().chain(saved_for_backward(&body, of)).collect();
    let stacked = |(shape, dtype): (Shape, DType)| (shape.insert(0, length), dtype);
    let kinds = like(&results).into_iter().enumerate();
    let kinds = kinds.map(|(k, y)| if k < state { y } else { stacked(y) }).collect();
    let values = run("scan", Recorded::of(&body.inputs, &results), of.signature, kinds, &stopped);
    let forth = body.clone();
    let pullback: Rule = Arc::new(move |xs, ys, gs| {
        let wants: Vec<bool> = xs.iter().map(wanted).collect();
        match of.snapshots {
            None => back(&body, of, xs, ys, gs, &wants),
            Some(snapshots) => adjoint(&body, of, snapshots, xs, ys, gs, wants),
        }
    });
    let pushforward: Rule = Arc::new(move |xs, ys, ts| ahead(&forth, of, xs, ys, ts));
    Call::of("scan", args, values, CallRules::new(pullback, pushforward))
}

/// The residuals of a step beside its state: products that take at least [`LONG`], each with the terms that
/// are added to it at once. (Elementwise functions take about as long as reading and writing their rows.)
pub(super) fn saved_for_backward(body: &Recorded, of: Loop) -> Vec<Array> {
    if of.snapshots.is_some() || !of.keeps {
        return vec![];
    }
    let is_long =
        |x: &&Array| matches!(x.0.prim, Prim::Matmul | Prim::Conv(_)) && differentiable(x) && time(x) >= LONG;
    body.nodes().iter().filter(is_long).map(|x| with_addends(body, x)).collect()
}

/// The sum that x ends in, as long as a sum is the only node that reads its addend; else x. The derivative of
/// a sum reads neither the sum nor its addends.
fn with_addends(body: &Recorded, x: &Array) -> Array {
    let reads = |y: &&Array| y.parts().1.iter().any(|a| a.0.id == x.0.id);
    let mut readers = body.nodes().iter().filter(reads);
    match (readers.next(), readers.next()) {
        (Some(y), None) if matches!(y.0.prim, Prim::Binary(Binary::Add | Binary::Sub)) => {
            with_addends(body, y)
        }
        _ => x.clone(),
    }
}

/// Nanoseconds from which on a product takes long, compared with its row.
const LONG: usize = 1_000;

/// The loop without rules, and with its invariants hoisted: its results, of these shapes and dtypes.
#[track_caller]
pub(super) fn run(
    name: &'static str,
    step: Recorded,
    signature: LoopSignature,
    kinds: Vec<(Shape, DType)>,
    args: &[Array],
) -> Vec<Array> {
    let (step, signature, args) = hoist(step, signature, args);
    let flow = Flow::Scan {
        batch_split: batch_split(&step, signature),
        body: Body::new(step.inputs, step.outputs),
        signature,
    };
    outputs(name, flow, kinds, &args)
}

/// Shapes and dtypes of a step's arguments, from those of its loop: rows lose their first axis.
pub(super) fn rows_of(args: &[Array], signature: LoopSignature) -> Vec<(Shape, DType)> {
    let one = |(k, x): (usize, &Array)| {
        let shape = if k < signature.before_rows() { x.0.shape.clone() } else { x.0.shape.remove(0) };
        (shape, x.dtype())
    };
    args.iter().enumerate().map(one).collect()
}

/// The rule of forward mode: a loop with the tangents beside state, shared arrays and rows.
#[track_caller]
fn ahead(
    body: &Arc<Recorded>,
    of: Loop,
    xs: &[Array],
    ys: &[Array],
    mut ts: Vec<Option<Array>>,
) -> Vec<Option<Array>> {
    let signature = of.signature;
    let n = signature.state;
    let floats: Vec<bool> = xs[..n].iter().map(differentiable).collect();
    let mut moved: Vec<bool> = ts.iter().map(Option::is_some).collect();
    moved[..n].copy_from_slice(&floats);
    let others = ts.split_off(n);
    let all: Linear = filled(&xs[..n], ts).into_iter().chain(others).collect();
    let given = signature.args(&all);
    let [state, shared, rows] = [given.state, given.shared, given.rows]
        .map(|part| part.iter().flatten().cloned().collect::<Vec<Array>>());
    let c = state.len();
    let of_dots = LoopSignature { state: c, shared: shared.len(), ..signature };
    let args = signature.args(xs).beside(&LoopArgs { state: &state, shared: &shared, rows: &rows });
    let new = Loop { signature: signature.beside(&of_dots), ..of };
    let is: Vec<bool> = body.outputs.iter().map(differentiable).collect();
    let step = |args: &[Array]| -> Vec<Array> {
        let [inputs, tangents] = signature.apart(&of_dots, xs.len() - signature.before_rows(), args);
        let (y, dy) = pushed(body, &inputs, &moved, &tangents);
        [&y[..n], &dy[..c], &y[n..], &dy[c..]].concat()
    };
    let recorded = Arc::new(Recorded::new("scan", rows_of(&args, new.signature), step));
    let all = with_history(recorded, new, &args);
    // State, its tangents, rows, their tangents, and the history of states and tangents; no derivative reads
    // the other residuals.
    let y = body.outputs.len();
    let row_tangents = is[n..].iter().filter(|is| **is).count();
    let dots = all[n..n + c].iter().chain(&all[c + y..c + y + row_tangents]);
    let history = all[c + y + row_tangents..].iter().skip(n);
    let all_is: Vec<bool> = ys.iter().map(differentiable).collect();
    let ours = body.outputs.len() + if of.snapshots.is_none() { n } else { 0 };
    let mut tangents = spread(&all_is[..ours], dots.chain(history).cloned());
    tangents.resize(ys.len(), None);
    tangents
}
