//! Indexing: what `x.get(…)` and `s![…]` take, and how it is read from an array.
//!
//! Slices are NumPy's: bounds are held within the axis, negative ones count from the end, steps may be negative.

use crate::array::Array;
use crate::shape::Dims;
use pullback_real::refuse;
use smallvec::smallvec;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// What is taken of an axis.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Index {
    /// One element; the axis is dropped. Negative numbers count from the end.
    At(isize),
    /// Every `step`-th element from `start` on, before `stop`.
    Range {
        /// The first index; the axis' first element (last, for negative steps) if `None`.
        start: Option<isize>,
        /// The first index left out; none if `None`.
        stop: Option<isize>,
        /// The distance of neighbours, not 0.
        step: isize,
    },
    /// No axis is used; the result has a new one of extent 1.
    NewAxis,
    /// As many whole axes as the others leave over.
    Ellipsis,
    /// The elements with these numbers; several arrays in one index go together.
    Array(Array),
}

/// In an index: a new axis of extent 1.
#[derive(Clone, Copy, Debug)]
pub struct NewAxis;
/// In an index: as many whole axes as the others leave over, also written `...` in `s![…]`.
#[derive(Clone, Copy, Debug)]
pub struct Ellipsis;

impl Index {
    /// The same range with every `step`-th element: what `range; step` in `s![…]` means.
    ///
    /// # Panics
    /// If it is not a range or the step is 0.
    #[track_caller]
    pub fn by(self, by: isize) -> Index {
        match self {
            _ if by == 0 => refuse(format_args!("by: the step of a range cannot be 0"), &[]),
            Index::Range { start, stop, step: 1 } => Index::Range { start, stop, step: by },
            other => refuse(format_args!("by: {other:?} takes no step"), &[]),
        }
    }
}

fn range(start: Option<isize>, stop: Option<isize>) -> Index {
    Index::Range { start, stop, step: 1 }
}
/// `..=-1` ends with the last element.
fn after(last: isize) -> Option<isize> {
    if last == -1 { None } else { Some(last.saturating_add(1)) }
}
impl From<RangeFull> for Index {
    fn from(_: RangeFull) -> Index {
        range(None, None)
    }
}
impl From<NewAxis> for Index {
    fn from(_: NewAxis) -> Index {
        Index::NewAxis
    }
}
impl From<Ellipsis> for Index {
    fn from(_: Ellipsis) -> Index {
        Index::Ellipsis
    }
}
impl From<&Array> for Index {
    fn from(i: &Array) -> Index {
        Index::Array(i.clone())
    }
}
impl From<Array> for Index {
    fn from(i: Array) -> Index {
        Index::Array(i)
    }
}

/// What can stand in `x.get(…)`: an integer, a range, an integer array, a tuple of these, or `s![…]`.
pub trait Indices {
    /// As a list, one entry an axis.
    fn indices(self) -> Vec<Index>;
}
impl Indices for Vec<Index> {
    fn indices(self) -> Vec<Index> {
        self
    }
}
macro_rules! single {
    ($($T:ty),*) => { $(impl Indices for $T {
        fn indices(self) -> Vec<Index> { vec![self.into()] }
    })* };
}
single! { Index, RangeFull, NewAxis, Ellipsis, &Array, Array }
macro_rules! integers {
    ($($T:ty),*) => { $(
        impl From<$T> for Index {
            fn from(i: $T) -> Index { Index::At(i as isize) }
        }
        impl From<Range<$T>> for Index {
            fn from(r: Range<$T>) -> Index { range(Some(r.start as isize), Some(r.end as isize)) }
        }
        impl From<RangeFrom<$T>> for Index {
            fn from(r: RangeFrom<$T>) -> Index { range(Some(r.start as isize), None) }
        }
        impl From<RangeTo<$T>> for Index {
            fn from(r: RangeTo<$T>) -> Index { range(None, Some(r.end as isize)) }
        }
        impl From<RangeInclusive<$T>> for Index {
            fn from(r: RangeInclusive<$T>) -> Index { range(Some(*r.start() as isize), after(*r.end() as isize)) }
        }
        impl From<RangeToInclusive<$T>> for Index {
            fn from(r: RangeToInclusive<$T>) -> Index { range(None, after(r.end as isize)) }
        }
        single! { $T, Range<$T>, RangeFrom<$T>, RangeTo<$T>, RangeInclusive<$T>, RangeToInclusive<$T> }
    )* };
}
integers! { i32, i64, isize, usize }
macro_rules! tuples {
    ($(($($T:ident $i:tt),+))*) => { $(
        impl<$($T: Into<Index>),+> Indices for ($($T,)+) {
            fn indices(self) -> Vec<Index> { vec![$(self.$i.into()),+] }
        }
    )* };
}
tuples! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5) }

