//! Eigenvalues and eigenvectors of general matrices, by faer in `f64`.

use super::{Element, write};
use faer::Mat;
use faer::linalg::solvers::Eigen;
use num_complex::Complex;

/// Writes the real and imaginary parts of the eigenvalues `w` and the eigenvectors `V`; `false` if the
/// iteration does not converge.
pub fn eig<T: Element>(a: &Mat<T>, out: &mut [T]) -> bool {
    let n = a.nrows();
    let complex = |i: usize, j: usize| {
        let [re, im] = a[(i, j)].parts();
        Complex::new(re, im)
    };
    let found = match T::IS_REAL {
        true => Eigen::new_from_real(Mat::from_fn(n, n, |i, j| complex(i, j).re).as_ref()),
        false => Eigen::new(Mat::from_fn(n, n, complex).as_ref()),
    };
    let Ok(found) = found else { return false };
    let (w, v) = (found.S().column_vector(), found.U());
    // Factors that make each eigenvector of length 1, with a largest element that is real and positive.
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
