//! The explicit tape, a list of recorded operations, and the numbers on it.

use super::event::{Event, Hook};
use crate::operators;
use crate::real::{Binary, Unary};
use crate::real::{Real, Scalar};
use crate::record::{Node, Operation};
use crate::refuse::refuse;
use crate::tape;
use crate::var::{REC, Var};
use std::cell::RefCell;
use std::cmp::Ordering;
use std::fmt;
use std::panic::Location;

/// A list of operations with their slopes. It only grows; gradients of any of its variables can be asked for at
/// any time, in any order.
///
/// ```
/// use pullback_real::{Real, Tape};
/// let t = Tape::new();
/// let (x, y) = (t.var(0.5), t.var(4.2));
/// let z = x * y + x.sin();
/// let g = z.grad();
/// assert_eq!((g.wrt(x), g.wrt(y)), (4.2 + 0.5f64.cos(), 0.5));
/// ```
///
/// A variable does not outlive its tape:
///
/// ```compile_fail
/// let x = { let t = pullback_real::Tape::new(); t.var(1.0) };
/// ```
pub struct Tape {
    pub(super) list: RefCell<List>,
    pub(super) made: &'static Location<'static>,
    pub(super) hook: Option<Hook>,
}

/// A result on the tape: leaves have no operation.
pub(super) struct Entry {
    pub(super) operation: Option<Operation>,
    pub(super) value: f64,
    pub(super) label: Option<String>,
    pub(super) place: &'static Location<'static>,
}
#[derive(Default)]
pub(super) struct List {
    pub(super) nodes: Vec<Node>,
    pub(super) entries: Vec<Entry>,
}

impl Tape {
    /// An empty tape.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "where it was made matters in messages")]
    pub fn new() -> Tape {
        Tape { list: RefCell::default(), made: Location::caller(), hook: None }
    }
    /// A new independent variable.
    #[track_caller]
    pub fn var(&self, value: f64) -> TapeVar<'_> {
        self.push(value, Node::LEAF, None, None, Location::caller())
    }
    /// A new independent variable with a name, under which it is printed.
    #[track_caller]
    pub fn named(&self, name: &str, value: f64) -> TapeVar<'_> {
        self.push(value, Node::LEAF, None, Some(name.into()), Location::caller())
    }
    /// Gives a result a name, under which it is printed.
    ///
    /// # Panics
    /// If `x` is not on this tape.
    #[track_caller]
    pub fn label(&self, x: TapeVar, name: &str) {
        let k = self.position("Tape::label", x);
        self.list.borrow_mut().entries[k].label = Some(name.into());
    }
    /// The number of variables and results.
    pub fn len(&self) -> usize {
        self.list.borrow().nodes.len()
    }
    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Discards everything that was recorded.
    pub fn clear(&mut self) {
        *self.list.get_mut() = List::default();
        if let Some(hook) = &self.hook {
            hook(Event::Cleared)
        }
    }

    fn record(
        &self,
        value: f64,
        operation: impl FnOnce(Var) -> Operation,
        place: &'static Location<'static>,
    ) -> TapeVar<'_> {
        let slot = self.len() as u32 + 1;
        let operation = operation(active(value, slot));
        self.push(value, operation.node(), Some(operation), None, place)
    }
    fn push(
        &self,
        value: f64,
        node: Node,
        operation: Option<Operation>,
        label: Option<String>,
        place: &'static Location<'static>,
    ) -> TapeVar<'_> {
        let mut list = self.list.borrow_mut();
        let slot = u32::try_from(list.nodes.len() + 1).expect("a tape of fewer than 2^32 operations");
        list.nodes.push(node);
        list.entries.push(Entry { operation, value, label, place });
        drop(list);
        self.tell_recorded();
        TapeVar { var: active(value, slot), tape: Some(self) }
    }
    /// The index of `x` in the list.
    #[track_caller]
    pub(super) fn position(&self, what: &str, x: TapeVar) -> usize {
        match x.tape {
            Some(tape) if std::ptr::eq(tape, self) => x.var.slot() as usize - 1,
            Some(tape) => different(tape, self),
            None => panic!("{what}: the number {x} is a constant, which is not on the tape"),
        }
    }
}

/// The variable of slot `slot`, whose operations are recorded.
fn active(value: f64, slot: u32) -> Var {
    Var::new(value, 1.0, tape::key(REC, slot))
}

#[track_caller]
#[cold]
fn different(a: &Tape, b: &Tape) -> ! {
    refuse(
        format_args!("variables of two tapes cannot be combined"),
        &[("one tape", a.made), ("the other", b.made)],
    )
}

/// A number on a [`Tape`], or a constant beside it.
#[derive(Clone, Copy)]
pub struct TapeVar<'t> {
    pub(super) var: Var,
    pub(super) tape: Option<&'t Tape>,
}

impl<'t> Real for TapeVar<'t> {
    fn lift(c: f64) -> Self {
        TapeVar { var: Var::from(c), tape: None }
    }
    #[track_caller]
    fn unary(op: Unary, x: &Self) -> Self {
        let (y, x) = (op.eval(x.value()), *x);
        match x.tape {
            Some(tape) if !op.is_flat() => {
                tape.record(y, |y| Operation::Unary { op, x: x.var, y }, Location::caller())
            }
            _ => Self::lift(y),
        }
    }
    #[track_caller]
    fn binary(op: Binary, x: &Self, y: &Self) -> Self {
        let (z, x, y) = (op.eval(x.value(), y.value()), *x, *y);
        let tape = match (x.tape, y.tape) {
            (Some(a), Some(b)) if !std::ptr::eq(a, b) => different(a, b),
            (Some(tape), _) | (_, Some(tape)) if !op.is_flat() => tape,
            _ => return Self::lift(z),
        };
        tape.record(z, |z| Operation::Binary { op, x: x.var, y: y.var, z }, Location::caller())
    }
    fn select(cond: &Self, a: &Self, b: &Self) -> Self {
        if cond.value() != 0.0 { *a } else { *b }
    }
    fn held(&self) -> Self {
        Self::lift(self.var.value)
    }
    fn certain(&self) -> Option<f64> {
        self.var.certain()
    }
}

operators! {['t] TapeVar<'t>}

impl fmt::Debug for TapeVar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.var.fmt(f)
    }
}
impl fmt::Display for TapeVar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&self.var, f)
    }
}
impl PartialEq for TapeVar<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.var == other.var
    }
}
impl PartialOrd for TapeVar<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.var.partial_cmp(&other.var)
    }
}
impl PartialEq<f64> for TapeVar<'_> {
    fn eq(&self, other: &f64) -> bool {
        self.var == *other
    }
}
impl PartialOrd<f64> for TapeVar<'_> {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.var.partial_cmp(other)
    }
}
impl Scalar for TapeVar<'_> {
    fn value(self) -> f64 {
        self.var.value
    }
}
