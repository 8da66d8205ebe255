//! Elementwise primitives.

use crate::array::Array;
use crate::complex;
use crate::dtype::DType;
use crate::eye;
use crate::kink;
use crate::prim::{Compare, Prim};
use crate::promote::{agree, join};
use pullback_real::{Binary, Unary, refuse};
use smallvec::smallvec;

impl Array {
    #[track_caller]
    pub(crate) fn unary_op(op: Unary, x: &Array) -> Array {
        if x.dtype().is_complex() {
            return complex::unary(op, x);
        }
        if let Some(c) = x.fill_value().filter(|_| x.dtype() == DType::F64) {
            return x.refilled(op.eval(c), x.0.shape.clone());
        }
        if let Some(y) = eye::folded(&[x], |v| op.eval(v[0])).or_else(|| kink::unary(op, x)) {
            return y;
        }
        let exact = matches!(op, Unary::Neg | Unary::Abs | Unary::Sign | Unary::Square | Unary::Relu);
        if !(x.dtype().is_float() || x.dtype().is_int() && exact) {
            refuse(
                format_args!(
                    "{}: needs a floating-point array, not {}; convert it with .cast(DType::F64)",
                    op.name(),
                    x.dtype()
                ),
                &[("", x.at())],
            )
        }
        Array::new(Prim::Unary(op), smallvec![x.clone()], x.0.shape.clone(), x.dtype())
    }

    #[track_caller]
    pub(crate) fn binary_op(op: Binary, x: &Array, y: &Array) -> Array {
        let (x, y) = agree(op.name(), x, y);
        if x.dtype().is_complex() {
            return complex::binary(op, &x, &y);
        }
        if let (Some(a), Some(b), DType::F64) = (x.fill_value(), y.fill_value(), x.dtype()) {
            let weak = x.is_weak() && y.is_weak();
            let bits = op.eval(a, b).to_bits();
            return Array::new(Prim::Fill { bits, weak }, smallvec![], x.0.shape.clone(), DType::F64);
        }
        if let Some(y) = eye::folded(&[&x, &y], |v| op.eval(v[0], v[1])).or_else(|| kink::binary(op, &x, &y))
        {
            return y;
        }
        let fits = match x.dtype() {
            DType::F32 | DType::F64 => true,
            DType::I32 | DType::I64 => int_op(op),
            DType::Bool => matches!(op, Binary::Max | Binary::Min),
            DType::C64 | DType::C128 => unreachable!("lowered above"),
        };
        if !fits {
            refuse(
                format_args!(
                    "{}: is not defined for {} arrays; convert them with .cast(DType::F64)",
                    op.name(),
                    x.dtype()
                ),
                &[("left", x.at()), ("right", y.at())],
            )
        }
        let (shape, dtype) = (x.0.shape.clone(), x.dtype());
        Array::new(Prim::Binary(op), smallvec![x, y], shape, dtype)
    }

    #[track_caller]
    pub(crate) fn compare_op(op: Compare, x: &Array, y: &Array) -> Array {
        let (x, y) = agree(Prim::Compare(op).name(), x, y);
        if x.dtype().is_complex() {
            return complex::compare(op, &x, &y);
        }
        let shape = x.0.shape.clone();
        Array::new(Prim::Compare(op), smallvec![x, y], shape, DType::Bool)
    }

    /// `a` where the bool array `c` holds, else `b`; all three broadcast.
    #[track_caller]
    pub(crate) fn select_op(c: &Array, a: &Array, b: &Array) -> Array {
        if c.dtype() != DType::Bool {
            refuse(
                format_args!("where: the condition must be a bool array, not {}", c.dtype()),
                &[("", c.at())],
            )
        }
        let (a, b) = agree("where", a, b);
        let shape = join("where", c, &a);
        let (c, a, b) = (c.broadcast_op(&shape), a.broadcast_op(&shape), b.broadcast_op(&shape));
        if a.dtype().is_complex() {
            return complex::select(&c, &a, &b);
        }
        let dtype = a.dtype();
        Array::new(Prim::Select, smallvec![c, a, b], shape, dtype)
    }

    /// The elements converted to `dtype`: floats to integers truncate, to bool compare with zero; of real numbers the
    /// imaginary parts are 0.
    ///
    /// # Panics
    /// If the array is complex and the dtype is not: [`real`](Array::real) and [`imag`](Array::imag) say what is meant.
    #[track_caller]
    pub fn cast(&self, dtype: DType) -> Array {
        if self.dtype() == dtype && !self.is_weak() {
            return self.clone();
        }
        if (self.dtype().is_complex() || dtype.is_complex())
            && self.fill_value().is_none_or(|_| !dtype.is_complex())
        {
            return complex::cast(self, dtype);
        }
        match self.fill_value() {
            // Integers wrap.
            Some(c) if self.dtype() == DType::I64 && dtype == DType::I32 => {
                Array::fill(f64::from(c as i64 as i32), self.0.shape.clone(), dtype)
            }
            Some(c) => Array::fill(c, self.0.shape.clone(), dtype),
            None => Array::new(Prim::Cast(dtype), smallvec![self.clone()], self.0.shape.clone(), dtype),
        }
    }
}

/// Which elementary functions integers have.
fn int_op(op: Binary) -> bool {
    match op {
        Binary::Add | Binary::Sub | Binary::Mul | Binary::Max | Binary::Min => true,
        Binary::Rem | Binary::Remainder | Binary::FloorDivide | Binary::TruncDivide | Binary::Less => true,
        Binary::Div
        | Binary::Ratio
        | Binary::TimesOrZero
        | Binary::Pow
        | Binary::Atan2
        | Binary::Hypot
        | Binary::Copysign => false,
        Binary::PolygammaDrop(_) | Binary::LnABeta | Binary::LnRatio | Binary::OverHypot => false,
        Binary::KlDiv | Binary::RelEntr => false,
        Binary::GammaP | Binary::GammaQ | Binary::GammaPdf | Binary::GammaPByA(_) => false,
        Binary::LnGammaP | Binary::LnGammaQ | Binary::LnGammaPdf => false,
        Binary::LnGammaPByA(_) | Binary::LnGammaQByA(_) => false,
        Binary::GammaPHazard(_) | Binary::GammaQHazard(_) => false,
        Binary::LogAddExp | Binary::LogAddExp2 | Binary::ExpShare | Binary::Exp2Share => false,
        Binary::LnBeta | Binary::XLogY | Binary::XLog1pY => false,
    }
}
