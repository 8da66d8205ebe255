//! An index fitted to a shape: how it is read, and how values are put back.
//!
//! Over 300 lines: one way from an index to a shape, and back.

use crate::array::Array;
use crate::dtype::DType;
use crate::ops::{Index, Indices, where_};
use crate::shape::{Dims, Shape};
use pullback_real::refuse;
use smallvec::smallvec;

/// An index made to fit a shape: a slice of every axis, then rows of some of them.
pub(crate) struct Selection {
    of: Shape,
    start: Dims,
    step: Dims,
    flips: Dims,
    sliced: Shape,
    /// The axes index arrays run over, their numbers in one, and where in the result they stand.
    rows: Option<Rows>,
    /// The result's shape, without the index arrays' axes.
    rest: Shape,
}
struct Rows {
    axes: Dims,
    index: Array,
    place: usize,
}

/// What a negative number in an index array means.
#[derive(Clone, Copy)]
pub(crate) enum Negative {
    /// A place counted from the end, as in NumPy.
    FromEnd,
    /// No row: labels and ids are padded with such numbers.
    OutOfRange,
}

impl Selection {
    #[track_caller]
    pub fn new(what: &str, x: &Array, indices: Vec<Index>, negative: Negative) -> Selection {
        let of = x.0.shape.clone();
        let indices = filled(what, x, indices);
        let mut sel = Selection {
            start: smallvec![0; of.rank()],
            step: smallvec![1; of.rank()],
            flips: smallvec![],
            sliced: of.clone(),
            rows: None,
            rest: Shape::default(),
            of,
        };
        // Beside index arrays a number is one too.
        let advanced = indices.iter().any(|i| matches!(i, Index::Array(_)));
        let (mut axis, mut rest, mut axes, mut numbers, mut places) =
            (0, Dims::new(), Dims::new(), vec![], vec![]);
        for (k, index) in indices.into_iter().enumerate() {
            let n = sel.of.get(axis).copied().unwrap_or(0);
            match index {
                Index::NewAxis => {
                    rest.push(1);
                    continue;
                }
                Index::At(i) => {
                    if i < -(n as isize) || i >= n as isize {
                        refuse(
                            format_args!(
                                "{what}: index {i} is out of range for axis {axis} with {n} elements, shape {}",
                                sel.of
                            ),
                            &[("", x.at())],
                        )
                    }
                    let i = i.rem_euclid(n as isize) as usize;
                    if advanced {
                        axes.push(axis);
                        numbers.push(Array::fill(i as f64, Shape::default(), DType::I64));
                        places.push((k, rest.len()))
                    } else {
                        (sel.start[axis], sel.sliced[axis]) = (i, 1)
                    }
                }
                Index::Range { start, stop, step } => {
                    let (first, count, turned) = bounds(start, stop, step, n);
                    let step = if count < 2 { 1 } else { step.unsigned_abs() };
                    (sel.start[axis], sel.step[axis], sel.sliced[axis]) = (first, step, count);
                    if turned {
                        sel.flips.push(axis)
                    }
                    rest.push(count)
                }
                Index::Array(i) => {
                    axes.push(axis);
                    numbers.push(numbered(what, &i, n, negative));
                    places.push((k, rest.len()))
                }
                Index::Ellipsis => unreachable!("filled in"),
            }
            axis += 1
        }
        if advanced {
            let together = places.windows(2).all(|p| p[0].0 + 1 == p[1].0);
            let place = if together { places[0].1 } else { 0 };
            let extents: Dims = axes.iter().map(|&a| sel.of[a]).collect();
            sel.rows = Some(Rows { axes, index: linear(&numbers, &extents), place })
        }
        sel.rest = rest.into();
        sel
    }

    /// The shape of what is read.
    pub fn shape(&self) -> Shape {
        match &self.rows {
            None => self.rest.clone(),
            Some(r) => {
                let at = r.place;
                self.rest[..at].iter().chain(r.index.shape()).chain(&self.rest[at..]).copied().collect()
            }
        }
    }
    /// The numbers of the rows read, in a line, if index arrays are among the indices; else nothing is read twice.
    pub fn lines(&self) -> Option<Array> {
        self.rows.as_ref().map(|r| r.index.reshape_op(Shape::new(&[r.index.size()])))
    }

