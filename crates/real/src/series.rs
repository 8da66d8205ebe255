//! Truncated Taylor series: derivatives of any order along a curve, at a cost that grows with the square of the order.
//!
//! Arithmetic and the common functions have recurrences (Griewank and Walther, "Evaluating Derivatives", 2008, chapter
//! 13). Every other row of the table is integrated from its slope, y′ = s(x, y)·x′, with one order less at each turn.

use crate::operators;
use crate::real::{Binary, Real, Scalar, Unary};
use std::cmp::Ordering;
use std::fmt;

/// A polynomial c₀ + c₁t + … + c_{N−1}t^{N−1}: a number that moves along a curve.
///
/// ```
/// use pullback_real::{Real, Series};
/// let t = Series::<f64, 5>::variable(0.0);
/// assert_eq!((1.0 / (1.0 - t)).coefficients(), [1.0; 5]);
/// assert_eq!(t.exp().derivatives(), [1.0; 5]);
/// ```
#[derive(Clone, Copy)]
pub struct Series<R, const N: usize> {
    c: [R; N],
    /// How many coefficients are known: fewer than N only inside the recursion over slopes.
    len: usize,
}

impl<R: Real, const N: usize> Series<R, N> {
    /// The series with these coefficients.
    ///
    /// # Panics
    /// If N is 0.
    #[track_caller]
    pub fn new(c: [R; N]) -> Self {
        assert!(N > 0, "Series: N is 0, and a series has a constant term");
        Series { c, len: N }
    }
    /// x + t: at x, moving at rate 1.
    #[track_caller]
    pub fn variable(x: R) -> Self {
        Self::along(x, R::lift(1.0))
    }
    /// x + v·t.
    #[track_caller]
    pub fn along(x: R, v: R) -> Self {
        let c = |k: usize| match k {
            0 => x.clone(),
            1 => v.clone(),
            _ => R::lift(0.0),
        };
        Self::new(std::array::from_fn(c))
    }
    /// The coefficients.
    pub fn coefficients(self) -> [R; N] {
        self.c
    }
    /// The derivatives by t at 0: k!·c_k.
    pub fn derivatives(self) -> [R; N] {
        let (mut k, mut factorial) = (0.0, 1.0);
        self.c.map(|c| {
            let d = factorial * c;
            k += 1.0;
            factorial *= k;
            d
        })
    }

    fn known(&self) -> &[R] {
        &self.c[..self.len]
    }
    /// From the constant term and a rule for the next coefficient from those so far.
    fn build(len: usize, first: R, next: impl Fn(usize, &[R]) -> R) -> Self {
        let mut c: [R; N] = std::array::from_fn(|_| first.clone());
        for k in 1..len {
            c[k] = next(k, &c[..k])
        }
        Series { c, len }
    }
    fn constant(len: usize, c: R) -> Self {
        Self::build(len, c, |_, _| R::lift(0.0))
    }
    fn is_constant(&self) -> bool {
        self.known()[1..].iter().all(R::is_surely_zero)
    }
    /// With one coefficient less.
    fn shortened(&self) -> Self {
        Series { c: self.c.clone(), len: self.len - 1 }
    }
    /// With the coefficient of the highest power in addition.
    fn extended(mut self, c: R) -> Self {
        self.c[self.len] = c;
        self.len += 1;
        self
    }

    #[track_caller]
    fn product(x: &Self, y: &Self) -> Self {
        let len = x.len.min(y.len);
        let at = |k: usize| convolved(&x.c, &y.c, 0..=k, k);
        Self::build(len, at(0), |k, _| at(k))
    }
    #[track_caller]
    fn quotient(x: &Self, y: &Self) -> Self {
        let first = &x.c[0] / &y.c[0];
        Self::build(x.len.min(y.len), first, |k, z| (&x.c[k] - convolved(&y.c, z, 1..=k, k)) / &y.c[0])
    }
    /// y′ = other·x′: the k-th coefficient of y.
    fn integrated(x: &Self, other: &[R], k: usize) -> R {
        weighted(&x.c, other, k) / k as f64
    }
    /// Two functions each of which is, but for a sign, the other's slope: (sine, cosine), (sinh, cosh).
    #[track_caller]
    fn pair(x: &Self, first: (Unary, Unary), sign: f64) -> (Self, Self) {
        let mut a = Self::constant(x.len, R::unary(first.0, &x.c[0]));
        let mut b = Self::constant(x.len, R::unary(first.1, &x.c[0]));
        for k in 1..x.len {
            let (next_a, next_b) = (Self::integrated(x, &b.c, k), sign * Self::integrated(x, &a.c, k));
            (a.c[k], b.c[k]) = (next_a, next_b)
        }
        (a, b)
    }
    #[track_caller]
    fn power(x: &Self, n: u32) -> Self {
        match n {
            0 => Self::constant(x.len, R::lift(1.0)),
            1 => x.clone(),
            n if n % 2 == 0 => Self::power(&Self::product(x, x), n / 2),
            n => Self::product(x, &Self::power(x, n - 1)),
        }
    }
}

