//! Loops and choices: functions with finished plans, run as often as their values say.

use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::compile::compile;
use crate::eval::ir::signature::{AdjointArgs, AdjointSignature, LoopSignature, WhileArgs, WhileSignature};
use crate::eval::mistake;
use crate::eval::run::Compiled;
use crate::eval::run::scan::{BatchSplit, Scan, row, whole};
use crate::identity::equal_by_identity;
use crate::prim::Prim;
use crate::shape::Shape;
use pullback_real::schedule::{Action, binomial};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

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
    pub compiled: Compiled,
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
    /// The plan of all outputs.
    fn all(&self, given: usize) -> Arc<Planned> {
        self.planned(given, &vec![true; self.outputs.len()])
    }
    /// The plan of the outputs that are wanted, from inputs of which the first `given` are given up: their memory is used again if
    /// nobody else holds it.
    pub(crate) fn planned(&self, given: usize, wanted: &[bool]) -> Arc<Planned> {
        let mut plans = self.plans.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(known) = plans.iter().find(|v| v.given == given && v.wanted == wanted) {
            return known.planned.clone();
        }
        let mut roots: Vec<Array> = vec![];
        let mut place = vec![];
        for (y, wanted) in self.outputs.iter().zip(wanted) {
            let known = roots.iter().position(|r| r.0.id == y.0.id);
            place.push(wanted.then_some(known.unwrap_or(roots.len())));
            if known.is_none() && *wanted {
                roots.push(y.clone())
            }
        }
        let donated: Vec<bool> = (0..self.inputs.len()).map(|k| k < given).collect();
        let compiled = compile(&self.inputs, &roots, &donated, false);
        let planned = Arc::new(Planned { compiled, place });
        plans.push(Version { given, wanted: wanted.to_vec(), planned: planned.clone() });
        planned
    }
}

impl Planned {
    /// The outputs. (A dynamic iterator: bodies run bodies.)
    fn run(&self, inputs: &mut dyn Iterator<Item = Arc<Buffer>>) -> Vec<Arc<Buffer>> {
        let values = self.compiled.run(inputs);
        self.place.iter().flatten().map(|&k| values[k].clone()).collect()
    }
}

/// Runs a loop or choice; the results are by output, those not `wanted` may be missing.
pub(crate) fn run(
    prim: &Prim,
    args: Vec<Arc<Buffer>>,
    wanted: impl Iterator<Item = usize> + Clone,
) -> Vec<Option<Arc<Buffer>>> {
    let Prim::Control(control, _) = prim else { unreachable!("a loop or choice") };
    let flow = &control.flow;
    match flow {
        Flow::Cond(bodies) => {
            let which = args[0].slice::<i64>()[0];
            let body = &bodies[which.clamp(0, bodies.len() as i64 - 1) as usize];
            body.all(0).run(&mut args[1..].iter().cloned()).into_iter().map(Some).collect()
        }
        Flow::While { test, body, signature } => {
            let WhileArgs { state, for_test, for_body } = signature.args(&args);
            let mut now = state.to_vec();
            let (test, body) = (test.all(0), body.all(signature.state));
            while test.run(&mut now.iter().chain(for_test).cloned())[0].slice::<u8>()[0] != 0 {
                now = body.run(&mut now.into_iter().chain(for_body.iter().cloned()))
            }
            now.into_iter().map(Some).collect()
        }
        Flow::Scan { body, signature, batch_split } => {
            let rows = signature.state..control.outputs.len();
            let wanted = rows.map(|k| wanted.clone().any(|w| w == k)).collect();
            let scan = Scan { body, batch_split: batch_split.as_ref(), signature: *signature, wanted };
            scan.run(control, &args)
        }
        Flow::Check(text) => match args[0].slice::<u8>()[0] {
            0 => args[1..].iter().cloned().map(Some).collect(),
            _ => mistake(text.to_string()),
        },
        Flow::Adjoint { advance, back, signature, snapshots } => {
            let AdjointArgs { state, carried, shared, rows, all_rows } = signature.args(&args);
            let (mut at, mut now) = (state.to_vec(), carried.to_vec());
            let mut kept: HashMap<usize, Vec<Arc<Buffer>>> = HashMap::new();
            let (advance, back) = (advance.all(state.len()), back.all(carried.len()));
            let mut stacks = Stacks::of(control, wanted.filter(|k| *k >= carried.len()));
            let LoopSignature { length, .. } = signature.forward;
            let place = |step: usize| signature.forward.row(step);
            let row = |x: &Arc<Buffer>, step: usize| Arc::new(row(x, place(step), length));
            binomial(length, *snapshots, &mut |action| match action {
                Action::Save(step) => drop(kept.insert(step, at.clone())),
                Action::Load(step) => at.clone_from(&kept[&step]),
                Action::Drop(step) => drop(kept.remove(&step)),
                Action::Advance { from, to } => {
                    for step in from..to {
                        let rows = rows.iter().map(|x| row(x, step));
                        let state_and = std::mem::take(&mut at).into_iter().chain(shared.iter().cloned());
                        at = advance.run(&mut state_and.chain(rows))
                    }
                }
                Action::Back(step) => {
                    let rows = all_rows.iter().map(|x| row(x, step));
                    let carried_and = std::mem::take(&mut now).into_iter();
                    let rest = shared.iter().chain(&at).cloned().chain(rows);
                    let mut results = back.run(&mut carried_and.chain(rest));
                    stacks.put(place(step), &results);
                    results.truncate(carried.len());
                    now = results
                }
            });
            stacks.after(now)
        }
    }
}

/// The rows of a loop's outputs, one above the other; those nobody wants are left out.
struct Stacks(Vec<Option<Buffer>>);

impl Stacks {
    fn of(control: &Control, wanted: impl Iterator<Item = usize>) -> Stacks {
        let mut stacks: Vec<Option<Buffer>> = control.outputs.iter().map(|_| None).collect();
        for k in wanted {
            let (shape, dtype) = &control.outputs[k];
            stacks[k] = Some(Buffer::dirty(shape.size(), *dtype))
        }
        Stacks(stacks)
    }
    /// A step's results as row i.
    fn put(&mut self, i: usize, results: &[Arc<Buffer>]) {
        for (stack, y) in self.0.iter_mut().zip(results) {
            if let Some(stack) = stack {
                let n = y.bytes().len();
                stack.bytes_mut()[i * n..(i + 1) * n].copy_from_slice(y.bytes())
            }
        }
    }
    /// The loop's outputs: the last state, and the rows after it.
    fn after(self, state: Vec<Arc<Buffer>>) -> Vec<Option<Arc<Buffer>>> {
        let rows = self.0.into_iter().skip(state.len()).map(|s| s.map(Arc::new));
        state.into_iter().map(|x| Some(whole(x))).chain(rows).collect()
    }
}
