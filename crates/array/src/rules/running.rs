//! The derivative of running extrema: each is one element of the argument, the first that had its value.

use crate::array::Array;
use crate::dtype::DType;
use crate::prim::{Compare, Reduction};
use crate::shape::{Dims, Shape};
use smallvec::smallvec;

/// Which element each running extremum is.
pub(super) struct Records {
    axis: usize,
    reverse: bool,
    /// For each line along the axis, whether an element is one, `[lines, extent]`.
    is_record: Array,
    /// And the place of the element that each extremum is.
    places: Array,
}

impl Records {
    /// Those of the running extrema `y`. The first element of a line is a record, and each that differs from the extremum before
    /// it; the last record so far is the element.
    #[track_caller]
    pub fn of(y: &Array, axis: usize, reverse: bool) -> Records {
        let y = to_lines(y, axis, reverse);
        let (lines, n) = (y.shape()[0], y.shape()[1]);
        let later = n.saturating_sub(1);
        let rises = Array::compare_op(Compare::Ne, &y.narrow(1, 0, later), &y.narrow(1, n - later, later));
        let first = Array::fill(1.0, Shape::new(&[lines, n - later]), DType::Bool);
        let is_record = Array::concat_op(&[first, rises], 1);
        let place = Array::iota(y.0.shape.clone(), 1, DType::I64);
        let records = Array::select_op(&is_record, &place, &place.zeros_like());
        let places = records.cumulative_op(Reduction::Max, 1, false);
        Records { axis, reverse, is_record, places }
    }
    /// The tangents of the extrema.
    #[track_caller]
    pub fn push(&self, t: &Array) -> Array {
        let rows = in_rows(&to_lines(t, self.axis, self.reverse));
        self.back(&rows.gather_op(&self.places), &t.0.shape)
    }
    /// The cotangents of the elements, with certain zeros where an element is no record.
    #[track_caller]
    pub fn pull(&self, g: &Array) -> Array {
        let rows = in_rows(&to_lines(g, self.axis, self.reverse));
        let pulled = Array::scatter_add_op(&self.places, &rows, self.places.shape()[1]);
        let pulled = self.back(&pulled, &g.0.shape);
        Array::select_op(&self.back(&self.is_record, &g.0.shape), &pulled, &pulled.zeros_like())
    }
    /// Numbers of the lines' elements in the shape of the argument.
    #[track_caller]
    fn back(&self, lines: &Array, shape: &Shape) -> Array {
        let last = axis_last(shape, self.axis);
        let lines = lines.reshape_op(self.places.0.shape.clone());
        let lines = if self.reverse { lines.flip_op(smallvec![1]) } else { lines };
        let mut inverse = last.clone();
        last.iter().enumerate().for_each(|(to, &from)| inverse[from] = to);
        lines.reshape_op(last.iter().map(|&a| shape[a]).collect()).permute_op(inverse)
    }
}

/// The axes in order, with this one last.
fn axis_last(shape: &Shape, axis: usize) -> Dims {
    (0..shape.rank()).filter(|&a| a != axis).chain([axis]).collect()
}

/// The lines along an axis, `[lines, extent]`, in the order in which they run.
#[track_caller]
fn to_lines(x: &Array, axis: usize, reverse: bool) -> Array {
    let shape = &x.0.shape;
    let lines = shape.with(axis, 1).size();
    let lines = x.permute_op(axis_last(shape, axis)).reshape_op(Shape::new(&[lines, shape[axis]]));
    if reverse { lines.flip_op(smallvec![1]) } else { lines }
}

/// `[lines, extent, 1]`, as gathers and scatters take it.
#[track_caller]
fn in_rows(lines: &Array) -> Array {
    lines.reshape_op(lines.0.shape.insert(2, 1))
}
