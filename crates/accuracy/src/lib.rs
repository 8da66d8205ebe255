//! The functions of pullback in every mode, for the tests and the pages that compare them with exact values.
#![forbid(unsafe_code)]

pub mod functions;
pub mod modes;
mod scalar;

pub use scalar::Scalar;
