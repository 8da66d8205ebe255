//! Automatic differentiation for Rust.
#![forbid(unsafe_code)]
pub use pullback_array as array;
pub use pullback_nn as nn;
pub use pullback_real as real;