    #[track_caller]
    pub fn read(&self, x: &Array) -> Array {
        let y = x
            .slice_op(self.start.clone(), self.step.clone(), self.sliced.clone())
            .flip_op(self.flips.clone());
        let Some(rows) = &self.rows else { return y.reshape_op(self.rest.clone()) };
        let y = self.to_lines(&y.permute_op(self.rows_first(rows)));
        let index = rows.index.reshape_op(Shape::new(&[1, rows.index.size()]));
        self.lines_to_result(&y.gather_op(&index))
    }
    /// The transpose of `read`: zeros of the array's shape to which the elements are added where they were read.
    #[track_caller]
    pub fn spread(&self, y: &Array) -> Array {
        let y = match &self.rows {
            None => y.reshape_op(self.sliced.clone()),
            Some(rows) => {
                let index = rows.index.reshape_op(Shape::new(&[1, rows.index.size()]));
                let lines = Array::scatter_add_op(&index, &self.result_to_lines(y), self.row_count());
                self.lines_to_array(&lines)
            }
        };
        self.unsliced(&y)
    }
    /// The array among zeros whose rows `place` are `rows`, and where a row's `hits` are not zero.
    #[track_caller]
    pub fn place(&self, place: &Array, rows: &Array, hits: &Array) -> (Array, Array) {
        let index = place.reshape_op(Shape::new(&[1, place.size()]));
        let n = self.row_count();
        let values = Array::scatter_add_op(&index, rows, n);
        let hit = Array::scatter_add_op(&index, hits, n).cast(DType::Bool).broadcast_op(&values.0.shape);
        (self.unsliced(&self.lines_to_array(&values)), self.unsliced(&self.lines_to_array(&hit)))
    }
    /// How many rows index arrays choose from.
    pub fn row_count(&self) -> usize {
        self.rows.as_ref().map_or(1, |r| r.axes.iter().map(|&a| self.of[a]).product())
    }
    /// The transpose of slicing.
    #[track_caller]
    fn unsliced(&self, y: &Array) -> Array {
        let pad = |k: usize| {
            let (n, m) = (self.of[k] as isize, self.sliced[k] as isize);
            let used = if m == 0 { 0 } else { (m - 1) * self.step[k] as isize + 1 };
            let lo = self.start[k] as isize;
            crate::prim::Padding { lo, hi: n - used - lo, interior: self.step[k] - 1 }
        };
        y.flip_op(self.flips.clone()).pad_op((0..self.of.rank()).map(pad).collect())
    }

    /// The order of axes with those of index arrays first.
    fn rows_first(&self, rows: &Rows) -> Dims {
        let others = (0..self.of.rank()).filter(|a| !rows.axes.contains(a));
        rows.axes.iter().copied().chain(others).collect()
    }
    /// `[1, rows, elements of a row]`.
    #[track_caller]
    fn to_lines(&self, y: &Array) -> Array {
        y.reshape_op(Shape::new(&[1, self.row_count(), self.rest.size()]))
    }
    /// Rows of the whole array, `[1, rows, elements of a row]`, back to the sliced array's shape.
    #[track_caller]
    fn lines_to_array(&self, y: &Array) -> Array {
        let Some(rows) = &self.rows else { return y.reshape_op(self.sliced.clone()) };
        let order = self.rows_first(rows);
        let mut inverse = order.clone();
        order.iter().enumerate().for_each(|(to, &from)| inverse[from] = to);
        y.reshape_op(order.iter().map(|&a| self.sliced[a]).collect()).permute_op(inverse)
    }
    /// Rows read, `[1, rows, elements of a row]`, in the result's shape.
    #[track_caller]
    fn lines_to_result(&self, y: &Array) -> Array {
        let Some(rows) = &self.rows else { return y.reshape_op(self.rest.clone()) };
        let (i, at) = (rows.index.ndim(), rows.place);
        let apart = y.reshape_op(rows.index.shape().iter().chain(&self.rest[..]).copied().collect());
        apart.permute_op((i..i + at).chain(0..i).chain(i + at..i + self.rest.rank()).collect())
    }
    /// The result as rows, `[1, rows, elements of a row]`.
    #[track_caller]
    pub fn result_to_lines(&self, y: &Array) -> Array {
        let Some(rows) = &self.rows else { return y.reshape_op(Shape::new(&[1, 1, y.size()])) };
        let (i, at) = (rows.index.ndim(), rows.place);
        let order = (at..at + i).chain(0..at).chain(at + i..i + self.rest.rank()).collect();
        y.permute_op(order).reshape_op(Shape::new(&[1, rows.index.size(), self.rest.size()]))
    }
}

