//! Norms of vectors and matrices.

use crate::array::{Array, operation};
use crate::axis::{Axes, keepdims};
use crate::dtype::DType;
use crate::ops::where_;
use crate::prim::Reduction;
use crate::shape::{Dims, Shape};
use pullback_real::{Real, refuse};

/// Which norm: of vectors (along one axis, or all elements) or of matrices (along two).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Norm {
    /// √Σ|x|²: the Euclidean norm of vectors and, as Frobenius', of matrices.
    Two,
    /// Vectors: (Σ|x|ᵖ)^(1/p), the largest and smallest |x| at ±∞, the count of non-zeros at 0.
    /// Matrices: the largest (1) or smallest (−1) column sum, the largest (∞) or smallest (−∞) row sum of |x|; with the
    /// feature `linalg` the largest (2) or smallest (−2) singular value.
    P(f64),
    /// Matrices: the sum of the singular values (feature `linalg`).
    #[cfg(feature = "linalg")]
    Nuclear,
}

impl Array {
    /// The Euclidean norm of all elements, without overflow; its derivative at the origin is 0.
    #[track_caller]
    pub fn norm(&self) -> Array {
        self.norm_axis(Norm::Two, self.every())
    }
    /// Norms along axes: of vectors along one, of matrices along two (rows first). Derivatives at the origin are 0.
    ///
    /// ```
    /// use pullback_array::{Array, Norm};
    /// let x = Array::from([[3.0, -4.0], [0.0, 1.0]]);
    /// assert_eq!(x.norm_axis(Norm::P(1.0), 1).to_vec::<f64>(), [7.0, 1.0]);
    /// assert_eq!(x.norm_axis(Norm::P(1.0), [0, 1]).item(), 5.0);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range or named twice; if the order is not one of the kind's.
    #[track_caller]
    pub fn norm_axis(&self, order: Norm, axes: impl Into<Axes>) -> Array {
        let _operation = operation("norm_axis");
        let axes = axes.into();
        axes.order("norm", self);
        let a = self.abs();
        let p = match order {
            Norm::Two => return self.root_mean_square(&axes, 1.0),
            Norm::P(p) if p.is_nan() => {
                refuse(format_args!("norm: the order is not a number"), &[("", self.at())])
            }
            Norm::P(p) => p,
            #[cfg(feature = "linalg")]
            Norm::Nuclear => return self.singular_norm(&axes, |s| s.sum_axis(-1)),
        };
        if let [rows, columns] = axes.order("norm", self)[..] {
            #[cfg(feature = "linalg")]
            match p {
                2.0 => return self.singular_norm(&axes, |s| s.max_axis(-1)),
                -2.0 => return self.singular_norm(&axes, |s| s.min_axis(-1)),
                _ => {}
            }
            let (sums, over) = match p.abs() {
                1.0 => (a.sum_axis(keepdims(rows)), columns),
                f64::INFINITY => (a.sum_axis(keepdims(columns)), rows),
                2.0 => refuse(format_args!("norm: the matrix orders ±2 need the feature `linalg`"), &[]),
                _ => refuse(
                    format_args!("norm: matrices have the orders ±1, ±2, ±∞ and Norm::Two, not {p}"),
                    &[],
                ),
            };
            let op = if p > 0.0 { Reduction::Max } else { Reduction::Min };
            let both = Dims::from_slice(&[rows.min(columns), rows.max(columns)]);
            let y = sums.reduce_op(op, Dims::from_slice(&[over]));
            return if axes.keep { y } else { y.squeezed(&both) };
        }
        match p {
            f64::INFINITY => a.max_axis(axes),
            f64::NEG_INFINITY => a.min_axis(axes),
            0.0 => a.not_equal(0.0).cast(a.dtype()).sum_axis(axes),
            1.0 => a.sum_axis(axes),
            2.0 => self.root_mean_square(&axes, 1.0),
            _ => a.power_norm(p, &axes),
        }
    }
    /// √(Σ|x|²/n) along axes, with derivatives 0 at the origin. Squares that would leave the range of numbers are scaled.
    #[track_caller]
    pub(crate) fn root_mean_square(&self, axes: &Axes, n: f64) -> Array {
        if !self.dtype().is_differentiable() {
            return self.float().root_mean_square(axes, n);
        }
        let mean = |x: &Array| {
            let sum = x.abs_squared().sum_axis(axes.clone());
            if n == 1.0 { sum } else { sum / n }
        };
        let plain = mean(self);
        let root = match self.dtype() {
            // Squares of single precision fit into double precision.
            DType::F32 => mean(&self.cast(DType::F64)).flat_sqrt().cast(DType::F32),
            DType::C64 => mean(&self.cast(DType::C128)).flat_sqrt().cast(DType::F32),
            _ => {
                let sum = self.stop_gradient().abs_squared().sum_axis(keepdims(axes.clone()));
                let power = |n: i32| Array::fill(2f64.powi(n), Shape::default(), DType::F64);
                let small = where_(&sum.less(2f64.powi(-960)), power(600), power(0));
                let scale = where_(&sum.equal(f64::INFINITY), power(-600), small);
                mean(&(self * &scale)).flat_sqrt() / self.reduced_like(&scale, axes)
            }
        };
        root.with_square(&plain)
    }
    /// (Σ aᵖ)^(1/p) along axes of magnitudes a; zeros move it nowhere.
    #[track_caller]
    fn power_norm(&self, p: f64, axes: &Axes) -> Array {
        if self.count("norm", axes) == 0 {
            return self.sum_axis(axes.clone());
        }
        let constant = self.stop_gradient();
        let kept = keepdims(axes.clone());
        let largest = if p > 0.0 { constant.max_axis(kept) } else { constant.min_axis(kept) };
        let scales = largest.greater(0.0).logical_and(&largest.isfinite());
        let scale = where_(&scales, &largest, largest.ones_like());
        let x = self / &scale;
        let powers = match p {
            // The slope at 0 is infinite, or there is none.
            _ if p < 1.0 => {
                let zero = x.equal(0.0);
                where_(&zero, if p > 0.0 { 0.0 } else { f64::INFINITY }, where_(&zero, 1.0, x).powf(p))
            }
            _ => x.powf(p),
        };
        let sum = powers.sum_axis(axes.clone());
        let none = if p > 0.0 { sum.equal(0.0) } else { sum.equal(f64::INFINITY) };
        where_(&none, 0.0, where_(&none, 1.0, sum).powf(1.0 / p) * self.reduced_like(&scale, axes))
    }
    /// A result along axes that were kept, in the shape it has otherwise.
    #[track_caller]
    fn reduced_like(&self, kept: &Array, axes: &Axes) -> Array {
        if axes.keep { kept.clone() } else { kept.squeezed(&axes.resolve("norm", self)) }
    }
    /// A norm made of the singular values of matrices along two axes.
    #[cfg(feature = "linalg")]
    #[track_caller]
    fn singular_norm(&self, axes: &Axes, of: impl Fn(&Array) -> Array) -> Array {
        let [rows, columns] = axes.order("norm", self)[..] else {
            refuse(
                format_args!(
                    "norm: a norm of singular values is one of matrices: it runs along two axes, not {}",
                    axes.order("norm", self).len()
                ),
                &[],
            )
        };
        let matrices = self.moveaxis([rows as isize, columns as isize], [-2, -1]);
        let y = of(&crate::linalg::svdvals(&matrices));
        match axes.keep {
            true => y.reshape_op(self.0.shape.with(rows, 1).with(columns, 1)),
            false => y,
        }
    }
}
