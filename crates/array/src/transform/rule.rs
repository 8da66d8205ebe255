//! Functions with a derivative of their own: `custom` takes the rule from the user, `checkpoint` runs the function
//! again instead of keeping what it computed.

use super::{matching, replaced, vjp};
use crate::array::Array;
use crate::custom::{Linear, Rule};
use crate::prim::Call;
use crate::rules::differentiable;
use crate::tree::{Tree, leaves, map};
use std::sync::Arc;

/// From f and its pullback: a function with that derivative. `pullback(x, y, g)` gives the cotangent of the input `x`
/// from that of the output `y`; written in arrays, it can be differentiated again.
///
/// Forward mode follows from the pullback by transposition; [`custom_with_pushforward`] takes a rule for it.
///
/// ```
/// use pullback_array::{Array, Real, custom, grad};
/// // The gradient is clipped on its way back.
/// let clipped = custom(|x: &Array| x.clone(), |_, _, g: &Array| g.clip(-1.0, 1.0));
/// let g = grad(move |x: &Array| (clipped(x) * Array::from([0.5, 7.0])).sum());
/// assert_eq!(g(&Array::from([1.0, 1.0])).to_vec::<f64>(), [0.5, 1.0]);
/// ```
///
/// # Panics
/// If f uses arrays that a running gradient depends on without getting them as inputs: their part of the gradient
/// would be missing. If the pullback's result does not have the input's shapes.
pub fn custom<P, Q>(
    f: impl Fn(&P) -> Q,
    pullback: impl Fn(&P, &Q, &Q) -> P + Send + Sync + 'static,
) -> impl Fn(&P) -> Q
where
    P: Tree + Clone + Send + Sync + 'static,
    Q: Tree + Clone + Send + Sync + 'static,
{
    let pullback = Arc::new(pullback);
    move |p| call("custom", &f, p, &pullback, None::<Arc<fn(&P, &Q, &P) -> Q>>)
}

/// Like [`custom`], with a rule for forward mode: `pushforward(x, y, dx)` gives the tangent of the output.
///
/// # Panics
/// As [`custom`].
pub fn custom_with_pushforward<P, Q>(
    f: impl Fn(&P) -> Q,
    pullback: impl Fn(&P, &Q, &Q) -> P + Send + Sync + 'static,
    pushforward: impl Fn(&P, &Q, &P) -> Q + Send + Sync + 'static,
) -> impl Fn(&P) -> Q
where
    P: Tree + Clone + Send + Sync + 'static,
    Q: Tree + Clone + Send + Sync + 'static,
{
    let (pullback, pushforward) = (Arc::new(pullback), Arc::new(pushforward));
    move |p| call("custom", &f, p, &pullback, Some(pushforward.clone()))
}

/// From f: the same function, whose intermediates are not kept for the gradient but computed again.
///
/// ```
/// use pullback_array::{Array, Real, checkpoint, grad};
/// let block = checkpoint(|x: &Array| x.sin().sin().sin());
/// let g = grad(move |x: &Array| block(x).sum())(&Array::from([0.5]));
/// let plain = grad(|x: &Array| x.sin().sin().sin().sum())(&Array::from([0.5]));
/// assert_eq!(g.to_vec::<f64>(), plain.to_vec::<f64>());
/// ```
///
/// # Panics
/// If f uses arrays that a running gradient depends on without getting them as inputs.
pub fn checkpoint<P, Q>(f: impl Fn(&P) -> Q + Send + Sync + 'static) -> impl Fn(&P) -> Q
where
    P: Tree + Clone + Send + Sync + 'static,
    Q: Tree + Clone + Send + Sync + 'static,
{
    let f = Arc::new(f);
    move |p| {
        let again = f.clone();
        // The second run waits for the cotangent, or it would keep what the first was spared.
        let pullback = Arc::new(move |x: &P, _: &Q, g: &Q| {
            let arrived = leaves(g);
            vjp(|x: &P| again(x))(&map(x, |x| x.after(&arrived))).1(g)
        });
        call("checkpoint", &*f, p, &pullback, None::<Arc<fn(&P, &Q, &P) -> Q>>)
    }
}

#[track_caller]
fn call<P, Q, B, F>(
    name: &'static str,
    f: &impl Fn(&P) -> Q,
    p: &P,
    pullback: &Arc<B>,
    pushforward: Option<Arc<F>>,
) -> Q
where
    P: Tree + Clone + Send + Sync + 'static,
    Q: Tree + Clone + Send + Sync + 'static,
    B: Fn(&P, &Q, &Q) -> P + Send + Sync + 'static,
    F: Fn(&P, &Q, &P) -> Q + Send + Sync + 'static,
{
    let inputs = leaves(p);
    let y = f(&map(p, Array::stop_gradient));
    let outputs = leaves(&y);
    if let Some(leak) = outputs.iter().find(|y| y.0.is_kept()) {
        panic!(
            "{name}: the function uses an array that the running gradient depends on without getting it as an input; pass it in\n  output made at {}",
            leak.at()
        )
    }
    // Trees to put arrays into; leaves of their own would keep the past alive.
    let (p, q) = (map(p, Array::zeros_like), map(&y, Array::zeros_like));
    let (back, x_like, y_like) = (pullback.clone(), p.clone(), q.clone());
    let pull: Rule = Arc::new(move |xs, ys, gs| {
        let g = filled(&y_like, ys, gs);
        let x = with_leaves(&x_like, xs);
        aligned(&x, matching(name, &x, &back(&x, &with_leaves(&y_like, ys), &g)))
    });
    let push = pushforward.map(|forward| -> Rule {
        Arc::new(move |xs, ys, ts| {
            let t = filled(&p, xs, ts);
            let y = with_leaves(&q, ys);
            aligned(&y, matching(name, &y, &forward(&with_leaves(&p, xs), &y, &t)))
        })
    });
    let mut results = Call::results(name, &inputs, outputs, pull, push).into_iter();
    map(&y, |y| results.next().unwrap_or_else(|| y.clone()))
}

/// The tree with these leaves.
fn with_leaves<T: Tree + Clone>(tree: &T, leaves: &[Array]) -> T {
    let mut leaves = leaves.iter();
    map(tree, |x| leaves.next().unwrap_or(x).clone())
}

/// (Co)tangents as a tree: zeros where there is none.
fn filled<T: Tree + Clone>(tree: &T, places: &[Array], linear: Linear) -> T {
    let zeros = places.iter().zip(linear).map(|(x, g)| g.unwrap_or_else(|| x.zeros_like()));
    replaced(&with_leaves(tree, places), zeros.filter(differentiable))
}

/// The float leaves' (co)tangents beside `None` for the others.
fn aligned<T: Tree + Clone>(tree: &T, floats: Vec<Array>) -> Linear {
    let mut floats = floats.into_iter();
    leaves(tree).iter().map(|x| if differentiable(x) { floats.next() } else { None }).collect()
}
