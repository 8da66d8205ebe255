//! Scalar functions recorded once: programs for their values, gradients, Jacobians and Hessians, run at one point by machine
//! code or at many in SIMD lanes over all cores, or written out as Rust and C.
//!
//! ```
//! use pullback_compile::Function;
//! use pullback_real::Scalar;
//!
//! fn rosen<R: Scalar>(x: &[R]) -> R {
//!     100.0 * (x[1] - x[0] * x[0]).square() + (1.0 - x[0]).square()
//! }
//! let f = Function::record(rosen, &[0.5, 0.5]);
//! assert_eq!(f.value().evaluate(&[-1.2, 1.0]).unwrap(), [24.199999999999996]);
//! let gradient = f.gradient();
//! assert_eq!(gradient.evaluate(&[0.0, 1.0]).unwrap(), [-2.0, 200.0]);
//! // (x, y) ↦ ∇f in C, without any library.
//! assert!(gradient.to_c("rosen_gradient").unwrap().contains("int rosen_gradient(const double *x, double *y)"));
//! ```
//!
//! # Features
//!
//! `json`: programs and recorded functions as JSON: `Program::to_json`, `Function::from_json` and their counterparts.
//! `machine`: `Program::machine`, machine code by Cranelift. Without it programs are interpreted.
#![deny(unsafe_code)]

mod builder;
#[cfg(feature = "machine")]
mod emit;
mod export;
mod function;
#[cfg(feature = "json")]
mod json;
mod lanes;
#[cfg(feature = "machine")]
mod layout;
#[cfg(feature = "machine")]
mod machine;
mod program;
mod sweep;
mod symbol;

pub use export::ExportError;
pub use function::Function;
#[cfg(feature = "json")]
pub use json::JsonError;
pub use lanes::Lanes;
#[cfg(feature = "machine")]
pub use machine::Machine;
pub use program::{BranchChanged, Program};
pub use symbol::Symbol;

/// The lines of the README run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
