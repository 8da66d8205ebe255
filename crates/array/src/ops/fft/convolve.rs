//! Convolution by transforms: n log n instead of n·m.

use super::{Norm, fftn, ifftn, irfftn, rfftn};
use crate::array::Array;
use crate::promote::same_dtype;
use pullback_real::refuse;

/// Which part of a convolution is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// All of it: n + m − 1 elements along each axis.
    Full,
    /// The middle, in the shape of the first operand.
    Same,
    /// Where the operands overlap completely: |n − m| + 1 elements along each axis.
    Valid,
}

/// The convolution of two arrays along all axes, by transforms; of `f32` and `f64` real, of complex arrays complex.
///
/// ```
/// use pullback_array::{Array, fft};
/// let y = fft::fftconvolve(&Array::from([1.0, 2.0, 3.0]), &Array::from([0.0, 1.0, 0.5]), fft::Mode::Full);
/// assert!(y.allclose(Array::from([0.0, 1.0, 2.5, 4.0, 1.5]), 1e-12, 1e-12));
/// ```
///
/// # Panics
/// If the numbers of axes or the dtypes differ; for [`Mode::Valid`], if neither operand is at least as large as the
/// other along every axis.
#[track_caller]
pub fn fftconvolve(x: &Array, y: &Array, mode: Mode) -> Array {
    let (x, y) = same_dtype("fftconvolve", &x.float(), &y.float());
    let (n, m) = (x.shape(), y.shape());
    let fits = |n: &[usize], m: &[usize]| n.iter().zip(m).all(|(n, m)| n >= m);
    if n.len() != m.len() || mode == Mode::Valid && !fits(n, m) && !fits(m, n) {
        refuse(
            format_args!("fftconvolve: shapes {} and {} do not fit", x.0.shape, y.0.shape),
            &[("left", x.at()), ("right", y.at())],
        )
    }
    if n.is_empty() {
        return x * y;
    }
    let full: Vec<usize> = n.iter().zip(m).map(|(n, m)| (n + m).saturating_sub(1)).collect();
    let of_extents =
        |f: fn(usize, usize) -> usize| -> Vec<usize> { n.iter().zip(m).map(|(&n, &m)| f(n, m)).collect() };
    let (start, shape) = match mode {
        Mode::Full => (vec![0; n.len()], full.clone()),
        Mode::Same => (of_extents(|_, m| m.saturating_sub(1) / 2), n.to_vec()),
        Mode::Valid => (of_extents(|n, m| n.min(m).saturating_sub(1)), of_extents(|n, m| n.abs_diff(m) + 1)),
    };
    if x.size() == 0 || y.size() == 0 {
        // Nothing overlaps.
        let shape = if mode == Mode::Same { shape } else { vec![0; n.len()] };
        return Array::fill(0.0, shape.as_slice(), x.dtype());
    }
    let fast: Vec<usize> = full.iter().map(|&n| fast_length(n)).collect();
    let all = if x.dtype().is_complex() {
        let part = |x: &Array| fftn(x, Some(&fast), None, Norm::Backward);
        ifftn(&(part(&x) * part(&y)), None, None, Norm::Backward)
    } else {
        let part = |x: &Array| rfftn(x, Some(&fast), None, Norm::Backward);
        irfftn(&(part(&x) * part(&y)), Some(&fast), None, Norm::Backward)
    };
    (0..n.len()).fold(all, |z, k| z.narrow(k, start[k], shape[k]))
}

/// The next length without a prime factor above 7, of which transforms are fast.
fn fast_length(n: usize) -> usize {
    let is_fast = |n: &usize| {
        [2, 3, 5, 7].iter().fold(*n, |mut rest, p| {
            while rest % p == 0 {
                rest /= p
            }
            rest
        }) == 1
    };
    (n.max(1)..).find(is_fast).unwrap_or(n)
}
