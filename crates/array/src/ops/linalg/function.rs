//! Functions of matrices, and matrices made of blocks.

use super::{call_one, matrices, run, square, sum, t};
use crate::array::Array;
use crate::axis::keepdims;
use crate::custom::Linear;
use crate::linalg::inv;
use crate::ops::{concatenate, where_};
use crate::prim::Linalg;
use crate::promote::same_dtype;
use crate::shape::Shape;
use pullback_real::{Real, refuse};

/// A power of square matrices, by repeated squaring; a negative one is that of the inverse, power 0 the identity.
///
/// ```
/// use pullback_array::{Array, linalg::matrix_power};
/// let a = Array::from([[1.0, 1.0], [0.0, 1.0]]);
/// assert_eq!(matrix_power(&a, 5).to_vec::<f64>(), [1.0, 5.0, 0.0, 1.0]);
/// assert_eq!(matrix_power(&a, -2).to_vec::<f64>(), [1.0, -2.0, 0.0, 1.0]);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn matrix_power(a: &Array, power: i32) -> Array {
    let n = square("matrix_power", a);
    let mut square = if power < 0 { inv(a) } else { a.clone() };
    let (mut left, mut product) = (power.unsigned_abs(), None::<Array>);
    while left > 0 {
        if left % 2 == 1 {
            product = Some(product.map_or(square.clone(), |p| p.matmul(&square)))
        }
        left /= 2;
        if left > 0 {
            square = square.matmul(&square)
        }
    }
    product.unwrap_or_else(|| Array::identity(n, a.dtype()).broadcast_op(&a.0.shape))
}

/// The exponential of square matrices, by Padé approximants with scaling and squaring, each matrix with a degree and a
/// scale of its own.
///
/// Derivatives of any order: the exponential of `[[a, e], [0, a]]` has the derivative along `e` in its corner.
///
/// ```
/// use pullback_array::{Array, linalg::expm};
/// let e = expm(&Array::from([[0.0, 1.0], [0.0, 0.0]]));
/// assert_eq!(e.to_vec::<f64>(), [1.0, 1.0, 0.0, 1.0]);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn expm(a: &Array) -> Array {
    square("expm", a);
    // The adjoint of the derivative at a is the derivative at aᵀ.
    let pull = |xs: &[Array], _: &Array, g: &Array| vec![Some(along(&t(&xs[0]), g))];
    let push = |xs: &[Array], _: &Array, da: Linear| Some(along(&xs[0], da[0].as_ref()?));
    call_one("expm", &[a], |xs| run(Linalg::Expm, &[&xs[0]]).swap_remove(0), pull, push)
}

/// The derivative of the exponential along `e`.
#[track_caller]
fn along(a: &Array, e: &Array) -> Array {
    let (r, n) = (a.ndim(), a.shape()[a.ndim() - 1]);
    if n == 0 {
        return e.clone();
    }
    // Linear in e, which is taken as large as a is: the scale of the exponential is to be that of a.
    let size = |x: &Array| {
        let largest = x.stop_gradient().abs().max_axis(keepdims([-2, -1]));
        where_(&largest.equal(0.0), 1.0, largest)
    };
    let scale = size(a) / size(e);
    let upper = Array::concat_op(&[a.clone(), e * &scale], r - 1);
    let lower = Array::concat_op(&[a.zeros_like(), a.clone()], r - 1);
    let both = expm(&Array::concat_op(&[upper, lower], r - 2));
    both.narrow(r - 2, 0, n).narrow(r - 1, n, n) / scale
}

/// The solution of Sylvester's equation `a x + x b = q`: `a[…, m, m]`, `b[…, n, n]`, `q[…, m, n]`, leading axes
/// broadcast. NaN if an eigenvalue of `a` is the negative of one of `b`: then there is none, or not only one.
///
/// ```
/// use pullback_array::{Array, linalg::solve_sylvester};
/// let (a, b) = (Array::from([[1.0, 1.0], [0.0, 1.0]]), Array::from([[1.0]]));
/// assert_eq!(solve_sylvester(&a, &b, &Array::from([[4.0], [2.0]])).to_vec::<f64>(), [1.5, 1.0]);
/// ```
///
/// # Panics
/// If `a` or `b` are not square, `q` does not fit them, or the dtypes differ or are not floats or complex.
#[track_caller]
pub fn solve_sylvester(a: &Array, b: &Array, q: &Array) -> Array {
    let what = "solve_sylvester";
    let (a, b) = same_dtype(what, a, b);
    let (a, q) = same_dtype(what, &a, q);
    // One that met a complex matrix after the other.
    let (_, b) = same_dtype(what, &a, &b);
    let (m, n) = (square(what, &a), square(what, &b));
    let lead = |x: &Array| super::lead(x, 2);
    let joint = (matrices(what, &q) == [m, n])
        .then(|| lead(&a).broadcast(&lead(&b)).and_then(|l| l.broadcast(&lead(&q))))
        .flatten();
    let Some(joint) = joint else {
        refuse(
            format_args!(
                "{what}: matrices of shapes {} and {} want a right-hand side […, {m}, {n}], not {}",
                a.0.shape, b.0.shape, q.0.shape
            ),
            &[("left", a.at()), ("right", b.at()), ("right-hand side", q.at())],
        )
    };
    let whole = |x: &Array| super::spread(x, &joint, 2);
    sylvester(&whole(&a), &whole(&b), &whole(&q))
}