/// Σ a_j·b_{k−j} over the range of j, leaving out what is certainly zero.
#[track_caller]
fn convolved<R: Real>(a: &[R], b: &[R], range: std::ops::RangeInclusive<usize>, k: usize) -> R {
    let terms = range.filter(|&j| !a[j].is_surely_zero() && !b[k - j].is_surely_zero());
    terms.map(|j| &a[j] * &b[k - j]).reduce(|a, b| a + b).unwrap_or_else(|| R::lift(0.0))
}
/// Σ j·a_j·b_{k−j} over j from 1 to k.
#[track_caller]
fn weighted<R: Real>(a: &[R], b: &[R], k: usize) -> R {
    let terms = (1..=k).filter(|&j| !a[j].is_surely_zero() && !b[k - j].is_surely_zero());
    terms.map(|j| j as f64 * &a[j] * &b[k - j]).reduce(|a, b| a + b).unwrap_or_else(|| R::lift(0.0))
}

impl<R: Real, const N: usize> Real for Series<R, N> {
    #[track_caller]
    fn lift(c: f64) -> Self {
        Self::constant(N, R::lift(c))
    }
    #[track_caller]
    fn unary(op: Unary, x: &Self) -> Self {
        let first = || R::unary(op, &x.c[0]);
        if x.len == 1 || op.is_flat() || x.is_constant() {
            return Self::constant(x.len, first());
        }
        match op {
            Unary::Neg => Self::build(x.len, first(), |k, _| -&x.c[k]),
            Unary::Square => Self::product(x, x),
            Unary::Recip => Self::quotient(&Self::lift(1.0), x),
            Unary::Sqrt => {
                Self::build(x.len, first(), |k, y| (&x.c[k] - convolved(y, y, 1..=k - 1, k)) / (2.0 * &y[0]))
            }
            Unary::Exp => Self::build(x.len, first(), |k, y| weighted(&x.c, y, k) / k as f64),
            Unary::Ln => Self::build(x.len, first(), |k, y| {
                let terms = (1..k).map(|j| j as f64 * &y[j] * &x.c[k - j]).reduce(|a, b| a + b);
                let rest = terms.map_or_else(|| R::lift(0.0), |sum| sum / k as f64);
                (&x.c[k] - rest) / &x.c[0]
            }),
            Unary::Sin => Self::pair(x, (Unary::Sin, Unary::Cos), -1.0).0,
            Unary::Cos => Self::pair(x, (Unary::Sin, Unary::Cos), -1.0).1,
            Unary::Sinh => Self::pair(x, (Unary::Sinh, Unary::Cosh), 1.0).0,
            Unary::Cosh => Self::pair(x, (Unary::Sinh, Unary::Cosh), 1.0).1,
            Unary::Powi(n) if n < 0 => Self::quotient(&Self::lift(1.0), &Self::power(x, n.unsigned_abs())),
            Unary::Powi(n) => Self::power(x, n.unsigned_abs()),
            op => {
                let short = x.shortened();
                let y = Self::unary(op, &short);
                let slope = op.slope(&short, &y);
                let k = x.len - 1;
                y.extended(Self::integrated(x, &slope.c, k))
            }
        }
    }
    #[track_caller]
    fn binary(op: Binary, x: &Self, y: &Self) -> Self {
        let len = x.len.min(y.len);
        let first = || R::binary(op, &x.c[0], &y.c[0]);
        if len == 1 || op.is_flat() || x.is_constant() && y.is_constant() {
            return Self::constant(len, first());
        }
        match op {
            Binary::Add => Self::build(len, first(), |k, _| &x.c[k] + &y.c[k]),
            Binary::Sub => Self::build(len, first(), |k, _| &x.c[k] - &y.c[k]),
            Binary::Mul => Self::product(x, y),
            Binary::Div => Self::quotient(x, y),
            // x z′ = y x′ z, for a constant y.
            Binary::Pow if y.is_constant() && !x.c[0].is_surely_zero() => {
                Self::build(len, first(), |k, z| {
                    let term = |j: usize| (j as f64 * &y.c[0] - (k - j) as f64) * &x.c[j] * &z[k - j];
                    let terms = (1..=k).filter(|&j| !x.c[j].is_surely_zero()).map(term);
                    terms.reduce(|a, b| a + b).unwrap_or_else(|| R::lift(0.0)) / (k as f64 * &x.c[0])
                })
            }
            op => {
                let (x, y) = (Series { c: x.c.clone(), len }, Series { c: y.c.clone(), len });
                let (u, v) = (x.shortened(), y.shortened());
                let z = Self::binary(op, &u, &v);
                let k = len - 1;
                let moved = |by: &Self, slope: Self| {
                    if by.is_constant() { R::lift(0.0) } else { Self::integrated(by, &slope.c, k) }
                };
                let next = moved(&x, op.slope_x(&u, &v, &z)) + moved(&y, op.slope_y(&u, &v, &z));
                z.extended(next)
            }
        }
    }
    #[track_caller]
    fn select(cond: &Self, a: &Self, b: &Self) -> Self {
        let at = |k: usize| R::select(&cond.c[0], &a.c[k], &b.c[k]);
        Self::build(a.len.min(b.len), at(0), |k, _| at(k))
    }
    fn is_surely_zero(&self) -> bool {
        self.known().iter().all(R::is_surely_zero)
    }
}

