//! Transforms between real arrays and the half of the spectrum that tells all of it.

use super::{Norm, along, complex, length, many, places, resized};
use crate::array::Array;
use pullback_real::refuse;

/// [`fft`](super::fft) of a real array: the n/2 + 1 bins from 0 to the highest frequency; the others are their
/// conjugates.
///
/// ```
/// use pullback_array::{Array, fft, fft::Norm};
/// let x = Array::from([1.0, 2.0, 3.0]);
/// let y = fft::rfft(&x, None, -1, Norm::Backward);
/// assert_eq!(y.shape(), [2]);
/// assert!(fft::irfft(&y, Some(3), -1, Norm::Backward).allclose(&x, 1e-15, 1e-15));
/// ```
///
/// # Panics
/// If the array is complex, the axis is out of range or there is nothing to transform.
#[track_caller]
pub fn rfft(x: &Array, n: Option<usize>, axis: isize, norm: Norm) -> Array {
    let k = x.axis("rfft", axis);
    forward("rfft", x, n, k, norm)
}

#[track_caller]
fn forward(what: &str, x: &Array, n: Option<usize>, axis: usize, norm: Norm) -> Array {
    if x.dtype().is_complex() {
        refuse(
            format_args!("{what}: needs a real array, not {}; take fft, or .real() of the array", x.dtype()),
            &[("", x.at())],
        )
    }
    let n = length(what, x, n.unwrap_or(x.shape()[axis]));
    let y = along(&complex(&resized(x, axis, n)), axis, false, norm.factor(n, false));
    y.narrow(axis, 0, n / 2 + 1)
}

/// The inverse of [`rfft`]: a real array of `n` elements along the axis (twice the bins less two, if not given). The
/// imaginary parts of bin 0 and, for even n, of bin n/2 are not read.
///
/// # Panics
/// If the axis is out of range or there is nothing to transform.
#[track_caller]
pub fn irfft(x: &Array, n: Option<usize>, axis: isize, norm: Norm) -> Array {
    backward("irfft", x, n, x.axis("irfft", axis), norm)
}

#[track_caller]
fn backward(what: &str, x: &Array, n: Option<usize>, axis: usize, norm: Norm) -> Array {
    let n = length(what, x, n.unwrap_or((2 * x.shape()[axis]).saturating_sub(2)));
    let z = resized(&complex(x), axis, n / 2 + 1);
    // Every bin but 0 and n/2 stands for its conjugate as well, whose part of the sum has the same real part.
    let weight = |k: usize| if k == 0 || 2 * k == n { 1.0 } else { 2.0 };
    let mut shape = vec![1; x.ndim()];
    shape[axis] = n / 2 + 1;
    let weights = Array::from_slice(&(0..=n / 2).map(weight).collect::<Vec<f64>>(), &shape);
    let z = z.clone() * weights.cast(z.dtype().real());
    along(&resized(&z, axis, n), axis, true, 1.0).real() * norm.factor(n, true)
}

/// [`rfft`] along two axes, the last of which is halved, usually `[-2, -1]`.
///
/// # Panics
/// As [`rfft`].
#[track_caller]
pub fn rfft2(x: &Array, extents: Option<[usize; 2]>, axes: [isize; 2], norm: Norm) -> Array {
    forward_many("rfft2", x, extents.as_ref().map(|e| &e[..]), Some(&axes), norm)
}

/// The inverse of [`rfft2`].
///
/// # Panics
/// As [`irfft`].
#[track_caller]
pub fn irfft2(x: &Array, extents: Option<[usize; 2]>, axes: [isize; 2], norm: Norm) -> Array {
    backward_many("irfft2", x, extents.as_ref().map(|e| &e[..]), Some(&axes), norm)
}

/// [`rfft`] along several axes, the last of which is halved: all of them, or the last as many as there are extents.
///
/// # Panics
/// If the array is complex, there is no axis, one is out of range, there is nothing to transform along one, or extents
/// and axes differ in number.
#[track_caller]
pub fn rfftn(x: &Array, extents: Option<&[usize]>, axes: Option<&[isize]>, norm: Norm) -> Array {
    forward_many("rfftn", x, extents, axes, norm)
}

/// The inverse of [`rfftn`]; the last of the extents is that of the real result.
///
/// # Panics
/// As [`rfftn`], for complex arrays as well.
#[track_caller]
pub fn irfftn(x: &Array, extents: Option<&[usize]>, axes: Option<&[isize]>, norm: Norm) -> Array {
    backward_many("irfftn", x, extents, axes, norm)
}

/// Where to transform: the last axis, and the others as [`many`] takes them.
type Split = ((usize, Option<usize>), Vec<isize>, Option<Vec<usize>>);

#[track_caller]
fn split(what: &str, x: &Array, extents: Option<&[usize]>, axes: Option<&[isize]>) -> Split {
    let places = places(what, x, extents, axes);
    let Some((last, others)) = places.split_last() else {
        refuse(format_args!("{what}: there is no axis to transform, of shape {}", x.0.shape), &[("", x.at())])
    };
    let axes = others.iter().map(|(axis, _)| *axis as isize).collect();
    (*last, axes, others.iter().map(|(_, n)| *n).collect())
}

#[track_caller]
fn forward_many(
    what: &str,
    x: &Array,
    extents: Option<&[usize]>,
    axes: Option<&[isize]>,
    norm: Norm,
) -> Array {
    let ((axis, n), others, extents) = split(what, x, extents, axes);
    many(what, &forward(what, x, n, axis, norm), extents.as_deref(), Some(&others), false, norm)
}

#[track_caller]
fn backward_many(
    what: &str,
    x: &Array,
    extents: Option<&[usize]>,
    axes: Option<&[isize]>,
    norm: Norm,
) -> Array {
    let ((axis, n), others, extents) = split(what, x, extents, axes);
    backward(what, &many(what, x, extents.as_deref(), Some(&others), true, norm), n, axis, norm)
}

/// The transform of a signal with Hermitian symmetry, given by its half: the real spectrum of `n` bins.
///
/// # Panics
/// As [`irfft`].
#[track_caller]
pub fn hfft(x: &Array, n: Option<usize>, axis: isize, norm: Norm) -> Array {
    backward("hfft", &x.conj(), n, x.axis("hfft", axis), norm.turned())
}

/// The inverse of [`hfft`]: the half of the signal that a real spectrum has.
///
/// # Panics
/// As [`rfft`].
#[track_caller]
pub fn ihfft(x: &Array, n: Option<usize>, axis: isize, norm: Norm) -> Array {
    forward("ihfft", x, n, x.axis("ihfft", axis), norm.turned()).conj()
}
