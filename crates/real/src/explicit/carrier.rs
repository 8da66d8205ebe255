//! The number that belongs to an explicit tape.

use super::{Gradient, Tape, different};
use crate::operators;
use crate::real::{Real, Scalar};
use crate::record::Operation;
use crate::table::{Binary, Unary};
use crate::var::Var;
use std::cmp::Ordering;
use std::fmt;
use std::panic::Location;

/// A number on a [`Tape`], or a constant beside it.
#[derive(Clone, Copy)]
pub struct TapeVar<'t> {
    pub(super) var: Var,
    pub(super) tape: Option<&'t Tape>,
}

impl<'t> TapeVar<'t> {
    /// Its position among the [steps](Tape::steps) of its tape; `None` for a constant.
    pub fn step(self) -> Option<usize> {
        self.tape.map(|_| self.var.slot() as usize - 1)
    }
    /// The derivatives of this result by everything on its tape. The tape stays as it is.
    ///
    /// # Panics
    /// If this is a constant.
    #[track_caller]
    pub fn grad(self) -> Gradient<'t> {
        match self.tape {
            Some(tape) => tape.gradient(&[(self, 1.0)]),
            None => panic!("a constant belongs to no tape: there is nothing to differentiate"),
        }
    }
}

impl<'t> Real for TapeVar<'t> {
    fn lift(c: f64) -> Self {
        TapeVar { var: Var::from(c), tape: None }
    }
    #[track_caller]
    fn unary(op: Unary, x: &Self) -> Self {
        let (y, x) = (op.eval(x.value()), *x);
        match x.tape {
            Some(tape) if !op.is_flat() => {
                tape.record(y, |y| Operation::Unary { op, x: x.var, y }, Location::caller())
            }
            _ => Self::lift(y),
        }
    }
    #[track_caller]
    fn binary(op: Binary, x: &Self, y: &Self) -> Self {
        let (z, x, y) = (op.eval(x.value(), y.value()), *x, *y);
        let tape = match (x.tape, y.tape) {
            (Some(a), Some(b)) if !std::ptr::eq(a, b) => different(a, b),
            (Some(tape), _) | (_, Some(tape)) if !op.is_flat() => tape,
            _ => return Self::lift(z),
        };
        tape.record(z, |z| Operation::Binary { op, x: x.var, y: y.var, z }, Location::caller())
    }
    fn select(cond: &Self, a: &Self, b: &Self) -> Self {
        if cond.value() != 0.0 { *a } else { *b }
    }
    fn is_surely_zero(&self) -> bool {
        self.var.is_surely_zero()
    }
}

operators! {['t] TapeVar<'t>}

impl fmt::Debug for TapeVar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.var.fmt(f)
    }
}
impl fmt::Display for TapeVar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&self.var, f)
    }
}
impl PartialEq for TapeVar<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.var == other.var
    }
}
impl PartialOrd for TapeVar<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.var.partial_cmp(&other.var)
    }
}
impl PartialEq<f64> for TapeVar<'_> {
    fn eq(&self, other: &f64) -> bool {
        self.var == *other
    }
}
impl PartialOrd<f64> for TapeVar<'_> {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.var.partial_cmp(other)
    }
}
impl Scalar for TapeVar<'_> {
    fn value(self) -> f64 {
        self.var.value
    }
}
