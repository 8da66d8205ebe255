//! Opening and closing recordings. A *session* is a recording of its own, with plain numbers as its point and
//! result. A *level* lies inside a session and is differentiated again by the surrounding gradient. Both
//! close when dropped, so that a panic in the user's function leaves nothing behind.

use crate::counts::{self, Counts};
use crate::record::{Node, Operation};
use crate::tape::{self, Open, Store};
use crate::var::{REC, Var};
use std::cell::{Cell, RefCell};
use std::panic::Location;

thread_local! {
    static SPARE: RefCell<Vec<Store>> = const { RefCell::new(Vec::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
    /// The sessions that wait for an inner one to end.
    static WAITING: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// An open session. The recording that was open before waits until this one closes.
pub(crate) struct Session {
    outer: Option<Open>,
    /// Its independent variables.
    pub inputs: Vec<Var>,
}

/// A closed recording: its nodes, and memory for sweeps over them.
pub struct Recorded {
    pub(crate) store: Store,
    pub(crate) inputs: usize,
    /// The session's number, which is part of the keys of its results.
    pub(crate) epoch: u32,
}

impl Session {
    /// Opens a session with independent variables at `x`.
    pub fn open(x: &[f64]) -> Session {
        let epoch = LAST.with(|last| {
            last.set(last.get() % (REC - 1) + 1);
            last.get()
        });
        let mut store = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
        store.nodes.clear();
        store.operations.clear();
        store.places.clear();
        let first = u32::try_from(x.len() + 1).expect("a gradient by fewer than 2^32 variables");
        let mut inputs = std::mem::take(&mut store.inputs);
        inputs.clear();
        inputs.extend(x.iter().zip(1..).map(|(x, i)| Var::new(*x, 1.0, tape::key(epoch, i))));
        if tape::is_open() {
            WAITING.with_borrow_mut(|waiting| waiting.push(tape::epoch()));
        }
        let outer = tape::exchange(Open { store, first, epoch, operations: false });
        Session { outer: Some(outer), inputs }
    }
    fn end(&mut self) -> Option<Recorded> {
        let mut open = tape::exchange(self.outer.take()?);
        open.store.inputs = std::mem::take(&mut self.inputs);
        if tape::is_open() {
            WAITING.with_borrow_mut(Vec::pop);
        }
        let recorded = Recorded { store: open.store, inputs: open.first as usize - 1, epoch: open.epoch };
        let nodes = recorded.store.nodes.len() as u64;
        counts::add(Counts { recordings: 1, nodes, ..Counts::default() });
        Some(recorded)
    }
    /// Closes the session and returns its recording.
    pub fn finish(mut self) -> Recorded {
        self.end().expect("a session ends once")
    }
}
impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}
impl Drop for Recorded {
    /// Keeps the memory for the next session.
    fn drop(&mut self) {
        let store = std::mem::take(&mut self.store);
        // A thread that is ending has no use for the memory.
        let _ = SPARE.try_with(|spare| spare.borrow_mut().push(store));
    }
}

/// Frees the memory that this thread keeps for its next recordings, and returns its size in bytes.
///
/// A thread keeps the memory of ended recordings, as much as the longest of them took
/// ([`Counts::bytes_held`]), since fresh memory is slow. An open recording keeps its own memory.
///
/// ```
/// use pullback_real::{Counts, grad, release_memory};
/// grad(|x| (0..10_000).map(|k| x[0] * k as f64).sum::<pullback_real::Var>())(&[1.0]);
/// assert!(release_memory() > 0);
/// assert_eq!(Counts::bytes_held(), 0);
/// ```
pub fn release_memory() -> usize {
    let held = Counts::bytes_held();
    SPARE.take();
    held - Counts::bytes_held()
}

/// An inner recording: each operation on its variables is recorded, so that its sweep can be recorded in turn.
pub(crate) struct Level {
    /// The level's own session, if no recording was open before.
    session: Option<Session>,
    /// The slot of its first variable.
    first: u32,
    /// The index of its first operation.
    start: usize,
    surrounding: bool,
}

/// The operations of a closed level.
#[derive(Clone)]
pub struct Operations {
    pub(crate) list: Vec<Operation>,
    /// The source lines of these operations.
    pub(crate) places: Vec<&'static Location<'static>>,
    pub(crate) first: u32,
    /// One more than the last slot.
    pub(crate) end: u32,
    /// Which bits of an epoch have a meaning outside the level.
    pub(crate) mask: u32,
}

impl Level {
    /// Opens a level whose variables are aliases of `x`.
    pub fn open(x: &[Var]) -> (Level, Vec<Var>) {
        let session = (!tape::is_open()).then(|| Session::open(&[]));
        let surrounding = tape::with(|open| std::mem::replace(&mut open.operations, true));
        let first = tape::next();
        let mut level = Level { session, first, start: 0, surrounding };
        let aliases = x.iter().map(|&x| record(x.value, |y| Operation::Alias { x, y })).collect();
        level.start = tape::with(|open| open.store.operations.len());
        (level, aliases)
    }
    /// Closes the level and returns its operations.
    pub fn finish(self) -> Operations {
        let (list, places) = tape::with(|open| {
            let store = &open.store;
            (store.operations[self.start..].to_vec(), store.places[self.start..].to_vec())
        });
        let mask = match (&self.session, self.surrounding) {
            (Some(_), _) => 0,
            (None, false) => !REC,
            (None, true) => !0,
        };
        Operations { list, places, first: self.first, end: tape::next(), mask }
    }
}
impl Drop for Level {
    fn drop(&mut self) {
        tape::with(|open| {
            open.operations = self.surrounding;
            if !self.surrounding {
                open.store.operations.clear();
                open.store.places.clear();
            }
        });
    }
}

/// Records an operation with the result `value`: its node and, inside a level, the operation itself.
#[track_caller]
pub(crate) fn record(value: f64, operation: impl FnOnce(Var) -> Operation) -> Var {
    let recording = tape::with(|open| open.operations);
    let epoch = if recording { tape::epoch() | REC } else { tape::epoch() };
    let result = Var::new(value, 1.0, tape::key(epoch, tape::next()));
    let operation = operation(result);
    for x in operation.args().into_iter().flatten().filter(|x| !x.is_constant()) {
        check(x);
    }
    tape::push(operation.node());
    if recording {
        let place = Location::caller();
        tape::with(|open| {
            open.store.operations.push(operation);
            open.store.places.push(place);
        });
    }
    result
}

/// Panics if `x` belongs to another recording than the open one.
#[inline(always)]
#[track_caller]
pub(crate) fn check(x: Var) {
    if x.epoch() & !REC != tape::epoch() {
        refuse(x.epoch() & !REC)
    }
}
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn refuse(epoch: u32) -> ! {
    // A result is checked after its own recording has closed, when the surrounding recording is the open one.
    if epoch == tape::epoch() || WAITING.with_borrow(|waiting| waiting.contains(&epoch)) {
        panic!(
            "an inner gradient at plain numbers uses a variable of the gradient around it, whose derivative would \
             be lost: give the inner one its point as `Var`s, or hold the variable constant with `stop`"
        )
    }
    panic!(
        "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out \
         with `value()`"
    )
}

impl Counts {
    /// The nodes in this thread's open recording: 0 outside of any gradient.
    pub fn open_nodes() -> usize {
        tape::with(|open| if tape::is_open() { (tape::next() - open.first) as usize } else { 0 })
    }
    /// The memory that this thread keeps for its recordings, in bytes.
    pub fn bytes_held() -> usize {
        let bytes = |store: &Store| {
            store.nodes.capacity() * size_of::<Node>()
                + store.operations.capacity() * size_of::<Operation>()
                + store.places.capacity() * size_of::<&Location>()
                + store.inputs.capacity() * size_of::<Var>()
                + store.bars.capacity() * size_of::<f64>()
        };
        let spare: usize = SPARE.with_borrow(|spare| spare.iter().map(bytes).sum());
        spare + tape::with(|open| bytes(&open.store))
    }
}
