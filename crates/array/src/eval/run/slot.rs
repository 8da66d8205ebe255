//! What lies in the slots of a run's memory.

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
}
