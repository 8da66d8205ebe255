//! The inner loops: the operations of block programs, and the primitives that are not fused, as plain
//! functions on strided views. Almost all `unsafe` code of the crate is here.
//!
//! A result depends on shapes and data alone, never on the number of threads: work is cut into chunks that
//! the shape determines, and every sum has a fixed order.

pub(crate) mod blocks;
pub(crate) mod elementwise;
pub(crate) mod frame;
// Tests call every level and function; the library calls only the highest level, so that some items are
// unused in it.
#[allow(unused_imports)]
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) mod math;
#[cfg(all(feature = "native", target_arch = "x86_64"))]
pub(crate) mod native;
#[cfg(not(all(feature = "native", target_arch = "x86_64")))]
#[path = "no_native.rs"]
pub(crate) mod native;
pub(crate) mod operand;
pub(crate) mod reduce;
pub(crate) mod strips;
pub(crate) mod threads;

mod conv;
mod copy;
mod cumulative;
#[cfg(feature = "fft")]
mod fft;
mod index;
#[cfg(feature = "linalg")]
pub(crate) mod linalg;
mod matmul;
mod number;
mod order;
mod patches;
mod product;
mod random;
mod small;
mod tiles;
mod transpose;
mod view;

#[cfg(test)]
mod testing;

pub(crate) use conv::conv;
pub(crate) use copy::copy;
pub(crate) use cumulative::cumulative;
#[cfg(feature = "fft")]
pub(crate) use fft::fft;
pub(crate) use index::{BadIndex, gather, pick, pick_inside, pick_runs, scatter_add};
pub(crate) use matmul::matmul;
pub(crate) use order::argsort;
pub(crate) use random::random;
pub(crate) use view::{View, ViewMut, row_major};
