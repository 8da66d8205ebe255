//! Diagonals and triangles of matrices.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::ops::create::below;
use crate::ops::where_;
use crate::shape::Shape;
use pullback_real::refuse;

impl Array {
    /// The elements on and below diagonal `k` of the last two axes, zeros above.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[track_caller]
    pub fn tril(&self, k: isize) -> Array {
        where_(&below(self.matrix("tril"), k), self, self.zeros_like())
    }
    /// The elements on and above diagonal `k` of the last two axes, zeros below.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[track_caller]
    pub fn triu(&self, k: isize) -> Array {
        where_(&below(self.matrix("triu"), k.saturating_sub(1)), self.zeros_like(), self)
    }
    /// The last two extents.
    #[track_caller]
    pub(crate) fn matrix(&self, what: &str) -> &[usize] {
        match self.ndim().checked_sub(2) {
            Some(k) => &self.shape()[k..],
            None => refuse(
                format_args!("{what}: needs two axes or more, not shape {}", self.0.shape),
                &[("", self.at())],
            ),
        }
    }
    /// A vector as diagonal `k` of a matrix of zeros, or diagonal `k` of a matrix as a vector.
    ///
    /// # Panics
    /// If there are neither one nor two axes.
    #[track_caller]
    pub fn diag(&self, k: isize) -> Array {
        let _operation = operation("diag");
        match self.ndim() {
            1 => {
                let (n, off) = (self.size(), k.saturating_abs());
                let rows = self.reshape_op(Shape::new(&[n, 1]));
                let main = where_(&Array::eye(n, n, 0, DType::Bool), rows, self.zeros_like());
                let (row, column) =
                    if k < 0 { ((off, 0, 0), (0, off, 0)) } else { ((0, off, 0), (off, 0, 0)) };
                main.lax_pad(&[row, column], 0.0)
            }
            2 => self.diagonal(k, 0, 1),
            _ => refuse(
                format_args!("diag: needs one or two axes, not shape {}", self.0.shape),
                &[("", self.at())],
            ),
        }
    }
    /// Diagonal `offset` (positive above the main one) of the planes of two axes, as a new last axis in their stead.
    ///
    /// # Panics
    /// If the axes are out of range or the same.
    #[track_caller]
    pub fn diagonal(&self, offset: isize, axis1: isize, axis2: isize) -> Array {
        let _operation = operation("diagonal");
        let planes = self.moveaxis([axis1, axis2], [-2, -1]);
        let last = planes.ndim() - 2;
        let (n, m) = (planes.shape()[last], planes.shape()[last + 1]);
        let (down, right) = (offset.saturating_neg().max(0) as usize, offset.max(0) as usize);
        let count = n.saturating_sub(down).min(m.saturating_sub(right));
        // In row-major order the diagonal's elements lie m + 1 apart.
        let mut flat = planes.0.shape.remove(last + 1);
        flat[last] = n * m;
        planes.reshape_op(flat).every_nth(last, down * m + right, count, m + 1)
    }
    /// The sum of a diagonal: of [`diagonal`](Array::diagonal).
    ///
    /// # Panics
    /// If the axes are out of range or the same.
    #[track_caller]
    pub fn trace(&self, offset: isize, axis1: isize, axis2: isize) -> Array {
        let _operation = operation("trace");
        self.diagonal(offset, axis1, axis2).sum_axis(-1)
    }
}
