//! Cuts a recorded function into segments at places where few bytes are live. The backward pass computes the
//! segments again, one after the other.

use super::{Keep, block};
use crate::array::Array;
use crate::custom::Call;
use crate::custom::Linear;
use crate::eval::Control;
use crate::prim::{Form, Prim};
use crate::transform::replay::{Recorded, parts};
use std::collections::HashMap;
use std::sync::Arc;

/// The outputs of `body` at `args`, computed in segments of at most the first level's bytes; all but the last
/// are checkpoints, and the next level cuts each again when it is recomputed.
#[track_caller]
pub(super) fn run(body: &Arc<Recorded>, levels: &[usize], keep: &Keep, args: &[Array]) -> Vec<Array> {
    let Some((&bound, rest)) = levels.split_first() else { return body.at(args) };
    let ids = body.inputs.iter().map(|x| x.0.id);
    let mut values: HashMap<u64, Array> = ids.zip(args.iter().cloned()).collect();
    let all = segments(body, bound);
    let last = all.len().saturating_sub(1);
    for (k, segment) in all.into_iter().enumerate() {
        let segment = Arc::new(segment);
        let args: Vec<Array> = segment.inputs.iter().map(|x| values[&x.0.id].clone()).collect();
        let ys = match k == last {
            // Its backward pass follows at once: a checkpoint would save nothing.
            true => run(&segment, rest, keep, &args),
            false => block(segment.clone(), rest, keep, &args),
        };
        values.extend(segment.outputs.iter().map(|y| y.0.id).zip(ys))
    }
    body.outputs.iter().map(|y| values.get(&y.0.id).unwrap_or(y).clone()).collect()
}

/// Bytes of an array's elements.
pub(super) fn bytes(x: &Array) -> usize {
    x.size() * x.dtype().size()
}
/// Bytes of a node's own value: views, constants and calls take none.
fn inside(x: &Array) -> usize {
    match x.0.prim.form() {
        Form::Source | Form::First | Form::Last | Form::View => 0,
        Form::Elementwise | Form::Plane | Form::Reduction | Form::Kernel | Form::Control => bytes(x),
    }
}
/// The bytes of all values of a function.
pub(super) fn total(body: &Recorded) -> usize {
    body.nodes().iter().map(inside).sum()
}

/// The call or loop that a node is an output of: no cut parts neighbouring outputs of one.
fn whole(x: &Array) -> Option<*const ()> {
    match &x.0.prim {
        Prim::Custom(call, _) => Some(Arc::as_ptr(call).cast::<Call>().cast()),
        Prim::Control(control, _) => Some(Arc::as_ptr(control).cast::<Control>().cast()),
        _ => None,
    }
}

/// The function in order, in segments of at most `bound` bytes (or a single node or call), cut so that the
/// sum of the bytes live across the cuts is least.
pub(super) fn segments(body: &Recorded, bound: usize) -> Vec<Recorded> {
    let nodes = body.nodes();
    let n = nodes.len();
    let place: HashMap<u64, usize> = nodes.iter().enumerate().map(|(k, x)| (x.0.id, k)).collect();
    let mut last_use = vec![0; n];
    for (k, node) in nodes.iter().enumerate() {
        for a in parts(node) {
            if let Some(&j) = place.get(&a.0.id) {
                last_use[j] = k
            }
        }
    }
    // The bytes live between the nodes c − 1 and c.
    let mut crossing = vec![0; n + 1];
    for (k, node) in nodes.iter().enumerate() {
        if last_use[k] > k {
            (k + 1..=last_use[k]).for_each(|c| crossing[c] += bytes(node))
        }
    }
    let mut sums = vec![0; n + 1];
    (0..n).for_each(|k| sums[k + 1] = sums[k] + inside(&nodes[k]));
    let parted =
        |c: usize| c > 0 && c < n && whole(&nodes[c]).is_some() && whole(&nodes[c - 1]) == whole(&nodes[c]);
    // For each place, the least sum of bytes across the cuts before it, and the last of these cuts.
    let (mut least, mut before) = (vec![usize::MAX; n + 1], vec![0; n + 1]);
    least[0] = 0;
    for c in 1..=n {
        if parted(c) {
            continue;
        }
        for p in (0..c).rev() {
            if least[p] == usize::MAX {
                continue;
            }
            let cost = least[p] + crossing[p];
            if sums[c] - sums[p] > bound && least[c] != usize::MAX {
                break;
            }
            if cost < least[c] {
                (least[c], before[c]) = (cost, p)
            }
        }
    }
    let mut cuts = vec![n];
    while let Some(&c) = cuts.last().filter(|&&c| c > 0) {
        cuts.push(before[c])
    }
    cuts.reverse();
    let one = |ends: &[usize]| -> Recorded {
        let (from, to) = (ends[0], ends[1]);
        let outside = |x: &Array| match place.get(&x.0.id) {
            Some(k) => *k < from,
            None => body.inputs.iter().any(|i| i.0.id == x.0.id),
        };
        let mut inputs: Vec<Array> = vec![];
        for a in nodes[from..to].iter().flat_map(parts) {
            if outside(&a) && inputs.iter().all(|x| x.0.id != a.0.id) {
                inputs.push(a)
            }
        }
        let leaves = |k: &usize| last_use[*k] >= to || body.outputs.iter().any(|y| y.0.id == nodes[*k].0.id);
        let outputs: Vec<Array> = (from..to).filter(leaves).map(|k| nodes[k].clone()).collect();
        Recorded::of(&inputs, &outputs)
    };
    cuts.windows(2).map(one).collect()
}

/// Cotangents of ones, for every differentiable output.
pub(super) fn ones(ys: &[Array]) -> Linear {
    ys.iter().map(|y| super::active(y).then(|| y.ones_like())).collect()
}
