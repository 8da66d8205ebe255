//! Factorisations by faer, on one thread.

use super::{Element, is_finite, write};
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::householder;
use faer::linalg::lu::partial_pivoting::factor::{lu_in_place, lu_in_place_scratch};
use faer::linalg::qr::no_pivoting::factor::{qr_in_place, qr_in_place_scratch, recommended_block_size};
use faer::linalg::svd::{ComputeSvdVectors, svd as faer_svd, svd_scratch};
use faer::linalg::triangular_solve as by;
use faer::{Conj, Mat, Par};
use std::cmp::Ordering;

/// Runs `f` with scratch memory.
fn with<R>(needed: StackReq, f: impl FnOnce(&mut MemStack) -> R) -> R {
    f(MemStack::new(&mut MemBuffer::new(needed)))
}

/// Writes the lower factor; `false` if the matrix is not positive definite.
pub fn cholesky<T: Element>(a: &Mat<T>, out: &mut [T]) -> bool {
    let (n, mut l) = (a.nrows(), a.clone());
    let params = Default::default();
    let done = with(cholesky_in_place_scratch::<T>(n, Par::Seq, params), |stack| {
        cholesky_in_place(l.as_mut(), Default::default(), Par::Seq, stack, params)
    });
    write(out, n, n, |i, j| match i.cmp(&j) {
        Ordering::Less => T::ZERO,
        Ordering::Equal => T::of(l[(i, i)].parts()[0]),
        Ordering::Greater => l[(i, j)],
    });
    done.is_ok() && (0..n).all(|i| l[(i, i)].parts()[0] > 0.0)
}

/// Writes the solution of a triangular system; `false` if a number on the diagonal is zero.
pub fn triangular<T: Element>(
    a: &Mat<T>,
    b: &Mat<T>,
    [lower, transposed, unit]: [bool; 3],
    out: &mut [T],
) -> bool {
    if !unit && (0..a.nrows()).any(|i| a[(i, i)] == T::ZERO) {
        return false;
    }
    let mut x = b.clone();
    let a = if transposed { a.transpose() } else { a.as_ref() };
    match (lower != transposed, unit) {
        (true, false) => by::solve_lower_triangular_in_place(a, x.as_mut(), Par::Seq),
        (true, true) => by::solve_unit_lower_triangular_in_place(a, x.as_mut(), Par::Seq),
        (false, false) => by::solve_upper_triangular_in_place(a, x.as_mut(), Par::Seq),
        (false, true) => by::solve_unit_upper_triangular_in_place(a, x.as_mut(), Par::Seq),
    }
    write(out, b.nrows(), b.ncols(), |i, j| x[(i, j)]);
    true
}

/// Writes `L` and `U` in one matrix, the permutation of the rows, and the determinant of that permutation.
pub fn lu<T: Element>(a: &Mat<T>, out: &mut [T]) {
    let (m, n) = a.shape();
    let (mut lu, mut order, mut inverse) = (a.clone(), vec![0usize; m], vec![0usize; m]);
    let mut swaps = if m.min(n) == 0 {
        order.iter_mut().enumerate().for_each(|(i, p)| *p = i);
        0
    } else {
        let params = Default::default();
        with(lu_in_place_scratch::<usize, T>(m, n, Par::Seq, params), |stack| {
            lu_in_place(lu.as_mut(), &mut order, &mut inverse, Par::Seq, stack, params).0.transposition_count
        })
    };
    // A pivot of zero, or so small that its reciprocal is infinite, leaves NaN behind.
    if !is_finite(&lu) {
        (lu, order, swaps) = elimination(a)
    }
    let rest = write(out, m, n, |i, j| lu[(i, j)]);
    let rest = write(rest, m, 1, |i, _| T::of(order[i] as f64));
    rest[0] = if swaps % 2 == 0 { T::ONE } else { -T::ONE }
}

/// Gaussian elimination that leaves columns without a pivot alone: for singular matrices.
fn elimination<T: Element>(a: &Mat<T>) -> (Mat<T>, Vec<usize>, usize) {
    let ((m, n), mut lu) = (a.shape(), a.clone());
    let (mut order, mut swaps): (Vec<usize>, usize) = ((0..m).collect(), 0);
    for k in 0..m.min(n) {
        let size = |i: usize| lu[(i, k)].size();
        let best = (k..m).fold(k, |best, i| if size(i) > size(best) { i } else { best });
        if best != k {
            for j in 0..n {
                let (x, y) = (lu[(k, j)], lu[(best, j)]);
                (lu[(k, j)], lu[(best, j)]) = (y, x)
            }
            order.swap(k, best);
            swaps += 1
        }
        let pivot = lu[(k, k)];
        if pivot == T::ZERO {
            continue;
        }
        for i in k + 1..m {
            lu[(i, k)] /= pivot
        }
        for j in k + 1..n {
            let u = lu[(k, j)];
            for i in k + 1..m {
                lu[(i, j)] = lu[(i, j)] - lu[(i, k)] * u
            }
        }
    }
    (lu, order, swaps)
}

