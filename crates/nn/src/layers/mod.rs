//! Layers: structs of weights with a `forward`. Activations are methods of arrays.

mod attention;
mod conv;
mod dropout;
mod embedding;
mod linear;
mod norm;
mod pool;
mod recurrent;

pub use attention::{MultiHeadAttention, attention};
pub use conv::{Conv, Conv1d, Conv2d, Conv3d, Padding};
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use linear::Linear;
pub use norm::{BatchNorm, BatchStats, LayerNorm};
pub use pool::{avg_pool, max_pool};
pub use recurrent::{Gru, Lstm, LstmState};

use pullback_array::Array;
use pullback_real::refuse;

/// Panics unless the last axis of `x` has `inputs` elements.
#[track_caller]
fn expect_features(what: &str, x: &Array, inputs: usize) {
    if x.shape().last() != Some(&inputs) {
        refuse(
            format_args!(
                "{what}: the layer takes {inputs} features on the last axis, the input has shape {:?}",
                x.shape()
            ),
            &[("input", x.at())],
        )
    }
}

/// `n` elements from `start` on, along the last axis.
#[track_caller]
fn last(x: &Array, start: usize, n: usize) -> Array {
    x.slice_axis(-1, start, n, 1)
}
