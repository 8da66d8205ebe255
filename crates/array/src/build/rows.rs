//! Primitives that read or write rows by number, or make numbers of keys.

use crate::array::Array;
use crate::complex;
use crate::dtype::DType;
use crate::prim::Prim;
use crate::shape::Shape;
use smallvec::smallvec;
use std::path::Path;
use std::sync::Arc;

impl Array {
    /// `x[b, n, r]`, `i[b, m]` → `[b, m, r]`.
    #[track_caller]
    pub(crate) fn gather_op(&self, index: &Array) -> Array {
        let (x, i) = (&self.0.shape, &index.0.shape);
        debug_assert!(x.rank() == 3 && i.rank() == 2 && x[0] == i[0] && index.dtype() == DType::I64);
        let shape = Shape::new(&[x[0], i[1], x[2]]);
        // Of a constant array too: evaluation checks the numbers.
        Array::new(Prim::Gather, smallvec![self.clone(), index.clone()], shape, self.dtype())
    }

    /// `i[b, m]`, `u[b, m, r]` → `[b, n, r]`.
    #[track_caller]
    pub(crate) fn scatter_add_op(index: &Array, updates: &Array, n: usize) -> Array {
        let (i, u) = (&index.0.shape, &updates.0.shape);
        debug_assert!(u.rank() == 3 && i.rank() == 2 && u[..2] == i[..] && index.dtype() == DType::I64);
        let shape = Shape::new(&[u[0], n, u[2]]);
        if updates.dtype().is_complex() {
            return complex::scatter_add(index, updates, n);
        }
        Array::new(Prim::ScatterAdd(n), smallvec![index.clone(), updates.clone()], shape, updates.dtype())
    }

    /// The stable ascending order of the last axis.
    #[track_caller]
    pub(crate) fn argsort_op(&self) -> Array {
        if self.dtype().is_complex() {
            complex::unordered("argsort", self)
        }
        Array::new(Prim::Argsort, smallvec![self.clone()], self.0.shape.clone(), DType::I64)
    }

    /// `n` random numbers for each key.
    #[track_caller]
    pub(crate) fn random_op(keys: &Array, n: usize, dtype: DType) -> Array {
        debug_assert!(keys.dtype() == DType::I64);
        let shape = keys.0.shape.insert(keys.ndim(), n);
        Array::new(Prim::Random(n), smallvec![keys.clone()], shape, dtype)
    }

    /// Its last `rank` axes in a file, as numbers for the others.
    #[track_caller]
    pub(crate) fn spill_op(&self, folder: &Arc<Path>, rank: usize) -> Array {
        let shape = self.shape()[..self.ndim() - rank].iter().copied().collect();
        let prim = Prim::Spill { folder: folder.clone(), rank };
        Array::new(prim, smallvec![self.clone()], shape, DType::I64)
    }

    /// What lies in a file under these numbers.
    #[track_caller]
    pub(crate) fn unspill_op(&self, shape: &Shape, dtype: DType) -> Array {
        let all = self.shape().iter().chain(&shape[..]).copied().collect();
        Array::new(Prim::Unspill(shape.clone(), dtype), smallvec![self.clone()], all, dtype)
    }
}
