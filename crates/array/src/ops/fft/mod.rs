//! Discrete Fourier transforms by NumPy's names, with NumPy's meaning of `n`, axes and norms.
//!
//! Transforms are linear, so their derivatives are transforms again: forward and reverse mode, to any order, in batches.
//! `f32` is transformed as `f32`; integers and bools become `f64`.
//!
//! ```
//! use pullback_array::{Array, Real, fft, fft::Norm, grad};
//! let x = Array::from([1.0, 2.0, 0.0, -1.0]);
//! let y = fft::rfft(&x, None, -1, Norm::Backward);
//! assert_eq!(y.abs().to_vec::<f64>(), [2.0, 10f64.sqrt(), 0.0]);
//! // Parseval: Σ|y|² over all n bins is n·Σx², whose gradient is 2n·x.
//! let energy = |x: &Array| fft::fft(x, None, -1, Norm::Backward).abs_squared().sum();
//! assert_eq!(grad(energy)(&x).to_vec::<f64>(), [8.0, 16.0, 0.0, -8.0]);
//! ```

mod convolve;
mod half;
mod helpers;

pub use convolve::{Mode, fftconvolve};
pub use half::{hfft, ihfft, irfft, irfft2, irfftn, rfft, rfft2, rfftn};
pub use helpers::{fftfreq, fftshift, ifftshift, rfftfreq};

use crate::array::Array;
use crate::dtype::DType;
use crate::ops::pad::at_most;
use crate::prim::Padding;
use pullback_real::refuse;

/// What a transform of n elements is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Norm {
    /// Forward transforms by 1, inverse ones by n.
    #[default]
    Backward,
    /// Both by √n: they keep Σ|x|².
    Ortho,
    /// Forward transforms by n, inverse ones by 1.
    Forward,
}

impl Norm {
    /// What to multiply by.
    fn factor(self, n: usize, inverse: bool) -> f64 {
        match (self, inverse) {
            (Norm::Backward, false) | (Norm::Forward, true) => 1.0,
            (Norm::Ortho, _) => 1.0 / (n as f64).sqrt(),
            (Norm::Backward, true) | (Norm::Forward, false) => 1.0 / n as f64,
        }
    }
    /// That of the opposite direction.
    fn turned(self) -> Norm {
        match self {
            Norm::Backward => Norm::Forward,
            Norm::Ortho => Norm::Ortho,
            Norm::Forward => Norm::Backward,
        }
    }
}

/// As complex numbers.
#[track_caller]
fn complex(x: &Array) -> Array {
    match x.dtype() {
        DType::F32 | DType::F64 | DType::C64 | DType::C128 => x.cast(x.dtype().complex()),
        DType::I32 | DType::I64 | DType::Bool => x.cast(DType::C128),
    }
}

/// An axis with exactly `n` elements: the first ones, or zeros behind them.
#[track_caller]
fn resized(x: &Array, axis: usize, n: usize) -> Array {
    let have = x.shape()[axis];
    if n <= have {
        return x.narrow(axis, 0, n);
    }
    let pad = |k: usize| Padding { lo: 0, hi: if k == axis { at_most(n - have) } else { 0 }, interior: 0 };
    x.pad_op((0..x.ndim()).map(pad).collect())
}

/// The transform of a complex array along an axis, multiplied by `factor`.
#[track_caller]
fn along(z: &Array, axis: usize, inverse: bool, factor: f64) -> Array {
    let (axis, last) = (axis as isize, z.ndim() as isize - 1);
    let y = z.swapaxes(axis, last).fft_op(inverse).swapaxes(axis, last);
    if factor == 1.0 { y } else { y * factor }
}

/// How many elements to transform; none is a mistake.
#[track_caller]
fn length(what: &str, x: &Array, n: usize) -> usize {
    if n == 0 {
        refuse(
            format_args!("{what}: a transform needs at least one element, of shape {}", x.0.shape),
            &[("", x.at())],
        )
    }
    n
}

#[track_caller]
fn one(what: &str, x: &Array, n: Option<usize>, axis: isize, inverse: bool, norm: Norm) -> Array {
    let k = x.axis(what, axis);
    let n = length(what, x, n.unwrap_or(x.shape()[k]));
    along(&complex(&resized(x, k, n)), k, inverse, norm.factor(n, inverse))
}

