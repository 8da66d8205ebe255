//! The memory of a run: what lies in its slots.

use crate::buffer::Buffer;
use crate::poison::poison;
use std::sync::Arc;

/// What lies in a slot.
#[derive(Default)]
pub(crate) enum Slot {
    /// Nothing yet.
    #[default]
    Empty,
    /// Data that others may hold as well.
    Shared(Arc<Buffer>),
    /// Memory of this run alone.
    Own(Buffer),
}

impl Slot {
    /// What lies in it, if anything does.
    pub fn data(&self) -> Option<&Buffer> {
        match self {
            Slot::Shared(b) => Some(b),
            Slot::Own(b) => Some(b),
            Slot::Empty => None,
        }
    }
    /// What the run has left is not to be read by the next.
    pub fn poison(&mut self) {
        match self {
            Slot::Own(b) => poison(b.bytes_mut()),
            Slot::Shared(_) | Slot::Empty => {}
        }
    }
    pub fn buffer(&self) -> &Buffer {
        self.data().expect("steps run after those they read from")
    }
    /// Its data as memory to write to: a copy of them, if somebody else holds them.
    pub fn own(&mut self) -> Buffer {
        match std::mem::take(self) {
            Slot::Own(b) => b,
            Slot::Shared(b) if b.is_part() => b.copied(),
            Slot::Shared(b) => Arc::try_unwrap(b).unwrap_or_else(|b| b.copied()),
            Slot::Empty => panic!("steps run after those they read from"),
        }
    }
    /// Its data, from now on shared.
    pub fn share(&mut self) -> Arc<Buffer> {
        let shared = match std::mem::take(self) {
            Slot::Shared(b) => b,
            Slot::Own(b) => Arc::new(b),
            Slot::Empty => panic!("the steps have computed the roots"),
        };
        *self = Slot::Shared(shared.clone());
        shared
    }
}

/// Memory of a run.
#[derive(Default)]
pub(crate) struct Slots {
    pub slots: Vec<Slot>,
    /// Whether inputs given up may have been written over.
    pub begun: bool,
    /// Memory of results that were given back, for those of the next run.
    pub spare: Vec<Buffer>,
}

impl Slots {
    /// Takes a result back, if nobody else holds it.
    pub fn give_back(&mut self, result: Arc<Buffer>) {
        self.spare.extend(Arc::into_inner(result).filter(|b| !b.is_part()))
    }
}
