//! Steps: what a compiled program does, one after the other.

use crate::eval::ir::item::Graph;
use crate::eval::ir::program::Program;
use crate::eval::kernels::native::Lazy;
use smallvec::SmallVec;

/// One step of a run.
pub(crate) enum Step {
    /// A fused program; `inputs`, `outputs` and `sinks` are items.
    Fused {
        program: Box<Program>,
        /// Its machine code, once that is worth it.
        native: Lazy,
        inputs: Vec<usize>,
        outputs: Vec<usize>,
        sinks: Vec<usize>,
    },
    /// An item with a kernel of its own (or a fill that must be stored).
    Kernel(usize),
    /// A loop or choice, and which of its outputs are stored in which items.
    Control { lead: usize, outputs: Vec<(usize, usize)> },
}

impl Step {
    /// The items it reads.
    pub fn reads(&self, graph: &Graph) -> SmallVec<[usize; 8]> {
        match self {
            Step::Fused { inputs, .. } => inputs.iter().copied().collect(),
            Step::Kernel(i) | Step::Control { lead: i, .. } => {
                graph.items[*i].args.iter().map(|r| r.item).collect()
            }
        }
    }
    /// The items it writes.
    pub fn writes(&self) -> impl Iterator<Item = usize> {
        let (fused, single, control) = match self {
            Step::Fused { outputs, sinks, .. } => (Some(outputs.iter().chain(sinks)), None, None),
            Step::Kernel(i) => (None, Some(*i), None),
            Step::Control { outputs, .. } => (None, None, Some(outputs.iter().map(|&(_, i)| i))),
        };
        fused.into_iter().flatten().copied().chain(single).chain(control.into_iter().flatten())
    }
}

/// The steps of a run, in their order.
pub(crate) struct Plan {
    pub steps: Vec<Step>,
}
