//! Shapes: extents of the axes, and the arithmetic of axes, broadcasting and strides.

use crate::dtype::DType;
use smallvec::SmallVec;
use std::fmt;
use std::ops::Deref;

/// A short list of extents, axes or strides.
pub type Dims = SmallVec<[usize; 6]>;

/// The extents of an array's axes, outermost first; it dereferences to a slice.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Shape(Dims);

impl Shape {
    /// The shape with these extents.
    pub fn new(dims: &[usize]) -> Shape {
        Shape(Dims::from_slice(dims))
    }
    /// The number of elements; `usize::MAX` if it is larger than that.
    pub fn size(&self) -> usize {
        self.0.iter().fold(1, |n: usize, &extent| n.saturating_mul(extent))
    }
    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.0.len()
    }
    /// Row-major strides, in elements.
    pub fn strides(&self) -> Dims {
        let mut strides: Dims = SmallVec::from_elem(1, self.rank());
        for k in (1..self.rank()).rev() {
            strides[k - 1] = strides[k] * self[k]
        }
        strides
    }
    /// The same with `axis` changed to `n`.
    pub fn with(&self, axis: usize, n: usize) -> Shape {
        let mut s = self.clone();
        s.0[axis] = n;
        s
    }
    /// The same with an axis of extent `n` inserted before `axis`.
    pub fn insert(&self, axis: usize, n: usize) -> Shape {
        let mut s = self.clone();
        s.0.insert(axis, n);
        s
    }
    /// The same without `axis`.
    pub fn remove(&self, axis: usize) -> Shape {
        let mut s = self.clone();
        s.0.remove(axis);
        s
    }
    /// The shape both broadcast to by NumPy's rule, if they do.
    pub fn broadcast(&self, other: &[usize]) -> Option<Shape> {
        let rank = self.rank().max(other.len());
        let at = |s: &[usize], k: usize| (k + s.len()).checked_sub(rank).map_or(1, |k| s[k]);
        (0..rank)
            .map(|k| match (at(self, k), at(other, k)) {
                (a, b) if a == b => Some(a),
                (1, b) => Some(b),
                (a, 1) => Some(a),
                _ => None,
            })
            .collect::<Option<Dims>>()
            .map(Shape)
    }
    /// The same with ones in front, up to `rank` axes.
    pub fn pad_left(&self, rank: usize) -> Shape {
        let mut dims: Dims = SmallVec::from_elem(1, rank - self.rank());
        dims.extend_from_slice(self);
        Shape(dims)
    }
}

impl Deref for Shape {
    type Target = [usize];
    fn deref(&self) -> &[usize] {
        &self.0
    }
}
impl std::ops::DerefMut for Shape {
    fn deref_mut(&mut self) -> &mut [usize] {
        &mut self.0
    }
}
impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Shape {
        Shape::new(dims)
    }
}
impl From<Dims> for Shape {
    fn from(dims: Dims) -> Shape {
        Shape(dims)
    }
}
impl FromIterator<usize> for Shape {
    fn from_iter<I: IntoIterator<Item = usize>>(dims: I) -> Shape {
        Shape(dims.into_iter().collect())
    }
}
impl PartialEq<[usize]> for Shape {
    fn eq(&self, other: &[usize]) -> bool {
        **self == *other
    }
}
impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&self.0[..], f)
    }
}
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&self.0[..], f)
    }
}

/// The axes a reduction runs over: `0`, `-1`, `[0, 2]`, or [`keep`] of these to keep them with extent 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    axes: SmallVec<[isize; 6]>,
    pub(crate) keep: bool,
}

/// The same axes, kept in the result with extent 1.
///
/// ```
/// use pullback_array::{Array, keep};
/// let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(x.sum_axis(keep(1)).shape(), [2, 1]);
/// ```
pub fn keep(axes: impl Into<Axes>) -> Axes {
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
    pub(crate) fn order(&self, what: &str, shape: &Shape) -> Dims {
        Ints(self.axes.clone()).axes(what, shape)
    }
    /// Axis numbers from 0, sorted; negative ones count from the end.
    ///
    /// # Panics
    /// If an axis is out of range or named twice; `what` begins the message.
    #[track_caller]
    pub(crate) fn resolve(&self, what: &str, shape: &Shape) -> Dims {
        let mut axes: Dims = self.axes.iter().map(|&a| axis(what, a, shape)).collect();
        axes.sort_unstable();
        if axes.windows(2).any(|w| w[0] == w[1]) {
            panic!("{what}: axes {:?} name an axis twice, for shape {shape}", &self.axes[..])
        }
        axes
    }
}

impl Ints {
    /// Axis numbers from 0, in the order given; negative ones count from the end.
    #[track_caller]
    pub(crate) fn axes(&self, what: &str, shape: &[usize]) -> Dims {
        let axes: Dims = self.0.iter().map(|&a| axis(what, a, shape)).collect();
        if (1..axes.len()).any(|k| axes[..k].contains(&axes[k])) {
            panic!("{what}: axes {:?} name an axis twice, for shape {shape:?}", &self.0[..])
        }
        axes
    }
    /// Extents, none of them negative.
    #[track_caller]
    pub(crate) fn extents(&self, what: &str) -> Dims {
        let extent = |&n: &isize| {
            usize::try_from(n).unwrap_or_else(|_| panic!("{what}: {:?} has a negative entry", &self.0[..]))
        };
        self.0.iter().map(extent).collect()
    }
}

/// The shape of an array that is to be made.
///
/// # Panics
/// If it has more elements than memory can hold: what kernels compute with extents and strides cannot overflow after this.
#[track_caller]
pub(crate) fn addressable(dims: &[usize], dtype: DType) {
    let bytes = dims.iter().try_fold(dtype.size(), |n, &extent| n.checked_mul(extent.max(1)));
    if bytes.is_none_or(|n| isize::try_from(n).is_err()) {
        panic!("shape {dims:?} of dtype {dtype} is more than memory can hold")
    }
}

/// The axis number from 0; negative ones count from the end.
#[track_caller]
pub(crate) fn axis(what: &str, axis: isize, shape: &[usize]) -> usize {
    let rank = shape.len() as isize;
    if axis < -rank || axis >= rank {
        panic!("{what}: axis {axis} is out of range for shape {shape:?} of {rank} axes")
    }
    axis.rem_euclid(rank) as usize
}
