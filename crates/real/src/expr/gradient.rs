//! Reverse mode on formulas: the slopes of the table are applied once to each shared node, so that
//! derivatives do not swell.

use super::cotangent::Cotangent;
use super::node::{Expr, Node};
use super::walk::Order;
use std::collections::HashMap;

impl Expr {
    /// The formula of the derivative by the variable of this name.
    ///
    /// ```
    /// use pullback_real::parse;
    /// let y = parse("exp(-x^2)").unwrap();
    /// assert_eq!(y.derivative("x").to_string(), "-(exp(-x^2)*(2*x))");
    /// ```
    pub fn derivative(&self, name: &str) -> Expr {
        self.gradient(&[name]).swap_remove(0)
    }

    /// The formulas of the derivatives by these variables, which share their common parts.
    ///
    /// The derivative by a variable that does not occur is 0.
    pub fn gradient(&self, names: &[&str]) -> Vec<Expr> {
        let Order { nodes, parts, roots } = Order::of([self]);
        // A name may occur several times in `names`.
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        names.iter().enumerate().for_each(|(k, name)| places.entry(name).or_default().push(k));
        // Only nodes that depend on one of the variables are active.
        let mut active = Vec::with_capacity(nodes.len());
        for (e, [a, b, c]) in nodes.iter().zip(&parts) {
            active.push(match e.node() {
                Node::Const(_) => false,
                Node::Var(name) => places.contains_key(&**name),
                Node::Unary(op, _) => !op.is_flat() && active[*a],
                Node::Binary(op, ..) => !op.is_flat() && (active[*a] || active[*b]),
                Node::Select(..) => active[*b] || active[*c],
            });
        }
        let mut cotangents: Vec<Option<Cotangent>> = vec![None; nodes.len()];
        cotangents[roots[0]] = Some(Cotangent::new(Expr::constant(1.0)));
        let mut gradient: Vec<Option<Cotangent>> = vec![None; names.len()];
        // Contributions come in reverse order; put in front of the sum, they read as the formula does.
        let add = |sum: &mut Option<Cotangent>, one: Cotangent| {
            *sum = Some(sum.take().map_or_else(|| one.clone(), |sum| one.plus(&sum)));
        };
        for (i, z) in nodes.iter().enumerate().rev().filter(|(i, _)| active[*i]) {
            let Some(c) = cotangents[i].take() else { continue };
            let mut give = |part: usize, contribution: &dyn Fn() -> Cotangent| {
                if active[part] {
                    add(&mut cotangents[part], contribution());
                }
            };
            let [first, second, third] = parts[i];
            match z.node() {
                Node::Const(_) => {}
                Node::Var(name) => {
                    for &k in &places[&**name] {
                        add(&mut gradient[k], c.clone());
                    }
                }
                Node::Unary(op, x) => give(first, &|| c.with(&c.g * op.slope(x, z))),
                Node::Binary(op, x, y) => {
                    give(second, &|| c.with(&c.g * op.slope_y(x, y, z)));
                    give(first, &|| c.with(&c.g * op.slope_x(x, y, z)));
                }
                Node::Select(cond, ..) => {
                    give(third, &|| c.within(cond, false));
                    give(second, &|| c.within(cond, true));
                }
            }
        }
        gradient.iter().map(|c| c.as_ref().map_or(Expr::constant(0.0), Cotangent::formula)).collect()
    }
}
