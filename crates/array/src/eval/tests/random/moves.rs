//! Instructions that reduce and move elements.

use super::pool::{Draw, Pool};
use super::steps::{Kind, REAL};
use crate::array::Array;
use crate::dtype::DType;
use crate::prim::{Padding, Reduction};
use crate::shape::{Dims, Shape};
use pullback_real::{Binary, Unary};
use smallvec::SmallVec;

/// Small whole numbers, whose sums are exact in any order.
pub fn quantised(x: &Array) -> Array {
    Array::unary_op(Unary::Round, &(Array::unary_op(Unary::Tanh, x) * 64.0))
}
/// What can be summed in any order: integers wrap.
fn summable(x: &Array) -> Array {
    if x.dtype().is_float() { quantised(x) } else { x.clone() }
}
fn is_number(x: &Array) -> bool {
    x.dtype().is_float() || x.dtype().is_int()
}

/// Padding of one axis.
fn pad(x: &Array, axis: usize, lo: isize, hi: isize, interior: usize) -> Array {
    let one = |k: usize| {
        if k == axis { Padding { lo, hi, interior } } else { Padding { lo: 0, hi: 0, interior: 0 } }
    };
    x.pad_op((0..x.ndim()).map(one).collect::<SmallVec<[Padding; 6]>>())
}
/// Part of one axis.
fn cut(x: &Array, axis: usize, start: usize, step: usize, n: usize) -> Array {
    let one =
        |at: usize, other: usize| (0..x.ndim()).map(|k| if k == axis { at } else { other }).collect::<Dims>();
    x.slice_op(one(start, 0), one(step, 1), x.0.shape.with(axis, n))
}
/// An array as `[axes before, axis, axes after]`.
fn three(x: &Array, axis: usize) -> Array {
    let (before, rest) = x.shape().split_at(axis);
    x.reshape_op(Shape::new(&[before.iter().product(), rest[0], rest[1..].iter().product()]))
}
/// An index below n for each row of the axis, from integers.
fn index(i: &Array, axis: usize, n: usize) -> Array {
    let rows = cut(&three(i, axis), 2, 0, 1, 1);
    let flat = rows.reshape_op(Shape::new(&rows.shape()[..2])).cast(DType::I64);
    Array::binary_op(Binary::Remainder, &flat, &Array::weak(n as f64))
}

