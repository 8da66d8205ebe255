//! A function recorded once, at plain numbers or at variables of a surrounding gradient, ready for sweeps.

use super::outputs::Outputs;
use crate::counts::{self, Counts};
use crate::real::Scalar;
use crate::session::{self, Level, Operations, Recorded, Session};
use crate::sweep::{self, Carried, Nodes, Records};
use crate::var::{REC, Var};

/// The two kinds of numbers that reverse mode starts from.
pub trait Engine: Scalar {
    /// A closed recording.
    type Recorded;
    /// A closed recording that may be kept.
    type Kept: Records<Self> + Clone;

    /// Runs `f` on variables at `x` and records it.
    fn record<T>(x: &[Self], f: impl FnOnce(&[Var]) -> T) -> (T, Self::Recorded);
    /// The value of a result, and where the sweep enters: the slot and the slope by it.
    fn exit(recorded: &Self::Recorded, y: Var) -> (Self, usize, Self);
    /// The recording as sweeps read it.
    fn records(recorded: &Self::Recorded) -> impl Records<Self>;
    /// The recording in the form that may be kept.
    fn keep(recorded: Self::Recorded) -> Self::Kept;
    /// A buffer with the adjoint of every slot, all zero.
    fn bars(recorded: &mut Self::Recorded) -> Vec<Self>;
    /// Gives back the buffer of [`bars`](Engine::bars), zero again.
    fn give_back(recorded: &mut Self::Recorded, bars: Vec<Self>);
}

/// A number at which reverse mode can be applied: a plain `f64`, or a [`Var`](crate::Var) of a surrounding gradient, so
/// that the result can be differentiated again.
///
/// No other type can be a point; forward mode goes inside reverse mode (`Dual<Var>`), not around it:
///
/// ```compile_fail
/// use pullback_real::{Dual, grad};
/// let x: Dual<f64> = Dual::new(1.0, 1.0);
/// grad(|x| x[0] * x[0])(&[x]);
/// ```
pub trait Point: Engine + 'static {}
impl Point for f64 {}
impl Point for Var {}

impl Engine for f64 {
    type Recorded = Recorded;
    type Kept = Owned;

    fn record<T>(x: &[f64], f: impl FnOnce(&[Var]) -> T) -> (T, Recorded) {
        let session = Session::open(x);
        let y = f(&session.inputs);
        (y, session.finish())
    }
    fn exit(recorded: &Recorded, y: Var) -> (f64, usize, f64) {
        let epoch = y.epoch() & !REC;
        if y.is_constant() {
            return (y.value, 0, 0.0);
        }
        if epoch != recorded.epoch {
            session::refuse(epoch);
        }
        (y.value, y.slot() as usize, y.slope)
    }
    #[inline]
    fn records(recorded: &Recorded) -> impl Records<f64> {
        recorded.nodes()
    }
    fn keep(recorded: Recorded) -> Owned {
        Owned { nodes: recorded.store.nodes.as_slice().into(), inputs: recorded.inputs }
    }
    fn bars(recorded: &mut Recorded) -> Vec<f64> {
        let mut bars = std::mem::take(&mut recorded.store.bars);
        let slots = recorded.nodes().slots();
        if bars.len() < slots {
            bars.resize(slots, 0.0);
        }
        bars
    }
    fn give_back(recorded: &mut Recorded, bars: Vec<f64>) {
        recorded.store.bars = bars;
    }
}

/// Nodes that outlive their recording.
#[derive(Clone)]
pub struct Owned {
    nodes: Box<[crate::record::Node]>,
    inputs: usize,
}
impl Owned {
    #[inline(always)]
    fn nodes(&self) -> Nodes<'_> {
        Nodes { nodes: &self.nodes, inputs: self.inputs }
    }
}
impl Records<f64> for Owned {
    fn slots(&self) -> usize {
        self.nodes().slots()
    }
    fn len(&self) -> usize {
        self.nodes.len()
    }
    fn result(&self, k: usize) -> usize {
        self.nodes().result(k)
    }
    fn each_arg(&self, k: usize, f: impl FnMut(usize, f64)) {
        self.nodes().each_arg(k, f)
    }
}

