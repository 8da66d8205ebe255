//! Every function at its points, in every mode, carrier and dtype, against the reference data.

use crate::data::{Point, Table, Want};
use accuracy::functions::{Function, Promise};
use accuracy::modes::{self, Quantity};
use pullback_array::{Array, DType};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A number that is not what it should be.
#[derive(Clone, Debug)]
pub struct Deviation {
    pub function: String,
    /// `scalar`, `f64 plain`, `f32 jit` …
    pub carrier: String,
    pub mode: &'static str,
    pub by: Vec<usize>,
    pub x: Vec<f64>,
    pub want: f64,
    pub got: f64,
    /// By how many units in the last place, infinite if one of them is no number or infinite.
    pub units: f64,
    pub kind: Kind,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Less accurate than promised.
    Rough,
    /// Another number, or none.
    Wrong,
    /// Not the documented choice where there is no derivative.
    Convention,
    /// Not 0 although the seed is 0.
    Beside,
    /// A panic.
    Panic,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Rough => "rough",
            Kind::Wrong => "wrong",
            Kind::Convention => "convention",
            Kind::Beside => "beside",
            Kind::Panic => "panic",
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Deviation { function, carrier, mode, by, x, want, got, units, kind } = self;
        write!(
            f,
            "{function} {carrier} {mode} {by:?} at {x:?}: {got:e}, not {want:e} ({}, {units:.3e} units)",
            kind.name()
        )
    }
}

/// The dtype's unit roundoff doubled, smallest normal number, largest number.
struct Precision {
    epsilon: f64,
    least: f64,
    most: f64,
}
const DOUBLE: Precision = Precision { epsilon: f64::EPSILON, least: f64::MIN_POSITIVE, most: f64::MAX };
const SINGLE: Precision =
    Precision { epsilon: f32::EPSILON as f64, least: f32::MIN_POSITIVE as f64, most: f32::MAX as f64 };

impl Precision {
    fn of(carrier: &str) -> &'static Precision {
        if carrier.starts_with("f32") { &SINGLE } else { &DOUBLE }
    }
    /// How far apart two numbers are, in units in the last place of what is wanted.
    fn units(&self, got: f64, want: f64, order: usize) -> f64 {
        let want =
            if want.abs() > self.most && want.is_finite() { f64::INFINITY.copysign(want) } else { want };
        if got == want || got.is_nan() && want.is_nan() {
            return 0.0;
        }
        // Near overflow either is right.
        if want.is_infinite() && got.abs() > 0.999 * self.most && got.signum() == want.signum() {
            return 0.0;
        }
        if !got.is_finite() || !want.is_finite() {
            return if got.is_infinite() && want.abs() > 0.999 * self.most { 0.0 } else { f64::INFINITY };
        }
        // Of derivatives what is below the normal numbers is nothing.
        let floor = if order == 0 { self.least } else { self.least / self.epsilon };
        let size = 2f64.powi(want.abs().max(floor).log2().floor() as i32);
        (got - want).abs() / (size * self.epsilon)
    }
}

fn promised(promise: Promise, single: bool, order: usize) -> f64 {
    match (promise, single) {
        (Promise::Elementary, _) => [4.0, 8.0, 64.0][order],
        (Promise::Distribution, false) => [1e-12, 1e-12, 1e-11][order] / f64::EPSILON,
        (Promise::Distribution, true) => [256.0, 1024.0, 4096.0][order],
    }
}

/// How large a derivative is that does not cancel: of order f/x, where f is at least `least`.
fn natural(point: &Point, by: &[usize], least: f64) -> f64 {
    let size = |by: &[usize]| match point.by(by) {
        Want::Number(v) | Want::Convention(v) if v.is_finite() => {
            v.abs().max(if by.is_empty() { least } else { 0.0 })
        }
        _ => 0.0,
    };
    match by {
        [i] => size(&[]) / point.x[*i].abs(),
        [i, j] => (size(&[*i]) / point.x[*j].abs()).max(size(&[*j]) / point.x[*i].abs()),
        _ => 0.0,
    }
}

/// What the rounding of the arguments alone makes of a number: by how much it moves with them.
fn by_rounding(point: &Point, by: &[usize]) -> f64 {
    let moves = |k: usize| match point.by(&[by, &[k]].concat()) {
        Want::Number(v) if v.is_finite() => (v * point.x[k]).abs(),
        _ => 0.0,
    };
    if by.len() < 2 { (0..point.x.len()).map(moves).sum() } else { 0.0 }
}

struct Judge<'a> {
    function: &'a Function,
    carrier: String,
    found: &'a mut Vec<Deviation>,
}

