//! Tolerances of a solution of a differential equation, and how it is differentiated.

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
    /// Whether the states are interpolated between the steps, as [`odeint_dense`](crate::odeint_dense) does,
    /// instead of ending steps at the output times: for many close times. `steps` then bounds the whole.
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
