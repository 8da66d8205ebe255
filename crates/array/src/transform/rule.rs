//! Functions with a derivative of their own: `custom` takes the rule from the user, `checkpoint` runs the
//! function again instead of keeping its intermediates.

use super::control::with;
use super::linear::transposed;
use super::{jvp, matching, replaced, vjp};
use crate::array::{Array, Place};
use crate::custom::Call;
use crate::custom::{Batching, CallRules, Linear, Rule};
use crate::rules::differentiable;
use crate::tree::{Tree, leaves, map};
use pullback_real::refuse;
use std::sync::Arc;

/// From f and its pullback: a function with that derivative. `pullback(x, y, g)` gives the cotangent of the input `x`
/// from that of the output `y`; written in arrays, it can be differentiated again.
///
/// Forward mode follows from the pullback by transposition; [`Custom`] takes any of the rules.
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
    let pullback: Back<P, Q> = Arc::new(pullback);
    move |p| call("custom", &f, p, &pullback, None, None)
}

/// From f: f as a checkpoint, whose intermediates are not kept for the gradient but computed again.
///
/// f is run once more for the gradient, and must compute the same values then. A function with side effects,
/// such as a counter or a stateful random generator, gives a gradient that does not belong to the value,
/// without an error. (Random numbers of a [`Key`](crate::Key) are the same in both runs.)
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
        // The second run waits for the cotangent: run earlier, it would keep its intermediates until then.
        let pullback: Back<P, Q> = Arc::new(move |x: &P, _: &Q, g: &Q| {
            let arrived = leaves(g);
            vjp(|x: &P| again(x))(&map(x, |x| x.after(&arrived))).1(g)
        });
        call("checkpoint", &*f, p, &pullback, None, None)
    }
}

type Back<P, Q> = Arc<dyn Fn(&P, &Q, &Q) -> P + Send + Sync>;
type Forth<P, Q> = Arc<dyn Fn(&P, &Q, &P) -> Q + Send + Sync>;
type Batched<P, Q> = Arc<dyn Fn(&P, &[bool]) -> Q + Send + Sync>;

/// A function with any of its rules given by the user: the missing ones are derived.
///
/// | missing | is derived |
/// |---|---|
/// | `pullback` | from the pushforward, which is linear in the tangent, by transposition; without either from f |
/// | `pushforward` | from the pullback, by transposition; without either from f |
/// | `batching` | from f, operation by operation |
///
/// ```
/// use pullback_array::{Array, Custom, Real, grad, jvp, vmap};
/// // A moving average, whose batch is taken at once.
/// let average = Custom::new("average", |x: &Array| 0.5 * (x.get(1..) + x.get(..-1)))
///     .pushforward(|_, _, dx: &Array| 0.5 * (dx.get(1..) + dx.get(..-1)))
///     .batching(|x: &Array, _| 0.5 * (x.get((.., 1..)) + x.get((.., ..-1))));
/// let x = Array::from([[1.0, 2.0, 6.0], [0.0, 4.0, 0.0]]);
/// let f = |x: &Array| average.call(x);
/// assert_eq!(vmap(f)(&x).to_vec::<f64>(), [1.5, 4.0, 2.0, 2.0]);
/// let g = vmap(grad(|x: &Array| f(x).square().sum()))(&x);
/// assert_eq!(g.get(0).to_vec::<f64>(), [1.5, 5.5, 4.0]);
/// assert_eq!(jvp(f)(&x.get(0), &x.get(1)).1.to_vec::<f64>(), [2.0, 2.0]);
/// ```
pub struct Custom<P, Q> {
    name: &'static str,
    f: Arc<dyn Fn(&P) -> Q + Send + Sync>,
    pullback: Option<Back<P, Q>>,
    pushforward: Option<Forth<P, Q>>,
    batching: Option<Batched<P, Q>>,
}

