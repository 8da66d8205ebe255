//! Reverse mode: the sweep keeps a map of cotangents by node id, and takes the largest id first, down to the
//! inputs. Ids grow along the graph, so a node's sum of cotangents is complete when it is taken.

use super::{aliased, matching, needs_floats, replaced, returned, rows, within};
use crate::array::{Args, Array, Place, Trace};
use crate::custom::Linear;
use crate::mask::{Condition, plus};
use crate::prim::Prim;
use crate::rules::pullback;
use crate::tree::{Path, Tree, leaves};
use pullback_real::refuse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A callback that is shown each node of the sweep and its cotangent.
pub(super) type Watch<'a> = &'a mut dyn FnMut(&Array, &Array);
/// The result of [`reverse`]: the value, the function's auxiliary result, its inputs and their cotangents.
pub(super) type Found<A> = (Array, A, Vec<Array>, Linear);

/// The state of a reverse sweep: by id, each pending node and the sum of its cotangents so far.
struct Sweep {
    first: u64,
    bar: BTreeMap<u64, (Array, Array)>,
}

impl Sweep {
    fn add(&mut self, x: &Array, g: Option<Array>) {
        let Some(g) = g else { return };
        // Older than the inputs, or made without any running transform: it cannot depend on them.
        if x.0.id < self.first || x.0.live.is_none() {
            return;
        }
        let sum = match self.bar.remove(&x.0.id) {
            None => g,
            Some((_, sum)) => plus(&sum, &g),
        };
        self.bar.insert(x.0.id, (x.clone(), sum));
    }
    fn step(&mut self, node: &Array, g: Array) {
        let _at = Place::of(node);
        let (prim, args): (&Prim, Args) = node.parts();
        if let Prim::Custom(call, k) = prim {
            let inputs = &args[..args.len() - 1];
            let mut bar =
                |(j, id)| if j == *k { Some(g.clone()) } else { self.bar.remove(&id).map(|(_, g)| g) };
            let cotangents: Linear = call.ids().into_iter().enumerate().map(&mut bar).collect();
            let condition = Condition::of(cotangents.iter().flatten());
            let pulled = call.pull(inputs, cotangents).into_iter().map(|d| match &condition {
                Some(condition) => d.map(|d| condition.keep(&d)),
                None => d,
            });
            inputs.iter().zip(pulled).for_each(|(x, g)| self.add(x, g));
        } else {
            let pulled = pullback(prim, &args, node, &g);
            args.iter().zip(pulled).for_each(|(x, g)| self.add(x, g));
        }
    }
}

/// The cotangents of `inputs` (aliases, with neighbouring ids) from those of `outputs`; `None` is zero.
pub(crate) fn sweep(inputs: &[Array], outputs: &[Array], cotangents: Linear) -> Linear {
    watched(inputs, outputs, cotangents, &mut |_, _| {})
}

/// [`sweep`], with a callback `see` for every node between outputs and inputs.
fn watched(inputs: &[Array], outputs: &[Array], cotangents: Linear, see: Watch) -> Linear {
    let Some(first) = inputs.first().map(|x| x.0.id) else { return vec![] };
    let last = inputs[inputs.len() - 1].0.id;
    let mut sweep = Sweep { first, bar: BTreeMap::new() };
    outputs.iter().zip(cotangents).for_each(|(y, g)| sweep.add(y, g));
    let mut found = BTreeMap::new();
    while let Some((id, (node, g))) = sweep.bar.pop_last() {
        if id <= last {
            found.insert(id, g);
        } else {
            see(&node, &g);
            sweep.step(&node, g)
        }
    }
    inputs.iter().map(|x| found.remove(&x.0.id)).collect()
}

/// Maps a cotangent of an output to that of the input.
pub type Pullback<P, Q> = Box<dyn Fn(&Q) -> P>;

