//! The memory that the steps of a run write to.

use crate::buffer::Buffer;
use crate::eval::ir::item::ItemKind;
use crate::eval::ir::slot::Slot;
use crate::eval::ir::step::Step;
use crate::eval::run::Compiled;
use std::sync::Arc;

impl Compiled {
    /// Slots before the first run: the plan's constants.
    pub(super) fn fresh(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = self.memory.sizes.iter().map(|_| Slot::Empty).collect();
        for (i, item) in self.graph.items.iter().enumerate() {
            if let ItemKind::Data(b) = &item.kind {
                slots[self.memory.slot[i]] = Slot::Shared(b.clone())
            }
        }
        slots
    }
    /// Memory of all that the steps from number `late` on write, so that nothing is left that could fail.
    pub(super) fn reserve(&self, late: usize, slots: &mut [Slot], spare: &mut Vec<Buffer>) {
        for step in &self.plan.steps[late..] {
            let Step::Fused { program, outputs, sinks, .. } = step else {
                unreachable!("only fused steps are late")
            };
            for (k, &i) in outputs.iter().chain(sinks).enumerate() {
                let place = self.memory.slot[i];
                let item = &self.graph.items[i];
                let (len, dtype) = (item.shape().size(), item.dtype());
                let class = self.memory.sizes[place];
                match &mut slots[place] {
                    // What is written over where it lies, on a copy if somebody else holds it.
                    slot @ Slot::Shared(_) if k < outputs.len() && program.updates(k) => {
                        if let Slot::Shared(b) = &*slot
                            && (b.is_part() || Arc::strong_count(b) > 1)
                        {
                            let copy = b.copied();
                            *slot = Slot::Own(copy)
                        }
                    }
                    Slot::Own(_) if k < outputs.len() && program.updates(k) => {}
                    Slot::Own(b) if b.holds(len, dtype) => {}
                    // What somebody else holds now somebody else holds then.
                    Slot::Shared(b) if Arc::strong_count(b) == 1 && b.holds(len, dtype) => {}
                    Slot::Own(_) | Slot::Shared(_) => spare.push(Buffer::of_class(class, len, dtype)),
                    slot @ Slot::Empty => *slot = Slot::Own(Buffer::of_class(class, len, dtype)),
                }
            }
        }
    }
    /// Memory for an item: its slot's.
    pub(super) fn take(&self, slots: &mut [Slot], spare: &mut Vec<Buffer>, i: usize) -> Buffer {
        let item = &self.graph.items[i];
        let (len, dtype) = (item.shape().size(), item.dtype());
        let slot = self.memory.slot[i];
        let kept = match std::mem::take(&mut slots[slot]) {
            Slot::Own(b) => Some(b),
            Slot::Empty => None,
            // A donated input, or what a loop has read, if nobody else holds it.
            Slot::Shared(b) => Arc::into_inner(b),
        };
        // What a loop has left in the slot may be smaller than the slot.
        let kept = kept.filter(|b| b.holds(len, dtype)).or_else(|| {
            let fits = |b: &Buffer| b.is_of(self.memory.sizes[slot]);
            spare.iter().position(fits).map(|k| spare.swap_remove(k))
        });
        match kept {
            Some(b) => b.reused(len, dtype),
            None => Buffer::of_class(self.memory.sizes[slot], len, dtype),
        }
    }
}
