//! Reductions: `x.sum()` over all elements, `x.sum_axis(axes)` along some; `keepdims(axes)` keeps them with extent 1.

use crate::array::{Array, operation};
use crate::axis::Axes;
use crate::dtype::DType;
use crate::ops::where_;
use crate::prim::Reduction;
use crate::shape::{Dims, Shape};
use pullback_real::{Binary, Real, refuse};

/// Reductions over all elements, by those along axes.
macro_rules! whole {
    ($($(#[$doc:meta])* $name:ident = $axis:ident($($arg:expr),*);)*) => {
        impl Array { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self) -> Array {
                let _operation = operation(stringify!($name));
                self.$axis(self.every() $(, $arg)*)
            }
        )* }
    };
}
whole! {
    /// The sum of all elements. Bool arrays count in `i64`.
    sum = sum_axis();
    /// The mean of all elements; NaN if there are none.
    mean = mean_axis();
    /// The product of all elements, with true derivatives where factors are zero.
    prod = prod_axis();
    /// The largest element, NaN if any is; ties share the derivative evenly. ([`Array::maximum`] is elementwise.)
    ///
    /// # Panics
    /// If there are no elements.
    max = max_axis();
    /// The smallest element, NaN if any is; ties share the derivative evenly. ([`Array::minimum`] is elementwise.)
    ///
    /// # Panics
    /// If there are no elements.
    min = min_axis();
    /// The largest element minus the smallest.
    ///
    /// # Panics
    /// If there are no elements.
    ptp = ptp_axis();
    /// The mean squared distance from the mean.
    var = var_axis(0);
    /// The root of the mean squared distance from the mean; its derivative is 0 where it is 0.
    std = std_axis(0);
    /// ln Σ eˣ, without overflow.
    logsumexp = logsumexp_axis();
    /// The index of the first largest element in row-major order, or of the first NaN; `i64`.
    ///
    /// # Panics
    /// If there are no elements.
    argmax = argmax_axis();
    /// The index of the first smallest element in row-major order, or of the first NaN; `i64`.
    ///
    /// # Panics
    /// If there are no elements.
    argmin = argmin_axis();
    /// Whether any element is not zero.
    any = any_axis();
    /// Whether no element is zero.
    all = all_axis();
    /// How many elements are not zero; `i64`.
    count_nonzero = count_nonzero_axis();
    /// The middle of the sorted elements, NaN if any is.
    ///
    /// # Panics
    /// If there are no elements.
    median = median_axis();
}

impl Array {
    /// All axes.
    pub(crate) fn every(&self) -> Axes {
        Axes::from((0..self.ndim()).collect::<Vec<_>>())
    }
    #[track_caller]
    pub(crate) fn reduced(&self, what: &str, op: Reduction, axes: &Axes) -> Array {
        let dims = axes.resolve(what, self);
        let kept = self.reduce_op(op, dims.clone());
        if axes.keep { kept } else { kept.squeezed(&dims) }
    }
    /// Without these axes of extent 1.
    #[track_caller]
    pub(crate) fn squeezed(&self, axes: &Dims) -> Array {
        let shape: Shape = (0..self.ndim()).filter(|k| !axes.contains(k)).map(|k| self.0.shape[k]).collect();
        self.reshape_op(shape)
    }
    /// The axes `dims` merged into one last axis, behind the others.
    #[track_caller]
    pub(crate) fn merged_last(&self, dims: &Dims) -> Array {
        let rest = (0..self.ndim()).filter(|k| !dims.contains(k));
        let order: Dims = rest.clone().chain(dims.iter().copied()).collect();
        let count = dims.iter().map(|&k| self.0.shape[k]).product();
        let shape: Shape = rest.map(|k| self.0.shape[k]).chain([count]).collect();
        self.permute_op(order).reshape_op(shape)
    }
    /// A result over the other axes in its final shape: with ones where `axes` were, if they are kept.
    #[track_caller]
    pub(crate) fn unmerged(&self, dims: &Dims, axes: &Axes, of: &Shape) -> Array {
        let extent = |(k, &n)| match (dims.contains(&k), axes.keep) {
            (false, _) => Some(n),
            (true, true) => Some(1),
            (true, false) => None,
        };
        self.reshape_op(of.iter().enumerate().filter_map(extent).collect())
    }
    #[track_caller]
    fn counted(&self) -> Array {
        if self.dtype() == DType::Bool { self.cast(DType::I64) } else { self.clone() }
    }
    /// As floating point: what is not becomes `f64`.
    #[track_caller]
    pub(crate) fn float(&self) -> Array {
        if self.dtype().is_differentiable() { self.clone() } else { self.cast(DType::F64) }
    }
    /// How many elements each result of a reduction is made of.
    #[track_caller]
    pub(crate) fn count(&self, what: &str, axes: &Axes) -> usize {
        axes.resolve(what, self).iter().map(|&k| self.0.shape[k]).product()
    }
    /// √x whose derivative at 0 is 0.
    #[track_caller]
    pub(crate) fn flat_sqrt(&self) -> Array {
        let zero = self.equal(0.0);
        where_(&zero, 0.0, where_(&zero, 1.0, self).sqrt()).with_square(self)
    }

