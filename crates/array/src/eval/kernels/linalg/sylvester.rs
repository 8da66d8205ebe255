//! Sylvester's equation (Bartels & Stewart, Comm. ACM 15, 1972) and the square root of a matrix (Higham, Linear Algebra
//! Appl. 88/89, 1987), both block by block on real Schur forms.

use super::exponential::product;
use super::is_finite;
use super::schur::Schur;
use faer::Mat;

/// The solution of a x + x b = q; `None` if an eigenvalue of a is the negative of one of b.
pub fn solve(a: &Mat<f64>, b: &Mat<f64>, q: &Mat<f64>) -> Option<Mat<f64>> {
    let (left, right) = (Schur::new(a)?, Schur::new(b)?);
    let mut y = product(&product(&left.z.transpose().to_owned(), q), &right.z);
    for &(j, columns) in &right.blocks() {
        for &(i, rows) in left.blocks().iter().rev() {
            let mut rest = [[0.0; 2]; 2];
            for (r, row) in rest.iter_mut().enumerate().take(rows) {
                for (c, x) in row.iter_mut().enumerate().take(columns) {
                    let below: f64 = (i + rows..a.nrows()).map(|k| left.t[(i + r, k)] * y[(k, j + c)]).sum();
                    let before: f64 = (0..j).map(|k| y[(i + r, k)] * right.t[(k, j + c)]).sum();
                    *x = y[(i + r, j + c)] - below - before
                }
            }
            let x = small(&left.t, (i, rows), &right.t, (j, columns), rest)?;
            (0..rows).for_each(|r| (0..columns).for_each(|c| y[(i + r, j + c)] = x[r][c]))
        }
    }
    finite(product(&product(&left.z, &y), &right.z.transpose().to_owned()))
}

/// [`solve`] for complex matrices in the form [[A, −B], [B, A]]. That form has the conjugate eigenvalues as
/// well, one of which may be the negative of an eigenvalue of the other matrix. The matrices a + iσ and b −
/// iσ have the same solution, and their eigenvalues are far from such conjugates.
pub fn solve_complex(a: &Mat<f64>, b: &Mat<f64>, q: &Mat<f64>) -> Option<Mat<f64>> {
    let sigma = a.norm_l2() + b.norm_l2();
    let moved = |a: &Mat<f64>, by: f64| {
        let n = a.nrows() / 2;
        Mat::from_fn(2 * n, 2 * n, |i, j| {
            a[(i, j)] + if i == j + n { by } else { 0.0 } - if j == i + n { by } else { 0.0 }
        })
    };
    solve(&moved(a, sigma), &moved(b, -sigma), q)
}

/// The square root whose eigenvalues have positive real parts; `None` if a real eigenvalue is negative.
pub fn sqrtm(a: &Mat<f64>) -> Option<Mat<f64>> {
    let (n, s) = (a.nrows(), Schur::new(a)?);
    let (t, blocks) = (&s.t, s.blocks());
    let norm = t.col_iter().flat_map(|c| c.iter()).fold(0.0, |m: f64, x| m.max(x.abs()));
    // Numbers up to this size are zeros with rounding errors.
    let nothing = n as f64 * f64::EPSILON * norm;
    let mut r = Mat::<f64>::zeros(n, n);
    for (k, &(j, columns)) in blocks.iter().enumerate() {
        if columns == 1 {
            let x = t[(j, j)];
            if x < -nothing {
                return None;
            }
            r[(j, j)] = x.max(0.0).sqrt()
        } else {
            let (p, q, u, v) = (t[(j, j)], t[(j, j + 1)], t[(j + 1, j)], t[(j + 1, j + 1)]);
            let (real, half) = (0.5 * (p + v), 0.5 * (p - v));
            let imaginary = (-half * half - q * u).sqrt();
            let modulus = real.hypot(imaginary);
            let root = if real >= 0.0 {
                (0.5 * (modulus + real)).sqrt()
            } else {
                0.5 * imaginary / (0.5 * (modulus - real)).sqrt()
            };
            r[(j, j)] = root + half / (2.0 * root);
            r[(j, j + 1)] = q / (2.0 * root);
            r[(j + 1, j)] = u / (2.0 * root);
            r[(j + 1, j + 1)] = root - half / (2.0 * root)
        }
        for &(i, rows) in blocks[..k].iter().rev() {
            let mut rest = [[0.0; 2]; 2];
            for (d, row) in rest.iter_mut().enumerate().take(rows) {
                for (c, x) in row.iter_mut().enumerate().take(columns) {
                    let between: f64 = (i + rows..j).map(|k| r[(i + d, k)] * r[(k, j + c)]).sum();
                    *x = t[(i + d, j + c)] - between
                }
            }
            let x = if rest.iter().flatten().all(|x| x.abs() <= nothing) {
                [[0.0; 2]; 2]
            } else {
                small(&r, (i, rows), &r, (j, columns), rest)?
            };
            (0..rows).for_each(|d| (0..columns).for_each(|c| r[(i + d, j + c)] = x[d][c]))
        }
    }
    finite(product(&product(&s.z, &r), &s.z.transpose().to_owned()))
}

fn finite(x: Mat<f64>) -> Option<Mat<f64>> {
    Some(x).filter(is_finite)
}

/// Solves a x + x b = q for one diagonal block of each matrix: at most four unknowns, by elimination.
fn small(
    a: &Mat<f64>,
    (i, rows): (usize, usize),
    b: &Mat<f64>,
    (j, columns): (usize, usize),
    q: [[f64; 2]; 2],
) -> Option<[[f64; 2]; 2]> {
    let n = rows * columns;
    // Unknown r · columns + c is x[r][c]; the right-hand side is column 4.
    let mut system = [[0.0; 5]; 4];
    for r in 0..rows {
        for c in 0..columns {
            let row = &mut system[r * columns + c];
            (0..rows).for_each(|k| row[k * columns + c] += a[(i + r, i + k)]);
            (0..columns).for_each(|k| row[r * columns + k] += b[(j + k, j + c)]);
            row[4] = q[r][c]
        }
    }
    for k in 0..n {
        let best =
            (k..n).fold(k, |best, i| if system[i][k].abs() > system[best][k].abs() { i } else { best });
        system.swap(k, best);
        if system[k][k] == 0.0 {
            return None;
        }
        for i in k + 1..n {
            let factor = system[i][k] / system[k][k];
            let pivot = system[k];
            system[i].iter_mut().zip(pivot).skip(k).for_each(|(x, p)| *x -= factor * p)
        }
    }
    let mut x = [0.0; 4];
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|i| system[k][i] * x[i]).sum();
        x[k] = (system[k][4] - known) / system[k][k]
    }
    let mut y = [[0.0; 2]; 2];
    (0..rows).for_each(|r| (0..columns).for_each(|c| y[r][c] = x[r * columns + c]));
    Some(y)
}
