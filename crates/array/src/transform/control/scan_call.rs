//! The loop over rows as a call: what its results are, and its rule for forward mode.

use super::super::replay::Recorded;
use super::back::{adjoint, back};
use super::batch_split::batch_split;
use super::cost::time;
use super::hoist::hoist;
use super::{filled, like, outputs, pushed, spread, wanted};
use crate::array::Array;
use crate::custom::Call;
use crate::custom::Rule;
use crate::dtype::DType;
use crate::eval::{Body, Flow};
use crate::prim::Prim;
use crate::rules::differentiable;
use crate::shape::Shape;
use pullback_real::Binary;
use std::sync::Arc;

/// The numbers of a loop.
#[derive(Clone, Copy)]
pub(super) struct Loop {
    /// Arrays in the state.
    pub state: usize,
    /// Arrays that every step reads.
    pub shared: usize,
    pub length: usize,
    pub reverse: bool,
    /// How many states the way back may keep; `None`: all.
    pub snapshots: Option<usize>,
    /// Whether it may keep further results of steps, those that take long.
    pub keeps: bool,
}

/// The loop and its rules. Arguments: state, shared, rows; results: state, rows.
#[track_caller]
pub(super) fn scan_call(body: Arc<Recorded>, of: Loop, args: &[Array]) -> Vec<Array> {
    let mut all = with_history(body.clone(), of, args);
    all.truncate(body.outputs.len());
    all
}

/// Like [`scan_call`], with further rows, if the way back keeps them: the state before every step, and what is [`saved_for_backward`] of it.
/// (They are computed only if something reads them.)
#[track_caller]
pub(super) fn with_history(body: Arc<Recorded>, of: Loop, args: &[Array]) -> Vec<Array> {
    let stopped = Array::constants(args);
    let history = body.inputs[..if of.snapshots.is_none() { of.state } else { 0 }].iter();
    let results: Vec<Array> =
        body.outputs.iter().chain(history).cloned().chain(saved_for_backward(&body, of)).collect();
    let stacked = |(shape, dtype): (Shape, DType)| (shape.insert(0, of.length), dtype);
    let kinds = like(&results).into_iter().enumerate();
    let kinds = kinds.map(|(k, y)| if k < of.state { y } else { stacked(y) }).collect();
    let values = run("scan", Recorded::of(&body.inputs, &results), of, kinds, &stopped);
    let forth = body.clone();
    let pullback: Rule = Arc::new(move |xs, ys, gs| {
        let wants: Vec<bool> = xs.iter().map(wanted).collect();
        match of.snapshots {
            None => back(&body, of, xs, ys, gs, &wants),
            Some(snapshots) => adjoint(&body, of, snapshots, xs, ys, gs, wants),
        }
    });
    let pushforward: Rule = Arc::new(move |xs, ys, ts| ahead(&forth, of, xs, ys, ts));
    Call::results("scan", args, values, pullback, Some(pushforward))
}

/// What the way back keeps of a step beside its state: products that take longer than their rows, with what is added to them
/// at once. (Functions take about as long as their rows.)
pub(super) fn saved_for_backward(body: &Recorded, of: Loop) -> Vec<Array> {
    if of.snapshots.is_some() || !of.keeps {
        return vec![];
    }
    let is_long =
        |x: &&Array| matches!(x.0.prim, Prim::Matmul | Prim::Conv(_)) && differentiable(x) && time(x) >= LONG;
    body.nodes().iter().filter(is_long).map(|x| with_addends(body, x)).collect()
}

/// A sum, if it is all that reads one of its addends, or the addend: what it is added to asks for neither.
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

/// Nanoseconds that are long beside the row of a result.
const LONG: usize = 1_000;

/// The loop alone: what the steps hand out, of these shapes and dtypes.
#[track_caller]
pub(super) fn run(
    name: &'static str,
    step: Recorded,
    of: Loop,
    kinds: Vec<(Shape, DType)>,
    args: &[Array],
) -> Vec<Array> {
    let (step, of, args) = hoist(step, of, args);
    let flow = Flow::Scan {
        batch_split: batch_split(&step, of),
        body: Body::new(step.inputs, step.outputs),
        state: of.state,
        shared: of.shared,
        length: of.length,
        reverse: of.reverse,
    };
    outputs(name, flow, kinds, &args)
}

/// Shapes and dtypes of what a step gets of a loop's arguments.
pub(super) fn rows_of(args: &[Array], of: Loop) -> Vec<(Shape, DType)> {
    let one = |(k, x): (usize, &Array)| {
        let shape = if k < of.state + of.shared { x.0.shape.clone() } else { x.0.shape.remove(0) };
        (shape, x.dtype())
    };
    args.iter().enumerate().map(one).collect()
}

/// Forward: the same loop with the tangents beside everything.
#[track_caller]
fn ahead(
    body: &Arc<Recorded>,
    of: Loop,
    xs: &[Array],
    ys: &[Array],
    mut ts: Vec<Option<Array>>,
) -> Vec<Option<Array>> {
    let (n, m) = (of.state, of.shared);
    let floats: Vec<bool> = xs[..n].iter().map(differentiable).collect();
    let mut moved: Vec<bool> = ts.iter().map(Option::is_some).collect();
    moved[..n].copy_from_slice(&floats);
    let rest = ts.split_off(n);
    let state_dot: Vec<Array> = filled(&xs[..n], ts).into_iter().flatten().collect();
    let shared_dot: Vec<Array> = rest[..m].iter().flatten().cloned().collect();
    let row_dot: Vec<Array> = rest[m..].iter().flatten().cloned().collect();
    let (c, w) = (state_dot.len(), shared_dot.len());
    let args = [&xs[..n], &state_dot, &xs[n..n + m], &shared_dot, &xs[n + m..], &row_dot].concat();
    let new = Loop { state: n + c, shared: m + w, ..of };
    let is: Vec<bool> = body.outputs.iter().map(differentiable).collect();
    let step = |args: &[Array]| -> Vec<Array> {
        let (state, rest) = args.split_at(n);
        let (state_dot, rest) = rest.split_at(c);
        let (shared, rest) = rest.split_at(m);
        let (shared_dot, rest) = rest.split_at(w);
        let (row, row_dot) = rest.split_at(xs.len() - n - m);
        let inputs = [state, shared, row].concat();
        let tangents = [state_dot, shared_dot, row_dot].concat();
        let (y, dy) = pushed(body, &inputs, &moved, &tangents);
        [&y[..n], &dy[..c], &y[n..], &dy[c..]].concat()
    };
    let recorded = Arc::new(Recorded::new("scan", rows_of(&args, new), step));
    let all = with_history(recorded, new, &args);
    // State, its tangents, rows, their tangents, and the history of states and tangents; of what else is kept derivatives do
    // not ask.
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
