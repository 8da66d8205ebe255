//! The families of cases.

mod arrays;
mod compiled;
mod forward;
mod memory;
mod programs;
mod scalar;
mod solvers;
mod transforms;

use crate::harness::Case;

/// Every case of every family.
pub fn all() -> Vec<Case> {
    let mut all = scalar::all();
    all.extend(forward::all());
    all.extend(arrays::all());
    all.extend(transforms::all());
    all.extend(compiled::all());
    all.extend(memory::all());
    all.extend(solvers::all());
    all
}
