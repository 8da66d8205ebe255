//! Arithmetic of `Var`, recorded while it is computed.
//!
//! A variable knows its slope by one slot of the tape. So a function of one number, or of a number and a constant,
//! needs no record: its result has the same slot and another slope. Only where two different slots meet is a
//! node recorded, with both slopes.

use crate::operators;
use crate::real::{Binary, Unary};
use crate::real::{Real, Scalar};
use crate::record::{Node, Operation};
use crate::session;
use crate::tape;
use crate::value_and_slope::value_and_slope;
use crate::var::Var;

/// The result of a function of `x` alone: it depends on the same slot, with another slope.
#[inline(always)]
fn along(x: &Var, value: f64, slope: f64) -> Var {
    Var::new(value, x.slope * slope, x.key)
}

impl Real for Var {
    #[inline(always)]
    fn lift(c: f64) -> Var {
        c.into()
    }
    #[inline(always)]
    fn unary(op: Unary, x: &Var) -> Var {
        if x.is_plain() && !op.is_flat() {
            let (y, slope) = value_and_slope(op, x.value);
            return along(x, y, slope);
        }
        let y = op.eval(x.value);
        if x.is_constant() || op.is_flat() {
            return y.into();
        }
        Var::new(y, 1.0, record_unary(op, parts(x), y))
    }
    #[inline(always)]
    fn binary(op: Binary, x: &Var, y: &Var) -> Var {
        let z = op.eval(x.value, y.value);
        if op.is_flat() {
            return z.into();
        }
        let here = tape::next_key();
        // Both belong to the open recording, which records only slopes.
        if ((x.key ^ here) | (y.key ^ here)) >> 32 == 0 {
            let (dx, dy) = (op.slope_x(&x.value, &y.value, &z), op.slope_y(&x.value, &y.value, &z));
            if x.key == y.key {
                return Var::new(z, dx * x.slope + dy * y.slope, x.key);
            }
            if let Some(key) = tape::push_if_room(Node::both(x, y, dx, dy)) {
                return Var::new(z, 1.0, key);
            }
        } else if x.is_constant() && y.is_constant() {
            return z.into();
        } else if x.is_constant() && !y.is_recorded() {
            return along(y, z, op.slope_y(&x.value, &y.value, &z));
        } else if y.is_constant() && !x.is_recorded() {
            return along(x, z, op.slope_x(&x.value, &y.value, &z));
        }
        // The rare cases share one call out of line: a full tape, recorded operations, mistakes.
        Var::new(z, 1.0, record_binary(op, parts(x), parts(y), z))
    }
    #[inline(always)]
    fn binary_by(op: Binary, x: &Var, c: f64) -> Var {
        let z = op.eval(x.value, c);
        if x.is_plain() && !op.is_flat() {
            return along(x, z, op.slope_x(&x.value, &c, &z));
        }
        if x.is_constant() || op.is_flat() {
            return z.into();
        }
        Var::new(z, 1.0, record_binary(op, parts(x), (c, 0.0, 0), z))
    }
    #[inline(always)]
    fn binary_of(op: Binary, c: f64, y: &Var) -> Var {
        let z = op.eval(c, y.value);
        if y.is_plain() && !op.is_flat() {
            return along(y, z, op.slope_y(&c, &y.value, &z));
        }
        if y.is_constant() || op.is_flat() {
            return z.into();
        }
        Var::new(z, 1.0, record_binary(op, (c, 0.0, 0), parts(y), z))
    }
    #[inline(always)]
    fn select(cond: &Var, a: &Var, b: &Var) -> Var {
        if cond.value != 0.0 { *a } else { *b }
    }
    #[inline(always)]
    fn is_surely_zero(&self) -> bool {
        self.is_constant() && self.value == 0.0
    }
    #[inline(always)]
    fn held(&self) -> Var {
        self.stop_gradient()
    }
    #[inline(always)]
    fn certain(&self) -> Option<f64> {
        self.is_constant().then_some(self.value)
    }
}

/// A variable's value, slope and key, each passed in a register. Copying a variable that has just been stored
/// would use a load wider than the stores, which has to wait for them.
type Parts = (f64, f64, u64);
#[inline(always)]
fn parts(x: &Var) -> Parts {
    (x.value, x.slope, x.key)
}

// These functions return only the new key, so that results need not go through memory.
#[cold]
#[inline(never)]
#[track_caller]
fn record_unary(op: Unary, (a, da, x): Parts, y: f64) -> u64 {
    session::record(y, |y| Operation::Unary { op, x: Var::new(a, da, x), y }).key
}
#[cold]
#[inline(never)]
#[track_caller]
fn record_binary(op: Binary, (a, da, x): Parts, (b, db, y): Parts, z: f64) -> u64 {
    let (x, y) = (Var::new(a, da, x), Var::new(b, db, y));
    session::record(z, |z| Operation::Binary { op, x, y, z }).key
}

operators! {[] Var}

impl Scalar for Var {
    #[inline(always)]
    fn value(self) -> f64 {
        self.value
    }
}
