//! The transforms: functions to functions.

mod engine;
mod forward;
mod jacobian;
mod outputs;
mod reverse;

pub use forward::{derivative, jacfwd, jvp};
pub use jacobian::{hessian, hvp, jacobian, jacrev};
pub use outputs::Outputs;
pub use reverse::{Pullback, grad, grad_or_none, value_and_grad, vjp};

/// A number at which reverse mode can be applied: a plain `f64`, or a [`Var`](crate::Var) of a surrounding gradient, so
/// that the result can be differentiated again.
///
/// Nothing else can be a point; forward mode goes inside reverse mode (`Dual<Var>`), not around it:
///
/// ```compile_fail
/// use pullback_real::{Dual, grad};
/// let x: Dual<f64> = Dual::new(1.0, 1.0);
/// grad(|x| x[0] * x[0])(&[x]);
/// ```
pub trait Point: engine::Engine {}
impl Point for f64 {}
impl Point for crate::Var {}
