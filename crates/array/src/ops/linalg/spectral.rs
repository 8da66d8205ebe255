//! Singular values, eigenvalues of Hermitian matrices, and what is made of them. Rules: Townsend, "Differentiating the
//! singular value decomposition" (2016); Giles, "Collected matrix derivative results" (2008); Golub & Pereyra (1973).
//!
//! Derivatives of singular values and eigenvalues always exist here, but those of vectors divide by the differences of
//! values: where two are equal the vectors are not determined, and a derivative that asks for them is NaN. (A zero in its
//! place would make functions like V f(w) Vᴴ look flat where they are not.)
//!
//! Complex vectors may be multiplied by any phase, and which one a factorisation gives is chance: a function that depends
//! on it has no derivative. The rules hold the phases of eigenvectors, and those of the right singular vectors (so Wan &
//! Zhang, "Automatic differentiation for complex valued SVD", 2019, and JAX); all functions that do not depend on phases
//! then have the right derivative.

use super::{
    call, call_one, column, diagonal, diagonal_matrix, h, hermitian, hermitian_one, matrices, on_diagonal,
    phases, row, run, square, sum, symmetrised,
};
use crate::array::Array;
use crate::custom::Linear;
use crate::dtype::DType;
use crate::ops::where_;
use crate::prim::Linalg;
use pullback_real::refuse;

/// Reduced singular value decomposition of matrices `[…, m, n]`: `(u, s, vt)` with orthonormal columns `u[…, m, k]`, the
/// singular values `s[…, k]` in descending order and orthonormal rows `vt[…, k, n]`, k the smaller extent.
///
/// Of complex matrices `vt` holds the conjugates, `a = u diag(s) vt`, and singular values are real.
///
/// The signs of singular vectors are arbitrary, and the phases of complex ones: what is differentiated should not depend
/// on them. Derivatives of `u` and `vt` are NaN where singular values are equal, or zero in a matrix that is complex or
/// not square.
///
/// ```
/// use pullback_array::{Array, Real, linalg::svd};
/// let (u, s, vt) = svd(&Array::from([[0.0, 2.0], [1.0, 0.0]]));
/// assert_eq!(s.to_vec::<f64>(), [2.0, 1.0]);
/// assert_eq!(u.matmul(&(s.reshape([2, 1]) * vt)).round().to_vec::<f64>(), [0.0, 2.0, 1.0, 0.0]);
/// ```
///
/// # Panics
/// If there are fewer than two axes or the numbers are not floats or complex.
#[track_caller]
pub fn svd(a: &Array) -> (Array, Array, Array) {
    let [m, n] = matrices("svd", a);
    let k = m.min(n);
    // Divides by sⱼ² − sᵢ².
    let over_gaps = move |x: &Array, s: &Array| {
        let gaps = (row(s) - column(s)) * (row(s) + column(s));
        let same = on_diagonal(k);
        where_(&same, 0.0, x / where_(&same, 1.0, gaps))
    };
    // Of the phases of complex vectors only those of u less those of v are determined: v's are held.
    let turned = |c: &Array, s: &Array| Some(diagonal_matrix(&(phases(c)? / s)));
    let pull = hermitian(move |_: &[Array], ys: &[Array], gs: Linear| {
        let [u, s, vt] = [&ys[0], &ys[1], &ys[2]];
        let (gu, gv) = (gs[0].as_ref(), gs[2].as_ref().map(h));
        let turning = |x: &Array, g: &Array| {
            let c = h(x).matmul(g);
            over_gaps(&(&c - h(&c)), s)
        };
        let by_u = gu.map(|g| turning(u, g) * row(s));
        let by_v = gv.as_ref().map(|g| column(s) * turning(&h(vt), g));
        let by_phase = gu.and_then(|g| turned(&h(u).matmul(g), s));
        let inside = sum([by_u, by_v, by_phase, gs[1].as_ref().map(diagonal_matrix)]);
        let across = |x: &Array, g: &Array| (g - x.matmul(&h(x).matmul(g))) / row(s);
        let out_u = gu.filter(|_| m > k).map(|g| across(u, g).matmul(vt));
        let out_v = gv.as_ref().filter(|_| n > k).map(|g| u.matmul(&h(&across(&h(vt), g))));
        vec![sum([inside.map(|x| u.matmul(&x).matmul(vt)), out_u, out_v])]
    });
    let push = move |_: &[Array], ys: &[Array], da: Linear| {
        let [u, s, vt] = [&ys[0], &ys[1], &ys[2]];
        let Some(da) = &da[0] else { return vec![None, None, None] };
        let v = &h(vt);
        let c = h(u).matmul(da).matmul(v);
        let du = over_gaps(&(&c * row(s) + column(s) * h(&c)), s);
        let du = sum([Some(du), turned(&c, s)]).map(|x| u.matmul(&x));
        let dv = v.matmul(&over_gaps(&(column(s) * &c + h(&c) * row(s)), s));
        let out_u = (m > k).then(|| (da.matmul(v) - u.matmul(&c)) / row(s));
        let out_v = (n > k).then(|| (h(da).matmul(u) - v.matmul(&h(&c))) / row(s));
        vec![sum([du, out_u]), Some(diagonal(&c).real()), sum([Some(dv), out_v]).map(|dv| h(&dv))]
    };
    let mut results = call("svd", &[a], |a| decomposed(&a[0]).into(), pull, push).into_iter();
    let mut next = || results.next().expect("three results");
    (next(), next(), next())
}