impl Engine for Var {
    type Recorded = Operations;
    type Kept = Operations;

    fn record<T>(x: &[Var], f: impl FnOnce(&[Var]) -> T) -> (T, Operations) {
        let (level, inputs) = Level::open(x);
        let y = f(&inputs);
        (y, level.finish())
    }
    fn exit(recorded: &Operations, y: Var) -> (Var, usize, Var) {
        match recorded.slot(y) {
            Some(slot) => (recorded.outside(y), slot, Var::from(1.0)),
            None => (recorded.outside(y), 0, Var::from(0.0)),
        }
    }
    fn records(recorded: &Operations) -> impl Records<Var> {
        recorded
    }
    fn keep(recorded: Operations) -> Operations {
        recorded
    }
    fn bars(recorded: &mut Operations) -> Vec<Var> {
        vec![Var::from(0.0); recorded.slots()]
    }
    fn give_back(_: &mut Operations, _: Vec<Var>) {}
}
impl<R, S: Records<R>> Records<R> for &S {
    fn slots(&self) -> usize {
        (**self).slots()
    }
    fn len(&self) -> usize {
        (**self).len()
    }
    fn result(&self, k: usize) -> usize {
        (**self).result(k)
    }
    fn each_arg(&self, k: usize, f: impl FnMut(usize, R)) {
        (**self).each_arg(k, f)
    }
}

/// Where a sweep enters and leaves: `n` variables in slots 1 to n, and for each result its slot and slope.
#[derive(Clone)]
pub(crate) struct Ends<R> {
    pub n: usize,
    pub exits: Vec<(usize, R)>,
}

impl<R: Scalar> Ends<R> {
    /// The gradient of Σ cotangent·result, in `bars`, which are left zero.
    pub fn pull_into(
        &self,
        records: &impl Records<R>,
        bars: &mut [R],
        cotangent: impl Iterator<Item = R>,
    ) -> Vec<R> {
        for (&(slot, slope), g) in self.exits.iter().zip(cotangent) {
            if slot != 0 && !g.is_surely_zero() {
                Carried::add(&mut bars[slot], slope, g);
            }
        }
        records.back(bars);
        counts::add(Counts { reverse: 1, ..Counts::default() });
        let inputs = &mut bars[1..=self.n];
        let gradient = inputs.to_vec();
        inputs.fill(R::lift(0.0));
        gradient
    }
    /// The directional derivatives of the results along N directions at once.
    pub fn push_into<const N: usize>(
        &self,
        records: &impl Records<R>,
        dots: &mut [[R; N]],
        direction: impl Fn(usize) -> [R; N],
    ) -> impl Iterator<Item = [R; N]> {
        for i in 0..self.n {
            dots[i + 1] = direction(i);
        }
        sweep::forward(records, dots);
        counts::add(Counts { forward: N as u64, ..Counts::default() });
        self.exits.iter().map(|&(slot, slope)| {
            let mut dy = <[R; N]>::zero();
            dy.add(slope, dots[slot]);
            dy
        })
    }
}

/// Records `f` at `x`. Returns the values of its results in their shape, the ends of the sweeps, and the
/// recording.
pub(crate) fn record<R: Engine, Y: Outputs<Var>>(
    f: impl FnOnce(&[Var]) -> Y,
    x: &[R],
) -> (Y::Of<R>, Ends<R>, R::Recorded) {
    let (y, recorded) = R::record(x, f);
    let mut values = Vec::with_capacity(y.numbers().len());
    let mut exits = Vec::with_capacity(y.numbers().len());
    for &y in y.numbers() {
        let (value, slot, slope) = R::exit(&recorded, y);
        values.push(value);
        exits.push((slot, slope));
    }
    (y.like(values), Ends { n: x.len(), exits }, recorded)
}
