//! Control flow as primitives: loops and choices whose bodies are recorded and compiled once, for any number of steps,
//! with forward and reverse mode and batches.
//!
//! Each is a call with rules of its own around a control primitive. The rules are loops and choices again, of the
//! bodies' derivatives, so that every order works.

mod back;
mod batch;
mod batch_split;
mod cond;
mod cost;
mod deferred_products;
mod hoist;
mod nested;
mod repeat;
mod scan;
mod scan_call;
#[cfg(test)]
mod tests;

pub(super) use batch::batched_control;
pub use cond::{cond, switch};
pub use repeat::{bounded_while, while_loop};
pub use scan::{Schedule, fori_loop, map_rows, scan, scan_with};

use super::replay::{Recomputed, Recorded, Slot};
use crate::array::{Array, Place};
use crate::custom::Linear;
use crate::dtype::DType;
use crate::eval::Control;
use crate::eval::Flow;
use crate::rules::differentiable;
use crate::shape::Shape;
use crate::tree::{Tree, leaves, map};
use std::collections::HashMap;
use std::sync::Arc;

/// Shapes and dtypes of arrays.
pub(super) fn like(arrays: &[Array]) -> Vec<(Shape, DType)> {
    arrays.iter().map(|x| (x.0.shape.clone(), x.dtype())).collect()
}

/// The outputs of a control primitive.
#[track_caller]
fn outputs(name: &'static str, flow: Flow, like: Vec<(Shape, DType)>, args: &[Array]) -> Vec<Array> {
    let _at = Place::here();
    let control = Arc::new(Control { name, outputs: like, flow });
    (0..control.outputs.len()).map(|k| Array::control_op(&control, k, args)).collect()
}

/// A tree with its leaves replaced by `arrays`.
pub(super) fn with<T: Tree + Clone>(tree: &T, arrays: &[Array]) -> T {
    let mut arrays = arrays.iter();
    map(tree, |x| arrays.next().unwrap_or(x).clone())
}

/// Records a function of a tree: the recording, and its result as a tree.
#[track_caller]
pub(super) fn record<P: Tree + Clone, Q: Tree + Clone>(
    name: &'static str,
    p: &P,
    like: Vec<(Shape, DType)>,
    f: impl FnOnce(&P) -> Q,
) -> (Recorded, Q) {
    let mut result = None;
    let at = leaves(p);
    let slots = like.into_iter().enumerate().map(|(k, like)| match at.get(k) {
        Some(x) => Slot::of(like, x),
        None => like.into(),
    });
    let recorded = Recorded::new(name, slots, |xs| {
        let y = f(&with(p, xs));
        let all = leaves(&y);
        result = Some(y);
        all
    });
    (recorded, result.expect("the function has run"))
}

/// Whether a derivative by this array may be needed.
pub(super) fn wanted(x: &Array) -> bool {
    differentiable(x) && x.0.live.is_some()
}

/// The (co)tangents of all floating-point arrays, with zeros for missing ones; `None` for other arrays.
pub(super) fn filled(like: &[Array], given: Linear) -> Linear {
    let fill = |(x, g): (&Array, Option<Array>)| {
        if differentiable(x) { Some(g.unwrap_or_else(|| x.zeros_like())) } else { None }
    };
    like.iter().zip(given).map(fill).collect()
}

/// (Co)tangents in their places: the given ones in the places that `is` flags, `None` in the others.
pub(super) fn spread(is: &[bool], given: impl IntoIterator<Item = Array>) -> Linear {
    let mut given = given.into_iter();
    is.iter().map(|&is| if is { given.next() } else { None }).collect()
}

/// The arrays in the places that `is` flags.
fn chosen(arrays: &[Array], is: &[bool]) -> Vec<Array> {
    arrays.iter().zip(is).filter(|(_, is)| **is).map(|(x, _)| x.clone()).collect()
}

/// The pullback of a recorded function at `inputs`: cotangents of the inputs that `wants` flags, from those
/// of all outputs; `None` is zero.
#[track_caller]
pub(super) fn pulled(f: &Recorded, inputs: &[Array], wants: &[bool], cotangents: Linear) -> Vec<Array> {
    pulled_knowing(&HashMap::new(), f, inputs, wants, cotangents)
}

/// [`pulled`], where the values of some of the recorded nodes are known.
#[track_caller]
fn pulled_knowing(
    known: &HashMap<u64, Array>,
    f: &Recorded,
    inputs: &[Array],
    wants: &[bool],
    cotangents: Linear,
) -> Vec<Array> {
    let point = chosen(inputs, wants);
    let of = |some: &Vec<Array>| {
        let mut some = some.iter();
        let full: Vec<Array> = inputs
            .iter()
            .zip(wants)
            .map(|(x, &w)| if w { some.next().unwrap_or(x).clone() } else { x.clone() })
            .collect();
        if known.is_empty() { f.at(&full) } else { f.replay(&mut Recomputed { known }, &full) }
    };
    let (y, pull) = super::vjp(of)(&point);
    let g: Vec<Array> = y.iter().zip(cotangents).map(|(y, g)| g.unwrap_or_else(|| y.zeros_like())).collect();
    pull(&g)
}

/// The pushforward of a recorded function at `inputs`, of which `moved` flags those with tangents: the
/// outputs, and the tangents of the floating-point outputs.
#[track_caller]
pub(super) fn pushed(
    f: &Recorded,
    inputs: &[Array],
    moved: &[bool],
    tangents: &[Array],
) -> (Vec<Array>, Vec<Array>) {
    let point = chosen(inputs, moved);
    let of = |some: &Vec<Array>| {
        let mut some = some.iter();
        let full: Vec<Array> = inputs
            .iter()
            .zip(moved)
            .map(|(x, &m)| if m { some.next().unwrap_or(x).clone() } else { x.clone() })
            .collect();
        f.at(&full)
    };
    let (y, dy) = super::jvp(of)(&point, &tangents.to_vec());
    let is: Vec<bool> = y.iter().map(differentiable).collect();
    let dy = chosen(&dy, &is);
    (y, dy)
}