/// One entry for every axis: the ellipsis filled in, whole axes at the end.
#[track_caller]
fn filled(what: &str, x: &Array, indices: Vec<Index>) -> Vec<Index> {
    let uses = |i: &Index| !matches!(i, Index::NewAxis | Index::Ellipsis);
    let used = indices.iter().filter(|i| uses(i)).count();
    let dots: Vec<usize> = (0..indices.len()).filter(|&k| matches!(indices[k], Index::Ellipsis)).collect();
    if used > x.ndim() || dots.len() > 1 {
        refuse(
            format_args!(
                "{what}: {used} indices{} for shape {}",
                if dots.len() > 1 { " and more than one ellipsis" } else { "" },
                x.0.shape
            ),
            &[("", x.at())],
        )
    }
    let at = dots.first().copied().unwrap_or(indices.len());
    let whole = std::iter::repeat_with(|| Index::from(..)).take(x.ndim() - used);
    let (before, behind) = (indices[..at].to_vec(), indices[at..].to_vec());
    let behind = behind.into_iter().filter(|i| !matches!(i, Index::Ellipsis));
    before.into_iter().chain(whole).chain(behind).collect()
}

/// The lowest element, the count and whether they are turned round, by Python's rules for slices.
fn bounds(start: Option<isize>, stop: Option<isize>, step: isize, n: usize) -> (usize, usize, bool) {
    let n = n as isize;
    let held = |i: isize, lo: isize, hi: isize| (if i < 0 { i + n } else { i }).clamp(lo, hi);
    if step > 0 {
        let start = start.map_or(0, |i| held(i, 0, n));
        let stop = stop.map_or(n, |i| held(i, 0, n));
        let count = if start < stop { (stop - start - 1) / step + 1 } else { 0 };
        (if count == 0 { 0 } else { start as usize }, count as usize, false)
    } else {
        let start = start.map_or(n - 1, |i| held(i, -1, n - 1));
        let stop = stop.map_or(-1, |i| held(i, -1, n - 1));
        // The distance fits, and so does the quotient by a step of −1 or less.
        let further = if stop < start { (stop + 1 - start) / step } else { 0 };
        let low = start + further * step;
        if stop < start { (low as usize, further as usize + 1, further > 0) } else { (0, 0, false) }
    }
}

/// Index numbers from 0 of an axis with `n` elements. What is out of range stays so: evaluation names it.
#[track_caller]
pub(crate) fn numbered(what: &str, i: &Array, n: usize, negative: Negative) -> Array {
    if !i.dtype().is_int() {
        refuse(
            format_args!(
                "{what}: indices are integer arrays, not {}; bool masks go to boolean_mask",
                i.dtype()
            ),
            &[("", i.at())],
        )
    }
    let i = i.cast(DType::I64);
    let n = n as f64;
    match negative {
        Negative::FromEnd => where_(&i.less(0.0).logical_and(&i.greater_equal(-n)), &i + n, &i),
        Negative::OutOfRange => i,
    }
}

/// One number for several: their row-major place in `extents`. If any is out of range, so is the whole.
#[track_caller]
fn linear(numbers: &[Array], extents: &[usize]) -> Array {
    let [first, rest @ ..] = numbers else { unreachable!("an index array") };
    let mut all = first.clone();
    for (i, &n) in rest.iter().zip(&extents[1..]) {
        let inside = i.greater_equal(0.0).logical_and(&i.less(n as f64));
        let joined = &all * n as f64 + i;
        all = where_(&inside, joined, i64::MIN as f64)
    }
    all
}

impl Array {
    /// A part of the array: `x.get(0)`, `x.get(1..3)`, `x.get((.., 0))`, `x.get(s![..;2, ..., -1])`; with integer
    /// arrays the elements they name, `x.get(&i)`, `x.get((&i, &j))`, by NumPy's rules: negative numbers count from the end.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let x = Array::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// assert_eq!(x.get(-1).to_vec::<f64>(), [5.0, 6.0]);
    /// assert_eq!(x.get((1.., 0)).to_vec::<f64>(), [3.0, 5.0]);
    /// assert_eq!(x.get(&Array::from([2, 0])).shape(), [2, 2]);
    /// ```
    ///
    /// # Panics
    /// If there are more indices than axes or a number is out of range; on evaluation, if an array's number is.
    #[track_caller]
    pub fn get(&self, index: impl Indices) -> Array {
        Selection::new("get", self, index.indices(), Negative::FromEnd).read(self)
    }
}
