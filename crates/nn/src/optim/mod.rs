//! Optimisers: their state is a tree of the model's type, and one step computes model and state together, so that a
//! training loop never grows.
//!
//! ```
//! use pullback_array::{Array, Real, value_and_grad};
//! use pullback_nn::Adam;
//! let mut x = Array::from([3.0, -4.0]);
//! let step = value_and_grad(|x: &Array| x.square().sum());
//! let mut opt = Adam::new(&x, 0.1);
//! for _ in 0..500 {
//!     let (_loss, g) = step(&x);
//!     opt.update(&mut x, &g);
//! }
//! assert!(x.to_vec::<f64>().iter().all(|x| x.abs() < 1e-3));
//! ```

mod adam;
mod clip;
mod rmsprop;
pub mod schedule;
mod sgd;

pub use adam::{Adam, AdamW};
pub use clip::{clip_by_global_norm, clip_by_value, global_norm};
pub use rmsprop::RmsProp;
pub use sgd::Sgd;

use pullback_array::{
    Array, DType, SparseRows, Tree, eval,
    tree::{Path, leaves, map, named_leaves},
};
use pullback_real::refuse;

/// Zeros in the places of a tree's leaves.
fn zeros<M: Tree + Clone>(model: &M) -> M {
    let zeros = map(model, |x| Array::full(x.shape(), 0.0, x.dtype()));
    pullback_array::tree::eval(&zeros);
    zeros
}

/// A number that changes from step to step: data, so that the graph of every step is the same.
struct Number {
    f32: Array,
    f64: Array,
}
impl Number {
    fn new(value: f64) -> Number {
        Number { f32: Array::from(value as f32), f64: Array::from(value) }
    }
    /// The number in an array's dtype.
    fn like(&self, x: &Array) -> &Array {
        if x.dtype() == DType::F32 { &self.f32 } else { &self.f64 }
    }
}

/// What becomes of a leaf, or of its rows.
enum Change {
    All(Array),
    Rows { index: Array, rows: Array },
}

/// Replaces every floating-point leaf of the model, and the leaves beside it in the state, by what `rule` makes of the
/// leaf, its gradient and its state; then computes all of them together. With `by_rows`, where a gradient has few rows
/// ([`SparseRows`]) the rule sees and changes only those.
#[track_caller]
fn step<M: Tree + Clone, const K: usize>(
    what: &str,
    model: &mut M,
    grads: &M,
    state: [&mut M; K],
    by_rows: bool,
    mut rule: impl FnMut(&Array, &Array, [&Array; K]) -> (Array, [Array; K]),
) {
    let (places, grads) = (named_leaves(model), leaves(grads));
    let old: [Vec<Array>; K] = std::array::from_fn(|k| leaves(&*state[k]));
    if let Some(have) = [&grads].into_iter().chain(&old).map(Vec::len).find(|&n| n != places.len()) {
        refuse(
            format_args!(
                "{what}: the model has {} leaves, its gradient or the optimiser's state {have}",
                places.len()
            ),
            &[],
        )
    }
    let mut changes: Vec<Vec<Change>> = (0..=K).map(|_| vec![]).collect();
    for (i, ((path, x), g)) in places.iter().zip(&grads).enumerate() {
        let kept: [&Array; K] = std::array::from_fn(|k| &old[k][i]);
        if !x.dtype().is_float() {
            changes
                .iter_mut()
                .zip([x].into_iter().chain(kept))
                .for_each(|(c, x)| c.push(Change::All(x.clone())));
            continue;
        }
        if x.shape() != g.shape() || x.dtype() != g.dtype() {
            refuse(
                format_args!(
                    "{what}: leaf `{path}` is {:?} {}, its gradient {:?} {}",
                    x.shape(),
                    x.dtype(),
                    g.shape(),
                    g.dtype()
                ),
                &[("gradient", g.at())],
            )
        }
        let few = by_rows.then(|| SparseRows::of(g)).flatten().filter(|rows| rows.len() < x.shape()[0]);
        match few.map(|rows| rows.coalesced()) {
            None => {
                let (x, next) = rule(x, g, kept);
                changes.iter_mut().zip([x].into_iter().chain(next)).for_each(|(c, x)| c.push(Change::All(x)))
            }
            Some(SparseRows { index, values, .. }) => {
                let here: [Array; K] = kept.map(|x| x.take_rows(&index));
                let (x, next) = rule(&x.take_rows(&index), &values, here.each_ref());
                let rows = [x].into_iter().chain(next);
                changes
                    .iter_mut()
                    .zip(rows)
                    .for_each(|(c, rows)| c.push(Change::Rows { index: index.clone(), rows }))
            }
        }
    }
    let all = changes.iter().flatten().map(|c| match c {
        Change::All(x) | Change::Rows { rows: x, .. } => x,
    });
    eval(&all.collect::<Vec<_>>());
    // Nobody but the model and the state holds the old data now, so that rows are written in place.
    drop((places, old));
    [model].into_iter().chain(state).zip(changes).for_each(|(tree, changes)| put(tree, changes));
}

/// Puts leaves, or rows of them, into their places.
fn put<M: Tree>(tree: &mut M, changes: Vec<Change>) {
    let mut changes = changes.into_iter();
    tree.visit(&Path::Root, &mut |_, x| match changes.next() {
        Some(Change::All(new)) => *x = new,
        Some(Change::Rows { index, rows }) => x.set_rows(&index, &rows),
        None => {}
    })
}
