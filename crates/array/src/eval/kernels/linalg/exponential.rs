//! The exponential of a matrix: Padé approximants with scaling and squaring (Higham, SIAM J. Matrix Anal. Appl. 26,
//! 2005).

use super::factor::solve;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};

/// For each degree the largest 1-norm for which its approximant is exact to double precision.
const DEGREES: [(usize, f64); 5] = [
    (3, 1.495585217958292e-2),
    (5, 2.53939833006323e-1),
    (7, 9.504178996162932e-1),
    (9, 2.097847961257068),
    (13, 5.371920351148152),
];

/// e to the power of a; `None` if an intermediate number is not finite.
pub fn expm(a: &Mat<f64>) -> Option<Mat<f64>> {
    let norm = a.col_iter().map(|c| c.iter().map(|x| x.abs()).sum::<f64>()).fold(0.0, f64::max);
    if !norm.is_finite() {
        return None;
    }
    let (degree, most) = *DEGREES.iter().find(|(_, most)| norm <= *most).unwrap_or(&DEGREES[4]);
    let halvings = if norm > most { (norm / most).log2().ceil() as i32 } else { 0 };
    let mut y = approximant(&scaled(a, (-f64::from(halvings)).exp2()), degree)?;
    for _ in 0..halvings {
        y = product(&y, &y)
    }
    Some(y)
}

/// The diagonal Padé approximant of a degree: (V − U)⁻¹ (V + U), U of the odd powers, V of the even ones.
fn approximant(a: &Mat<f64>, degree: usize) -> Option<Mat<f64>> {
    let n = a.nrows();
    let squared = product(a, a);
    // Low degrees sum the powers of a². Degree 13 takes them up to a⁶, and Horner's rule in a⁶.
    let (mut powers, half) = (vec![Mat::identity(n, n)], degree / 2);
    while powers.len() <= half.min(if degree == 13 { 3 } else { half }) {
        let next = product(&powers[powers.len() - 1], &squared);
        powers.push(next)
    }
    let b = coefficients(degree);
    let sum = |from: usize, terms: usize, odd: usize| {
        Mat::from_fn(n, n, |i, j| {
            (0..terms).map(|k| b[2 * (from + k) + odd] * powers[k][(i, j)]).sum::<f64>()
        })
    };
    let series = |odd: usize| {
        if degree == 13 {
            // Powers 0 to 3 of a², and a⁶ times powers 1 to 3 for the others.
            let top =
                Mat::from_fn(n, n, |i, j| (1..4).map(|k| b[2 * (3 + k) + odd] * powers[k][(i, j)]).sum());
            let top: Mat<f64> = product(&powers[3], &top);
            let low = sum(0, 4, odd);
            Mat::from_fn(n, n, |i, j| top[(i, j)] + low[(i, j)])
        } else {
            sum(0, half + 1, odd)
        }
    };
    let (u, v) = (product(a, &series(1)), series(0));
    let below = Mat::from_fn(n, n, |i, j| v[(i, j)] - u[(i, j)]);
    let above = Mat::from_fn(n, n, |i, j| v[(i, j)] + u[(i, j)]);
    solve(&below, above)
}

/// The coefficients (2q − k)! q! / ((2q)! k! (q − k)!), of which the first is 1.
fn coefficients(degree: usize) -> Vec<f64> {
    let q = degree as f64;
    let mut c = vec![1.0];
    for k in 1..=degree {
        let k = k as f64;
        c.push(c[c.len() - 1] * (q - k + 1.0) / ((2.0 * q - k + 1.0) * k))
    }
    c
}

fn scaled(a: &Mat<f64>, by: f64) -> Mat<f64> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] * by)
}

/// a b.
pub(super) fn product(a: &Mat<f64>, b: &Mat<f64>) -> Mat<f64> {
    let mut y = Mat::zeros(a.nrows(), b.ncols());
    matmul(y.as_mut(), Accum::Replace, a.as_ref(), b.as_ref(), 1.0, Par::Seq);
    y
}
