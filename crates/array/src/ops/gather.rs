//! Reading and writing elements named by integer arrays.
//!
//! Over 300 lines: one list of functions, with their documentation.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::ops::selection::{Negative, Selection, numbered};
use crate::ops::{Index, Indices, associative_scan, where_};
use crate::shape::{Dims, Shape};
use pullback_real::real::Arg;
use pullback_real::refuse;

impl Array {
    /// The elements along an axis with these numbers (negative ones count from the end): the axis is replaced by the axes
    /// of `indices`.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.take(&Array::from([1, 0, 1]), 0).to_vec::<f64>(), [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or the indices are not integers; on evaluation, if a number is out of range.
    #[track_caller]
    pub fn take(&self, indices: &Array, axis: isize) -> Array {
        self.taken("take", indices, axis, Negative::FromEnd)
    }
    /// The rows (elements along the first axis) with these numbers: an embedding. Ids are not counted from the end.
    ///
    /// # Panics
    /// If there is no axis or the indices are not integers; on evaluation, if a number is negative or out of range.
    #[track_caller]
    pub fn take_rows(&self, indices: &Array) -> Array {
        self.taken("take_rows", indices, 0, Negative::OutOfRange)
    }
    #[track_caller]
    fn taken(&self, what: &str, indices: &Array, axis: isize, negative: Negative) -> Array {
        let k = self.axis(what, axis);
        let mut all = vec![Index::from(..); k];
        all.push(Index::Array(indices.clone()));
        Selection::new(what, self, all, negative).read(self)
    }
    /// In every row (along the last axis) the one element `indices` names: `[…, n]`, `[…]` → `[…]`. Labels are not counted
    /// from the end.
    ///
    /// # Panics
    /// As [`take_along_axis`](Array::take_along_axis), and on evaluation, if a number is negative.
    #[track_caller]
    pub fn take_last(&self, indices: &Array) -> Array {
        let at = indices.reshape_op(indices.0.shape.insert(indices.ndim(), 1));
        let y = self.taken_along("take_last", &at, -1, Negative::OutOfRange);
        y.reshape_op(y.0.shape.remove(y.ndim() - 1))
    }
    /// Along an axis the elements with these numbers (negative ones count from the end), which differ from place to place:
    /// `indices` has as many axes as `self`, and the others broadcast.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let x = Array::from([[3.0, 1.0, 2.0]]);
    /// assert_eq!(x.take_along_axis(&x.argsort(1), 1).to_vec::<f64>(), [1.0, 2.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range, the indices are not integers or do not fit; on evaluation, if a number is out of range.
    #[track_caller]
    pub fn take_along_axis(&self, indices: &Array, axis: isize) -> Array {
        self.taken_along("take_along_axis", indices, axis, Negative::FromEnd)
    }
    #[track_caller]
    fn taken_along(&self, what: &str, indices: &Array, axis: isize, negative: Negative) -> Array {
        let k = self.axis(what, axis);
        let n = self.shape()[k];
        let others = self.0.shape.with(k, 1);
        let joint =
            if indices.ndim() == self.ndim() { others.broadcast(&indices.0.shape.with(k, 1)) } else { None };
        let Some(others) = joint else {
            refuse(
                format_args!(
                    "{what}: indices of shape {} do not fit shape {} along axis {axis}",
                    indices.0.shape, self.0.shape
                ),
                &[("array", self.at()), ("indices", indices.at())],
            )
        };
        let m = indices.shape()[k];
        let last: Dims = (0..self.ndim()).filter(|&a| a != k).chain([k]).collect();
        let lined = |x: &Array, n: usize| {
            x.broadcast_op(&others.with(k, n))
                .permute_op(last.clone())
                .reshape_op(Shape::new(&[others.size(), n]))
        };
        let rows = lined(self, n).reshape_op(Shape::new(&[others.size(), n, 1]));
        let y = rows.gather_op(&lined(&numbered(what, indices, n, negative), m));
        let mut inverse = last.clone();
        last.iter().enumerate().for_each(|(to, &from)| inverse[from] = to);
        y.reshape_op(last.iter().map(|&a| if a == k { m } else { others[a] }).collect()).permute_op(inverse)
    }
    /// The elements (along the first axes) where a bool array holds. The mask is evaluated: the result's shape depends on
    /// it.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let x = Array::from([1.0, -2.0, 3.0]);
    /// assert_eq!(x.boolean_mask(&x.greater(0.0)).to_vec::<f64>(), [1.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If the mask is not a bool array or its shape is not that of the first axes.
    #[track_caller]
    pub fn boolean_mask(&self, mask: &Array) -> Array {
        if mask.dtype() != DType::Bool || !self.shape().starts_with(mask.shape()) {
            refuse(
                format_args!(
                    "boolean_mask: a mask of shape {} {} for shape {}",
                    mask.0.shape,
                    mask.dtype(),
                    self.0.shape
                ),
                &[("array", self.at()), ("mask", mask.at())],
            )
        }
        let rest = &self.shape()[mask.ndim()..];
        let lines: Shape = [mask.size()].into_iter().chain(rest.iter().copied()).collect();
        self.reshape_op(lines).take_rows(&mask.nonzero())
    }
    /// The places, in row-major order, of the elements that are not zero; `i64`. Evaluates the array.
    #[track_caller]
    pub fn nonzero(&self) -> Array {
        let holds = self.cast(DType::Bool).to_vec::<bool>();
        let places: Vec<i64> = (0..).zip(holds).filter(|(_, holds)| *holds).map(|(i, _)| i).collect();
        Array::from(places)
    }

