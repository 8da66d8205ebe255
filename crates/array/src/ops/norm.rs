//! Norms of vectors and matrices.

use crate::array::Array;
use crate::ops::where_;
use crate::prim::Reduction;
use crate::shape::{Axes, Dims, keep};
use pullback_real::Real;

/// Which norm: of vectors (along one axis, or all elements) or of matrices (along two).
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// The Euclidean norm of all elements; its derivative at the origin is 0.
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
        let axes = axes.into();
        let a = self.abs();
        let p = match order {
            Norm::Two => return self.abs_squared().sum_axis(axes).flat_sqrt(),
            Norm::P(p) => p,
            #[cfg(feature = "linalg")]
            Norm::Nuclear => return self.singular_norm(&axes, |s| s.sum_axis(-1)),
        };
        if let [rows, columns] = axes.order("norm", &self.0.shape)[..] {
            #[cfg(feature = "linalg")]
            match p {
                2.0 => return self.singular_norm(&axes, |s| s.max_axis(-1)),
                -2.0 => return self.singular_norm(&axes, |s| s.min_axis(-1)),
                _ => {}
            }
            let (sums, over) = match p.abs() {
                1.0 => (a.sum_axis(keep(rows)), columns),
                f64::INFINITY => (a.sum_axis(keep(columns)), rows),
                2.0 => panic!("norm: the matrix orders ±2 need the feature `linalg`"),
                _ => panic!("norm: matrices have the orders ±1, ±2, ±∞ and Norm::Two, not {p}"),
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
            2.0 => self.abs_squared().sum_axis(axes).flat_sqrt(),
            _ => {
                let sum = a.powf(p).sum_axis(axes);
                let zero = sum.equal(0.0);
                where_(&zero, 0.0, where_(&zero, 1.0, sum).powf(1.0 / p))
            }
        }
    }
    /// A norm made of the singular values of matrices along two axes.
    #[cfg(feature = "linalg")]
    #[track_caller]
    fn singular_norm(&self, axes: &Axes, of: impl Fn(&Array) -> Array) -> Array {
        let [rows, columns] = axes.order("norm", &self.0.shape)[..] else {
            panic!(
                "norm: a norm of singular values is one of matrices: it runs along two axes, not {}",
                axes.order("norm", &self.0.shape).len()
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
