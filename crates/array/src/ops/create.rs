//! Arrays from nothing: constants, ranges, grids.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::shape::{Dims, Shape, addressable};
use pullback_real::refuse;

impl Array {
    /// `value` everywhere.
    ///
    /// ```
    /// use pullback_array::{Array, DType};
    /// assert_eq!(Array::full(&[2], 7.0, DType::I32).to_vec::<i32>(), [7, 7]);
    /// ```
    #[track_caller]
    pub fn full(shape: &[usize], value: f64, dtype: DType) -> Array {
        let _operation = operation("full");
        Array::fill(value, shape, dtype)
    }
    /// Zeros.
    #[track_caller]
    pub fn zeros(shape: &[usize], dtype: DType) -> Array {
        let _operation = operation("zeros");
        Array::fill(0.0, shape, dtype)
    }
    /// Ones.
    #[track_caller]
    pub fn ones(shape: &[usize], dtype: DType) -> Array {
        let _operation = operation("ones");
        Array::fill(1.0, shape, dtype)
    }
    /// `value` everywhere, in the shape and dtype of `self`.
    #[track_caller]
    pub fn full_like(&self, value: f64) -> Array {
        Array::fill(value, self.0.shape.clone(), self.dtype())
    }
    /// `start`, `start + step` … before `stop`, as `f64`; `.cast` gives other dtypes.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::arange(0.0, 2.0, 0.5).to_vec::<f64>(), [0.0, 0.5, 1.0, 1.5]);
    /// ```
    ///
    /// # Panics
    /// If the step is 0 or not finite.
    #[track_caller]
    pub fn arange(start: f64, stop: f64, step: f64) -> Array {
        if step == 0.0 || !step.is_finite() || !start.is_finite() || !stop.is_finite() {
            refuse(format_args!("arange: from {start} to {stop} by {step}"), &[])
        }
        let n = ((stop - start) / step).ceil().max(0.0) as usize;
        Array::iota(Shape::new(&[n]), 0, DType::F64) * step + start
    }
    /// The integers 0 to `n − 1`, in any dtype.
    #[track_caller]
    pub fn range(n: usize, dtype: DType) -> Array {
        Array::iota(Shape::new(&[n]), 0, dtype)
    }
    /// `n` numbers from `start` to `stop`, both included, evenly spaced, as `f64`.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::linspace(0.0, 1.0, 3).to_vec::<f64>(), [0.0, 0.5, 1.0]);
    /// ```
    #[track_caller]
    pub fn linspace(start: f64, stop: f64, n: usize) -> Array {
        // Exact at both ends.
        addressable("arange", &[n], DType::F64);
        let share = |k: usize| if n > 1 { k as f64 / (n - 1) as f64 } else { 0.0 };
        let data: Vec<f64> = (0..n).map(|k| start * (1.0 - share(k)) + stop * share(k)).collect();
        Array::from_slice(&data, &[n])
    }
    /// The `[n, m]` matrix with ones on diagonal `k` (0 the main one, positive above it) and zeros elsewhere.
    #[track_caller]
    pub fn eye(n: usize, m: usize, k: isize, dtype: DType) -> Array {
        Array::eye_op(n, m, k, dtype)
    }
    /// The identity matrix of order `n`.
    #[track_caller]
    pub fn identity(n: usize, dtype: DType) -> Array {
        Array::eye(n, n, 0, dtype)
    }
    /// The `[n, m]` matrix with ones on and below diagonal `k` and zeros above.
    #[track_caller]
    pub fn tri(n: usize, m: usize, k: isize, dtype: DType) -> Array {
        below(&[n, m], k).cast(dtype)
    }
    /// The matrix of powers of the elements, `[elements, n]`: xⁿ⁻¹ … x, 1.
    ///
    /// # Panics
    /// If there is not one axis.
    #[track_caller]
    pub fn vander(&self, n: usize) -> Array {
        if self.ndim() != 1 {
            refuse(format_args!("vander: needs one axis, not shape {}", self.0.shape), &[("", self.at())])
        }
        let x = self.reshape([self.size(), 1]);
        if n == 0 {
            return Array::zeros(&[self.size(), 0], self.dtype());
        }
        addressable("vander", &[self.size(), n], self.dtype());
        // The first k powers and the k-th give as many again.
        let (mut powers, mut next, mut k) = (x.ones_like(), x, 1);
        while k < n {
            let more = k.min(n - k);
            powers = Array::concat_op(&[powers.clone(), powers.narrow(1, 0, more) * &next], 1);
            next = &next * &next;
            k += more
        }
        powers.flip([1])
    }
    /// Rows of zeros with a one at the place each integer names, in a new last axis of extent `n`; what is out of range
    /// gives zeros only.
    ///
    /// ```
    /// use pullback_array::{Array, DType};
    /// assert_eq!(Array::from([2, 0]).one_hot(3, DType::F64).to_vec::<f64>(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn one_hot(&self, n: usize, dtype: DType) -> Array {
        let i = self.cast(DType::I64).reshape_op(self.0.shape.insert(self.ndim(), 1));
        i.equal(Array::range(n, DType::I64)).cast(dtype)
    }
}

/// Where an element is on or below diagonal `k`.
#[track_caller]
pub(crate) fn below(matrix: &[usize], k: isize) -> Array {
    let [rows, columns] = [0, 1].map(|axis| Array::iota(matrix, axis, DType::I64));
    // Further off the matrix than its own extents all diagonals are alike.
    let k = k.clamp(-(matrix[matrix.len() - 2] as isize), matrix[matrix.len() - 1] as isize);
    (rows + k as i64).greater_equal(columns)
}

/// Coordinates of a grid, one array an axis: `ij` in the order of the axes, `xy` with the first two exchanged.
///
/// ```
/// use pullback_array::{Array, meshgrid};
/// let g = meshgrid(&[Array::from([1.0, 2.0]), Array::from([3.0, 4.0, 5.0])], "ij");
/// assert_eq!(g[1].to_vec::<f64>(), [3.0, 4.0, 5.0, 3.0, 4.0, 5.0]);
/// ```
///
/// # Panics
/// If an input has not one axis or `indexing` is neither `"ij"` nor `"xy"`.
#[track_caller]
pub fn meshgrid(axes: &[Array], indexing: &str) -> Vec<Array> {
    if let Some(x) = axes.iter().find(|x| x.ndim() != 1) {
        refuse(format_args!("meshgrid: coordinates have one axis, not shape {}", x.0.shape), &[("", x.at())])
    }
    let mut order: Dims = (0..axes.len()).collect();
    match indexing {
        "ij" => {}
        "xy" if order.len() < 2 => {}
        "xy" => order.swap(0, 1),
        other => refuse(format_args!("meshgrid: indexing is \"ij\" or \"xy\", not \"{other}\""), &[]),
    }
    let shape: Shape = order.iter().map(|&k| axes[k].size()).collect();
    let grid = |(k, x): (usize, &Array)| {
        let mut own = Dims::from_elem(1, axes.len());
        own[order[k]] = x.size();
        x.reshape_op(own.into()).broadcast_op(&shape)
    };
    axes.iter().enumerate().map(grid).collect()
}
