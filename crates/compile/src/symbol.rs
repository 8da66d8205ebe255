//! `Symbol`, the number of a recording: an instruction's result, and its value at the sample point.

use crate::builder::{Instruction, Outcome, check, guard, negated, push, recording};
use pullback_real::{Binary, Real, Scalar, Unary, operators, refuse};
use std::cmp::Ordering;
use std::marker::PhantomData;

/// A number whose computation is recorded: what [`Function::record`](crate::Function::record) hands to your function.
///
/// It has a value at the sample point, so that branches on it can be taken; each is remembered, and checked wherever the
/// program runs.
#[derive(Clone, Copy, Debug)]
pub struct Symbol {
    value: f64,
    /// The instruction, or [`CONSTANT`].
    id: u32,
    /// The recording it belongs to.
    of: u32,
    here: PhantomData<*const ()>,
}

const CONSTANT: u32 = u32::MAX;

impl Symbol {
    /// The result of an instruction of the open recording.
    pub(crate) fn new(value: f64, id: u32) -> Symbol {
        Symbol { value, id, of: recording(), here: PhantomData }
    }
    /// Its value, if it is a constant.
    pub(crate) fn constant(self) -> Option<f64> {
        (self.id == CONSTANT).then_some(self.value)
    }
    /// Refuses a symbol of another recording than the open one.
    #[track_caller]
    fn check(self) {
        if self.id != CONSTANT {
            check(self.of)
        }
    }
    /// Its instruction.
    #[track_caller]
    pub(crate) fn id(self) -> u32 {
        match self.constant() {
            Some(c) => push(Instruction::Constant(c.to_bits())),
            None => {
                check(self.of);
                self.id
            }
        }
    }
    /// Of −x, x.
    fn negated(self) -> Option<Symbol> {
        let id = negated(self.constant().is_none().then_some(self.id)?)?;
        Some(Symbol::new(-self.value, id))
    }
    #[track_caller]
    fn compared<T>(self, other: Symbol, outcome: impl FnOnce(f64, f64) -> (T, Outcome)) -> T {
        self.check();
        other.check();
        let (result, outcome) = outcome(self.value, other.value);
        if self.id != CONSTANT || other.id != CONSTANT {
            guard(self.id(), other.id(), outcome)
        }
        result
    }
}

impl Real for Symbol {
    #[inline]
    fn lift(c: f64) -> Symbol {
        Symbol { value: c, id: CONSTANT, of: 0, here: PhantomData }
    }
    #[track_caller]
    fn unary(op: Unary, x: &Symbol) -> Symbol {
        x.check();
        let value = op.eval(x.value);
        if let (Unary::Neg, Some(of)) = (op, x.negated()) {
            return of;
        }
        match x.constant() {
            Some(_) => Symbol::lift(value),
            None => Symbol::new(value, push(Instruction::Unary(op, x.id))),
        }
    }
    #[track_caller]
    fn binary(op: Binary, x: &Symbol, y: &Symbol) -> Symbol {
        x.check();
        y.check();
        let value = op.eval(x.value, y.value);
        match (op, x.constant(), y.constant()) {
            (_, Some(_), Some(_)) => Symbol::lift(value),
            // What changes no bit of any result.
            (Binary::Mul, Some(1.0), None) => *y,
            (Binary::Mul | Binary::Div, None, Some(1.0)) => *x,
            (Binary::Mul, Some(-1.0), None) => Symbol::unary(Unary::Neg, y),
            (Binary::Mul | Binary::Div, None, Some(-1.0)) => Symbol::unary(Unary::Neg, x),
            (Binary::Sub, None, Some(c)) if c == 0.0 && c.is_sign_positive() => *x,
            (Binary::Mul, None, None) if x.id == y.id => Symbol::unary(Unary::Square, x),
            (Binary::Add, ..) if y.negated().is_some() => {
                Symbol::binary(Binary::Sub, x, &y.negated().expect("it is"))
            }
            (Binary::Add, ..) if x.negated().is_some() => {
                Symbol::binary(Binary::Sub, y, &x.negated().expect("it is"))
            }
            (Binary::Sub, ..) if y.negated().is_some() => {
                Symbol::binary(Binary::Add, x, &y.negated().expect("it is"))
            }
            // A sign goes to a constant, or to the result, where a sum takes it in or the next product takes it on.
            (Binary::Mul | Binary::Div, None, Some(c)) if x.negated().is_some() => {
                Symbol::binary(op, &x.negated().expect("it is"), &Symbol::lift(-c))
            }
            (Binary::Mul | Binary::Div, Some(c), None) if y.negated().is_some() => {
                Symbol::binary(op, &Symbol::lift(-c), &y.negated().expect("it is"))
            }
            (Binary::Mul | Binary::Div, ..) if x.negated().is_some() => {
                Symbol::unary(Unary::Neg, &Symbol::binary(op, &x.negated().expect("it is"), y))
            }
            (Binary::Mul | Binary::Div, ..) if y.negated().is_some() => {
                Symbol::unary(Unary::Neg, &Symbol::binary(op, x, &y.negated().expect("it is")))
            }
            // One order for both, so that they are found to be the same.
            (Binary::Add | Binary::Mul, ..) => {
                let (a, b) = (x.id(), y.id());
                Symbol::new(value, push(Instruction::Binary(op, a.min(b), a.max(b))))
            }
            _ => Symbol::new(value, push(Instruction::Binary(op, x.id(), y.id()))),
        }
    }
    #[track_caller]
    fn select(cond: &Symbol, a: &Symbol, b: &Symbol) -> Symbol {
        cond.check();
        a.check();
        b.check();
        let chosen = if cond.value != 0.0 { a } else { b };
        let same = a.id == b.id && (a.id != CONSTANT || a.value.to_bits() == b.value.to_bits());
        if cond.id == CONSTANT || same {
            return *chosen;
        }
        Symbol::new(chosen.value, push(Instruction::Select(cond.id, a.id(), b.id())))
    }
    #[inline]
    fn certain(&self) -> Option<f64> {
        self.constant()
    }
    #[inline]
    fn is_surely_finite(&self) -> bool {
        self.constant().is_some_and(f64::is_finite)
    }
}
operators! {[] Symbol}

