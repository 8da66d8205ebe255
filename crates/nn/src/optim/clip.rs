//! Gradient clipping.

use pullback_array::{Array, DType, Real, Tree, leaves, map};

/// The root of the sum of the squares of all floating-point leaves: one number, in `f64`.
///
/// ```
/// use pullback_array::Array;
/// let g = (Array::from([3.0f32]), Array::from([4.0]));
/// assert_eq!(pullback_nn::global_norm(&g).item(), 5.0);
/// ```
#[track_caller]
pub fn global_norm<M: Tree + Clone>(grads: &M) -> Array {
    let floats = leaves(grads).into_iter().filter(|g| g.dtype().is_float());
    let squares = floats.map(|g| g.square().sum().cast(DType::F64));
    squares.reduce(|a, b| a + b).unwrap_or_else(|| Array::from(0.0)).sqrt()
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
    map(grads, |g| if g.dtype().is_float() { g * scale.cast(g.dtype()) } else { g.clone() })
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
