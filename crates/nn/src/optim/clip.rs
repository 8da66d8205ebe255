//! Gradient clipping.

use pullback_array::{
    Array, DType, Real, Tree,
    tree::{leaves, map},
    where_,
};

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
    let floats: Vec<Array> = leaves(grads).into_iter().filter(|g| g.dtype().is_float()).collect();
    match &floats[..] {
        [] => return Array::from(0.0),
        [one] if one.dtype() == DType::F64 => return one.norm(),
        _ => {}
    }
    // The squares of single precision fit into double precision; those of double precision are scaled into it, all alike: by norms
    // of norms a leaf of zeros would be a kink beside others that are none.
    if floats.iter().all(|g| g.dtype() == DType::F32) {
        return root(&squares(&floats, None));
    }
    let sum = squares(&floats, None).stop_gradient();
    let power = |n: i32| Array::from(2f64.powi(n));
    let small = where_(&sum.less(2f64.powi(-960)), power(600), power(0));
    let scale = where_(&sum.equal(f64::INFINITY), power(-600), small);
    root(&squares(&floats, Some(&scale))) / scale
}
/// The sum of all squares, of the elements times a scale.
#[track_caller]
fn squares(floats: &[Array], scale: Option<&Array>) -> Array {
    let all = floats.iter().map(|g| g.cast(DType::F64));
    let sums = all.map(|x| scale.map_or(x.clone(), |scale| x * scale).square().sum());
    sums.reduce(|a, b| a + b).expect("a leaf")
}
/// √x whose derivative at 0 is 0.
#[track_caller]
fn root(x: &Array) -> Array {
    let zero = x.equal(0.0);
    where_(&zero, 0.0, where_(&zero, 1.0, x).sqrt())
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
