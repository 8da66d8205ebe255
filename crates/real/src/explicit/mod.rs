//! The tape as an object, for those who want to look at it: variables that borrow it, every operation with its
//! value and its place in the program, adjoints of all intermediates.

mod carrier;
mod gradient;
mod show;

pub use carrier::TapeVar;
pub use gradient::Gradient;
pub use show::{Argument, Step};

use crate::record::{Node, Operation};
use crate::tape;
use crate::var::{REC, Var};
use std::cell::RefCell;
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
    list: RefCell<List>,
    made: &'static Location<'static>,
}

/// A result on the tape: leaves have no operation.
struct Entry {
    operation: Option<Operation>,
    value: f64,
    label: Option<String>,
    place: &'static Location<'static>,
}
#[derive(Default)]
struct List {
    nodes: Vec<Node>,
    entries: Vec<Entry>,
}

impl Tape {
    /// An empty tape.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "where it was made matters in messages")]
    pub fn new() -> Tape {
        Tape { list: RefCell::default(), made: Location::caller() }
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
        let k = self.position(x);
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
    /// Forgets everything that was recorded.
    pub fn clear(&mut self) {
        *self.list.get_mut() = List::default();
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
        TapeVar { var: active(value, slot), tape: Some(self) }
    }
    /// Where `x` lies in the list.
    #[track_caller]
    fn position(&self, x: TapeVar) -> usize {
        match x.tape {
            Some(tape) if std::ptr::eq(tape, self) => x.var.slot() as usize - 1,
            Some(tape) => different(tape, self),
            None => panic!("a constant is not on the tape: there is no derivative by it"),
        }
    }
}

/// The number of slot `slot`, whose operations are recorded.
fn active(value: f64, slot: u32) -> Var {
    Var::new(value, 1.0, tape::key(REC, slot))
}

#[track_caller]
#[cold]
fn different(a: &Tape, b: &Tape) -> ! {
    panic!(
        "variables of two tapes cannot be combined: one tape was made at {}, the other at {}",
        a.made, b.made
    )
}