/// The factors, computed.
#[track_caller]
fn decomposed(a: &Array) -> [Array; 3] {
    let parts = run(Linalg::Svd { vectors: true }, &[a]);
    let [u, s, vt] = <[Array; 3]>::try_from(parts).unwrap_or_else(|_| unreachable!("three results"));
    [u, s.real(), vt]
}
/// The singular values, computed.
#[track_caller]
fn values_alone(a: &Array) -> Array {
    run(Linalg::Svd { vectors: false }, &[a]).swap_remove(0).real()
}

/// The singular values of matrices `[…, m, n]`, in descending order: `[…, k]`, k the smaller extent. The first derivative
/// exists where singular values are equal too; at zero ones it is a one-sided one.
///
/// ```
/// use pullback_array::{Array, linalg::svdvals};
/// assert_eq!(svdvals(&Array::from([[0.0, -3.0], [1.0, 0.0]])).to_vec::<f64>(), [3.0, 1.0]);
/// ```
///
/// # Panics
/// If there are fewer than two axes or the numbers are not floats or complex.
#[track_caller]
pub fn svdvals(a: &Array) -> Array {
    matrices("svdvals", a);
    let pull = hermitian_one(|xs: &[Array], _: &Array, g: &Array| {
        let (u, _, vt) = svd(&xs[0]);
        vec![Some((u * row(g)).matmul(&vt))]
    });
    let push = |xs: &[Array], _: &Array, da: Linear| {
        let (u, _, vt) = svd(&xs[0]);
        Some(diagonal(&h(&u).matmul(da[0].as_ref()?).matmul(&h(&vt))).real())
    };
    call_one("svdvals", &[a], |xs| values_alone(&xs[0]), pull, push)
}

