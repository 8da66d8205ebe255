//! Shapes: extents of the axes, and the arithmetic of broadcasting and strides.

use crate::dtype::DType;
use pullback_real::refuse;
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
    /// The shape with extent `n` along `axis`.
    pub fn with(&self, axis: usize, n: usize) -> Shape {
        let mut s = self.clone();
        s.0[axis] = n;
        s
    }
    /// The shape with an axis of extent `n` inserted before `axis`.
    pub fn insert(&self, axis: usize, n: usize) -> Shape {
        let mut s = self.clone();
        s.0.insert(axis, n);
        s
    }
    /// The shape without `axis`.
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
    /// The shape with ones in front, up to `rank` axes.
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

/// Whether memory can hold such an array: what kernels compute with extents and strides cannot overflow then.
pub(crate) fn fits(dims: &[usize], dtype: DType) -> bool {
    let bytes = dims.iter().try_fold(dtype.size(), |n, &extent| n.checked_mul(extent.max(1)));
    bytes.is_some_and(|n| isize::try_from(n).is_ok())
}

/// The shape of an array that is to be made.
///
/// # Panics
/// If it does not [fit](fits).
#[track_caller]
pub(crate) fn addressable(what: &str, dims: &[usize], dtype: DType) {
    if !fits(dims, dtype) {
        refuse(format_args!("{what}: shape {dims:?} of dtype {dtype} is more than memory can hold"), &[])
    }
}
