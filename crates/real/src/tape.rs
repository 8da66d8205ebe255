//! The tape of this thread. This is the one file of the crate with `unsafe`: the cost of reverse mode on
//! scalars is the push of one node per operation.
//!
//! The nodes are stored in an ordinary `Vec`. The state that every operation touches (the address of the next
//! node, the end of the capacity, the number of the recording) lies apart, in cells that need neither
//! initialisation nor a destructor. Slot 0 marks a missing argument; then come the independent variables,
//! which need no node, then the nodes.
#![allow(unsafe_code)]

use crate::record::{Node, Operation};
use crate::var::Var;
use std::cell::{Cell, RefCell};
use std::panic::Location;

/// The state that each push uses.
struct Hot {
    /// The address that a node of slot 0 would have.
    origin: Cell<*mut Node>,
    /// The key of the next node: in the upper half the number of the open recording ([`NONE`] without one),
    /// in the lower half the slot.
    next: Cell<u64>,
    /// The first key beyond the capacity.
    end: Cell<u64>,
}
/// The epoch while no recording is open. (No variable has this epoch.)
const NONE: u32 = u32::MAX;

/// The key of a variable: the number of its recording in the upper half, its slot in the lower half.
#[inline(always)]
pub(crate) const fn key(epoch: u32, slot: u32) -> u64 {
    (epoch as u64) << 32 | slot as u64
}

/// The memory of a recording, reused by later ones.
#[derive(Default)]
pub(crate) struct Store {
    pub nodes: Vec<Node>,
    /// The operations inside inner gradients, which are differentiated again.
    pub operations: Vec<Operation>,
    /// The source lines of these operations.
    pub places: Vec<&'static Location<'static>>,
    /// The variables handed to the function.
    pub inputs: Vec<Var>,
    /// Adjoints, all zero between sweeps.
    pub bars: Vec<f64>,
}

/// The state of the open recording.
pub(crate) struct Open {
    pub store: Store,
    /// The slot of its first node.
    pub first: u32,
    pub epoch: u32,
    /// Whether operations are recorded beside the nodes.
    pub operations: bool,
}
impl Open {
    /// No recording.
    const NOTHING: Open = Open {
        store: Store {
            nodes: Vec::new(),
            operations: Vec::new(),
            places: Vec::new(),
            inputs: Vec::new(),
            bars: Vec::new(),
        },
        first: 1,
        epoch: NONE,
        operations: false,
    };
}

thread_local! {
    static HOT: Hot = const {
        let nowhere = key(NONE, 1);
        Hot { origin: Cell::new(std::ptr::null_mut()), next: Cell::new(nowhere), end: Cell::new(nowhere) }
    };
    /// The open recording; the length of its nodes is out of date until [`settle`] sets it.
    static OPEN: RefCell<Open> = const { RefCell::new(Open::NOTHING) };
}

/// The key that the next node gets.
#[inline(always)]
pub(crate) fn next_key() -> u64 {
    HOT.with(|t| t.next.get())
}
/// The slot that the next node gets.
pub(crate) fn next() -> u32 {
    next_key() as u32
}
/// The number of the open recording.
pub(crate) fn epoch() -> u32 {
    (next_key() >> 32) as u32
}
/// Whether a recording is open.
pub(crate) fn is_open() -> bool {
    epoch() != NONE
}

/// Records a node and returns its key. A recording must be open.
pub(crate) fn push(node: Node) -> u64 {
    push_if_room(node).unwrap_or_else(|| {
        grow();
        push_if_room(node).expect("room was made")
    })
}

/// Records a node where there is room for it, and returns its key.
#[inline(always)]
pub(crate) fn push_if_room(node: Node) -> Option<u64> {
    HOT.with(|t| {
        let key = t.next.get();
        if key == t.end.get() {
            return None;
        }
        let place = t.origin.get().wrapping_add(key as u32 as usize);
        prefetch(place.wrapping_byte_add(AHEAD));
        // SAFETY: `sync` set `origin` and `end` so that the slots up to `end` are the capacity of the open
        // recording's `nodes`. While it is open, nobody reads or lends these nodes, and only `grow` moves
        // their buffer and calls `sync` after it. `next` starts at the first of these slots and never passes
        // `end`. Without a recording `next` is `end`.
        unsafe { place.write(node) };
        t.next.set(key + 1);
        Some(key)
    })
}

/// The prefetch distance in bytes: past the end of a page, where the hardware prefetcher stops.
pub(crate) const AHEAD: usize = 8192;

/// Prefetches the cache line at `place`, whether or not anything is stored there.
#[inline(always)]
pub(crate) fn prefetch<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing and never faults; every processor of the architecture has it.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(place.cast())
    };
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// Makes room for at least one more node.
#[cold]
#[inline(never)]
fn grow() {
    OPEN.with_borrow_mut(|open| {
        assert!(open.epoch != NONE, "only an open recording grows");
        settle(open);
        let room = (u32::MAX - 1 - open.first) as usize;
        assert!(open.store.nodes.len() < room, "the tape is full: a gradient can record 2^32 operations");
        open.store.nodes.reserve(open.store.nodes.len().max(1 << 10));
        sync(open);
    });
}

/// Gives the open recording's nodes their true length.
fn settle(open: &mut Open) {
    let len = (next() - open.first) as usize;
    debug_assert!(len <= open.store.nodes.capacity());
    // SAFETY: `push` wrote every slot from `first` up to `next`, within the capacity, and nodes have no destructor.
    unsafe { open.store.nodes.set_len(len) };
}

/// Points the cells at the open recording's storage.
fn sync(open: &mut Open) {
    HOT.with(|t| {
        let nodes = &mut open.store.nodes;
        t.origin.set(nodes.as_mut_ptr().wrapping_sub(open.first as usize));
        let end = (nodes.capacity().saturating_add(open.first as usize)).min(u32::MAX as usize - 1);
        t.next.set(key(open.epoch, open.first + nodes.len() as u32));
        t.end.set(key(open.epoch, end as u32));
    });
}

/// Makes `open` the recording that pushes go to, and returns the one before.
pub(crate) fn exchange(mut open: Open) -> Open {
    OPEN.with_borrow_mut(|current| {
        if current.epoch != NONE {
            settle(current);
        }
        sync(&mut open);
        std::mem::replace(current, open)
    })
}

/// Calls `f` on the open recording, except its nodes, whose length may be out of date.
pub(crate) fn with<T>(f: impl FnOnce(&mut Open) -> T) -> T {
    OPEN.with_borrow_mut(f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_come_back_as_pushed_through_many_growths() {
        let first = 8;
        let epoch = 5;
        let outer = exchange(Open { first, epoch, ..Open::NOTHING });
        for i in 0..100_000u32 {
            let node = Node { slopes: [f64::from(i), 0.0], args: [i, 0] };
            assert_eq!(push(node), key(epoch, first + i));
        }
        let recorded = exchange(outer);
        assert!(!is_open());
        assert_eq!(recorded.store.nodes.len(), 100_000);
        assert!(recorded.store.nodes.iter().enumerate().all(|(i, node)| node.args[0] == i as u32));
    }
}
