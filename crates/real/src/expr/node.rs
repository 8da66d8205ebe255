//! Formulas as shared graphs. A graph a million nodes deep is freed without recursion.

use crate::real::{Binary, Unary};
use std::mem::replace;
use std::rc::Rc;

/// A formula: an immutable graph in which common parts are shared.
///
/// It is a [`Real`](crate::Real), so that any generic function run on it gives its formula, and so does any slope
/// of the table. Cloning one is cheap.
///
/// ```
/// use pullback_real::{Expr, Real};
/// let (x, y) = (Expr::var("x"), Expr::var("y"));
/// let z = &x * &y + x.sin();
/// assert_eq!(z.to_string(), "x*y + sin(x)");
/// assert_eq!(z.derivative("x").to_string(), "y + cos(x)");
/// ```
///
/// # Simplifications
///
/// Operations are simplified as they are applied, lightly, and never so that a value changes (but for the sign of a
/// zero, and for zero times a factor that is not finite):
/// - an operation on plain numbers is computed, if its result is finite;
/// - `0 + x`, `x - 0`, `1*x`, `x/1`, `x^1` are `x`, `0 - x` and `-1*x` are `-x`, `0*x` is 0, `x^0` is 1;
/// - signs are gathered: `--x` is `x`, `-(x - y)` is `y - x`, `x + -y` is `x - y`, `x*-y` is `-(x*y)`, `-(2*x)` is
///   `-2*x`;
/// - `recip(x)` is written `1/x`; a selection between equals, or by a plain number, is decided.
#[derive(Clone)]
pub struct Expr(Rc<Node>);

/// A node of a formula.
pub(crate) enum Node {
    Const(f64),
    Var(Rc<str>),
    Unary(Unary, Expr),
    Binary(Binary, Expr, Expr),
    /// The condition, the value where it is not zero, and the value elsewhere.
    Select(Expr, Expr, Expr),
}

impl Node {
    /// The parts, in order.
    pub fn args(&self) -> [Option<&Expr>; 3] {
        match self {
            Node::Const(_) | Node::Var(_) => [None; 3],
            Node::Unary(_, x) => [Some(x), None, None],
            Node::Binary(_, x, y) => [Some(x), Some(y), None],
            Node::Select(c, a, b) => [Some(c), Some(a), Some(b)],
        }
    }
    fn into_args(self) -> [Option<Expr>; 3] {
        match self {
            Node::Const(_) | Node::Var(_) => [const { None }; 3],
            Node::Unary(_, x) => [Some(x), None, None],
            Node::Binary(_, x, y) => [Some(x), Some(y), None],
            Node::Select(c, a, b) => [Some(c), Some(a), Some(b)],
        }
    }
}

impl Expr {
    /// The variable of this name.
    ///
    /// Any text is allowed. [`parse`](crate::parse()) reads a printed formula back if the names of its
    /// variables consist of letters, digits and underscores, and are not names of functions or constants.
    pub fn var(name: &str) -> Expr {
        Expr(Rc::new(Node::Var(name.into())))
    }
    /// A plain number.
    pub fn constant(c: f64) -> Expr {
        Expr(Rc::new(Node::Const(c)))
    }
    /// The plain number, if the formula is one.
    ///
    /// ```
    /// use pullback_real::{Expr, Real};
    /// assert_eq!((Expr::constant(2.0) * 3.0).as_constant(), Some(6.0));
    /// assert_eq!(Expr::var("x").as_constant(), None);
    /// ```
    pub fn as_constant(&self) -> Option<f64> {
        match *self.0 {
            Node::Const(c) => Some(c),
            _ => None,
        }
    }
    pub(crate) fn new(node: Node) -> Expr {
        Expr(Rc::new(node))
    }
    pub(crate) fn node(&self) -> &Node {
        &self.0
    }
    /// The identity of this node, unique in the graph while the graph lives.
    pub(crate) fn id(&self) -> *const Node {
        Rc::as_ptr(&self.0)
    }
    /// Takes the node out if nobody else holds it, leaving a number in its place.
    fn take(&mut self) -> Option<Node> {
        Rc::get_mut(&mut self.0).map(|node| replace(node, Node::Const(0.0)))
    }
}

impl Drop for Expr {
    fn drop(&mut self) {
        if self.node().args()[0].is_none() {
            return;
        }
        // A part is emptied before it is dropped, so that its own drop has nothing left to descend into.
        let mut rest: Vec<Node> = self.take().into_iter().collect();
        while let Some(node) = rest.pop() {
            rest.extend(node.into_args().into_iter().flatten().filter_map(|mut part| part.take()));
        }
    }
}
