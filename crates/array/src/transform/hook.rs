//! Hooks on the derivatives of one array: its cotangent is looked at or changed, it is differentiated as if a
//! function were the identity, or a derivative through it panics.

use crate::array::Array;
use crate::custom::Rule;
use crate::custom::{Call, CallRules};
use pullback_real::refuse;
use std::sync::Arc;

impl Array {
    /// The array, with a hook on its cotangent: reverse mode replaces the cotangent g by `f(g)`, to clip,
    /// scale, reverse or look at it. Values and tangents are unchanged.
    ///
    /// ```
    /// use pullback_array::{Array, Real, grad};
    /// let g = grad(|x: &Array| x.on_cotangent(|g| 10.0 * g).square().sum())(&Array::from([1.0, 2.0]));
    /// assert_eq!(g.to_vec::<f64>(), [20.0, 40.0]);
    /// ```
    ///
    /// # Panics
    /// In reverse mode, if f's result does not have the array's shape and dtype.
    #[track_caller]
    pub fn on_cotangent(&self, f: impl Fn(&Array) -> Array + Send + Sync + 'static) -> Array {
        let pull: Rule = Arc::new(move |_, _, g| g.iter().map(|g| g.as_ref().map(&f)).collect());
        self.passed("on_cotangent", self.stop_gradient(), pull)
    }
    /// The array, with its cotangent multiplied by −`scale`: the layers that use it learn to decrease the
    /// loss, those that compute it to increase the loss (Ganin and Lempitsky, "Unsupervised domain adaptation
    /// by backpropagation", 2015).
    #[track_caller]
    pub fn reverse_gradient(&self, scale: f64) -> Array {
        self.on_cotangent(move |g| -scale * g)
    }
    /// The array, with its cotangent clipped to `lo..=hi`.
    ///
    /// # Panics
    /// If `lo > hi` or either is NaN.
    #[track_caller]
    pub fn clip_gradient(&self, lo: f64, hi: f64) -> Array {
        assert!(lo <= hi, "clip_gradient: the lower bound {lo} must not exceed the upper bound {hi}");
        self.on_cotangent(move |g| g.clip(lo, hi))
    }
    /// `f(x)`, differentiated as if it were x: the straight-through estimator (Bengio et al., 2013) for rounding and the
    /// like.
    ///
    /// ```
    /// use pullback_array::{Array, Real, grad};
    /// let g = grad(|x: &Array| (3.0 * x.straight_through(Array::round)).square())(&Array::from(0.6));
    /// assert_eq!(g.item(), 18.0);
    /// ```
    ///
    /// # Panics
    /// If f's result does not have the shape and dtype of x.
    #[track_caller]
    pub fn straight_through(&self, f: impl Fn(&Array) -> Array) -> Array {
        let y = f(&self.stop_gradient());
        if y.shape() != self.shape() || y.dtype() != self.dtype() {
            refuse(
                format_args!(
                    "straight_through: the function made shape {} {} of shape {} {}, which cannot pass for it",
                    y.0.shape,
                    y.dtype(),
                    self.0.shape,
                    self.dtype()
                ),
                &[("input", self.at()), ("result", y.at())],
            )
        }
        let pull: Rule = Arc::new(|_, _, g| g);
        self.passed("straight_through", y.stop_gradient(), pull)
    }
    /// The array, through which no derivative passes: one that would be wrong panics instead of being
    /// computed. ([`stop_gradient`](Array::stop_gradient) makes it a constant instead.)
    ///
    /// # Panics
    /// When a derivative passes, with the reason.
    #[track_caller]
    pub fn prevent_gradient(&self, reason: &'static str) -> Array {
        let at = std::panic::Location::caller();
        let rule: Rule = Arc::new(move |_, _, linear| {
            if linear.iter().any(Option::is_some) {
                refuse(format_args!("prevent_gradient: {reason}"), &[("", at)])
            }
            linear
        });
        let value = vec![self.stop_gradient()];
        let inputs = std::slice::from_ref(self);
        Call::of("prevent_gradient", inputs, value, CallRules::new(rule.clone(), rule)).swap_remove(0)
    }
    /// `value` in the place of the array, with this pullback; tangents pass unchanged.
    #[track_caller]
    fn passed(&self, name: &'static str, value: Array, pull: Rule) -> Array {
        let push: Rule = Arc::new(|_, _, t| t);
        Call::of(name, std::slice::from_ref(self), vec![value], CallRules::new(pull, push)).swap_remove(0)
    }
}
