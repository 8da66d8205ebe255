//! Jacobians and Hessians: a batch of `vjp` or `jvp`, one for each unit vector.

use super::jvp::pushforward_of;
use super::vjp::gradient;
use super::{jvp, map_rows, needs_floats, vjp, vmap};
use crate::array::Array;
use crate::shape::{Dims, Shape};
use crate::tree::{Tree, leaves, map, zip};
use pullback_real::{Mode, refuse};

/// From f: its Jacobian at a point, a tree like the input, whose leaves have the output's axes in front of their own.
///
/// All rows (or columns) are computed together, as one batch: see [`jacobian_with`] for less memory.
///
/// ```
/// use pullback_array::{Array, Real, jacobian};
/// let f = |x: &Array| x.square() * x.sum();
/// let j = jacobian(f)(&Array::from([1.0, 2.0]));
/// assert_eq!(j.to_vec::<f64>(), [7.0, 1.0, 4.0, 16.0]);
/// ```
///
/// # Panics
/// If f's result is not real floating point, or the point is complex or has only integer leaves.
pub fn jacobian<P: Tree + Clone + 'static>(f: impl Fn(&P) -> Array) -> impl Fn(&P) -> P {
    jacobian_with(f, Mode::Auto, usize::MAX)
}

/// Like [`jacobian`], in the mode that `mode` says, and at most `chunk` rows (or columns) at a time: the memory of the
/// intermediates of one chunk.
///
/// ```
/// use pullback_array::{Array, Mode, Real, jacobian_with};
/// let j = jacobian_with(|x: &Array| x.exp(), Mode::Reverse, 2)(&Array::zeros(&[3], pullback_array::DType::F64));
/// assert_eq!(j.to_vec::<f64>(), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
/// ```
///
/// # Panics
/// If f's result is not real floating point, the point is complex, or `chunk` is 0.
#[track_caller]
pub fn jacobian_with<P: Tree + Clone + 'static>(
    f: impl Fn(&P) -> Array,
    mode: Mode,
    chunk: usize,
) -> impl Fn(&P) -> P {
    if chunk == 0 {
        refuse(format_args!("jacobian_with: a chunk has at least one row"), &[])
    }
    move |p| {
        needs_floats("jacobian", p);
        let (y, pull) = vjp(&f)(p);
        needs_real(leaves(p).iter().chain([&y]));
        if !y.dtype().is_float() {
            refuse(
                format_args!("jacobian: the function's result must be floating point, not {}", y.dtype()),
                &[("", y.at())],
            )
        }
        let inputs: usize = leaves(p).iter().filter(|x| x.dtype().is_float()).map(Array::size).sum();
        if !mode.is_forward(inputs, y.size()) {
            let basis = identity(&y);
            let rows = in_chunks(&basis, chunk, |g: &Array| pull(g));
            return zip(&rows, p, |d, x| d.reshape_op(joined(&y.0.shape, &x.0.shape)));
        }
        // The columns of each leaf in turn, for which the tangents of the other leaves are zero.
        let mut k = 0;
        map(p, |x| {
            let leaf = k;
            k += 1;
            if !x.dtype().is_float() {
                return Array::fill(0.0, joined(&y.0.shape, &x.0.shape), x.dtype());
            }
            let column = |t: &Array| {
                let mut at = 0;
                let dp = map(p, |x| {
                    at += 1;
                    if at - 1 == leaf { t.clone() } else { x.zeros_like() }
                });
                jvp(&f)(p, &dp).1
            };
            // [inputs, y…] → [y…, inputs].
            let columns = in_chunks(&identity(x), chunk, column);
            let order: Dims = (1..columns.ndim()).chain([0]).collect();
            columns.permute_op(order).reshape_op(joined(&y.0.shape, &x.0.shape))
        })
    }
}

fn joined(front: &Shape, back: &Shape) -> Shape {
    front.iter().chain(back.iter()).copied().collect()
}

/// Refuses complex arrays.
#[track_caller]
fn needs_real<'a>(mut arrays: impl Iterator<Item = &'a Array>) {
    if let Some(z) = arrays.find(|x| x.dtype().is_complex()) {
        refuse(
            format_args!(
                "jacobian: a complex array has two Jacobians' worth of derivatives; write the function of .real() and .imag(), or use holomorphic_grad"
            ),
            &[(&format!("array of {}", z.dtype()), z.at())],
        )
    }
}

/// The unit vectors of arrays like `x`, stacked along axis 0.
#[track_caller]
fn identity(x: &Array) -> Array {
    let n = x.size();
    let shape = Shape::new(&[n]).iter().copied().chain(x.shape().iter().copied()).collect();
    Array::eye(n, n, 0, x.dtype()).reshape_op(shape)
}

/// f of each row, `chunk` of them at a time.
#[track_caller]
fn in_chunks<Q: Tree + Clone>(rows: &Array, chunk: usize, f: impl Fn(&Array) -> Q) -> Q {
    let n = rows.shape()[0];
    if n <= chunk {
        return vmap(f)(rows);
    }
    // Full chunks in a loop, then the rest.
    let (full, dims) = (n / chunk, &rows.shape()[1..]);
    let cut = |from: usize, to: usize| rows.get(from..to);
    let blocks = cut(0, full * chunk);
    let blocks = blocks.reshape_op([full, chunk].into_iter().chain(dims.iter().copied()).collect());
    let flat =
        |y: &Array| y.reshape_op([full * chunk].into_iter().chain(y.shape()[2..].iter().copied()).collect());
    let done = map(&map_rows(vmap(&f), &blocks), flat);
    if full * chunk == n {
        return done;
    }
    let rest = vmap(f)(&cut(full * chunk, n));
    zip(&done, &rest, |a, b| Array::concat_op(&[a.clone(), b.clone()], 0))
}

/// From f, which returns one number: its Hessian at a point, with the input's axes twice; forward over
/// reverse. For a tree of several arrays, see [`ravel`](crate::ravel).
///
/// ```
/// use pullback_array::{Array, Real, hessian};
/// let h = hessian(|x: &Array| (x.square() * x).sum())(&Array::from([1.0, 2.0]));
/// assert_eq!(h.to_vec::<f64>(), [6.0, 0.0, 0.0, 12.0]);
/// ```
///
/// # Panics
/// If f's result is not one floating-point number.
pub fn hessian(f: impl Fn(&Array) -> Array) -> impl Fn(&Array) -> Array {
    let product = pushforward_of("hessian", gradient("hessian", f));
    move |x| {
        needs_real([x].into_iter());
        needs_floats("hessian", x);
        let product = |t: &Array| product(x, t).1;
        // One product with each unit vector, one below the other. The matrix is symmetric: they are its rows.
        in_chunks(&identity(x), usize::MAX, product).reshape_op(joined(&x.0.shape, &x.0.shape))
    }
}

/// From f: the product of its Hessian at a point with a tangent, at the cost of a few gradients; forward over reverse.
///
/// ```
/// use pullback_array::{Array, Real, hvp};
/// let f = |x: &Array| (x.square() * x).sum();
/// assert_eq!(hvp(f)(&Array::from([1.0, 2.0]), &Array::from([1.0, 1.0])).to_vec::<f64>(), [6.0, 12.0]);
/// ```
///
/// # Panics
/// If f's result is not one floating-point number, or the tangent does not fit the point.
pub fn hvp<P: Tree + Clone>(f: impl Fn(&P) -> Array) -> impl Fn(&P, &P) -> P {
    let pushed = pushforward_of("hvp", gradient("hvp", f));
    move |p, v| pushed(p, v).1
}
