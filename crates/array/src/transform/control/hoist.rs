//! What every step would make again of what every step reads, made once before the loop: functions of shared arrays, and
//! transposed ones that products read.

use super::super::replay::{Recorded, Values};
use crate::array::Array;
use crate::eval::LoopSignature;
use crate::prim::{Form, Prim};
use std::collections::{HashMap, HashSet};

/// The step, its loop and its arguments, with what is made once as further shared ones.
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
    // Calls as their values: what their rules would read may be of the steps.
    let made = Recorded::of(&step.inputs[of.state..n], &found);
    let values = made.replay(&mut Values, &args[of.state..n]);
    let of = LoopSignature { shared: of.shared + found.len(), ..of };
    let inputs = [&step.inputs[..n], &found, &step.inputs[n..]].concat();
    (Recorded::of(&inputs, &step.outputs), of, [&args[..n], &values, &args[n..]].concat())
}

/// Nodes of the step that depend on shared inputs alone, and are worth an input of their own: where something else reads them,
/// but no views, which take nothing.
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
        // What is written to disk is written by the steps.
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

/// What a view looks at.
fn seen_through(x: &Array) -> Array {
    let (prim, args) = x.parts();
    match prim.form() {
        Form::View | Form::First | Form::Last => seen_through(&prim.operands(&args)[0]),
        Form::Source | Form::Elementwise | Form::Plane => x.clone(),
        Form::Reduction | Form::Kernel | Form::Control => x.clone(),
    }
}
