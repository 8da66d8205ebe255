//! Dropout.

use pullback_array::{Array, Key, Tree, where_};

/// In training sets each element to 0 with probability `rate`, and scales the others so that the mean stays
/// (Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014).
///
/// ```
/// use pullback_array::{Array, DType, Key};
/// use pullback_nn::Dropout;
/// let (layer, x) = (Dropout::new(0.25), Array::full(&[1000], 3.0, DType::F32));
/// let y = layer.forward(&x, Some(&Key::new(0)));
/// assert!(y.to_vec::<f32>().iter().all(|&y| y == 0.0 || y == 4.0));
/// assert_eq!(layer.forward(&x, None).to_vec::<f32>(), x.to_vec::<f32>());
/// ```
#[derive(Clone, Tree)]
pub struct Dropout {
    /// The probability of 0.
    pub rate: f64,
}

impl Dropout {
    /// # Panics
    /// If the rate is not in [0, 1).
    #[track_caller]
    pub fn new(rate: f64) -> Dropout {
        assert!((0.0..1.0).contains(&rate), "Dropout: the rate must be in [0, 1), not {rate}");
        Dropout { rate }
    }
    /// With a key: training. Without: the input as it is. Every call in a step takes a key of its own.
    #[track_caller]
    pub fn forward(&self, x: &Array, key: Option<&Key>) -> Array {
        match key {
            Some(key) if self.rate > 0.0 => {
                let kept = key.uniform(x.shape(), 0.0, 1.0, x.dtype());
                let scaled = x / (1.0 - self.rate);
                where_(&kept.less(self.rate), 0.0, &scaled)
            }
            Some(_) | None => x.clone(),
        }
    }
}