operators! {[R: Real, const N: usize] Series<R, N>}

impl<R: fmt::Debug, const N: usize> fmt::Debug for Series<R, N> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_list().entries(&self.c[..self.len]).finish()
    }
}
impl<R: PartialEq, const N: usize> PartialEq for Series<R, N> {
    fn eq(&self, other: &Self) -> bool {
        self.c[0] == other.c[0]
    }
}
impl<R: PartialOrd, const N: usize> PartialOrd for Series<R, N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.c[0].partial_cmp(&other.c[0])
    }
}
impl<R: PartialEq<f64>, const N: usize> PartialEq<f64> for Series<R, N> {
    fn eq(&self, other: &f64) -> bool {
        self.c[0] == *other
    }
}
impl<R: PartialOrd<f64>, const N: usize> PartialOrd<f64> for Series<R, N> {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.c[0].partial_cmp(other)
    }
}
impl<R: Scalar, const N: usize> Scalar for Series<R, N> {
    fn value(self) -> f64 {
        self.c[0].value()
    }
}

/// The first N Taylor coefficients of f along the line x + v·t.
///
/// ```
/// use pullback_real::{Scalar, taylor};
/// fn f<R: Scalar>(x: &[R]) -> R { x[0] * x[1].sin() }
/// // 2·sin t + t·sin t to the third power of t.
/// assert_eq!(taylor(f, &[2.0, 0.0], &[1.0, 1.0]), [0.0, 2.0, 1.0, -1.0 / 3.0]);
/// ```
///
/// # Panics
/// If x and v differ in length, or N is 0.
#[track_caller]
pub fn taylor<R: Real, const N: usize>(
    f: impl Fn(&[Series<R, N>]) -> Series<R, N>,
    x: &[R],
    v: &[R],
) -> [R; N] {
    assert!(x.len() == v.len(), "taylor: the point has {} coordinates, the direction {}", x.len(), v.len());
    let line: Vec<_> = x.iter().zip(v).map(|(x, v)| Series::along(x.clone(), v.clone())).collect();
    f(&line).coefficients()
}

/// f(x) and its first N − 1 derivatives.
///
/// ```
/// use pullback_real::{Real, derivatives};
/// let d: [f64; 5] = derivatives(|x| x.sin(), 0.0);
/// assert_eq!(d, [0.0, 1.0, 0.0, -1.0, 0.0]);
/// ```
///
/// # Panics
/// If N is 0.
#[track_caller]
pub fn derivatives<R: Real, const N: usize>(f: impl Fn(Series<R, N>) -> Series<R, N>, x: R) -> [R; N] {
    f(Series::variable(x)).derivatives()
}
