//! Everything composed of primitives, by NumPy's names.

mod activation;
mod compare;
mod contract;
mod conv;
mod convert;
mod create;
mod cumulative;
mod einsum;
mod elementwise;
mod gather;
mod index;
mod movement;
#[cfg(feature = "ndarray")]
mod nd;
mod operators;
mod pad;
mod pool;
mod reduce;

pub use compare::{select_n, where_};
pub use contract::multi_dot;
pub use conv::Convolution;
pub use create::meshgrid;
pub use cumulative::associative_scan;
pub use einsum::einsum;
pub use index::{Ellipsis, Index, Indices, NewAxis};
pub use movement::{concatenate, hstack, stack, vstack};
pub use pad::PadMode;
pub use reduce::Norm;
