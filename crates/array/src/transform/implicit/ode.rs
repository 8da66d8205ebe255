//! `odeint`: ordinary differential equations by an adaptive Runge–Kutta pair, differentiated through the steps or by the
//! continuous adjoint.

use super::check_real;
use super::dense::Rows;
use crate::array::Array;
use crate::custom::Rule;
use crate::custom::{Call, CallRules};
use crate::dtype::DType;
use crate::ops::{concatenate, where_};
use crate::shape::Shape;
use crate::transform::control::{filled, like, pulled, record, wanted};
use crate::transform::replay::Recorded;
use crate::transform::{Schedule, cond, jvp, ravel, scan, scan_with};
use crate::tree::{Tree, leaves};
use pullback_real::{Real, refuse};
use std::cell::RefCell;
use std::sync::Arc;

/// How the derivative of a solution is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adjoint {
    /// Back through the steps that were taken (discretise, then optimise): the exact derivative of the numbers computed.
    /// Between two output times the states are kept by the √n scheme.
    Steps,
    /// The adjoint equation, solved backward in time with the same tolerances (optimise, then discretise): the memory of
    /// the outputs alone, and the error of one more solution. Each interval begins from the state that was stored.
    Continuous,
}

/// Tolerances of a solution, and how it is differentiated.
///
/// ```
/// use pullback_array::{Adjoint, Ode};
/// let coarse = Ode { rtol: 1e-4, adjoint: Adjoint::Continuous, ..Ode::default() };
/// assert_eq!(coarse.atol, 1e-8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ode {
    /// The error of a step relative to the state.
    pub rtol: f64,
    /// The error of a step where the state is small.
    pub atol: f64,
    /// The most steps between two output times, refused ones included; beyond them the solution is NaN.
    pub steps: usize,
    /// How the derivative is found.
    pub adjoint: Adjoint,
    /// Whether the states are read off between the steps, as [`odeint_dense`](crate::odeint_dense) does, instead of ending
    /// steps at the output times: for many times that lie close together. `steps` then bounds those of the whole.
    pub dense: bool,
}

impl Default for Ode {
    /// Relative 1e-8, absolute 1e-8, 1024 steps, derivatives through the steps, which end at the output times.
    fn default() -> Ode {
        Ode { rtol: 1e-8, atol: 1e-8, steps: 1024, adjoint: Adjoint::Steps, dense: false }
    }
}

impl Ode {
    #[track_caller]
    pub(super) fn check(&self, what: &str) {
        let Ode { rtol, atol, steps, .. } = *self;
        let positive = rtol >= 0.0 && atol >= 0.0 && (rtol + atol).is_finite() && rtol + atol > 0.0;
        assert!(positive, "{what}: `rtol` {rtol} and `atol` {atol} must be at least 0 and not both 0");
        assert!(steps > 0, "{what}: `steps` is 0, and the times cannot be reached without one")
    }
}

/// y at the times `ts`, stacked, for dy/dt = f(t, y) and y = `start` at the first of them; the times may run either way.
///
/// By the pair of J. Dormand and P. Prince (J. Comp. Appl. Math. 6 (1980), 19), order 5 with the error of order 4, whose
/// steps end at the output times (unless [`Ode::dense`] says otherwise: then times outside the span of the first and the last
/// are NaN). Differentiable in both modes and to any order, by `start`, `ts` and what f captures;
/// the lengths of the steps are held constant.
///
/// ```
/// use pullback_array::{Array, Ode, Real, grad, odeint};
/// let ts = Array::from([0.0, 0.5, 1.0]);
/// let at = |rate: &Array| odeint(|_, y: &Array| -(rate * y), &Array::from(2.0), &ts, Ode::default());
/// assert!((at(&Array::from(1.0)).get(2).item() - 2.0 * (-1f64).exp()).abs() < 1e-8);
/// let slope = grad(|rate: &Array| at(rate).get(2))(&Array::from(1.0)).item();
/// assert!((slope + 2.0 * (-1f64).exp()).abs() < 1e-7);
/// ```
///
/// # Panics
/// If f's result is not like y, the state is not real floating point or of several dtypes, or there is no time; if no step
/// could meet the tolerances (negative, NaN, both 0), or no step is allowed.
#[track_caller]
pub fn odeint<Y: Tree + Clone + 'static>(f: impl Fn(&Array, &Y) -> Y, start: &Y, ts: &Array, ode: Ode) -> Y {
    let ys = leaves(start);
    check_real("odeint", &ys);
    if ts.ndim() != 1 || ts.size() == 0 {
        refuse(
            format_args!("odeint: the times are one axis with at least one, not shape {}", ts.0.shape),
            &[("", ts.at())],
        )
    }
    ode.check("odeint");
    let (y0, flow, captured) = recorded_flow("odeint", &f, start);
    let (flow, ts) = (Arc::new(flow), ts.cast(y0.dtype()));
    let solution = match ode.adjoint {
        Adjoint::Steps => solved(&flow, &captured, &y0, &ts, ode),
        Adjoint::Continuous => by_adjoint(flow, &captured, &y0, &ts, ode),
    };
    // A row for each time: each leaf gets the axis of times in front.
    let n = ts.size();
    let mut from = 0;
    let parts = ys.iter().map(|y| {
        let part = solution.narrow(1, from, y.size());
        from += y.size();
        part.reshape_op(y.0.shape.insert(0, n))
    });
    crate::transform::control::with(start, &parts.collect::<Vec<_>>())
}

