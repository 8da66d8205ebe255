//! Systems with a band matrix, in time proportional to its order.

use super::{Sides, call_one, lead, matrices, run, sum};
use crate::array::Array;
use crate::custom::Linear;
use crate::prim::{Linalg, Padding};
use pullback_real::refuse;
use smallvec::SmallVec;

/// The solution of `a x = b` for band matrices with `lower` diagonals below the main one and `upper` above: `bands[…,
/// lower + upper + 1, n]` holds element (i, j) of `a` at `[upper + i − j, j]`, as LAPACK and SciPy's `solve_banded`; `b[n]`
/// or `b[…, n, k]`. The corners of `bands` that are outside of `a` are not read. A singular matrix gives NaN.
///
/// ```
/// use pullback_array::{Array, Real, linalg::solve_banded};
/// // [2 1 0; 1 2 1; 0 1 2]
/// let bands = Array::from([[0.0, 1.0, 1.0], [2.0, 2.0, 2.0], [1.0, 1.0, 0.0]]);
/// let x = solve_banded((1, 1), &bands, &Array::from([4.0, 8.0, 8.0]));
/// assert!((x - Array::from([1.0, 2.0, 3.0])).abs().max().item() < 1e-15);
/// ```
///
/// # Panics
/// If there are not `lower + upper + 1` diagonals, the right-hand side does not fit, or the dtypes differ or are not
/// floats or complex.
#[track_caller]
pub fn solve_banded((lower, upper): (usize, usize), bands: &Array, b: &Array) -> Array {
    let [rows, n] = matrices("solve_banded", bands);
    if rows != lower + upper + 1 {
        refuse(
            format_args!(
                "solve_banded: {lower} diagonals below the main one and {upper} above it are {} rows, not shape {}",
                lower + upper + 1,
                bands.0.shape
            ),
            &[("", bands.at())],
        )
    }
    let sides = Sides::new("solve_banded", bands, b, n);
    sides.solution(banded(&sides.a, &sides.b, lower, upper))
}

/// Solutions of banded systems whose leading axes are equal.
#[track_caller]
fn banded(bands: &Array, b: &Array, lower: usize, upper: usize) -> Array {
    // Diagonal d (from −upper to lower) holds the elements (j + d, j).
    let diagonals = move || -(upper as isize)..=lower as isize;
    let pull = move |xs: &[Array], x: &Array, g: &Array| {
        let gb = banded(&transposed(&xs[0], lower, upper), g, upper, lower);
        let rows = diagonals().map(|d| (shifted(&gb, x.ndim() - 2, d) * x).sum_axis(-1));
        vec![Some(-stacked(rows.collect())), Some(gb)]
    };
    let push = move |xs: &[Array], x: &Array, ts: Linear| {
        // da x: the sum over the diagonals of their elements times those of x, moved to their rows.
        let moved = ts[0].as_ref().and_then(|da| {
            let (axis, r) = (da.ndim() - 2, x.ndim());
            sum(diagonals().enumerate().map(|(k, d)| {
                let along = da.narrow(axis, k, 1).swap_last();
                Some(shifted(&(along * x), r - 2, -d))
            }))
        });
        Some(banded(&xs[0], &sum([ts[1].clone(), moved.map(|m| -m)])?, lower, upper))
    };
    let op = Linalg::Banded { lower, upper };
    call_one("solve_banded", &[bands, b], |xs| run(op, &[&xs[0], &xs[1]]).swap_remove(0), pull, push)
}

/// Element j of the result is element j + d, or zero where there is none.
#[track_caller]
fn shifted(x: &Array, axis: usize, d: isize) -> Array {
    let mut pads: SmallVec<[Padding; 6]> =
        SmallVec::from_elem(Padding { lo: 0, hi: 0, interior: 0 }, x.ndim());
    let d = d.clamp(-(x.shape()[axis] as isize), x.shape()[axis] as isize);
    pads[axis] = Padding { lo: -d, hi: d, interior: 0 };
    x.pad_op(pads)
}

/// Rows as a matrix.
#[track_caller]
fn stacked(rows: Vec<Array>) -> Array {
    let axis = rows[0].ndim() - 1;
    let rows: Vec<Array> = rows.iter().map(|r| r.reshape_op(r.0.shape.insert(axis, 1))).collect();
    Array::concat_op(&rows, axis)
}

/// The diagonals of the transpose.
#[track_caller]
fn transposed(bands: &Array, lower: usize, upper: usize) -> Array {
    let (axis, shape) = (bands.ndim() - 2, lead(bands, 2));
    let n = bands.shape()[axis + 1];
    let rows = (0..lower + upper + 1).map(|k| {
        // Row k of the transpose holds diagonal k − lower of it: (j + k − lower, j), which is (j, j + k − lower) here, in
        // row lower + upper − k, column j + k − lower.
        let row = bands.narrow(axis, lower + upper - k, 1);
        let row = row.reshape_op(shape.iter().copied().chain([n]).collect());
        shifted(&row, axis, k as isize - lower as isize)
    });
    stacked(rows.collect())
}
