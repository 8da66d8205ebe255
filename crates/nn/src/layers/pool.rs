//! Pooling: one number for each window, channel by channel.

use pullback_array::Array;
use pullback_real::refuse;

/// The largest element under each window: `[batch, s…, channels]` → `[batch, s′…, channels]`, NaN if any is. Among equal
/// elements the first gets the derivative.
///
/// ```
/// use pullback_array::Array;
/// let x = Array::from_slice(&[1.0, 3.0, 2.0, 5.0], &[1, 4, 1]);
/// assert_eq!(pullback_nn::max_pool(&x, [2], [2]).to_vec::<f64>(), [3.0, 5.0]);
/// assert_eq!(pullback_nn::max_pool(&x, [2], [1]).to_vec::<f64>(), [3.0, 3.0, 5.0]);
/// ```
///
/// # Panics
/// If the input has not `N + 2` axes, or the window does not fit.
#[track_caller]
pub fn max_pool<const N: usize>(x: &Array, window: [usize; N], stride: [usize; N]) -> Array {
    let [window, stride] = whole("max_pool", x, window, stride);
    x.max_pool(&window, &stride, &vec![(0, 0); N + 2])
}

/// The mean of the elements under each window: `[batch, s…, channels]` → `[batch, s′…, channels]`.
///
/// ```
/// use pullback_array::Array;
/// let x = Array::from_slice(&[1.0, 3.0, 2.0, 5.0], &[1, 4, 1]);
/// assert_eq!(pullback_nn::avg_pool(&x, [2], [2]).to_vec::<f64>(), [2.0, 3.5]);
/// ```
///
/// # Panics
/// If the input has not `N + 2` axes, or the window does not fit.
#[track_caller]
pub fn avg_pool<const N: usize>(x: &Array, window: [usize; N], stride: [usize; N]) -> Array {
    let [window, stride] = whole("avg_pool", x, window, stride);
    x.avg_pool(&window, &stride, &vec![(0, 0); N + 2], true)
}

/// Window and stride for all axes of the input: 1 for batch and channels.
#[track_caller]
fn whole<const N: usize>(what: &str, x: &Array, window: [usize; N], stride: [usize; N]) -> [Vec<usize>; 2] {
    let fits =
        x.ndim() == N + 2 && (0..N).all(|k| (1..=x.shape()[1 + k]).contains(&window[k]) && stride[k] > 0);
    if !fits {
        refuse(
            format_args!(
                "{what}: a window {window:?} with stride {stride:?} does not fit [batch, {N} axes, channels] = {:?}",
                x.shape()
            ),
            &[("input", x.at())],
        )
    }
    [window, stride].map(|inner| [1].into_iter().chain(inner).chain([1]).collect())
}
