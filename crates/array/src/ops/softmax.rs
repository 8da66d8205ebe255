//! Sums of exponentials, without overflow.

use crate::array::{Array, operation};
use crate::axis::{Axes, keepdims};
use crate::ops::where_;
use crate::promote::agree;
use pullback_real::Real;

impl Array {
    /// ln Σ eˣ along axes, without overflow; −∞ (with derivative 0) where all elements are −∞.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn logsumexp_axis(&self, axes: impl Into<Axes>) -> Array {
        let _operation = operation("logsumexp_axis");
        self.logsumexp_weighted(None, &axes.into())
    }
    /// ln Σ b·eˣ along axes, for weights b that broadcast with x. What has the weight 0 does not count, even if it is NaN or
    /// infinite; the derivative by such a weight is that of any other.
    ///
    /// # Panics
    /// If an axis is out of range or named twice, shapes do not broadcast or dtypes differ.
    #[track_caller]
    pub fn logsumexp_of(&self, b: &Array, axes: impl Into<Axes>) -> Array {
        let _operation = operation("logsumexp_of");
        self.logsumexp_weighted(Some(b), &axes.into())
    }
    #[track_caller]
    fn logsumexp_weighted(&self, b: Option<&Array>, axes: &Axes) -> Array {
        let (x, b) = match b {
            Some(b) => {
                let (x, b) = agree("logsumexp", &self.float(), b);
                (x, Some(b))
            }
            None => (self.float(), None),
        };
        if x.count("logsumexp", axes) == 0 {
            return x.sum_axis(axes.clone()) + f64::NEG_INFINITY;
        }
        let counting = match &b {
            Some(b) => where_(&b.not_equal(b.zeros_like()), x.stop_gradient(), f64::NEG_INFINITY),
            None => x.stop_gradient(),
        };
        let top = counting.max_axis(keepdims(axes.clone()));
        let top = where_(&top.isfinite(), &top, 0.0);
        let e = (&x - &top).exp();
        let terms = match &b {
            Some(b) => e.weighted(b),
            None => e,
        };
        let sum = terms.sum_axis(keepdims(axes.clone()));
        let none = sum.equal(0.0);
        let y = where_(&none, f64::NEG_INFINITY, where_(&none, 1.0, sum).ln() + top);
        if axes.keep { y } else { y.squeezed(&axes.resolve("logsumexp", &x)) }
    }
    /// eˣ/Σ eˣ along axes; of no elements there are none.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn softmax(&self, axes: impl Into<Axes>) -> Array {
        let _operation = operation("softmax");
        let axes = keepdims(axes);
        if self.count("softmax", &axes) == 0 {
            return self.float();
        }
        let e = (self - self.stop_gradient().max_axis(axes.clone())).exp();
        &e / e.sum_axis(axes)
    }
    /// ln of [`softmax`](Array::softmax), without cancellation.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn log_softmax(&self, axes: impl Into<Axes>) -> Array {
        let _operation = operation("log_softmax");
        let axes = keepdims(axes);
        if self.count("log_softmax", &axes) == 0 {
            return self.float();
        }
        let x = self - self.stop_gradient().max_axis(axes.clone());
        &x - x.exp().sum_axis(axes).ln()
    }
}
