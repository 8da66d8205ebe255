//! Formulas: the symbolic carrier, on which the table prints its own rules.

mod carrier;
mod cotangent;
mod gradient;
pub(crate) mod names;
mod node;
mod show;
mod simplify;
mod walk;

pub use node::Expr;
pub use show::Listing;
