//! Row-sparse gradients: the gradient of an embedding's table, without the rows that are zero.
//!
//! A gradient is a lazy graph, and that of `take` adds rows to zeros at given places: the rows can be read
//! off the graph, and the zeros need never be made.

use crate::array::Array;
use crate::dtype::DType;
use crate::prim::Prim;
use crate::shape::Shape;
use pullback_real::{Binary, Unary, refuse};

/// An array `[n, …]` of which only some rows are not zero: `values[k]` is added at row `index[k]`; a row may come several
/// times.
///
/// The gradient of a table that is only read by [`take`](Array::take) is such an array, as long as it has not
/// been evaluated: neither it nor its zeros are computed. Optimisers that can change single rows ask for this
/// form.
///
/// ```
/// use pullback_array::{Array, DType, Real, SparseRows, value_and_grad};
/// let table = Array::ones(&[100_000, 8], DType::F64);
/// let loss = |t: &Array| (t.take_rows(&Array::from([7, 7, 42])) * 2.0).sum();
/// let (y, g) = value_and_grad(loss)(&table);
/// assert_eq!(y.item(), 48.0);
/// let rows = SparseRows::of(&g).unwrap();
/// assert_eq!(rows.index.to_vec::<i64>(), [7, 7, 42]);
/// assert!(!g.is_evaluated());
/// let once = rows.coalesced();
/// assert_eq!(once.index.to_vec::<i64>(), [7, 42]);
/// assert_eq!(once.values.get((.., 0)).to_vec::<f64>(), [4.0, 2.0]);
/// ```
#[derive(Clone, Debug)]
pub struct SparseRows {
    /// Row numbers `[k]`, `i64`.
    pub index: Array,
    /// The rows `[k, …]`.
    pub values: Array,
    /// The shape `[n, …]` of the whole.
    pub shape: Vec<usize>,
}

/// One addition of rows to zeros: the row numbers, the rows, and a factor of the rows.
struct Part {
    index: Array,
    updates: Array,
    factor: f64,
}

impl SparseRows {
    /// The rows of an array that is made of rows added to zeros, or a sum of such arrays; `None` for any
    /// other, and for one whose graph is gone because it was evaluated.
    pub fn of(x: &Array) -> Option<SparseRows> {
        let parts = parts(x)?;
        let row: usize = x.shape()[1..].iter().product();
        let rows = |part: &Part| {
            let lines: Shape =
                [part.index.size()].into_iter().chain(x.shape()[1..].iter().copied()).collect();
            debug_assert_eq!(part.updates.size(), part.index.size() * row);
            let values = part.updates.reshape_op(lines);
            if part.factor == 1.0 { values } else { values * part.factor }
        };
        let index: Vec<Array> = parts.iter().map(|p| p.index.ravel()).collect();
        let values: Vec<Array> = parts.iter().map(rows).collect();
        let [index, values] = [index, values].map(|all| match &all[..] {
            [one] => one.clone(),
            _ => crate::concatenate(&all, 0),
        });
        Some(SparseRows { index, values, shape: x.shape().to_vec() })
    }
    #[track_caller]
    fn check(&self, what: &str) {
        let SparseRows { index, values, shape } = self;
        let rows = values
            .shape()
            .split_first()
            .is_some_and(|(k, row)| *k == index.size() && shape.get(1..) == Some(row));
        if !rows || index.ndim() != 1 || index.dtype() != DType::I64 {
            refuse(
                format_args!(
                    "SparseRows::{what}: row numbers of shape {} {} and rows of shape {} are not those of an array of shape {shape:?}",
                    index.0.shape,
                    index.dtype(),
                    values.0.shape
                ),
                &[("row numbers", index.at()), ("rows", values.at())],
            )
        }
    }
    /// How many rows are stored.
    pub fn len(&self) -> usize {
        self.index.size()
    }
    /// Whether none is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Each row once, in ascending order; rows that come several times are added up. Evaluates the row
    /// numbers.
    ///
    /// # Panics
    /// If the row numbers are not `i64` of one axis, one for each row of the values, or the rows are not those of the shape;
    /// if a number is out of range.
    #[track_caller]
    pub fn coalesced(&self) -> SparseRows {
        self.check("coalesced");
        let index = self.index.to_vec::<i64>();
        let mut once = index.clone();
        once.sort_unstable();
        once.dedup();
        let place = |i: &i64| once.binary_search(i).map_or(0, |k| k as i64);
        let ids = Array::from(index.iter().map(place).collect::<Vec<i64>>());
        let values = self.values.segment_sum(&ids, once.len());
        SparseRows { index: Array::from(once), values, shape: self.shape.clone() }
    }
    /// The whole array, zeros included.
    ///
    /// # Panics
    /// As [`coalesced`](SparseRows::coalesced).
    #[track_caller]
    pub fn to_dense(&self) -> Array {
        self.check("to_dense");
        self.values.segment_sum(&self.index, self.shape[0])
    }
}

