//! Piecewise smooth functions: their piecewise linear model at a point, in abs-normal form.
//!
//! A. Griewank, "On stable piecewise linearization and generalized algorithmic differentiation", Optimization Methods and
//! Software 28 (2013), 1139. Every kink is an absolute value: max(u, v) = ½(u + v + |u − v|), min and relu likewise.

use super::engine::Engine;
use super::outputs::Outputs;
use crate::real::{Binary, Unary};
use crate::record::Operation;
use crate::session::Operations;
use crate::sweep::Records;
use crate::var::Var;

/// The piecewise linear model of a function around a point, with its s kinks as absolute values of switching variables z:
///
/// z = a + Z·dx + L·|z|,  y = b + J·dx + Y·|z|,
///
/// where L is strictly lower triangular. The model differs from the function by O(|dx|²), across kinks as well.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsNormal {
    /// The switching variables at the point; the function has a kink there where one of them is 0.
    pub switching: Vec<f64>,
    /// a, of length s.
    pub a: Vec<f64>,
    /// b, of length m.
    pub b: Vec<f64>,
    /// Z, s×n: of the switching variables by the inputs.
    pub z_by_x: Vec<Vec<f64>>,
    /// L, s×s: of the switching variables by the absolute values.
    pub z_by_abs: Vec<Vec<f64>>,
    /// J, m×n: of the results by the inputs.
    pub y_by_x: Vec<Vec<f64>>,
    /// Y, m×s: of the results by the absolute values.
    pub y_by_abs: Vec<Vec<f64>>,
}

/// f ↦ x ↦ its piecewise linear model at x.
///
/// The kinks are those of `abs`, `relu`, `max` and `min`. A Rust `if` counts as the branch that was taken;
/// jumps (`floor`, `sign`) count as constants.
///
/// ```
/// use pullback_real::{Real, Var, abs_normal};
/// // |x| − max(y, x²) at a kink of each.
/// let model = abs_normal(|v: &[Var]| v[0].abs() - v[1].max(v[0].square()))(&[0.0, 0.0]);
/// assert_eq!(model.switching, [0.0, 0.0]);
/// assert_eq!(model.evaluate(&[-0.5, 0.25]), [0.25]);
/// // Derivatives along both directions of x: +1 and +1.
/// assert_eq!((model.derivative_along(&[1.0, 0.0]), model.derivative_along(&[-1.0, 0.0])), (vec![1.0], vec![1.0]));
/// ```
///
/// # Panics
/// As [`grad`](crate::grad).
pub fn abs_normal<Y: Outputs<Var>>(f: impl Fn(&[Var]) -> Y) -> impl Fn(&[f64]) -> AbsNormal {
    move |x| {
        let point: Vec<Var> = x.iter().map(|&x| Var::from(x)).collect();
        // In a session of its own, so that variables of a gradient around it are refused.
        let ((y, operations), _) = f64::record(&[], |_| Var::record(&point, |v| f(v)));
        let (lines, switches) = lines(&operations);
        let slots = operations.slots();
        let row = |seeds: &[(usize, f64)]| swept(&lines, slots, (x.len(), switches.len()), seeds);
        let (z_by_x, z_by_abs): (Vec<_>, Vec<_>) = switches.iter().map(|s| row(&s.of)).unzip();
        let exits = y.numbers().iter().map(|y| Vec::from_iter(operations.slot(*y).map(|slot| (slot, 1.0))));
        let (y_by_x, y_by_abs): (Vec<_>, Vec<Vec<f64>>) = exits.map(|seeds| row(&seeds)).unzip();
        let switching: Vec<f64> = switches.iter().map(|s| s.value).collect();
        let rest = |value: f64, row: &[f64]| {
            value - dot(row, &switching.iter().map(|z| z.abs()).collect::<Vec<_>>())
        };
        let a = switching.iter().zip(&z_by_abs).map(|(z, row)| rest(*z, row)).collect();
        let b = y.numbers().iter().zip(&y_by_abs).map(|(y, row)| rest(y.value, row)).collect();
        AbsNormal { switching, a, b, z_by_x, z_by_abs, y_by_x, y_by_abs }
    }
}

