//! The invariants of a plan's memory, checked in debug builds when it is assigned: the steps are gone through once, with a note of
//! which item lies in which slot.
//!
//! Nothing here is taken from how slots were chosen: only which items steps read and write, and in which slots they are.

#[cfg(test)]
mod tests;

use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::ir::in_place::Under;
use crate::eval::ir::item::{Graph, ItemKind};
use crate::eval::ir::program::{Input, Program, Source};
use crate::eval::ir::step::{Plan, Step};
use crate::eval::passes::liveness::Donated;
use crate::eval::passes::slots::Memory;
use crate::prim::Prim;

/// The slots while the steps are gone through.
struct Slots<'a> {
    memory: &'a Memory,
    graph: &'a Graph,
    late: usize,
    /// The item in each slot, and the step that wrote it, if one did.
    holds: Vec<Option<(usize, Option<usize>)>>,
    /// The step that reads an item last.
    last: Vec<Option<usize>>,
    root: Vec<bool>,
    /// What was there before the run and must be there after it: constants, and inputs that are not given up.
    fixed: Vec<bool>,
}

impl Memory {
    /// # Panics
    /// If a step reads a slot that does not hold that item's value (any more), or writes where a value lies that somebody reads
    /// later, that leaves with the results, or that does not belong to the run; if a step before number `late`, or one that can
    /// fail, writes where an input given up lies; or if a value has no room in its slot.
    pub fn check(&self, graph: &Graph, plan: &Plan, Donated { items: donated, late }: &Donated) {
        let late = *late;
        let n = graph.items.len();
        let mut last = vec![None; n];
        for (k, step) in plan.steps.iter().enumerate() {
            step.reads(graph).iter().for_each(|&i| last[i] = Some(k))
        }
        let mut root = vec![false; n];
        graph.roots.iter().for_each(|&(_, i)| root[i] = true);
        let is_there = |kind: &ItemKind| matches!(kind, ItemKind::Data(_) | ItemKind::Input);
        let mut fixed: Vec<bool> = graph.items.iter().map(|item| is_there(&item.kind)).collect();
        for &i in donated {
            assert!(
                matches!(graph.items[i].kind, ItemKind::Input),
                "memory of a plan: item {i} is given up and is no input"
            );
            fixed[i] = false
        }
        let holds = vec![None; self.sizes.len()];
        if late > 0 {
            let all = plan.steps.iter().enumerate().skip(late);
            all.for_each(|(k, step)| {
                assert!(
                    matches!(step, Step::Fused { .. }),
                    "memory of a plan: step {k}, a late one, can fail"
                )
            })
        }
        let mut slots = Slots { memory: self, graph, late, holds, last, root, fixed };
        for (i, item) in graph.items.iter().enumerate().filter(|(_, item)| is_there(&item.kind)) {
            let s = slots.slot(i);
            if let Some((other, _)) = slots.holds[s] {
                panic!("memory of a plan: items {other} and {i} are there before the run, both in slot {s}")
            }
            slots.holds[s] = Some((i, None));
            let passing = matches!(item.kind, ItemKind::Input);
            assert!(
                self.passing[s] == passing,
                "memory of a plan: slot {s} of {} {i} is {}emptied when a run ends",
                if passing { "input" } else { "constant" },
                if passing { "not " } else { "" }
            )
        }
        for (k, step) in plan.steps.iter().enumerate() {
            slots.step(k, step)
        }
        for &(_, i) in &graph.roots {
            let s = slots.slot(i);
            assert!(
                slots.item_in(s) == Some(i),
                "memory of a plan: slot {s} does not hold root {i} at the end, but {}",
                slots.contents(s)
            );
            assert!(
                self.passing[s] || matches!(graph.items[i].kind, ItemKind::Data(_)),
                "memory of a plan: slot {s} of root {i} is not emptied when a run ends"
            )
        }
    }
}

