//! Everything composed of primitives, by NumPy's names.

mod activation;
mod compare;
mod contract;
mod convert;
mod create;
mod cumulative;
mod elementwise;
mod gather;
mod index;
mod movement;
mod operators;
mod reduce;
pub mod stand_in;

pub use compare::{select_n, where_};
pub use contract::multi_dot;
pub use create::meshgrid;
pub use cumulative::associative_scan;
pub use index::{Ellipsis, Index, Indices, NewAxis};
pub use movement::{concatenate, hstack, stack, vstack};
pub use reduce::Norm;
