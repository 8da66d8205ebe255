//! The normal distribution in d dimensions, with a mean `[d]` and a covariance `[d, d]` (feature `linalg`).

use pullback_array::{Array, Real, linalg};
use std::f64::consts::{E, TAU};

/// The density: `x[…, d]` → `[…]`.
///
/// # Panics
/// As [`logpdf`].
#[track_caller]
pub fn pdf(x: &Array, mean: &Array, cov: &Array) -> Array {
    logpdf(x, mean, cov).exp()
}
/// The logarithm of the density: `x[…, d]` → `[…]`.
///
/// ```
/// use pullback_array::Array;
/// use pullback_stats::{multivariate_normal, norm};
/// let (x, mean) = (Array::from([1.0, -2.0]), Array::from([0.5, 0.0]));
/// let y = multivariate_normal::logpdf(&x, &mean, &Array::from([[4.0, 0.0], [0.0, 9.0]]));
/// let want = norm::logpdf(&1.0, 0.5, 2.0) + norm::logpdf(&-2.0, 0.0, 3.0);
/// assert!((y.item() - want).abs() < 1e-14);
/// ```
///
/// # Panics
/// If the shapes do not fit or the dtypes differ; on evaluation, if the covariance is not positive definite.
#[track_caller]
pub fn logpdf(x: &Array, mean: &Array, cov: &Array) -> Array {
    let d = cov.shape().last().copied().unwrap_or(0);
    let l = linalg::cholesky(cov);
    let apart = (x - mean).reshape([-1, d as isize]);
    let z = linalg::solve_triangular(&l, &apart.t(), linalg::Triangle::lower());
    let lengths = z.square().sum_axis(0);
    let result = -0.5 * lengths - l.diagonal(0, 0, 1).ln().sum() - 0.5 * d as f64 * TAU.ln();
    let shape: Vec<isize> = x.shape()[..x.ndim() - 1].iter().map(|&n| n as isize).collect();
    result.reshape(&shape)
}
/// The differential entropy, in nats.
///
/// # Panics
/// If the covariance is no square matrix; on evaluation, if it is not positive definite.
#[track_caller]
pub fn entropy(cov: &Array) -> Array {
    let d = cov.shape().last().copied().unwrap_or(0) as f64;
    linalg::cholesky(cov).diagonal(0, 0, 1).ln().sum() + 0.5 * d * (TAU * E).ln()
}
