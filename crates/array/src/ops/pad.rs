//! Padding by NumPy's modes.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::shape::addressable;
use pullback_real::refuse;

/// What stands beyond the edges of an array.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PadMode {
    /// One number.
    Constant(f64),
    /// The outermost element.
    Edge,
    /// The array mirrored at its outermost element: c b | a b c | b a.
    Reflect,
    /// The array mirrored behind its outermost element: b a | a b c | c b.
    Symmetric,
    /// The array again: b c | a b c | a b.
    Wrap,
}

impl Array {
    /// Elements around each axis, `(before, after)`.
    ///
    /// ```
    /// use pullback_array::{Array, PadMode};
    /// let x = Array::from([1, 2, 3]);
    /// assert_eq!(x.pad(&[(1, 2)], PadMode::Reflect).to_vec::<i32>(), [2, 1, 2, 3, 2, 1]);
    /// ```
    ///
    /// # Panics
    /// If there is not one entry an axis; if an empty axis is to be continued.
    #[track_caller]
    pub fn pad(&self, widths: &[(usize, usize)], mode: PadMode) -> Array {
        let _operation = operation("pad");
        if let PadMode::Constant(value) = mode {
            let config: Vec<_> = widths.iter().map(|&(lo, hi)| (at_most(lo), at_most(hi), 0)).collect();
            return self.lax_pad(&config, value);
        }
        if widths.len() != self.ndim() {
            refuse(
                format_args!("pad: {} entries for shape {}", widths.len(), self.0.shape),
                &[("", self.at())],
            )
        }
        let mut x = self.clone();
        for (k, &(lo, hi)) in widths.iter().enumerate().filter(|(_, w)| **w != (0, 0)) {
            let n = x.shape()[k] as i64;
            if n == 0 {
                refuse(format_args!("pad: axis {k} of shape {} is empty", self.0.shape), &[("", self.at())])
            }
            addressable("pad", &[(n as usize).saturating_add(lo).saturating_add(hi)], DType::I64);
            // Index i of the continued axis as one of its own.
            let own = |i: i64| match mode {
                PadMode::Constant(_) | PadMode::Edge => i.clamp(0, n - 1),
                PadMode::Wrap => i.rem_euclid(n),
                PadMode::Symmetric => mirrored(i.rem_euclid(2 * n), 2 * n - 1),
                PadMode::Reflect if n == 1 => 0,
                PadMode::Reflect => mirrored(i.rem_euclid(2 * n - 2), 2 * n - 2),
            };
            let index: Vec<i64> = (-(lo as i64)..n + hi as i64).map(own).collect();
            x = x.take(&Array::from(index), k as isize)
        }
        x
    }
}

/// A width as a signed number; more than that no shape has.
pub(crate) fn at_most(width: usize) -> isize {
    isize::try_from(width).unwrap_or(isize::MAX)
}

/// Whichever of `i` and `turn − i` comes first.
fn mirrored(i: i64, turn: i64) -> i64 {
    i.min(turn - i)
}