/// The eigenvalues of symmetric or Hermitian matrices in ascending order, real, and orthonormal eigenvectors as columns:
/// `(w, v)` of `[…, n, n]`. Of the input the symmetric (Hermitian) part is taken first, so that the gradient is symmetric
/// (Hermitian).
///
/// The signs of eigenvectors are arbitrary, and the phases of complex ones: what is differentiated should not depend on
/// them. Derivatives of `v` are NaN where eigenvalues are equal.
///
/// ```
/// use pullback_array::{Array, Real, linalg::eigh};
/// let (w, v) = eigh(&Array::from([[2.0, 1.0], [1.0, 2.0]]));
/// assert_eq!(w.round().to_vec::<f64>(), [1.0, 3.0]);
/// assert_eq!((v.square() * 2.0).round().to_vec::<f64>(), [1.0; 4]);
/// // Of a Hermitian matrix.
/// let y = Array::complex(Array::zeros(&[2, 2], w.dtype()), Array::from([[0.0, -1.0], [1.0, 0.0]]));
/// assert_eq!(eigh(&y).0.round().to_vec::<f64>(), [-1.0, 1.0]);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn eigh(a: &Array) -> (Array, Array) {
    let n = square("eigh", a);
    // Divides by wⱼ − wᵢ.
    let over_gaps = move |x: &Array, w: &Array| {
        let same = on_diagonal(n);
        where_(&same, 0.0, x / where_(&same, 1.0, row(w) - column(w)))
    };
    let pull = hermitian(move |_: &[Array], ys: &[Array], gs: Linear| {
        let [w, v] = [&ys[0], &ys[1]];
        let by_v = gs[1].as_ref().map(|g| over_gaps(&h(v).matmul(g), w));
        let inside = sum([by_v, gs[0].as_ref().map(diagonal_matrix)]);
        vec![inside.map(|x| v.matmul(&x).matmul(&h(v)))]
    });
    let push = move |_: &[Array], ys: &[Array], da: Linear| {
        let [w, v] = [&ys[0], &ys[1]];
        let Some(da) = &da[0] else { return vec![None, None] };
        let c = h(v).matmul(da).matmul(v);
        vec![Some(diagonal(&c).real()), Some(v.matmul(&over_gaps(&c, w)))]
    };
    let value = |xs: &[Array]| {
        let mut parts = run(Linalg::Eigh { vectors: true }, &[&xs[0]]);
        parts[0] = parts[0].real();
        parts
    };
    let mut results = call("eigh", &[&symmetrised(a)], value, pull, push).into_iter();
    let mut next = || results.next().expect("two results");
    (next(), next())
}

/// The eigenvalues of symmetric or Hermitian matrices in ascending order, real: `[…, n, n]` → `[…, n]`. Of the input the
/// symmetric (Hermitian) part is taken first, so that the gradient is symmetric (Hermitian). The first derivative exists
/// where eigenvalues are equal too.
///
/// ```
/// use pullback_array::{Array, Real, linalg::eigvalsh};
/// assert_eq!(eigvalsh(&Array::from([[2.0, 1.0], [1.0, 2.0]])).round().to_vec::<f64>(), [1.0, 3.0]);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn eigvalsh(a: &Array) -> Array {
    square("eigvalsh", a);
    let pull = hermitian_one(|xs: &[Array], _: &Array, g: &Array| {
        let (_, v) = eigh(&xs[0]);
        vec![Some((&v * row(g)).matmul(&h(&v)))]
    });
    let push = |xs: &[Array], _: &Array, da: Linear| {
        let (_, v) = eigh(&xs[0]);
        Some(diagonal(&h(&v).matmul(da[0].as_ref()?).matmul(&v)).real())
    };
    let value = |xs: &[Array]| run(Linalg::Eigh { vectors: false }, &[&xs[0]]).swap_remove(0).real();
    call_one("eigvalsh", &[&symmetrised(a)], value, pull, push)
}

/// Below which part of the largest singular value others count as zero: the larger extent times the spacing of numbers
/// at 1, as in NumPy's `matrix_rank`.
fn negligible(a: &Array) -> f64 {
    let [m, n] = [a.shape()[a.ndim() - 2], a.shape()[a.ndim() - 1]];
    let spacing = if a.dtype().real() == DType::F32 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    m.max(n) as f64 * spacing
}

/// Where singular values count, for matrices with the extents of `a`.
#[track_caller]
fn counting(s: &Array, a: &Array) -> Array {
    let first = s.narrow(s.ndim() - 1, 0, s.shape()[s.ndim() - 1].min(1));
    s.greater(first * negligible(a))
}

