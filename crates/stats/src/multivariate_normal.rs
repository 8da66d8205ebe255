//! The normal distribution in d dimensions, with a mean `[d]` and a covariance `[d, d]` (feature `linalg`).

use pullback_array::{Array, Real, linalg};
use pullback_real::{Operation, refuse};
use std::f64::consts::{E, TAU};

/// The density: `x[…, d]`, `mean[…, d]`, `cov[d, d]` → `[…]`.
///
/// # Panics
/// As [`logpdf`].
#[track_caller]
pub fn pdf(x: &Array, mean: &Array, cov: &Array) -> Array {
    let _operation = Operation::named("multivariate_normal::pdf");
    logpdf(x, mean, cov).exp()
}
/// The logarithm of the density: `x[…, d]`, `mean[…, d]`, `cov[d, d]` → `[…]`.
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
/// If the shapes do not fit or the dtypes differ. (Of a covariance that is not positive definite the result is NaN.)
#[track_caller]
pub fn logpdf(x: &Array, mean: &Array, cov: &Array) -> Array {
    let _operation = Operation::named("multivariate_normal::logpdf");
    let (apart, d) = (x - mean, dimensions(cov));
    let Some((&last, others)) = apart.shape().split_last().filter(|(last, _)| **last == d) else {
        refuse(
            format_args!(
                "multivariate_normal::logpdf: for a covariance [{d}, {d}] x and mean are […, {d}], not of shapes {:?} and {:?}",
                x.shape(),
                mean.shape()
            ),
            &[("x", x.at()), ("mean", mean.at()), ("covariance", cov.at())],
        )
    };
    let l = linalg::cholesky(cov);
    let rows = apart.reshape([-1, last as isize]);
    let z = linalg::solve_triangular(&l, &rows.t(), linalg::Triangle::lower());
    let lengths = z.square().sum_axis(0);
    let result = -0.5 * lengths - l.diagonal(0, 0, 1).ln().sum() - 0.5 * d as f64 * TAU.ln();
    let shape: Vec<isize> = others.iter().map(|&n| n as isize).collect();
    result.reshape(&shape)
}
/// The differential entropy, in nats: `cov[d, d]` → `[]`, NaN if it is not positive definite.
///
/// # Panics
/// If the covariance is no square matrix.
#[track_caller]
pub fn entropy(cov: &Array) -> Array {
    let _operation = Operation::named("multivariate_normal::entropy");
    let d = dimensions(cov) as f64;
    linalg::cholesky(cov).diagonal(0, 0, 1).ln().sum() + 0.5 * d * (TAU * E).ln()
}

/// d of a covariance `[d, d]`.
#[track_caller]
fn dimensions(cov: &Array) -> usize {
    match cov.shape() {
        [d, n] if d == n => *d,
        other => refuse(
            format_args!("multivariate_normal: the covariance is a square matrix, not of shape {other:?}"),
            &[("covariance", cov.at())],
        ),
    }
}