/// The start as a vector, f as a function of vectors, and what it captures.
#[track_caller]
pub(super) fn recorded_flow<Y: Tree + Clone + 'static>(
    what: &'static str,
    f: &dyn Fn(&Array, &Y) -> Y,
    start: &Y,
) -> (Array, Recorded, Vec<Array>) {
    super::check_one_dtype(what, &leaves(start));
    let (y0, back) = ravel(start);
    // What f gives is looked at afterwards, in the caller's line: a closure has none.
    let given = RefCell::new(None);
    let flow = |(t, y): &(Array, Array)| {
        let dy = f(t, &back(y));
        let (found, want) = (leaves(&dy), leaves(&back(y)));
        let fits = super::is_like(&found, &want);
        given.replace(Some((found, want)));
        if fits { ravel(&dy).0 } else { y.zeros_like() }
    };
    let shapes = vec![(Shape::default(), y0.dtype()), (y0.0.shape.clone(), y0.dtype())];
    let t = Array::fill(0.0, Shape::default(), y0.dtype());
    let (flow, _) = record(what, &(t, y0.clone()), shapes, flow);
    if let Some((found, want)) = given.take() {
        super::check_like(what, &found, &want)
    }
    let (flow, captured) = flow.closed();
    (y0, flow, captured)
}

/// dy/dt.
#[track_caller]
pub(super) fn slope(flow: &Recorded, captured: &[Array], t: &Array, y: &Array) -> Array {
    flow.at(&[&[t.clone(), y.clone()], captured].concat()).swap_remove(0)
}

/// The rows of the solution `[n, m]`.
#[track_caller]
fn solved(flow: &Recorded, captured: &[Array], y0: &Array, ts: &Array, ode: Ode) -> Array {
    match ode.dense {
        true => Rows::new(flow, captured, y0, &ts.get(0), &ts.get(-1), ode).at(ts),
        false => by_steps(flow, captured, y0, ts, ode),
    }
}

/// The rows of the solution `[n, m]`, through a loop of loops.
#[track_caller]
fn by_steps(flow: &Recorded, captured: &[Array], y0: &Array, ts: &Array, ode: Ode) -> Array {
    let f = |t: &Array, y: &Array| slope(flow, captured, t, y);
    let t0 = ts.get(0);
    let k0 = f(&t0, y0);
    let h = first_step(&f, &t0, y0, &k0, ode);
    let n = ts.size();
    let mut all = vec![y0.reshape_op(y0.0.shape.insert(0, 1))];
    if n > 1 {
        let interval = |s: &State, t1: &Array| {
            let s = until(&f, s, t1, ode);
            let there = s.t.equal(t1);
            let y = where_(&there, &s.y, s.y.full_like(f64::NAN));
            (State { y: y.clone(), ..s }, y)
        };
        let start = State { t: t0, y: y0.clone(), h, k: k0 };
        all.push(scan(interval, &start, &ts.narrow(0, 1, n - 1)).1)
    }
    concatenate(&all, 0)
}

/// Where an integration stands: time, state, the length of the next step, the slope.
#[derive(Clone, pullback_derive::Tree)]
pub(super) struct State {
    pub t: Array,
    pub y: Array,
    pub h: Array,
    pub k: Array,
}
/// Steps up to `t1`, as many as it takes.
#[track_caller]
fn until(f: &dyn Fn(&Array, &Array) -> Array, start: &State, t1: &Array, ode: Ode) -> State {
    let step = |s: &State, _: &Array| {
        let left = s.t.not_equal(t1);
        (cond(&left, |s: &State| one_step(f, s, t1, ode), State::clone, s), ())
    };
    let steps = Array::iota(Shape::new(&[ode.steps]), 0, DType::I64);
    scan_with(step, start, &steps, Schedule::Nested(2), false).0
}

