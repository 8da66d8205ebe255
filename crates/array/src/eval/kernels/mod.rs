//! Inner loops.
pub(crate) mod elementwise;
pub(crate) mod math;
pub(crate) mod reduce;
pub(crate) mod threads;
