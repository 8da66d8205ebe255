//! What a programmer reads after a mistake, of every public function of distributions that can panic.
#![cfg(feature = "linalg")]

#[path = "../../array/tests/common/mistakes.rs"]
mod harness;
#[path = "../../array/tests/common/panics.rs"]
mod panics;

use pullback_array::{Array, DType};
use pullback_stats::{dirichlet, multivariate_normal};

fn v(n: usize) -> Array {
    Array::full(&[n], 0.5, DType::F64)
}
fn m(n: usize) -> Array {
    Array::full(&[n, n], 0.5, DType::F64)
}
fn unit(n: usize) -> Array {
    Array::eye(n, n, 0, DType::F64)
}

harness::mistakes! {
    dirichlet::pdf(&v(2), &v(3)) => "dirichlet::pdf: shapes [3] and [2] do not broadcast\n  left made at #\n  right made at #";
    dirichlet::logpdf(&v(2), &v(3)) => "dirichlet::logpdf: shapes [3] and [2] do not broadcast\n  left made at #\n  right made at #";
    dirichlet::logpdf(&v(3), &v(3).cast(DType::F32)) => "dirichlet::logpdf: the left array is f32, the right f64; convert one with .cast(DType::…)\n  left made at #\n  right made at #";
    dirichlet::logpdf(&Array::from(1.0), &Array::from(1.0)) => "dirichlet::logpdf: axis -1 is out of range for shape [] of 0 axes\n  made at #";
    dirichlet::entropy(&Array::from(1.0)) => "dirichlet::entropy: axis -1 is out of range for shape [] of 0 axes\n  made at #";
    multivariate_normal::pdf(&v(2), &v(3), &unit(3)) => "multivariate_normal::pdf: shapes [2] and [3] do not broadcast\n  left made at #\n  right made at #";
    multivariate_normal::logpdf(&v(2), &v(2), &unit(3)) => "multivariate_normal::logpdf: for a covariance [3, 3] x and mean are […, 3], not of shapes [2] and [2]\n  x made at #\n  mean made at #\n  covariance made at #";
    multivariate_normal::logpdf(&Array::from(1.0), &Array::from(1.0), &unit(1)) => "multivariate_normal::logpdf: for a covariance [1, 1] x and mean are […, 1], not of shapes [] and []\n  x made at #\n  mean made at #\n  covariance made at #";
    multivariate_normal::logpdf(&v(3), &v(2), &unit(3)) => "multivariate_normal::logpdf: shapes [3] and [2] do not broadcast\n  left made at #\n  right made at #";
    multivariate_normal::logpdf(&v(2), &v(2), &v(2)) => "multivariate_normal::logpdf: the covariance is a square matrix, not of shape [2]\n  covariance made at #";
    multivariate_normal::entropy(&v(2)) => "multivariate_normal::entropy: the covariance is a square matrix, not of shape [2]\n  covariance made at #";
    multivariate_normal::entropy(&m(2).get(0..1)) => "multivariate_normal::entropy: the covariance is a square matrix, not of shape [1, 2]\n  covariance made at #";
}

#[test]
fn every_mistake_is_told_in_its_own_line() {
    harness::each_is_told_in_its_own_line(&[ALL], file!())
}
#[test]
fn every_function_that_panics_is_called_wrongly() {
    harness::every_function_that_panics_is_called(env!("CARGO_MANIFEST_DIR"), &[ALL], &[], &[])
}
