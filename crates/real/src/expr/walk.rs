//! Traversal of formulas: each node once, after its parts. With it a formula is evaluated for any type of
//! number.

use super::node::{Expr, Node};
use crate::real::Real;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// The distinct nodes of some formulas, each after its parts, leaves in the order of reading.
pub(super) struct Order<'a> {
    pub nodes: Vec<&'a Expr>,
    /// The indices of each node's parts; `usize::MAX` for a part that it does not have.
    pub parts: Vec<[usize; 3]>,
    /// The indices of the formulas.
    pub roots: Vec<usize>,
}

impl<'a> Order<'a> {
    pub fn of(roots: impl IntoIterator<Item = &'a Expr>) -> Order<'a> {
        let mut order = Order { nodes: Vec::new(), parts: Vec::new(), roots: Vec::new() };
        let mut places: HashMap<*const Node, usize, BuildHasherDefault<Spread>> = HashMap::default();
        for root in roots {
            // A node is popped twice: first to put its parts before it, then to be listed.
            let mut stack = vec![(root, false)];
            while let Some((e, parts_done)) = stack.pop() {
                if parts_done {
                    // It may have been put on the stack more than once before it was listed.
                    if let Entry::Vacant(place) = places.entry(e.id()) {
                        place.insert(order.nodes.len());
                        let place = |part: Option<&Expr>| part.map_or(usize::MAX, |part| places[&part.id()]);
                        order.parts.push(e.node().args().map(place));
                        order.nodes.push(e);
                    }
                } else if !places.contains_key(&e.id()) {
                    stack.push((e, true));
                    stack.extend(e.node().args().into_iter().rev().flatten().map(|part| (part, false)));
                }
            }
            order.roots.push(places[&root.id()]);
        }
        order
    }
}

/// A hasher of addresses: one multiplication spreads them well enough over a table.
#[derive(Default)]
struct Spread(u64);
impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_usize(usize::from(*b)));
    }
    fn write_usize(&mut self, n: usize) {
        self.0 = (self.0 ^ n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

impl Expr {
    /// The value of the formula in any carrier, where `lookup` gives that of a variable.
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
        for (e, [a, b, c]) in order.nodes.iter().zip(order.parts) {
            let y = match e.node() {
                Node::Const(c) => R::lift(*c),
                Node::Var(name) => match variables.entry(name) {
                    Entry::Occupied(seen) => seen.get().clone(),
                    Entry::Vacant(new) => new.insert(lookup(name)).clone(),
                },
                Node::Unary(op, _) => R::unary(*op, &values[a]),
                Node::Binary(op, ..) => R::binary(*op, &values[a], &values[b]),
                Node::Select(..) => R::select(&values[a], &values[b], &values[c]),
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
        let mut seen = HashSet::new();
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
