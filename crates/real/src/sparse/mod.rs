//! Sparse Jacobians and Hessians. A recording shows where entries can be, colouring joins columns or rows
//! that do not overlap, and a few sweeps give all entries.
//!
//! The structure is prepared once, at one point, and used at others. Every evaluation records the function
//! anew and compares the recordings, so a function whose branches reach new entries gets an error, never a
//! wrong matrix.
//!
//! The theory is that of A. Gebremedhin, F. Manne and A. Pothen, "What Color Is Your Jacobian?", SIAM Review 47 (2005), 629.

mod acyclic;
mod colouring;
mod compression;
#[cfg(any(feature = "faer", feature = "nalgebra"))]
mod convert;
mod hessian;
mod indices;
mod jacobian;
mod matrix;
mod pattern;
mod propagation;
mod recovery;
mod structure;

pub use colouring::Order;
pub use compression::{Compression, JacobianColours};
pub use hessian::SparseHessian;
pub use indices::{Indices, Union};
pub use jacobian::SparseJacobian;
pub use matrix::{Compressed, SparseMatrix};
pub use pattern::Pattern;
pub use propagation::{Propagation, pattern};
pub use recovery::{HessianColouring, HessianColours};

use std::fmt;

/// At a new point the function has an entry where there was none when the structure was prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternChanged {
    /// A row with such an entry.
    pub row: usize,
}

impl fmt::Display for PatternChanged {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "row {} has an entry at this point that it had not where the structure was prepared (a branch was taken the other way); prepare it here",
            self.row
        )
    }
}
impl std::error::Error for PatternChanged {}
