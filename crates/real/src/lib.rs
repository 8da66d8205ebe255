//! Automatic differentiation of scalars: one table of elementary functions with their derivatives, and the
//! number types that compute with it (plain, forward, reverse, symbolic, Taylor series).
#![deny(unsafe_code)]

mod arith;
pub mod chain;
pub mod check;
mod complex;
mod counts;
pub mod diff;
#[doc(hidden)]
pub mod differences;
mod dual;
mod error;
pub mod explicit;
mod expr;
mod external;
mod implicit;
mod op;
mod operators;
mod parse;
pub mod real;
mod record;
mod refuse;
pub mod schedule;
mod series;
mod session;
mod slopes;
pub mod sparse;
pub mod special;
mod sweep;
pub mod table;
mod tape;
mod value_and_slope;
mod var;

pub use check::{assert_derivatives, check};
pub use complex::{Complex, holomorphic_derivative};
pub use counts::Counts;
pub use diff::{
    AbsNormal, Eliminated, Elimination, Linearization, Mode, Nan, Outputs, Point, Pullback, abs_normal,
    derivative, eliminate, find_nan, grad, grad_or_none, hessian, hvp, jacfwd, jacobian, jacobian_with, jvp,
    linearize, value_and_grad, vjp,
};
pub use dual::{Dual, Duals};
pub use error::Error;
pub use explicit::{Gradient, Tape, TapeVar};
pub use expr::{Expr, Listing};
pub use implicit::{implicit_series, ode_series};
pub use parse::parse;
pub use real::{Arg, Binary, Real, Scalar, Unary, stop_gradient};
#[doc(hidden)]
pub use refuse::{Operation, refuse};
pub use series::{Series, binary_series, derivatives, taylor, unary_series};
pub use session::release_memory;
pub use table::Notation;
pub use var::Var;

/// The examples of the README, run as doc-tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
