//! Transforms: they turn a function of trees into another function of trees, such as its gradient. Arrays
//! have no modes: a transform gives its inputs new identities, runs the function, and reads the graph that it
//! recorded.

mod batch;
mod control;
mod curvature;
pub mod graph;
mod holomorphic;
mod hook;
mod implicit;
mod inspect;
mod jacobian;
mod jet;
mod jit;
mod jvp;
mod linear;
mod linearity;
mod nan;
mod ravel;
mod remat;
mod replay;
mod rows;
mod rule;
mod signature;
mod vjp;
mod vmap;

pub use control::{Schedule, bounded_while, cond, fori_loop, map_rows, scan, scan_with, switch, while_loop};
pub use curvature::{fisher, gauss_newton, hutchinson_diagonal, hutchinson_trace};
pub use graph::graph;
pub use holomorphic::holomorphic_grad;
#[cfg(feature = "linalg")]
pub use implicit::Qp;
pub use implicit::{
    Adjoint, Krylov, KrylovMethod, Ode, OdeSolution, bicgstab, cg, custom_argmin, custom_root,
    custom_root_with, find_root, fixed_point, fixed_point_with, gmres, linear_solve, odeint, odeint_dense,
    odeint_event, projected_argmin,
};
pub use inspect::{Intermediate, elementwise_grad, grad_or_none, intermediates, looks};
pub use jacobian::{hessian, hvp, jacobian, jacobian_with};
pub use jet::jet;
pub use jit::{Jit, PLANS, jit, jit_update};
pub use jvp::jvp;
pub(crate) use jvp::pushforward_of;
pub use linear::{Pushforward, linear_transpose, linearize};
pub use nan::{Nan, find_nan};
pub use ravel::{Unravel, ravel};
pub use remat::{Keep, checkpoint_with, gradient_memory, with_budget};
pub use rows::SparseRows;
pub use rule::{Custom, checkpoint, custom};
pub use vjp::{Pullback, grad, unconnected, value_and_grad, value_and_grad_with, vjp};
pub(crate) use vjp::{check_loss, gradient};
pub use vmap::{vmap, vmap_axes};

pub(crate) use replay::{Meaning, Recorded};

use crate::array::{Array, Inside, Trace};
use crate::rules::differentiable;
use crate::tree::{Path, Tree, leaves};
use pullback_real::refuse;
use std::sync::Arc;

/// The tree with new identities for its floating-point leaves, and those leaves.
#[track_caller]
fn aliased<P: Tree + Clone>(tree: &P, trace: &Arc<Trace>) -> (P, Vec<Array>) {
    let (mut tree, mut inputs) = (tree.clone(), vec![]);
    tree.visit(&Path::Root, &mut |_, x| {
        if differentiable(x) {
            *x = x.alias(trace);
            inputs.push(x.clone())
        }
    });
    (tree, inputs)
}

/// Runs f on the tree with new identities: f's result, and the leaves with new identities. Nodes that f makes
/// and does not return are left behind when the transform ends: the function of another transform may not use
/// them.
fn within<P: Tree + Clone, Q>(trace: &Arc<Trace>, tree: &P, f: impl Fn(&P) -> Q) -> (Q, Vec<Array>) {
    let _inside = Inside::of(trace);
    let (x, inputs) = aliased(tree, trace);
    (f(&x), inputs)
}

/// Marks arrays as returned by a transform's function: they may be used after the transform has ended.
fn returned<Q: Tree + Clone>(y: &Q) {
    leaves(y).iter().for_each(|y| y.0.state().returned = true)
}

/// Panics if a point has leaves but none of them is differentiable: a slip, such as `[1, 2]` for
/// `[1.0, 2.0]`.
#[track_caller]
fn needs_floats<P: Tree + Clone>(what: &str, tree: &P) {
    let all = leaves(tree);
    if let Some(x) = all.first().filter(|_| !all.iter().any(differentiable)) {
        refuse(
            format_args!(
                "{what}: there is no derivative by integers, and the point has no other leaves: shape {} {}; write 1.0 for 1, or convert with .cast(DType::F64)",
                x.0.shape,
                x.dtype()
            ),
            &[("", x.at())],
        )
    }
}

/// The tree with its floating-point leaves taken from `leaves`, the others as zeros.
fn replaced<P: Tree + Clone>(tree: &P, leaves: impl IntoIterator<Item = Array>) -> P {
    let (mut tree, mut leaves) = (tree.clone(), leaves.into_iter());
    tree.visit(&Path::Root, &mut |_, x| {
        *x = if differentiable(x) { leaves.next().expect("as many leaves as inputs") } else { x.zeros_like() }
    });
    tree
}

/// The floating-point leaves of `dx`, each checked against the shape and dtype of the leaf of `x` in its
/// place. `role` says in messages which part `dx` plays (the tangent of `x`, say).
#[track_caller]
fn matching<P: Tree + Clone>(what: &str, role: &str, x: &P, dx: &P) -> Vec<Array> {
    let (have, want) = (crate::tree::named_leaves(dx), crate::tree::named_leaves(x));
    if have.len() != want.len() {
        let place: Vec<_> = have.iter().chain(&want).take(1).map(|(_, x)| ("", x.at())).collect();
        refuse(
            format_args!("{what}: the {role} has {} leaves where {} are wanted", have.len(), want.len()),
            &place,
        )
    }
    let mut fitting = vec![];
    for ((_, d), (path, x)) in have.into_iter().zip(want).filter(|(_, (_, x))| differentiable(x)) {
        let d = if d.is_weak() { d.cast(x.dtype()) } else { d };
        if d.shape() != x.shape() || d.dtype() != x.dtype() {
            let leaf = if path.is_empty() { String::new() } else { format!(" at leaf `{path}`") };
            refuse(
                format_args!(
                    "{what}: the {role} has shape {} {}{leaf}, where {} {} is wanted",
                    d.0.shape,
                    d.dtype(),
                    x.0.shape,
                    x.dtype()
                ),
                &[(role, d.at()), ("its place", x.at())],
            )
        }
        fitting.push(d)
    }
    fitting
}
