//! `scan`: a loop over rows that carries a state, and its relatives.

use super::super::replay::Recorded;
use super::{chosen, filled, like, outputs, pulled, pushed, record, spread, wanted};
use crate::array::Array;
use crate::custom::Rule;
use crate::dtype::DType;
use crate::eval::{Body, Flow};
use crate::prim::Call;
use crate::rules::differentiable;
use crate::shape::Shape;
use crate::tree::{Tree, leaves};
use std::sync::Arc;

/// What the reverse sweep over a loop keeps of the way forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// The state before every step: memory for n states, each step run twice.
    All,
    /// The states at the borders of blocks of blocks, this many levels deep: memory for about `levels`·n^(1/levels)
    /// states, each step run `levels` + 1 times. `Nested(2)` is the √n scheme.
    Nested(usize),
}

/// Runs `f(state, row) → (state, row)` over the rows (along axis 0) of every leaf of `rows`: the last state and the
/// stacked rows of the results. f runs once, to be recorded and compiled, whatever the number of rows.
///
/// Differentiable in both modes to any order, in what f captures as well.
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

/// Like [`scan`], with a choice of what the reverse sweep keeps, and from the last row to the first if `reverse`.
///
/// # Panics
/// As [`scan`]; if the schedule has no level.
#[track_caller]
pub fn scan_with<S: Tree + Clone, X: Tree + Clone, Y: Tree + Clone>(
    f: impl Fn(&S, &X) -> (S, Y),
    init: &S,
    rows: &X,
    schedule: Schedule,
    reverse: bool,
) -> (S, Y) {
    let (state, xs) = (leaves(init), leaves(rows));
    let Some(first) = xs.first() else {
        panic!("scan: there are no rows to say how many steps; use fori_loop for a loop without rows")
    };
    for x in &xs {
        if x.ndim() == 0 || x.shape()[0] != first.shape().first().copied().unwrap_or(0) {
            panic!(
                "scan: a leaf of shape {} has not as many rows as one of shape {}\n  made at {}\n  other made at {}",
                x.0.shape,
                first.0.shape,
                x.at(),
                first.at()
            )
        }
    }
    let length = first.shape()[0];
    // Weak numbers become arrays: a state keeps its dtype.
    let state: Vec<Array> = state.iter().map(|x| x.cast(x.dtype())).collect();
    let one = |x: &Array| (x.0.shape.remove(0), x.dtype());
    let shapes = like(&state).into_iter().chain(xs.iter().map(one)).collect();
    let both = (init.clone(), rows.clone());
    let (recorded, (s, y)) = record("scan", &both, shapes, |(s, x): &(S, X)| f(s, x));
    let next = leaves(&s);
    if next.len() != state.len() {
        panic!("scan: the state has {} leaves, after a step {}", state.len(), next.len())
    }
    for (a, b) in state.iter().zip(&next) {
        if a.0.shape != b.0.shape || a.dtype() != b.dtype() {
            panic!(
                "scan: a state of shape {} {} becomes {} {} in a step; it must stay the same\n  made at {}\n  then made at {}",
                a.0.shape,
                a.dtype(),
                b.0.shape,
                b.dtype(),
                a.at(),
                b.at()
            )
        }
    }
    let (recorded, captured) = recorded.closed();
    let (n, m) = (state.len(), captured.len());
    // The recording's inputs are state, rows, captured; a loop's are state, shared, rows.
    let ordered = move |args: &[Array]| -> Vec<Array> {
        let (state, rest) = args.split_at(n);
        let (shared, rows) = rest.split_at(m);
        [state, rows, shared].concat()
    };
    let shapes = [like(&state), like(&captured), xs.iter().map(one).collect()].concat();
    let body = Recorded::new("scan", shapes, |args| recorded.at(&ordered(args)));
    let of = Loop { state: n, shared: m, length, reverse };
    let args = [&state[..], &captured, &xs].concat();
    let mut results = match schedule {
        Schedule::All => looped(Arc::new(body), of, &args),
        Schedule::Nested(levels) => nested(Arc::new(body), of, &args, levels),
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
    scan(|s: &S, i: &Array| (f(i, s), ()), init, &i).0
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
    scan(|_: &(), x: &X| ((), f(x)), &(), rows).1
}

/// The numbers of a loop.
#[derive(Clone, Copy)]
pub(super) struct Loop {
    /// Arrays in the state.
    pub state: usize,
    /// Arrays that every step reads.
    pub shared: usize,
    pub length: usize,
    pub reverse: bool,
}

/// The loop and its rules. Arguments: state, shared, rows; results: state, rows.
#[track_caller]
pub(super) fn looped(body: Arc<Recorded>, of: Loop, args: &[Array]) -> Vec<Array> {
    let mut all = with_history(body.clone(), of, args);
    all.truncate(body.outputs.len());
    all
}

/// Like [`looped`], with the state before every step as further rows: what the way back needs. (It is computed only
/// if something reads it.)
#[track_caller]
fn with_history(body: Arc<Recorded>, of: Loop, args: &[Array]) -> Vec<Array> {
    let stopped: Vec<Array> = args.iter().map(Array::stop_gradient).collect();
    let history = body.inputs[..of.state].iter();
    let results: Vec<Array> = body.outputs.iter().chain(history).cloned().collect();
    let stacked = |(shape, dtype): (Shape, DType)| (shape.insert(0, of.length), dtype);
    let kinds = like(&results).into_iter().enumerate();
    let kinds = kinds.map(|(k, y)| if k < of.state { y } else { stacked(y) }).collect();
    let flow = Flow::Scan {
        body: Body::new(body.inputs.clone(), results),
        state: of.state,
        shared: of.shared,
        length: of.length,
        reverse: of.reverse,
    };
    let values = outputs("scan", flow, kinds, &stopped);
    let forth = body.clone();
    let pullback: Rule = Arc::new(move |xs, ys, gs| back(&body, of, xs, ys, gs));
    let pushforward: Rule = Arc::new(move |xs, ys, ts| ahead(&forth, of, xs, ys, ts));
    Call::results("scan", args, values, pullback, Some(pushforward))
}

/// The way back: a loop in the other order, whose state is the state's cotangent and the sums of the shared arrays'.
#[track_caller]
fn back(
    body: &Arc<Recorded>,
    of: Loop,
    xs: &[Array],
    ys: &[Array],
    mut gs: Vec<Option<Array>>,
) -> Vec<Option<Array>> {
    let (n, m) = (of.state, of.shared);
    let (rows, history) = (body.outputs.len(), &ys[body.outputs.len()..]);
    let mut wants: Vec<bool> = xs.iter().map(wanted).collect();
    let floats: Vec<bool> = xs[..n].iter().map(differentiable).collect();
    wants[..n].copy_from_slice(&floats);
    let of_history = gs.split_off(rows);
    let of_rows = gs.split_off(n);
    let state_bar: Vec<Array> = filled(&ys[..n], gs).into_iter().flatten().collect();
    let shared_bar: Vec<Array> =
        chosen(&xs[n..n + m], &wants[n..n + m]).iter().map(Array::zeros_like).collect();
    let (has_row, has_history): (Vec<bool>, Vec<bool>) =
        (of_rows.iter().map(Option::is_some).collect(), of_history.iter().map(Option::is_some).collect());
    // State: cotangents; shared: as before; rows: history, rows, cotangents of rows and of history.
    let (c, w) = (state_bar.len(), shared_bar.len());
    let given: Vec<Array> = of_rows.into_iter().chain(of_history).flatten().collect();
    let args = [&state_bar[..], &shared_bar, &xs[n..n + m], history, &xs[n + m..], &given].concat();
    let new = Loop { state: c + w, shared: m, length: of.length, reverse: !of.reverse };
    let step = |args: &[Array]| -> Vec<Array> {
        let (bar, rest) = args.split_at(c);
        let (sums, rest) = rest.split_at(w);
        let (shared, rest) = rest.split_at(m);
        let (state, rest) = rest.split_at(n);
        let (row, given) = rest.split_at(xs.len() - n - m);
        let g = spread(&[&has_row[..], &has_history].concat(), given.iter().cloned());
        let (row_bar, history_bar) = g.split_at(has_row.len());
        let cotangents = spread(&floats, bar.iter().cloned()).into_iter().chain(row_bar.iter().cloned());
        let inputs = [state, shared, row].concat();
        let found = pulled(body, &inputs, &wants, cotangents.collect());
        let late = chosen_options(history_bar, &floats);
        let state = found[..c].iter().zip(late).map(|(g, late)| match late {
            Some(late) => g + late,
            None => g.clone(),
        });
        let sums = sums.iter().zip(&found[c..]).map(|(sum, g)| sum + g);
        state.chain(sums).chain(found[c + w..].iter().cloned()).collect()
    };
    let recorded = Arc::new(Recorded::new("scan", rows_of(&args, new), step));
    let found = looped(recorded, new, &args);
    spread(&wants, found)
}

fn chosen_options(options: &[Option<Array>], is: &[bool]) -> Vec<Option<Array>> {
    options.iter().zip(is).filter(|(_, is)| **is).map(|(x, _)| x.clone()).collect()
}

/// Shapes and dtypes of what a step gets of a loop's arguments.
fn rows_of(args: &[Array], of: Loop) -> Vec<(Shape, DType)> {
    let one = |(k, x): (usize, &Array)| {
        let shape = if k < of.state + of.shared { x.0.shape.clone() } else { x.0.shape.remove(0) };
        (shape, x.dtype())
    };
    args.iter().enumerate().map(one).collect()
}

/// Forward: the same loop with the tangents beside everything.
#[track_caller]
fn ahead(
    body: &Arc<Recorded>,
    of: Loop,
    xs: &[Array],
    ys: &[Array],
    mut ts: Vec<Option<Array>>,
) -> Vec<Option<Array>> {
    let (n, m) = (of.state, of.shared);
    let floats: Vec<bool> = xs[..n].iter().map(differentiable).collect();
    let mut moved: Vec<bool> = ts.iter().map(Option::is_some).collect();
    moved[..n].copy_from_slice(&floats);
    let rest = ts.split_off(n);
    let state_dot: Vec<Array> = filled(&xs[..n], ts).into_iter().flatten().collect();
    let shared_dot: Vec<Array> = rest[..m].iter().flatten().cloned().collect();
    let row_dot: Vec<Array> = rest[m..].iter().flatten().cloned().collect();
    let (c, w) = (state_dot.len(), shared_dot.len());
    let args = [&xs[..n], &state_dot, &xs[n..n + m], &shared_dot, &xs[n + m..], &row_dot].concat();
    let new = Loop { state: n + c, shared: m + w, ..of };
    let is: Vec<bool> = body.outputs.iter().map(differentiable).collect();
    let step = |args: &[Array]| -> Vec<Array> {
        let (state, rest) = args.split_at(n);
        let (state_dot, rest) = rest.split_at(c);
        let (shared, rest) = rest.split_at(m);
        let (shared_dot, rest) = rest.split_at(w);
        let (row, row_dot) = rest.split_at(xs.len() - n - m);
        let inputs = [state, shared, row].concat();
        let tangents = [state_dot, shared_dot, row_dot].concat();
        let (y, dy) = pushed(body, &inputs, &moved, &tangents);
        [&y[..n], &dy[..c], &y[n..], &dy[c..]].concat()
    };
    let recorded = Arc::new(Recorded::new("scan", rows_of(&args, new), step));
    let all = with_history(recorded, new, &args);
    // State, its tangents, rows, their tangents, and the history of states and tangents.
    let y = body.outputs.len();
    let row_tangents = is[n..].iter().filter(|is| **is).count();
    let dots = all[n..n + c].iter().chain(&all[c + y..c + y + row_tangents]);
    let history = all[c + y + row_tangents + n..].iter();
    let all_is: Vec<bool> = ys.iter().map(differentiable).collect();
    spread(&all_is, dots.chain(history).cloned())
}

/// The loop in blocks, blocks of blocks …, each a loop whose body is a loop.
#[track_caller]
fn nested(body: Arc<Recorded>, of: Loop, args: &[Array], levels: usize) -> Vec<Array> {
    if levels == 0 {
        panic!("scan: Schedule::Nested needs at least one level")
    }
    if levels == 1 || of.length < 4 {
        return looped(body, of, args);
    }
    // Blocks of n^((levels-1)/levels) rows, and what is left over.
    let inner = (of.length as f64).powf((levels - 1) as f64 / levels as f64).round().max(1.0) as usize;
    let blocks = of.length / inner;
    let (n, m) = (of.state, of.shared);
    let cut = |from: usize, to: usize, args: &[Array]| -> Vec<Array> {
        let one = |(k, x): (usize, &Array)| if k < n + m { x.clone() } else { x.rows(from, to) };
        args.iter().enumerate().map(one).collect()
    };
    let whole = blocks * inner;
    let (main, left) = (cut(0, whole, args), cut(whole, of.length, args));
    let run_left = |args: &[Array]| looped(body.clone(), Loop { length: of.length - whole, ..of }, args);
    let run_main = |args: &[Array]| -> Vec<Array> {
        let block = |(k, x): (usize, &Array)| {
            if k < n + m {
                return x.clone();
            }
            let dims = [blocks, inner].into_iter().chain(x.shape()[1..].iter().copied());
            x.reshape_op(dims.collect())
        };
        let args: Vec<Array> = args.iter().enumerate().map(block).collect();
        let (small, large) = (Loop { length: inner, ..of }, Loop { length: blocks, ..of });
        let outer = Recorded::new("scan", rows_of(&args, large), |args| {
            nested(body.clone(), small, args, levels - 1)
        });
        let flat = |(k, y): (usize, Array)| {
            if k < n {
                return y;
            }
            let dims = [whole].into_iter().chain(y.shape()[2..].iter().copied());
            y.reshape_op(dims.collect())
        };
        looped(Arc::new(outer), large, &args).into_iter().enumerate().map(flat).collect()
    };
    if whole == of.length {
        return run_main(args);
    }
    let with_state = |state: &[Array], args: &[Array]| [&state[..n], &args[n..]].concat();
    let (early, late) = if of.reverse {
        let late = run_left(&left);
        (run_main(&with_state(&late, &main)), late)
    } else {
        let early = run_main(&main);
        let late = run_left(&with_state(&early, &left));
        (early, late)
    };
    let last = if of.reverse { &early } else { &late };
    let joined = early[n..].iter().zip(&late[n..]).map(|(a, b)| Array::concat_op(&[a.clone(), b.clone()], 0));
    last[..n].iter().cloned().chain(joined).collect()
}

impl Array {
    /// Rows `from..to` along axis 0.
    #[track_caller]
    fn rows(&self, from: usize, to: usize) -> Array {
        let mut start = crate::shape::Dims::from_elem(0, self.ndim());
        start[0] = from;
        let step = crate::shape::Dims::from_elem(1, self.ndim());
        self.slice_op(start, step, self.0.shape.with(0, to - from))
    }
}
