//! Gradients of an explicit tape: the adjoints of all its steps.

use super::tape::{Tape, TapeVar};
use crate::counts::{self, Counts};
use crate::sweep::{self, Nodes, Records};

/// The derivatives of one result, or of a weighted sum of several, by all steps of the tape.
pub struct Gradient<'t> {
    pub(super) tape: &'t Tape,
    /// The adjoints, by slot.
    pub(super) bars: Vec<f64>,
    connected: Vec<bool>,
}

impl<'t> Gradient<'t> {
    /// The derivative by `x`, a variable or an intermediate result: 0 where there is no connection.
    ///
    /// # Panics
    /// If `x` is a constant or on another tape.
    #[track_caller]
    pub fn wrt(&self, x: TapeVar) -> f64 {
        self.bars.get(self.tape.position("wrt", x) + 1).copied().unwrap_or(0.0)
    }
    /// The derivatives by all steps, in the order of [`Tape::steps`]: 0 where there is no connection.
    pub fn adjoints(&self) -> Vec<f64> {
        (1..=self.tape.len()).map(|slot| self.bars.get(slot).copied().unwrap_or(0.0)).collect()
    }
    /// The derivative by `x`, `None` where there is no connection.
    ///
    /// # Panics
    /// If `x` is a constant or on another tape.
    #[track_caller]
    pub fn wrt_or_none(&self, x: TapeVar) -> Option<f64> {
        let slot = self.tape.position("wrt_or_none", x) + 1;
        self.connected.get(slot).copied().unwrap_or(false).then(|| self.wrt(x))
    }
}

/// A tape whose results at some slots do not pass derivatives on.
struct Stopped<'a> {
    nodes: Nodes<'a>,
    at: Vec<usize>,
}
impl Records<f64> for Stopped<'_> {
    fn slots(&self) -> usize {
        self.nodes.slots()
    }
    fn len(&self) -> usize {
        self.nodes.len()
    }
    fn result(&self, k: usize) -> usize {
        self.nodes.result(k)
    }
    fn each_arg(&self, k: usize, f: impl FnMut(usize, f64)) {
        if self.at.binary_search(&self.result(k)).is_err() {
            self.nodes.each_arg(k, f)
        }
    }
}

impl Tape {
    /// The gradient of Σ seed·result.
    ///
    /// ```
    /// use pullback_real::Tape;
    /// let t = Tape::new();
    /// let x = t.var(3.0);
    /// let (a, b) = (x * x, 2.0 * x);
    /// assert_eq!(t.gradient(&[(a, 1.0), (b, 10.0)]).wrt(x), 26.0);
    /// ```
    ///
    /// # Panics
    /// If a result is a constant or on another tape.
    #[track_caller]
    pub fn gradient(&self, seeds: &[(TapeVar, f64)]) -> Gradient<'_> {
        self.swept("Tape::gradient", seeds, &[])
    }
    /// Like [`gradient`](Tape::gradient), with the results in `fixed` held fixed: partial derivatives by
    /// these results, and by others along the paths that do not go through them.
    ///
    /// ```
    /// use pullback_real::Tape;
    /// let t = Tape::new();
    /// let a = t.var(0.0);
    /// let b = 2.0 * a;
    /// let total = t.gradient(&[(a + b, 1.0)]);
    /// let partial = t.partial(&[(a + b, 1.0)], &[b]);
    /// assert_eq!((total.wrt(a), partial.wrt(a), partial.wrt(b)), (3.0, 1.0, 1.0));
    /// ```
    ///
    /// # Panics
    /// If a result is a constant or on another tape.
    #[track_caller]
    pub fn partial(&self, seeds: &[(TapeVar, f64)], fixed: &[TapeVar]) -> Gradient<'_> {
        self.swept("Tape::partial", seeds, fixed)
    }
    #[track_caller]
    fn swept(&self, what: &str, seeds: &[(TapeVar, f64)], fixed: &[TapeVar]) -> Gradient<'_> {
        let mut bars = vec![0.0; self.len() + 1];
        let mut connected = vec![false; self.len() + 1];
        for &(y, seed) in seeds {
            let slot = self.position(what, y) + 1;
            bars[slot] += seed;
            connected[slot] = true;
        }
        let mut at = Vec::with_capacity(fixed.len());
        for &x in fixed {
            at.push(self.position(what, x) + 1);
        }
        at.sort_unstable();
        let list = self.list.borrow();
        let records = Stopped { nodes: Nodes { nodes: &list.nodes, inputs: 0 }, at };
        sweep::reverse::<true, f64, f64>(&records, &mut bars);
        sweep::reverse::<true, f64, bool>(&records, &mut connected);
        counts::add(Counts { reverse: 1, ..Counts::default() });
        drop(records);
        drop(list);
        self.tell_swept(&bars, &connected);
        Gradient { tape: self, bars, connected }
    }
}

impl<'t> TapeVar<'t> {
    /// Its position among the [steps](Tape::steps) of its tape; `None` for a constant.
    pub fn step(self) -> Option<usize> {
        self.tape.map(|tape| tape.position("step", self))
    }
    /// The derivatives of this result by all steps of its tape. The tape does not change.
    ///
    /// # Panics
    /// If this is a constant.
    #[track_caller]
    pub fn grad(self) -> Gradient<'t> {
        match self.tape {
            Some(tape) => tape.gradient(&[(self, 1.0)]),
            None => panic!(
                "grad: the number {self} is a constant, which is not on a tape: there is nothing to differentiate"
            ),
        }
    }
}
