//! `odeint_event`: solves a differential equation up to the time at which a function of the state vanishes.

use super::dormand_prince::{State, first_step, one_step, stages};
use super::ode_options::Ode;
use super::{check_real, custom_root};
use crate::array::Array;
use crate::dtype::DType;
use crate::ops::where_;
use crate::shape::Shape;
use crate::transform::{Schedule, cond, fori_loop, ravel, scan_with};
use crate::tree::{Tree, leaves};
use pullback_real::{Real, refuse};

/// (t, y) where `event(t, y)` first changes its sign, for dy/dt = f(t, y) from y = `start` at `from`; at `to` if it does not
/// by then.
///
/// Steps are those of [`odeint`](crate::odeint). Within the step of the sign change, the time is found by
/// bisection and differentiated implicitly: in both modes and to any order, by the arrays that f and `event`
/// capture as well. (Two changes within one step cancel and are not seen: smaller tolerances make smaller
/// steps.)
///
/// ```
/// use pullback_array::{Array, Ode, Real, grad, odeint_event};
/// // A stone dropped from a height: t = √(2h/g).
/// let fall = |h: &Array| {
///     let start = (h.clone(), Array::from(0.0));
///     let f = |_: &Array, (_, v): &(Array, Array)| (v.clone(), Array::from(-9.81));
///     let event = |_: &Array, (y, _): &(Array, Array)| y.clone();
///     odeint_event(f, event, &start, &Array::from(0.0), &Array::from(10.0), Ode::default()).0
/// };
/// let h = Array::from(4.905);
/// assert!((fall(&h).item() - 1.0).abs() < 1e-9);
/// assert!((grad(fall)(&h).item() - 0.5 / 4.905).abs() < 1e-9);
/// ```
///
/// Both are NaN after more steps than allowed.
///
/// # Panics
/// If f's result is not like y, the state is not real floating point, or the event or a time is not one number; for
/// tolerances as [`odeint`](crate::odeint).
#[track_caller]
pub fn odeint_event<Y: Tree + Clone + 'static>(
    f: impl Fn(&Array, &Y) -> Y,
    event: impl Fn(&Array, &Y) -> Array,
    start: &Y,
    from: &Array,
    to: &Array,
    ode: Ode,
) -> (Array, Y) {
    check_real("odeint_event", &leaves(start));
    ode.check("odeint_event");
    if let Some(t) = [from, to].into_iter().find(|t| t.ndim() != 0) {
        refuse(
            format_args!("odeint_event: a time is one number, not of shape {}", t.0.shape),
            &[("", t.at())],
        )
    }
    super::check_one_dtype("odeint_event", &leaves(start));
    let (y0, back) = ravel(start);
    let (t0, t1) = (from.cast(y0.dtype()), to.cast(y0.dtype()));
    // Checked here for the caller's line, which a closure does not have.
    let there = back(&y0);
    super::check_like("odeint_event", &leaves(&f(&t0, &there)), &leaves(&there));
    let e = event(&t0, &there);
    if e.ndim() != 0 {
        refuse(
            format_args!("odeint_event: the event is one number, not of shape {}", e.0.shape),
            &[("event", e.at())],
        )
    }
    let flow = |t: &Array, y: &Array| ravel(&f(t, &back(y))).0;
    let at = |t: &Array, y: &Array| event(t, &back(y)).cast(y.dtype());
    let k0 = flow(&t0, &y0);
    let h = first_step(&flow, &t0, &y0, &k0, ode);
    let begin = State { t: t0, y: y0, h, k: k0 };
    // The states before and after the latest step.
    type Pair = (State, State);
    let crossed =
        |(a, b): &Pair| (at(&a.t, &a.y) * at(&b.t, &b.y)).less(0.0).logical_or(&at(&b.t, &b.y).equal(0.0));
    let goes_on = |pair: &Pair| pair.1.t.not_equal(&t1).logical_and(&crossed(pair).logical_not());
    let advance = |(_, now): &Pair| (now.clone(), one_step(&flow, now, &t1, ode));
    let step = |pair: &Pair, _: &Array| (cond(&goes_on(pair), advance, Pair::clone, pair), ());
    let steps = Array::iota(Shape::new(&[ode.steps]), 0, DType::I64);
    let first = (begin.clone(), one_step(&flow, &begin, &t1, ode));
    let pair = scan_with(step, &first, &steps, Schedule::Nested(2), false).0;
    let within = |(a, b): &Pair| -> (Array, Array) {
        let value = |s: &Array| at(&(&a.t + s), &stages(&flow, a, s).0);
        // Bisection of the last step; `side` is the sign of the event at its beginning.
        let solve = |_: &()| {
            let side = at(&a.t, &a.y).sign();
            let (low, high) = (a.t.zeros_like(), &b.t - &a.t);
            let halve = |_: &Array, (low, high): &(Array, Array)| {
                let middle = 0.5 * (low + high);
                let before = (value(&middle) * &side).greater(0.0);
                (where_(&before, &middle, low), where_(&before, high, &middle))
            };
            let (low, high) = fori_loop(0, 60, halve, &(low, high));
            0.5 * (low + high)
        };
        let s = custom_root(|s: &Array, _: &()| value(s), solve)(&());
        (&a.t + &s, stages(&flow, a, &s).0)
    };
    let after = |(_, b): &Pair| {
        let there = b.t.equal(&t1);
        (where_(&there, &b.t, b.t.full_like(f64::NAN)), where_(&there, &b.y, b.y.full_like(f64::NAN)))
    };
    let (t, y) = cond(&crossed(&pair), within, after, &pair);
    (t, back(&y))
}
