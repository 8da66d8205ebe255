//! Everything composed of primitives, by NumPy's names.

mod activation;
mod compare;
mod complex;
mod contract;
mod conv;
mod convert;
mod create;
mod cumulative;
mod diagonal;
mod einsum;
mod elementwise;
#[cfg(feature = "fft")]
pub mod fft;
mod gather;
mod index;
mod join;
#[cfg(feature = "linalg")]
pub mod linalg;
mod movement;
#[cfg(feature = "ndarray")]
mod nd;
mod norm;
mod operators;
mod order;
mod pad;
mod pool;
mod reduce;
mod selection;
mod softmax;
mod statistics;

pub use compare::{select_n, where_};
pub use contract::multi_dot;
pub use conv::Convolution;
pub use create::meshgrid;
pub use cumulative::associative_scan;
pub use einsum::einsum;
pub use index::{Ellipsis, Index, Indices, NewAxis};
pub use join::{concatenate, hstack, stack, vstack};
pub use norm::Norm;
pub use pad::PadMode;
