//! Layers and losses, written out in array operations.

use super::{Row, rows};
use pullback_array::{Array, DType, Real, einsum, keepdims, where_};

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "layer_norm" => f.standardize(-1, a.float("epsilon")) * y + &x[2],
    "rms_norm" => f / (f.square().mean_axis(keepdims(-1)) + a.float("epsilon")).sqrt() * y,
    "group_norm" => {
            let (n, c, l, g) = (f.shape()[0], f.shape()[1], f.shape()[2], a.int("groups") as usize);
            let z = f.reshape([n, g, c / g, l]).standardize([2, 3], a.float("epsilon")).reshape([n, c, l]);
            z * y.reshape([c, 1]) + x[2].reshape([c, 1])
        },
    "batch_norm_inference" => {
            let c = |x: &Array| channels(x, f.ndim());
            (f - c(&x[3])) / (c(&x[4]) + a.float("epsilon")).sqrt() * c(y) + c(&x[2])
        },
    "dense" => f.matmul(y) + &x[2],
    "attention" => {
            let scores = f.matmul(&y.swapaxes(-1, -2)) * a.float("scale");
            let (t, s) = (f.shape()[2], y.shape()[2]);
            let scores = match a.flag("causal") {
                true => where_(&Array::tri(t, s, 0, DType::Bool), scores, f64::NEG_INFINITY),
                false => scores,
            };
            scores.softmax(-1).matmul(&x[2])
        },
    "embedding" => f.take(y, 0),
    "one_hot_dot" => f.one_hot(y.shape()[0], y.dtype()).matmul(y),
    "cross_entropy_int" => -f.log_softmax(-1).take_last(y).mean(),
    "cross_entropy_soft" => {
            let (smooth, k) = (a.float("label_smoothing"), f.shape()[1]);
            let target = y.one_hot(k, f.dtype()) * (1.0 - smooth) + smooth / k as f64;
            -(target * f.log_softmax(-1)).sum_axis(-1).mean()
        },
    "mse" => f.squared_difference(y).mean(),
    "huber" => {
            let (r, delta) = ((f - y).abs(), a.float("delta"));
            where_(&r.less_equal(delta), 0.5 * r.square(), delta * (&r - 0.5 * delta)).mean()
        },
    "bce_with_logits" => (f.softplus() - f * y).mean(),
    "kl_categorical" => (f.softmax(-1) * (f.log_softmax(-1) - y.log_softmax(-1))).sum_axis(-1).mean(),
    "cosine_similarity" => {
            let norm = |x: &Array| x.square().sum_axis(-1).sqrt();
            (f * y).sum_axis(-1) / (norm(f) * norm(y))
        },
    "bilinear" => einsum("ni,oij,nj->no", x),
    "glu" => f.glu(a.int("axis")),
    "dropout_fixed" => where_(y, f / (1.0 - a.float("rate")), 0.0),
    "gru_cell" => {
            let h = &x[1];
            let gates = (x[2].matmul(f) + &x[4]).split(3, 0);
            let past = x[3].matmul(h).split(3, 0);
            let r = (&gates[0] + &past[0]).sigmoid();
            let z = (&gates[1] + &past[1]).sigmoid();
            let n = (&gates[2] + r * &past[2]).tanh();
            (1.0 - &z) * n + z * h
        },
    "batch_norm" => {
            let axes: Vec<usize> = (0..f.ndim()).filter(|&k| k != 1).collect();
            let c = |x: &Array| channels(x, f.ndim());
            let y = f.standardize(&axes, a.float("epsilon")) * c(&x[1]) + c(&x[2]);
            vec![y, f.mean_axis(&axes), f.var_axis(&axes, 0)]
        },
    "lstm_cell" => {
            let gates = (x[3].matmul(f) + x[4].matmul(&x[1]) + &x[5]).split(4, 0);
            let [i, f, g, o] = &gates[..] else { unreachable!("four parts") };
            let c = f.sigmoid() * &x[2] + i.sigmoid() * g.tanh();
            vec![o.sigmoid() * c.tanh(), c]
        },
};

/// A vector along axis 1 of `rank`.
fn channels(x: &Array, rank: usize) -> Array {
    let mut shape = vec![1; rank];
    shape[1] = x.size();
    x.reshape(shape)
}
