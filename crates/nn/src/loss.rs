//! Losses: the mean over the batch of how wrong predictions are, one number.

use pullback_array::{Array, Real};
use pullback_real::refuse;

#[track_caller]
fn expect_same_shape(what: &str, x: &Array, y: &Array) {
    if x.shape() != y.shape() {
        refuse(
            format_args!("{what}: predictions have shape {:?}, targets {:?}", x.shape(), y.shape()),
            &[("predictions", x.at()), ("targets", y.at())],
        )
    }
}

/// The cross-entropy of softmax(logits) with integer labels: the mean of `ln Σ exp x − x[label]`.
///
/// `logits` `[…, classes]`, `labels` `[…]`.
///
/// ```
/// use pullback_array::Array;
/// let logits = Array::from([[1.0, 1.0], [1000.0, 0.0]]);
/// let loss = pullback_nn::softmax_cross_entropy(&logits, &Array::from([0, 0]));
/// assert!((loss.item() - 2f64.ln() / 2.0).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the shapes do not fit or the labels are not integers; on evaluation, if a label is negative or not below the number of
/// classes, naming its row. (Rows that are padding are taken out, or their losses chosen away, before.)
#[track_caller]
pub fn softmax_cross_entropy(logits: &Array, labels: &Array) -> Array {
    let fits = logits.shape().split_last().is_some_and(|(_, batch)| batch == labels.shape());
    if !fits || !labels.dtype().is_int() {
        refuse(
            format_args!(
                "softmax_cross_entropy: logits […, classes] take integer labels […], not {:?} {} and {:?} {}",
                logits.shape(),
                logits.dtype(),
                labels.shape(),
                labels.dtype()
            ),
            &[("logits", logits.at()), ("labels", labels.at())],
        )
    }
    -logits.log_softmax(-1).take_last(labels).mean()
}

/// The mean squared error.
///
/// ```
/// use pullback_array::Array;
/// let loss = pullback_nn::mse(&Array::from([1.0, 2.0]), &Array::from([1.0, 5.0]));
/// assert_eq!(loss.item(), 4.5);
/// ```
///
/// # Panics
/// If the shapes differ: broadcasting here is a common mistake.
#[track_caller]
pub fn mse(predictions: &Array, targets: &Array) -> Array {
    expect_same_shape("mse", predictions, targets);
    (predictions - targets).square().mean()
}

/// The cross-entropy of logistic(logits) with targets in [0, 1]: the mean of `ln(1 + eˣ) − x·t`, which never overflows.
///
/// ```
/// use pullback_array::Array;
/// let (logits, targets) = (Array::from([1000.0, -1000.0, 0.0]), Array::from([1.0, 0.0, 1.0]));
/// let loss = pullback_nn::binary_cross_entropy_with_logits(&logits, &targets);
/// assert!((loss.item() - 2f64.ln() / 3.0).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn binary_cross_entropy_with_logits(logits: &Array, targets: &Array) -> Array {
    expect_same_shape("binary_cross_entropy_with_logits", logits, targets);
    (logits.softplus() - logits * targets).mean()
}

/// Huber's loss (1964): half the square of errors up to `delta`, beyond that linear; the mean.
///
/// ```
/// use pullback_array::Array;
/// let loss = pullback_nn::huber(&Array::from([0.5, 3.0]), &Array::from([0.0, 0.0]), 1.0);
/// assert_eq!(loss.item(), (0.125 + 2.5) / 2.0);
/// ```
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn huber(predictions: &Array, targets: &Array, delta: f64) -> Array {
    expect_same_shape("huber", predictions, targets);
    let error = predictions - targets;
    // With a = e, held within ±δ: e²/2 or δ|e| − δ²/2, without a kink at an exact fit.
    let held = error.clip(-delta, delta);
    (&held * (&error - 0.5 * &held)).mean()
}
