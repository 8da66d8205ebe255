//! Forward mode: the graph of a function, replayed oldest node first with a tangent beside every node.

use super::vjp::vjp;
use super::{matching, returned, within};
use crate::array::{Array, Place, Trace};
use crate::custom::Call;
use crate::custom::Linear;
use crate::mask::Condition;
use crate::prim::Prim;
use crate::rules::{differentiable, pushforward};
use crate::tree::{Tree, leaves, map};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// From f: value and directional derivative, `(f(x), J(x)·dx)`. Both are trees like f's result.
///
/// ```
/// use pullback_array::{Array, Real, jvp};
/// let (y, dy) = jvp(|x: &Array| x.square())(&Array::from([1.0, 2.0]), &Array::from([1.0, 10.0]));
/// assert_eq!((y.to_vec::<f64>(), dy.to_vec::<f64>()), (vec![1.0, 4.0], vec![2.0, 40.0]));
/// ```
///
/// # Panics
/// If the tangent's leaves do not have the shapes and dtypes of the input's.
pub fn jvp<P: Tree + Clone, Q: Tree + Clone>(f: impl Fn(&P) -> Q) -> impl Fn(&P, &P) -> (Q, Q) {
    pushforward_of("jvp", f)
}

/// [`jvp`] for another transform: messages begin with its name, `what`.
pub(crate) fn pushforward_of<P: Tree + Clone, Q: Tree + Clone>(
    what: &'static str,
    f: impl Fn(&P) -> Q,
) -> impl Fn(&P, &P) -> (Q, Q) {
    move |p, dp| {
        let seeds = matching(what, "tangent", p, dp);
        let running = Trace::start();
        let (y, inputs) = within(&running.0, p, &f);
        returned(&y);
        let tangents = push(&inputs, seeds, &leaves(&y));
        drop(running);
        let dy = map(&y, |y| tangents.get(&y.0.id).cloned().unwrap_or_else(|| y.zeros_like()));
        leaves(&y).iter().chain(&leaves(&dy)).for_each(Array::release);
        (y, dy)
    }
}

/// The tangents of all nodes between `inputs` and `outputs`, by id; those not in the map are zero.
pub(super) fn push(inputs: &[Array], seeds: Vec<Array>, outputs: &[Array]) -> HashMap<u64, Array> {
    // Tangents known to be zero are left out: an infinite slope times zero would be NaN.
    let moving = inputs.iter().map(|x| x.0.id).zip(seeds).filter(|(_, t)| !is_nothing(t));
    let mut tangents: HashMap<u64, Array> = moving.collect();
    let Some(first) = inputs.first().map(|x| x.0.id) else { return tangents };
    for node in between(first, outputs) {
        if tangents.contains_key(&node.0.id) {
            continue;
        }
        let _at = Place::of(&node);
        let (prim, args) = node.parts();
        let moved: Linear = args.iter().map(|a| tangents.get(&a.0.id).cloned()).collect();
        if let Prim::Custom(call, _) = prim {
            let inputs = &args[..args.len() - 1];
            if moved[..inputs.len()].iter().any(Option::is_some) {
                let condition = Condition::of(moved[..inputs.len()].iter().flatten());
                let kept = |t: Array| condition.as_ref().map_or(t.clone(), |c| c.keep(&t));
                let pushed = push_call(call, inputs, moved[..inputs.len()].to_vec());
                tangents.extend(
                    call.ids().into_iter().zip(pushed).filter_map(|(id, t)| t.map(|t| (id, kept(t)))),
                );
            }
        } else if differentiable(&node)
            && let Some(t) = pushforward(prim, &args, &node, &moved)
        {
            tangents.insert(node.0.id, t);
        }
    }
    tangents
}

/// Whether an array is known to be zero without evaluation: a fill with 0, or data that are all zero bytes.
pub(super) fn is_nothing(t: &Array) -> bool {
    match t.0.prim {
        Prim::Fill { bits, .. } => bits == 0,
        Prim::Leaf => t.value().bytes().iter().all(|&b| b == 0),
        _ => false,
    }
}

/// The nodes behind the outputs that depend on a transform, oldest first, from the id `first` on.
pub(super) fn between(first: u64, outputs: &[Array]) -> Vec<Array> {
    let (mut seen, mut nodes) = (HashSet::new(), vec![]);
    let mut stack: Vec<Array> = outputs.to_vec();
    while let Some(node) = stack.pop() {
        if node.0.id >= first && node.0.live.is_some() && seen.insert(node.0.id) {
            stack.extend(node.parts().1);
            nodes.push(node)
        }
    }
    nodes.sort_unstable_by_key(|a| a.0.id);
    nodes
}

/// The tangents of a call's outputs: by its own rule, or else by transposing its pullback, which is linear in the
/// cotangents.
#[track_caller]
fn push_call(call: &Arc<Call>, inputs: &[Array], tangents: Linear) -> Linear {
    if let Some(pushed) = call.push(inputs, &tangents) {
        return pushed;
    }
    let active: Vec<usize> = (0..inputs.len()).filter(|&k| tangents[k].is_some()).collect();
    let linear = |u: &Vec<Array>| -> Vec<Array> {
        let pulled = call.pull(inputs, u.iter().cloned().map(Some).collect());
        active.iter().map(|&k| pulled[k].clone().unwrap_or_else(|| inputs[k].zeros_like())).collect()
    };
    let (_, transposed) = vjp(linear)(&call.zeros());
    let g: Vec<Array> = active.iter().filter_map(|&k| tangents[k].clone()).collect();
    transposed(&g).into_iter().map(Some).collect()
}
