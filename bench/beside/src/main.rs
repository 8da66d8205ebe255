//! That all of it compiles in one program, and computes.

use faer as _;
use nalgebra as _;
use ndarray as _;
use num_complex as _;
use nuts_rs as _;
use pullback::array::{Array, grad};
use pullback::real::Real;

fn main() {
    let g = grad(|x: &Array| x.matmul(x).sum())(&Array::from([[1.0, 2.0], [3.0, 4.0]]));
    assert_eq!(g.to_vec::<f64>(), [7.0, 11.0, 9.0, 13.0]);
    assert_eq!(pullback::real::grad(|x| x[0].square() * x[1])(&[3.0, 2.0]), [12.0, 9.0])
}
