//! Running sums, products and extrema along an axis, and other functions of neighbours.

use crate::array::{Array, operation};
use crate::complex::unordered;
use crate::dtype::DType;
use crate::prim::Reduction;
use crate::tree::{Tree, leaves, map, zip};
use pullback_real::{Real, refuse};

/// All partial results of an associative operation along an axis: x₀, x₀∘x₁, x₀∘x₁∘x₂ …, in 2·log₂ n steps over halves.
///
/// The elements are slices of a tree's leaves along the axis; `f` combines many of them at once.
///
/// ```
/// use pullback_array::{Array, associative_scan};
/// // yᵢ = aᵢ·yᵢ₋₁ + bᵢ, all at once.
/// let (a, b) = (Array::from([0.5, 0.5, 0.5]), Array::from([1.0, 1.0, 1.0]));
/// let step = |x: &(Array, Array), y: &(Array, Array)| (&x.0 * &y.0, &x.1 * &y.0 + &y.1);
/// let (_, y) = associative_scan(step, &(a, b), 0, false);
/// assert_eq!(y.to_vec::<f64>(), [1.0, 1.5, 1.75]);
/// ```
///
/// # Panics
/// If the axis is out of range or the leaves have different extents along it.
#[track_caller]
pub fn associative_scan<T: Tree + Clone>(f: impl Fn(&T, &T) -> T, x: &T, axis: isize, reverse: bool) -> T {
    let mut first: Option<(Array, usize)> = None;
    for a in leaves(x) {
        let n = a.shape()[a.axis("associative_scan", axis)];
        match &first {
            Some((other, m)) if *m != n => refuse(
                format_args!("associative_scan: extents {m} and {n} along axis {axis}"),
                &[("one", other.at()), ("other", a.at())],
            ),
            Some(_) => {}
            None => first = Some((a, n)),
        }
    }
    let Some((_, n)) = first else { return x.clone() };
    let turned = |x: &T| if reverse { map(x, |a| a.flip(axis)) } else { x.clone() };
    let dyn_f: &dyn Fn(&T, &T) -> T = &f;
    turned(&scan(dyn_f, &turned(x), axis, n))
}

/// Pairs are combined, their scan gives every second result, and one more step the others: depth log₂ n.
#[track_caller]
fn scan<T: Tree + Clone>(f: &dyn Fn(&T, &T) -> T, x: &T, axis: isize, n: usize) -> T {
    if n < 2 {
        return x.clone();
    }
    let part = |x: &T, start: usize, count: usize, step: usize| -> T {
        map(x, |a| a.every_nth(a.axis("scan", axis), start, count, step))
    };
    let half = n / 2;
    let odd = scan(f, &f(&part(x, 0, half, 2), &part(x, 1, half, 2)), axis, half);
    let later = n.div_ceil(2) - 1;
    let even = f(&part(&odd, 0, later, 1), &part(x, 2, later, 2));
    let even =
        zip(&part(x, 0, 1, 1), &even, |a, b| Array::concat_op(&[a.clone(), b.clone()], a.axis("scan", axis)));
    zip(&even, &odd, |a, b| interleave(a, b, a.axis("scan", axis)))
}

/// a₀, b₀, a₁, b₁ …, where `a` may have one more.
#[track_caller]
fn interleave(a: &Array, b: &Array, axis: usize) -> Array {
    let half = b.shape()[axis];
    let paired = |x: &Array| x.reshape_op(x.0.shape.insert(axis + 1, 1));
    let pairs = Array::concat_op(&[paired(&a.narrow(axis, 0, half)), paired(b)], axis + 1);
    let woven = pairs.reshape_op(b.0.shape.with(axis, 2 * half));
    match a.shape()[axis] - half {
        0 => woven,
        rest => Array::concat_op(&[woven, a.narrow(axis, half, rest)], axis),
    }
}

