//! The Runge–Kutta pair of J. Dormand and P. Prince (J. Comp. Appl. Math. 6 (1980), 19): its tableau, a step with an estimate of its
//! error, and the polynomial between the ends of a step.

use super::ode_options::Ode;
use crate::array::Array;
use crate::ops::where_;
use pullback_real::Real;

/// The progress of an integration: time, state, the length of the next step, the slope.
#[derive(Clone, pullback_derive::Tree)]
pub(super) struct State {
    pub t: Array,
    pub y: Array,
    pub h: Array,
    pub k: Array,
}

/// The tableau of Dormand and Prince: times (C), weights of the slopes so far (A), and of the error (E).
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

/// A step that was taken: its begin and end, its length, and the polynomial that interpolates the state.
#[derive(Clone, pullback_derive::Tree)]
pub(super) struct Step {
    pub begin: Array,
    pub end: Array,
    pub h: Array,
    pub parts: Vec<Array>,
}
impl Step {
    /// A step from `s.t` to `s.t`, at which the state is `s.y`.
    pub fn none(s: &State) -> Step {
        let parts = [&[s.y.clone()][..], &vec![s.y.zeros_like(); 4]].concat();
        Step { begin: s.t.clone(), end: s.t.clone(), h: s.t.ones_like(), parts }
    }
}

/// Weights of the slopes in the last of a [`Step`]'s parts.
const D: [f64; 7] = [
    -12715105075.0 / 11282082432.0,
    0.0,
    87487479700.0 / 32700410799.0,
    -10690763975.0 / 1880347072.0,
    701980252875.0 / 199316789632.0,
    -1453857185.0 / 822651844.0,
    69997945.0 / 29380423.0,
];

/// One step towards `t1`, taken or refused. Its length is constant to derivatives, unless it ends at `t1`.
#[track_caller]
pub(super) fn one_step(f: &dyn Fn(&Array, &Array) -> Array, s: &State, t1: &Array, ode: Ode) -> State {
    advance(f, s, t1, ode).0
}

/// The state after an attempted step, and the step; if it was refused, [`Step::none`].
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
    // An error of NaN counts as far too long a step.
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
