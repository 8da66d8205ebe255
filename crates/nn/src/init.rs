//! Initial weights by key. Kernels are `[window…, inputs, outputs]`, so that fans follow from the shape alone: as many
//! inputs meet in a unit as all axes but the last have elements.
//!
//! Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010); He et al.,
//! "Delving deep into rectifiers" (2015). All give `f32`; [`with_dtype`] converts whole models.

use pullback_array::{Array, DType, Key, Tree, tree::map};

/// How many inputs meet in a unit, and how many units an input goes to.
fn fans(shape: &[usize]) -> (f64, f64) {
    let (inputs, outputs) = match shape {
        [] => (1, 1),
        [n] => (1, *n),
        [window @ .., i, o] => (window.iter().product::<usize>() * i, window.iter().product::<usize>() * o),
    };
    (inputs as f64, outputs as f64)
}

/// Uniform in ±√(6/(inputs + outputs)): for tanh, logistic, attention.
///
/// ```
/// use pullback_array::Key;
/// let w = pullback_nn::init::glorot_uniform(&Key::new(0), &[20, 30]);
/// let limit = (6.0f32 / 50.0).sqrt();
/// assert!(w.shape() == [20, 30] && w.to_vec::<f32>().iter().all(|w| w.abs() <= limit));
/// ```
#[track_caller]
pub fn glorot_uniform(key: &Key, shape: &[usize]) -> Array {
    let (inputs, outputs) = fans(shape);
    uniform(key, shape, (6.0 / (inputs + outputs)).sqrt())
}
/// Normal with variance 2/(inputs + outputs).
#[track_caller]
pub fn glorot_normal(key: &Key, shape: &[usize]) -> Array {
    let (inputs, outputs) = fans(shape);
    normal(key, shape, (2.0 / (inputs + outputs)).sqrt())
}
/// Uniform in ±√(6/inputs): for relu.
#[track_caller]
pub fn he_uniform(key: &Key, shape: &[usize]) -> Array {
    uniform(key, shape, (6.0 / fans(shape).0).sqrt())
}
/// Normal with variance 2/inputs: for relu.
#[track_caller]
pub fn he_normal(key: &Key, shape: &[usize]) -> Array {
    normal(key, shape, (2.0 / fans(shape).0).sqrt())
}

#[track_caller]
fn uniform(key: &Key, shape: &[usize], limit: f64) -> Array {
    data(key.uniform(shape, -limit, limit, DType::F32))
}
#[track_caller]
pub(crate) fn normal(key: &Key, shape: &[usize], deviation: f64) -> Array {
    data(key.normal(shape, DType::F32) * deviation)
}
/// Weights are data from the start, so that models hold no graph.
#[track_caller]
fn data(x: Array) -> Array {
    x.eval();
    x
}
#[track_caller]
pub(crate) fn zeros(shape: &[usize]) -> Array {
    data(Array::full(shape, 0.0, DType::F32))
}
#[track_caller]
pub(crate) fn ones(shape: &[usize]) -> Array {
    data(Array::full(shape, 1.0, DType::F32))
}

/// The model with its floating-point leaves converted to `dtype`.
///
/// ```
/// use pullback_array::{DType, Key};
/// use pullback_nn::{Linear, with_dtype};
/// let layer = with_dtype(&Linear::new(2, 3, &Key::new(0)), DType::F64);
/// assert_eq!(layer.weight.dtype(), DType::F64);
/// ```
pub fn with_dtype<M: Tree + Clone>(model: &M, dtype: DType) -> M {
    map(model, |x| if x.dtype().is_float() { data(x.cast(dtype)) } else { x.clone() })
}
