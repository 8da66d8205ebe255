//! The affine layer.

use super::expect_features;
use crate::init::{glorot_uniform, zeros};
use pullback_array::{Array, Key, Tree};

/// `y = x·W + b`, on the last axis of an input of any rank.
///
/// ```
/// use pullback_array::{Array, DType, Key};
/// use pullback_nn::Linear;
/// let layer = Linear::new(3, 2, &Key::new(0));
/// let y = layer.forward(&Array::full(&[5, 4, 3], 1.0, DType::F32));
/// assert_eq!(y.shape(), [5, 4, 2]);
/// ```
#[derive(Clone, Tree)]
pub struct Linear {
    /// `[inputs, outputs]`.
    pub weight: Array,
    /// `[outputs]`.
    pub bias: Option<Array>,
}

impl Linear {
    /// Glorot-uniform weights, biases 0.
    #[track_caller]
    pub fn new(inputs: usize, outputs: usize, key: &Key) -> Linear {
        Linear { bias: Some(zeros(&[outputs])), ..Linear::without_bias(inputs, outputs, key) }
    }
    /// Glorot-uniform weights and no biases.
    #[track_caller]
    pub fn without_bias(inputs: usize, outputs: usize, key: &Key) -> Linear {
        Linear { weight: glorot_uniform(key, &[inputs, outputs]), bias: None }
    }
    /// `[…, inputs]` → `[…, outputs]`.
    ///
    /// # Panics
    /// If the last axis does not have the layer's inputs.
    #[track_caller]
    pub fn forward(&self, x: &Array) -> Array {
        expect_features("Linear", x, self.weight.shape()[0]);
        let y = x.matmul(&self.weight);
        match &self.bias {
            Some(b) => y + b,
            None => y,
        }
    }
}