/// An index as in NumPy: integers, ranges with steps (`1..7;2`, `..;-1`), `...`, [`NewAxis`] and integer arrays.
///
/// ```
/// use pullback_array::{Array, NewAxis, s};
/// let x = Array::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!(x.get(s![.., ..;-1]).to_vec::<f64>(), [3.0, 2.0, 1.0, 6.0, 5.0, 4.0]);
/// assert_eq!(x.get(s![..., -1]).to_vec::<f64>(), [3.0, 6.0]);
/// assert_eq!(x.get(s![0, NewAxis, 1..]).shape(), [1, 2]);
/// ```
#[macro_export]
macro_rules! s {
    (@ [$($done:tt)*]) => { ::std::vec![$($done)*] };
    (@ [$($done:tt)*] ... $(, $($rest:tt)*)?) => { $crate::s!(@ [$($done)* $crate::Index::Ellipsis,] $($($rest)*)?) };
    (@ [$($done:tt)*] $r:expr; $by:expr $(, $($rest:tt)*)?) => {
        $crate::s!(@ [$($done)* $crate::Index::from($r).by($by),] $($($rest)*)?)
    };
    (@ [$($done:tt)*] $r:expr $(, $($rest:tt)*)?) => {
        $crate::s!(@ [$($done)* $crate::Index::from($r),] $($($rest)*)?)
    };
    ($($all:tt)*) => { $crate::s!(@ [] $($all)*) };
}

impl Array {
    /// `count` elements along an axis from `start` on; the caller has checked the bounds.
    #[track_caller]
    pub(crate) fn narrow(&self, axis: usize, start: usize, count: usize) -> Array {
        self.every_nth(axis, start, count, 1)
    }
    /// `count` elements along an axis, every `step`-th from `start` on; the caller has checked the bounds.
    #[track_caller]
    pub(crate) fn every_nth(&self, axis: usize, start: usize, count: usize, step: usize) -> Array {
        let (mut starts, mut steps): (Dims, Dims) = (smallvec![0; self.ndim()], smallvec![1; self.ndim()]);
        (starts[axis], steps[axis]) = (if count == 0 { 0 } else { start }, step);
        self.slice_op(starts, steps, self.0.shape.with(axis, count))
    }
    /// `count` elements along an axis, every `step`-th from `start` on.
    ///
    /// # Panics
    /// If the axis or an element is out of range.
    #[track_caller]
    pub fn slice_axis(&self, axis: isize, start: usize, count: usize, step: usize) -> Array {
        let k = self.axis("slice_axis", axis);
        let last = || count.checked_sub(1)?.checked_mul(step)?.checked_add(start);
        if count > 0 && last().is_none_or(|i| i >= self.shape()[k]) || step == 0 {
            refuse(
                format_args!(
                    "slice_axis: {count} elements from {start} on, {step} apart, of axis {axis} of shape {}",
                    self.0.shape
                ),
                &[("", self.at())],
            )
        }
        self.every_nth(k, start, count, step)
    }
}
