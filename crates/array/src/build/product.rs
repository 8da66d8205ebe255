//! Sums of products, and operations on matrices and lines as a whole.

use crate::array::Array;
use crate::complex;
use crate::dtype::DType;
use crate::prim::{Linalg, Prim};
use pullback_real::refuse;
use smallvec::{SmallVec, smallvec};

impl Array {
    /// `[…, m, k] × […, k, n]` with equal leading axes, which the caller has arranged.
    #[track_caller]
    pub(crate) fn matmul_op(&self, y: &Array) -> Array {
        let (a, b, r) = (&self.0.shape, &y.0.shape, self.ndim());
        debug_assert!(r >= 2 && y.ndim() == r && a[..r - 2] == b[..r - 2] && a[r - 1] == b[r - 2]);
        needs_numbers("matmul", self, y);
        if self.dtype().is_complex() {
            return complex::matmul(self, y);
        }
        let shape = a.with(r - 1, b[r - 1]);
        Array::new(Prim::Matmul, smallvec![self.clone(), y.clone()], shape, self.dtype())
    }

    /// Linear algebra on the last two axes of arguments with equal leading axes, which the caller has arranged; the
    /// results packed along a last axis.
    #[track_caller]
    pub(crate) fn linalg_op(op: Linalg, args: &[Array]) -> Array {
        let lead = args[0].ndim() - 2;
        debug_assert!(args.iter().all(|x| x.shape()[..lead] == args[0].shape()[..lead]));
        let matrices: SmallVec<[[usize; 2]; 3]> =
            args.iter().map(|x| [x.shape()[lead], x.shape()[lead + 1]]).collect();
        let packed = op.results(&matrices).iter().map(|r| r.iter().product::<usize>()).sum();
        let shape = args[0].shape()[..lead].iter().copied().chain([packed]).collect();
        Array::new(Prim::Linalg(op), args.iter().cloned().collect(), shape, args[0].dtype())
    }

    /// The transform along the last axis of a complex array: see [`Prim::Fft`].
    #[track_caller]
    pub(crate) fn fft_op(&self, inverse: bool) -> Array {
        debug_assert!(self.dtype().is_complex() && self.ndim() > 0);
        if self.fill_value() == Some(0.0) {
            return self.clone();
        }
        Array::new(Prim::Fft { inverse }, smallvec![self.clone()], self.0.shape.clone(), self.dtype())
    }
}

/// Sums of products of bools are counts to some and "any of both" to others.
#[track_caller]
pub(super) fn needs_numbers(what: &str, x: &Array, y: &Array) {
    if x.dtype() == DType::Bool {
        refuse(
            format_args!(
                "{what}: is not defined for bool arrays; convert them with .cast(DType::I64) to count, and compare the counts with 0 for logic"
            ),
            &[("left", x.at()), ("right", y.at())],
        )
    }
}
