//! Numbers of pullback: one table of elementary derivatives, and the carriers it serves.
#![forbid(unsafe_code)]

mod error;
mod expr;
mod parse;
pub mod real;
mod special_tmp;
pub(crate) use special_tmp as special;
pub mod table;

pub use error::Error;
pub use expr::{Expr, Listing};
pub use parse::parse;
pub use real::{Arg, Real, Scalar};
pub use table::{Binary, Notation, Unary};
