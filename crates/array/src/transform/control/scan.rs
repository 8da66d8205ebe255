//! `scan`: a loop over rows that carries a state, and its relatives.

use super::super::replay::Recorded;
use super::nested::nested;
use super::repeat::check_state;
use super::scan_call::{Loop, scan_call};
use super::{like, record};
use crate::array::Array;
use crate::dtype::DType;
use crate::eval::{LoopArgs, LoopSignature};
use crate::shape::Shape;
use crate::tree::{Tree, leaves};
use pullback_real::refuse;
use std::sync::Arc;

/// The residuals that a loop saves for its backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schedule {
    /// The state before every step, and the results of large matrix products: memory for n of each. Each step
    /// runs twice, the second time without those products.
    All,
    /// The states at the borders of blocks of blocks, this many levels deep: memory for about `levels`·n^(1/levels)
    /// states, each step run `levels` + 1 times. `Nested(2)` is the √n scheme.
    Nested(usize),
    /// This many states k, the initial one among them, in the places that save the most steps: with r the
    /// least number for which C(k + r, k) ≥ n, r·n − C(k + r, k + 1) steps are run again, the fewest possible
    /// (Griewank and Walther's "revolve"; [`binomial`](pullback_real::schedule::binomial) is the order).
    /// Derivatives of the gradient save all states.
    Binomial(usize),
    /// As many states as these bytes hold: the state before every step if they suffice (without products),
    /// else as [`Binomial`](Schedule::Binomial).
    Budget(usize),
}

/// Runs `f(state, row) → (state, row)` over the rows (along axis 0) of every leaf of `rows`: the last state
/// and the stacked rows of the results. f runs once, to be recorded and compiled, for any number of rows.
///
/// Differentiable in both modes to any order, by the arrays that f captures as well.
///
/// ```
/// use pullback_array::{Array, Real, grad, scan};
/// let running = |x: &Array| scan(|s: &Array, x: &Array| { let s = s + x; (s.clone(), s) }, &Array::from(0.0), x);
/// let (total, sums) = running(&Array::from([1.0, 2.0, 3.0]));
/// assert_eq!((total.item(), sums.to_vec::<f64>()), (6.0, vec![1.0, 3.0, 6.0]));
/// let g = grad(|x: &Array| running(x).1.square().sum())(&Array::from([1.0, 2.0, 3.0]));
/// assert_eq!(g.to_vec::<f64>(), [20.0, 18.0, 12.0]);
/// ```
///
/// # Panics
/// If the rows' leaves are none or differ in their number of rows, or the state changes its structure, a shape or a
/// dtype in a step.
#[track_caller]
pub fn scan<S: Tree + Clone, X: Tree + Clone, Y: Tree + Clone>(
    f: impl Fn(&S, &X) -> (S, Y),
    init: &S,
    rows: &X,
) -> (S, Y) {
    scan_with(f, init, rows, Schedule::All, false)
}

/// Like [`scan`], with a choice of the residuals saved, and from the last row to the first if `reverse`.
///
/// # Panics
/// As [`scan`]; if the schedule has no level or snapshot, or its bytes do not hold one state.
#[track_caller]
pub fn scan_with<S: Tree + Clone, X: Tree + Clone, Y: Tree + Clone>(
    f: impl Fn(&S, &X) -> (S, Y),
    init: &S,
    rows: &X,
    schedule: Schedule,
    reverse: bool,
) -> (S, Y) {
    steps("scan", f, (init, rows), schedule, reverse)
}

