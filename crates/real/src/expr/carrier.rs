//! Formulas as numbers: the implementation of `Real` for `Expr`.

use super::node::Expr;
use super::simplify;
use crate::operators;
use crate::real::Real;
use crate::real::{Binary, Unary};

impl Real for Expr {
    fn lift(c: f64) -> Expr {
        Expr::constant(c)
    }
    fn unary(op: Unary, x: &Expr) -> Expr {
        simplify::unary(op, x)
    }
    fn binary(op: Binary, x: &Expr, y: &Expr) -> Expr {
        simplify::binary(op, x, y)
    }
    fn select(cond: &Expr, a: &Expr, b: &Expr) -> Expr {
        simplify::select(cond, a, b)
    }
    fn certain(&self) -> Option<f64> {
        self.as_constant()
    }
}

operators! {[] Expr}