    /// Sums along axes: `x.sum_axis(0)`, `x.sum_axis([0, -1])`, `x.sum_axis(keepdims(1))`. Bool arrays count in `i64`.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn sum_axis(&self, axes: impl Into<Axes>) -> Array {
        self.counted().reduced("sum", Reduction::Sum, &axes.into())
    }
    /// Means along axes; NaN over no elements. Integers become `f64`.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn mean_axis(&self, axes: impl Into<Axes>) -> Array {
        let axes = axes.into();
        self.float().reduced("mean", Reduction::Sum, &axes) / self.count("mean", &axes) as f64
    }
    /// Products along axes, with true derivatives where factors are zero: halves are multiplied until one is left.
    ///
    /// ```
    /// use pullback_array::{Array, grad};
    /// let g = grad(|x: &Array| x.prod());
    /// assert_eq!(g(&Array::from([0.0, 2.0, 3.0])).to_vec::<f64>(), [6.0, 0.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn prod_axis(&self, axes: impl Into<Axes>) -> Array {
        let axes = axes.into();
        let dims = axes.resolve("prod", self);
        let mut x = self.counted().merged_last(&dims);
        let last = x.ndim() - 1;
        if x.shape()[last] == 0 {
            x = Array::fill(1.0, x.0.shape.with(last, 1), x.dtype())
        }
        while x.shape()[last] > 1 {
            let (n, half) = (x.shape()[last], x.shape()[last] / 2);
            let product =
                Array::binary_op(Binary::Mul, &x.narrow(last, 0, half), &x.narrow(last, half, half));
            x = match n % 2 {
                0 => product,
                _ => Array::concat_op(&[product, x.narrow(last, n - 1, 1)], last),
            }
        }
        x.unmerged(&dims, &axes, &self.0.shape)
    }
    /// The largest elements along axes, NaN if any is; ties share the derivative evenly.
    ///
    /// # Panics
    /// If there are no elements to choose from, an axis is out of range or named twice.
    #[track_caller]
    pub fn max_axis(&self, axes: impl Into<Axes>) -> Array {
        self.reduced("max", Reduction::Max, &axes.into())
    }
    /// The smallest elements along axes, NaN if any is; ties share the derivative evenly.
    ///
    /// # Panics
    /// As [`max_axis`](Array::max_axis).
    #[track_caller]
    pub fn min_axis(&self, axes: impl Into<Axes>) -> Array {
        self.reduced("min", Reduction::Min, &axes.into())
    }
    /// The largest minus the smallest elements along axes.
    ///
    /// # Panics
    /// As [`max_axis`](Array::max_axis).
    #[track_caller]
    pub fn ptp_axis(&self, axes: impl Into<Axes>) -> Array {
        let _operation = operation("ptp_axis");
        let axes = axes.into();
        self.max_axis(axes.clone()) - self.min_axis(axes)
    }
    /// The index of the first largest element along axes (merged in row-major order), or of the first NaN; `i64`.
    ///
    /// # Panics
    /// If there are no elements to choose from, an axis is out of range or named twice.
    #[track_caller]
    pub fn argmax_axis(&self, axes: impl Into<Axes>) -> Array {
        let _operation = operation("argmax_axis");
        self.first("argmax", Reduction::Max, &axes.into())
    }
    /// The index of the first smallest element along axes (merged in row-major order), or of the first NaN; `i64`.
    ///
    /// # Panics
    /// As [`argmax_axis`](Array::argmax_axis).
    #[track_caller]
    pub fn argmin_axis(&self, axes: impl Into<Axes>) -> Array {
        let _operation = operation("argmin_axis");
        self.first("argmin", Reduction::Min, &axes.into())
    }
    #[track_caller]
    fn first(&self, what: &str, op: Reduction, axes: &Axes) -> Array {
        let dims = axes.resolve(what, self);
        let x = self.stop_gradient().merged_last(&dims);
        let last = x.ndim() - 1;
        let n = x.shape()[last];
        if n == 0 && x.0.shape[..last].iter().product::<usize>() > 0 {
            refuse(
                format_args!("{what}: an empty set of elements has no {what}: shape {}", self.0.shape),
                &[("", self.at())],
            )
        }
        let extremum = x.reduce_op(op, Dims::from_slice(&[last]));
        let hit = x.equal(extremum).logical_or(&x.isnan());
        let place = where_(&hit, Array::iota(x.0.shape.clone(), last, DType::I64), n as f64);
        place.reduce_op(Reduction::Min, Dims::from_slice(&[last])).unmerged(&dims, axes, &self.0.shape)
    }
    /// Whether any element along axes is not zero.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn any_axis(&self, axes: impl Into<Axes>) -> Array {
        self.logical("any", Reduction::Max, &axes.into())
    }
    /// Whether no element along axes is zero.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn all_axis(&self, axes: impl Into<Axes>) -> Array {
        self.logical("all", Reduction::Min, &axes.into())
    }
    #[track_caller]
    fn logical(&self, what: &str, op: Reduction, axes: &Axes) -> Array {
        let x = self.stop_gradient().cast(DType::Bool);
        if self.count(what, axes) > 0 {
            return x.reduced(what, op, axes);
        }
        let none = x.cast(DType::I64).sum_axis(axes.clone());
        if op == Reduction::Max { none.cast(DType::Bool) } else { none.logical_not() }
    }
    /// How many elements along axes are not zero; `i64`.
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[track_caller]
    pub fn count_nonzero_axis(&self, axes: impl Into<Axes>) -> Array {
        let _operation = operation("count_nonzero_axis");
        self.not_equal(self.zeros_like()).sum_axis(axes)
    }
}
