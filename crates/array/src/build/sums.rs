//! Reductions and running reductions.

use crate::array::Array;
use crate::complex;
use crate::dtype::DType;
use crate::eye;
use crate::prim::{Prim, Reduction};
use crate::shape::Dims;
use pullback_real::refuse;
use smallvec::smallvec;

impl Array {
    /// Reduces `axes` (sorted, no duplicates), which stay with extent 1.
    #[track_caller]
    pub(crate) fn reduce_op(&self, op: Reduction, axes: Dims) -> Array {
        let mut shape = self.0.shape.clone();
        let count: usize = axes.iter().map(|&a| std::mem::replace(&mut shape[a], 1)).product();
        if count == 0 && op != Reduction::Sum && shape.size() > 0 {
            let (name, shape) = (Prim::Reduce(op, axes.clone()).name(), &self.0.shape);
            refuse(
                format_args!("{name}: an empty set of elements has no {name}: shape {shape}, axes {axes:?}"),
                &[("", self.at())],
            )
        }
        if let Some(c) = self.fill_value().filter(|_| self.dtype() != DType::Bool) {
            let value = if op == Reduction::Sum { sum_of_equal(c, count, self.dtype()) } else { Some(c) };
            if let Some(value) = value {
                return self.refilled(value, shape);
            }
        }
        if op == Reduction::Sum
            && let Some(sum) = eye::summed(self, &axes, &shape)
        {
            return sum;
        }
        if self.dtype().is_complex() {
            return complex::reduce(self, op, axes);
        }
        if axes.is_empty() || count == 1 {
            return self.clone();
        }
        Array::new(Prim::Reduce(op, axes), smallvec![self.clone()], shape, self.dtype())
    }

    /// The reductions of all elements so far along `axis`, from the last one on if `reverse`.
    #[track_caller]
    pub(crate) fn cumulative_op(&self, op: Reduction, axis: usize, reverse: bool) -> Array {
        if self.dtype().is_complex() {
            return complex::cumulative(self, op, axis, reverse);
        }
        let unchanged = op != Reduction::Sum && self.fill_value().is_some();
        if unchanged || self.shape()[axis] == 1 {
            return self.clone();
        }
        let prim = Prim::Cumulative { op, axis, reverse };
        Array::new(prim, smallvec![self.clone()], self.0.shape.clone(), self.dtype())
    }
}

/// The sum of so many equal elements as their dtype has it; None if that is no number of an `f64`.
pub(crate) fn sum_of_equal(c: f64, count: usize, dtype: DType) -> Option<f64> {
    if count == 0 {
        return Some(0.0);
    }
    let whole = (c as i64).wrapping_mul(count as i64);
    match dtype {
        DType::F64 | DType::C128 | DType::Bool => Some(c * count as f64),
        DType::F32 | DType::C64 => Some(f64::from((c * count as f64) as f32)),
        DType::I32 => Some(f64::from(whole as i32)),
        DType::I64 => (whole.unsigned_abs() <= 1 << 53).then_some(whole as f64),
    }
}