/// The tableau of Dormand and Prince: times, weights of the slopes so far, and of the error.
const C: [f64; 6] = [0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
const A: [&[f64]; 6] = [
    &[0.2],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
const E: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];

/// Σ weight·slope.
#[track_caller]
fn combined(weights: &[f64], slopes: &[Array]) -> Array {
    let terms = weights.iter().zip(slopes).filter(|(w, _)| **w != 0.0).map(|(w, k)| k * *w);
    terms.reduce(|a, b| a + b).expect("a weight that is not zero")
}

/// A step of length h: the state after it and the seven slopes.
#[track_caller]
pub(super) fn stages(f: &dyn Fn(&Array, &Array) -> Array, s: &State, h: &Array) -> (Array, Vec<Array>) {
    let mut slopes = vec![s.k.clone()];
    let mut y = s.y.clone();
    for (c, a) in C.iter().zip(A) {
        y = &s.y + h * combined(a, &slopes);
        slopes.push(f(&(&s.t + h * *c), &y))
    }
    (y, slopes)
}

/// A step that was taken: where it begins and ends, its length, and the polynomial of the state between.
#[derive(Clone, pullback_derive::Tree)]
pub(super) struct Step {
    pub begin: Array,
    pub end: Array,
    pub h: Array,
    pub parts: Vec<Array>,
}
impl Step {
    /// No step.
    pub fn none(s: &State) -> Step {
        let parts = [&[s.y.clone()][..], &vec![s.y.zeros_like(); 4]].concat();
        Step { begin: s.t.clone(), end: s.t.clone(), h: s.t.ones_like(), parts }
    }
}

/// Weights of the slopes in the polynomial's last part.
const D: [f64; 7] = [
    -12715105075.0 / 11282082432.0,
    0.0,
    87487479700.0 / 32700410799.0,
    -10690763975.0 / 1880347072.0,
    701980252875.0 / 199316789632.0,
    -1453857185.0 / 822651844.0,
    69997945.0 / 29380423.0,
];

/// One step towards `t1`, taken or refused; its length is constant to every derivative but where it ends at `t1`.
#[track_caller]
pub(super) fn one_step(f: &dyn Fn(&Array, &Array) -> Array, s: &State, t1: &Array, ode: Ode) -> State {
    advance(f, s, t1, ode).0
}

/// The state after a try at a step, and the step, if it was taken.
#[track_caller]
pub(super) fn advance(f: &dyn Fn(&Array, &Array) -> Array, s: &State, t1: &Array, ode: Ode) -> (State, Step) {
    let rest = t1 - &s.t;
    let planned = s.h.stop_gradient();
    let last = planned.greater_equal(rest.abs());
    let h = where_(&last, &rest, rest.sign() * &planned);
    let (y, slopes) = stages(f, s, &h);
    let scale = s.y.abs().maximum(y.abs()) * ode.rtol + ode.atol;
    let error = (&h * combined(&E, &slopes) / scale).square().mean().sqrt().stop_gradient();
    let taken = error.less_equal(1.0);
    // NaN is far too long a step.
    let factor = (0.9 * error.powf(-0.2)).clip(0.2, 10.0).nan_to_num(0.2);
    let next = (h.abs() * factor).stop_gradient();
    // A step that was cut short to end at t1 does not shorten the next.
    let next = where_(&taken.logical_and(&last), next.maximum(&planned), next);
    let t = where_(&last, t1, &s.t + &h);
    let (moved, curve) = (&y - &s.y, &h * &slopes[0] - (&y - &s.y));
    let parts = [moved.clone(), curve.clone(), moved - &h * &slopes[6] - curve, &h * combined(&D, &slopes)];
    let none = Step::none(s);
    let parts = parts.iter().zip(&none.parts[1..]).map(|(part, zero)| where_(&taken, part, zero));
    let parts = none.parts[..1].iter().cloned().chain(parts).collect();
    let state = State {
        t: where_(&taken, t, &s.t),
        y: where_(&taken, y, &s.y),
        h: next,
        k: where_(&taken, &slopes[6], &s.k),
    };
    let step = Step { end: state.t.clone(), h: where_(&taken, h, &none.h), parts, ..none };
    (state, step)
}

/// A first step of about the right length (E. Hairer, S. Nørsett, G. Wanner, "Solving Ordinary Differential Equations I",
/// II.4).
#[track_caller]
pub(super) fn first_step(
    f: &dyn Fn(&Array, &Array) -> Array,
    t0: &Array,
    y0: &Array,
    k0: &Array,
    ode: Ode,
) -> Array {
    let scale = y0.abs() * ode.rtol + ode.atol;
    let size = |x: &Array| (x / &scale).square().mean().sqrt();
    let (d0, d1) = (size(y0), size(k0));
    let tiny = d0.less(1e-5).logical_or(&d1.less(1e-5));
    let h0 = where_(&tiny, d0.full_like(1e-6), 0.01 * &d0 / &d1);
    let k1 = f(&(t0 + &h0), &(y0 + &h0 * k0));
    let d2 = size(&(k1 - k0)) / &h0;
    let most = d1.maximum(&d2);
    let h1 = where_(&most.less_equal(1e-15), (&h0 * 1e-3).maximum(1e-6), (0.01 / most).powf(0.2));
    (100.0 * h0).minimum(h1).stop_gradient()
}

/// The rows of the solution, whose way back solves the adjoint equation.
#[track_caller]
fn by_adjoint(flow: Arc<Recorded>, captured: &[Array], y0: &Array, ts: &Array, ode: Ode) -> Array {
    let inputs = [&[y0.clone(), ts.clone()], captured].concat();
    let stopped = Array::constants(&inputs);
    let value = solved(&flow, &stopped[2..], &stopped[0], &stopped[1], ode);
    let forth = flow.clone();
    let pull: Rule = Arc::new(move |inputs, ys, gs| {
        let g = filled(ys, gs).swap_remove(0).expect("a solution is floating point");
        backward(&flow, inputs, &ys[0], &g, ode)
    });
    let push: Rule = Arc::new(move |inputs, _, ts| {
        let same = |all: &Vec<Array>| solved(&forth, &all[2..], &all[0], &all[1], ode);
        let t: Vec<Array> = inputs.iter().zip(ts).map(|(x, t)| t.unwrap_or_else(|| x.zeros_like())).collect();
        vec![Some(jvp(same)(&inputs.to_vec(), &t).1)]
    });
    Call::of("odeint", &inputs, vec![value], CallRules::new(pull, push)).swap_remove(0)
}

/// The adjoint equation da/dt = −aᵀ ∂f/∂y beside y and the integral of −aᵀ ∂f/∂p, from each time to the one before.
#[track_caller]
fn backward(flow: &Arc<Recorded>, inputs: &[Array], ys: &Array, g: &Array, ode: Ode) -> Vec<Option<Array>> {
    let (ts, captured) = (&inputs[1], &inputs[2..]);
    let (n, m) = (ts.size(), inputs[0].size());
    let wants: Vec<bool> = [false, true].into_iter().chain(captured.iter().map(wanted)).collect();
    let chosen: Vec<Array> =
        captured.iter().zip(&wants[2..]).filter(|(_, w)| **w).map(|(x, _)| x.zeros_like()).collect();
    let (sums, back) = ravel(&chosen);
    let sums = sums.cast(ys.dtype());
    // In time −t, so that times always run forward: y, a and the sums, one after the other.
    let all = m + m + sums.size();
    let shapes =
        [vec![(Shape::default(), ys.dtype()), (Shape::new(&[all]), ys.dtype())], like(captured)].concat();
    let reversed = Recorded::new("odeint", shapes, |args| {
        let (y, a) = (args[1].narrow(0, 0, m), args[1].narrow(0, m, m));
        let at = [&[-&args[0], y.clone()], &args[2..]].concat();
        let found = pulled(flow, &at, &wants, vec![Some(a)]);
        let of_captured = if found.len() > 1 { ravel(&found[1..].to_vec()).0 } else { sums.zeros_like() };
        vec![concatenate(&[-slope(flow, &args[2..], &at[0], &y), found[0].clone(), of_captured], 0)]
    });
    let interval = |(a, sums): &(Array, Array), (g, y, late, early): &(Array, Array, Array, Array)| {
        let a = a + g;
        let start = concatenate(&[y.clone(), a.clone(), sums.clone()], 0);
        let times = concatenate(&[-late.reshape([1]), -early.reshape([1])], 0);
        let end = by_steps(&reversed, captured, &start, &times, ode).get(1);
        // The later an output, the further its state has moved.
        let of_time = g.dot(&slope(flow, captured, late, y));
        ((end.narrow(0, m, m), end.narrow(0, 2 * m, sums.size())), of_time)
    };
    let rows =
        (g.narrow(0, 1, n - 1), ys.narrow(0, 1, n - 1), ts.narrow(0, 1, n - 1), ts.narrow(0, 0, n - 1));
    let start = (inputs[0].zeros_like(), sums);
    let ((a, sums), of_times) = match n {
        1 => (start, ts.narrow(0, 0, 0)),
        _ => scan_with(interval, &start, &rows, Schedule::All, true),
    };
    let of_start = -a.dot(&slope(flow, captured, &ts.get(0), &inputs[0]));
    let mut of_captured = back(&sums).into_iter();
    let own = wants[2..].iter().map(|w| if *w { of_captured.next() } else { None });
    let of_times = concatenate(&[of_start.reshape([1]), of_times], 0);
    [Some(a + g.get(0)), Some(of_times)].into_iter().chain(own).collect()
}
