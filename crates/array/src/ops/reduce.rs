//! Reductions.

use crate::array::Array;
use crate::dtype::DType;
use crate::prim::Reduction;
use crate::shape::{Axes, Dims, Shape};
use pullback_real::Real;

impl Array {
    #[track_caller]
    pub(crate) fn reduced(&self, what: &str, op: Reduction, axes: &Axes) -> Array {
        let dims = axes.resolve(what, &self.0.shape);
        let kept = self.reduce_op(op, dims.clone());
        if axes.keep { kept } else { kept.squeezed(&dims) }
    }
    /// Without these axes of extent 1.
    #[track_caller]
    pub(crate) fn squeezed(&self, axes: &Dims) -> Array {
        let shape: Shape = (0..self.ndim()).filter(|k| !axes.contains(k)).map(|k| self.0.shape[k]).collect();
        self.reshape_op(shape)
    }
    #[track_caller]
    fn all(&self, op: Reduction) -> Array {
        self.reduce_op(op, (0..self.ndim()).collect()).reshape_op(Shape::default())
    }
    /// The sum of all elements. Bool arrays count in `i64`.
    #[track_caller]
    pub fn sum(&self) -> Array {
        self.counted().all(Reduction::Sum)
    }
    /// Sums along axes: `x.sum_axis(0)`, `x.sum_axis([0, -1])`, `x.sum_axis(keep(1))`.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn sum_axis(&self, axes: impl Into<Axes>) -> Array {
        self.counted().reduced("sum", Reduction::Sum, &axes.into())
    }
    /// The mean of all elements.
    #[track_caller]
    pub fn mean(&self) -> Array {
        self.sum() / self.size() as f64
    }
    #[track_caller]
    fn counted(&self) -> Array {
        if self.dtype() == DType::Bool { self.cast(DType::I64) } else { self.clone() }
    }
    /// Elements held within `lo..=hi`; the derivative passes at the edges.
    #[track_caller]
    pub fn clip(&self, lo: f64, hi: f64) -> Array {
        self.clamp(lo, hi)
    }
}
