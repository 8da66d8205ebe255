//! Eigenvalues and eigenvectors of matrices that need not be symmetric. Rule: Giles, "Collected matrix derivative
//! results" (2008), with the eigenvectors kept at length 1.

use super::{call, diagonal, run, solve, square};
use crate::array::Array;
use crate::custom::Linear;
use crate::prim::Linalg;
use crate::transform::vjp;

/// The eigenvalues of square matrices and their eigenvectors as columns: complex `(w, v)` of `[…, n]` and `[…, n, n]`, in
/// no particular order; eigenvectors have length 1 and a largest element that is real and positive.
///
/// Signs and phases of eigenvectors are arbitrary: what is differentiated should not depend on them. Derivatives are not
/// finite where eigenvalues are equal. A matrix without n independent eigenvectors has none.
///
/// ```
/// use pullback_array::{Array, Complex64, Real, grad, linalg::eig};
/// // A rotation by a right angle.
/// let (w, _) = eig(&Array::from([[0.0, -1.0], [1.0, 0.0]]));
/// assert!((w.square() + 1.0).abs().max().item() < 1e-14);
/// // The sum of all eigenvalues is the trace.
/// let g = grad(|a: &Array| eig(a).0.real().sum())(&Array::from([[1.0, 2.0], [3.0, 4.0]]));
/// assert!((g - Array::from([[1.0, 0.0], [0.0, 1.0]])).abs().max().item() < 1e-14);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn eig(a: &Array) -> (Array, Array) {
    square("eig", a);
    let push = |_: &[Array], ys: &[Array], da: Linear| match &da[0] {
        Some(da) => moved(ys, da).into_iter().map(Some).collect(),
        None => vec![None; 4],
    };
    // The transpose of the rule above.
    let pull = |xs: &[Array], ys: &[Array], gs: Linear| {
        let g: Vec<Array> =
            gs.into_iter().zip(ys).map(|(g, y)| g.unwrap_or_else(|| y.zeros_like())).collect();
        let ys = ys.to_vec();
        let (_, transposed) = vjp(move |da: &Array| moved(&ys, da))(&xs[0].zeros_like());
        vec![Some(transposed(&g))]
    };
    let planes = |a: &[Array]| run(Linalg::Eig, &[&a[0]]).iter().map(Array::real).collect();
    let found = call("eig", &[a], planes, pull, push);
    (Array::complex(&found[0], &found[1]), Array::complex(&found[2], &found[3]))
}

/// How eigenvalues and eigenvectors move with the matrix, in planes.
#[track_caller]
fn moved(ys: &[Array], da: &Array) -> Vec<Array> {
    let (w, v) = (Array::complex(&ys[0], &ys[1]), Array::complex(&ys[2], &ys[3]));
    let n = w.shape()[w.ndim() - 1];
    let identity = Array::identity(n, da.dtype());
    let c = solve(&v, &da.cast(v.dtype()).matmul(&v));
    let dw = diagonal(&c);
    let gaps = super::row(&w) - super::column(&w) + identity.cast(v.dtype());
    let dv = v.matmul(&(c / gaps * (1.0 - identity).cast(v.dtype())));
    // Lengths stay.
    let along = (v.conj() * &dv).real().sum_axis(-2);
    let dv = dv - &v * super::row(&along).cast(v.dtype());
    vec![dw.real(), dw.imag(), dv.real(), dv.imag()]
}
