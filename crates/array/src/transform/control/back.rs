//! The backward pass of a loop over rows: with every state saved, or with few of them saved and the others
//! computed again.

use super::super::replay::Recorded;
use super::super::{jvp, vjp};
use super::deferred_products::Hoisted;
use super::scan_call::{Loop, saved_for_backward, scan_call, with_history};
use super::{chosen, filled, like, outputs, pulled_knowing, spread};
use crate::array::Array;
use crate::custom::{Call, CallRules};
use crate::custom::{Linear, Rule};
use crate::dtype::DType;
use crate::eval::{AdjointSignature, Body, Flow, LoopArgs, LoopSignature};
use crate::rules::differentiable;
use crate::shape::Shape;
use std::ops::Range;
use std::sync::Arc;

/// A step of the backward pass. Its inputs are the carried arrays (the state's cotangents, the sums of the
/// shared arrays' cotangents), the shared arrays, the state before the step, the rows, the given cotangents
/// of rows, and the saved residuals. Its outputs are the next carried arrays and the rows' cotangents.
struct Way {
    step: Recorded,
    carried: Vec<Array>,
    /// Which of the carried arrays are sums.
    sums: Range<usize>,
    given: Vec<Array>,
    /// The rows of the saved residuals that it reads, the last of its inputs.
    kept: Vec<Array>,
}

impl Way {
    /// `gs`: cotangents of the last state, of rows, and of the history of states if there is one; `kept`: the
    /// nodes of the body that are saved, and their rows.
    #[track_caller]
    fn new(
        body: &Arc<Recorded>,
        of: Loop,
        xs: &[Array],
        ys: &[Array],
        mut gs: Linear,
        wants: &[bool],
        kept: Vec<(Array, Array)>,
    ) -> Way {
        let forward = of.signature;
        let (n, x) = (forward.state, forward.args(xs));
        let mut wants = wants.to_vec();
        let floats: Vec<bool> = x.state.iter().map(differentiable).collect();
        wants[..n].copy_from_slice(&floats);
        // The residuals beside the states are read as constants: they have no cotangents.
        gs.truncate(body.outputs.len() + n);
        let of_history = gs.split_off(body.outputs.len());
        let of_rows = gs.split_off(n);
        let mut carried: Vec<Array> = filled(&ys[..n], gs).into_iter().flatten().collect();
        let c = carried.len();
        carried.extend(chosen(x.shared, forward.args(&wants).shared).iter().map(Array::zeros_like));
        let all = carried.len();
        let has: Vec<bool> = of_rows.iter().chain(&of_history).map(Option::is_some).collect();
        let given: Vec<Array> = of_rows.into_iter().chain(of_history).flatten().collect();
        let one = |x: &Array| (x.0.shape.remove(0), x.dtype());
        let whole = [like(&carried), like(x.shared), like(x.state)].concat();
        let shapes = whole.into_iter().chain(x.rows.iter().chain(&given).map(one));
        let shapes: Vec<_> = shapes.collect();
        let signature = AdjointSignature { forward, carried: all, rows: x.rows.len() };
        let outputs = body.outputs.len();
        let back = |args: &[Array], kept: &[(Array, Array)]| -> Vec<Array> {
            let (args, values) = args.split_at(args.len() - kept.len());
            let known = kept.iter().zip(values).map(|((of, _), x)| (of.0.id, x.stop_gradient())).collect();
            let args = signature.step_back(args);
            let (bar, sums) = args.carried.split_at(c);
            let mut g = spread(&has, args.all_rows[args.rows.len()..].iter().cloned());
            let history_bar = g.split_off(outputs - n);
            let cotangents = spread(&floats, bar.iter().cloned()).into_iter().chain(g);
            let found = pulled_knowing(&known, body, &args.forward(), &wants, cotangents.collect());
            let late = history_bar.iter().zip(&floats).filter(|(_, is)| **is).map(|(g, _)| g.clone());
            let state =
                found[..c].iter().zip(late.chain(std::iter::repeat(None))).map(|(g, late)| match late {
                    Some(late) => g + late,
                    None => g.clone(),
                });
            let sums = sums.iter().zip(&found[c..]).map(|(sum, g)| sum + g);
            state.chain(sums).chain(found[all..].iter().cloned()).collect()
        };
        let record = |kept: &[(Array, Array)]| {
            let shapes = shapes.iter().cloned().chain(kept.iter().map(|(_, rows)| one(rows)));
            Recorded::new("scan", shapes, |args| back(args, kept))
        };
        // Which residuals the step reads is known once it has been recorded with all of them.
        let mut step = record(&kept);
        let read = step.reads().split_off(shapes.len());
        let kept: Vec<(Array, Array)> =
            kept.into_iter().zip(&read).filter_map(|(k, r)| r.then_some(k)).collect();
        if kept.len() < read.len() {
            step = record(&kept)
        }
        let kept = kept.into_iter().map(|(_, rows)| rows).collect();
        Way { step, carried, sums: c..all, given, kept }
    }
}

