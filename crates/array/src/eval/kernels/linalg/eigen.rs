//! Eigenvalues and eigenvectors of general matrices, by faer in `f64`.

use super::{Float, write};
use faer::Mat;
use faer::linalg::solvers::Eigen;

/// The parts of `w` and of `V`; `false` if the iteration does not converge.
pub fn eig<T: Float>(a: &Mat<T>, out: &mut [T]) -> bool {
    let n = a.nrows();
    let wide = Mat::from_fn(n, n, |i, j| a[(i, j)].wide());
    let Ok(found) = Eigen::new_from_real(wide.as_ref()) else { return false };
    let (w, v) = (found.S().column_vector(), found.U());
    // To length 1, with a largest element that is real and positive.
    let turns: Vec<_> = (0..n)
        .map(|j| {
            let column = |i: usize| v[(i, j)];
            let length = (0..n).map(|i| column(i).norm_sqr()).sum::<f64>().sqrt();
            let largest = (0..n).map(column).fold(v[(0, j)], |a, b| if b.norm() > a.norm() { b } else { a });
            largest.conj() / (largest.norm() * length)
        })
        .collect();
    let rest = write(out, n, 1, |i, _| T::of(w[i].re));
    let rest = write(rest, n, 1, |i, _| T::of(w[i].im));
    let rest = write(rest, n, n, |i, j| T::of((v[(i, j)] * turns[j]).re));
    write(rest, n, n, |i, j| T::of((v[(i, j)] * turns[j]).im));
    true
}