/// Solutions of Sylvester equations of matrices with equal leading axes.
#[track_caller]
fn sylvester(a: &Array, b: &Array, q: &Array) -> Array {
    let pull = |xs: &[Array], x: &Array, g: &Array| {
        let gq = sylvester(&t(&xs[0]), &t(&xs[1]), g);
        vec![Some(-gq.matmul(&t(x))), Some(-t(x).matmul(&gq)), Some(gq)]
    };
    let push = |xs: &[Array], x: &Array, ts: Linear| {
        let by_a = ts[0].as_ref().map(|da| -da.matmul(x));
        let by_b = ts[1].as_ref().map(|db| -x.matmul(db));
        Some(sylvester(&xs[0], &xs[1], &sum([ts[2].clone(), by_a, by_b])?))
    };
    let value = |xs: &[Array]| run(Linalg::Sylvester, &[&xs[0], &xs[1], &xs[2]]).swap_remove(0);
    call_one("solve_sylvester", &[a, b, q], value, pull, push)
}

/// The principal square root of square matrices: that whose eigenvalues have positive real parts. NaN where there is a
/// negative real eigenvalue: of a real matrix it is not real, of a complex one not determined. The derivative solves
/// Sylvester's equation and is NaN at singular matrices.
///
/// ```
/// use pullback_array::{Array, Real, linalg::sqrtm};
/// let x = sqrtm(&Array::from([[33.0, 24.0], [48.0, 57.0]]));
/// assert!((x - Array::from([[5.0, 2.0], [4.0, 7.0]])).abs().max().item() < 1e-13);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn sqrtm(a: &Array) -> Array {
    square("sqrtm", a);
    let pull = |_: &[Array], x: &Array, g: &Array| vec![Some(sylvester(&t(x), &t(x), g))];
    let push = |_: &[Array], x: &Array, da: Linear| Some(sylvester(x, x, da[0].as_ref()?));
    call_one("sqrtm", &[a], |xs| run(Linalg::Sqrtm, &[&xs[0]]).swap_remove(0), pull, push)
}

/// A matrix with these blocks along its diagonal and zeros beside them; a vector is a row, a number a 1×1 block.
///
/// ```
/// use pullback_array::{Array, linalg::block_diag};
/// let y = block_diag(&[Array::from([[1.0, 2.0]]), Array::from(3.0)]);
/// assert_eq!(y.to_vec::<f64>(), [1.0, 2.0, 0.0, 0.0, 0.0, 3.0]);
/// ```
///
/// # Panics
/// If there is no block, one has more than two axes, or the dtypes differ.
#[track_caller]
pub fn block_diag(blocks: &[Array]) -> Array {
    if blocks.is_empty() {
        refuse(format_args!("block_diag: there are no blocks"), &[])
    }
    if let Some(x) = blocks.iter().find(|x| x.ndim() > 2) {
        refuse(
            format_args!("block_diag: a block has at most two axes, not shape {}", x.0.shape),
            &[("", x.at())],
        )
    }
    let blocks: Vec<Array> = blocks.iter().map(|x| x.reshape_op(x.0.shape.pad_left(2))).collect();
    let columns: usize = blocks.iter().map(|x| x.shape()[1]).sum();
    let mut before = 0;
    let rows: Vec<Array> = blocks
        .iter()
        .map(|x| {
            let [m, n] = [x.shape()[0], x.shape()[1]];
            let zeros = |n: usize| Array::fill(0.0, Shape::new(&[m, n]), x.dtype());
            let parts = [zeros(before), x.clone(), zeros(columns - before - n)];
            before += n;
            Array::concat_op(&parts, 1)
        })
        .collect();
    concatenate(&rows, 0)
}