impl Array {
    /// Running sums along an axis. Bool arrays count in `i64`.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([1.0, 2.0, 3.0]).cumsum(0).to_vec::<f64>(), [1.0, 3.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn cumsum(&self, axis: isize) -> Array {
        let x = if self.dtype() == DType::Bool { self.cast(DType::I64) } else { self.clone() };
        x.cumulative_op(Reduction::Sum, x.axis("cumsum", axis), false)
    }
    /// Running products along an axis, with true derivatives where factors are zero.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn cumprod(&self, axis: isize) -> Array {
        let _operation = operation("cumprod");
        self.running("cumprod", |x, y| x * y, axis, false)
    }
    /// The largest elements so far along an axis, from the last one on if `reverse`.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn cummax(&self, axis: isize, reverse: bool) -> Array {
        self.running_extremum("cummax", Reduction::Max, axis, reverse)
    }
    /// The smallest elements so far along an axis, from the last one on if `reverse`.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn cummin(&self, axis: isize, reverse: bool) -> Array {
        self.running_extremum("cummin", Reduction::Min, axis, reverse)
    }
    /// Running [`logsumexp`](Array::logsumexp) along an axis, from the last element on if `reverse`.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn cumlogsumexp(&self, axis: isize, reverse: bool) -> Array {
        let _operation = operation("cumlogsumexp");
        self.expect_order("cumlogsumexp");
        self.running("cumlogsumexp", |x, y| x.log_add_exp(y), axis, reverse)
    }
    #[track_caller]
    fn running_extremum(&self, name: &str, op: Reduction, axis: isize, reverse: bool) -> Array {
        self.expect_order(name);
        let axis = self.axis(name, axis);
        match self.dtype() {
            DType::Bool => self.cast(DType::I32).cumulative_op(op, axis, reverse).cast(DType::Bool),
            _ => self.cumulative_op(op, axis, reverse),
        }
    }
    /// Refuses complex numbers, in the caller's line.
    #[track_caller]
    fn expect_order(&self, what: &str) {
        if self.dtype().is_complex() {
            unordered(what, self)
        }
    }
    /// All partial results of an operation along an axis.
    #[track_caller]
    fn running(&self, what: &str, f: fn(&Array, &Array) -> Array, axis: isize, reverse: bool) -> Array {
        self.axis(what, axis);
        associative_scan(|x: &Array, y: &Array| f(x, y), self, axis, reverse)
    }
    /// The `n`-th differences of neighbours along an axis.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([1.0, 4.0, 9.0]).diff(2, 0).to_vec::<f64>(), [2.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn diff(&self, n: usize, axis: isize) -> Array {
        let k = self.axis("diff", axis);
        (0..n).fold(self.clone(), |x, _| {
            let m = x.shape()[k].saturating_sub(1);
            x.narrow(k, x.shape()[k] - m, m) - x.narrow(k, 0, m)
        })
    }
    /// The derivative along an axis of samples `dx` apart: central differences, one-sided at both ends.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([1.0, 4.0, 9.0]).gradient(1.0, 0).to_vec::<f64>(), [3.0, 4.0, 5.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or has fewer than two elements.
    #[track_caller]
    pub fn gradient(&self, dx: f64, axis: isize) -> Array {
        let k = self.axis("gradient", axis);
        let n = self.shape()[k];
        if n < 2 {
            refuse(
                format_args!("gradient: axis {axis} of shape {} has no neighbours", self.0.shape),
                &[("", self.at())],
            )
        }
        let part = |from: usize, count: usize| self.narrow(k, from, count);
        let first = (part(1, 1) - part(0, 1)) / dx;
        let inner = (part(2, n - 2) - part(0, n - 2)) / (2.0 * dx);
        let last = (part(n - 1, 1) - part(n - 2, 1)) / dx;
        crate::ops::concatenate(&[first, inner, last], axis)
    }
    /// The integral along an axis by the trapezoidal rule, for samples `dx` apart.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn trapezoid(&self, dx: f64, axis: isize) -> Array {
        let k = self.axis("trapezoid", axis);
        let m = self.shape()[k].saturating_sub(1);
        (self.narrow(k, self.shape()[k] - m, m) + self.narrow(k, 0, m)).sum_axis(axis) * (0.5 * dx)
    }
}
