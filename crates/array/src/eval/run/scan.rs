//! A loop over rows, run by one thread or, where the rows of a batch do not meet in its steps, by several, each with a part of
//! the batch from the first step to the last: a step may take no longer than threads take to meet.

use crate::buffer::Buffer;
use crate::eval::ir::control::{BatchSplit, Body, Control, Planned};
use crate::eval::ir::signature::{LoopArgs, LoopSignature};
use crate::eval::ir::slot::Slots;
use crate::eval::kernels::strips::{Strip, strips};
use crate::eval::kernels::threads::for_chunks;
use std::sync::{Arc, Mutex};

/// A loop to be run.
pub(crate) struct Scan<'a> {
    pub body: &'a Body,
    pub batch_split: Option<&'a BatchSplit>,
    pub signature: LoopSignature,
    /// Which of the rows made are wanted.
    pub wanted: Vec<bool>,
}

/// What a part of the batch is worked on with, and where what it makes goes.
struct Part<'a> {
    now: Vec<Arc<Buffer>>,
    slots: Slots,
    strips: Vec<Option<Strip<'a>>>,
}

impl Scan<'_> {
    /// The last state, and the rows that are wanted.
    pub fn run(&self, control: &Control, args: &[Arc<Buffer>]) -> Vec<Option<Arc<Buffer>>> {
        let all = control.outputs.len();
        let LoopArgs { state: first, shared, rows } = self.signature.args(args);
        let state = first.len();
        let whole_batch = (vec![false; state + rows.len()], vec![false; all]);
        let (body, parts, cut, made) = match self.batch_split {
            Some(a) => (&a.body, a.parts, &a.inputs, &a.outputs),
            None => (self.body, 1, &whole_batch.0, &whole_batch.1),
        };
        let wanted = [vec![true; state], self.wanted.clone()].concat();
        let plan = body.planned(state, &wanted);
        let mut stacks: Vec<Option<Buffer>> = control.outputs[state..]
            .iter()
            .zip(&self.wanted)
            .map(|((shape, dtype), wanted)| wanted.then(|| Buffer::dirty(shape.size(), *dtype)))
            .collect();
        let mut of_parts: Vec<Mutex<Part>> = (0..parts)
            .map(|k| {
                let now = first.iter().zip(cut).map(|(x, cut)| part(x, *cut, k, parts)).collect();
                Mutex::new(Part { now, slots: plan.compiled.slots(), strips: vec![] })
            })
            .collect();
        for (stack, cut) in stacks.iter_mut().zip(&made[state..]) {
            let into = if *cut { parts } else { 1 };
            let mut strips =
                stack.iter_mut().flat_map(|s| strips(s.bytes_mut(), self.signature.length, into));
            for part in &mut of_parts {
                part.get_mut().unwrap_or_else(|e| e.into_inner()).strips.push(strips.next())
            }
        }
        // Parts are cut only where that is worth while.
        for_chunks(parts, usize::MAX, |k| {
            let mut part = of_parts[k].lock().unwrap_or_else(|e| e.into_inner());
            let cut = cut[state..].iter().map(|cut| if *cut { (k, parts) } else { (0, 1) });
            self.steps(&plan, &mut part, shared, &rows.iter().zip(cut).collect::<Vec<_>>())
        });
        let parts = of_parts.into_iter().map(|p| p.into_inner().unwrap_or_else(|e| e.into_inner()));
        let ends: Vec<Vec<Arc<Buffer>>> = parts
            .map(|part| {
                plan.compiled.return_slots(part.slots);
                part.now
            })
            .collect();
        let last = (0..state).map(|k| match made[k] {
            true => Arc::new(joined(ends.iter().map(|now| &*now[k]))),
            false => whole(ends[0][k].clone()),
        });
        last.map(Some).chain(stacks.into_iter().map(|s| s.map(Arc::new))).collect()
    }

    /// All steps of a part. Of the rows a part takes its own, number k of some.
    fn steps(
        &self,
        plan: &Planned,
        Part { now, slots, strips }: &mut Part,
        shared: &[Arc<Buffer>],
        rows: &[(&Arc<Buffer>, (usize, usize))],
    ) {
        let (state, length) = (now.len(), self.signature.length);
        for step in 0..length {
            let i = self.signature.row(step);
            let rows = rows.iter().map(|(x, (k, parts))| Arc::new(row(x, i * parts + k, length * parts)));
            let state_and = std::mem::take(now).into_iter().chain(shared.iter().cloned());
            let values = plan.compiled.run_in(slots, &mut state_and.chain(rows));
            let result = |place: &Option<usize>| place.map(|k| &values[k]);
            for (strip, place) in strips.iter_mut().zip(&plan.place[state..]) {
                if let (Some(strip), Some(y)) = (strip, result(place)) {
                    strip.row(i).copy_from_slice(y.bytes())
                }
            }
            *now = plan.place[..state].iter().filter_map(result).cloned().collect();
            values.into_iter().for_each(|y| slots.give_back(y))
        }
    }
}

/// Part k of an array that is cut, or all of it.
fn part(x: &Arc<Buffer>, cut: bool, k: usize, parts: usize) -> Arc<Buffer> {
    if cut { Arc::new(row(x, k, parts)) } else { x.clone() }
}

/// The parts, one after the other.
fn joined<'a>(parts: impl Iterator<Item = &'a Buffer> + Clone) -> Buffer {
    let len = parts.clone().map(Buffer::len).sum();
    let dtype = parts.clone().next().expect("there are parts").dtype();
    let mut y = Buffer::dirty(len, dtype);
    let mut at = 0;
    for x in parts {
        let bytes = x.bytes();
        y.bytes_mut()[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len()
    }
    y
}

/// Row `i` of `length` along the first axis, where it lies.
pub(crate) fn row(x: &Arc<Buffer>, i: usize, length: usize) -> Buffer {
    let n = x.len() / length;
    Buffer::part(x, i * n, n)
}

/// What leaves a loop does not keep all the rows that it was made from.
pub(crate) fn whole(x: Arc<Buffer>) -> Arc<Buffer> {
    if x.is_part() { Arc::new(x.copied()) } else { x }
}