/// From f: value and pullback at a point. The pullback maps a cotangent of the output to that of the input, as often
/// as asked, without running f again.
///
/// ```
/// use pullback_array::{Array, Real, vjp};
/// let (y, pullback) = vjp(|x: &Array| x.sin())(&Array::from([0.0, 1.0]));
/// assert_eq!(y.to_vec::<f64>(), [0.0, 1f64.sin()]);
/// assert_eq!(pullback(&Array::from([2.0, 1.0])).to_vec::<f64>(), [2.0, 1f64.cos()]);
/// ```
///
/// # Panics
/// The pullback panics if the cotangent's leaves do not have the shapes and dtypes of the output's.
pub fn vjp<P, Q>(f: impl Fn(&P) -> Q) -> impl Fn(&P) -> (Q, Pullback<P, Q>)
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    move |p| {
        let running = Trace::start();
        let (y, inputs) = within(&running.0, p, &f);
        returned(&y);
        let (p, output) = (p.clone(), y.clone());
        let pull = move |g: &Q| {
            // As long as the pullback lives, evaluation must not cut the graph.
            let _running = &running;
            let seeds = matching("pullback", "cotangent", &output, g);
            let floats: Vec<Array> =
                leaves(&output).into_iter().filter(crate::rules::differentiable).collect();
            let swept = sweep(&inputs, &floats, seeds.into_iter().map(Some).collect());
            replaced(&p, swept.into_iter().zip(&inputs).map(|(g, x)| g.unwrap_or_else(|| x.zeros_like())))
        };
        (y, Box::new(pull))
    }
}

/// Panics unless a function has returned one floating-point number.
#[track_caller]
pub(crate) fn check_loss(what: &str, y: &Array) {
    if y.ndim() == 0 && y.dtype().is_complex() {
        refuse(
            format_args!(
                "{what}: the function returns a complex number, which has no gradient; take its .real(), .imag() or .abs(), or holomorphic_grad of a holomorphic function"
            ),
            &[("", y.at())],
        )
    }
    if y.ndim() != 0 || !y.dtype().is_float() {
        refuse(
            format_args!(
                "{what}: the function must return one floating-point number (shape []), not shape {} {}; reduce it with .sum() or .mean(), or use vjp",
                y.0.shape,
                y.dtype()
            ),
            &[("", y.at())],
        )
    }
}

/// The core of `grad` and its relatives. `look` is shown the inputs and the result, `see` every node between.
#[track_caller]
pub(super) fn reverse<P: Tree + Clone, A>(
    what: &str,
    f: &impl Fn(&P) -> (Array, A),
    p: &P,
    look: &mut dyn FnMut(&[Array], &Array),
    see: Watch,
) -> Found<A> {
    needs_floats(what, p);
    let running = Trace::start();
    let ((y, aux), inputs) = match size_of::<A>() {
        0 => within(&running.0, p, f),
        // The auxiliary result may hold arrays and is no tree to search: no node counts as left behind.
        _ => {
            let (x, inputs) = aliased(p, &running.0);
            (f(&x), inputs)
        }
    };
    returned(&y);
    check_loss(what, &y);
    look(&inputs, &y);
    let seed = {
        let _at = Place::of(&y);
        y.ones_like()
    };
    let cotangents = watched(&inputs, std::slice::from_ref(&y), vec![Some(seed)], see);
    drop(running);
    // A result that a rule has evaluated during the sweep kept its arguments for this transform alone.
    cotangents.iter().flatten().chain([&y]).for_each(Array::release);
    (y, aux, inputs, cotangents)
}

/// From f: value and gradient at a point. The gradient is a tree like the input.
///
/// Value and gradient share their work: looking at one computes both.
///
/// ```
/// use pullback_array::{Array, Real, value_and_grad};
/// let f = value_and_grad(|(a, b): &(Array, Array)| (a * b).sum());
/// let (y, (da, db)) = f(&(Array::from([1.0, 2.0]), Array::from([3.0, 4.0])));
/// assert_eq!(y.item(), 11.0);
/// assert_eq!((da.to_vec::<f64>(), db.to_vec::<f64>()), (vec![3.0, 4.0], vec![1.0, 2.0]));
/// ```
///
/// # Panics
/// If f's result is not one floating-point number, or the point has only integer leaves.
pub fn value_and_grad<P: Tree + Clone>(f: impl Fn(&P) -> Array) -> impl Fn(&P) -> (Array, P) {
    let f = move |p: &P| (f(p), ());
    move |p| {
        let (y, (), g) = with_aux("value_and_grad", &f, p);
        (y, g)
    }
}

/// Like [`value_and_grad`], for a function that returns something besides the number that is differentiated.
///
/// ```
/// use pullback_array::{Array, Real, value_and_grad_with};
/// let f = value_and_grad_with(|x: &Array| { let y = x.sin(); (y.sum(), y) });
/// let (s, y, g) = f(&Array::from([0.0, 0.0]));
/// assert_eq!((s.item(), y.shape(), g.to_vec::<f64>()), (0.0, &[2][..], vec![1.0, 1.0]));
/// ```
///
/// # Panics
/// If f's first result is not one floating-point number.
pub fn value_and_grad_with<P: Tree + Clone, A>(f: impl Fn(&P) -> (Array, A)) -> impl Fn(&P) -> (Array, A, P) {
    move |p| with_aux("value_and_grad_with", &f, p)
}

