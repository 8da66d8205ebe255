//! Rematerialisation: intermediates are not kept for the gradient but computed again. That holds for all of
//! them, for all but the named or expensive ones, or for as many as a budget of bytes requires.

mod budget;
mod segments;

pub use budget::{gradient_memory, with_budget};

use super::control::{filled, like, pushed, record, wanted, with};
use super::replay::{Recomputed, Recorded};
use super::vjp;
use crate::array::Array;
use crate::custom::Rule;
use crate::custom::{Call, CallRules};
use crate::prim::Prim;
use crate::rules::differentiable;
use crate::tree::{Tree, leaves};
use segments::run;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The values that a checkpointed function keeps for its gradient beside its inputs; the others are computed
/// again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keep {
    /// Nothing.
    Nothing,
    /// Results of matrix products, convolutions and factorisations, which are expensive to compute again.
    Products,
    /// Arrays that are [`named`](Array::named) so.
    Named(Vec<&'static str>),
    /// The arrays that another policy keeps, in a file in this folder instead of memory: see
    /// [`Keep::on_disk`].
    OnDisk(Box<Keep>, PathBuf),
}

impl Keep {
    /// This policy, with its values in a temporary file in a folder (`std::env::temp_dir()`, say, if that is
    /// not held in memory). A value is written when it has been computed, if a derivative will need it, and
    /// read when the reverse sweep reaches the function. In between it takes no memory. Composes with every
    /// transform; values are read back bit for bit.
    ///
    /// A computation (a call of a compiled function, a step of a loop, an evaluation outside of both) has a
    /// file for each folder. The file is gone when the computation ends, also by a panic; on Unix even if the
    /// process is killed, since the file has no name once it is open. So values are written only by a
    /// computation that a gradient is part of: look at value and gradient together.
    ///
    /// ```
    /// use pullback_array::{Array, Keep, Real, checkpoint_with, grad, jit};
    /// let w = Array::from([[1.0, 2.0], [0.5, -1.0]]);
    /// let keep = Keep::Products.on_disk(std::env::temp_dir());
    /// let block = checkpoint_with(|x: &Array| w.matmul(x).tanh().exp(), keep);
    /// let plain = grad(|x: &Array| w.matmul(x).tanh().exp().sum());
    /// let x = Array::from([0.3, 0.2]);
    /// let g = grad(|x: &Array| block(x).sum());
    /// assert_eq!(g(&x).to_vec::<f64>(), plain(&x).to_vec::<f64>());
    /// assert_eq!(jit(g)(&x).to_vec::<f64>(), plain(&x).to_vec::<f64>());
    /// ```
    ///
    /// # Panics
    /// On evaluation: if the file cannot be written or read; the message names it.
    pub fn on_disk(self, folder: impl Into<PathBuf>) -> Keep {
        Keep::OnDisk(Box::new(self), folder.into())
    }
    /// The folder where values are kept, if not in memory.
    fn folder(&self) -> Option<Arc<Path>> {
        match self {
            Keep::OnDisk(_, folder) => Some(folder.as_path().into()),
            Keep::Nothing | Keep::Products | Keep::Named(_) => None,
        }
    }
    /// Whether it keeps this node's value.
    fn keeps(&self, node: &Array) -> bool {
        match (self, &node.0.prim) {
            (Keep::OnDisk(keep, _), _) => keep.keeps(node),
            (Keep::Products, Prim::Matmul | Prim::Conv(_) | Prim::Linalg(_)) => true,
            (Keep::Named(names), Prim::Custom(call, _)) => names.contains(&call.name),
            (Keep::Nothing | Keep::Products | Keep::Named(_), _) => false,
        }
    }
}

/// From f: f as a checkpoint, which keeps only the intermediates that `keep` selects for the gradient.
///
/// Unlike [`checkpoint`](crate::checkpoint) it records f, which may then capture arrays that a running gradient depends on.
///
/// ```
/// use pullback_array::{Array, Keep, Real, checkpoint_with, grad};
/// let w = Array::from([[1.0, 2.0], [0.5, -1.0]]);
/// let block = |x: &Array| w.matmul(x).tanh().exp();
/// let g = |keep| {
///     let block = checkpoint_with(block, keep);
///     grad(move |x: &Array| block(x).sum())(&Array::from([0.3, 0.2]))
/// };
/// assert!((g(Keep::Products) - g(Keep::Nothing)).abs().max().item() < 1e-12);
/// ```
///
/// # Panics
/// If f looks at values that depend on its input (`item`, `to_vec`). With [`Keep::on_disk`]: as there.
pub fn checkpoint_with<P: Tree + Clone, Q: Tree + Clone>(
    f: impl Fn(&P) -> Q,
    keep: Keep,
) -> impl Fn(&P) -> Q {
    move |p| {
        let xs = leaves(p);
        let (recorded, y) = record("checkpoint", p, like(&xs), &f);
        let (recorded, captured) = recorded.closed();
        with(&y, &block(Arc::new(recorded), &[], &keep, &[xs, captured].concat()))
    }
}

