//! Hoists loop invariants: functions of the arrays that every step reads are computed once, before the loop,
//! and so are transposed arrays that products read.

use super::super::replay::{Recorded, Values};
use crate::array::Array;
use crate::eval::LoopSignature;
use crate::prim::{Form, Prim};
use std::collections::{HashMap, HashSet};

/// The step, its loop and its arguments, with the loop invariants as further shared arguments.
#[track_caller]
pub(super) fn hoist(
    step: Recorded,
    of: LoopSignature,
    args: &[Array],
) -> (Recorded, LoopSignature, Vec<Array>) {
    let found = invariant(&step, of);
    if found.is_empty() || of.length < 2 {
        return (step, of, args.to_vec());
    }
    let n = of.before_rows();
    // Calls are replayed as their values: their rules may read arrays that change with the step.
    let made = Recorded::of(&step.inputs[of.state..n], &found);
    let values = made.replay(&mut Values, &args[of.state..n]);
    let of = LoopSignature { shared: of.shared + found.len(), ..of };
    let inputs = [&step.inputs[..n], &found, &step.inputs[n..]].concat();
    (Recorded::of(&inputs, &step.outputs), of, [&args[..n], &values, &args[n..]].concat())
}

/// The nodes of the step that depend on shared inputs alone and that a node which changes with the step
/// reads. Views take no time, so the array behind a view is taken instead, unless a product reads a
/// transposed one.
fn invariant(step: &Recorded, of: LoopSignature) -> Vec<Array> {
    let shared = of.state..of.before_rows();
    let (mut fixed, mut moving) = (HashMap::new(), HashSet::new());
    for (k, x) in step.inputs.iter().enumerate() {
        match shared.contains(&k) {
            true => drop(fixed.insert(x.0.id, x.clone())),
            false => drop(moving.insert(x.0.id)),
        }
    }
    let mut found: Vec<Array> = vec![];
    let mut add = |x: &Array| {
        if found.iter().all(|y| y.0.id != x.0.id) {
            found.push(x.clone())
        }
    };
    let inputs: HashSet<u64> = step.inputs.iter().map(|x| x.0.id).collect();
    for node in step.nodes() {
        let (prim, args) = node.parts();
        let args = prim.awaited(&args);
        // Values on disk are written and read by the steps.
        let written = matches!(prim, Prim::Spill { .. } | Prim::Unspill(..));
        if !written && args.iter().all(|a| !moving.contains(&a.0.id)) {
            fixed.insert(node.0.id, node.clone());
            continue;
        }
        moving.insert(node.0.id);
        for arg in args.iter().filter_map(|a| fixed.get(&a.0.id)) {
            let turned = matches!((prim, &arg.0.prim), (Prim::Matmul, Prim::Permute(_)));
            let made = if turned { arg.clone() } else { seen_through(arg) };
            if !inputs.contains(&made.0.id) {
                add(&made)
            }
        }
    }
    found
}

/// The array behind a chain of views, aliases and calls.
fn seen_through(x: &Array) -> Array {
    let (prim, args) = x.parts();
    match prim.form() {
        Form::View | Form::First | Form::Last => seen_through(&prim.operands(&args)[0]),
        Form::Source | Form::Elementwise | Form::Plane => x.clone(),
        Form::Reduction | Form::Kernel | Form::Control => x.clone(),
    }
}
