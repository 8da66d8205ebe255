//! A network of many layers, whose products have a name.

use pullback_array::*;

pub fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}
/// Weights of every layer, and the input.
pub type Net = (Vec<Array>, Array);
pub fn net(layers: usize, width: usize, batch: usize) -> Net {
    ((0..layers).map(|k| 0.3 * normal(k as u64, &[width, width])).collect(), normal(99, &[batch, width]))
}
pub fn layer(w: &Array, x: &Array) -> Array {
    x + (x.matmul(w).named("product").tanh() * x.logistic()).sin()
}
