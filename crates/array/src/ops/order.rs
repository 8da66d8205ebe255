//! Sorting and searching.

use crate::array::{Array, operation};
use pullback_real::refuse;

impl Array {
    /// The stable order that sorts an axis, NaN last: `take_along_axis` with it sorts; `i64`.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn argsort(&self, axis: isize) -> Array {
        let k = self.axis("argsort", axis);
        let last = self.ndim() as isize - 1;
        self.stop_gradient().swapaxes(k as isize, last).argsort_op().swapaxes(k as isize, last)
    }
    /// Sorted along an axis, ascending, NaN last.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn sort(&self, axis: isize) -> Array {
        let _operation = operation("sort");
        self.take_along_axis(&self.argsort(axis), axis)
    }
    /// With what would be element `k` of the sorted axis in its place, smaller ones before it and larger ones behind, in
    /// any order.
    ///
    /// # Panics
    /// If the axis is out of range or has no element `k`.
    #[track_caller]
    pub fn partition(&self, k: usize, axis: isize) -> Array {
        let _operation = operation("partition");
        let n = self.shape()[self.axis("partition", axis)];
        if k >= n {
            refuse(
                format_args!("partition: no element {k} of axis {axis} of shape {}", self.0.shape),
                &[("", self.at())],
            )
        }
        // Sorted, it is in one of those orders.
        self.sort(axis)
    }
    /// The `k` largest elements along the last axis in descending order, and their numbers (`i64`); of equal ones the
    /// first.
    ///
    /// # Panics
    /// If there are fewer than `k`.
    #[track_caller]
    pub fn top_k(&self, k: usize) -> (Array, Array) {
        let _operation = operation("top_k");
        let n = self.shape().last().copied().unwrap_or(0);
        if self.ndim() == 0 || k > n {
            refuse(format_args!("top_k: {k} elements of shape {}", self.0.shape), &[("", self.at())])
        }
        let last = self.ndim() - 1;
        // Turned round, equal elements are sorted last to first.
        let order = (n as f64 - 1.0) - self.flip(-1).argsort(-1).flip(-1).narrow(last, 0, k);
        (self.take_along_axis(&order, -1), order)
    }
    /// For each element of `v` the number of elements of this sorted vector below it: where it would be inserted, before
    /// its equals. NaN is sorted last.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let x = Array::from([1.0, 2.0, 2.0, 3.0]);
    /// let v = Array::from([2.0, f64::NAN]);
    /// assert_eq!(x.searchsorted(&v).to_vec::<i64>(), [1, 4]);
    /// assert_eq!(x.searchsorted_right(&v).to_vec::<i64>(), [3, 4]);
    /// ```
    ///
    /// # Panics
    /// If there is not one axis or the dtypes differ.
    #[track_caller]
    pub fn searchsorted(&self, v: &Array) -> Array {
        let _operation = operation("searchsorted");
        let v = self.sought(v);
        self.less(&v).logical_or(&v.isnan().logical_and(&self.equal(self))).sum_axis(-1)
    }
    /// The place behind its equals: the number of elements that are not above it.
    ///
    /// # Panics
    /// As [`searchsorted`](Array::searchsorted).
    #[track_caller]
    pub fn searchsorted_right(&self, v: &Array) -> Array {
        let _operation = operation("searchsorted_right");
        let v = self.sought(v);
        self.less_equal(&v).logical_or(&v.isnan()).sum_axis(-1)
    }
    /// Values with a last axis, along which they are compared with this vector.
    #[track_caller]
    fn sought(&self, v: &Array) -> Array {
        if self.ndim() != 1 {
            refuse(
                format_args!("searchsorted: needs one axis, not shape {}", self.0.shape),
                &[("", self.at())],
            )
        }
        v.reshape_op(v.0.shape.insert(v.ndim(), 1))
    }
}
