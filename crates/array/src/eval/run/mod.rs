//! Runs a plan's steps, once or as often as asked: memory is assigned ahead and kept between runs, except for what
//! comes with the inputs and leaves with the results.

mod check;
pub(crate) mod compare;
pub(crate) mod disk;
#[cfg(test)]
pub(crate) mod fail;
pub(crate) mod flow;
pub(crate) mod kernel_step;
mod memory;
mod read;
pub(crate) mod scan;
mod show;
mod sinks;
pub(crate) mod vm;

use crate::buffer::Buffer;
use crate::eval::Control;
use crate::eval::ir::control::{RunBody, Values};
use crate::eval::ir::item::Graph;
use crate::eval::ir::slot::{Slot, Slots};
use crate::eval::ir::step::{Plan, Step};
use crate::eval::passes::slots::Memory;
use crate::prim::Prim;
use smallvec::SmallVec;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

/// What a run that panicked leaves.
pub(crate) struct GivenBack {
    pub panic: Box<dyn Any + Send>,
    /// The inputs' data, None where they may have been written over.
    pub inputs: Vec<Option<Arc<Buffer>>>,
}

/// A plan that can be run.
pub(crate) struct Compiled {
    pub graph: Graph,
    pub plan: Plan,
    memory: Memory,
    /// The first of the steps that may write over inputs given up, if these are to be whole until nothing can fail any more.
    late: Option<usize>,
    /// The items of the inputs, in the order in which a run gets their data.
    inputs: Vec<Option<usize>>,
    /// Memory of finished runs, for the next.
    idle: Mutex<Vec<Slots>>,
}

impl Compiled {
    /// `late`: the first of the steps that may write over inputs given up, if these are to be whole until then; `inputs`: the
    /// items of the inputs, in the order in which a run gets their data.
    pub fn new(
        graph: Graph,
        plan: Plan,
        memory: Memory,
        late: Option<usize>,
        inputs: Vec<Option<usize>>,
    ) -> Compiled {
        Compiled { graph, plan, memory, late, inputs, idle: Mutex::default() }
    }

