//! Operations on formulas: a few simplifications that change no value, else a new node.

use super::node::{Expr, Node};
use crate::real::{Binary, Unary};

pub(super) fn unary(op: Unary, x: &Expr) -> Expr {
    if let Some(c) = x.as_constant() {
        let y = op.eval(c);
        if y.is_finite() || op == Unary::Neg {
            return Expr::constant(y);
        }
    }
    match (op, x.node()) {
        (Unary::Neg, Node::Unary(Unary::Neg, x)) => x.clone(),
        (Unary::Neg, Node::Binary(Binary::Sub, x, y)) => binary(Binary::Sub, y, x),
        (Unary::Neg, Node::Binary(Binary::Mul, c, y)) if c.as_constant().is_some() => {
            binary(Binary::Mul, &unary(Unary::Neg, c), y)
        }
        (Unary::Recip, _) => binary(Binary::Div, &Expr::constant(1.0), x),
        (Unary::Powi(0), _) => Expr::constant(1.0),
        (Unary::Powi(1), _) => x.clone(),
        (Unary::Powi(2), _) => unary(Unary::Square, x),
        _ => Expr::new(Node::Unary(op, x.clone())),
    }
}

pub(super) fn binary(op: Binary, x: &Expr, y: &Expr) -> Expr {
    use Binary::{Add, Div, Mul, Pow, Sub};
    let negative = |e: &Expr| unary(Unary::Neg, e);
    match (op, x.as_constant(), y.as_constant()) {
        (_, Some(a), Some(b)) => {
            let z = op.eval(a, b);
            if z.is_finite() {
                return Expr::constant(z);
            }
        }
        (Add, Some(0.0), _) | (Mul, Some(1.0), _) => return y.clone(),
        (Add | Sub, _, Some(0.0)) | (Mul | Div | Pow, _, Some(1.0)) => return x.clone(),
        (Sub, Some(0.0), _) | (Mul, Some(-1.0), _) => return negative(y),
        (Mul | Div, _, Some(-1.0)) => return negative(x),
        (Mul, Some(0.0), _) | (Mul, _, Some(0.0)) => return Expr::constant(0.0),
        (Pow, _, Some(0.0)) => return Expr::constant(1.0),
        (Add, None, Some(c)) if c < 0.0 => return binary(Sub, x, &negative(y)),
        (Sub, None, Some(c)) if c < 0.0 => return binary(Add, x, &negative(y)),
        _ => {}
    }
    match (op, x.node(), y.node()) {
        (Add, _, Node::Unary(Unary::Neg, y)) => binary(Sub, x, y),
        (Sub, _, Node::Unary(Unary::Neg, y)) => binary(Add, x, y),
        (Mul | Div, Node::Unary(Unary::Neg, x), _) => negative(&binary(op, x, y)),
        (Mul | Div, _, Node::Unary(Unary::Neg, y)) => negative(&binary(op, x, y)),
        _ => Expr::new(Node::Binary(op, x.clone(), y.clone())),
    }
}

pub(super) fn select(cond: &Expr, a: &Expr, b: &Expr) -> Expr {
    let equal = match (a.node(), b.node()) {
        (Node::Const(a), Node::Const(b)) => a == b,
        (Node::Var(a), Node::Var(b)) => a == b,
        _ => a.id() == b.id(),
    };
    match cond.as_constant() {
        _ if equal => a.clone(),
        Some(0.0) => b.clone(),
        Some(_) => a.clone(),
        None => Expr::new(Node::Select(cond.clone(), a.clone(), b.clone())),
    }
}
