//! Cholesky, LU and QR factorisations. Rules: Murray, "Differentiation of the Cholesky decomposition" (2016); Walter,
//! Lehmann & Lamour, "On evaluating higher-order derivatives of the QR decomposition" (2012).

use super::triangular::{Triangle, triangular};
use super::{
    call, call_one, diagonal_matrix, h, hermitian, hermitian_one, lead, matrices, on_diagonal, phases, run,
    square, sum, symmetrised, t,
};
use crate::array::Array;
use crate::custom::Linear;
use crate::dtype::DType;
use crate::ops::where_;
use crate::prim::{Linalg, Padding};
use crate::shape::Shape;
use smallvec::SmallVec;

/// The lower factor `L` of symmetric or Hermitian positive definite matrices: `a = L Lᴴ`, with a real and positive
/// diagonal. Of the input the symmetric (Hermitian) part is taken first, so that the gradient is symmetric (Hermitian). A
/// matrix that is not positive definite gives NaN.
///
/// ```
/// use pullback_array::{Array, linalg::cholesky};
/// let l = cholesky(&Array::from([[4.0, 2.0], [2.0, 5.0]]));
/// assert_eq!(l.to_vec::<f64>(), [2.0, 0.0, 1.0, 2.0]);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn cholesky(a: &Array) -> Array {
    square("cholesky", a);
    // L⁻¹ (·) L⁻ᴴ and its adjoint.
    let pull = hermitian_one(|_: &[Array], l: &Array, g: &Array| {
        let p = halved(&h(l).matmul(&g.tril(0)));
        let left = triangular(&l.conj(), &p, Triangle::lower().transposed());
        vec![Some(h(&triangular(&l.conj(), &h(&left), Triangle::lower().transposed())))]
    });
    let push = |_: &[Array], l: &Array, da: Linear| {
        let left = triangular(l, da[0].as_ref()?, Triangle::lower());
        Some(l.matmul(&halved(&h(&triangular(l, &h(&left), Triangle::lower())))))
    };
    call_one("cholesky", &[&symmetrised(a)], |a| run(Linalg::Cholesky, &[&a[0]]).swap_remove(0), pull, push)
}

/// The lower triangle with half its diagonal.
#[track_caller]
fn halved(x: &Array) -> Array {
    let n = x.shape()[x.ndim() - 1];
    where_(&on_diagonal(n), 0.5 * x, x.tril(-1))
}

/// What elimination with row exchanges leaves: `L` and `U` in one matrix, and the order of rows, as numbers; both
/// constants. With them the determinant of the exchanges.
#[track_caller]
pub(super) fn eliminated(a: &Array) -> [Array; 3] {
    let results = run(Linalg::Lu, &[&a.stop_gradient()]);
    let [lu, order, parity] =
        <[Array; 3]>::try_from(results).unwrap_or_else(|_| unreachable!("three results"));
    [lu, order.real(), parity]
}

/// The rows of each matrix in another order: `order[…, m]`, numbers of rows.
#[track_caller]
pub(super) fn rows(x: &Array, order: &Array) -> Array {
    let (lead, r) = (lead(x, 2), x.ndim());
    let (m, n, count) = (x.shape()[r - 2], x.shape()[r - 1], order.shape()[order.ndim() - 1]);
    let table = x.reshape_op(Shape::new(&[lead.size(), m, n]));
    let order = order.cast(DType::I64).reshape_op(Shape::new(&[lead.size(), count]));
    table.gather_op(&order).reshape_op(lead.iter().copied().chain([count, n]).collect())
}

/// LU factorisation with row exchanges of matrices `[…, m, n]`: `(l, u, order)` with `l[…, m, k]` unit lower triangular,
/// `u[…, k, n]` upper triangular, k the smaller extent, and `order[…, m]` (`i64`) the row of `a` that row i of `l u` is.
///
/// Derivatives take the order as constant; they are NaN where `u` is singular.
///
/// ```
/// use pullback_array::{Array, linalg::lu};
/// let (l, u, order) = lu(&Array::from([[0.0, 2.0], [4.0, 1.0]]));
/// assert_eq!(order.to_vec::<i64>(), [1, 0]);
/// assert_eq!(l.matmul(&u).to_vec::<f64>(), [4.0, 1.0, 0.0, 2.0]);
/// ```
///
/// # Panics
/// If there are fewer than two axes or the numbers are not floats or complex.
#[track_caller]
pub fn lu(a: &Array) -> (Array, Array, Array) {
    let [m, n] = matrices("lu", a);
    let [packed, order, _] = eliminated(a);
    // With L and U made square (see `whole`) and F = L⁻¹ da U⁻¹: dL = L tril(F, −1), dU = triu(F) U.
    let pull = move |xs: &[Array], lu: &Array, g: &Array| {
        let (l, u) = (unit_lower(&whole(lu, m)), whole(lu, n).triu(0));
        let f = t(&l).matmul(&g.tril(-1)).tril(-1) + g.triu(0).matmul(&t(&u)).triu(0);
        let left = triangular(&l, &f, Triangle::lower().transposed().unit_diagonal());
        let both = t(&triangular(&u, &t(&left), Triangle::upper()));
        vec![Some(rows(&both, &xs[1].argsort(-1))), None]
    };
    let push = move |xs: &[Array], lu: &Array, da: Linear| {
        let (l, u) = (unit_lower(&whole(lu, m)), whole(lu, n).triu(0));
        let left = triangular(&l, &rows(da[0].as_ref()?, &xs[1]), Triangle::lower().unit_diagonal());
        let f = t(&triangular(&u, &t(&left), Triangle::upper().transposed()));
        Some(l.matmul(&f.tril(-1)) + f.triu(0).matmul(&u))
    };
    let packed = call_one("lu", &[a, &order], |_| packed, pull, push);
    let (r, k) = (a.ndim(), m.min(n));
    let l = unit_lower(&packed.narrow(r - 1, 0, k));
    (l, packed.narrow(r - 2, 0, k).triu(0), order.cast(DType::I64))
}

