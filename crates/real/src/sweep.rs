//! The two sweeps over a recording: cotangents backward and tangents forward. Both are generic in the source
//! of the slopes (numbers on the tape, or operations that are differentiated again) and in the carried
//! quantity (one number, several at once, or only whether there is a connection).

use crate::real::{Real, Scalar};
use crate::record::{Node, Operation};
use crate::session::{Operations, Recorded};
use crate::tape::{self, AHEAD};
use crate::var::Var;
use std::cell::Cell;

/// A list of results in the order in which they were computed, each with slopes by earlier slots.
pub trait Records<R> {
    /// One more than the last slot. Slot 0 belongs to no number.
    fn slots(&self) -> usize;
    /// How many results there are.
    fn len(&self) -> usize;
    /// The slot of result `k`.
    fn result(&self, k: usize) -> usize;
    /// The slots that result `k` depends on directly, and its slopes by them.
    fn each_arg(&self, k: usize, f: impl FnMut(usize, R));
    /// Called when a reverse sweep reaches result `k`: the slopes of the results before it may be prefetched.
    #[inline(always)]
    fn going_back(&self, _k: usize) {}
    /// Carries the cotangents in `bar` back to the variables. The cotangents of the results are reset to
    /// zero.
    #[inline]
    fn back(&self, bar: &mut [R])
    where
        R: Scalar,
        Self: Sized,
    {
        reverse::<false, R, R>(self, bar)
    }
}

/// A quantity that a sweep carries along, linear in it.
pub trait Carried<R>: Copy {
    /// The zero.
    fn zero() -> Self;
    /// Whether it is certainly zero. A certain zero is not propagated, whatever the slope is.
    fn is_zero(&self) -> bool;
    /// `self += slope · from`.
    fn add(&mut self, slope: R, from: Self);
}
impl<R: Scalar> Carried<R> for R {
    #[inline(always)]
    fn zero() -> R {
        R::lift(0.0)
    }
    #[inline(always)]
    fn is_zero(&self) -> bool {
        Real::is_surely_zero(self)
    }
    #[inline(always)]
    fn add(&mut self, slope: R, from: R) {
        *self += slope * from
    }
}
/// Several numbers at once.
impl<R: Scalar, const N: usize> Carried<R> for [R; N] {
    #[inline(always)]
    fn zero() -> Self {
        [R::lift(0.0); N]
    }
    #[inline(always)]
    fn is_zero(&self) -> bool {
        self.iter().all(Real::is_surely_zero)
    }
    #[inline(always)]
    fn add(&mut self, slope: R, from: Self) {
        for (to, from) in self.iter_mut().zip(from) {
            if !Real::is_surely_zero(&from) {
                *to += slope * from
            }
        }
    }
}
/// Only whether there is a connection: `true` where the number is connected.
impl<R> Carried<R> for bool {
    fn zero() -> bool {
        false
    }
    fn is_zero(&self) -> bool {
        !self
    }
    fn add(&mut self, _: R, from: bool) {
        *self |= from
    }
}

/// Carries the cotangents in `bar` back to the variables. The cotangents of the results are reset to zero, or
/// with `KEEP` stay.
#[inline]
pub(crate) fn reverse<const KEEP: bool, R, C: Carried<R>>(records: &impl Records<R>, bar: &mut [C]) {
    let Some(last) = records.len().checked_sub(1) else { return };
    // The cotangent of the previous result is kept in a register while this one adds to it: through memory, a
    // chain of operations would wait for each store.
    let mut g = bar[records.result(last)];
    for k in (0..=last).rev() {
        let slot = records.result(k);
        let next = if k > 0 { records.result(k - 1) } else { 0 };
        bar[slot] = if KEEP { g } else { C::zero() };
        let mut before = bar[next];
        if !g.is_zero() {
            records.going_back(k);
            tape::prefetch(bar.as_ptr().wrapping_add(slot).wrapping_byte_sub(AHEAD / 2));
            records.each_arg(
                k,
                |arg, slope| {
                    if arg == next { before.add(slope, g) } else { bar[arg].add(slope, g) }
                },
            );
        }
        g = before;
    }
    bar[0] = C::zero();
}

/// [`reverse`] without `KEEP` over a tape, for one number per slot. Shrinking slices take the place of an
/// index.
fn reverse_nodes(tape: &Nodes, bar: &mut [f64]) {
    let inputs = tape.inputs;
    let Some(mut g) = bar[..tape.slots()].last().copied() else { return };
    let (mut left, mut nodes) = (&mut bar[..tape.slots()], tape.nodes);
    while let [earlier @ .., node] = nodes
        && let Some((last, rest)) = left.split_last_mut()
    {
        *last = 0.0;
        let next = rest.len() - 1;
        let mut before = rest[next];
        if g != 0.0 {
            tape::prefetch(std::ptr::from_ref(node).wrapping_byte_sub(AHEAD));
            tape::prefetch(std::ptr::from_ref(last).wrapping_byte_sub(AHEAD / 2));
            for (arg, slope) in node.args.into_iter().zip(node.slopes) {
                let arg = arg as usize;
                if arg == next { before += slope * g } else { rest[arg] += slope * g }
            }
        }
        g = before;
        (nodes, left) = (earlier, rest)
    }
    // `g` is now the cotangent of the slot before the first node.
    bar[inputs] = g;
    bar[0] = 0.0
}

