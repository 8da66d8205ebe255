//! Band matrices: Gaussian elimination with partial pivoting inside the band.

use super::Element;
use faer::Mat;

/// The solution of a system whose matrix has these diagonals; `None` if it is singular.
pub fn solve<T: Element>(diagonals: &Mat<T>, b: &Mat<T>, lower: usize, upper: usize) -> Option<Mat<T>> {
    let (n, columns) = b.shape();
    // Exchanged rows reach `lower` columns further to the right. Row i holds columns i − lower ….
    let width = 2 * lower + upper + 1;
    let mut rows = vec![T::ZERO; n * width];
    for i in 0..n {
        for j in i.saturating_sub(lower)..(i + upper + 1).min(n) {
            rows[i * width + j + lower - i] = diagonals[(upper + i - j, j)]
        }
    }
    let at = |i: usize, j: usize| i * width + j + lower - i;
    let mut x = b.clone();
    for k in 0..n {
        let (below, right) = ((k + lower + 1).min(n), (k + lower + upper + 1).min(n));
        let best = (k..below)
            .fold(k, |best, i| if rows[at(i, k)].size() > rows[at(best, k)].size() { i } else { best });
        if rows[at(best, k)] == T::ZERO {
            return None;
        }
        if best != k {
            (k..right).for_each(|j| rows.swap(at(k, j), at(best, j)));
            for c in 0..columns {
                let (y, z) = (x[(k, c)], x[(best, c)]);
                (x[(k, c)], x[(best, c)]) = (z, y)
            }
        }
        for i in k + 1..below {
            let factor = rows[at(i, k)] / rows[at(k, k)];
            if factor != T::ZERO {
                (k + 1..right).for_each(|j| rows[at(i, j)] = rows[at(i, j)] - factor * rows[at(k, j)]);
                (0..columns).for_each(|c| x[(i, c)] = x[(i, c)] - factor * x[(k, c)])
            }
        }
    }
    for k in (0..n).rev() {
        let right = (k + lower + upper + 1).min(n);
        for c in 0..columns {
            let known = (k + 1..right).fold(T::ZERO, |sum, j| sum + rows[at(k, j)] * x[(j, c)]);
            x[(k, c)] = (x[(k, c)] - known) / rows[at(k, k)]
        }
    }
    Some(x)
}
