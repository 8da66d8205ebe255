//! Programs under construction: instructions in the order of computation, each once, constants folded.

use pullback_real::{Binary, Unary, refuse};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::panic::Location;
use std::sync::Arc;

/// One instruction; operands are earlier instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Instruction {
    /// Input k.
    Input(u32),
    /// A number, by its bits.
    Constant(u64),
    /// op(x).
    Unary(Unary, u32),
    /// op(x, y).
    Binary(Binary, u32, u32),
    /// a where the condition is not 0, else b.
    Select(u32, u32, u32),
}

impl Instruction {
    pub fn args(&self) -> impl Iterator<Item = u32> {
        let all = match *self {
            Instruction::Input(_) | Instruction::Constant(_) => [None; 3],
            Instruction::Unary(_, x) => [Some(x), None, None],
            Instruction::Binary(_, x, y) => [Some(x), Some(y), None],
            Instruction::Select(c, a, b) => [Some(c), Some(a), Some(b)],
        };
        all.into_iter().flatten()
    }
    /// The instruction with other operands.
    pub fn map(self, f: impl Fn(u32) -> u32) -> Instruction {
        match self {
            Instruction::Input(_) | Instruction::Constant(_) => self,
            Instruction::Unary(op, x) => Instruction::Unary(op, f(x)),
            Instruction::Binary(op, x, y) => Instruction::Binary(op, f(x), f(y)),
            Instruction::Select(c, a, b) => Instruction::Select(f(c), f(a), f(b)),
        }
    }
}

/// A comparison that decided a branch, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    Less(bool),
    LessEqual(bool),
    Equal(bool),
    Order(Option<Ordering>),
}
impl Outcome {
    /// Whether these numbers compare the same.
    pub fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Outcome::Less(is) => (a < b) == is,
            Outcome::LessEqual(is) => (a <= b) == is,
            Outcome::Equal(is) => (a == b) == is,
            Outcome::Order(is) => a.partial_cmp(&b) == is,
        }
    }
}

/// A comparison of two numbers in the recorded function.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub a: u32,
    pub b: u32,
    pub outcome: Outcome,
    /// `file:line:column`.
    pub at: Arc<str>,
}

#[derive(Default)]
pub(crate) struct Builder {
    pub list: Vec<Instruction>,
    known: HashMap<Instruction, u32>,
    pub guards: Vec<Guard>,
    /// While it is open: the number of the recording, by which its symbols are known.
    recording: u32,
}

thread_local! {
    static OPEN: RefCell<Vec<Builder>> = const { RefCell::new(Vec::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// An open builder, which takes what is done to symbols. It closes when dropped, also when the user's function panics.
pub(crate) struct Recording(());
impl Recording {
    /// Closes it and returns what it recorded.
    pub fn finish(self) -> Builder {
        std::mem::forget(self);
        OPEN.with_borrow_mut(Vec::pop).expect("the builder is open")
    }
}
impl Drop for Recording {
    fn drop(&mut self) {
        OPEN.with_borrow_mut(Vec::pop);
    }
}

impl Builder {
    /// Continues a list of instructions.
    pub fn of(list: Vec<Instruction>, guards: Vec<Guard>) -> Builder {
        let known = list.iter().enumerate().map(|(k, i)| (*i, k as u32)).collect();
        Builder { list, known, guards, recording: 0 }
    }
    /// From now on this builder takes what is done to symbols, to those of this recording alone.
    pub fn open(mut self) -> Recording {
        LAST.set(LAST.get() % u32::MAX + 1);
        self.recording = LAST.get();
        OPEN.with_borrow_mut(|open| open.push(self));
        Recording(())
    }
    /// The number of an instruction, which is new or there already.
    pub fn push(&mut self, i: Instruction) -> u32 {
        let fresh = u32::try_from(self.list.len()).expect("fewer than 2^32 instructions");
        let k = *self.known.entry(i).or_insert(fresh);
        if k == fresh {
            self.list.push(i)
        }
        k
    }
}

/// The number of the open recording; 0 where there is none.
pub(crate) fn recording() -> u32 {
    OPEN.with_borrow(|open| open.last().map_or(0, |builder| builder.recording))
}
/// Refuses a symbol of another recording than the open one.
#[track_caller]
pub(crate) fn check(of: u32) {
    if of != recording() {
        foreign(of)
    }
}
#[cold]
#[track_caller]
fn foreign(of: u32) -> ! {
    if OPEN.with_borrow(|open| open.iter().any(|builder| builder.recording == of)) {
        refuse(
            format_args!(
                "a recording inside of another uses a `Symbol` of the one around it: give the inner function the number as one of its inputs"
            ),
            &[],
        )
    }
    refuse(
        format_args!(
            "this `Symbol` belongs to a recording that has ended: return it from the function that is recorded, instead of keeping it"
        ),
        &[],
    )
}

/// The open builder's number of an instruction, whose operands have been checked.
pub(crate) fn push(i: Instruction) -> u32 {
    with(|builder| builder.push(i))
}
/// What −x is computed from, if `id` is such an instruction.
pub(crate) fn negated(id: u32) -> Option<u32> {
    with(|builder| match builder.list[id as usize] {
        Instruction::Unary(Unary::Neg, x) => Some(x),
        _ => None,
    })
}
/// Remembers how a comparison came out.
#[track_caller]
pub(crate) fn guard(a: u32, b: u32, outcome: Outcome) {
    let at = Location::caller().to_string().into();
    with(|builder| builder.guards.push(Guard { a, b, outcome, at }))
}
fn with<T>(f: impl FnOnce(&mut Builder) -> T) -> T {
    // Operands belong to the open recording, so there is one; or all are constants, of which nothing is recorded.
    OPEN.with_borrow_mut(|open| open.last_mut().map(f)).expect("a recording is open")
}
