//! Arrays without arguments: constants, and 0, 1, 2 … along an axis.

use crate::array::{Args, Array};
use crate::complex;
use crate::dtype::DType;
use crate::prim::Prim;
use crate::shape::Shape;
use smallvec::smallvec;

impl Array {
    /// `value` everywhere, rounded to what the dtype can hold.
    #[track_caller]
    pub(crate) fn fill(value: f64, shape: impl Into<Shape>, dtype: DType) -> Array {
        let value = match dtype {
            DType::F32 => f64::from(value as f32),
            DType::C64 => f64::from(value as f32),
            DType::F64 | DType::C128 => value,
            // As data are converted.
            DType::I32 => f64::from(value as i32),
            DType::I64 => (value as i64) as f64,
            DType::Bool => f64::from(u8::from(value != 0.0)),
        };
        Array::new(Prim::Fill { bits: value.to_bits(), weak: false }, smallvec![], shape.into(), dtype)
    }

    /// A plain number: beside an array it takes the array's dtype.
    #[track_caller]
    pub(crate) fn weak(value: f64) -> Array {
        Array::new(
            Prim::Fill { bits: value.to_bits(), weak: true },
            smallvec![],
            Shape::default(),
            DType::F64,
        )
    }

    /// Zeros of the same shape and dtype.
    #[track_caller]
    pub fn zeros_like(&self) -> Array {
        Array::fill(0.0, self.0.shape.clone(), self.dtype())
    }

    /// Ones of the same shape and dtype.
    #[track_caller]
    pub fn ones_like(&self) -> Array {
        Array::fill(1.0, self.0.shape.clone(), self.dtype())
    }

    /// A constant of the same kind, with another value or shape.
    #[track_caller]
    pub(super) fn refilled(&self, value: f64, shape: Shape) -> Array {
        let prim = Prim::Fill { bits: value.to_bits(), weak: self.is_weak() && shape.rank() == 0 };
        Array::new(prim, smallvec![], shape, self.dtype())
    }

    /// 0, 1, 2 … along `axis`.
    #[track_caller]
    pub(crate) fn iota(shape: impl Into<Shape>, axis: usize, dtype: DType) -> Array {
        if dtype.is_complex() {
            return complex::iota(shape.into(), axis, dtype);
        }
        Array::new(Prim::Iota(axis), Args::new(), shape.into(), dtype)
    }
}