impl AbsNormal {
    /// The switching variables of the model at the point moved by `dx`.
    ///
    /// # Panics
    /// If `dx` has another length than the point.
    #[track_caller]
    pub fn switching_at(&self, dx: &[f64]) -> Vec<f64> {
        self.check("switching_at", dx);
        let mut abs = vec![];
        let mut all = vec![];
        for ((a, by_x), by_abs) in self.a.iter().zip(&self.z_by_x).zip(&self.z_by_abs) {
            let z = a + dot(by_x, dx) + dot(by_abs, &abs);
            abs.push(z.abs());
            all.push(z)
        }
        all
    }
    /// The model at the point moved by `dx`.
    ///
    /// # Panics
    /// If `dx` has another length than the point.
    #[track_caller]
    pub fn evaluate(&self, dx: &[f64]) -> Vec<f64> {
        self.check("evaluate", dx);
        let abs: Vec<f64> = self.switching_at(dx).iter().map(|z| z.abs()).collect();
        let result =
            |((b, by_x), by_abs): ((&f64, &Vec<f64>), &Vec<f64>)| b + dot(by_x, dx) + dot(by_abs, &abs);
        self.b.iter().zip(&self.y_by_x).zip(&self.y_by_abs).map(result).collect()
    }
    /// The one-sided derivative of the function along `dx` at the point, which exists at kinks as well.
    ///
    /// # Panics
    /// If `dx` has another length than the point.
    #[track_caller]
    pub fn derivative_along(&self, dx: &[f64]) -> Vec<f64> {
        self.check("derivative_along", dx);
        let mut moved = vec![];
        for ((z, by_x), by_abs) in self.switching.iter().zip(&self.z_by_x).zip(&self.z_by_abs) {
            let dz = dot(by_x, dx) + dot(by_abs, &moved);
            moved.push(if *z == 0.0 { dz.abs() } else { z.signum() * dz })
        }
        self.y_by_x
            .iter()
            .zip(&self.y_by_abs)
            .map(|(by_x, by_abs)| dot(by_x, dx) + dot(by_abs, &moved))
            .collect()
    }
    #[track_caller]
    fn check(&self, what: &str, dx: &[f64]) {
        let given = dx.len();
        if let Some(n) = self.y_by_x.first().map(Vec::len).filter(|n| *n != given) {
            panic!("AbsNormal::{what}: `dx` has {given} numbers, the point {n}")
        }
    }
}

/// The scalar product over the common length, without the terms where `a` is 0.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).filter(|(a, _)| **a != 0.0).map(|(a, b)| a * b).sum()
}

/// A switching variable: its linear combination of slots, and its value.
struct Switch {
    of: Vec<(usize, f64)>,
    value: f64,
}
/// A result: its slopes, and the absolute value in it with its weight, if there is one.
struct Line {
    slot: usize,
    into: Vec<(usize, f64)>,
    abs: Option<(usize, f64)>,
}

fn lines(operations: &Operations) -> (Vec<Line>, Vec<Switch>) {
    let mut switches = vec![];
    let line = |(k, operation): (usize, &Operation)| {
        let slot = operations.result(k);
        let weighted = |all: &[(Var, f64)]| -> Vec<(usize, f64)> {
            all.iter().filter_map(|(x, w)| Some((operations.slot(*x)?, *w))).collect()
        };
        let mut kink = |of: &[(Var, f64)], into: &[(Var, f64)], share: f64| {
            switches.push(Switch { of: weighted(of), value: of.iter().map(|(x, w)| w * x.value).sum() });
            Line { slot, into: weighted(into), abs: Some((switches.len() - 1, share)) }
        };
        match *operation {
            Operation::Unary { op: Unary::Abs, x, .. } => kink(&[(x, 1.0)], &[], 1.0),
            Operation::Unary { op: Unary::Relu, x, .. } => kink(&[(x, 1.0)], &[(x, 0.5)], 0.5),
            Operation::Binary { op: op @ (Binary::Max | Binary::Min), x, y, .. } => {
                let share = if op == Binary::Max { 0.5 } else { -0.5 };
                kink(&[(x, 1.0), (y, -1.0)], &[(x, 0.5), (y, 0.5)], share)
            }
            Operation::Alias { .. } | Operation::Unary { .. } | Operation::Binary { .. } => {
                let mut into = vec![];
                operations.each_arg(k, |arg, slope: Var| into.push((arg, slope.value)));
                Line { slot, into, abs: None }
            }
        }
    };
    let lines = operations.list.iter().enumerate().map(line).collect();
    (lines, switches)
}

/// The derivatives of Σ weight·slot by the n inputs and the s absolute values, which count as further inputs.
fn swept(
    lines: &[Line],
    slots: usize,
    (n, s): (usize, usize),
    seeds: &[(usize, f64)],
) -> (Vec<f64>, Vec<f64>) {
    let (mut bars, mut by_abs) = (vec![0.0; slots], vec![0.0; s]);
    seeds.iter().for_each(|&(slot, weight)| bars[slot] += weight);
    for line in lines.iter().rev() {
        let g = bars[line.slot];
        if g != 0.0 {
            line.into.iter().for_each(|&(arg, slope)| bars[arg] += slope * g);
            line.abs.iter().for_each(|&(i, share)| by_abs[i] += share * g);
        }
    }
    (bars[1..=n].to_vec(), by_abs)
}
