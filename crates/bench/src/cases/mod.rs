//! The families of cases.

mod adbench;
mod arrays;
mod compiled;
mod finance;
mod forward;
mod gradient;
mod memory;
mod networks;
mod programs;
mod rosenbrock;
mod scalar;
mod scaling;
mod solvers;
mod transforms;

use crate::harness::Named;

/// Every case of every family.
pub fn all() -> Vec<Named> {
    let mut all = scalar::all();
    all.extend(forward::all());
    all.extend(arrays::all());
    all.extend(networks::all());
    all.extend(adbench::all());
    all.extend(rosenbrock::all());
    all.extend(finance::all());
    all.extend(transforms::all());
    all.extend(compiled::all());
    all.extend(memory::all());
    all.extend(solvers::all());
    all.extend(scaling::all());
    all
}
