//! The invariants of a run, checked in debug builds step by step: what is read is the item's, what is written is apart from it.
//!
//! That a buffer that is written has one owner is said by its type: a step gets `Buffer`s, taken out of their slots, and a shared
//! one becomes such only through `Arc::into_inner` or a copy.

#[cfg(test)]
mod tests;

use crate::buffer::Buffer;
use crate::eval::ir::item::{Graph, ItemKind};
use crate::eval::ir::slot::Slot;
use crate::eval::passes::slots::Memory;

/// What a step reads or is about to write, or has got from a loop or choice.
///
/// # Panics
/// If it is not an item's.
pub(crate) fn value(graph: &Graph, i: usize, x: &Buffer) {
    let item = &graph.items[i];
    if let ItemKind::Data(constant) = &item.kind {
        // It may be a view of fewer numbers.
        return assert!(std::ptr::eq(x, &**constant), "a run: slot of constant {i} holds other data");
    }
    let (have, want) = ((x.len(), x.dtype()), (item.shape().size(), item.dtype()));
    assert!(
        have == want,
        "a run: item {i} has {} elements of {} in memory, and is {} of {}",
        have.0,
        have.1,
        want.0,
        want.1
    )
}

/// What a step writes, beside what it reads.
///
/// # Panics
/// If two of what is written have memory in common, or one with what is read, or if one is a part of another buffer.
pub(crate) fn apart<'a>(
    read: impl Iterator<Item = &'a Buffer> + Clone,
    written: impl Iterator<Item = &'a Buffer> + Clone,
) {
    for (k, y) in written.clone().enumerate() {
        assert!(!y.is_part(), "a run: output {k} of a step is a part of another buffer");
        let meets = |x: &Buffer| {
            let (a, b) = (x.bytes().as_ptr_range(), y.bytes().as_ptr_range());
            a.start < b.end && b.start < a.end
        };
        if let Some(x) = read.clone().position(meets) {
            panic!("a run: output {k} of a step lies in the memory of its input {x}")
        }
        if let Some(other) = written.clone().take(k).position(meets) {
            panic!("a run: outputs {other} and {k} of a step lie in the same memory")
        }
    }
}

/// The slots between two runs.
///
/// # Panics
/// If they are not this plan's: its constants, nothing of inputs and results, and for the others what fits into them.
pub(crate) fn idle(graph: &Graph, memory: &Memory, slots: &[Slot]) {
    assert!(
        slots.len() == memory.sizes.len(),
        "a run: {} slots of another plan's run for {}",
        slots.len(),
        memory.sizes.len()
    );
    for (s, slot) in slots.iter().enumerate() {
        let empty = matches!(slot, Slot::Empty);
        assert!(
            empty || !memory.passing[s],
            "a run: slot {s} keeps what came with the inputs or left with the results"
        );
    }
    for (i, item) in graph.items.iter().enumerate() {
        if let ItemKind::Data(_) = item.kind {
            let there = slots[memory.slot[i]].data();
            value(graph, i, there.unwrap_or_else(|| panic!("a run: slot of constant {i} is empty")))
        }
    }
}
