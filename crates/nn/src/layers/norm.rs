//! Layers that bring features to mean 0 and variance 1.

use super::expect_features;
use crate::init::{ones, zeros};
use pullback_array::{Array, Real, Tree, keepdims};
use pullback_real::refuse;

/// Normalises the last axis of each element (Ba, Kiros & Hinton, "Layer normalization", 2016).
///
/// ```
/// use pullback_array::Array;
/// use pullback_nn::LayerNorm;
/// let y = LayerNorm::new(2).forward(&Array::from([[1.0f32, 3.0], [10.0, 30.0]]));
/// assert!(y.to_vec::<f32>().iter().all(|y| (y.abs() - 1.0).abs() < 1e-4));
/// ```
#[derive(Clone, Tree)]
pub struct LayerNorm {
    /// `[features]`, 1 at first.
    pub scale: Array,
    /// `[features]`, 0 at first.
    pub offset: Array,
    /// What keeps the division finite, 1e-5.
    pub epsilon: f64,
}

impl LayerNorm {
    /// For so many features.
    #[track_caller]
    pub fn new(features: usize) -> LayerNorm {
        LayerNorm { scale: ones(&[features]), offset: zeros(&[features]), epsilon: 1e-5 }
    }
    /// `[…, features]` → `[…, features]`.
    ///
    /// # Panics
    /// If the last axis does not have the layer's features.
    #[track_caller]
    pub fn forward(&self, x: &Array) -> Array {
        expect_features("LayerNorm", x, self.scale.shape()[0]);
        let x = x - x.mean_axis(keepdims(-1));
        let var = x.square().mean_axis(keepdims(-1));
        x / (var + self.epsilon).sqrt() * &self.scale + &self.offset
    }
}

/// Normalises each channel over the batch (Ioffe & Szegedy, "Batch normalization", 2015): in training by the batch's own
/// statistics, afterwards by the running ones.
///
/// Nothing changes behind your back: the running statistics are a value of their own beside the model. Training takes
/// them and returns the next ones; keep them (and save them) as `(model, stats)`. Gradients and optimisers, which see
/// the model only, leave them alone.
///
/// ```
/// use pullback_array::{Array, Real, value_and_grad_with};
/// use pullback_nn::{Adam, BatchNorm, BatchStats};
/// let x = Array::from([[1.0f32, 20.0], [3.0, 40.0]]);
/// let mut norm = BatchNorm::new(2);
/// let mut stats = norm.stats();
/// let mut opt = Adam::new(&norm, 1e-2);
/// for _ in 0..100 {
///     let (_loss, next, g) = value_and_grad_with(|norm: &BatchNorm| {
///         let (y, next) = norm.train(&x, &stats);
///         (y.exp().mean(), next)
///     })(&norm);
///     stats = next;
///     opt.update(&mut norm, &g);
/// }
/// assert!((stats.mean.to_vec::<f32>()[1] - 30.0).abs() < 1e-2);
/// let y = norm.infer(&x, &stats);
/// assert_eq!(y.shape(), [2, 2]);
/// ```
#[derive(Clone, Tree)]
pub struct BatchNorm {
    /// `[channels]`, 1 at first.
    pub scale: Array,
    /// `[channels]`, 0 at first.
    pub offset: Array,
    /// What keeps the division finite, 1e-5.
    pub epsilon: f64,
    /// How much of the batch's statistics goes into the running ones, 0.1.
    pub momentum: f64,
}

/// Mean and variance of each channel so far, `[channels]` each.
#[derive(Clone, Tree)]
pub struct BatchStats {
    /// The running mean.
    pub mean: Array,
    /// The running variance, unbiased.
    pub var: Array,
}

impl BatchNorm {
    /// For so many channels.
    #[track_caller]
    pub fn new(channels: usize) -> BatchNorm {
        BatchNorm { scale: ones(&[channels]), offset: zeros(&[channels]), epsilon: 1e-5, momentum: 0.1 }
    }
    /// The statistics to begin with: mean 0, variance 1.
    pub fn stats(&self) -> BatchStats {
        let stats = BatchStats { mean: self.scale.zeros_like(), var: self.scale.ones_like() };
        pullback_array::tree::eval(&stats);
        stats
    }
    /// `[…, channels]`, normalised by its own statistics, and the next running statistics.
    ///
    /// # Panics
    /// If the last axis does not have the layer's channels, or there is only one value for each.
    #[track_caller]
    pub fn train(&self, x: &Array, stats: &BatchStats) -> (Array, BatchStats) {
        expect_features("BatchNorm", x, self.scale.shape()[0]);
        let axes: Vec<isize> = (0..x.ndim() as isize - 1).collect();
        let count = x.size() / self.scale.size().max(1);
        if count < 2 {
            refuse(
                format_args!(
                    "BatchNorm: the statistics of a batch take at least two values a channel, the input has shape {:?}",
                    x.shape()
                ),
                &[("input", x.at())],
            )
        }
        let mean = x.mean_axis(&axes);
        let centred = x - &mean;
        let var = centred.square().mean_axis(&axes);
        let unbiased = &var * (count as f64 / (count - 1) as f64);
        let moved = |old: &Array, new: &Array| {
            let next = (1.0 - self.momentum) * old + self.momentum * new;
            next.stop_gradient()
        };
        let next = BatchStats { mean: moved(&stats.mean, &mean), var: moved(&stats.var, &unbiased) };
        (centred / (var + self.epsilon).sqrt() * &self.scale + &self.offset, next)
    }
    /// `[…, channels]`, normalised by the running statistics.
    ///
    /// # Panics
    /// If the last axis does not have the layer's channels.
    #[track_caller]
    pub fn infer(&self, x: &Array, stats: &BatchStats) -> Array {
        expect_features("BatchNorm", x, self.scale.shape()[0]);
        let scale = &self.scale / (&stats.var + self.epsilon).sqrt();
        (x - &stats.mean) * scale + &self.offset
    }
}
