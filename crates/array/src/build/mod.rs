//! The primitives' constructors: each gives the result's shape and dtype, keeps what is constant everywhere constant (a sum of zeros
//! is zeros, without a graph), and hands operations on complex arrays to `complex`.

mod conv;
mod elementwise;
mod movement;
mod product;
mod rebuild;
mod rows;
mod source;
mod sums;

pub(crate) use rebuild::{build, rebuild};
pub(crate) use sums::sum_of_equal;

use crate::array::{Args, Array, Place};
use crate::dtype::DType;
use crate::eval::Control;
use crate::prim::Prim;
use crate::shape::Shape;
use smallvec::smallvec;
use std::sync::Arc;

/// Unevaluated chains longer than this are evaluated as they are built, so that a loop nobody looks at stays bounded.
const MAX_DEPTH: u32 = 4096;

impl Array {
    /// A node of the graph.
    #[track_caller]
    pub(crate) fn new(prim: Prim, args: Args, shape: Shape, dtype: DType) -> Array {
        let array = Array::node(prim, args, shape, dtype, None, None);
        if array.0.depth > MAX_DEPTH && array.0.traced.is_none() {
            array.eval();
        }
        array
    }

    /// The same value as a constant: no derivative passes.
    #[track_caller]
    pub fn stop_gradient(&self) -> Array {
        if self.0.live.is_none() {
            return self.clone();
        }
        Array::new(Prim::Stop, smallvec![self.clone()], self.0.shape.clone(), self.dtype())
    }

    /// Arrays as constants, for what a call computes: the call's rule has their derivatives.
    #[track_caller]
    pub(crate) fn constants(all: &[Array]) -> Vec<Array> {
        let _at = Place::here();
        all.iter().map(Array::stop_gradient).collect()
    }

    /// The same value, not to be computed with before `others` are there.
    #[track_caller]
    pub(crate) fn after(&self, others: &[Array]) -> Array {
        let args: Args = [self].into_iter().chain(others).cloned().collect();
        Array::new(Prim::Alias, args, self.0.shape.clone(), self.dtype())
    }

    /// Output `k` of a loop or choice.
    #[track_caller]
    pub(crate) fn control_op(control: &Arc<Control>, k: usize, args: &[Array]) -> Array {
        let (shape, dtype) = control.outputs[k].clone();
        Array::new(Prim::Control(control.clone(), k), args.iter().cloned().collect(), shape, dtype)
    }
}

/// Paddings and steps above this are refused: sums of some of them, and of extents, cannot overflow.
const FAR: usize = 1 << 60;
fn far(width: isize) -> bool {
    width.unsigned_abs() > FAR
}

/// An extent that was computed: none below 0, and the largest for all that is no extent, which is then refused.
fn wide(extent: i128) -> usize {
    usize::try_from(extent.max(0)).unwrap_or(usize::MAX)
}