/// Axes and how many elements to transform along each; without axes the last ones, as many as there are extents, or
/// all. No axis twice is not asked: NumPy then transforms twice, and so do we.
#[track_caller]
fn places(
    what: &str,
    x: &Array,
    extents: Option<&[usize]>,
    axes: Option<&[isize]>,
) -> Vec<(usize, Option<usize>)> {
    let rank = x.ndim() as isize;
    let all: Vec<isize> = match (axes, extents) {
        (Some(axes), _) => axes.to_vec(),
        (None, Some(extents)) => (-(extents.len() as isize)..0).collect(),
        (None, None) => (-rank..0).collect(),
    };
    if let Some(extents) = extents.filter(|e| e.len() != all.len()) {
        refuse(
            format_args!("{what}: {} extents for {} axes, of shape {}", extents.len(), all.len(), x.0.shape),
            &[("", x.at())],
        )
    }
    let extent = |k: usize| extents.map(|e| e[k]);
    let mut places = vec![];
    for (k, &axis) in all.iter().enumerate() {
        places.push((x.axis(what, axis), extent(k)))
    }
    places
}

#[track_caller]
fn many(
    what: &str,
    x: &Array,
    extents: Option<&[usize]>,
    axes: Option<&[isize]>,
    inverse: bool,
    norm: Norm,
) -> Array {
    let transform = |z: Array, (axis, n): &(usize, Option<usize>)| {
        let n = length(what, x, n.unwrap_or(z.shape()[*axis]));
        along(&resized(&z, *axis, n), *axis, inverse, norm.factor(n, inverse))
    };
    // The last axis first, as NumPy.
    places(what, x, extents, axes).iter().rev().fold(complex(x), transform)
}

/// The discrete Fourier transform along an axis: yₖ = Σⱼ xⱼ·exp(−2πi jk/n). `n` cuts the axis off or fills it up with
/// zeros.
///
/// ```
/// use pullback_array::{Array, Complex64, fft, fft::Norm};
/// let y = fft::fft(&Array::from([0.0, 1.0, 0.0, 0.0]), None, -1, Norm::Backward);
/// let i = Complex64::I;
/// assert_eq!(y.to_vec::<Complex64>(), [1.0.into(), -i, (-1.0).into(), i]);
/// ```
///
/// # Panics
/// If the axis is out of range or there is nothing to transform.
#[track_caller]
pub fn fft(x: &Array, n: Option<usize>, axis: isize, norm: Norm) -> Array {
    one("fft", x, n, axis, false, norm)
}

/// The inverse of [`fft`]: xⱼ = Σₖ yₖ·exp(+2πi jk/n)/n.
///
/// # Panics
/// As [`fft`].
#[track_caller]
pub fn ifft(x: &Array, n: Option<usize>, axis: isize, norm: Norm) -> Array {
    one("ifft", x, n, axis, true, norm)
}

/// [`fft`] along two axes, usually `[-2, -1]`; `extents` cut off or fill up each.
///
/// # Panics
/// If an axis is out of range or there is nothing to transform.
#[track_caller]
pub fn fft2(x: &Array, extents: Option<[usize; 2]>, axes: [isize; 2], norm: Norm) -> Array {
    many("fft2", x, extents.as_ref().map(|e| &e[..]), Some(&axes), false, norm)
}

/// The inverse of [`fft2`].
///
/// # Panics
/// As [`fft2`].
#[track_caller]
pub fn ifft2(x: &Array, extents: Option<[usize; 2]>, axes: [isize; 2], norm: Norm) -> Array {
    many("ifft2", x, extents.as_ref().map(|e| &e[..]), Some(&axes), true, norm)
}

/// [`fft`] along several axes: all of them, or the last as many as there are extents.
///
/// # Panics
/// If an axis is out of range, there is nothing to transform along one, or extents and axes differ in number.
#[track_caller]
pub fn fftn(x: &Array, extents: Option<&[usize]>, axes: Option<&[isize]>, norm: Norm) -> Array {
    many("fftn", x, extents, axes, false, norm)
}

/// The inverse of [`fftn`].
///
/// # Panics
/// As [`fftn`].
#[track_caller]
pub fn ifftn(x: &Array, extents: Option<&[usize]>, axes: Option<&[isize]>, norm: Norm) -> Array {
    many("ifftn", x, extents, axes, true, norm)
}
