//! Checks of derivatives: each mode is compared with extrapolated differences of the derivatives one order
//! lower.
//!
//! Only the value itself is trusted. First derivatives are compared with differences of values, second ones
//! with differences of first ones, and so on. So a derivative that is wrong on purpose, or cut by accident,
//! shows at its own order.

use crate::diff::{grad, hessian, jacobian, linearize, value_and_grad};
use crate::differences::{Difference, differences};
use crate::var::Var;
use std::fmt;

/// The allowed deviation of a derivative from the difference, relative to the larger of the two, in addition
/// to the error of the difference.
const TOLERANCE: f64 = 1e-9;
/// The relative roundoff of a value: a few units in the last place.
const ROUNDOFF: f64 = 16.0 * f64::EPSILON;

/// The result of a check without a mismatch.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The value of the function.
    pub value: f64,
    /// The number of comparisons.
    pub compared: usize,
    /// The largest difference found, relative to the derivative or the function's scale, whichever is larger.
    pub worst: f64,
}

/// A derivative that disagrees with differences.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// How the derivative was computed.
    pub mode: &'static str,
    /// The variables by which it was taken, in order.
    pub by: Vec<usize>,
    /// The point.
    pub at: Vec<f64>,
    /// The derivative by differentiation.
    pub derivative: f64,
    /// The derivative by differences.
    pub difference: f64,
    /// The estimated error of `difference`.
    pub error: f64,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Mismatch { mode, by, at, derivative, difference, error } = self;
        let (order, by) = (by.len(), by.iter().map(|i| format!("x[{i}]")).collect::<Vec<_>>().join(", "));
        write!(
            f,
            "derivative of order {order} by {by} at {at:?}: {mode} gives {derivative:?}, \
             differences give {difference:?} ± {error:.1e}"
        )
    }
}
impl std::error::Error for Mismatch {}

/// Compares all derivatives of `f` at `x`, up to `order` (1, 2 or 3), with differences.
///
/// ```
/// use pullback_real::{Real, Var, check};
/// assert!(check(|x| x[0].sin() * x[1].exp(), &[0.5, 1.0], 3).is_ok());
/// // A derivative cut on purpose.
/// let wrong = check(|x| x[0] * x[0].stop_gradient(), &[0.5], 1).unwrap_err();
/// assert!(wrong.to_string().starts_with("derivative of order 1 by x[0] at [0.5]: reverse mode gives 0.5, "));
/// ```
///
/// `f` must be smooth around `x`. Each derivative is compared on its own, to the accuracy that differences of
/// values have: next to a value of 1e6 they resolve 1e-8, whatever the size of the other derivatives.
///
/// # Errors
/// The first derivative that does not agree. Differences that do not converge are an error too; at a kink
/// they converge to the mean of the two sides.
///
/// # Panics
/// If `order` is not 1, 2 or 3.
#[track_caller]
pub fn check(f: impl Fn(&[Var]) -> Var, x: &[f64], order: usize) -> Result<Report, Mismatch> {
    assert!((1..=3).contains(&order), "check: derivatives are checked to order 1, 2 or 3, not {order}");
    let value = |x: &[f64]| vec![value_and_grad(&f)(x).0];
    let mut all = Comparison { x, report: Report { value: value(x)[0], compared: 0, worst: 0.0 } };
    let (_, pullback) = linearize(|x| f(x))(x);
    let unit = |i: usize| (0..x.len()).map(|k| if k == i { 1.0 } else { 0.0 }).collect::<Vec<_>>();
    let forward: Vec<f64> = (0..x.len()).map(|i| pullback.push(&unit(i))[0]).collect();
    all.compare(&value, &[("reverse mode", grad(&f)(x)), ("forward mode", forward)], 0)?;
    if order >= 2 {
        let (_, pullback) = linearize(grad::<Var>(&f))(x);
        let reverse = (0..x.len()).flat_map(|i| pullback.pull(&unit(i))).collect();
        let columns: Vec<_> = (0..x.len()).map(|i| pullback.push(&unit(i))).collect();
        let forward = (0..x.len()).flat_map(|i| columns.iter().map(move |c| c[i])).collect();
        let modes = [("reverse over reverse mode", reverse), ("forward over reverse mode", forward)];
        all.compare(&|x| grad(&f)(x), &modes, 1)?;
    }
    if order == 3 {
        let third = jacobian(|x| hessian(&f)(x).concat())(x).concat();
        let modes = [("reverse mode nested three times", third)];
        all.compare(&|x| hessian(&f)(x).concat(), &modes, 2)?;
    }
    Ok(all.report)
}

/// Panics if [`check`] finds a wrong derivative: for tests.
///
/// ```
/// use pullback_real::{Real, assert_derivatives};
/// assert_derivatives(|x| (x[0] / x[1]).atan(), &[1.0, 2.0]);
/// ```
///
/// # Panics
/// With the first [`Mismatch`], up to second order.
#[track_caller]
pub fn assert_derivatives(f: impl Fn(&[Var]) -> Var, x: &[f64]) {
    if let Err(wrong) = check(f, x, 2) {
        panic!("assert_derivatives: {wrong}")
    }
}

struct Comparison<'a> {
    x: &'a [f64],
    report: Report,
}

impl Comparison<'_> {
    /// Compares each mode's Jacobian of `f`, row by row, with differences of `f`. The results of `f` are
    /// derivatives of order `order`.
    fn compare(
        &mut self,
        f: &dyn Fn(&[f64]) -> Vec<f64>,
        modes: &[(&'static str, Vec<f64>)],
        order: u32,
    ) -> Result<(), Mismatch> {
        let n = self.x.len();
        let scale = f(self.x).iter().fold(f64::MIN_POSITIVE, |m: f64, y| m.max(y.abs()));
        for i in 0..n {
            let moved = |by: f64| {
                let mut x = self.x.to_vec();
                x[i] += by;
                f(&x)
            };
            let step = 0.02 * self.x[i].abs().max(0.5);
            for (row, by_differences) in differences(moved, step, 12, ROUNDOFF).into_iter().enumerate() {
                for (mode, jacobian) in modes {
                    let derivative = jacobian[row * n + i];
                    let Difference { value: difference, error, .. } = by_differences;
                    if !by_differences.agrees(derivative, TOLERANCE, 0.0) {
                        let mut by: Vec<_> = (0..order).rev().map(|k| row / n.pow(k) % n).collect();
                        by.push(i);
                        let at = self.x.to_vec();
                        return Err(Mismatch { mode, by, at, derivative, difference, error });
                    }
                    let size = derivative.abs().max(difference.abs()).max(scale);
                    self.report.compared += 1;
                    self.report.worst = self.report.worst.max((derivative - difference).abs() / size);
                }
            }
        }
        Ok(())
    }
}
