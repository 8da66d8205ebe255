//! Programs under construction: instructions in the order of computation, each once, constants folded.

use pullback_real::{Binary, Unary};
use std::cell::RefCell;
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
    /// The same of other operands.
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
}

thread_local! {
    static OPEN: RefCell<Vec<Builder>> = const { RefCell::new(Vec::new()) };
}

/// Closes the builder that was opened last, also when the user's function panics.
struct Close;
impl Drop for Close {
    fn drop(&mut self) {
        OPEN.with_borrow_mut(Vec::pop);
    }
}

impl Builder {
    /// Continues a list of instructions.
    pub fn of(list: Vec<Instruction>, guards: Vec<Guard>) -> Builder {
        let known = list.iter().enumerate().map(|(k, i)| (*i, k as u32)).collect();
        Builder { list, known, guards }
    }
    /// Runs `f` while this builder takes what is done to symbols.
    pub fn during<T>(self, f: impl FnOnce() -> T) -> (T, Builder) {
        OPEN.with_borrow_mut(|open| open.push(self));
        let close = Close;
        let result = f();
        let builder = OPEN.with_borrow_mut(Vec::pop).expect("the builder is open");
        std::mem::forget(close);
        (result, builder)
    }
    fn push(&mut self, i: Instruction) -> u32 {
        let fresh = self.list.len() as u32;
        let k = *self.known.entry(i).or_insert(fresh);
        if k == fresh {
            self.list.push(i)
        }
        k
    }
}

/// The open builder's number of an instruction.
#[track_caller]
pub(crate) fn push(i: Instruction) -> u32 {
    with(|builder| builder.push(i))
}
/// What −x is computed from, if `id` is such an instruction.
#[track_caller]
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
#[track_caller]
fn with<T>(f: impl FnOnce(&mut Builder) -> T) -> T {
    let found = OPEN.with_borrow_mut(|open| open.last_mut().map(f));
    found.unwrap_or_else(|| panic!("this `Symbol` belongs to a recording that has ended"))
}
