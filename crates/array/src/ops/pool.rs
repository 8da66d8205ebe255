//! Pooling: reductions over windows.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::ops::pad::at_most;
use crate::ops::where_;
use crate::shape::{Dims, Shape};
use pullback_real::refuse;
use smallvec::smallvec;

impl Array {
    /// The largest element of each window, NaN if any is. Lists have one entry an axis; beyond the edges there is −∞. The
    /// whole derivative goes to the first of equal elements.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let x = Array::from([1.0, 5.0, 2.0, 3.0]);
    /// assert_eq!(x.max_pool(&[2], &[2], &[(0, 0)]).to_vec::<f64>(), [5.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// If a list has not one entry an axis, or a window or stride is 0.
    #[track_caller]
    pub fn max_pool(&self, window: &[usize], strides: &[usize], padding: &[(usize, usize)]) -> Array {
        let _operation = operation("max_pool");
        let taps = self.taps("max_pool", window, strides, padding, f64::NEG_INFINITY);
        let larger = |y: Array, next: Array| where_(&y.less(&next).logical_or(&next.isnan()), &next, &y);
        taps.into_iter().reduce(larger).expect("a window has an element")
    }
    /// The sum of each window. Lists have one entry an axis; beyond the edges there are zeros.
    ///
    /// # Panics
    /// As [`max_pool`](Array::max_pool).
    #[track_caller]
    pub fn sum_pool(&self, window: &[usize], strides: &[usize], padding: &[(usize, usize)]) -> Array {
        let _operation = operation("sum_pool");
        let tiled = window == strides
            && padding.iter().all(|p| *p == (0, 0))
            && window.len() == self.ndim()
            && window.iter().zip(self.shape()).all(|(&w, n)| w > 0 && n.is_multiple_of(w));
        if tiled {
            let apart: Shape = self.shape().iter().zip(window).flat_map(|(n, &w)| [n / w, w]).collect();
            let inner: Vec<usize> = (0..self.ndim()).map(|k| 2 * k + 1).collect();
            return self.reshape_op(apart).sum_axis(inner);
        }
        let taps = self.taps("sum_pool", window, strides, padding, 0.0);
        taps.into_iter().reduce(|y, next| y + next).expect("a window has an element")
    }
    /// The mean of each window: of all its places if `count_padding`, else of those inside the array.
    ///
    /// # Panics
    /// As [`max_pool`](Array::max_pool).
    #[track_caller]
    pub fn avg_pool(
        &self,
        window: &[usize],
        strides: &[usize],
        padding: &[(usize, usize)],
        count_padding: bool,
    ) -> Array {
        let _operation = operation("avg_pool");
        let sum = self.sum_pool(window, strides, padding);
        if count_padding || padding.iter().all(|p| *p == (0, 0)) {
            return sum / window.iter().product::<usize>() as f64;
        }
        // Data, so that its sums are not taken for constants of one value.
        let inside = Array::iota(self.0.shape.clone(), 0, DType::I64).greater_equal(0.0).cast(self.dtype());
        sum / inside.sum_pool(window, strides, padding)
    }
    /// The elements in each place of the windows: one array a place, in row-major order.
    #[track_caller]
    fn taps(
        &self,
        what: &str,
        window: &[usize],
        strides: &[usize],
        padding: &[(usize, usize)],
        outside: f64,
    ) -> Vec<Array> {
        let r = self.ndim();
        if [window.len(), strides.len(), padding.len()] != [r; 3] || [window, strides].concat().contains(&0) {
            refuse(
                format_args!(
                    "{what}: window {window:?}, strides {strides:?} and padding {padding:?} have one entry, not 0, for each axis of shape {}",
                    self.0.shape
                ),
                &[("", self.at())],
            )
        }
        let config: Vec<_> = padding.iter().map(|&(lo, hi)| (at_most(lo), at_most(hi), 0)).collect();
        let x = self.lax_pad(&config, outside);
        let counts: Shape = (0..r)
            .map(|k| x.shape()[k].checked_sub(window[k]).map_or(0, |room| room / strides[k] + 1))
            .collect();
        // Where no window fits there is nothing to look at, however large it is.
        let places = if counts.size() == 0 { 1 } else { window.iter().product() };
        let tap = |mut place: usize| {
            let mut start: Dims = smallvec![0; r];
            for k in (0..r).rev() {
                start[k] = place % window[k];
                place /= window[k]
            }
            x.slice_op(start, Dims::from_slice(strides), counts.clone())
        };
        (0..places).map(tap).collect()
    }
}