impl<P, Q> Custom<P, Q>
where
    P: Tree + Clone + Send + Sync + 'static,
    Q: Tree + Clone + Send + Sync + 'static,
{
    /// The function f, under a name for messages.
    pub fn new(name: &'static str, f: impl Fn(&P) -> Q + Send + Sync + 'static) -> Self {
        Custom { name, f: Arc::new(f), pullback: None, pushforward: None, batching: None }
    }
    /// Adds the reverse-mode rule: `rule(x, y, g)`, written in arrays, gives the cotangent of the input from
    /// that of the output.
    pub fn pullback(mut self, rule: impl Fn(&P, &Q, &Q) -> P + Send + Sync + 'static) -> Self {
        self.pullback = Some(Arc::new(rule));
        self
    }
    /// Adds the forward-mode rule: `rule(x, y, dx)`, written in arrays, gives the tangent of the output from
    /// that of the input.
    pub fn pushforward(mut self, rule: impl Fn(&P, &Q, &P) -> Q + Send + Sync + 'static) -> Self {
        self.pushforward = Some(Arc::new(rule));
        self
    }
    /// Adds the batching rule: `rule(x, mapped)` gives the outputs of a batch. The leaves of x that `mapped`
    /// flags, in their order, have the batch as axis 0, the others are shared by all examples; all leaves of
    /// the result have the batch as axis 0. Derivatives are those of single examples, batched. f still runs
    /// once, on one example without values. In a batch within a batch, the operations of the rule itself are
    /// batched.
    pub fn batching(mut self, rule: impl Fn(&P, &[bool]) -> Q + Send + Sync + 'static) -> Self {
        self.batching = Some(Arc::new(rule));
        self
    }
    /// f's result.
    ///
    /// # Panics
    /// If f uses arrays that a running gradient depends on without getting them as inputs. When a derivative or a batch is
    /// taken: if a rule's result does not have the shapes it must have, if a rule that is to be transposed is not linear,
    /// or if the batching rule uses a mapped array that is not an input.
    #[track_caller]
    pub fn call(&self, p: &P) -> Q {
        let name = self.name;
        let at = std::panic::Location::caller();
        let f = self.f.clone();
        let (pullback, pushforward): (Back<P, Q>, Option<Forth<P, Q>>) =
            match (&self.pullback, &self.pushforward) {
                (Some(back), Some(forth)) => (back.clone(), Some(forth.clone())),
                (None, Some(forth)) => {
                    let rule = forth.clone();
                    let what =
                        format!("{name}, called at {at}: no pullback, and the pushforward has no transpose");
                    let back =
                        move |x: &P, y: &Q, g: &Q| transposed(&what, |dx: &P| rule(x, y, dx), x, true)(g);
                    (Arc::new(back), Some(forth.clone()))
                }
                (Some(back), None) => {
                    let rule = back.clone();
                    let what =
                        format!("{name}, called at {at}: no pushforward, and the pullback has no transpose");
                    let forth =
                        move |x: &P, y: &Q, dx: &P| transposed(&what, |g: &Q| rule(x, y, g), y, true)(dx);
                    (back.clone(), Some(Arc::new(forth)))
                }
                (None, None) => {
                    let again = f.clone();
                    let forth = move |x: &P, _: &Q, dx: &P| jvp(|x: &P| again(x))(x, dx).1;
                    let back = move |x: &P, _: &Q, g: &Q| vjp(|x: &P| f(x))(x).1(g);
                    (Arc::new(back), Some(Arc::new(forth)))
                }
            };
        call(name, &*self.f, p, &pullback, pushforward.as_ref(), self.batching.as_ref())
    }
}

/// f's result as that of a call with these rules.
#[track_caller]
fn call<P, Q>(
    name: &'static str,
    f: &dyn Fn(&P) -> Q,
    p: &P,
    pullback: &Back<P, Q>,
    pushforward: Option<&Forth<P, Q>>,
    batching: Option<&Batched<P, Q>>,
) -> Q
where
    P: Tree + Clone + Send + Sync + 'static,
    Q: Tree + Clone + Send + Sync + 'static,
{
    let inputs = leaves(p);
    let constant = |x: &Array| {
        let _at = Place::of(x);
        x.stop_gradient()
    };
    let y = f(&map(p, constant));
    let outputs = leaves(&y);
    if let Some(leak) = outputs.iter().find(|y| y.0.is_kept()) {
        let of = match leak.0.traced {
            Some(transform) => format!("that depends on the inputs of `{transform}`"),
            None => "that the running gradient depends on".to_string(),
        };
        refuse(
            format_args!(
                "{name}: the function uses an array {of} without getting it as an input; pass it in"
            ),
            &[("output", leak.at())],
        )
    }
    // Trees that arrays are put into. Their leaves are zeros: the original ones would keep their graph alive.
    let (p, q) = (map(p, Array::zeros_like), map(&y, Array::zeros_like));
    let (back, x_like, y_like) = (pullback.clone(), p.clone(), q.clone());
    let pullback: Rule = Arc::new(move |xs, ys, gs| {
        let g = filled(&y_like, ys, gs);
        let x = with(&x_like, xs);
        aligned(&x, matching(name, "cotangent that the rule gave", &x, &back(&x, &with(&y_like, ys), &g)))
    });
    let p_like = p.clone();
    let pushforward = pushforward.cloned().map(|forward| -> Rule {
        Arc::new(move |xs, ys, ts| {
            let t = filled(&p, xs, ts);
            let y = with(&q, ys);
            aligned(&y, matching(name, "tangent that the rule gave", &y, &forward(&with(&p, xs), &y, &t)))
        })
    });
    let batching = batching
        .cloned()
        .map(|rule| -> Batching { Arc::new(move |_, xs, mapped| leaves(&rule(&with(&p_like, xs), mapped))) });
    let mut results =
        Call::of(name, &inputs, outputs, CallRules { pullback, pushforward, batching, linear: false })
            .into_iter();
    map(&y, |y| results.next().unwrap_or_else(|| y.clone()))
}

/// (Co)tangents as a tree, with zeros for the missing ones.
fn filled<T: Tree + Clone>(tree: &T, places: &[Array], linear: Linear) -> T {
    let zeros = places.iter().zip(linear).map(|(x, g)| g.unwrap_or_else(|| x.zeros_like()));
    replaced(&with(tree, places), zeros.filter(differentiable))
}

/// The (co)tangents of all leaves from those of the floating-point leaves: `None` for the others.
fn aligned<T: Tree + Clone>(tree: &T, floats: Vec<Array>) -> Linear {
    let mut floats = floats.into_iter();
    leaves(tree).iter().map(|x| if differentiable(x) { floats.next() } else { None }).collect()
}
