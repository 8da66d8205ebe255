//! `Var`: a number that records how it was made, so that a sweep backwards finds all its derivatives.
//!
//! A variable knows its derivative `slope` by one slot of the tape. So a function of one number, or of a number
//! and a constant, needs no record: its result has the same slot and another slope. Only where two different
//! slots meet is a node recorded, with both slopes.

use crate::operators;
use crate::real::{Real, Scalar};
use crate::record::{Node, Operation};
use crate::session;
use crate::table::{Binary, Unary};
use crate::tape;
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;

/// A number whose derivatives are recorded on this thread: what [`grad`](crate::grad) hands to your function.
///
/// It is `Copy` and has no lifetime. Outside the function that it was handed to it must not be used: take the
/// number out with [`value`](Scalar::value).
///
/// It stays on its thread:
///
/// ```compile_fail
/// let x = pullback_real::Var::from(1.0);
/// std::thread::spawn(move || x + 1.0);
/// ```
#[derive(Clone, Copy)]
pub struct Var {
    pub(crate) value: f64,
    /// d value / d slot.
    pub(crate) slope: f64,
    /// Its slot, and above it the number of the recording it belongs to, with [`REC`] where operations are recorded
    /// too; 0 for a constant. One word, so that it stays in a register.
    key: u64,
    here: PhantomData<*const ()>,
}

/// The bit of a recording's number that asks for a record of every operation, to be differentiated again.
pub(crate) const REC: u32 = 1 << 31;

impl Var {
    /// What changes with the slot of `key` at the rate `slope`.
    #[inline(always)]
    pub(crate) fn new(value: f64, slope: f64, key: u64) -> Var {
        Var { value, slope, key, here: PhantomData }
    }
    #[inline(always)]
    pub(crate) fn slot(self) -> u32 {
        self.key as u32
    }
    /// The number of its recording, with [`REC`] or not; 0 for a constant.
    #[inline(always)]
    pub(crate) fn epoch(self) -> u32 {
        (self.key >> 32) as u32
    }
    #[inline(always)]
    pub(crate) fn is_constant(self) -> bool {
        self.key == 0
    }
    /// Whether its operations are recorded.
    #[inline(always)]
    pub(crate) fn is_recorded(self) -> bool {
        (self.key as i64) < 0
    }
    /// A function of `self` alone.
    #[inline(always)]
    fn along(self, value: f64, slope: f64) -> Var {
        Var { value, slope: self.slope * slope, ..self }
    }
    /// The same number, and no derivative: it counts as a constant from here on.
    ///
    /// ```
    /// use pullback_real::grad;
    /// assert_eq!(grad(|x| x[0] * x[0].stop())(&[3.0]), [3.0]);
    /// ```
    #[inline(always)]
    pub fn stop(self) -> Var {
        Var::from(self.value)
    }
}

impl From<f64> for Var {
    /// A constant.
    #[inline(always)]
    fn from(value: f64) -> Var {
        Var::new(value, 0.0, 0)
    }
}

impl Real for Var {
    #[inline(always)]
    fn lift(c: f64) -> Var {
        c.into()
    }
    #[inline(always)]
    fn unary(op: Unary, x: &Var) -> Var {
        let y = op.eval(x.value);
        if op.is_flat() || x.is_constant() {
            return y.into();
        }
        if x.is_recorded() {
            return Var::new(y, 1.0, record_unary(op, *x, y));
        }
        x.along(y, op.slope(&x.value, &y))
    }
    #[inline(always)]
    fn binary(op: Binary, x: &Var, y: &Var) -> Var {
        let z = op.eval(x.value, y.value);
        if op.is_flat() {
            return z.into();
        }
        let here = tape::next_key();
        // Both belong to the open recording, and nothing but slopes is recorded.
        if ((x.key ^ here) | (y.key ^ here)) >> 32 == 0 {
            let (dx, dy) = (op.slope_x(&x.value, &y.value, &z), op.slope_y(&x.value, &y.value, &z));
            if x.key == y.key {
                return Var::new(z, dx * x.slope + dy * y.slope, x.key);
            }
            return Var::new(z, 1.0, tape::push(Node::both(*x, *y, dx, dy)));
        }
        if x.is_constant() && y.is_constant() {
            return z.into();
        }
        if x.is_constant() && !y.is_recorded() {
            return y.along(z, op.slope_y(&x.value, &y.value, &z));
        }
        if y.is_constant() && !x.is_recorded() {
            return x.along(z, op.slope_x(&x.value, &y.value, &z));
        }
        Var::new(z, 1.0, record_binary(op, *x, *y, z))
    }
    #[inline(always)]
    fn select(cond: &Var, a: &Var, b: &Var) -> Var {
        if cond.value != 0.0 { *a } else { *b }
    }
    #[inline(always)]
    fn is_surely_zero(&self) -> bool {
        self.is_constant() && self.value == 0.0
    }
}

// These return only what is new, so that results need not go through memory.
#[cold]
#[inline(never)]
fn record_unary(op: Unary, x: Var, y: f64) -> u64 {
    session::record(y, |y| Operation::Unary { op, x, y }).key
}
#[cold]
#[inline(never)]
fn record_binary(op: Binary, x: Var, y: Var, z: f64) -> u64 {
    session::record(z, |z| Operation::Binary { op, x, y, z }).key
}

operators! {[] Var}

impl fmt::Debug for Var {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.value.fmt(f)
    }
}
impl fmt::Display for Var {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.value.fmt(f)
    }
}
impl PartialEq for Var {
    #[inline(always)]
    fn eq(&self, other: &Var) -> bool {
        self.value == other.value
    }
}
impl PartialOrd for Var {
    #[inline(always)]
    fn partial_cmp(&self, other: &Var) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl PartialEq<f64> for Var {
    #[inline(always)]
    fn eq(&self, other: &f64) -> bool {
        self.value == *other
    }
}
impl PartialOrd<f64> for Var {
    #[inline(always)]
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.value.partial_cmp(other)
    }
}
impl Scalar for Var {
    #[inline(always)]
    fn value(self) -> f64 {
        self.value
    }
}
