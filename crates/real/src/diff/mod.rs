//! The transforms of differentiation: each takes a function and returns another one.

mod abs_normal;
mod elimination;
pub(crate) mod engine;
mod forward;
mod jacobian;
mod nan;
mod outputs;
mod reverse;

pub use abs_normal::{AbsNormal, abs_normal};
pub use elimination::{Eliminated, Elimination, eliminate};
pub use engine::Point;
pub use forward::{derivative, jacfwd, jvp};
pub use jacobian::{Mode, hessian, hvp, jacobian, jacobian_with};
pub use nan::{Nan, find_nan};
pub use outputs::Outputs;
pub use reverse::{Linearization, Pullback, grad, grad_or_none, linearize, value_and_grad, vjp};
