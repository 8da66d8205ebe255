//! Layers, losses and optimisers: plain structs over arrays. The training loop is yours.
#![forbid(unsafe_code)]

mod optim;

pub use optim::{Adam, AdamW, RmsProp, Sgd, clip_by_global_norm, clip_by_value, global_norm, schedule};