impl Judge<'_> {
    fn look(&mut self, quantity: &Quantity, point: &Point, got: f64) {
        let want = point.by(&quantity.by);
        let (order, precision) = (quantity.by.len(), Precision::of(&self.carrier));
        let (want, convention) = match want {
            Want::Number(want) => (want, false),
            Want::Convention(want) => (want, true),
            Want::Beyond if got.is_finite() => (f64::INFINITY, false),
            Want::Beyond | Want::Any => return,
        };
        if want.is_finite() && want.abs() > precision.most && !got.is_finite() {
            return;
        }
        let mut units = precision.units(got, want, order);
        // The logarithm of a density passes 0 where the density is 1, which is nothing special.
        let name = &self.function.name;
        let least = if name.contains(".logp") || name.contains(".entropy") { 1.0 } else { 0.0 };
        if order == 0 && least > 0.0 && got.is_finite() {
            units = units.min((got - want).abs() / precision.epsilon)
        }
        if want == 0.0 && got.is_finite() {
            // What is left of terms that cancel, in units of those.
            units = units.min(got.abs() / (natural(point, &quantity.by, least) * precision.epsilon))
        }
        if self.function.promise == Promise::Distribution && got.is_finite() && want.is_finite() {
            let shaken = 4.0 * precision.epsilon * by_rounding(point, &quantity.by);
            if (got - want).abs() <= shaken {
                return;
            }
        }
        if units <= promised(self.function.promise, precision.epsilon > 1e-10, order) {
            return;
        }
        let kind = match convention {
            true => Kind::Convention,
            // A share of the digits is left.
            false if units * precision.epsilon < precision.epsilon.sqrt() => Kind::Rough,
            false => Kind::Wrong,
        };
        self.add(quantity, &point.x, want, got, units, kind)
    }
    fn add(&mut self, quantity: &Quantity, x: &[f64], want: f64, got: f64, units: f64, kind: Kind) {
        self.found.push(Deviation {
            function: self.function.name.clone(),
            carrier: self.carrier.clone(),
            mode: quantity.mode,
            by: quantity.by.clone(),
            x: x.to_vec(),
            want,
            got,
            units,
            kind,
        })
    }
    fn panicked(&mut self, x: &[f64]) {
        let quantity = Quantity { mode: "all", by: vec![] };
        self.add(&quantity, x, f64::NAN, f64::NAN, f64::INFINITY, Kind::Panic)
    }
}

/// Compares a function with its table; what deviates is added.
pub fn compare(function: &Function, table: &Table, found: &mut Vec<Deviation>) {
    let quantities = modes::quantities(table.arity);
    if let Some(scalar) = &function.scalars {
        let mut judge = Judge { function, carrier: "scalar".into(), found };
        for point in &table.points {
            let Ok(got) = catch_unwind(AssertUnwindSafe(|| scalar.all(&point.x))) else {
                judge.panicked(&point.x);
                continue;
            };
            quantities.iter().zip(got).for_each(|(quantity, got)| judge.look(quantity, point, got))
        }
    }
    // The graphs of distributions are large: arrays show some of what there is, scalars all.
    let large = function.promise == Promise::Distribution;
    let modes = if large { modes::first } else { modes::all };
    for (dtype, name) in [(DType::F64, "f64"), (DType::F32, "f32")] {
        let fits =
            |p: &&Point| dtype == DType::F64 || p.x.iter().all(|x| x.is_nan() || f64::from(*x as f32) == *x);
        let points: Vec<&Point> = table.points.iter().filter(fits).collect();
        if points.is_empty() {
            continue;
        }
        let x: Vec<Array> = (0..table.arity)
            .map(|k| Array::from(points.iter().map(|p| p.x[k]).collect::<Vec<f64>>()).cast(dtype))
            .collect();
        let numbers = |x: &Array| x.cast(DType::F64).to_vec::<f64>();
        let transforms = if large && dtype == DType::F32 { 1 } else { modes::TRANSFORMS.len() };
        for transform in &modes::TRANSFORMS[..transforms] {
            let carrier = format!("{name} {transform}");
            let run = || {
                let all = modes::transformed(transform, modes, &*function.arrays, &x);
                all.iter().map(numbers).collect::<Vec<_>>()
            };
            let mut judge = Judge { function, carrier, found };
            let Ok(got) = catch_unwind(AssertUnwindSafe(run)) else {
                judge.panicked(&[]);
                continue;
            };
            for (quantity, got) in quantities.iter().zip(got) {
                points.iter().zip(got).for_each(|(point, got)| judge.look(quantity, point, got))
            }
        }
        let seeds: &[bool] = match (large, dtype) {
            (true, DType::F32) => &[],
            (true, _) => &[false],
            (false, _) => &[false, true],
        };
        for &odd in seeds {
            let mut judge = Judge { function, carrier: format!("{name} plain"), found };
            let seed: Vec<f64> =
                (0..points.len()).map(|i| if (i % 2 == 1) == odd { 1.0 } else { 0.0 }).collect();
            let seed = Array::from(seed).cast(dtype);
            let run = || {
                let all = modes::beside(&function.arrays, &x, &seed);
                all.into_iter().map(|(q, h)| (q, numbers(&h))).collect::<Vec<_>>()
            };
            let Ok(got) = catch_unwind(AssertUnwindSafe(run)) else {
                judge.panicked(&[]);
                continue;
            };
            for (quantity, got) in got {
                for (i, (point, got)) in points.iter().zip(got).enumerate() {
                    // Infinity times 0 is NaN.
                    let most = Precision::of(name).most;
                    let finite =
                        |w: &Want| matches!(w, Want::Number(v) | Want::Convention(v) if v.abs() < most);
                    let known = point.want.iter().all(finite);
                    if (i % 2 == 1) != odd && known && got != 0.0 {
                        judge.add(&quantity, &point.x, 0.0, got, f64::INFINITY, Kind::Beside)
                    }
                }
            }
        }
    }
}
