//! `odeint`: ordinary differential equations by an adaptive Runge–Kutta pair, differentiated through the steps or by the
//! continuous adjoint.

use super::check_real;
use super::dense::Rows;
use super::dormand_prince::{State, first_step, one_step};
use super::ode_flow::{recorded_flow, slope};
use super::ode_options::{Adjoint, Ode};
use crate::array::Array;
use crate::custom::Rule;
use crate::custom::{Call, CallRules};
use crate::dtype::DType;
use crate::ops::{concatenate, where_};
use crate::shape::Shape;
use crate::transform::control::{filled, like, pulled, wanted};
use crate::transform::replay::Recorded;
use crate::transform::{Schedule, cond, jvp, ravel, scan, scan_with};
use crate::tree::{Tree, leaves};
use pullback_real::refuse;
use std::sync::Arc;

/// y at the times `ts`, stacked, for dy/dt = f(t, y) and y = `start` at the first of them; the times may run either way.
///
/// By the pair of J. Dormand and P. Prince (J. Comp. Appl. Math. 6 (1980), 19), order 5 with the error of
/// order 4, whose steps end at the output times (unless [`Ode::dense`] says otherwise: then times outside the
/// span of the first and the last are NaN). Differentiable in both modes and to any order, by `start`, `ts`
/// and the arrays that f captures; the lengths of the steps are held constant.
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

/// Steps up to `t1`, at most `ode.steps`.
#[track_caller]
fn until(f: &dyn Fn(&Array, &Array) -> Array, start: &State, t1: &Array, ode: Ode) -> State {
    let step = |s: &State, _: &Array| {
        let left = s.t.not_equal(t1);
        (cond(&left, |s: &State| one_step(f, s, t1, ode), State::clone, s), ())
    };
    let steps = Array::iota(Shape::new(&[ode.steps]), 0, DType::I64);
    scan_with(step, start, &steps, Schedule::Nested(2), false).0
}

/// The rows of the solution, as a call whose pullback solves the adjoint equation.
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

/// Solves the adjoint equation da/dt = −aᵀ ∂f/∂y, and ∫ −aᵀ ∂f/∂p, from each time to the one before.
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
        // The derivative of an output by its time is the slope.
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