/// The Moore–Penrose inverse of matrices `[…, m, n]`: `[…, n, m]`. Singular values up to max(m, n) ε times the largest
/// count as zero. The derivative is that among matrices of the same rank, outside of which there is none.
///
/// ```
/// use pullback_array::{Array, linalg::pinv};
/// assert_eq!(pinv(&Array::from([[2.0, 0.0], [0.0, 0.0]])).to_vec::<f64>(), [0.5, 0.0, 0.0, 0.0]);
/// ```
///
/// # Panics
/// If there are fewer than two axes or the numbers are not floats or complex.
#[track_caller]
pub fn pinv(a: &Array) -> Array {
    matrices("pinv", a);
    let value = |xs: &[Array]| {
        let [u, s, vt] = &decomposed(&xs[0]);
        let counts = counting(s, &xs[0]);
        let inverses = where_(&counts, 1.0 / where_(&counts, s, 1.0), 0.0);
        // NaN stays NaN.
        h(vt).matmul(&(column(&(inverses + s * 0.0)) * h(u)))
    };
    let pull = hermitian_one(|xs: &[Array], p: &Array, g: &Array| {
        let (a, ph, gh) = (&xs[0], &h(p), &h(g));
        let inner = ph.matmul(g).matmul(ph);
        let left = gh.matmul(p).matmul(ph);
        let right = ph.matmul(p).matmul(gh);
        let left = &left - a.matmul(&p.matmul(&left));
        let right = &right - right.matmul(p).matmul(a);
        vec![Some(left + right - inner)]
    });
    let push = |xs: &[Array], p: &Array, da: Linear| {
        let (a, da) = (&xs[0], da[0].as_ref()?);
        let (ph, dah) = (&h(p), &h(da));
        let inner = p.matmul(da).matmul(p);
        let left = p.matmul(ph).matmul(dah);
        let right = dah.matmul(ph).matmul(p);
        let left = &left - left.matmul(a).matmul(p);
        let right = &right - p.matmul(&a.matmul(&right));
        Some(left + right - inner)
    };
    call_one("pinv", &[a], value, pull, push)
}

/// The number of singular values of each matrix that exceed max(m, n) ε times the largest (`i64`; no derivative).
///
/// ```
/// use pullback_array::{Array, linalg::matrix_rank};
/// assert_eq!(matrix_rank(&Array::from([[1.0, 2.0], [2.0, 4.0]])).to_vec::<i64>(), [1]);
/// ```
///
/// # Panics
/// If there are fewer than two axes or the numbers are not floats or complex.
#[track_caller]
pub fn matrix_rank(a: &Array) -> Array {
    matrices("matrix_rank", a);
    let s = values_alone(&a.stop_gradient());
    counting(&s, a).cast(DType::I64).sum_axis(-1)
}

/// The condition number of matrices in the 2-norm: the largest singular value by the smallest, infinite for a singular
/// matrix. (NumPy's `cond`, which here is the choice between functions.)
///
/// ```
/// use pullback_array::{Array, linalg::condition_number};
/// assert_eq!(condition_number(&Array::from([[4.0, 0.0], [0.0, 2.0]])).item(), 2.0);
/// ```
///
/// # Panics
/// If there are fewer than two axes, a matrix has no elements, or the numbers are not floats or complex.
#[track_caller]
#[doc(alias = "cond")]
pub fn condition_number(a: &Array) -> Array {
    let [m, n] = matrices("condition_number", a);
    if m.min(n) == 0 {
        refuse(
            format_args!(
                "condition_number: a matrix without elements has no condition number: shape {}",
                a.0.shape
            ),
            &[("", a.at())],
        )
    }
    let s = svdvals(a);
    let (last, k) = (s.ndim() - 1, m.min(n));
    let one = |i: usize| s.narrow(last, i, 1).reshape_op(s.0.shape.remove(last));
    one(0) / one(k - 1)
}
