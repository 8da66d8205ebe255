//! Whole Jacobians and Hessians from one recording.

use super::engine::{self, Ends, Engine, Point};
use super::outputs::Outputs;
use super::reverse::grad;
use crate::refuse::refuse;
use crate::sweep::{Carried, Records};
use crate::var::Var;
use std::array::from_fn;
use std::panic::Location;

/// How many directions a sweep carries at once.
const LANES: usize = 8;

/// In which mode a Jacobian is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Column by column: one pushforward for each element of the input.
    Forward,
    /// Row by row: one pullback for each element of the output.
    Reverse,
    /// Forward if the input has no more elements than the output, else reverse.
    Auto,
}

impl Mode {
    /// Whether a Jacobian of so many inputs and outputs is computed column by column.
    #[doc(hidden)]
    pub fn is_forward(self, inputs: usize, outputs: usize) -> bool {
        match self {
            Mode::Forward => true,
            Mode::Reverse => false,
            Mode::Auto => inputs <= outputs,
        }
    }
}

/// f ↦ its Jacobian, one row per result. `f` runs once; the sweeps over its record go forward where there are
/// no more variables than results, else backward.
///
/// ```
/// use pullback_real::jacobian;
/// assert_eq!(jacobian(|x| [x[0] * x[1], x[0] + x[1]])(&[2.0, 3.0]), [[3.0, 2.0], [1.0, 1.0]]);
/// ```
///
/// # Panics
/// As [`grad`].
pub fn jacobian<R: Point, Y: Outputs<Var>>(f: impl Fn(&[Var]) -> Y) -> impl Fn(&[R]) -> Vec<Vec<R>> {
    jacobian_with(f, Mode::Auto)
}

/// Like [`jacobian`], in the mode that `mode` says.
///
/// ```
/// use pullback_real::{Mode, jacobian_with};
/// let f = |x: &[pullback_real::Var]| [x[0] * x[1], x[0] + x[1]];
/// assert_eq!(jacobian_with(f, Mode::Reverse)(&[2.0, 3.0]), [[3.0, 2.0], [1.0, 1.0]]);
/// ```
///
/// # Panics
/// As [`grad`].
pub fn jacobian_with<R: Point, Y: Outputs<Var>>(
    f: impl Fn(&[Var]) -> Y,
    mode: Mode,
) -> impl Fn(&[R]) -> Vec<Vec<R>> {
    move |x| {
        let (_, ends, recorded) = engine::record(&f, x);
        let records = R::records(&recorded);
        if mode.is_forward(ends.n, ends.exits.len()) {
            columns(&ends, &records)
        } else {
            rows(&ends, &records)
        }
    }
}

fn rows<R: Engine>(ends: &Ends<R>, records: &impl Records<R>) -> Vec<Vec<R>> {
    let mut bars = vec![R::lift(0.0); records.slots()];
    let m = ends.exits.len();
    let unit = |i| (0..m).map(move |k| R::lift(if k == i { 1.0 } else { 0.0 }));
    (0..m).map(|i| ends.pull_into(records, &mut bars, unit(i))).collect()
}

fn columns<R: Engine>(ends: &Ends<R>, records: &impl Records<R>) -> Vec<Vec<R>> {
    let mut rows = vec![Vec::with_capacity(ends.n); ends.exits.len()];
    let mut start = 0;
    while start < ends.n {
        let lanes = ends.n - start;
        if lanes >= LANES {
            some_columns::<R, LANES>(ends, records, start, &mut rows);
            start += LANES;
        } else {
            some_columns::<R, 1>(ends, records, start, &mut rows);
            start += 1;
        }
    }
    rows
}
fn some_columns<R: Engine, const N: usize>(
    ends: &Ends<R>,
    records: &impl Records<R>,
    start: usize,
    rows: &mut [Vec<R>],
) {
    let mut dots = vec![<[R; N]>::zero(); records.slots()];
    let unit = |i| from_fn(|k| R::lift(if i == start + k { 1.0 } else { 0.0 }));
    for (row, dy) in rows.iter_mut().zip(ends.push_into(records, &mut dots, unit)) {
        row.extend(dy);
    }
}

/// f ↦ its Hessian: the gradient is recorded once and swept once per variable.
///
/// ```
/// use pullback_real::hessian;
/// let h = hessian(|x| x[0] * x[0] * x[1])(&[2.0, 3.0]);
/// assert_eq!(h, [[6.0, 4.0], [4.0, 0.0]]);
/// ```
///
/// # Panics
/// As [`grad`].
pub fn hessian<R: Point>(f: impl Fn(&[Var]) -> Var) -> impl Fn(&[R]) -> Vec<Vec<R>> {
    jacobian(grad::<Var>(f))
}

/// f ↦ (x, v) ↦ H(x)·v, at the cost of a few evaluations of `f`: one sweep over the recorded gradient.
///
/// ```
/// use pullback_real::hvp;
/// assert_eq!(hvp(|x| x[0] * x[0] * x[1])(&[2.0, 3.0], &[1.0, 10.0]), [46.0, 4.0]);
/// ```
///
/// # Panics
/// As [`grad`]; also if `x` and `v` differ in length.
#[track_caller]
pub fn hvp<R: Point>(f: impl Fn(&[Var]) -> Var) -> impl Fn(&[R], &[R]) -> Vec<R> {
    let made = Location::caller();
    let gradient = grad::<Var>(f);
    move |x, v| {
        let (n, given) = (x.len(), v.len());
        if given != n {
            refuse(
                format_args!("hvp: a direction in the {n} variables is needed, not {given} numbers"),
                &[("", made)],
            )
        }
        let (_, ends, mut recorded) = engine::record(&gradient, x);
        let mut bars = R::bars(&mut recorded);
        // The Hessian is symmetric: pulling v back is pushing it forward.
        let hv = ends.pull_into(&R::records(&recorded), &mut bars, v.iter().copied());
        R::give_back(&mut recorded, bars);
        hv
    }
}
