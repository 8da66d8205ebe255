//! Forward mode: a number and its derivatives along N directions at once, over any `Real`, so that they nest.

use crate::operators;
use crate::real::{Binary, Unary};
use crate::real::{Real, Scalar};
use std::array::from_fn;
use std::cmp::Ordering;

/// A number `re` with its derivatives `eps` along N directions.
///
/// ```
/// use pullback_real::{Duals, Real};
/// let (x, y) = (Duals { re: 2.0, eps: [1.0, 0.0] }, Duals { re: 3.0, eps: [0.0, 1.0] });
/// let z = x * y + x.square();
/// assert_eq!((z.re, z.eps), (10.0, [7.0, 2.0]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Duals<R, const N: usize> {
    /// The value.
    pub re: R,
    /// The derivative along each direction.
    pub eps: [R; N],
}

/// A number with its derivative along one direction.
pub type Dual<R> = Duals<R, 1>;

impl<R: Real, const N: usize> Duals<R, N> {
    /// `re`, changing at rate 1 along direction `k` alone.
    ///
    /// # Panics
    /// If `k` is not below N.
    #[track_caller]
    pub fn variable(re: R, k: usize) -> Self {
        assert!(k < N, "Duals::variable: direction {k} of a number that carries {N}");
        Duals { re, eps: from_fn(|i| R::lift(if i == k { 1.0 } else { 0.0 })) }
    }
}
impl<R> Dual<R> {
    /// `re`, changing at the rate `eps`.
    #[inline(always)]
    pub fn new(re: R, eps: R) -> Self {
        Duals { re, eps: [eps] }
    }
    /// The derivative.
    #[inline(always)]
    pub fn derivative(self) -> R {
        let [eps] = self.eps;
        eps
    }
}

// Operations are inlined, so that `op` is a constant for the compiler. Most of the functions that they call
// are only offered for inlining: otherwise the code would grow by a factor with every level of nesting.
// `along_both` is always inlined, since that changes the speed of many directions by a factor of 1.6.

/// slope·dx for every direction, and 0 where dx is certainly 0, whatever the slope is.
#[inline]
#[track_caller]
fn along<R: Real, const N: usize>(slope: &R, dx: &[R; N]) -> [R; N] {
    if slope.is_surely_finite() {
        return from_fn(|i| slope * &dx[i]);
    }
    let eps = carefully(slope.clone(), dx.clone());
    from_fn(|i| eps[i].clone())
}
/// The sum of slope·dx for both arguments of a function of two numbers, like [`along`].
#[inline(always)]
#[track_caller]
fn along_both<R: Real, const N: usize>(slopes: (&R, &R), dx: &[R; N], dy: &[R; N]) -> [R; N] {
    if slopes.0.is_surely_finite() && slopes.1.is_surely_finite() {
        return from_fn(|i| slopes.0 * &dx[i] + slopes.1 * &dy[i]);
    }
    let (a, b) = (carefully(slopes.0.clone(), dx.clone()), carefully(slopes.1.clone(), dy.clone()));
    from_fn(|i| &a[i] + &b[i])
}
/// slope·dx without the certain zeros. Arguments and result are copies, so that in the usual case no number
/// needs an address.
#[inline(never)]
#[track_caller]
fn carefully<R: Real, const N: usize>(slope: R, dx: [R; N]) -> [R; N] {
    dx.map(|dx| if dx.is_surely_zero() { R::lift(0.0) } else { &slope * dx })
}
fn nothing<R: Real, const N: usize>() -> [R; N] {
    from_fn(|_| R::lift(0.0))
}

impl<R: Real, const N: usize> Real for Duals<R, N> {
    #[inline(always)]
    fn lift(c: f64) -> Self {
        Duals { re: R::lift(c), eps: nothing() }
    }
    #[inline(always)]
    #[track_caller]
    fn unary(op: Unary, x: &Self) -> Self {
        let y = R::unary(op, &x.re);
        let eps = if op.is_flat() { nothing() } else { along(&op.slope(&x.re, &y), &x.eps) };
        Duals { re: y, eps }
    }
    #[inline(always)]
    #[track_caller]
    fn binary(op: Binary, x: &Self, y: &Self) -> Self {
        let z = R::binary(op, &x.re, &y.re);
        if op.is_flat() {
            return Duals { re: z, eps: nothing() };
        }
        let (dx, dy) = (op.slope_x(&x.re, &y.re, &z), op.slope_y(&x.re, &y.re, &z));
        Duals { eps: along_both((&dx, &dy), &x.eps, &y.eps), re: z }
    }
    #[inline(always)]
    #[track_caller]
    fn binary_by(op: Binary, x: &Self, c: f64) -> Self {
        let z = R::binary_by(op, &x.re, c);
        let eps = if op.is_flat() { nothing() } else { along(&op.slope_x(&x.re, &R::lift(c), &z), &x.eps) };
        Duals { re: z, eps }
    }
    #[inline(always)]
    #[track_caller]
    fn binary_of(op: Binary, c: f64, y: &Self) -> Self {
        let z = R::binary_of(op, c, &y.re);
        let eps = if op.is_flat() { nothing() } else { along(&op.slope_y(&R::lift(c), &y.re, &z), &y.eps) };
        Duals { re: z, eps }
    }
    #[inline(always)]
    #[track_caller]
    fn select(cond: &Self, a: &Self, b: &Self) -> Self {
        let pick = |a, b| R::select(&cond.re, a, b);
        Duals { re: pick(&a.re, &b.re), eps: from_fn(|i| pick(&a.eps[i], &b.eps[i])) }
    }
    #[inline(always)]
    fn is_surely_zero(&self) -> bool {
        self.re.is_surely_zero() && self.eps.iter().all(R::is_surely_zero)
    }
    #[inline(always)]
    fn held(&self) -> Self {
        Duals { re: self.re.held(), eps: nothing() }
    }
    #[inline(always)]
    fn certain(&self) -> Option<f64> {
        self.re.certain().filter(|_| self.eps.iter().all(R::is_surely_zero))
    }
}

operators! {[R: Real, const N: usize] Duals<R, N>}

impl<R: PartialEq, const N: usize> PartialEq for Duals<R, N> {
    fn eq(&self, other: &Self) -> bool {
        self.re == other.re
    }
}
impl<R: PartialOrd, const N: usize> PartialOrd for Duals<R, N> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.re.partial_cmp(&other.re)
    }
}
impl<R: PartialEq<f64>, const N: usize> PartialEq<f64> for Duals<R, N> {
    fn eq(&self, other: &f64) -> bool {
        self.re == *other
    }
}
impl<R: PartialOrd<f64>, const N: usize> PartialOrd<f64> for Duals<R, N> {
    #[inline(always)]
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.re.partial_cmp(other)
    }
}
impl<R: Scalar, const N: usize> Scalar for Duals<R, N> {
    #[inline(always)]
    fn value(self) -> f64 {
        self.re.value()
    }
}
