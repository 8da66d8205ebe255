//! Statistics: spread, order, relation.

use crate::array::{Array, operation};
use crate::axis::{Axes, keepdims};
use crate::ops::where_;
use pullback_real::{Real, refuse};

impl Array {
    /// Σ(x − mean)²/(n − `ddof`) along axes: `ddof` 0 for a population, 1 for a sample.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn var_axis(&self, axes: impl Into<Axes>, ddof: usize) -> Array {
        let (axes, x) = (axes.into(), self.float());
        let n = self.count("var", &axes) as f64 - ddof as f64;
        (&x - x.mean_axis(keepdims(axes.clone()))).abs_squared().sum_axis(axes) / n.max(0.0)
    }
    /// The square root of [`var_axis`](Array::var_axis); its derivative is 0 where it is 0.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn std_axis(&self, axes: impl Into<Axes>, ddof: usize) -> Array {
        let (axes, x) = (axes.into(), self.float());
        let n = self.count("std", &axes) as f64 - ddof as f64;
        let distances = &x - x.mean_axis(keepdims(axes.clone()));
        distances.root_mean_square(&axes, n.max(0.0))
    }
    /// (x − mean)/√(var + ε) along axes, with the population's variance.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn standardize(&self, axes: impl Into<Axes>, epsilon: f64) -> Array {
        let _operation = operation("standardize");
        let axes = keepdims(axes);
        let x = self - self.mean_axis(axes.clone());
        let var = x.abs_squared().mean_axis(axes);
        x / (var + epsilon).sqrt()
    }
    /// The middle of the sorted elements along axes, NaN if any is.
    ///
    /// # Panics
    /// If there are no elements, an axis is out of range or named twice.
    #[track_caller]
    pub fn median_axis(&self, axes: impl Into<Axes>) -> Array {
        let _operation = operation("median_axis");
        self.quantile_axis(0.5, axes)
    }
    /// The value below which a share `q` of all elements lies, interpolated linearly; NaN if any element is.
    ///
    /// # Panics
    /// If `q` is not within 0..=1 or there are no elements.
    #[track_caller]
    pub fn quantile(&self, q: f64) -> Array {
        self.quantile_axis(q, self.every())
    }
    /// The values below which a share `q` of the elements along axes lies, interpolated linearly; NaN if any is.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([3.0, 1.0, 2.0]).quantile_axis(0.25, 0).item(), 1.5);
    /// ```
    ///
    /// # Panics
    /// If `q` is not within 0..=1, there are no elements, an axis is out of range or named twice.
    #[track_caller]
    pub fn quantile_axis(&self, q: f64, axes: impl Into<Axes>) -> Array {
        let axes = axes.into();
        let dims = axes.resolve("quantile", self);
        let x = self.float().merged_last(&dims).sort(-1);
        let last = x.ndim() - 1;
        let n = x.shape()[last];
        if !(0.0..=1.0).contains(&q) || n == 0 {
            refuse(format_args!("quantile: {q} of {n} elements"), &[("", self.at())])
        }
        let place = q * (n - 1) as f64;
        let at = |k: f64| x.narrow(last, k as usize, 1);
        let (lo, share) = (at(place.floor()), place.fract());
        let y = if share == 0.0 { lo } else { between(&lo, &at(place.floor() + 1.0), share) };
        // NaN is sorted last.
        let worst = x.narrow(last, n - 1, 1);
        where_(&worst.isnan(), &worst, y).unmerged(&dims, &axes, &self.0.shape)
    }
    /// Σ w·x/Σ w along axes, for weights of the same shape. What has the weight 0 does not count, even if it is NaN or
    /// infinite.
    ///
    /// # Panics
    /// If an axis is out of range or named twice, shapes do not broadcast or dtypes differ.
    #[track_caller]
    pub fn average_axis(&self, weights: &Array, axes: impl Into<Axes>) -> Array {
        let _operation = operation("average_axis");
        let axes = axes.into();
        let weights = weights.broadcast_to(self.shape());
        self.weighted(&weights).sum_axis(axes.clone()) / weights.sum_axis(axes)
    }
    /// w·x, 0 where the weight is 0, whatever x is.
    #[track_caller]
    pub(crate) fn weighted(&self, weights: &Array) -> Array {
        let used = weights.not_equal(weights.zeros_like());
        // The derivative by a weight that is 0 is x.
        where_(&used, self * weights, self.nan_to_num(0.0) * weights)
    }
    /// Covariances of the variables in rows, with n − 1: `[variables, observations]` → `[variables, variables]`. The
    /// covariance of one variable, also given as a vector, is a number.
    ///
    /// # Panics
    /// If there are neither one nor two axes.
    #[track_caller]
    pub fn cov(&self) -> Array {
        if self.ndim() == 0 || self.ndim() > 2 {
            refuse(
                format_args!("cov: needs [variables, observations], not shape {}", self.0.shape),
                &[("", self.at())],
            )
        }
        let x = self.float() - self.mean_axis(keepdims(-1));
        let x = x.reshape([x.size() / x.shape()[x.ndim() - 1].max(1), x.shape()[x.ndim() - 1]]);
        let c = x.matmul(&x.t().conj()) / (x.shape()[1] as f64 - 1.0);
        if c.size() == 1 { c.reshape(()) } else { c }
    }
    /// Correlation coefficients of the variables in rows.
    ///
    /// # Panics
    /// If there are neither one nor two axes.
    #[track_caller]
    pub fn corrcoef(&self) -> Array {
        let _operation = operation("corrcoef");
        let c = self.cov();
        if c.ndim() == 0 {
            return c.divide(&c);
        }
        let d = c.diagonal(0, 0, 1).sqrt();
        let n = d.size();
        c / d.reshape([n, 1]) / d.reshape([1, n])
    }
}

/// (1 − w)·a + w·b: a if both are equal, and without overflow.
#[track_caller]
fn between(a: &Array, b: &Array, w: f64) -> Array {
    let step = b - a;
    where_(&step.isfinite(), a + w * &step, (1.0 - w) * a + w * b)
}
