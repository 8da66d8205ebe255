//! Layouts: where in a buffer the elements of an array lie, so that most movement primitives cost nothing.

use crate::prim::Prim;
use crate::shape::Shape;
use smallvec::{SmallVec, smallvec};

/// Strides in elements; 0 repeats, negative runs backwards.
pub(crate) type Strides = SmallVec<[isize; 6]>;

/// Element `(i₀, i₁, …)` lies at `offset + Σ iₖ·strideₖ`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Layout {
    pub offset: usize,
    pub strides: Strides,
}

impl Layout {
    /// Row-major from the start.
    pub fn contiguous(shape: &Shape) -> Layout {
        Layout { offset: 0, strides: shape.strides().iter().map(|&s| s as isize).collect() }
    }
    /// Whether it is row-major (axes of extent 1 may have any stride).
    pub fn is_row_major(&self, shape: &[usize]) -> bool {
        let mut expected = 1;
        for (&n, &s) in shape.iter().zip(&self.strides).rev() {
            if n != 1 && s != expected {
                return false;
            }
            expected *= n as isize
        }
        true
    }
    /// The layout of `prim` of an array with this layout, if it is one (a reshape may not be).
    pub fn moved(&self, prim: &Prim, from: &Shape, to: &Shape) -> Option<Layout> {
        let mut layout = self.clone();
        match prim {
            Prim::Broadcast => {
                let stretched = (0..to.rank()).filter(|&k| from[k] != to[k]);
                stretched.for_each(|k| layout.strides[k] = 0)
            }
            Prim::Permute(axes) => layout.strides = axes.iter().map(|&a| self.strides[a]).collect(),
            Prim::Slice { start, step } => {
                for k in 0..from.rank() {
                    let skipped = if to.size() == 0 { 0 } else { start[k] as isize * self.strides[k] };
                    layout.offset = (layout.offset as isize + skipped) as usize;
                    layout.strides[k] *= step[k] as isize
                }
            }
            Prim::Flip(axes) => {
                for &a in axes {
                    let last = from[a].saturating_sub(1) as isize * self.strides[a];
                    let last = if to.size() == 0 { 0 } else { last };
                    layout.offset = (layout.offset as isize + last) as usize;
                    layout.strides[a] = -self.strides[a]
                }
            }
            Prim::Reshape => layout.strides = self.reshaped(from, to)?,
            other => unreachable!("{} is no view", other.name()),
        }
        Some(layout)
    }
    /// Strides for other extents of the same elements: every run of old axes that new axes split must be evenly laid.
    fn reshaped(&self, from: &Shape, to: &Shape) -> Option<Strides> {
        let mut strides: Strides = smallvec![0; to.rank()];
        if to.size() == 0 {
            return Some(strides);
        }
        let old: SmallVec<[(usize, isize); 6]> =
            from.iter().copied().zip(self.strides.iter().copied()).filter(|&(n, _)| n != 1).collect();
        let (mut i, mut j) = (0, 0);
        while i < old.len() {
            let (mut have, mut want, first, start) = (old[i].0, 1, i, j);
            while have != want {
                if have < want {
                    i += 1;
                    have *= old[i].0
                } else {
                    want *= to[j];
                    j += 1
                }
            }
            if old[first..=i].windows(2).any(|w| w[0].1 != w[1].1 * w[1].0 as isize) {
                return None;
            }
            let mut stride = old[i].1;
            for k in (start..j).rev() {
                strides[k] = stride;
                stride *= to[k] as isize
            }
            i += 1
        }
        Some(strides)
    }
}

/// Merges neighbouring axes along which every one of `strides` runs evenly, and drops axes of extent 1.
pub(crate) fn collapse(shape: &[usize], strides: &mut [&mut Strides]) -> SmallVec<[usize; 6]> {
    let kept: SmallVec<[usize; 6]> = (0..shape.len()).filter(|&k| shape[k] != 1).collect();
    let mut dims: SmallVec<[usize; 6]> = kept.iter().map(|&k| shape[k]).collect();
    for s in strides.iter_mut() {
        **s = kept.iter().map(|&k| s[k]).collect()
    }
    let mut k = dims.len();
    while k >= 2 {
        k -= 1;
        if strides.iter().all(|s| s[k - 1] == s[k] * dims[k] as isize) {
            dims[k - 1] *= dims[k];
            dims.remove(k);
            for s in strides.iter_mut() {
                s.remove(k - 1);
            }
        }
    }
    dims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reshape_of_a_transpose_needs_a_copy_but_splits_do_not() {
        let (a, b) = (Shape::new(&[4, 6]), Shape::new(&[2, 2, 3, 2]));
        let rows = Layout::contiguous(&a);
        assert_eq!(rows.moved(&Prim::Reshape, &a, &b).unwrap(), Layout::contiguous(&b));
        let swapped = Layout { offset: 0, strides: smallvec![1, 4] };
        assert!(swapped.moved(&Prim::Reshape, &a, &Shape::new(&[24])).is_none());
        let split = swapped.moved(&Prim::Reshape, &a, &b).unwrap();
        assert_eq!(split.strides[..], [2, 1, 8, 4]);
    }

    #[test]
    fn collapse_merges_what_runs_evenly() {
        let (mut a, mut b): (Strides, Strides) = (smallvec![12, 4, 1], smallvec![0, 4, 1]);
        assert_eq!(collapse(&[2, 3, 4], &mut [&mut a])[..], [24]);
        let mut a: Strides = smallvec![12, 4, 1];
        assert_eq!(collapse(&[2, 3, 4], &mut [&mut a, &mut b])[..], [2, 12]);
        assert_eq!((&a[..], &b[..]), (&[12, 1][..], &[0, 1][..]));
    }
}
