//! Everything composed of primitives, by NumPy's names.

mod convert;
mod operators;
mod reduce;
pub mod stand_in;