/// Writes `Q` and `R` of a matrix with at least as many rows as columns.
pub fn qr<T: Element>(a: &Mat<T>, out: &mut [T]) -> bool {
    let ((m, n), mut h) = (a.shape(), a.clone());
    let block = recommended_block_size::<T>(m, n);
    let mut factor = Mat::<T>::zeros(block, n);
    let mut q = Mat::<T>::identity(m, n);
    if n > 0 {
        let params = Default::default();
        with(qr_in_place_scratch::<T>(m, n, block, Par::Seq, params), |stack| {
            qr_in_place(h.as_mut(), factor.as_mut(), Par::Seq, stack, params)
        });
        let needed =
            householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<T>(m, block, n);
        with(needed, |stack| {
            householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
                h.as_ref(),
                factor.as_ref(),
                Conj::No,
                q.as_mut(),
                Par::Seq,
                stack,
            )
        });
    }
    // The sign or phase of each row of R is the one that makes its diagonal positive.
    let sizes: Vec<f64> = (0..n).map(|k| h[(k, k)].size()).collect();
    let phase = |k: usize| if sizes[k] > 0.0 { h[(k, k)] / T::of(sizes[k]) } else { T::ONE };
    let phases: Vec<T> = (0..n).map(phase).collect();
    let rest = write(out, m, n, |i, j| q[(i, j)] * phases[j]);
    write(rest, n, n, |i, j| match i.cmp(&j) {
        Ordering::Less => h[(i, j)] * phases[i].conjugate(),
        Ordering::Equal => T::of(sizes[i]),
        Ordering::Greater => T::ZERO,
    });
    true
}

/// Writes `U`, `s` and `Vᴴ`, or `s` alone; `false` if the iteration does not converge.
pub fn svd<T: Element>(a: &Mat<T>, vectors: bool, out: &mut [T]) -> bool {
    let (m, n) = a.shape();
    let k = m.min(n);
    let (mut u, mut s, mut v) = (Mat::<T>::zeros(m, k), Mat::<T>::zeros(k, 1), Mat::<T>::zeros(n, k));
    let which = if vectors { ComputeSvdVectors::Thin } else { ComputeSvdVectors::No };
    let params = Default::default();
    let done = with(svd_scratch::<T>(m, n, which, which, Par::Seq, params), |stack| {
        let (u, v) = (vectors.then_some(u.as_mut()), vectors.then_some(v.as_mut()));
        faer_svd(a.as_ref(), s.as_mut().col_mut(0).as_diagonal_mut(), u, v, Par::Seq, stack, params)
    });
    if vectors {
        let rest = write(out, m, k, |i, j| u[(i, j)]);
        let rest = write(rest, k, 1, |i, _| s[(i, 0)]);
        write(rest, k, n, |i, j| v[(j, i)].conjugate());
    } else {
        write(out, k, 1, |i, _| s[(i, 0)]);
    }
    done.is_ok()
}

/// Writes `w` and `V`, or `w` alone; `false` if the iteration does not converge.
pub fn eigh<T: Element>(a: &Mat<T>, vectors: bool, out: &mut [T]) -> bool {
    let n = a.nrows();
    let (mut w, mut v) = (Mat::<T>::zeros(n, 1), Mat::<T>::zeros(n, n));
    let which = if vectors { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let params = Default::default();
    let done = with(self_adjoint_evd_scratch::<T>(n, which, Par::Seq, params), |stack| {
        let v = vectors.then_some(v.as_mut());
        self_adjoint_evd(a.as_ref(), w.as_mut().col_mut(0).as_diagonal_mut(), v, Par::Seq, stack, params)
    });
    let rest = write(out, n, 1, |i, _| w[(i, 0)]);
    if vectors {
        write(rest, n, n, |i, j| v[(i, j)]);
    }
    done.is_ok()
}

/// The solution of `a x = b`; `None` if it is not finite.
pub(super) fn solve(a: &Mat<f64>, b: Mat<f64>) -> Option<Mat<f64>> {
    let (n, mut lu) = (a.nrows(), a.clone());
    let (mut order, mut inverse) = (vec![0usize; n], vec![0usize; n]);
    let params = Default::default();
    with(lu_in_place_scratch::<usize, f64>(n, n, Par::Seq, params), |stack| {
        lu_in_place(lu.as_mut(), &mut order, &mut inverse, Par::Seq, stack, params);
    });
    let mut x = Mat::from_fn(n, b.ncols(), |i, j| b[(order[i], j)]);
    by::solve_unit_lower_triangular_in_place(lu.as_ref(), x.as_mut(), Par::Seq);
    by::solve_upper_triangular_in_place(lu.as_ref(), x.as_mut(), Par::Seq);
    Some(x).filter(is_finite)
}
