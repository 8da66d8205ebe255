//! Gradient clipping.

use pullback_array::{Array, DType, Real, Tree, leaves, map, stack, where_};

/// The root of the sum of the squares of all floating-point leaves: one number, in `f64`, computed without overflow. Its
/// derivative at the origin is 0.
///
/// ```
/// use pullback_array::Array;
/// let g = (Array::from([3.0f32]), Array::from([4.0]));
/// assert_eq!(pullback_nn::global_norm(&g).item(), 5.0);
/// ```
#[track_caller]
pub fn global_norm<M: Tree + Clone>(grads: &M) -> Array {
    let (double, single): (Vec<Array>, Vec<Array>) =
        leaves(grads).into_iter().filter(|g| g.dtype().is_float()).partition(|g| g.dtype() == DType::F64);
    // The squares of single precision fit into double precision.
    let squares = single.iter().map(|g| g.cast(DType::F64).square().sum()).reduce(|a, b| a + b);
    let root = squares.map(|s| where_(&s.equal(0.0), 0.0, s.sqrt()));
    let norms: Vec<Array> = root.into_iter().chain(double.iter().map(Array::norm)).collect();
    match &norms[..] {
        [] => Array::from(0.0),
        [one] => one.clone(),
        _ => stack(&norms, 0).norm(),
    }
}

/// The gradient, scaled down to the global norm `limit` if its norm is larger (Pascanu et al., "On the difficulty of
/// training recurrent neural networks", 2013).
///
/// ```
/// use pullback_array::Array;
/// let g = pullback_nn::clip_by_global_norm(&Array::from([3.0, 4.0]), 1.0);
/// assert!(g.to_vec::<f64>().iter().zip([0.6, 0.8]).all(|(x, y)| (x - y).abs() < 1e-15));
/// ```
#[track_caller]
pub fn clip_by_global_norm<M: Tree + Clone>(grads: &M, limit: f64) -> M {
    let scale = limit / global_norm(grads).maximum(limit);
    // A scale below the range of `f32` is two factors within it.
    let first = scale.maximum(1e-30);
    let second = scale / &first;
    let scaled = |g: &Array| g * first.cast(g.dtype()) * second.cast(g.dtype());
    map(grads, |g| if g.dtype().is_float() { scaled(g) } else { g.clone() })
}

/// The gradient with every element held within ±`limit`.
///
/// ```
/// use pullback_array::Array;
/// let g = pullback_nn::clip_by_value(&Array::from([3.0, -0.5]), 1.0);
/// assert_eq!(g.to_vec::<f64>(), [1.0, -0.5]);
/// ```
#[track_caller]
pub fn clip_by_value<M: Tree + Clone>(grads: &M, limit: f64) -> M {
    map(grads, |g| if g.dtype().is_float() { g.clip(-limit, limit) } else { g.clone() })
}
