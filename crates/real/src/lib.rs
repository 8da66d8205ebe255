//! Numbers of pullback: one table of elementary derivatives, and the carriers it serves.
#![forbid(unsafe_code)]

pub mod real;
mod special_tmp;
pub(crate) use special_tmp as special;
pub mod table;

pub use real::{Arg, Real, Scalar};
pub use table::{Binary, Notation, Unary};
