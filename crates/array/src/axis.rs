//! Axes as callers name them: numbers that count from either end, checked against the array they are axes of.

use crate::array::Array;
use crate::shape::Dims;
use pullback_real::refuse;
use smallvec::SmallVec;

/// The axes a reduction runs over: `0`, `-1`, `[0, 2]`, or [`keepdims`] of these to keep them with extent 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    axes: SmallVec<[isize; 6]>,
    pub(crate) keep: bool,
}

/// The same axes, kept in the result with extent 1.
///
/// ```
/// use pullback_array::{Array, keepdims};
/// let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(x.sum_axis(keepdims(1)).shape(), [2, 1]);
/// ```
pub fn keepdims(axes: impl Into<Axes>) -> Axes {
    Axes { keep: true, ..axes.into() }
}

/// One or several integers: `3`, `-1`, `[2, -1]`, `()` for none, a slice or a `Vec`, of any signed type or `usize`.
#[derive(Clone, Debug, PartialEq)]
pub struct Ints(pub(crate) SmallVec<[isize; 6]>);

macro_rules! ints {
    ($($T:ty),*) => { $(
        impl From<$T> for Ints {
            fn from(i: $T) -> Ints { Ints(SmallVec::from_slice(&[i as isize])) }
        }
        impl From<&[$T]> for Ints {
            fn from(all: &[$T]) -> Ints { Ints(all.iter().map(|&i| i as isize).collect()) }
        }
        impl<const N: usize> From<[$T; N]> for Ints {
            fn from(all: [$T; N]) -> Ints { Ints::from(&all[..]) }
        }
        impl<const N: usize> From<&[$T; N]> for Ints {
            fn from(all: &[$T; N]) -> Ints { Ints::from(&all[..]) }
        }
        impl From<Vec<$T>> for Ints {
            fn from(all: Vec<$T>) -> Ints { Ints::from(&all[..]) }
        }
        impl From<&Vec<$T>> for Ints {
            fn from(all: &Vec<$T>) -> Ints { Ints::from(&all[..]) }
        }
    )* };
}
ints! { i32, i64, isize, usize }
impl From<()> for Ints {
    fn from(_: ()) -> Ints {
        Ints(SmallVec::new())
    }
}
impl<T: Into<Ints>> From<T> for Axes {
    fn from(axes: T) -> Axes {
        Axes { axes: axes.into().0, keep: false }
    }
}

impl Axes {
    /// Axis numbers from 0 in the order given.
    #[track_caller]
    pub(crate) fn order(&self, what: &str, of: &Array) -> Dims {
        of.axes(what, &self.axes)
    }
    /// Axis numbers from 0, sorted.
    ///
    /// # Panics
    /// If an axis is out of range or named twice; `what` begins the message.
    #[track_caller]
    pub(crate) fn resolve(&self, what: &str, of: &Array) -> Dims {
        let mut axes = self.order(what, of);
        axes.sort_unstable();
        axes
    }
}

impl Ints {
    /// Axis numbers from 0, in the order given.
    #[track_caller]
    pub(crate) fn axes(&self, what: &str, of: &Array) -> Dims {
        of.axes(what, &self.0)
    }
    /// Extents, none of them negative, for an array.
    #[track_caller]
    pub(crate) fn extents(&self, what: &str, of: &Array) -> Dims {
        if self.0.iter().any(|&n| n < 0) {
            refuse(format_args!("{what}: {:?} has a negative entry", &self.0[..]), &[("", of.at())])
        }
        self.0.iter().map(|&n| n as usize).collect()
    }
}

/// An axis number from 0, of `rank` axes, if there is such an axis.
fn from_zero(axis: isize, rank: usize) -> Option<usize> {
    let rank = rank as isize;
    (-rank..rank).contains(&axis).then(|| axis.rem_euclid(rank) as usize)
}

impl Array {
    /// The number of one of its axes from 0.
    #[track_caller]
    pub(crate) fn axis(&self, what: &str, axis: isize) -> usize {
        let Some(number) = from_zero(axis, self.ndim()) else {
            refuse(
                format_args!(
                    "{what}: axis {axis} is out of range for shape {} of {} axes",
                    self.0.shape,
                    self.ndim()
                ),
                &[("", self.at())],
            )
        };
        number
    }
    /// The numbers of some of its axes from 0, in this order, none of them twice.
    #[track_caller]
    fn axes(&self, what: &str, axes: &[isize]) -> Dims {
        let mut numbers = Dims::new();
        for &axis in axes {
            numbers.push(self.axis(what, axis))
        }
        if (1..numbers.len()).any(|k| numbers[..k].contains(&numbers[k])) {
            refuse(
                format_args!("{what}: axes {axes:?} name an axis twice, for shape {}", self.0.shape),
                &[("", self.at())],
            )
        }
        numbers
    }
    /// The places of new axes in a result that has them beside the array's own.
    #[track_caller]
    pub(crate) fn new_axes(&self, what: &str, places: &Ints) -> Dims {
        let rank = self.ndim() + places.0.len();
        let mut numbers = Dims::new();
        for &place in &places.0 {
            match from_zero(place, rank) {
                Some(k) if !numbers.contains(&k) => numbers.push(k),
                _ => refuse(
                    format_args!(
                        "{what}: {:?} are not places of different axes among the {rank} of the result, for shape {}",
                        &places.0[..],
                        self.0.shape
                    ),
                    &[("", self.at())],
                ),
            }
        }
        numbers
    }
}
