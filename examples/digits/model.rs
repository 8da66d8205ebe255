//! The two networks, and how they read.

use clap::ValueEnum;
use pullback::array::{Array, DType, Key, Real, Tree, tree::leaves};
use pullback::nn::{Conv2d, Dropout, Linear, max_pool};

/// Which network.
#[derive(Clone, Copy, ValueEnum)]
pub enum Kind {
    /// Two layers.
    Mlp,
    /// Two convolutions, then two layers.
    Cnn,
}

/// The network.
#[derive(Clone, Tree)]
pub enum Model {
    Mlp { hidden: Linear, drop: Dropout, out: Linear },
    Cnn { first: Conv2d, second: Conv2d, hidden: Linear, drop: Dropout, out: Linear },
}

impl Model {
    pub fn new(kind: Kind, key: &Key) -> Model {
        let k = key.split(4);
        match kind {
            Kind::Mlp => Model::Mlp {
                hidden: Linear::new(64, 256, &k[0]),
                drop: Dropout::new(0.4),
                out: Linear::new(256, 10, &k[1]),
            },
            Kind::Cnn => Model::Cnn {
                first: Conv2d::new(1, 16, [3, 3], &k[0]).same(),
                second: Conv2d::new(16, 32, [3, 3], &k[1]).same(),
                hidden: Linear::new(4 * 4 * 32, 64, &k[2]),
                drop: Dropout::new(0.3),
                out: Linear::new(64, 10, &k[3]),
            },
        }
    }

    /// Pixels `[n, 64]` → logits `[n, 10]`. With a key: training, which blurs the pixels with noise and drops units.
    pub fn forward(&self, pixels: &Array, key: Option<&Key>) -> Array {
        let noise = |key: &Key| 0.1 * key.fold_in(1).normal(pixels.shape(), DType::F32);
        let x = match key {
            Some(key) => pixels + noise(key),
            None => pixels.clone(),
        };
        match self {
            Model::Mlp { hidden, drop, out } => out.forward(&drop.forward(&hidden.forward(&x).relu(), key)),
            Model::Cnn { first, second, hidden, drop, out } => {
                let n = x.shape()[0];
                let x = first.forward(&x.reshape([n, 8, 8, 1])).relu();
                let x = max_pool(&second.forward(&x).relu(), [2, 2], [2, 2]);
                let x = hidden.forward(&x.reshape([n, 4 * 4 * 32])).relu();
                out.forward(&drop.forward(&x, key))
            }
        }
    }

    /// What it reads in pictures `[n, 64]`: for each the digit, and how sure it is.
    pub fn read(&self, pixels: &Array) -> Vec<(usize, f32)> {
        readings(&self.forward(pixels, None))
    }

    /// How many numbers it learns.
    pub fn size(&self) -> usize {
        leaves(self).iter().map(Array::size).sum()
    }
}

/// The most probable digit in each row of `[n, 10]`, and its probability.
pub fn readings(logits: &Array) -> Vec<(usize, f32)> {
    let probabilities = logits.softmax(-1).to_vec::<f32>();
    let best = |row: &[f32]| row.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    probabilities.chunks_exact(10).filter_map(best).collect()
}