/// Carries the tangents of the variables in `dot` forward to all results.
#[inline]
pub(crate) fn forward<R, C: Carried<R>>(records: &impl Records<R>, dot: &mut [C]) {
    for k in 0..records.len() {
        let mut sum = C::zero();
        records.each_arg(k, |arg, slope| {
            if !dot[arg].is_zero() {
                sum.add(slope, dot[arg])
            }
        });
        dot[records.result(k)] = sum;
    }
}

/// Nodes whose slots follow those of `inputs` variables.
pub struct Nodes<'a> {
    pub(crate) nodes: &'a [Node],
    pub(crate) inputs: usize,
}
impl Records<f64> for Nodes<'_> {
    #[inline(always)]
    fn slots(&self) -> usize {
        1 + self.inputs + self.nodes.len()
    }
    #[inline(always)]
    fn len(&self) -> usize {
        self.nodes.len()
    }
    #[inline(always)]
    fn result(&self, k: usize) -> usize {
        1 + self.inputs + k
    }
    #[inline(always)]
    fn each_arg(&self, k: usize, mut f: impl FnMut(usize, f64)) {
        let Node { slopes, args } = self.nodes[k];
        f(args[0] as usize, slopes[0]);
        f(args[1] as usize, slopes[1]);
    }
    #[inline(always)]
    fn going_back(&self, k: usize) {
        tape::prefetch(self.nodes.as_ptr().wrapping_add(k).wrapping_byte_sub(AHEAD));
    }
    fn back(&self, bar: &mut [f64]) {
        reverse_nodes(self, bar)
    }
}
impl Recorded {
    /// The recording as sweeps read it.
    pub(crate) fn nodes(&self) -> Nodes<'_> {
        Nodes { nodes: &self.store.nodes, inputs: self.inputs }
    }
}

impl Operations {
    /// The slot of `x` in a sweep over these operations, if it is one of their variables or results.
    pub(crate) fn slot(&self, x: Var) -> Option<usize> {
        (x.is_recorded() && (self.first..self.end).contains(&x.slot()))
            .then(|| (x.slot() - self.first + 1) as usize)
    }
    /// `x` as the surrounding level sees it.
    pub(crate) fn outside(&self, x: Var) -> Var {
        match x.epoch() & self.mask {
            0 => Var::from(x.value),
            epoch => Var::new(x.value, x.slope, tape::key(epoch, x.slot())),
        }
    }
}
thread_local! {
    static ZERO_SLOPES: Cell<bool> = const { Cell::new(false) };
}
/// Runs `f` with inner sweeps that treat a slope of 0 as 1. The recording of these sweeps has the structure
/// that it may have at other points; its numbers have no meaning.
pub(crate) fn with_zero_slopes<T>(f: impl FnOnce() -> T) -> T {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            ZERO_SLOPES.set(self.0)
        }
    }
    let _restore = Restore(ZERO_SLOPES.replace(true));
    f()
}
fn kept(slope: Var) -> Var {
    if slope.is_surely_zero() && ZERO_SLOPES.get() { Var::from(1.0) } else { slope }
}

impl Records<Var> for Operations {
    fn slots(&self) -> usize {
        (self.end - self.first + 1) as usize
    }
    fn len(&self) -> usize {
        self.list.len()
    }
    fn result(&self, k: usize) -> usize {
        self.slot(self.list[k].result()).expect("the result of an operation lies in its level")
    }
    fn each_arg(&self, k: usize, mut f: impl FnMut(usize, Var)) {
        let inner = self.list[k].args().map(|x| x.and_then(|x| self.slot(x)));
        match (self.list[k].map(|x| self.outside(x)), inner) {
            (Operation::Alias { .. }, [Some(slot), _]) => f(slot, Var::from(1.0)),
            (Operation::Unary { op, x, y }, [Some(slot), _]) => f(slot, kept(op.slope(&x, &y))),
            (Operation::Binary { op, x, y, z }, slots) => {
                if let Some(slot) = slots[0] {
                    f(slot, kept(op.slope_x(&x, &y, &z)));
                }
                if let Some(slot) = slots[1] {
                    f(slot, kept(op.slope_y(&x, &y, &z)));
                }
            }
            (Operation::Alias { .. } | Operation::Unary { .. }, [None, _]) => {}
        }
    }
}
