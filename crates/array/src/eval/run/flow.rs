//! Loops and choices: functions with finished plans, run as often as their values say.

use crate::array::Array;
use crate::buffer::Buffer;
use crate::eval::compile::compile;
use crate::eval::ir::control::{Body, Control, Flow, Planned};
use crate::eval::ir::signature::{AdjointArgs, LoopSignature, WhileArgs};
use crate::eval::mistake;
use crate::eval::run::scan::{Scan, row, whole};
use crate::prim::Prim;
use pullback_real::schedule::{Action, binomial};
use std::collections::HashMap;
use std::sync::Arc;

impl Body {
    /// The plan of all outputs.
    fn all(&self, given: usize) -> Arc<Planned> {
        self.planned(given, &vec![true; self.graph().1.len()])
    }
    /// The plan of the outputs that are wanted, from inputs of which the first `given` are given up: their memory is used again if
    /// nobody else holds it.
    pub(crate) fn planned(&self, given: usize, wanted: &[bool]) -> Arc<Planned> {
        let (inputs, outputs) = self.graph();
        self.plan_of(given, wanted, || {
            let mut roots: Vec<Array> = vec![];
            let mut place = vec![];
            for (y, wanted) in outputs.iter().zip(wanted) {
                let known = roots.iter().position(|r| r.0.id == y.0.id);
                place.push(wanted.then_some(known.unwrap_or(roots.len())));
                if known.is_none() && *wanted {
                    roots.push(y.clone())
                }
            }
            let donated: Vec<bool> = (0..inputs.len()).map(|k| k < given).collect();
            Planned { compiled: Arc::new(compile(inputs, &roots, &donated, false)), place }
        })
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
