//! Attention.

use super::{Linear, expect_features};
use pullback_array::{Array, DType, Key, Tree, where_};
use pullback_real::{Operation, refuse};

/// Scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017): `softmax(q·kᵀ/√d)·v`, for `q`
/// `[…, t, d]`, `k` `[…, s, d]`, `v` `[…, s, e]`. `causal`: position t sees positions up to t; with more keys than queries,
/// the queries are the last positions.
///
/// # Panics
/// If the shapes do not fit, or there are more queries than keys and `causal` would leave the first of them nothing to see.
#[track_caller]
pub fn attention(q: &Array, k: &Array, v: &Array, causal: bool) -> Array {
    let _operation = Operation::named("attention");
    if [q, k, v].iter().any(|x| x.ndim() < 2) {
        refuse(
            format_args!(
                "attention: queries, keys and values are […, n, features], not of shapes {:?}, {:?} and {:?}",
                q.shape(),
                k.shape(),
                v.shape()
            ),
            &[("queries", q.at()), ("keys", k.at()), ("values", v.at())],
        )
    }
    let (rank, d) = (q.ndim(), q.shape()[q.ndim() - 1]);
    let mut scores = (q / (d as f64).sqrt()).matmul(&k.swapaxes(-1, -2));
    if causal {
        // With more columns than rows, the last row sees all.
        let (rows, columns) = (q.shape()[rank - 2], k.shape()[rank - 2]);
        assert!(
            rows <= columns,
            "attention: of {rows} causal queries the first {} see none of the {columns} keys; take as many keys as queries, or mask the scores yourself",
            rows - columns
        );
        let seen = Array::tri(rows, columns, columns as isize - rows as isize, DType::Bool);
        scores = where_(&seen, &scores, f64::NEG_INFINITY);
    }
    scores.softmax(-1).matmul(v)
}

/// Attention with several heads, each on its share of the features.
///
/// ```
/// use pullback_array::{Array, DType, Key};
/// use pullback_nn::MultiHeadAttention;
/// let layer = MultiHeadAttention::new(16, 4, &Key::new(0)).causal();
/// let y = layer.forward(&Array::full(&[2, 5, 16], 1.0, DType::F32));
/// assert_eq!(y.shape(), [2, 5, 16]);
/// ```
#[derive(Clone, Tree)]
pub struct MultiHeadAttention {
    /// Makes the queries, `[features, features]`.
    pub query: Linear,
    /// Makes the keys.
    pub key: Linear,
    /// Makes the values.
    pub value: Linear,
    /// Mixes the heads' results.
    pub output: Linear,
    /// How many heads.
    pub heads: usize,
    /// Whether a position sees only those up to itself.
    pub causal: bool,
}

impl MultiHeadAttention {
    /// Glorot-uniform weights, biases 0; every position sees all.
    ///
    /// # Panics
    /// If the heads do not divide the features.
    #[track_caller]
    pub fn new(features: usize, heads: usize, key: &Key) -> MultiHeadAttention {
        assert!(
            heads > 0 && features.is_multiple_of(heads),
            "MultiHeadAttention: {heads} heads do not divide {features} features"
        );
        let keys = key.split(4);
        let linear = |k: usize| Linear::new(features, features, &keys[k]);
        let (query, key, value, output) = (linear(0), linear(1), linear(2), linear(3));
        MultiHeadAttention { query, key, value, output, heads, causal: false }
    }
    /// The same, where a position sees only those up to itself.
    pub fn causal(self) -> MultiHeadAttention {
        MultiHeadAttention { causal: true, ..self }
    }
    /// Self-attention: `[batch, time, features]` → the same shape.
    ///
    /// # Panics
    /// If the input has not three axes with the layer's features on the last.
    #[track_caller]
    pub fn forward(&self, x: &Array) -> Array {
        self.attend(x, x)
    }
    /// Attention of `x` `[batch, t, features]` to `memory` `[batch, s, features]`.
    ///
    /// # Panics
    /// If the inputs have not three axes with the layer's features on the last.
    #[track_caller]
    pub fn attend(&self, x: &Array, memory: &Array) -> Array {
        let features = self.query.weight.shape()[0];
        for x in [x, memory] {
            expect_features("MultiHeadAttention", x, features);
            assert!(
                x.ndim() == 3,
                "MultiHeadAttention: the layer takes [batch, time, features], the input has shape {:?}",
                x.shape()
            );
        }
        // [batch, t, features] → [batch, heads, t, features/heads].
        let split = |y: Array| {
            let (batch, time) = (y.shape()[0], y.shape()[1]);
            y.reshape([batch, time, self.heads, features / self.heads]).transpose([0, 2, 1, 3])
        };
        let (q, k, v) = (self.query.forward(x), self.key.forward(memory), self.value.forward(memory));
        let y = attention(&split(q), &split(k), &split(v), self.causal);
        self.output.forward(&y.transpose([0, 2, 1, 3]).reshape(x.shape()))
    }
}
