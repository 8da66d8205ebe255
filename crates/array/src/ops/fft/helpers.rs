//! The order and the frequencies of bins.

use crate::array::Array;
use pullback_real::refuse;

/// Bin 0 moved to the middle of these axes, or of all.
///
/// ```
/// use pullback_array::{Array, fft};
/// let f = fft::fftshift(&fft::fftfreq(5, 0.2), None);
/// assert_eq!(f.to_vec::<f64>(), [-2.0, -1.0, 0.0, 1.0, 2.0]);
/// ```
///
/// # Panics
/// If an axis is out of range.
#[track_caller]
pub fn fftshift(x: &Array, axes: Option<&[isize]>) -> Array {
    shifted("fftshift", x, axes, |n| n / 2)
}

/// The inverse of [`fftshift`].
///
/// # Panics
/// If an axis is out of range.
#[track_caller]
pub fn ifftshift(x: &Array, axes: Option<&[isize]>) -> Array {
    shifted("ifftshift", x, axes, |n| n.div_ceil(2))
}

#[track_caller]
fn shifted(what: &str, x: &Array, axes: Option<&[isize]>, by: fn(usize) -> usize) -> Array {
    let all: Vec<isize> = (0..x.ndim() as isize).collect();
    let mut y = x.clone();
    for &axis in axes.unwrap_or(&all) {
        let k = x.axis(what, axis);
        y = y.roll(by(x.shape()[k]) as isize, k as isize)
    }
    y
}

/// The frequencies of the bins of [`fft`](super::fft) for samples `spacing` apart, in `f64`: 0, 1 …, −2, −1, over
/// n·spacing.
///
/// # Panics
/// If `n` is 0 or the spacing is 0 or not finite.
#[track_caller]
pub fn fftfreq(n: usize, spacing: f64) -> Array {
    let place = |k: usize| if k < n.div_ceil(2) { k as f64 } else { k as f64 - n as f64 };
    frequencies("fftfreq", n, spacing, (0..n).map(place).collect())
}

/// The frequencies of the bins of [`rfft`](super::rfft) for samples `spacing` apart, in `f64`.
///
/// # Panics
/// If `n` is 0 or the spacing is 0 or not finite.
#[track_caller]
pub fn rfftfreq(n: usize, spacing: f64) -> Array {
    frequencies("rfftfreq", n, spacing, (0..=n / 2).map(|k| k as f64).collect())
}

#[track_caller]
fn frequencies(what: &str, n: usize, spacing: f64, places: Vec<f64>) -> Array {
    if n == 0 || spacing == 0.0 || !spacing.is_finite() {
        refuse(format_args!("{what}: {n} samples {spacing} apart have no frequencies"), &[])
    }
    let all: Vec<f64> = places.into_iter().map(|k| k / (n as f64 * spacing)).collect();
    Array::from(all)
}
