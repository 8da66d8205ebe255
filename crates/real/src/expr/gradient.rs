//! Reverse mode on formulas: the slopes of the table, applied once to each shared node, so that nothing swells.

use super::node::{Expr, Node};
use super::walk::Order;
use crate::real::Real;

impl Expr {
    /// The formula of its derivative by the variable of this name.
    ///
    /// ```
    /// use pullback_real::parse;
    /// let y = parse("exp(-x^2)").unwrap();
    /// assert_eq!(y.derivative("x").to_string(), "-(exp(-x^2)*(2*x))");
    /// ```
    pub fn derivative(&self, name: &str) -> Expr {
        self.gradient(&[name]).swap_remove(0)
    }

    /// The formulas of its derivatives by these variables, with common parts shared among all.
    ///
    /// The derivative by a variable that does not occur is 0.
    pub fn gradient(&self, names: &[&str]) -> Vec<Expr> {
        let order = Order::of([self]);
        let part = |x: &Expr| order.place(x);
        // Only what depends on one of the variables takes part.
        let mut active = vec![false; order.nodes.len()];
        for (i, e) in order.nodes.iter().enumerate() {
            active[i] = match e.node() {
                Node::Const(_) => false,
                Node::Var(name) => names.contains(&&**name),
                Node::Unary(op, x) => !op.is_flat() && active[part(x)],
                Node::Binary(op, x, y) => !op.is_flat() && (active[part(x)] || active[part(y)]),
                Node::Select(_, a, b) => active[part(a)] || active[part(b)],
            };
        }
        let mut cotangents: Vec<Option<Expr>> = vec![None; order.nodes.len()];
        cotangents[part(self)] = Some(Expr::constant(1.0));
        let mut gradient = vec![Expr::constant(0.0); names.len()];
        for (i, z) in order.nodes.iter().enumerate().rev().filter(|(i, _)| active[*i]) {
            let Some(g) = cotangents[i].take() else { continue };
            // Contributions come in reverse; put in front, they read as the formula does.
            let mut add = |x: &Expr, contribution: &dyn Fn() -> Expr| {
                if active[part(x)] {
                    let slot = &mut cotangents[part(x)];
                    *slot = Some(slot.take().map_or_else(contribution, |sum| contribution() + sum));
                }
            };
            let zero = Expr::constant(0.0);
            match z.node() {
                Node::Const(_) => {}
                Node::Var(name) => {
                    for (slot, _) in gradient.iter_mut().zip(names).filter(|(_, n)| ***n == **name) {
                        *slot = &g + &*slot;
                    }
                }
                Node::Unary(op, x) => add(x, &|| &g * op.slope(x, z)),
                Node::Binary(op, x, y) => {
                    add(y, &|| &g * op.slope_y(x, y, z));
                    add(x, &|| &g * op.slope_x(x, y, z));
                }
                Node::Select(c, a, b) => {
                    add(b, &|| Expr::select(c, &zero, &g));
                    add(a, &|| Expr::select(c, &g, &zero));
                }
            }
        }
        gradient
    }
}
