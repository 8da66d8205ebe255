//! Truncated Taylor series: derivatives of any order along a curve, at a cost that grows with the square of
//! the order. It grows with the third power for functions whose derivatives are always new functions, those
//! of Bessel and ψ⁽ⁿ⁾.
//!
//! Arithmetic and the common functions have recurrences (Griewank and Walther, "Evaluating Derivatives", 2008, chapter
//! 13). Every other row of the table is integrated from its slope, y′ = s(x, y)·x′ (`online`).

mod online;

pub use online::{binary_series, unary_series};

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
}

impl<R: Real, const N: usize> Series<R, N> {
    /// The series with these coefficients.
    ///
    /// # Panics
    /// If N is 0.
    #[track_caller]
    pub fn new(c: [R; N]) -> Self {
        assert!(N > 0, "Series: N is 0, and a series has a constant term");
        Series { c }
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

    /// A series from its constant term and a rule that gives the next coefficient from those before it.
    fn build(first: R, next: impl Fn(usize, &[R]) -> R) -> Self {
        let mut c: [R; N] = std::array::from_fn(|_| first.clone());
        for k in 1..N {
            c[k] = next(k, &c[..k])
        }
        Series { c }
    }
    fn constant(c: R) -> Self {
        Self::build(c, |_, _| R::lift(0.0))
    }
    fn moves(&self) -> bool {
        moves(&self.c, N - 1)
    }
    fn from_terms(terms: Vec<R>) -> Self {
        let mut terms = terms.into_iter();
        Series { c: std::array::from_fn(|_| terms.next().expect("as many terms as asked for")) }
    }
    /// Two functions each of which is, but for a sign, the other's slope: (sine, cosine), (sinh, cosh).
    #[track_caller]
    fn pair(x: &Self, first: (Unary, Unary), sign: f64) -> (Self, Self) {
        let mut a = Self::constant(R::unary(first.0, &x.c[0]));
        let mut b = Self::constant(R::unary(first.1, &x.c[0]));
        for k in 1..N {
            let integrated = |other: &[R]| weighted(&x.c, other, k) / k as f64;
            (a.c[k], b.c[k]) = (integrated(&b.c), sign * integrated(&a.c))
        }
        (a, b)
    }
}

/// Σ a_j·b_{k−j} over the range of j, without the terms that are certainly zero.
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

/// Functions of one number for which `next_unary` has a recurrence.
const RECURRENT: [Unary; 6] = [Unary::Neg, Unary::Square, Unary::Recip, Unary::Sqrt, Unary::Exp, Unary::Ln];

/// Whether any of the coefficients 1 to k may be other than zero.
fn moves<R: Real>(c: &[R], k: usize) -> bool {
    !c[1..=k].iter().all(R::is_surely_zero)
}

/// The k-th coefficient of y = op(x), from those of x and those of y before it; `None` for a function without
/// a recurrence.
#[track_caller]
fn next_unary<R: Real>(op: Unary, x: &[R], y: &[R], k: usize) -> Option<R> {
    Some(match op {
        Unary::Neg => -&x[k],
        Unary::Square => convolved(x, x, 0..=k, k),
        Unary::Recip => -convolved(x, y, 1..=k, k) / &x[0],
        Unary::Sqrt => (&x[k] - convolved(y, y, 1..=k - 1, k)) / (2.0 * &y[0]),
        Unary::Exp => weighted(x, y, k) / k as f64,
        Unary::Ln => {
            let terms = (1..k).map(|j| j as f64 * &y[j] * &x[k - j]).reduce(|a, b| a + b);
            let rest = terms.map_or_else(|| R::lift(0.0), |sum| sum / k as f64);
            (&x[k] - rest) / &x[0]
        }
        _ => return None,
    })
}
/// The k-th coefficient of z = op(x, y), like [`next_unary`].
#[track_caller]
fn next_binary<R: Real>(op: Binary, (x, y): (&[R], &[R]), z: &[R], k: usize) -> Option<R> {
    Some(match op {
        Binary::Add => &x[k] + &y[k],
        Binary::Sub => &x[k] - &y[k],
        Binary::Mul => convolved(x, y, 0..=k, k),
        Binary::Div => (&x[k] - convolved(y, z, 1..=k, k)) / &y[0],
        // x z′ = y x′ z, for a constant y.
        Binary::Pow if !moves(y, k) && !x[0].is_surely_zero() => {
            let term = |j: usize| (j as f64 * &y[0] - (k - j) as f64) * &x[j] * &z[k - j];
            let terms = (1..=k).filter(|&j| !x[j].is_surely_zero()).map(term);
            terms.reduce(|a, b| a + b).unwrap_or_else(|| R::lift(0.0)) / (k as f64 * &x[0])
        }
        _ => return None,
    })
}

impl<R: Real, const N: usize> Real for Series<R, N> {
    #[track_caller]
    fn lift(c: f64) -> Self {
        Self::constant(R::lift(c))
    }
    #[track_caller]
    fn unary(op: Unary, x: &Self) -> Self {
        let first = R::unary(op, &x.c[0]);
        if op.is_flat() || !x.moves() {
            return Self::constant(first);
        }
        match op {
            Unary::Sin => Self::pair(x, (Unary::Sin, Unary::Cos), -1.0).0,
            Unary::Cos => Self::pair(x, (Unary::Sin, Unary::Cos), -1.0).1,
            Unary::Sinh => Self::pair(x, (Unary::Sinh, Unary::Cosh), 1.0).0,
            Unary::Cosh => Self::pair(x, (Unary::Sinh, Unary::Cosh), 1.0).1,
            op if RECURRENT.contains(&op) => {
                Self::build(first, |k, y| next_unary(op, &x.c, y, k).expect("it has a recurrence"))
            }
            op => Self::from_terms(unary_series(op, &x.c)),
        }
    }
    #[track_caller]
    fn binary(op: Binary, x: &Self, y: &Self) -> Self {
        let first = R::binary(op, &x.c[0], &y.c[0]);
        if op.is_flat() || !x.moves() && !y.moves() {
            return Self::constant(first);
        }
        match op {
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Div => {
                Self::build(first, |k, z| next_binary(op, (&x.c, &y.c), z, k).expect("it has a recurrence"))
            }
            op => Self::from_terms(binary_series(op, &x.c, &y.c)),
        }
    }
    #[track_caller]
    fn select(cond: &Self, a: &Self, b: &Self) -> Self {
        let at = |k: usize| R::select(&cond.c[0], &a.c[k], &b.c[k]);
        Self::build(at(0), |k, _| at(k))
    }
    fn held(&self) -> Self {
        Self::constant(self.c[0].held())
    }
    fn is_surely_zero(&self) -> bool {
        self.c.iter().all(R::is_surely_zero)
    }
}

operators! {[R: Real, const N: usize] Series<R, N>}

impl<R: fmt::Debug, const N: usize> fmt::Debug for Series<R, N> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_list().entries(&self.c).finish()
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
    assert!(N > 0, "derivatives: N is 0, and a series has a constant term");
    f(Series::variable(x)).derivatives()
}
