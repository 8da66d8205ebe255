//! Pooling: one number for each window, channel by channel.

use pullback_array::{Array, where_};

/// The largest element under each window: `[batch, s…, channels]` → `[batch, s′…, channels]`. Among equal elements the
/// first gets the derivative.
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
    let parts = parts("max_pool", x, window, stride);
    // The first of equals stays; NaN stays and takes over.
    let larger = |m: Array, next: Array| where_(&next.less_equal(&m).logical_or(&m.isnan()), &m, &next);
    parts.reduce(larger).expect("a window has an element")
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
    let count = window.iter().product::<usize>() as f64;
    parts("avg_pool", x, window, stride).sum::<Array>() / count
}

/// For every place in the window, the elements that lie there.
#[track_caller]
fn parts<'a, const N: usize>(
    what: &str,
    x: &'a Array,
    window: [usize; N],
    stride: [usize; N],
) -> impl Iterator<Item = Array> + 'a {
    let fits =
        x.ndim() == N + 2 && (0..N).all(|k| (1..=x.shape()[1 + k]).contains(&window[k]) && stride[k] > 0);
    if !fits {
        panic!(
            "{what}: a window {window:?} with stride {stride:?} does not fit [batch, {N} axes, channels] = {:?}\n  input made at {}",
            x.shape(),
            x.at()
        )
    }
    let places = window.iter().product::<usize>();
    (0..places).map(move |mut place| {
        let mut part = x.clone();
        for k in (0..N).rev() {
            let count = (x.shape()[1 + k] - window[k]) / stride[k] + 1;
            part = part.slice_axis(1 + k as isize, place % window[k], count, stride[k]);
            place /= window[k];
        }
        part
    })
}
