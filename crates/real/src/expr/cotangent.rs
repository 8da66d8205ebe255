//! The cotangents of reverse mode on formulas, with the condition under which they hold.
//!
//! A formula in a branch gets its cotangent only where the branch is taken. A factor 0 elsewhere is not
//! enough: the slope beside it may be infinite there. So the condition is kept apart until the end.

use super::node::Expr;
use crate::real::Real;

/// The formula `g` where the guard holds, 0 elsewhere.
#[derive(Clone)]
pub(super) struct Cotangent {
    guard: Option<Guard>,
    pub g: Expr,
}

/// Holds where `cond` is not zero, or if not `taken`, where it is zero.
#[derive(Clone)]
struct Guard {
    cond: Expr,
    taken: bool,
}

impl Guard {
    /// `inside` where this holds, else `outside`.
    fn choose(&self, inside: &Expr, outside: &Expr) -> Expr {
        if self.taken {
            Expr::select(&self.cond, inside, outside)
        } else {
            Expr::select(&self.cond, outside, inside)
        }
    }
    /// 1 where this holds, else 0.
    fn holds(&self) -> Expr {
        self.choose(&Expr::constant(1.0), &Expr::constant(0.0))
    }
}

impl Cotangent {
    /// A cotangent that holds everywhere.
    pub fn new(g: Expr) -> Cotangent {
        Cotangent { guard: None, g }
    }
    /// The formula `g` under the guard of this cotangent.
    pub fn with(&self, g: Expr) -> Cotangent {
        Cotangent { guard: self.guard.clone(), g }
    }
    /// This cotangent where `cond` is not zero, or if not `taken`, where it is zero; 0 elsewhere.
    pub fn within(&self, cond: &Expr, taken: bool) -> Cotangent {
        let inner = Guard { cond: cond.clone(), taken };
        let guard = match &self.guard {
            None => inner,
            Some(outer) => Guard { cond: outer.choose(&inner.holds(), &Expr::constant(0.0)), taken: true },
        };
        Cotangent { guard: Some(guard), g: self.g.clone() }
    }
    /// The cotangent as one formula, which is 0 where the guard does not hold.
    pub fn formula(&self) -> Expr {
        match &self.guard {
            None => self.g.clone(),
            Some(guard) => guard.choose(&self.g, &Expr::constant(0.0)),
        }
    }
    /// The sum of both.
    pub fn plus(&self, other: &Cotangent) -> Cotangent {
        let sum = || self.formula() + other.formula();
        match (&self.guard, &other.guard) {
            (None, _) | (_, None) => Cotangent::new(sum()),
            (Some(a), Some(b)) if a.cond.id() == b.cond.id() => {
                if a.taken == b.taken {
                    self.with(&self.g + &other.g)
                } else {
                    Cotangent::new(a.choose(&self.g, &other.g))
                }
            }
            (Some(a), Some(b)) => {
                let either = Guard { cond: a.choose(&Expr::constant(1.0), &b.holds()), taken: true };
                Cotangent { guard: Some(either), g: sum() }
            }
        }
    }
}
