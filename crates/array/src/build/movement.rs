//! Primitives that move elements.

use super::{FAR, far, wide};
use crate::array::Array;
use crate::prim::{Padding, Prim};
use crate::shape::{Dims, Shape};
use pullback_real::refuse;
use smallvec::{SmallVec, smallvec};

impl Array {
    /// To `shape` by NumPy's rule, which the caller has checked.
    #[track_caller]
    pub(crate) fn broadcast_op(&self, shape: &Shape) -> Array {
        if self.0.shape == *shape {
            return self.clone();
        }
        if let Some(c) = self.fill_value() {
            return self.refilled(c, shape.clone());
        }
        let x = self.reshape_op(self.0.shape.pad_left(shape.rank()));
        if x.0.shape == *shape {
            return x;
        }
        let dtype = x.dtype();
        Array::new(Prim::Broadcast, smallvec![x], shape.clone(), dtype)
    }

    /// To a shape of as many elements.
    #[track_caller]
    pub(crate) fn reshape_op(&self, shape: Shape) -> Array {
        debug_assert_eq!(shape.size(), self.size());
        if self.0.shape == shape {
            return self.clone();
        }
        if let Some(c) = self.fill_value() {
            return self.refilled(c, shape);
        }
        // A reshape of a reshape is one reshape, but an alias in between keeps its identity.
        let (prim, args) = self.parts();
        let x = if matches!(prim, Prim::Reshape) { args[0].clone() } else { self.clone() };
        if x.0.shape == shape {
            return x;
        }
        Array::new(Prim::Reshape, smallvec![x], shape, self.dtype())
    }

    /// Result axis k is axis `axes[k]` of `self`.
    #[track_caller]
    pub(crate) fn permute_op(&self, axes: Dims) -> Array {
        debug_assert_eq!(axes.len(), self.ndim());
        if axes.iter().enumerate().all(|(k, &a)| k == a) {
            return self.clone();
        }
        let shape: Shape = axes.iter().map(|&a| self.0.shape[a]).collect();
        if let Some(c) = self.fill_value() {
            return self.refilled(c, shape);
        }
        let (prim, args) = self.parts();
        if let Prim::Permute(inner) = prim {
            return args[0].permute_op(axes.iter().map(|&a| inner[a]).collect());
        }
        Array::new(Prim::Permute(axes), smallvec![self.clone()], shape, self.dtype())
    }

    /// `size[k]` elements of axis k, every `step[k]`-th from `start[k]` on; the caller has checked the bounds.
    #[track_caller]
    pub(crate) fn slice_op(&self, start: Dims, mut step: Dims, size: Shape) -> Array {
        if size == self.0.shape {
            return self.clone();
        }
        // Of one element or none the step is nothing, and so no stride can grow beyond the array.
        step.iter_mut().zip(&size[..]).filter(|(_, n)| **n < 2).for_each(|(step, _)| *step = 1);
        if let Some(c) = self.fill_value() {
            return self.refilled(c, size);
        }
        Array::new(Prim::Slice { start, step }, smallvec![self.clone()], size, self.dtype())
    }

    /// Zeros around and between the elements.
    #[track_caller]
    pub(crate) fn pad_op(&self, pads: SmallVec<[Padding; 6]>) -> Array {
        let far = |p: &Padding| far(p.lo) || far(p.hi) || wide(p.interior as i128) > FAR;
        if let Some(p) = pads.iter().find(|p| far(p)) {
            refuse(format_args!("pad: {p:?} leads beyond what memory can hold"), &[("", self.at())])
        }
        if pads.iter().all(|p| *p == Padding { lo: 0, hi: 0, interior: 0 }) {
            return self.clone();
        }
        let extent = |(&n, p): (&usize, &Padding)| {
            let inner = n.saturating_add(n.saturating_sub(1).saturating_mul(p.interior));
            wide(inner as i128 + p.lo as i128 + p.hi as i128)
        };
        let shape: Shape = self.0.shape.iter().zip(&pads).map(extent).collect();
        if self.fill_value() == Some(0.0) {
            return self.refilled(0.0, shape);
        }
        Array::new(Prim::Pad(pads.into_boxed_slice()), smallvec![self.clone()], shape, self.dtype())
    }

    /// Reverses the order along these axes.
    #[track_caller]
    pub(crate) fn flip_op(&self, axes: Dims) -> Array {
        if axes.is_empty() || self.fill_value().is_some() {
            return self.clone();
        }
        Array::new(Prim::Flip(axes), smallvec![self.clone()], self.0.shape.clone(), self.dtype())
    }

    /// The parts one after the other; the caller has checked them.
    #[track_caller]
    pub(crate) fn concat_op(parts: &[Array], axis: usize) -> Array {
        if let [only] = parts {
            return only.clone();
        }
        let n = parts.iter().fold(0usize, |n, p| n.saturating_add(p.shape()[axis]));
        let shape = parts[0].0.shape.with(axis, n);
        Array::new(Prim::Concat(axis), parts.iter().cloned().collect(), shape, parts[0].dtype())
    }
}
