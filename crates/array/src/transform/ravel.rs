//! Trees of arrays as vectors, and back.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::tree::{Tree, leaves, map};
use pullback_real::refuse;
use std::sync::Arc;

/// Puts a vector's elements back into a tree.
pub type Unravel<P> = Arc<dyn Fn(&Array) -> P>;

/// All elements of a tree's leaves as one vector, and the function back: for Hessians, solvers and optimisers that
/// want vectors.
///
/// ```
/// use pullback_array::{Array, Real, hessian, ravel};
/// let f = |(a, b): &(Array, Array)| (a * b).sum();
/// let (x, back) = ravel(&(Array::from([1.0, 2.0]), Array::from(3.0)));
/// let h = hessian(move |x: &Array| f(&back(x)))(&x);
/// assert_eq!(h.to_vec::<f64>(), [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
/// ```
///
/// # Panics
/// If the leaves are not of one dtype. The function back panics if the vector has another length.
#[track_caller]
pub fn ravel<P: Tree + Clone + 'static>(tree: &P) -> (Array, Unravel<P>) {
    let _operation = operation("ravel");
    let all = leaves(tree);
    let flat: Vec<Array> = all.iter().map(Array::ravel).collect();
    let vector = if flat.is_empty() { Array::zeros(&[0], DType::F64) } else { crate::concatenate(&flat, 0) };
    let (like, n) = (map(tree, Array::zeros_like), vector.size());
    let back = move |x: &Array| {
        if x.shape() != [n] {
            refuse(
                format_args!("ravel: the tree has {n} elements, the array shape {}", x.0.shape),
                &[("", x.at())],
            )
        }
        let mut at = 0;
        map(&like, |leaf| {
            at += leaf.size();
            x.get(at - leaf.size()..at).reshape_op(leaf.0.shape.clone())
        })
    };
    (vector, Arc::new(back))
}
