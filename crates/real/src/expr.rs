//! Symbolic formulas. They are numbers for generic code, so the rules of the table give the formulas of
//! derivatives.

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