/// The arrays of rows that are added to zeros to make `x`; `None` if it is not made in this way.
pub(super) fn updates(x: &Array) -> Option<Vec<Array>> {
    Some(parts(x)?.into_iter().map(|p| p.updates).collect())
}

/// The terms of a sum of such additions; `None` for any other array. The stack is explicit, since a sum may
/// have very many terms.
fn parts(x: &Array) -> Option<Vec<Part>> {
    let &n = x.shape().first()?;
    let (mut stack, mut found) = (vec![(x.clone(), 1.0)], vec![]);
    while let Some((x, factor)) = stack.pop() {
        let (prim, args) = x.parts();
        match prim {
            Prim::ScatterAdd(rows) if *rows == n && x.shape()[0] == 1 => {
                found.push(Part { index: args[0].clone(), updates: args[1].clone(), factor })
            }
            // A reshape that keeps the rows.
            Prim::Reshape if rows_of(&args[0]) == Some(n) && rows_of(&x) == Some(n) => {
                stack.push((args[0].clone(), factor))
            }
            Prim::Binary(Binary::Add) => stack.extend(args.iter().map(|a| (a.clone(), factor))),
            Prim::Unary(Unary::Neg) => stack.push((args[0].clone(), -factor)),
            Prim::Binary(Binary::Mul) => match (args[0].fill_value(), args[1].fill_value()) {
                (Some(c), None) => stack.push((args[1].clone(), c * factor)),
                (None, Some(c)) => stack.push((args[0].clone(), c * factor)),
                (Some(_), Some(_)) | (None, None) => return None,
            },
            _ => return None,
        }
    }
    // In the order in which they were added.
    found.reverse();
    Some(found)
}

/// The number of rows of `[n, …]`, or of `[1, n, …]` as a scatter makes it.
fn rows_of(x: &Array) -> Option<usize> {
    match (x.shape(), &x.0.prim) {
        ([1, n, _], Prim::ScatterAdd(_)) => Some(*n),
        ([n, ..], _) => Some(*n),
        ([], _) => None,
    }
}

impl Array {
    /// Writes rows (elements along the first axis) at once, in place if no other array holds its data: for
    /// large tables of which few rows change. [`at_set`](Array::at_set) is the operation that can be
    /// differentiated.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let mut x = Array::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// x.set_rows(&Array::from([2, 0]), &Array::from([[9.0, 9.0], [0.0, 0.0]]));
    /// assert_eq!(x.to_vec::<f64>(), [0.0, 0.0, 3.0, 4.0, 9.0, 9.0]);
    /// ```
    ///
    /// # Panics
    /// If the index is no vector of integers, a row number is out of range, the rows do not fit, or a running transform
    /// depends on the array.
    #[track_caller]
    pub fn set_rows(&mut self, index: &Array, rows: &Array) {
        let fits = index.ndim() == 1
            && matches!(index.dtype(), DType::I32 | DType::I64)
            && self.ndim() > 0
            && rows.dtype() == self.dtype()
            && rows.shape().split_first() == Some((&index.size(), &self.shape()[1..]));
        if !fits {
            refuse(
                format_args!(
                    "set_rows: rows of shape {} {} at row numbers of shape {} {} do not fit shape {} {}",
                    rows.0.shape,
                    rows.dtype(),
                    index.0.shape,
                    index.dtype(),
                    self.0.shape,
                    self.dtype()
                ),
                &[("array", self.at()), ("rows", rows.at())],
            )
        }
        if self.0.is_kept() {
            refuse(
                format_args!(
                    "set_rows: a running transform depends on the array, whose derivative would be lost; use at_set"
                ),
                &[("", self.at())],
            )
        }
        let (index, rows) = (index.cast(DType::I64).to_vec::<i64>(), rows.value());
        let n = self.shape()[0];
        if let Some(i) = index.iter().find(|&&i| i < 0 || i >= n as i64) {
            refuse(format_args!("set_rows: row {i} is out of range for {n} rows"), &[("array", self.at())])
        }
        self.change(|data| {
            let row = rows.bytes().len() / index.len().max(1);
            for (k, &i) in index.iter().enumerate() {
                let to = i as usize * row;
                data.bytes_mut()[to..to + row].copy_from_slice(&rows.bytes()[k * row..(k + 1) * row])
            }
        })
    }
}
