//! Whether derivatives are right: every mode against extrapolated differences of the order below.
//!
//! The value itself is the only thing trusted. First derivatives are compared with differences of values, second
//! ones with differences of first ones, and so on; so a derivative that was made wrong on purpose, or cut by
//! accident, shows at its own order.

use crate::diff::{grad, hessian, jacobian, value_and_grad, vjp};
use crate::var::Var;
use std::fmt;

/// How far derivatives and differences may lie apart, relative to the larger of them and of the function's scale.
const TOLERANCE: f64 = 1e-8;

/// What was compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The value of the function.
    pub value: f64,
    /// The number of comparisons.
    pub compared: usize,
    /// The largest difference found, relative.
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
    /// What differentiation gave.
    pub derivative: f64,
    /// What differences gave.
    pub difference: f64,
    /// Their estimated error.
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
/// let wrong = check(|x| x[0] * x[0].stop(), &[0.5], 1).unwrap_err();
/// assert!(wrong.to_string().starts_with("derivative of order 1 by x[0] at [0.5]: reverse mode gives 0.5, "));
/// ```
///
/// `f` must be smooth around `x`, and its value of moderate size.
///
/// # Errors
/// The first derivative that does not agree. Where differences do not settle, this is an error too; at a kink they
/// settle on the mean of the two sides.
///
/// # Panics
/// If `order` is not 1, 2 or 3.
#[track_caller]
pub fn check(f: impl Fn(&[Var]) -> Var, x: &[f64], order: usize) -> Result<Report, Mismatch> {
    assert!((1..=3).contains(&order), "check: derivatives are checked to order 1, 2 or 3, not {order}");
    let value = |x: &[f64]| vec![value_and_grad(&f)(x).0];
    let mut all = Comparison { x, report: Report { value: value(x)[0], compared: 0, worst: 0.0 } };
    let (_, pullback) = vjp(|x| f(x))(x);
    let unit = |i: usize| (0..x.len()).map(|k| if k == i { 1.0 } else { 0.0 }).collect::<Vec<_>>();
    let forward: Vec<f64> = (0..x.len()).map(|i| pullback.push(&unit(i))[0]).collect();
    all.compare(&value, &[("reverse mode", grad(&f)(x)), ("forward mode", forward)], 0)?;
    if order >= 2 {
        let (_, pullback) = vjp(grad::<Var>(&f))(x);
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

/// Panics where [`check`] finds a derivative that is wrong: for tests.
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
    /// Each mode's Jacobian of `f`, row by row, with differences of `f`, whose results are derivatives of order
    /// `order`.
    fn compare(
        &mut self,
        f: &dyn Fn(&[f64]) -> Vec<f64>,
        modes: &[(&'static str, Vec<f64>)],
        order: u32,
    ) -> Result<(), Mismatch> {
        let n = self.x.len();
        let scale = f(self.x).iter().fold(0.0, |m: f64, y| m.max(y.abs()));
        for i in 0..n {
            for (row, (difference, error)) in differences(f, self.x, i).into_iter().enumerate() {
                for (mode, jacobian) in modes {
                    let derivative = jacobian[row * n + i];
                    let size = derivative.abs().max(difference.abs()).max(scale);
                    let off = (derivative - difference).abs();
                    // A wild estimate excuses nothing.
                    let allowed = TOLERANCE * size + (4.0 * error).min(1e-6 * size);
                    if off > allowed || off.is_nan() || allowed.is_nan() {
                        let mut by: Vec<_> = (0..order).rev().map(|k| row / n.pow(k) % n).collect();
                        by.push(i);
                        let at = self.x.to_vec();
                        return Err(Mismatch { mode, by, at, derivative, difference, error });
                    }
                    self.report.compared += 1;
                    self.report.worst = self.report.worst.max(off / size.max(f64::MIN_POSITIVE));
                }
            }
        }
        Ok(())
    }
}

/// The derivative of every result of `f` by `x[i]`, with an estimate of its error: central differences at
/// shrinking steps, extrapolated to step 0 (C. J. F. Ridders, Advances in Engineering Software 4, 1982).
fn differences(f: &dyn Fn(&[f64]) -> Vec<f64>, x: &[f64], i: usize) -> Vec<(f64, f64)> {
    const SHRINK: f64 = 1.6;
    let mut best: Vec<(f64, f64)> = Vec::new();
    let mut last: Vec<Vec<f64>> = Vec::new();
    let mut step = 0.02 * x[i].abs().max(0.5);
    let mut at = x.to_vec();
    for _ in 0..12 {
        at[i] = x[i] + step;
        let (up, above) = (f(&at), at[i]);
        at[i] = x[i] - step;
        let (down, below) = (f(&at), at[i]);
        let first: Vec<f64> = up.iter().zip(&down).map(|(u, d)| (u - d) / (above - below)).collect();
        let mut row = vec![first];
        let mut factor = SHRINK * SHRINK;
        for coarser in &last {
            let finer = row.last().expect("the difference itself");
            let next: Vec<f64> =
                finer.iter().zip(coarser).map(|(a, b)| a + (a - b) / (factor - 1.0)).collect();
            best.resize(next.len(), (f64::NAN, f64::INFINITY));
            for (k, best) in best.iter_mut().enumerate() {
                let error = (next[k] - finer[k]).abs().max((next[k] - coarser[k]).abs());
                if error < best.1 {
                    *best = (next[k], error);
                }
            }
            row.push(next);
            factor *= SHRINK * SHRINK;
        }
        last = row;
        step /= SHRINK;
    }
    best
}
