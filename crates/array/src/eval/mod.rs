//! Evaluation: pending arrays are compiled to steps, which are run in order.
//!
//! [`compile`] is the list of passes; [`ir`] holds what they work on, [`passes`] what they do; [`run`] executes the steps, and
//! [`kernels`] hold the inner loops.

pub(crate) mod compile;
mod ir;
// The home of `unsafe`: code compiled for a CPU level, disjoint writes from several threads, gemm.
#[allow(unsafe_code)]
mod kernels;
mod passes;
#[cfg(test)]
mod reference;
pub(crate) mod run;
pub(crate) mod settings;
#[cfg(test)]
mod tests;

use crate::array::{Array, Inside};
use crate::buffer::Buffer;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

pub use ir::control::Control;
pub(crate) use ir::control::{BatchSplit, Body, Flow, Values};
pub(crate) use ir::layout::Layout;
pub(crate) use ir::signature::{
    AdjointArgs, AdjointSignature, LoopArgs, LoopSignature, WhileArgs, WhileSignature,
};
pub(crate) use kernels::elementwise::Lane;
pub(crate) use passes::recompute::cheap;
pub(crate) use run::{Compiled, GivenBack};

pub use kernels::math::{CpuLevel, cpu_level, set_cpu_level};
pub use kernels::threads::{set_threads, threads};
pub use settings::{MachineCode, machine_code, set_machine_code};

/// The finished plan of outputs that depend on placeholders; a run gets the placeholders' data in this order, and may use the
/// memory of those donated again once nothing can fail any more.
pub(crate) fn compile(inputs: &[Array], outputs: &[Array], donated: &[bool]) -> Compiled {
    let _inside = Inside::none();
    compile::compile(inputs, outputs, donated, true)
}

/// A mistake of the caller that is found while numbers are computed: what the run unwinds with.
struct Mistake(String);

/// Ends a run with a mistake of the caller, which is told by who began it.
fn mistake(text: String) -> ! {
    // Where nothing unwinds, nobody else could tell it.
    if cfg!(panic = "abort") {
        panic!("{text}")
    }
    resume_unwind(Box::new(Mistake(text)))
}

/// Panics with what a run ended with: a mistake in the caller's line.
#[track_caller]
pub(crate) fn panic_again(panic: Box<dyn Any + Send>) -> ! {
    match panic.downcast::<Mistake>() {
        Ok(mistake) => panic!("{}", mistake.0),
        Err(other) => resume_unwind(other),
    }
}

/// The roots' values; a mistake that is found on the way is told in the caller's line.
#[track_caller]
pub(crate) fn run(plan: &Compiled, inputs: impl IntoIterator<Item = Arc<Buffer>>) -> Values {
    match catch_unwind(AssertUnwindSafe(|| plan.run(inputs))) {
        Ok(values) => values,
        Err(panic) => panic_again(panic),
    }
}

/// Evaluates arrays together, with what belongs to them.
#[track_caller]
pub(crate) fn eval(roots: &[Array]) {
    let _inside = Inside::none();
    let plan = compile::compile(&[], roots, &[], false);
    let values = run(&plan, []);
    plan.graph.roots.iter().zip(values).for_each(|((root, _), value)| root.0.finish(value))
}