/// One more value, if there is something to move.
pub fn grow(pool: &mut Pool, d: &mut Draw, kind: Kind) {
    if pool.rank() == 0 || pool.shape.size() == 0 {
        return;
    }
    let axis = d.below(pool.rank());
    let n = pool.shape[axis];
    match kind {
        Kind::Reduce => {
            let (op, axes) = (d.one(&[Reduction::Max, Reduction::Min]), pool.axes(d));
            let k = pool.real(d);
            // Of two zeros the first stays: there is only one kind.
            let x = pool.get(k);
            let x = if x.dtype().is_float() { x + 0.0 } else { x.clone() };
            pool.push(x.reduce_op(op, axes.clone()), || format!("{op:?}(v{k}, axes {axes:?})"))
        }
        Kind::Sum => {
            let (axes, k) = (pool.axes(d), pool.any(d, is_number));
            let x = summable(pool.get(k));
            pool.push(x.reduce_op(Reduction::Sum, axes.clone()), || {
                format!("sum(quantised v{k}, axes {axes:?})")
            })
        }
        Kind::Shift => {
            let k = pool.any(d, |_| true);
            let by = [1, -1, 2, n as isize / 2, -(n as isize), 7][d.below(6)];
            let x = pool.full(k);
            let y = match d.below(3) {
                0 => pad(&x, axis, by, -by, 0),
                1 => cut(&pad(&x, axis, by.abs(), 3, 0), axis, by.unsigned_abs() / 2, 1, n),
                _ => {
                    let by = by.rem_euclid(n as isize) as usize;
                    Array::concat_op(&[cut(&x, axis, n - by, 1, by), cut(&x, axis, 0, 1, n - by)], axis)
                }
            };
            pool.push(y, || format!("shift(v{k}, axis {axis}, by {by})"))
        }
        Kind::Part => {
            let k = pool.any(d, |_| true);
            let start = d.below(n.min(5));
            let x = pool.full(k);
            let step = 1 + d.below(3);
            let count = (n - start).div_ceil(step);
            let part = cut(&x, axis, start, step, count);
            let covered = start + (count - 1) * step + 1;
            let y = pad(&part, axis, start as isize, (n - covered) as isize, step - 1);
            pool.push(y, || format!("every {step}th of v{k} from {start} on, axis {axis}, padded back"))
        }
        Kind::Flip => {
            let (axes, k) = (pool.axes(d), pool.any(d, |_| true));
            pool.push(pool.get(k).flip_op(axes.clone()), || format!("flip(v{k}, axes {axes:?})"))
        }
        Kind::Turn => {
            let k = pool.any(d, |_| true);
            let (rank, by) = (pool.rank(), 1 + d.below(3));
            let turned = pool.full(k).permute_op((0..rank).map(|k| (k + by) % rank).collect());
            pool.push(turned.reshape_op(pool.shape.clone()), || {
                format!("axes of v{k} turned by {by}, reshaped back")
            })
        }
        Kind::Row => {
            let k = pool.any(d, |_| true);
            let at = d.below(n);
            pool.push(cut(&pool.full(k), axis, at, 1, 1), || format!("v{k} at {at} of axis {axis}"))
        }
        Kind::Gather | Kind::Scatter => {
            let i = pool.int(d);
            let at = index(&pool.full(i), axis, n);
            let k = pool.any(d, |x| kind == Kind::Gather || is_number(x));
            let x = three(&pool.full(k), axis);
            let y = match kind {
                Kind::Gather => x.gather_op(&at),
                _ => Array::scatter_add_op(&at, &summable(&x), n),
            };
            let name = if kind == Kind::Gather { "gather" } else { "scatter_add quantised" };
            pool.push(y.reshape_op(pool.shape.clone()), || format!("{name}(v{k} by v{i}, axis {axis})"))
        }
        Kind::Join => {
            let k = pool.any(d, |_| true);
            let j = pool.of(d, pool.get(k).dtype());
            let m = d.below(n + 1);
            let (x, y) = (pool.full(k), pool.full(j));
            let z = Array::concat_op(&[cut(&x, axis, 0, 1, m), cut(&y, axis, 0, 1, n - m)], axis);
            pool.push(z, || format!("concat(v{k}[..{m}], v{j}, axis {axis})"))
        }
        Kind::Order => {
            let k = pool.any(d, is_number);
            let x = pool.full(k);
            match d.below(2) {
                0 => pool.push(x.argsort_op(), || format!("argsort(v{k})")),
                _ => {
                    let reverse = d.flag();
                    let op = d.one(&[Reduction::Sum, Reduction::Max, Reduction::Min]);
                    let y = match op {
                        Reduction::Sum => summable(&x).cumulative_op(op, axis, reverse),
                        Reduction::Max | Reduction::Min => x.cumulative_op(op, axis, reverse),
                    };
                    pool.push(y, || format!("{op:?} so far of v{k}, axis {axis}, reverse {reverse}"))
                }
            }
        }
        Kind::Unit => {
            let (dtype, by) = (d.one(&REAL), d.below(5) as isize - 2);
            if pool.rank() == 2 {
                let (n, m) = (pool.shape[0], pool.shape[1]);
                pool.push(Array::eye(n, m, by, dtype), || format!("eye({n}, {m}, {by})"))
            }
        }
        Kind::Simple
        | Kind::Arithmetic
        | Kind::Function
        | Kind::Function2
        | Kind::Compare
        | Kind::Choice
        | Kind::Logic
        | Kind::Cast
        | Kind::Integer
        | Kind::Complex
        | Kind::Count => unreachable!("computes"),
    }
}
