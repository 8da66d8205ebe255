//! Even functions of what has a kink: |x|² is x², and as such it is built, with the derivatives of x².
//!
//! The slope of |x| at 0 is a convention, and what follows from it for |x|² is right to first order only: the second
//! derivative would be 0. So squares and magnitudes look at what they are taken of. A norm keeps its square beside it. (What is
//! written apart, as `where_(x > 0, x, -x)` times itself, nobody sees.)

use crate::array::Array;
use crate::build::rebuild;
use crate::mask::same;
use crate::prim::{Prim, Reduction};
use pullback_real::{Binary, Unary};

impl Array {
    /// With what its square is, for those who square it.
    pub(crate) fn with_square(self, square: &Array) -> Array {
        if !self.is_evaluated() {
            self.0.state().square = Some(square.clone())
        }
        self
    }
}

/// The function of x as one of what x has a kink over, if op is even in it.
#[track_caller]
pub(crate) fn unary(op: Unary, x: &Array) -> Option<Array> {
    match op {
        Unary::Square => squared(x, DEPTH),
        Unary::Abs => magnitude(x, DEPTH),
        Unary::Powi(n) if n % 2 == 0 => {
            let square = squared(x, DEPTH)?;
            Some(if n == 2 { square } else { Array::unary_op(Unary::Powi(n / 2), &square) })
        }
        Unary::Cos | Unary::Cosh | Unary::Sech | Unary::BesselI0 | Unary::OneMinusSquare => match x.parts() {
            (Prim::Unary(Unary::Abs), args) => Some(Array::unary_op(op, &args[0])),
            _ => None,
        },
        _ => None,
    }
}

/// The kink-free form of a function of two arguments of one shape: a product with itself, an even power.
#[track_caller]
pub(crate) fn binary(op: Binary, x: &Array, y: &Array) -> Option<Array> {
    match (op, y.fill_value()) {
        (Binary::Mul, _) if is_itself(x, y) => squared(x, DEPTH),
        (Binary::Pow, Some(2.0)) => squared(x, DEPTH),
        (Binary::Pow, Some(n)) if n % 2.0 == 0.0 && n != 0.0 => {
            let square = squared(x, DEPTH)?;
            Some(Array::binary_op(op, &square, &Array::fill(n / 2.0, y.0.shape.clone(), y.dtype())))
        }
        _ => None,
    }
}

/// Whether both are the same array, or a kink of the same.
fn is_itself(x: &Array, y: &Array) -> bool {
    let square = |x: &Array| x.0.state().square.clone();
    let kinks = matches!(x.0.prim, Prim::Unary(_) | Prim::Binary(_) | Prim::Select | Prim::Cast(_));
    x.0.id == y.0.id
        || kinks
            && x.0.prim == y.0.prim
            && (same(x, y, 1) || matches!((square(x), square(y)), (Some(x), Some(y)) if same(&x, &y, DEPTH)))
}

/// How many operations are looked through.
const DEPTH: usize = 6;

/// x² if that is smooth where x has a kink.
#[track_caller]
fn squared(x: &Array, depth: usize) -> Option<Array> {
    if let Some(square) = &x.0.state().square {
        return Some(square.clone());
    }
    let (prim, args) = x.parts();
    let square = |x: &Array| Array::unary_op(Unary::Square, x);
    let inner = |k: usize| if depth > 0 { squared(&args[k], depth - 1) } else { None };
    match prim {
        Prim::Unary(Unary::Abs) => Some(square(&args[0])),
        Prim::Unary(Unary::Relu) => Some(one_sided(&args[0], Binary::Max)),
        Prim::Unary(Unary::Neg) => inner(0),
        Prim::Binary(Binary::Hypot) => Some(square(&args[0]) + square(&args[1])),
        Prim::Binary(Binary::Mul) => match (args[0].fill_value(), args[1].fill_value()) {
            (Some(_), None) => Some(square(&args[0]) * inner(1)?),
            (None, Some(_)) => Some(inner(0)? * square(&args[1])),
            _ => None,
        },
        Prim::Binary(Binary::Div) if args[1].fill_value().is_some() => Some(inner(0)? / square(&args[1])),
        Prim::Binary(op @ (Binary::Max | Binary::Min)) => {
            match (args[0].fill_value(), args[1].fill_value()) {
                (Some(0.0), None) => Some(one_sided(&args[1], *op)),
                (None, Some(0.0)) => Some(one_sided(&args[0], *op)),
                _ if opposite(&args[0], &args[1]) => Some(square(&args[0])),
                _ => None,
            }
        }
        Prim::Select if opposite(&args[1], &args[2]) => Some(square(&args[1])),
        prim if prim.is_view() => Some(rebuild(prim, &[inner(0)?], x)),
        _ => None,
    }
}

/// max(x, 0)² or min(x, 0)²: its second derivative at 0 is 1, between 0 and 2, so that both sides together have that of x².
#[track_caller]
fn one_sided(x: &Array, op: Binary) -> Array {
    let zero = x.zeros_like();
    let out = if op == Binary::Max { x.less(&zero) } else { x.greater(&zero) };
    // One factor has the slope 1 at 0, the other ½.
    Array::select_op(&out, &zero, x) * Array::binary_op(op, x, &zero)
}

/// Whether one is the other's negative.
fn opposite(a: &Array, b: &Array) -> bool {
    let negates = |a: &Array, b: &Array| match b.parts() {
        (Prim::Unary(Unary::Neg), args) => args[0].0.id == a.0.id,
        _ => false,
    };
    negates(a, b) || negates(b, a)
}

/// |x| where that has no kink.
#[track_caller]
fn magnitude(x: &Array, depth: usize) -> Option<Array> {
    if is_never_negative(x, depth) {
        return Some(x.clone());
    }
    let (prim, args) = x.parts();
    let abs = |x: &Array| Array::unary_op(Unary::Abs, x);
    let inner = |k: usize| if depth > 0 { magnitude(&args[k], depth - 1) } else { None };
    match prim {
        Prim::Unary(Unary::Neg) => inner(0),
        Prim::Binary(Binary::Mul) => match (args[0].fill_value(), args[1].fill_value()) {
            (Some(_), None) => Some(abs(&args[0]) * inner(1)?),
            (None, Some(_)) => Some(inner(0)? * abs(&args[1])),
            _ => None,
        },
        Prim::Binary(Binary::Div) if args[1].fill_value().is_some() => Some(inner(0)? / abs(&args[1])),
        _ => None,
    }
}

/// Whether it is a square, a magnitude or a sum of such.
fn is_never_negative(x: &Array, depth: usize) -> bool {
    // An integer's square may wrap.
    if !x.dtype().is_float() {
        return false;
    }
    let (prim, args) = x.parts();
    let each = |k: usize| depth > 0 && is_never_negative(&args[k], depth - 1);
    match prim {
        Prim::Unary(Unary::Square | Unary::Abs) | Prim::Binary(Binary::Hypot) => true,
        Prim::Unary(Unary::Powi(n)) => n % 2 == 0,
        Prim::Binary(Binary::Mul) => args[0].0.id == args[1].0.id,
        Prim::Binary(Binary::Add) => each(0) && each(1),
        Prim::Reduce(Reduction::Sum, _) => each(0),
        prim if prim.is_view() => each(0),
        _ => x.0.state().square.is_some(),
    }
}
