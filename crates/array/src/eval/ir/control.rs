//! Loops and choices, and the functions that they run: data alone. How they run is in `run::flow`.

use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::ir::signature::{AdjointSignature, LoopSignature, WhileSignature};
use crate::eval::ir::slot::Slots;
use crate::identity::equal_by_identity;
use crate::shape::Shape;
use smallvec::SmallVec;
use std::sync::{Arc, Mutex};

/// The values of a plan's roots.
pub(crate) type Values = SmallVec<[Arc<Buffer>; 8]>;

/// A compiled function, as loops run it.
pub(crate) trait RunBody: Send + Sync {
    /// The values of the roots.
    fn run(&self, inputs: &mut dyn Iterator<Item = Arc<Buffer>>) -> Values;
    /// Memory for runs, one after the other.
    fn slots(&self) -> Slots;
    /// The values of the roots, computed in this memory.
    fn run_in(&self, slots: &mut Slots, inputs: &mut dyn Iterator<Item = Arc<Buffer>>) -> Values;
    /// Takes the memory back when no more runs follow.
    fn return_slots(&self, slots: Slots);
}

/// A function of arrays, planned when it first runs.
pub(crate) struct Body {
    inputs: Vec<Array>,
    outputs: Vec<Array>,
    plans: Mutex<Vec<Version>>,
}

/// A plan of a function, by how many inputs are given up and which of the outputs are computed.
struct Version {
    given: usize,
    wanted: Vec<bool>,
    planned: Arc<Planned>,
}

/// A plan, and which of its results is each output, if it is computed.
pub(crate) struct Planned {
    pub compiled: Arc<dyn RunBody>,
    pub place: Vec<Option<usize>>,
}

/// A loop or a choice between functions. It equals itself and no other.
pub struct Control {
    /// The function's name, for messages.
    pub(crate) name: &'static str,
    /// Shapes and dtypes of the outputs.
    pub(crate) outputs: Vec<(Shape, DType)>,
    pub(crate) flow: Flow,
}

equal_by_identity!(Control);

/// How a loop is shared out: each of some arrays is cut along its first axis (that of the batch) into equal parts.
pub(crate) struct BatchSplit {
    /// A step of a part.
    pub body: Body,
    pub parts: usize,
    /// Which of the state and of the rows read (not of what every step reads) are cut; the others are for every part.
    pub inputs: Vec<bool>,
    /// Which of the state and of the rows made are cut; the others are the same for every part.
    pub outputs: Vec<bool>,
}

/// What a loop or choice does.
pub(crate) enum Flow {
    /// Arguments: a number k as `i64`, operands. The outputs are those of body k.
    Cond(Vec<Body>),
    /// A loop until a test fails.
    While {
        /// One number as `bool`: whether to go on.
        test: Body,
        /// The next state.
        body: Body,
        signature: WhileSignature,
    },
    /// A loop over rows.
    Scan {
        /// From the state, the shared arrays and a row of each of the others: the next state and a row of each result.
        body: Body,
        signature: LoopSignature,
        /// The same loop for parts of a batch, if they do not meet in it.
        batch_split: Option<BatchSplit>,
    },
    /// Arguments: one `bool`, whether something is wrong; operands. The outputs are the operands; the text is the caller's mistake.
    Check(Arc<str>),
    /// The reverse sweep over a loop of which few states are kept, in the order of [`binomial`].
    Adjoint {
        /// From the state, the shared arrays and the rows that are read forward: the next state.
        advance: Body,
        /// From what is carried, the shared arrays, the state before the step and all rows: the next carried, and a row of each
        /// result.
        back: Body,
        signature: AdjointSignature,
        /// How many states are kept, at most.
        snapshots: usize,
    },
}

impl Body {
    /// The function from `inputs` to `outputs`.
    pub fn new(inputs: Vec<Array>, outputs: Vec<Array>) -> Body {
        Body { inputs, outputs, plans: Mutex::default() }
    }
    /// Its inputs and outputs.
    pub fn graph(&self) -> (&[Array], &[Array]) {
        (&self.inputs, &self.outputs)
    }
    /// The plan of the outputs that are wanted, from inputs of which the first `given` are given up, which `make` makes when it
    /// is first asked for.
    pub fn plan_of(&self, given: usize, wanted: &[bool], make: impl FnOnce() -> Planned) -> Arc<Planned> {
        let mut plans = self.plans.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(known) = plans.iter().find(|v| v.given == given && v.wanted == wanted) {
            return known.planned.clone();
        }
        let planned = Arc::new(make());
        plans.push(Version { given, wanted: wanted.to_vec(), planned: planned.clone() });
        planned
    }
}
