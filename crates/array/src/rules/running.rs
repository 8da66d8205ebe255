//! The derivative of running extrema: each is the elements so far that equal it, with even shares.

use crate::array::Array;
use crate::dtype::DType;
use crate::ops::associative_scan;
use crate::prim::Compare;
use pullback_real::Binary;

/// Which elements each running extremum is.
pub(super) struct Records {
    axis: usize,
    reverse: bool,
    /// Whether an element equals the extremum at its place.
    is_extreme: Array,
    /// Whether an extremum differs from the one before it.
    begins: Array,
    /// How many elements so far equal the extremum.
    count: Array,
}

impl Records {
    /// Those of the running extrema `y` of `x`.
    #[track_caller]
    pub fn of(x: &Array, y: &Array, axis: usize, reverse: bool) -> Records {
        let is_extreme = Array::compare_op(Compare::Eq, x, y);
        let n = y.shape()[axis];
        let later = n.saturating_sub(1);
        let changes =
            Array::compare_op(Compare::Ne, &y.narrow(axis, 0, later), &y.narrow(axis, n - later, later));
        let begins = beside_end(changes, y, axis, !reverse);
        let ones = is_extreme.cast(x.dtype());
        let count = sums_within(&ones, &begins, axis, reverse);
        Records { axis, reverse, is_extreme, begins, count }
    }
    /// The tangents of the extrema: the means of those of the elements.
    #[track_caller]
    pub fn push(&self, t: &Array) -> Array {
        let of_extreme = Array::select_op(&self.is_extreme, t, &t.zeros_like());
        sums_within(&of_extreme, &self.begins, self.axis, self.reverse) / &self.count
    }
    /// The cotangents of the elements, with certain zeros for those that are no extremum.
    #[track_caller]
    pub fn pull(&self, g: &Array) -> Array {
        // In the other direction a run of equal extrema begins where it ends in this one.
        let (n, axis) = (g.shape()[self.axis], self.axis);
        let from = if self.reverse { 0 } else { 1 };
        let inner = self.begins.narrow(axis, from.min(n), n.saturating_sub(1));
        let ends = beside_end(inner, g, axis, self.reverse);
        let sums = sums_within(&(g / &self.count), &ends, axis, !self.reverse);
        Array::select_op(&self.is_extreme, &sums, &sums.zeros_like())
    }
}

/// Bools along an axis of `like`, with one more that holds: the first, or the last one.
#[track_caller]
fn beside_end(inner: Array, like: &Array, axis: usize, first: bool) -> Array {
    let n = like.shape()[axis];
    let end = Array::fill(1.0, like.0.shape.with(axis, n.min(1)), DType::Bool);
    let parts = if first { [end, inner] } else { [inner, end] };
    Array::concat_op(&parts, axis)
}

/// Running sums that begin anew where `begins` holds.
#[track_caller]
fn sums_within(x: &Array, begins: &Array, axis: usize, reverse: bool) -> Array {
    let join = |(a, sum): &(Array, Array), (b, x): &(Array, Array)| {
        (Array::binary_op(Binary::Max, a, b), Array::select_op(b, x, &(sum + x)))
    };
    associative_scan(join, &(begins.clone(), x.clone()), axis as isize, reverse).1
}
