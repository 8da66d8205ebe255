//! The families of cases.

mod forward;
mod programs;
mod scalar;

use crate::harness::Case;

/// Every case of every family.
pub fn all(_threads: usize) -> Vec<Case> {
    let mut all = scalar::all();
    all.extend(forward::all());
    all
}
