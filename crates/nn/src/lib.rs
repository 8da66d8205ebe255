//! Layers, losses and optimisers: plain structs over arrays. The training loop is yours.
//!
//! ```
//! use pullback_array::{Array, Key, Real, Tree, value_and_grad};
//! use pullback_nn::{Adam, Linear, softmax_cross_entropy};
//!
//! #[derive(Clone, Tree)]
//! struct Mlp {
//!     hidden: Linear,
//!     out: Linear,
//! }
//! impl Mlp {
//!     fn forward(&self, x: &Array) -> Array {
//!         self.out.forward(&self.hidden.forward(x).relu())
//!     }
//! }
//!
//! // Exclusive or.
//! let x = Array::from([[0.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
//! let y = Array::from([0, 1, 1, 0]);
//! let key = Key::new(0);
//! let mut model = Mlp { hidden: Linear::new(2, 16, &key.fold_in(0)), out: Linear::new(16, 2, &key.fold_in(1)) };
//! let mut opt = Adam::new(&model, 0.05);
//! let step = value_and_grad(|m: &Mlp| softmax_cross_entropy(&m.forward(&x), &y));
//! for _ in 0..200 {
//!     let (_loss, g) = step(&model);
//!     opt.update(&mut model, &g);
//! }
//! assert!(step(&model).0.item() < 0.02);
//! ```
#![forbid(unsafe_code)]

pub mod data;
pub mod init;
mod layers;
mod loss;
mod optim;

pub use init::with_dtype;
pub use layers::{
    BatchNorm, BatchStats, Conv, Conv1d, Conv2d, Conv3d, Dropout, Embedding, Gru, LayerNorm, Linear, Lstm,
    LstmState, MultiHeadAttention, Padding, attention, avg_pool, max_pool,
};
pub use loss::{binary_cross_entropy_with_logits, huber, mse, softmax_cross_entropy};
pub use optim::{Adam, AdamW, RmsProp, Sgd, clip_by_global_norm, clip_by_value, global_norm, schedule};

/// The lines of the README run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