    pub fn memory(&self) -> &Memory {
        &self.memory
    }
    /// The loops and choices that run, each with the numbers of the outputs that are computed.
    pub fn controls(&self) -> impl Iterator<Item = (&Control, Vec<usize>)> {
        self.plan.steps.iter().filter_map(|step| match step {
            Step::Control { lead, outputs } => match self.graph.items[*lead].prim() {
                Prim::Control(control, _) => Some((&**control, outputs.iter().map(|&(k, _)| k).collect())),
                _ => None,
            },
            Step::Fused { .. } | Step::Kernel(_) => None,
        })
    }
    /// The roots' values.
    pub fn run(&self, inputs: impl IntoIterator<Item = Arc<Buffer>>) -> Values {
        let mut slots = self.slots();
        let results = self.run_in(&mut slots, inputs);
        self.return_slots(slots);
        results
    }
    /// The roots' values; if a step panics, what it panicked with, and the inputs' data: as they were, except of those that may
    /// have been written over.
    pub fn run_or_give_back(
        &self,
        inputs: impl IntoIterator<Item = Arc<Buffer>>,
    ) -> Result<Values, GivenBack> {
        let mut slots = self.slots();
        match catch_unwind(AssertUnwindSafe(|| self.run_in(&mut slots, inputs))) {
            Ok(results) => {
                self.return_slots(slots);
                Ok(results)
            }
            Err(panic) => {
                let mut data =
                    |&i: &Option<usize>| match std::mem::take(&mut slots.slots[self.memory.slot[i?]]) {
                        Slot::Shared(b) => Some(b),
                        Slot::Own(b) => Some(Arc::new(b)),
                        Slot::Empty => None,
                    };
                let inputs = match slots.begun {
                    true => self.inputs.iter().map(|_| None).collect(),
                    false => self.inputs.iter().map(&mut data).collect(),
                };
                Err(GivenBack { panic, inputs })
            }
        }
    }
    /// Memory for runs, one after the other.
    pub fn slots(&self) -> Slots {
        let idle = self.idle.lock().unwrap_or_else(|e| e.into_inner()).pop();
        idle.unwrap_or_else(|| Slots { slots: self.fresh(), begun: false, spare: vec![] })
    }
    /// When there are no more of them for now.
    pub fn return_slots(&self, mut slots: Slots) {
        slots.spare.clear();
        if cfg!(debug_assertions) {
            check::idle(&self.graph, &self.memory, &slots.slots)
        }
        self.idle.lock().unwrap_or_else(|e| e.into_inner()).push(slots)
    }
    /// The roots' values, computed in this memory.
    pub fn run_in(
        &self,
        Slots { slots, begun, spare }: &mut Slots,
        inputs: impl IntoIterator<Item = Arc<Buffer>>,
    ) -> Values {
        let slot = |i: usize| self.memory.slot[i];
        let mut files = disk::Files::default();
        for (item, value) in self.inputs.iter().zip(inputs) {
            if let Some(i) = item {
                slots[slot(*i)] = Slot::Shared(value)
            }
        }
        *begun = false;
        for (number, step) in self.plan.steps.iter().enumerate() {
            if self.late == Some(number) {
                self.reserve(number, slots, spare);
                *begun = true
            }
            #[cfg(test)]
            fail::point(fail::Point::Step);
            match step {
                Step::Fused { program, native, inputs, outputs, sinks } => {
                    // The outputs' memory and behind it the sinks', out of their slots for the time of the step.
                    let mut memory: SmallVec<[Buffer; 4]> = SmallVec::new();
                    for (k, &i) in outputs.iter().enumerate() {
                        memory.push(match program.updates(k) {
                            true => slots[slot(i)].own(),
                            false => self.take(slots, spare, i),
                        })
                    }
                    for &i in sinks {
                        memory.push(self.take(slots, spare, i))
                    }
                    let mut read: SmallVec<[Option<&Buffer>; 8]> = SmallVec::new();
                    for &i in inputs {
                        read.push(slots[slot(i)].data())
                    }
                    let (written, reduced) = memory.split_at_mut(outputs.len());
                    if cfg!(debug_assertions) {
                        let there = || read.iter().zip(inputs).filter_map(|(x, &i)| Some((i, (*x)?)));
                        let outs = outputs.iter().chain(sinks).copied();
                        let all = there().chain(outs.zip(written.iter().chain(&*reduced)));
                        all.for_each(|(i, x)| check::value(&self.graph, i, x));
                        check::apart(there().map(|(_, x)| x), written.iter().chain(&*reduced))
                    }
                    vm::run(program, native, &read, written, reduced);
                    drop(read);
                    for (&i, b) in outputs.iter().chain(sinks).zip(memory.drain(..)) {
                        slots[slot(i)] = Slot::Own(b)
                    }
                }
                Step::Control { lead, outputs } => {
                    let args = self.graph.items[*lead].args.iter();
                    let args: Vec<Arc<Buffer>> = args.map(|r| slots[slot(r.item)].share()).collect();
                    let item = &self.graph.items[*lead];
                    let mut results = flow::run(item.prim(), args, outputs.iter().map(|&(k, _)| k));
                    for &(k, i) in outputs {
                        if cfg!(debug_assertions) {
                            results[k].iter().for_each(|y| check::value(&self.graph, i, y))
                        }
                        slots[slot(i)] = results[k].take().map_or(Slot::Empty, Slot::Shared)
                    }
                }
                Step::Kernel(i) => {
                    let mut out = self.take(slots, spare, *i);
                    let values = kernel_step::Values { graph: &self.graph, slot: &self.memory.slot, slots };
                    if cfg!(debug_assertions) {
                        let read =
                            self.graph.items[*i].args.iter().map(|r| values.slots[slot(r.item)].buffer());
                        let items = self.graph.items[*i].args.iter().map(|r| r.item);
                        items.zip(read.clone()).for_each(|(i, x)| check::value(&self.graph, i, x));
                        check::apart(read, std::iter::once(&out))
                    }
                    kernel_step::run(&values, *i, &mut files, &mut out);
                    slots[slot(*i)] = Slot::Own(out)
                }
            }
        }
        let results = self.graph.roots.iter().map(|&(_, i)| slots[slot(i)].share()).collect();
        // The next run neither keeps this one's inputs alive nor its results.
        slots.iter_mut().zip(&self.memory.passing).filter(|(_, passing)| **passing).for_each(|(slot, _)| {
            *slot = Slot::Empty;
        });
        if cfg!(debug_assertions) {
            slots.iter_mut().for_each(Slot::poison)
        }
        // What this run had no use for the next has none for either.
        spare.clear();
        results
    }
}

impl RunBody for Compiled {
    fn run(&self, inputs: &mut dyn Iterator<Item = Arc<Buffer>>) -> Values {
        Compiled::run(self, inputs)
    }
    fn slots(&self) -> Slots {
        Compiled::slots(self)
    }
    fn run_in(&self, slots: &mut Slots, inputs: &mut dyn Iterator<Item = Arc<Buffer>>) -> Values {
        Compiled::run_in(self, slots, inputs)
    }
    fn return_slots(&self, slots: Slots) {
        Compiled::return_slots(self, slots)
    }
}