impl Slots<'_> {
    fn slot(&self, i: usize) -> usize {
        let s = self.memory.slot[i];
        assert!(s < self.holds.len(), "memory of a plan: item {i} has no slot");
        s
    }
    fn item_in(&self, s: usize) -> Option<usize> {
        self.holds[s].map(|(i, _)| i)
    }
    fn contents(&self, s: usize) -> String {
        self.item_in(s).map_or("nothing".into(), |i| format!("item {i}"))
    }
    fn step(&mut self, k: usize, step: &Step) {
        for i in step.reads(self.graph) {
            let s = self.slot(i);
            assert!(
                self.item_in(s) == Some(i),
                "memory of a plan: step {k} reads item {i} from slot {s}, which holds {}",
                self.contents(s)
            )
        }
        let mut updated = vec![];
        if let Step::Fused { program, inputs, outputs, .. } = step {
            updated = self.updates(k, program, inputs, outputs)
        }
        for i in step.writes() {
            let s = self.slot(i);
            self.overwritten(k, i, s, &updated);
            self.holds[s] = Some((i, Some(k)));
            let (item, room) = (&self.graph.items[i], self.memory.sizes[s]);
            let class = Buffer::class(item.shape().size(), item.dtype());
            assert!(class <= room, "memory of a plan: item {i} takes {class} lines, and slot {s} has {room}");
            // What comes out of a loop or choice may be what went into it, and numbers of files hold on to these.
            let leaves = match item.kind {
                ItemKind::Control | ItemKind::ControlOutput => true,
                ItemKind::Kernel => matches!(item.prim(), Prim::Spill { .. }),
                ItemKind::Copy => matches!(item.dtype(), DType::I64),
                ItemKind::Data(_) | ItemKind::Input | ItemKind::Fill(_) | ItemKind::Iota(_) => false,
                ItemKind::Elementwise | ItemKind::Reduce => false,
            };
            assert!(
                !leaves || self.memory.passing[s],
                "memory of a plan: slot {s} of item {i}, which may be another's, is not emptied when a run ends"
            )
        }
    }
    /// What a step finds where it writes must be nobody's.
    fn overwritten(&self, k: usize, i: usize, s: usize, updated: &[(usize, usize)]) {
        let Some((old, written)) = self.holds[s] else { return };
        let writes = format_args!("memory of a plan: step {k} writes item {i} to slot {s}");
        assert!(written != Some(k), "{writes}, where it has written item {old}");
        assert!(
            !matches!(self.graph.items[old].kind, ItemKind::Data(_)),
            "{writes}, which holds constant {old}"
        );
        assert!(!self.fixed[old], "{writes}, which holds input {old}, which is not given up");
        let given = matches!(self.graph.items[old].kind, ItemKind::Input);
        assert!(
            !given || k >= self.late,
            "{writes}, which holds input {old}, and steps that can fail are left"
        );
        assert!(!self.root[old], "{writes}, which holds root {old}");
        match self.last[old] {
            Some(later) if later > k => panic!("{writes}, which holds item {old}, which step {later} reads"),
            Some(now) if now == k => assert!(
                updated.contains(&(i, old)),
                "{writes}, which holds item {old}, which it reads, and not to write over it"
            ),
            Some(_) | None => {}
        }
    }
    /// The items that a program writes in place of items that it reads, and those.
    fn updates(
        &self,
        k: usize,
        program: &Program,
        inputs: &[usize],
        outputs: &[usize],
    ) -> Vec<(usize, usize)> {
        let mut all: Vec<(usize, usize)> = vec![];
        // A program numbers buffers in the order in which it reads them, so that a buffer that lies under an output and has
        // lost its number is the next one.
        let (mut next, mut under) = (0, vec![None; outputs.len()]);
        for input in &program.inputs {
            match input.source {
                Source::Buffer(b) => {
                    assert!(b <= next, "memory of a plan: step {k} reads buffer {b} before buffer {next}");
                    next = next.max(b + 1)
                }
                Source::Under(Under { output: o, .. }) => {
                    let b = *under[o].get_or_insert(next);
                    next = next.max(b + 1);
                    let (i, old) = (outputs[o], inputs[b]);
                    self.updated(k, i, old, program, input);
                    all.push((i, old))
                }
                Source::Index | Source::Constant(_) => {}
            }
        }
        assert!(next == inputs.len(), "memory of a plan: step {k} reads {next} of {} buffers", inputs.len());
        all
    }
    /// An update in place is of a value of the same kind that is read in order.
    fn updated(&self, k: usize, i: usize, old: usize, program: &Program, input: &Input) {
        let (s, there) = (self.slot(i), self.slot(old));
        let writes = format_args!("memory of a plan: step {k} writes item {i} over item {old}");
        assert!(s == there, "{writes}, which lies in slot {there} and not in slot {s}");
        let (new, old) = (&self.graph.items[i], &self.graph.items[old]);
        assert!(
            new.dtype() == old.dtype() && new.shape().size() == old.shape().size(),
            "{writes}, which is of another kind"
        );
        let mut step = 1;
        let even = program.dims.iter().zip(&input.strides).rev().all(|(&n, &stride)| {
            let even = stride == step || n == 1;
            step *= n as isize;
            even
        });
        let all = even && input.offset == 0 && input.bounds.is_empty() && !input.holes;
        assert!(all, "{writes}, which it does not read element for element")
    }
}
