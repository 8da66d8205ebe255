//! Dense output: an ODE's solution at any time between its steps, by the interpolating polynomial of order 4
//! that belongs to the Runge–Kutta pair.

use super::check_real;
use super::dormand_prince::{State, Step, advance, first_step};
use super::ode_flow::{recorded_flow, slope};
use super::ode_options::{Adjoint, Ode};
use crate::array::Array;
use crate::dtype::DType;
use crate::ops::where_;
use crate::shape::Shape;
use crate::transform::control::{like, with};
use crate::transform::replay::Recorded;
use crate::transform::{Schedule, cond, scan_with};
use crate::tree::{Tree, leaves, map};
use pullback_real::refuse;

/// The solution of a differential equation at any time of a span: see [`odeint_dense`].
pub struct OdeSolution<Y> {
    /// A tree like the state.
    like: Y,
    rows: Rows,
}

/// y for dy/dt = f(t, y) and y = `start` at `from`, from there to `to`, as a function of time. The times may run either way.
///
/// Steps are those of [`odeint`](crate::odeint), but only the last one is cut short, to end at `to`. Between
/// their ends the state is read off the continuous extension of order 4 of E. Hairer, S. Nørsett and G.
/// Wanner, "Solving Ordinary Differential Equations I", II.6. Its error is a little larger than that of the
/// steps, and many times cost no more steps. Differentiable in both modes and to any order, by `start`,
/// `from`, `to`, the arrays that f captures, and the times given to [`at`](OdeSolution::at).
///
/// ```
/// use pullback_array::{Array, Ode, Real, grad, odeint_dense};
/// let decay = |rate: &Array| {
///     odeint_dense(|_, y: &Array| -(rate * y), &Array::from(2.0), &Array::from(0.0), &Array::from(3.0), Ode::default())
/// };
/// let y = decay(&Array::from(1.0));
/// let ts = Array::from([0.0, 0.7, 2.2, 3.0]);
/// assert!((y.at(&ts) - 2.0 * (-&ts).exp()).abs().max().item() < 1e-7);
/// // By the rate, and by the time.
/// let g = grad(|(rate, t): &(Array, Array)| decay(rate).at(t))(&(Array::from(1.0), Array::from(0.7)));
/// assert!((g.0.item() + 1.4 * (-0.7f64).exp()).abs() < 1e-6 && (g.1.item() + 2.0 * (-0.7f64).exp()).abs() < 1e-5);
/// ```
///
/// # Panics
/// As [`odeint`](crate::odeint); if `from` or `to` is not one number; with [`Adjoint::Continuous`], since it
/// needs the output times beforehand.
#[track_caller]
pub fn odeint_dense<Y: Tree + Clone + 'static>(
    f: impl Fn(&Array, &Y) -> Y,
    start: &Y,
    from: &Array,
    to: &Array,
    ode: Ode,
) -> OdeSolution<Y> {
    check_real("odeint_dense", &leaves(start));
    if let Some(t) = [from, to].into_iter().find(|t| t.ndim() != 0) {
        refuse(
            format_args!("odeint_dense: a time is one number, not of shape {}", t.0.shape),
            &[("", t.at())],
        )
    }
    if ode.adjoint == Adjoint::Continuous {
        refuse(
            format_args!(
                "odeint_dense: the continuous adjoint needs the times beforehand; take odeint, or Adjoint::Steps"
            ),
            &[],
        )
    }
    ode.check("odeint_dense");
    let (y0, flow, captured) = recorded_flow("odeint_dense", &f, start);
    let (from, to) = (from.cast(y0.dtype()), to.cast(y0.dtype()));
    OdeSolution {
        like: map(start, Array::zeros_like),
        rows: Rows::new(&flow, &captured, &y0, &from, &to, ode),
    }
}

impl<Y: Tree + Clone> OdeSolution<Y> {
    /// The state at a time, or at many along one axis, which comes in front of each leaf's own. Outside the span, or after
    /// more steps than allowed, it is NaN.
    ///
    /// # Panics
    /// If the times have more than one axis.
    #[track_caller]
    pub fn at(&self, ts: &Array) -> Y {
        if ts.ndim() > 1 {
            refuse(
                format_args!("at: times are one number or along one axis, not of shape {}", ts.0.shape),
                &[("", ts.at())],
            )
        }
        let ys = self.rows.at(&ts.reshape_op(Shape::new(&[ts.size()])));
        let mut from = 0;
        let parts = like(&leaves(&self.like)).into_iter().map(|(shape, _)| {
            let part = ys.narrow(1, from, shape.size());
            from += shape.size();
            part.reshape_op(ts.shape().iter().chain(shape.iter()).copied().collect())
        });
        with(&self.like, &parts.collect::<Vec<_>>())
    }
}

/// The steps of a solution, stacked along axis 0. A refused step, or one after the end, ends where it begins.
pub(super) struct Rows {
    steps: Step,
    /// The time of the beginning; `sign` is the direction of time.
    from: Array,
    sign: Array,
}

impl Rows {
    #[track_caller]
    pub fn new(flow: &Recorded, captured: &[Array], y0: &Array, from: &Array, to: &Array, ode: Ode) -> Rows {
        let f = |t: &Array, y: &Array| slope(flow, captured, t, y);
        let k = f(from, y0);
        let h = first_step(&f, from, y0, &k, ode);
        let start = State { t: from.clone(), y: y0.clone(), h, k };
        let step = |s: &State, _: &Array| {
            let left = s.t.not_equal(to);
            cond(&left, |s: &State| advance(&f, s, to, ode), |s: &State| (s.clone(), Step::none(s)), s)
        };
        let count = Array::iota(Shape::new(&[ode.steps]), 0, DType::I64);
        let (_, steps) = scan_with(step, &start, &count, Schedule::All, false);
        let sign = where_(&to.less(from), to.full_like(-1.0), to.ones_like());
        Rows { steps, from: from.clone(), sign }
    }
    /// The states `[n, m]` at times `[n]`.
    #[track_caller]
    pub fn at(&self, ts: &Array) -> Array {
        let Step { begin, end, h, parts } = &self.steps;
        let ts = ts.cast(begin.dtype());
        let (n, steps) = (ts.size(), end.size());
        // For each time, the first step that ends there or later.
        let ends = end.reshape([1, steps as isize]);
        let passed = (&self.sign * (ends - ts.reshape([n as isize, 1]))).less(0.0);
        let which = passed.cast(DType::I64).sum_axis(1);
        let inside =
            which.less(steps as f64).logical_and(&(&self.sign * (&ts - &self.from)).greater_equal(0.0));
        // Outside the span any step will do: the result is NaN.
        let which = which.minimum(steps as f64 - 1.0);
        let share = ((&ts - begin.take(&which, 0)) / h.take(&which, 0)).reshape([n as isize, 1]);
        let part = |k: usize| parts[k].take(&which, 0);
        let rest = 1.0 - &share;
        let inner = part(2) + &share * (part(3) + &rest * part(4));
        let y = part(0) + &share * (part(1) + &rest * inner);
        where_(&inside.reshape([n as isize, 1]), &y, y.full_like(f64::NAN))
    }
}