/// The backward pass with every state saved: a loop in the other order. The last rows of `ys` are the history
/// of states and the other residuals.
#[track_caller]
pub(super) fn back(
    body: &Arc<Recorded>,
    of: Loop,
    xs: &[Array],
    ys: &[Array],
    gs: Linear,
    wants: &[bool],
) -> Linear {
    let signature = of.signature;
    let (history, rows) = signature.results(&ys[body.outputs.len()..]);
    let kept = saved_for_backward(body, of).into_iter().zip(rows.iter().cloned()).collect();
    let way = Way::new(body, of, xs, ys, gs, wants, kept);
    let LoopArgs { shared, rows, .. } = signature.args(xs);
    let args = [&way.carried[..], shared, history, rows, &way.given, &way.kept].concat();
    let all = way.carried.len();
    let hoisted = Hoisted::new(&way.step, way.sums, all + shared.len());
    let backward = LoopSignature { state: all - hoisted.out, reverse: !signature.reverse, ..signature };
    let new = Loop { signature: backward, ..of };
    let rest = hoisted.arguments(&args);
    let results = scan_call(hoisted.step.clone(), new, &rest);
    in_place(wants, xs, of, hoisted.results(&args, results))
}

/// Cotangents in the places of all inputs, from those of the state's floating-point arrays and of the other
/// inputs wanted.
fn in_place(wants: &[bool], xs: &[Array], of: Loop, found: Vec<Array>) -> Linear {
    let is: Vec<bool> = xs
        .iter()
        .zip(wants)
        .enumerate()
        .map(|(k, (x, w))| if k < of.signature.state { differentiable(x) } else { *w })
        .collect();
    spread(&is, found)
}

/// The backward pass with `snapshots` states saved, by the binomial schedule. Its own derivatives are those
/// of [`back`].
#[track_caller]
pub(super) fn adjoint(
    body: &Arc<Recorded>,
    of: Loop,
    snapshots: usize,
    xs: &[Array],
    ys: &[Array],
    gs: Linear,
    wants: Vec<bool>,
) -> Linear {
    let way = Way::new(body, of, xs, ys, gs.clone(), &wants, vec![]);
    let (carried, count, forward) = (way.carried.len(), xs.len(), of.signature);
    let LoopArgs { state, shared, rows } = forward.args(xs);
    let args = [state, &way.carried, shared, rows, &way.given].concat();
    let stopped = Array::constants(&args);
    let stacked = |(shape, dtype): (Shape, DType)| (shape.insert(0, forward.length), dtype);
    let kinds = like(&way.step.outputs).into_iter().enumerate();
    let kinds = kinds.map(|(k, y)| if k < carried { y } else { stacked(y) }).collect();
    let flow = Flow::Adjoint {
        advance: Body::new(body.inputs.clone(), forward.results(&body.outputs).0.to_vec()),
        back: Body::new(way.step.inputs, way.step.outputs),
        signature: AdjointSignature { forward, carried, rows: rows.len() },
        snapshots,
    };
    let values = outputs("scan", flow, kinds, &stopped);
    let there: Vec<bool> = gs.iter().map(Option::is_some).collect();
    let inputs: Vec<Array> = xs.iter().cloned().chain(gs.into_iter().flatten()).collect();
    let (body, of, wanted) = (body.clone(), Loop { snapshots: None, ..of }, wants.clone());
    let same = Arc::new(move |all: &Vec<Array>| -> Vec<Array> {
        let (xs, gs) = all.split_at(count);
        let ys = with_history(body.clone(), of, xs);
        let mut gs = spread(&there, gs.iter().cloned());
        gs.resize(ys.len(), None);
        back(&body, of, xs, &ys, gs, &wanted).into_iter().flatten().collect()
    });
    let ahead = same.clone();
    let pull: Rule = Arc::new(move |inputs, ys, cs| {
        let g: Vec<Array> = ys.iter().zip(cs).map(|(y, c)| c.unwrap_or_else(|| y.zeros_like())).collect();
        let found = vjp(|all: &Vec<Array>| same(all))(&inputs.to_vec()).1(&g);
        inputs.iter().zip(found).map(|(x, g)| differentiable(x).then_some(g)).collect()
    });
    let push: Rule = Arc::new(move |inputs, ys, ts| {
        let t: Vec<Array> = inputs.iter().zip(ts).map(|(x, t)| t.unwrap_or_else(|| x.zeros_like())).collect();
        let found = jvp(|all: &Vec<Array>| ahead(all))(&inputs.to_vec(), &t).1;
        ys.iter().zip(found).map(|(y, t)| differentiable(y).then_some(t)).collect()
    });
    in_place(&wants, xs, of, Call::of("scan", &inputs, values, CallRules::new(pull, push)))
}