/// [`scan_with`] under another name in messages.
#[track_caller]
fn steps<S: Tree + Clone, X: Tree + Clone, Y: Tree + Clone>(
    what: &'static str,
    f: impl Fn(&S, &X) -> (S, Y),
    (init, rows): (&S, &X),
    schedule: Schedule,
    reverse: bool,
) -> (S, Y) {
    let (state, xs) = (leaves(init), leaves(rows));
    let Some(first) = xs.first() else {
        refuse(
            format_args!(
                "{what}: there are no rows to say how many steps; use fori_loop for a loop without rows"
            ),
            &[],
        )
    };
    for x in &xs {
        if x.ndim() == 0 || x.shape()[0] != first.shape().first().copied().unwrap_or(0) {
            refuse(
                format_args!(
                    "{what}: a leaf of shape {} has not as many rows as one of shape {}",
                    x.0.shape, first.0.shape
                ),
                &[("", x.at()), ("other", first.at())],
            )
        }
    }
    let length = first.shape()[0];
    // Weak numbers become arrays: a state keeps its dtype.
    let state: Vec<Array> = state.iter().map(|x| x.cast(x.dtype())).collect();
    let one = |x: &Array| (x.0.shape.remove(0), x.dtype());
    let shapes = like(&state).into_iter().chain(xs.iter().map(one)).collect();
    let both = (init.clone(), rows.clone());
    let (recorded, (s, y)) = record(what, &both, shapes, |(s, x): &(S, X)| f(s, x));
    let next = leaves(&s);
    check_state(what, &state, &next);
    let (recorded, captured) = recorded.closed();
    let n = state.len();
    let signature = LoopSignature { state: n, shared: captured.len(), length, reverse };
    // The recording's inputs are state, rows, captured; a loop's are state, shared, rows.
    let ordered = move |args: &[Array]| -> Vec<Array> {
        let LoopArgs { state, shared, rows } = signature.args(args);
        [state, rows, shared].concat()
    };
    let shapes = [like(&state), like(&captured), xs.iter().map(one).collect()].concat();
    let body = Recorded::new("scan", shapes, |args| recorded.at(&ordered(args)));
    let bytes: usize = state.iter().map(|x| x.size() * x.dtype().size()).sum();
    let keeps = matches!(schedule, Schedule::All);
    let (levels, snapshots) = match schedule {
        Schedule::All => (1, None),
        Schedule::Nested(0) => refuse(format_args!("{what}: Schedule::Nested needs at least one level"), &[]),
        Schedule::Nested(levels) => (levels, None),
        Schedule::Binomial(0) => {
            refuse(format_args!("{what}: Schedule::Binomial needs at least one snapshot"), &[])
        }
        Schedule::Binomial(k) => (1, Some(k)),
        Schedule::Budget(budget) if budget / length.max(1) >= bytes => (1, None),
        Schedule::Budget(budget) if budget >= bytes => (1, Some(budget / bytes)),
        Schedule::Budget(budget) => refuse(
            format_args!("{what}: a budget of {budget} bytes does not hold one state, which takes {bytes}"),
            &[],
        ),
    };
    let of = Loop { signature, snapshots, keeps };
    let args = [&state[..], &captured, &xs].concat();
    let mut results = match levels {
        1 => scan_call(Arc::new(body), of, &args),
        levels => nested(Arc::new(body), of, &args, levels),
    };
    let rows = results.split_off(n);
    (super::with(&s, &results), super::with(&y, &rows))
}

/// f(i, state) for i from `from` up to but not including `to`, each an integer of `i64`: the last state.
///
/// ```
/// use pullback_array::{Array, DType, Real, fori_loop, grad};
/// let power = |x: &Array| fori_loop(0, 5, |_, y: &Array| y * x, &Array::from(1.0));
/// assert_eq!(power(&Array::from(2.0)).item(), 32.0);
/// assert_eq!(grad(power)(&Array::from(2.0)).item(), 80.0);
/// ```
///
/// # Panics
/// If the state changes its structure, a shape or a dtype in a step.
#[track_caller]
pub fn fori_loop<S: Tree + Clone>(from: i64, to: i64, f: impl Fn(&Array, &S) -> S, init: &S) -> S {
    let n = (to - from).max(0) as usize;
    let i = Array::iota(Shape::new(&[n]), 0, DType::I64) + Array::from(from);
    steps("fori_loop", |s: &S, i: &Array| (f(i, s), ()), (init, &i), Schedule::All, false).0
}

/// f of every row, one after the other, stacked: `vmap` in a loop, with the memory of one row.
///
/// ```
/// use pullback_array::{Array, Real, map_rows};
/// let y = map_rows(|x: &Array| x.sum(), &Array::from([[1.0, 2.0], [3.0, 4.0]]));
/// assert_eq!(y.to_vec::<f64>(), [3.0, 7.0]);
/// ```
///
/// # Panics
/// As [`scan`].
#[track_caller]
pub fn map_rows<X: Tree + Clone, Y: Tree + Clone>(f: impl Fn(&X) -> Y, rows: &X) -> Y {
    steps("map_rows", |_: &(), x: &X| ((), f(x)), (&(), rows), Schedule::All, false).1
}
