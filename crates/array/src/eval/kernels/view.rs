//! Strided views: how a kernel sees permuted, sliced, flipped and broadcast arrays without copies of them.

use smallvec::SmallVec;

/// Steps in elements from one index to the next, one per axis.
pub(crate) type Strides = SmallVec<[isize; 6]>;

/// A strided view: element (i₀, i₁, …) is `data[offset + Σ iₖ · strides[k]]`. Strides may be 0 (broadcast) or
/// negative (flip).
pub(crate) struct View<'a, T> {
    pub data: &'a [T],
    pub offset: usize,
    pub shape: &'a [usize],
    pub strides: &'a [isize],
}

/// A strided view to write to; no two indices may lead to one element.
pub(crate) struct ViewMut<'a, T> {
    pub data: &'a mut [T],
    pub offset: usize,
    pub shape: &'a [usize],
    pub strides: &'a [isize],
}

impl<T> Clone for View<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for View<'_, T> {}

impl<'a, T> View<'a, T> {
    /// # Panics
    /// If an index of the view would lead out of `data`: the kernels rely on this check.
    pub fn new(data: &'a [T], offset: usize, shape: &'a [usize], strides: &'a [isize]) -> Self {
        let view = View { data, offset, shape, strides };
        view.check();
        view
    }
    /// The number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }
    /// Whether the elements lie in row-major order without gaps.
    pub fn is_contiguous(&self) -> bool {
        is_contiguous(self.shape, self.strides)
    }
    /// The elements, if they lie in row-major order without gaps.
    pub fn as_slice(&self) -> Option<&'a [T]> {
        self.is_contiguous().then(|| &self.data[self.offset..][..self.size()])
    }
    /// Panics unless every index leads into `data`.
    pub fn check(&self) {
        check(self.data.len(), self.offset, self.shape, self.strides)
    }
    /// The first element, that of index 0 everywhere.
    pub fn as_ptr(&self) -> *const T {
        self.data.as_ptr().wrapping_add(self.offset)
    }
}

impl<T> ViewMut<'_, T> {
    /// Panics unless every index leads into `data`.
    pub fn check(&self) {
        check(self.data.len(), self.offset, self.shape, self.strides)
    }
    /// The first element, that of index 0 everywhere.
    pub fn as_mut_ptr(&mut self) -> *mut T {
        self.data.as_mut_ptr().wrapping_add(self.offset)
    }
}

/// Row-major strides of a shape.
pub(crate) fn row_major(shape: &[usize]) -> Strides {
    let mut strides = Strides::from_elem(1, shape.len());
    for k in (1..shape.len()).rev() {
        strides[k - 1] = strides[k] * shape[k] as isize
    }
    strides
}

/// Whether elements of this shape and these strides lie in row-major order without gaps.
pub(crate) fn is_contiguous(shape: &[usize], strides: &[isize]) -> bool {
    let mut step = 1;
    shape.contains(&0)
        || shape.iter().zip(strides).rev().all(|(&n, &s)| {
            let fits = n == 1 || s == step;
            step *= n as isize;
            fits
        })
}

fn check(len: usize, offset: usize, shape: &[usize], strides: &[isize]) {
    assert_eq!(shape.len(), strides.len(), "a stride for every axis");
    if shape.contains(&0) {
        return;
    }
    let ends = || {
        let (mut first, mut last) = (isize::try_from(offset).ok()?, isize::try_from(offset).ok()?);
        for (&n, &s) in shape.iter().zip(strides) {
            let reach = isize::try_from(n - 1).ok()?.checked_mul(s)?;
            let end = if reach < 0 { &mut first } else { &mut last };
            *end = end.checked_add(reach)?
        }
        Some((first, last))
    };
    let inside = ends().is_some_and(|(first, last)| first >= 0 && (last as usize) < len);
    // The number of elements must not overflow either: kernels count elements, and strides of 0 do not bound
    // the count.
    let counted = shape.iter().try_fold(1usize, |n, &extent| n.checked_mul(extent)).is_some();
    assert!(inside && counted, "a view of {shape:?} by {strides:?} leaves its data");
}

/// An axis of N operands: its extent, and the stride of each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis<const N: usize> {
    pub n: usize,
    pub strides: [isize; N],
}

/// The axes of N operands of one shape. Axes of extent 1 are dropped, and neighbouring axes are merged where
/// every operand steps through both as through one.
pub(crate) fn collapse<const N: usize>(shape: &[usize], strides: [&[isize]; N]) -> SmallVec<[Axis<N>; 6]> {
    merge((0..shape.len()).map(|k| Axis { n: shape[k], strides: strides.map(|s| s[k]) }))
}

/// Drops axes of extent 1 and merges neighbouring axes where possible.
pub(crate) fn merge<const N: usize>(axes: impl IntoIterator<Item = Axis<N>>) -> SmallVec<[Axis<N>; 6]> {
    let mut merged: SmallVec<[Axis<N>; 6]> = SmallVec::new();
    for inner in axes.into_iter().filter(|a| a.n != 1) {
        match merged.last_mut() {
            Some(outer) if (0..N).all(|i| outer.strides[i] == inner.strides[i] * inner.n as isize) => {
                *outer = Axis { n: outer.n * inner.n, strides: inner.strides }
            }
            Some(_) | None => merged.push(inner),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_merge_where_every_operand_agrees() {
        let axis = |n, a, b| Axis { n, strides: [a, b] };
        let axes = collapse(&[2, 1, 3, 4], [&[12, 7, 4, 1], &[24, 9, 8, 2]]);
        assert_eq!(axes[..], [axis(24, 1, 2)]);
        let axes = collapse(&[2, 3, 4], [&[12, 4, 1], &[0, 4, 1]]);
        assert_eq!(axes[..], [axis(2, 12, 0), axis(12, 1, 1)]);
        assert!(collapse(&[], [&[], &[]]).is_empty());
    }

    #[test]
    fn contiguous_means_row_major_without_gaps() {
        assert!(
            is_contiguous(&[2, 3], &[3, 1]) && is_contiguous(&[], &[]) && is_contiguous(&[0, 3], &[9, 9])
        );
        assert!(is_contiguous(&[2, 1, 3], &[3, 77, 1]));
        assert!(!is_contiguous(&[2, 3], &[1, 2]) && !is_contiguous(&[2, 3], &[0, 1]));
        assert!(!is_contiguous(&[3], &[-1]));
    }

    #[test]
    #[should_panic(expected = "leaves its data")]
    fn a_view_stays_in_its_data() {
        View::new(&[1.0, 2.0], 1, &[2], &[1]);
    }
}