#[track_caller]
fn with_aux<P: Tree + Clone, A>(what: &str, f: &impl Fn(&P) -> (Array, A), p: &P) -> (Array, A, P) {
    with_zeros(reverse(what, f, p, &mut |_, _| {}, &mut |_, _| {}), p)
}

/// The gradient as a tree, with zeros for leaves that the result does not depend on.
pub(super) fn with_zeros<P: Tree + Clone, A>((y, aux, inputs, cotangents): Found<A>, p: &P) -> (Array, A, P) {
    let g: Vec<Array> =
        cotangents.into_iter().zip(&inputs).map(|(g, x)| g.unwrap_or_else(|| x.zeros_like())).collect();
    // Of a row-sparse gradient, only the row updates are evaluated together with the rest: see `SparseRows`.
    let parts: Vec<Array> =
        g.iter().flat_map(|g| rows::updates(g).unwrap_or_else(|| vec![g.clone()])).collect();
    Array::evaluate_together(parts.iter().chain([&y]));
    (y, aux, replaced(p, g))
}

/// From f: its gradient at a point, a tree like the input. Zeros where f does not depend on a leaf ([`unconnected`]
/// tells which); integer and bool leaves are constants.
///
/// Transforms nest: `grad(|x: &Array| grad(f)(x).sum())` is a second derivative.
///
/// ```
/// use pullback_array::{Array, Real, grad};
/// let g = grad(|x: &Array| x.square().sum());
/// assert_eq!(g(&Array::from([1.0, -2.0])).to_vec::<f64>(), [2.0, -4.0]);
/// ```
///
/// # Panics
/// If f's result is not one floating-point number, or the point has only integer leaves.
pub fn grad<P: Tree + Clone>(f: impl Fn(&P) -> Array) -> impl Fn(&P) -> P {
    gradient("grad", f)
}

/// [`grad`] for another transform: messages begin with its name, `what`.
pub(crate) fn gradient<P: Tree + Clone>(what: &'static str, f: impl Fn(&P) -> Array) -> impl Fn(&P) -> P {
    let f = move |p: &P| (f(p), ());
    move |p| with_aux(what, &f, p).2
}

/// From f: the paths of the floating-point leaves its result does not depend on, whose gradients are zeros
/// for that reason. ([`looks`](crate::looks) tells where derivatives are lost because f reads numbers.)
///
/// ```
/// use pullback_array::{Array, Real, unconnected};
/// let f = |(a, b): &(Array, Array)| (a * b.stop_gradient()).sum();
/// assert_eq!(unconnected(f)(&(Array::from(1.0), Array::from(2.0))), ["1"]);
/// ```
///
/// # Panics
/// If f's result is not one floating-point number, or the point has only integer leaves.
pub fn unconnected<P: Tree + Clone>(f: impl Fn(&P) -> Array) -> impl Fn(&P) -> Vec<String> {
    let f = move |p: &P| (f(p), ());
    move |p| {
        let (_, (), _, cotangents) = reverse("unconnected", &f, p, &mut |_, _| {}, &mut |_, _| {});
        let mut paths = vec![];
        p.clone().visit(&Path::Root, &mut |path, x| {
            if crate::rules::differentiable(x) {
                paths.push(path.to_string())
            }
        });
        paths.into_iter().zip(cotangents).filter(|(_, g)| g.is_none()).map(|(path, _)| path).collect()
    }
}

impl Array {
    /// Frees the arguments of a result that was evaluated while its transform ran.
    pub(crate) fn release(&self) {
        if self.0.is_kept() {
            return;
        }
        let args = {
            let mut state = self.0.state();
            if state.value.is_none() {
                return;
            }
            state.cut = true;
            state.let_go()
        };
        drop(args)
    }
    /// Groups results: the evaluation of one computes all of them that are still alive.
    fn evaluate_together<'a>(results: impl Iterator<Item = &'a Array> + Clone) {
        let results = results.filter(|a| a.0.traced.is_none());
        let group = Arc::new(results.clone().map(|a| Arc::downgrade(&a.0)).collect::<Vec<_>>());
        results.filter(|a| !a.is_evaluated()).for_each(|a| a.0.state().together = Some(group.clone()))
    }
}
