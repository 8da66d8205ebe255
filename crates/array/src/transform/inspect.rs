//! Gradients in more detail: by intermediate results, by each leaf or `None`, element by element; and where a
//! function reads numbers, which derivatives do not see.

use super::vjp::{grad, reverse, with_zeros};
use super::within;
use crate::array::{Array, Trace};
use crate::prim::Prim;
use crate::rules::differentiable;
use crate::tree::{Tree, named_leaves};
use std::collections::{HashMap, HashSet};
use std::panic::Location;

/// An intermediate result that was given a [name](Array::named).
#[derive(Clone, Debug)]
pub struct Intermediate {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: Array,
    /// The derivative of the function's result by it; zeros if the result does not depend on it.
    pub cotangent: Array,
}

/// From f: value, gradient, and the value and cotangent of every intermediate result that f gave a
/// [name](Array::named), in the order in which they were made.
///
/// ```
/// use pullback_array::{Array, Real, intermediates};
/// let f = |(w, x): &(Array, Array)| (w * x).named("s").tanh().named("y").sum();
/// let (_, _, on_the_way) = intermediates(f)(&(Array::from([0.1, 0.2]), Array::from([1.0, 2.0])));
/// let [s, y] = &on_the_way[..] else { panic!() };
/// assert_eq!((s.name, y.name), ("s", "y"));
/// // dL/ds = dL/dy · tanh′(s)
/// let want = &y.cotangent * (1.0 - y.value.square());
/// assert!((&s.cotangent - want).abs().max().item() < 1e-15);
/// ```
///
/// # Panics
/// If f's result is not one floating-point number.
pub fn intermediates<P: Tree + Clone>(
    f: impl Fn(&P) -> Array,
) -> impl Fn(&P) -> (Array, P, Vec<Intermediate>) {
    let f = move |p: &P| (f(p), ());
    move |p| {
        let (mut seen, mut named): (HashMap<u64, Array>, _) = (HashMap::new(), vec![]);
        let mut look = |inputs: &[Array], y: &Array| named = names(inputs, y);
        let mut see = |node: &Array, g: &Array| {
            if name(node).is_some() {
                seen.insert(node.0.id, g.clone());
            }
        };
        let (y, (), g) = with_zeros(reverse("intermediates", &f, p, &mut look, &mut see), p);
        let on_the_way = named.into_iter().map(|(name, value)| {
            let cotangent = seen.remove(&value.0.id).unwrap_or_else(|| value.zeros_like());
            Intermediate { name, value, cotangent }
        });
        (y, g, on_the_way.collect())
    }
}

/// The name that a node gives its input.
fn name(x: &Array) -> Option<&'static str> {
    match &x.0.prim {
        Prim::Custom(call, _) if call.is_name => Some(call.name),
        _ => None,
    }
}

/// The named nodes between the inputs and a result, oldest first.
fn names(inputs: &[Array], y: &Array) -> Vec<(&'static str, Array)> {
    let Some(first) = inputs.first().map(|x| x.0.id) else { return vec![] };
    let (mut seen, mut stack, mut found) = (HashSet::new(), vec![y.clone()], vec![]);
    while let Some(x) = stack.pop() {
        if x.0.id >= first && x.0.live.is_some() && seen.insert(x.0.id) {
            stack.extend(x.parts().1);
            found.extend(name(&x).map(|name| (name, x)))
        }
    }
    found.sort_unstable_by_key(|(_, x)| x.0.id);
    found
}

/// From f: value, and for every floating-point leaf its path and gradient, or `None` where f does not depend on it.
/// ([`grad`](crate::grad) gives zeros there.)
///
/// ```
/// use pullback_array::{Array, Real, grad_or_none};
/// let f = |(a, b): &(Array, Array)| (a.square() * b.stop_gradient()).sum();
/// let (_, g) = grad_or_none(f)(&(Array::from(3.0), Array::from(2.0)));
/// assert_eq!(g[0].1.as_ref().map(Array::item), Some(12.0));
/// assert!(g[1].0 == "1" && g[1].1.is_none());
/// ```
///
/// # Panics
/// If f's result is not one floating-point number.
pub fn grad_or_none<P: Tree + Clone>(
    f: impl Fn(&P) -> Array,
) -> impl Fn(&P) -> (Array, Vec<(String, Option<Array>)>) {
    let f = move |p: &P| (f(p), ());
    move |p| {
        let (y, (), _, cotangents) = reverse("grad_or_none", &f, p, &mut |_, _| {}, &mut |_, _| {});
        let paths = named_leaves(p).into_iter().filter(|(_, x)| differentiable(x)).map(|(path, _)| path);
        (y, paths.zip(cotangents).collect())
    }
}

/// From f: the lines where it looks at numbers that depend on its input (`item`, `to_vec`), in the order in
/// which it first does. Looking is right if the number only selects the operations that f applies. But an
/// array that f makes *of* the number is a constant to every derivative, and no error says so:
/// [`unconnected`](crate::unconnected) finds only leaves that reach the result in no other way.
///
/// ```
/// use pullback_array::{Array, grad, looks};
/// let f = |x: &Array| x * x.item();
/// assert_eq!(grad(f)(&Array::from(3.0)).item(), 3.0); // Not 6: the second factor is a number.
/// assert_eq!(looks(f)(&Array::from(3.0)).len(), 1);
/// assert!(looks(|x: &Array| x * x)(&Array::from(3.0)).is_empty());
/// ```
pub fn looks<P: Tree + Clone, Q>(f: impl Fn(&P) -> Q) -> impl Fn(&P) -> Vec<&'static Location<'static>> {
    move |p| {
        let running = Trace::start();
        within(&running.0, p, &f);
        running.0.looks().clone()
    }
}

/// From f, which works element by element: its derivative at each element. It is the gradient of the sum, so that a
/// function which mixes elements gives the sums of its Jacobian's columns.
///
/// ```
/// use pullback_array::{Array, Real, elementwise_grad};
/// let d = elementwise_grad(|x: &Array| x.square());
/// assert_eq!(d(&Array::from([1.0, 2.0])).to_vec::<f64>(), [2.0, 4.0]);
/// ```
pub fn elementwise_grad<P: Tree + Clone>(f: impl Fn(&P) -> Array) -> impl Fn(&P) -> P {
    grad(move |p: &P| f(p).sum())
}