impl Scalar for Symbol {
    /// The value of a constant.
    ///
    /// # Panics
    /// Of anything else: the program could not follow where the number goes.
    #[track_caller]
    fn value(self) -> f64 {
        self.check();
        let Some(c) = self.constant() else {
            refuse(
                format_args!(
                    "`value` (or `stop`) takes a number out of a function that is being recorded, for all points, at one of them; compare the numbers themselves, or use `select`"
                ),
                &[],
            )
        };
        c
    }
}
impl From<f64> for Symbol {
    fn from(c: f64) -> Symbol {
        Symbol::lift(c)
    }
}

impl PartialEq for Symbol {
    #[track_caller]
    fn eq(&self, other: &Symbol) -> bool {
        self.compared(*other, |a, b| (a == b, Outcome::Equal(a == b)))
    }
}
impl PartialEq<f64> for Symbol {
    #[track_caller]
    fn eq(&self, other: &f64) -> bool {
        *self == Symbol::lift(*other)
    }
}
impl PartialOrd for Symbol {
    #[track_caller]
    fn partial_cmp(&self, other: &Symbol) -> Option<Ordering> {
        self.compared(*other, |a, b| (a.partial_cmp(&b), Outcome::Order(a.partial_cmp(&b))))
    }
    #[track_caller]
    fn lt(&self, other: &Symbol) -> bool {
        self.compared(*other, |a, b| (a < b, Outcome::Less(a < b)))
    }
    #[track_caller]
    fn le(&self, other: &Symbol) -> bool {
        self.compared(*other, |a, b| (a <= b, Outcome::LessEqual(a <= b)))
    }
    #[track_caller]
    fn gt(&self, other: &Symbol) -> bool {
        *other < *self
    }
    #[track_caller]
    fn ge(&self, other: &Symbol) -> bool {
        *other <= *self
    }
}
impl PartialOrd<f64> for Symbol {
    #[track_caller]
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.partial_cmp(&Symbol::lift(*other))
    }
    #[track_caller]
    fn lt(&self, other: &f64) -> bool {
        *self < Symbol::lift(*other)
    }
    #[track_caller]
    fn le(&self, other: &f64) -> bool {
        *self <= Symbol::lift(*other)
    }
    #[track_caller]
    fn gt(&self, other: &f64) -> bool {
        Symbol::lift(*other) < *self
    }
    #[track_caller]
    fn ge(&self, other: &f64) -> bool {
        Symbol::lift(*other) <= *self
    }
}
