//! What a programmer reads after a mistake, of every public function of networks that can panic.

#[path = "../../array/tests/common/mistakes.rs"]
mod harness;
#[path = "../../array/tests/common/panics.rs"]
mod panics;

use pullback_array::{Array, DType, Key};
use pullback_nn::*;

fn w(shape: &[usize]) -> Array {
    Key::new(1).normal(shape, DType::F64)
}
fn x(shape: &[usize]) -> Array {
    w(shape).cast(DType::F32)
}
fn key() -> Key {
    Key::new(0)
}

harness::mistakes! {
    data::len(&vec![w(&[2]), w(&[3])]) => "data::len: the arrays of a data set must have the same extent on their first axis: [Some(2), Some(3)]";
    data::len(&Vec::<Array>::new()) => "data::len: the arrays of a data set must have the same extent on their first axis: []";
    data::split(&w(&[2, 3]), 3) => "data::split: there are 2 examples, not 3";
    data::batches(&w(&[2, 3]), 0).count() => "data::batches: a batch has at least one example, not 0";
    attention(&w(&[4, 2]), &w(&[3, 3]), &w(&[3, 2]), false) => "attention: shapes [4, 2] and [3, 3] do not fit\n  left made at #\n  right made at #";
    attention(&w(&[2]), &w(&[3, 2]), &w(&[3, 2]), false) => "attention: queries, keys and values are […, n, features], not of shapes [2], [3, 2] and [3, 2]\n  queries made at #\n  keys made at #\n  values made at #";
    attention(&w(&[4, 2]), &w(&[3, 2]), &w(&[3, 2]), true) => "attention: of 4 causal queries the first 1 see none of the 3 keys; take as many keys as queries, or mask the scores yourself";
    MultiHeadAttention::new(6, 4, &key()) => "MultiHeadAttention: 4 heads do not divide 6 features";
    MultiHeadAttention::new(4, 2, &key()).forward(&w(&[3, 4])) => "MultiHeadAttention: the layer takes [batch, time, features], the input has shape [3, 4]";
    MultiHeadAttention::new(4, 2, &key()).attend(&w(&[1, 3, 4]), &w(&[1, 3, 5])) => "MultiHeadAttention: the layer takes 4 features on the last axis, the input has shape [1, 3, 5]\n  input made at #";
    Conv::new(2, 3, [3], &key()).forward(&w(&[5, 2])) => "Conv: the layer takes [batch, 1 axes, channels], the input has shape [5, 2]\n  input made at #";
    Conv::new(2, 3, [3], &key()).forward(&w(&[1, 5, 4])) => "Conv: the layer takes 2 features on the last axis, the input has shape [1, 5, 4]\n  input made at #";
    Dropout::new(1.0) => "Dropout: the rate must be in [0, 1), not 1";
    Embedding::new(5, 2, &key()).forward(&w(&[3])) => "Embedding: indices are integer arrays, not f64; bool masks go to boolean_mask\n  made at #";
    Embedding::new(5, 2, &key()).forward(&Array::from([0, 5])).eval() => "index 5 is out of range for an axis of extent 5; it is row 1 of the indices\n  indexed at #";
    Linear::new(3, 2, &key()).forward(&w(&[2, 4])) => "Linear: the layer takes 3 features on the last axis, the input has shape [2, 4]\n  input made at #";
    LayerNorm::new(3).forward(&w(&[2, 4])) => "LayerNorm: the layer takes 3 features on the last axis, the input has shape [2, 4]\n  input made at #";
    BatchNorm::new(3).train(&w(&[2, 4]), &BatchNorm::new(3).stats()) => "BatchNorm: the layer takes 3 features on the last axis, the input has shape [2, 4]\n  input made at #";
    BatchNorm::new(3).train(&w(&[1, 3]), &BatchNorm::new(3).stats()) => "BatchNorm: the statistics of a batch take at least two values a channel, the input has shape [1, 3]\n  input made at #";
    BatchNorm::new(3).infer(&w(&[2, 4]), &BatchNorm::new(3).stats()) => "BatchNorm: the layer takes 3 features on the last axis, the input has shape [2, 4]\n  input made at #";
    max_pool(&w(&[1, 2, 1]), [3], [1]) => "max_pool: a window [3] with stride [1] does not fit [batch, 1 axes, channels] = [1, 2, 1]\n  input made at #";
    max_pool(&w(&[2, 1]), [1], [1]) => "max_pool: a window [1] with stride [1] does not fit [batch, 1 axes, channels] = [2, 1]\n  input made at #";
    avg_pool(&w(&[1, 2, 1]), [3], [1]) => "avg_pool: a window [3] with stride [1] does not fit [batch, 1 axes, channels] = [1, 2, 1]\n  input made at #";
    Lstm::new(3, 2, &key()).step(&w(&[1, 4]), &Lstm::new(3, 2, &key()).start(1)) => "Lstm: the layer takes 3 features on the last axis, the input has shape [1, 4]\n  input made at #";
    Lstm::new(3, 2, &key()).forward(&x(&[1, 3]), &Lstm::new(3, 2, &key()).start(1)) => "Lstm: the layer takes [batch, time, inputs], not 2 axes\n  input made at #";
    Lstm::new(3, 2, &key()).forward(&x(&[1, 0, 3]), &Lstm::new(3, 2, &key()).start(1)) => "Lstm: the series of 1 have no steps\n  input made at #";
    Gru::new(3, 2, &key()).step(&w(&[1, 4]), &Gru::new(3, 2, &key()).start(1)) => "Gru: the layer takes 3 features on the last axis, the input has shape [1, 4]\n  input made at #";
    Gru::new(3, 2, &key()).forward(&x(&[1, 3]), &Gru::new(3, 2, &key()).start(1)) => "Gru: the layer takes [batch, time, inputs], not 2 axes\n  input made at #";
    softmax_cross_entropy(&w(&[2, 3]), &w(&[2, 3])) => "softmax_cross_entropy: logits […, classes] take integer labels […], not [2, 3] f64 and [2, 3] f64\n  logits made at #\n  labels made at #";
    softmax_cross_entropy(&w(&[2, 3]), &Array::from([2i64, -1])).item() => "index -1 is out of range for an axis of extent 3; it is row 1 of the indices\n  indexed at #";
    mse(&w(&[2, 1]), &w(&[2])) => "mse: predictions have shape [2, 1], targets [2]\n  predictions made at #\n  targets made at #";
    binary_cross_entropy_with_logits(&w(&[2, 1]), &w(&[2])) => "binary_cross_entropy_with_logits: predictions have shape [2, 1], targets [2]\n  predictions made at #\n  targets made at #";
    huber(&w(&[2, 1]), &w(&[2]), 1.0) => "huber: predictions have shape [2, 1], targets [2]\n  predictions made at #\n  targets made at #";
    Adam::new(&w(&[2]), 0.1).update(&mut w(&[2]), &w(&[3])) => "Adam: leaf `` is [2] f64, its gradient [3] f64\n  gradient made at #";
    AdamW::new(&w(&[2]), 0.1, 0.1).update(&mut w(&[2]), &w(&[3])) => "AdamW: leaf `` is [2] f64, its gradient [3] f64\n  gradient made at #";
    RmsProp::new(&w(&[2]), 0.1).update(&mut w(&[2]), &w(&[3])) => "RmsProp: leaf `` is [2] f64, its gradient [3] f64\n  gradient made at #";
    Sgd::new(&w(&[2]), 0.1).update(&mut w(&[2]), &w(&[2]).cast(DType::F32)) => "Sgd: leaf `` is [2] f64, its gradient [2] f32\n  gradient made at #";
    schedule::step(0.1, 0.5, 0)(1) => "schedule::step: the rate must stay for at least one step, not 0";
}

#[test]
fn every_mistake_is_told_in_its_own_line() {
    harness::each_is_told_in_its_own_line(&[ALL], file!())
}
#[test]
fn every_function_that_panics_is_called_wrongly() {
    harness::every_function_that_panics_is_called(env!("CARGO_MANIFEST_DIR"), &[ALL], &[], &[])
}
