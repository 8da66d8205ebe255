//! Loops and choices: functions with finished plans, run as often as their values say.

use super::graph::Graph;
use super::run::Compiled;
use crate::array::Array;
use crate::buffer::Buffer;
use crate::prim::Prim;
use std::sync::{Arc, OnceLock};

/// A function of arrays, planned when it first runs.
pub(crate) struct Body {
    inputs: Vec<Array>,
    outputs: Vec<Array>,
    /// The plan, and which of its results is each output.
    plan: OnceLock<Box<(Compiled, Vec<usize>)>>,
}

/// What a loop or choice does.
pub(crate) enum Flow {
    /// Arguments: a number k as `i64`, operands. The outputs are those of body k.
    Cond(Vec<Body>),
    /// Arguments: the state, what `test` reads beside it, what `body` reads beside it. The outputs are the state after
    /// as many steps as `test` says.
    While {
        /// One number as `bool`: whether to go on.
        test: Body,
        /// The next state.
        body: Body,
        /// How many arrays the state has.
        state: usize,
        /// How many further arrays `test` reads.
        tested: usize,
    },
    /// Arguments: the state, what every step reads, what step i reads its row i of. The outputs are the state after
    /// the last step, and the rows of all steps.
    Scan {
        /// From the state, what every step reads and its rows: the next state and its rows.
        body: Body,
        /// How many arrays the state has.
        state: usize,
        /// How many arrays every step reads.
        shared: usize,
        /// How many steps.
        length: usize,
        /// Whether the last row comes first.
        reverse: bool,
    },
}

impl Body {
    /// The function from `inputs` to `outputs`.
    pub fn new(inputs: Vec<Array>, outputs: Vec<Array>) -> Body {
        Body { inputs, outputs, plan: OnceLock::new() }
    }
    /// Its inputs and outputs.
    pub fn graph(&self) -> (&[Array], &[Array]) {
        (&self.inputs, &self.outputs)
    }
    /// (A dynamic iterator: bodies run bodies.)
    fn run(&self, inputs: &mut dyn Iterator<Item = Arc<Buffer>>) -> Vec<Arc<Buffer>> {
        let (compiled, place) = &**self.plan.get_or_init(|| {
            let mut roots: Vec<Array> = vec![];
            let mut place = vec![];
            for y in &self.outputs {
                let known = roots.iter().position(|r| r.0.id == y.0.id);
                place.push(known.unwrap_or(roots.len()));
                if known.is_none() {
                    roots.push(y.clone())
                }
            }
            let ids: Vec<u64> = self.inputs.iter().map(|x| x.0.id).collect();
            Box::new((Compiled::new(Graph::of(&self.inputs, &roots), &ids, &[]), place))
        });
        let values = compiled.run(inputs);
        place.iter().map(|&k| values[k].clone()).collect()
    }
}

/// Runs a loop or choice; the results are by output, those not `wanted` may be missing.
pub(super) fn run(
    prim: &Prim,
    args: Vec<Arc<Buffer>>,
    wanted: impl Iterator<Item = usize>,
) -> Vec<Option<Arc<Buffer>>> {
    let Prim::Control(control, _) = prim else { unreachable!("a loop or choice") };
    let flow: &Flow = control.flow.downcast_ref().expect("control primitives hold flows");
    match flow {
        Flow::Cond(bodies) => {
            let which = args[0].slice::<i64>()[0];
            let body = &bodies[which.clamp(0, bodies.len() as i64 - 1) as usize];
            body.run(&mut args[1..].iter().cloned()).into_iter().map(Some).collect()
        }
        Flow::While { test, body, state, tested } => {
            let (mut now, rest) = (args[..*state].to_vec(), &args[*state..]);
            let (for_test, for_body) = rest.split_at(*tested);
            while test.run(&mut now.iter().chain(for_test).cloned())[0].slice::<u8>()[0] != 0 {
                now = body.run(&mut now.iter().chain(for_body).cloned())
            }
            now.into_iter().map(Some).collect()
        }
        Flow::Scan { body, state, shared, length, reverse } => {
            let (mut now, rest) = (args[..*state].to_vec(), &args[*state..]);
            let (shared, rows) = rest.split_at(*shared);
            let mut stacks: Vec<Option<Buffer>> = control.outputs.iter().map(|_| None).collect();
            for k in wanted.filter(|k| k >= state) {
                let (shape, dtype) = &control.outputs[k];
                stacks[k] = Some(Buffer::dirty(shape.size(), *dtype))
            }
            for step in 0..*length {
                let i = if *reverse { length - 1 - step } else { step };
                let row = rows.iter().map(|x| Arc::new(row(x, i, *length)));
                let mut results = body.run(&mut now.iter().chain(shared).cloned().chain(row));
                for (k, y) in results.iter().enumerate().skip(*state) {
                    if let Some(stack) = &mut stacks[k] {
                        let n = y.bytes().len();
                        stack.bytes_mut()[i * n..(i + 1) * n].copy_from_slice(y.bytes())
                    }
                }
                results.truncate(*state);
                now = results
            }
            let now = now.into_iter().map(Some);
            now.chain(stacks.into_iter().skip(*state).map(|s| s.map(Arc::new))).collect()
        }
    }
}

/// Row `i` of `length` along the first axis.
fn row(x: &Buffer, i: usize, length: usize) -> Buffer {
    let mut y = Buffer::dirty(x.len() / length, x.dtype());
    let bytes = y.bytes().len();
    y.bytes_mut().copy_from_slice(&x.bytes()[i * bytes..(i + 1) * bytes]);
    y
}
