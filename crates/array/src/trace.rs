//! Running transforms: which of them a node belongs to, and whose function is being run on this thread.

use std::cell::Cell;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};

static NEXT: AtomicU64 = AtomicU64::new(1);
/// A number larger than those of all nodes and transforms so far.
pub(crate) fn next_id() -> u64 {
    NEXT.fetch_add(1, Relaxed)
}

/// One running transform.
pub(crate) struct Trace {
    pub start: u64,
    running: AtomicBool,
    /// Whether its function is being run.
    inside: AtomicBool,
    /// The lines where numbers that depend on its inputs were looked at.
    looks: Mutex<Vec<&'static Location<'static>>>,
}

thread_local! { static INSIDE: Cell<usize> = const { Cell::new(0) } }
/// While it lives, the function of a transform is being run on this thread, or, of [`Inside::none`], no such function.
pub(crate) struct Inside {
    of: Option<Arc<Trace>>,
    before: usize,
}
impl Inside {
    pub fn of(trace: &Arc<Trace>) -> Inside {
        trace.inside.store(true, Relaxed);
        Inside { of: Some(trace.clone()), before: INSIDE.replace(INSIDE.get() + 1) }
    }
    /// Whether the function of a transform is being run on this thread.
    pub fn any() -> bool {
        INSIDE.get() > 0
    }
    /// While nodes are evaluated: whose they are was asked when they were made.
    pub fn none() -> Inside {
        Inside { of: None, before: INSIDE.replace(0) }
    }
}
impl Drop for Inside {
    fn drop(&mut self) {
        if let Some(trace) = &self.of {
            trace.inside.store(false, Relaxed)
        }
        INSIDE.set(self.before)
    }
}

/// Ends its transform when dropped, also when the function panics.
pub(crate) struct Running(pub Arc<Trace>);
impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.store(false, Relaxed)
    }
}
impl Trace {
    pub fn start() -> Running {
        let inside = AtomicBool::new(false);
        let (running, looks) = (AtomicBool::new(true), Mutex::new(vec![]));
        Running(Arc::new(Trace { start: next_id(), running, inside, looks }))
    }
    /// Whether its function is being run.
    pub fn is_inside(&self) -> bool {
        self.inside.load(Relaxed)
    }
    pub fn is_running(&self) -> bool {
        self.running.load(Relaxed)
    }
    /// The lines where numbers that depend on its inputs were looked at, in the order in which it first happened.
    pub fn looks(&self) -> MutexGuard<'_, Vec<&'static Location<'static>>> {
        self.looks.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// The transform of whose placeholders a lost state is one.
pub(crate) const LOST: &str = "jit_update";
