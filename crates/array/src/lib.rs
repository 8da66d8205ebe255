//! Arrays of pullback: lazy n-d arrays over a closed set of primitives, and transforms of functions of them.

#![deny(unsafe_code)]

extern crate self as pullback_array;

mod array;
mod axis;
mod buffer;
mod build;
pub mod check;
mod complex;
mod custom;
mod display;
mod dtype;
mod eval;
mod evaluate;
mod eye;
mod huge_pages;
mod identity;
pub mod io;
mod kink;
mod mask;
mod ops;
mod place;
mod poison;
mod prim;
mod promote;
mod pushed;
mod random;
mod rules;
mod shape;
pub mod sparse;
mod trace;
mod transform;
pub mod tree;
pub mod vector_space;

pub use array::{Array, live_buffers, live_nodes};
pub use axis::{Axes, Ints, keepdims};
pub use buffer::release_memory;
pub use dtype::{DType, Element};
pub use eval::{
    CpuLevel, MachineCode, cpu_level, machine_code, set_cpu_level, set_machine_code, set_threads, threads,
};
pub use evaluate::eval;
pub use io::Error;
pub use num_complex::{Complex32, Complex64};
pub use ops::*;
pub use pullback_derive::Tree;
pub use pullback_real::{Mode, Real};
pub use random::Key;
pub use shape::Shape;
pub use transform::*;
pub use tree::Tree;

/// The lines of the README run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