    /// With the elements at `index` replaced by `values`, which broadcast; of several for one place the last counts. Plain
    /// numbers and ranges count from the end if they are negative; those of index arrays are ids, and do not.
    ///
    /// ```
    /// use pullback_array::{Array, s};
    /// let x = Array::from([1.0, 2.0, 3.0]);
    /// assert_eq!(x.at_set(0..2, 9.0).to_vec::<f64>(), [9.0, 9.0, 3.0]);
    /// assert_eq!(x.at_set(&Array::from([2, 0]), Array::from([7.0, 8.0])).to_vec::<f64>(), [8.0, 2.0, 7.0]);
    /// ```
    ///
    /// # Panics
    /// If the index does not fit, `values` do not broadcast or the dtypes differ; on evaluation, if an array's number is
    /// negative or out of range.
    #[track_caller]
    pub fn at_set(&self, index: impl Indices, values: impl Arg<Array>) -> Array {
        self.at_with("at_set", index.indices(), values.into_real(), |_, y| y.clone())
    }
    /// With `values` added at `index`; of several for one place all are added.
    ///
    /// # Panics
    /// As [`at_set`](Array::at_set).
    #[track_caller]
    pub fn at_add(&self, index: impl Indices, values: impl Arg<Array>) -> Array {
        let to = Selection::new("at_add", self, index.indices(), Negative::OutOfRange);
        self + to.spread(&self.fitting("at_add", &to, values.into_real()))
    }
    /// With the elements at `index` multiplied by `values`; of several for one place all count.
    ///
    /// # Panics
    /// As [`at_set`](Array::at_set).
    #[track_caller]
    pub fn at_multiply(&self, index: impl Indices, values: impl Arg<Array>) -> Array {
        self.at_with("at_multiply", index.indices(), values.into_real(), |x, y| x * y)
    }
    /// With the elements at `index` replaced by `values` where these are larger.
    ///
    /// # Panics
    /// As [`at_set`](Array::at_set).
    #[track_caller]
    pub fn at_max(&self, index: impl Indices, values: impl Arg<Array>) -> Array {
        self.at_with("at_max", index.indices(), values.into_real(), |x, y| x.maximum(y))
    }
    /// With the elements at `index` replaced by `values` where these are smaller.
    ///
    /// # Panics
    /// As [`at_set`](Array::at_set).
    #[track_caller]
    pub fn at_min(&self, index: impl Indices, values: impl Arg<Array>) -> Array {
        self.at_with("at_min", index.indices(), values.into_real(), |x, y| x.minimum(y))
    }
    /// Values in the dtype of `self` and the shape of what `to` selects.
    #[track_caller]
    fn fitting(&self, what: &str, to: &Selection, values: Array) -> Array {
        let (_, values) = crate::promote::same_dtype(what, self, &values);
        let shape = to.shape();
        if values.0.shape.broadcast(&shape).as_ref() != Some(&shape) {
            refuse(
                format_args!(
                    "{what}: values of shape {} do not broadcast to the {shape} selected",
                    values.0.shape
                ),
                &[("array", self.at()), ("values", values.at())],
            )
        }
        values.broadcast_op(&shape)
    }
    #[track_caller]
    fn at_with(&self, what: &str, index: Vec<Index>, values: Array, f: fn(&Array, &Array) -> Array) -> Array {
        let to = Selection::new(what, self, index, Negative::OutOfRange);
        let values = self.fitting(what, &to, values);
        let Some(lines) = to.lines() else {
            let hit = to.spread(&Array::fill(1.0, to.shape(), DType::Bool));
            return where_(&hit, f(self, &to.spread(&values)), self);
        };
        // Values for one place become neighbours, are combined, and the last one is written.
        let rows = to.result_to_lines(&values);
        let (m, r) = (rows.shape()[1], rows.shape()[2]);
        let order = lines.argsort(0);
        // Looked up among themselves, numbers are the same, and one that is out of range is named by its own row.
        let lines = Array::range(to.row_count(), DType::I64).take_rows(&lines);
        let place = lines.take_rows(&order);
        let sorted = rows.reshape_op(Shape::new(&[m, r])).take_rows(&order);
        let step = |a: &(Array, Array), b: &(Array, Array)| {
            let same = a.0.equal(&b.0);
            let same = same.reshape_op(Shape::new(&[same.size(), 1]));
            (b.0.clone(), where_(&same, f(&a.1, &b.1), &b.1))
        };
        let (_, combined) = associative_scan(step, &(place.clone(), sorted), 0, false);
        let next = crate::ops::concatenate(
            &[place.narrow(0, 1.min(m), m.saturating_sub(1)), Array::from([-1i64])],
            0,
        );
        let last = place.not_equal(next.narrow(0, 0, m)).reshape_op(Shape::new(&[m, 1]));
        let kept = where_(&last, &combined, combined.zeros_like()).reshape_op(Shape::new(&[1, m, r]));
        let (values, hit) =
            to.place(&place, &kept, &last.cast(DType::I32).reshape_op(Shape::new(&[1, m, 1])));
        where_(&hit, f(self, &values), self)
    }
    /// The sums of the rows (along the first axis) with the same number: row i goes to sum `ids[i]`.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let sums = Array::from([1.0, 2.0, 4.0]).segment_sum(&Array::from([0, 1, 0]), 3);
    /// assert_eq!(sums.to_vec::<f64>(), [5.0, 2.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If there is not one number a row; on evaluation, if one is negative or out of range.
    #[track_caller]
    pub fn segment_sum(&self, ids: &Array, segments: usize) -> Array {
        let _operation = operation("segment_sum");
        if ids.ndim() != 1 || self.shape().first() != Some(&ids.size()) {
            refuse(
                format_args!(
                    "segment_sum: numbers of shape {} for rows of shape {}",
                    ids.0.shape, self.0.shape
                ),
                &[("array", self.at()), ("numbers", ids.at())],
            )
        }
        Array::fill(0.0, self.0.shape.with(0, segments), self.dtype()).at_add(ids, self)
    }
    /// `sizes[k]` elements of axis k from `starts[k]` on, an integer array; a start is moved so that the slice fits.
    ///
    /// # Panics
    /// If there is not one start and one size an axis, or a size exceeds the extent.
    #[track_caller]
    pub fn dynamic_slice(&self, starts: &Array, sizes: &[usize]) -> Array {
        let index = self.dynamic_index("dynamic_slice", starts, sizes);
        index.iter().enumerate().fold(self.clone(), |x, (k, i)| x.take(i, k as isize))
    }
    /// With `values` in the place from `starts[k]` on; a start is moved so that they fit.
    ///
    /// # Panics
    /// If there is not one start an axis, or `values` exceed the extents.
    #[track_caller]
    pub fn dynamic_update_slice(&self, values: &Array, starts: &Array) -> Array {
        let index = self.dynamic_index("dynamic_update_slice", starts, values.shape());
        let (_, values) = crate::promote::same_dtype("dynamic_update_slice", self, values);
        // What comes from where along each axis: outside the window an arbitrary value, which is not chosen.
        let (mut moved, mut inside) = (values.clone(), Array::from(true));
        for (k, &n) in self.shape().iter().enumerate() {
            let place = Array::range(n, DType::I64) - index[k].get(0..1).sum();
            let m = values.shape()[k] as f64;
            let own = place.greater_equal(0.0).logical_and(&place.less(m));
            if values.shape()[k] > 0 {
                moved = moved.take(&where_(&own, &place, 0.0), k as isize);
            }
            let mut along = Dims::from_elem(1, self.ndim());
            along[k] = n;
            inside = inside.logical_and(&own.reshape_op(along.into()));
        }
        if values.size() == 0 { self.clone() } else { where_(&inside, moved, self) }
    }
    /// For every axis the index numbers of a window, moved inside.
    #[track_caller]
    fn dynamic_index(&self, what: &str, starts: &Array, sizes: &[usize]) -> Vec<Array> {
        let fits = sizes.len() == self.ndim() && sizes.iter().zip(self.shape()).all(|(m, n)| m <= n);
        if !fits || starts.shape() != [self.ndim()] || !starts.dtype().is_int() {
            refuse(
                format_args!(
                    "{what}: {} {} starts and sizes {sizes:?} for shape {}",
                    starts.size(),
                    starts.dtype(),
                    self.0.shape
                ),
                &[("", self.at())],
            )
        }
        let starts = starts.cast(DType::I64);
        let along = |k: usize| {
            let room = (self.shape()[k] - sizes[k]) as f64;
            let from = starts.narrow(0, k, 1).clip(0.0, room);
            from + Array::range(sizes[k], DType::I64)
        };
        (0..self.ndim()).map(along).collect()
    }
}
