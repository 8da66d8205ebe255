//! Comparisons, logic and choice.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::prim::Compare;
use crate::promote::agree;
use pullback_real::real::Arg;
use pullback_real::{Binary, Real, refuse};

macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident = $Op:ident $swap:literal;)*) => {
        impl Array { $(
            $(#[$doc])*
            ///
            /// # Panics
            /// If the shapes do not broadcast or the dtypes differ.
            #[track_caller]
            pub fn $name(&self, y: impl Arg<Array>) -> Array {
                let _operation = operation(stringify!($name));
                let (x, y) = agree(stringify!($name), self, &y.into_real());
                let (x, y) = if $swap { (y, x) } else { (x, y) };
                Array::compare_op(Compare::$Op, &x, &y)
            }
        )* }
    };
}
macro_rules! logic {
    ($($(#[$doc:meta])* $name:ident($x:ident, $y:ident) = $value:expr;)*) => {
        impl Array { $(
            $(#[$doc])*
            ///
            /// # Panics
            /// If the shapes do not broadcast.
            #[track_caller]
            pub fn $name(&self, y: &Array) -> Array {
                let _operation = operation(stringify!($name));
                let ($x, $y) = (&self.cast(DType::Bool), &y.cast(DType::Bool));
                $value
            }
        )* }
    };
}

comparisons! {
    /// Where x = y, as `bool`.
    equal = Eq false;
    /// Where x ≠ y, as `bool`.
    not_equal = Ne false;
    /// Where x < y, as `bool`. (The elementary function [`Real::less`] gives numbers instead.)
    less = Lt false;
    /// Where x ≤ y, as `bool`.
    less_equal = Le false;
    /// Where x > y, as `bool`.
    greater = Lt true;
    /// Where x ≥ y, as `bool`.
    greater_equal = Le true;
}
logic! {
    /// Where both hold; numbers hold if they are not zero.
    logical_and(x, y) = Array::binary_op(Binary::Min, x, y);
    /// Where at least one holds; numbers hold if they are not zero.
    logical_or(x, y) = Array::binary_op(Binary::Max, x, y);
    /// Where exactly one holds; numbers hold if they are not zero.
    logical_xor(x, y) = x.not_equal(y);
}

impl Array {
    /// Where it does not hold: true for zeros.
    #[track_caller]
    pub fn logical_not(&self) -> Array {
        self.equal(self.zeros_like())
    }
    /// Where the element is NaN.
    #[track_caller]
    pub fn isnan(&self) -> Array {
        self.not_equal(self)
    }
    /// Where the element is +∞ or −∞.
    #[track_caller]
    pub fn isinf(&self) -> Array {
        match self.dtype().is_differentiable() {
            true => self.abs().equal(f64::INFINITY),
            false => Array::fill(0.0, self.0.shape.clone(), DType::Bool),
        }
    }
    /// Where the element is neither infinite nor NaN.
    #[track_caller]
    pub fn isfinite(&self) -> Array {
        match self.dtype().is_differentiable() {
            true => self.abs().less(f64::INFINITY),
            false => Array::fill(1.0, self.0.shape.clone(), DType::Bool),
        }
    }
    /// Whether |x − y| ≤ atol + rtol·|y| everywhere, by NumPy's rule: NaN is close to nothing, infinities to themselves.
    #[track_caller]
    pub fn allclose(&self, y: impl Arg<Array>, rtol: f64, atol: f64) -> bool {
        let y = y.into_real();
        let near = (self - &y).abs().less_equal(rtol * y.abs() + atol).logical_and(&y.isfinite());
        near.logical_or(&self.equal(y)).all().item() == 1.0
    }
}

/// The elements of `a` where `c` holds, else those of `b`; all broadcast. The branch not taken gets an exact zero in
/// derivatives, whatever its value and its slopes: the zero stays one through elementwise operations, movements,
/// broadcasts and sums. (Products of matrices, gathers of computed rows and functions with rules of their own pass it on if
/// `c` is one condition for all; else they take it for a plain number, which an infinite slope behind them makes NaN.)
///
/// ```
/// use pullback_array::{Array, Real, grad, where_};
/// let x = Array::from([-1.0, 2.0]);
/// assert_eq!(where_(&x.greater(0.0), &x, 0.0).to_vec::<f64>(), [0.0, 2.0]);
/// // The slope of the root at 0 is infinite.
/// let g = grad(|x: &Array| where_(&x.greater(0.0), x.sqrt(), 0.0).sum());
/// assert_eq!(g(&Array::from([0.0, 4.0])).to_vec::<f64>(), [0.0, 0.25]);
/// ```
///
/// # Panics
/// If `c` is not a bool array, the shapes do not broadcast or the dtypes differ.
#[track_caller]
pub fn where_(c: &Array, a: impl Arg<Array>, b: impl Arg<Array>) -> Array {
    Array::select_op(c, &a.into_real(), &b.into_real())
}

/// Element by element the case whose number `which` holds: `cases[which]`.
///
/// # Panics
/// If there is no case, `which` is not an integer or bool array, shapes do not broadcast or dtypes differ.
#[track_caller]
pub fn select_n(which: &Array, cases: &[Array]) -> Array {
    let _operation = operation("select_n");
    let Some((last, first)) = cases.split_last() else {
        refuse(format_args!("select_n: there are no cases"), &[])
    };
    if which.dtype().is_differentiable() {
        refuse(
            format_args!("select_n: the choice is an integer array, not {}", which.dtype()),
            &[("", which.at())],
        )
    }
    let which = which.cast(DType::I64);
    let mut y = last.clone();
    for (k, case) in first.iter().enumerate().rev() {
        y = where_(&which.equal(k as f64), case, y)
    }
    y
}