impl Array {
    /// The array under a name, by which [`Keep::Named`] and [`intermediates`](crate::intermediates) find it.
    ///
    /// ```
    /// use pullback_array::{Array, Keep, Real, checkpoint_with, grad};
    /// let f = |x: &Array| (x.sin().named("angle").exp() * x).cos();
    /// let g = grad(move |x: &Array| checkpoint_with(f, Keep::Named(vec!["angle"]))(x))(&Array::from(0.5));
    /// assert_eq!(g.item(), grad(f)(&Array::from(0.5)).item());
    /// ```
    #[track_caller]
    pub fn named(&self, name: &'static str) -> Array {
        Call::named(name, self)
    }
}

/// The outputs of `body` as a checkpoint: the values that `keep` selects are saved for the backward pass,
/// which computes the others again. With `levels`, the second run is cut into segments within segments, and
/// only the innermost ones save those values.
#[track_caller]
fn block(body: Arc<Recorded>, levels: &[usize], keep: &Keep, args: &[Array]) -> Vec<Array> {
    let n = body.outputs.len();
    let is_output = |x: &Array| body.outputs.iter().any(|y| y.0.id == x.0.id);
    let innermost = levels.is_empty();
    let kept: Vec<Array> =
        body.nodes().iter().filter(|x| innermost && keep.keeps(x) && !is_output(x)).cloned().collect();
    let all = Arc::new(Recorded::of(&body.inputs, &[&body.outputs[..], &kept].concat()));
    let stopped = Array::constants(args);
    let mut values = all.at(&stopped);
    let folder = keep.folder();
    if let Some(folder) = &folder {
        // Of values on disk, the backward pass holds the numbers by which they are found.
        values[n..].iter_mut().for_each(|y| *y = y.spill_op(folder, y.ndim()))
    }
    let (forth, levels, keep) = (all.clone(), levels.to_vec(), keep.clone());
    let pull: Rule = Arc::new(move |xs, ys, gs| {
        let wants: Vec<bool> = xs.iter().map(wanted).collect();
        let arrived: Vec<Array> = gs.iter().flatten().cloned().collect();
        if arrived.is_empty() || !wants.contains(&true) {
            return vec![None; xs.len()];
        }
        // The second run waits for the cotangents: run earlier, it would keep its intermediates until then.
        let late: Vec<Array> = xs.iter().map(|x| x.after(&arrived)).collect();
        let of_these = all.outputs.iter().zip(&gs).filter(|(_, g)| g.is_some()).map(|(y, _)| y.clone());
        let again = Arc::new(Recorded::of(&all.inputs, &of_these.collect::<Vec<_>>()));
        let value = |(of, y): (&Array, &Array)| {
            let value = match &folder {
                Some(_) => y.after(&arrived).unspill_op(&of.0.shape, of.dtype()),
                None => y.clone(),
            };
            (of.0.id, value.stop_gradient())
        };
        let known: HashMap<u64, Array> = all.outputs[n..].iter().zip(&ys[n..]).map(value).collect();
        let point: Vec<Array> =
            late.iter().zip(&wants).filter(|(_, w)| **w).map(|(x, _)| x.clone()).collect();
        let of = |some: &Vec<Array>| {
            let mut some = some.iter();
            let full: Vec<Array> = late
                .iter()
                .zip(&wants)
                .map(|(x, &w)| if w { some.next().unwrap_or(x).clone() } else { x.clone() })
                .collect();
            match levels.is_empty() {
                true => again.replay(&mut Recomputed { known: &known }, &full),
                false => run(&again, &levels, &keep, &full),
            }
        };
        let mut found = vjp(of)(&point).1(&arrived).into_iter();
        wants.iter().map(|&w| if w { found.next() } else { None }).collect()
    });
    let push: Rule = Arc::new(move |xs, ys, ts| {
        let moved: Vec<bool> = ts.iter().map(Option::is_some).collect();
        let tangents: Vec<Array> = ts.into_iter().flatten().collect();
        if tangents.is_empty() {
            return vec![None; ys.len()];
        }
        let mut dy = pushed(&forth, xs, &moved, &tangents).1.into_iter();
        let places = filled(ys, vec![None; ys.len()]);
        places.iter().map(|y| y.as_ref().and_then(|_| dy.next())).collect()
    });
    let mut results = Call::of("checkpoint", args, values, CallRules::new(pull, push));
    results.truncate(n);
    results
}

/// Whether derivatives by an array exist.
fn active(x: &Array) -> bool {
    differentiable(x)
}
