//! Every node of a formula once, its parts before it; and with that, the value for any kind of number.

use super::node::{Expr, Node};
use crate::real::Real;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The distinct nodes of some formulas, each after its parts, leaves in the order of reading.
pub(super) struct Order<'a> {
    pub nodes: Vec<&'a Expr>,
    places: HashMap<*const Node, usize>,
}

impl<'a> Order<'a> {
    pub fn of(roots: impl IntoIterator<Item = &'a Expr>) -> Order<'a> {
        let mut order = Order { nodes: Vec::new(), places: HashMap::new() };
        for root in roots {
            // A node is met twice: to put its parts before it, and then to be counted.
            let mut stack = vec![(root, false)];
            while let Some((e, parts_done)) = stack.pop() {
                if order.places.contains_key(&e.id()) {
                    continue;
                }
                if parts_done {
                    order.places.insert(e.id(), order.nodes.len());
                    order.nodes.push(e);
                } else {
                    stack.push((e, true));
                    stack.extend(e.node().args().into_iter().rev().flatten().map(|part| (part, false)));
                }
            }
        }
        order
    }
    /// Where `e` is among the nodes.
    pub fn place(&self, e: &Expr) -> usize {
        self.places[&e.id()]
    }
}

impl Expr {
    /// Its value, where `lookup` gives that of a variable; in any kind of number.
    ///
    /// Shared parts are computed once, and `lookup` is asked once for each name.
    ///
    /// ```
    /// use pullback_real::parse;
    /// let z = parse("x1*x2 + sin(x1)").unwrap();
    /// let value: f64 = z.eval(|name| if name == "x1" { 2.0 } else { 3.0 });
    /// assert_eq!(value, 6.909297426825682);
    /// ```
    pub fn eval<R: Real>(&self, mut lookup: impl FnMut(&str) -> R) -> R {
        let order = Order::of([self]);
        let mut variables: HashMap<&str, R> = HashMap::new();
        let mut values: Vec<R> = Vec::with_capacity(order.nodes.len());
        for e in &order.nodes {
            let value = |x: &Expr| &values[order.place(x)];
            let y = match e.node() {
                Node::Const(c) => R::lift(*c),
                Node::Var(name) => match variables.entry(name) {
                    Entry::Occupied(seen) => seen.get().clone(),
                    Entry::Vacant(new) => new.insert(lookup(name)).clone(),
                },
                Node::Unary(op, x) => R::unary(*op, value(x)),
                Node::Binary(op, x, y) => R::binary(*op, value(x), value(y)),
                Node::Select(c, a, b) => R::select(value(c), value(a), value(b)),
            };
            values.push(y);
        }
        values.pop().expect("a formula has a node")
    }

    /// The names of its variables, in the order of reading.
    ///
    /// ```
    /// use pullback_real::parse;
    /// assert_eq!(parse("y*sin(x) + y").unwrap().variables(), ["y", "x"]);
    /// ```
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for e in Order::of([self]).nodes {
            if let Node::Var(name) = e.node()
                && seen.insert(&**name)
            {
                names.push(&**name);
            }
        }
        names
    }

    /// The number of distinct nodes in some formulas together.
    ///
    /// ```
    /// use pullback_real::{Expr, Real};
    /// let x = Expr::var("x").sin();
    /// assert_eq!(Expr::count([&(&x * &x)]), 3);
    /// ```
    pub fn count<'a>(exprs: impl IntoIterator<Item = &'a Expr>) -> usize {
        Order::of(exprs).nodes.len()
    }
}