/// The strict lower triangle with ones on the diagonal.
#[track_caller]
fn unit_lower(x: &Array) -> Array {
    let [m, n] = [x.shape()[x.ndim() - 2], x.shape()[x.ndim() - 1]];
    where_(&Array::eye(m, n, 0, DType::Bool), 1.0, x.tril(-1))
}

/// The first n rows and columns, with those of the identity where there are fewer.
#[track_caller]
fn whole(x: &Array, n: usize) -> Array {
    let r = x.ndim();
    let (have, mut pads) = (x.shape()[r - 2].min(x.shape()[r - 1]), SmallVec::<[Padding; 6]>::new());
    pads.extend(x.shape().iter().enumerate().map(|(axis, &m)| {
        let hi = if axis < r - 2 { 0 } else { n as isize - m as isize };
        Padding { lo: 0, hi, interior: 0 }
    }));
    let x = x.pad_op(pads);
    if have >= n {
        return x;
    }
    let new = Array::range(n, DType::I64).greater_equal(have as f64);
    let new = diagonal_matrix(&new.cast(x.dtype()));
    x + new
}

/// Reduced QR factorisation of matrices `[…, m, n]`: `(q, r)` with orthonormal columns `q[…, m, k]`, upper triangular
/// `r[…, k, n]`, k the smaller extent. The diagonal of `r` is real and not negative, which makes
/// both unique.
///
/// Derivatives are NaN where the first k columns are linearly dependent.
///
/// ```
/// use pullback_array::{Array, Real, linalg::qr};
/// let (q, r) = qr(&Array::from([[3.0, 1.0], [4.0, 3.0]]));
/// assert!((q.matmul(&r) - Array::from([[3.0, 1.0], [4.0, 3.0]])).abs().max().item() < 1e-15);
/// assert!((r - Array::from([[5.0, 3.0], [0.0, 1.0]])).abs().max().item() < 1e-15);
/// ```
///
/// # Panics
/// If there are fewer than two axes or the numbers are not floats or complex.
#[track_caller]
pub fn qr(a: &Array) -> (Array, Array) {
    let [m, n] = matrices("qr", a);
    let last = a.ndim() - 1;
    if m < n {
        // The first columns decide Q.
        let (q, r) = qr(&a.narrow(last, 0, m));
        let rest = h(&q).matmul(&a.narrow(last, m, n - m));
        return (q, Array::concat_op(&[r, rest], last));
    }
    let pull = hermitian(|_: &[Array], ys: &[Array], gs: Linear| {
        let [q, r] = [&ys[0], &ys[1]];
        let by_r = gs[1].as_ref().map(|g| r.matmul(&h(&g.triu(0))));
        let by_q = gs[0].as_ref().map(|g| -h(g).matmul(q));
        let inside = sum([by_r, by_q]).map(|m| {
            let lower = m.tril(-1);
            let n = m.shape()[m.ndim() - 1];
            q.matmul(&(h(&lower) + where_(&on_diagonal(n), m.real(), lower)))
        });
        let g = sum([gs[0].clone(), inside]);
        vec![g.map(|g| h(&triangular(r, &h(&g), Triangle::upper())))]
    });
    let push = |_: &[Array], ys: &[Array], da: Linear| {
        let [q, r] = [&ys[0], &ys[1]];
        let Some(da) = &da[0] else { return vec![None, None] };
        let x = t(&triangular(r, &t(da), Triangle::upper().transposed()));
        let c = h(q).matmul(&x);
        let lower = c.tril(-1);
        // What is left of c in R is upper triangular with a real diagonal.
        let turn = &lower - h(&lower);
        let turn = match phases(&c) {
            Some(p) => turn + diagonal_matrix(&p),
            None => turn,
        };
        vec![Some(q.matmul(&(&turn - &c)) + x), Some((c - turn).matmul(r))]
    };
    let mut results = call("qr", &[a], |a| run(Linalg::Qr, &[&a[0]]), pull, push).into_iter();
    let mut next = || results.next().expect("two results");
    (next(), next())
}
