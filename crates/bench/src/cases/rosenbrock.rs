//! Rosenbrock's function in whole arrays: gradient, Hessian-vector product and dense Hessian, compiled, against formulas.

use super::gradient::{gradient, numbers};
use crate::harness::{Case, Named, compare, named};
use pullback::array::{Array, DType, Real, hessian, hvp, jit, value_and_grad};

/// Every case of the family.
pub fn all() -> Vec<Named> {
    vec![
        named("rosen1e6_grad", || by_gradient(1_000_000)),
        named("rosen1e6_hvp", || product(1_000_000)),
        named("rosen100_hessian", || dense(100)),
        named("rosen1000_hessian", || dense(1000)),
    ]
}

/// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)².
fn rosen(x: &Array) -> Array {
    let head = x.get(..-1);
    let a = x.get(1..) - head.square();
    (100.0 * a.square() + (1.0 - head).square()).sum()
}

/// The value and the gradient, written out.
pub fn formula(x: &[f64]) -> (f64, Vec<f64>) {
    let (mut y, mut g) = (0.0, vec![0.0; x.len()]);
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        y += 100.0 * a * a + b * b;
        g[i] -= 400.0 * x[i] * a + 2.0 * b;
        g[i + 1] += 200.0 * a
    }
    (y, g)
}
/// The Hessian's diagonal and the one beside it.
fn bands(x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut diagonal, mut beside) = (vec![0.0; x.len()], vec![]);
    for i in 0..x.len() - 1 {
        diagonal[i] += 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0;
        diagonal[i + 1] += 200.0;
        beside.push(-400.0 * x[i])
    }
    (diagonal, beside)
}

fn near(what: &str, got: &[f64], want: &[f64]) -> Result<(), String> {
    let largest = want.iter().fold(0.0, |m: f64, w| m.max(w.abs()));
    let apart = got.iter().zip(want).map(|(g, w)| (g - w).abs()).fold(0.0, f64::max);
    let same = got.len() == want.len() && apart <= 1e-13 * largest;
    if same { Ok(()) } else { Err(format!("{what} is off by {apart:?} of {largest:?}")) }
}

/// The gradient of `n` unknowns.
pub fn by_gradient(n: usize) -> Case {
    let check = move |(x, _): &(Array, ())| {
        let both = jit(value_and_grad(rosen));
        let ((y, g), (value, want)) = (both(x), formula(&x.to_vec::<f64>()));
        compare("the value", y.item(), value, 1e-12)?;
        near("the gradient", &g.to_vec::<f64>(), &want)
    };
    let note = move |s| {
        format!(
            "{:.3} ns an unknown, {:.1} GB/s of input and gradient",
            s * 1e9 / n as f64,
            16e-9 * n as f64 / s
        )
    };
    gradient((numbers(&[n], 1, DType::F64), ()), |x, _| rosen(x), check, note)
}

fn product(n: usize) -> Case {
    let [x, v] = [1, 2].map(|seed| numbers(&[n], seed, DType::F64));
    let product = jit(|(x, v): &(Array, Array)| hvp(rosen)(x, v));
    let value = jit(rosen);
    let (at, both) = (x.clone(), (x, v));
    let for_check = both.clone();
    Case {
        check: Box::new(move || {
            let (x, v) = (for_check.0.to_vec::<f64>(), for_check.1.to_vec::<f64>());
            let (diagonal, beside) = bands(&x);
            let mut want: Vec<f64> = diagonal.iter().zip(&v).map(|(d, v)| d * v).collect();
            for (i, b) in beside.iter().enumerate() {
                want[i] += b * v[i + 1];
                want[i + 1] += b * v[i]
            }
            let got = jit(|(x, v): &(Array, Array)| hvp(rosen)(x, v))(&for_check);
            near("the product", &got.to_vec::<f64>(), &want)
        }),
        run: Box::new(move || drop(product(&both))),
        primal: Box::new(move || drop(value(&at))),
        note: Box::new(move |s| format!("{:.3} ns an unknown", s * 1e9 / n as f64)),
    }
}

fn dense(n: usize) -> Case {
    let x = numbers(&[n], 1, DType::F64);
    let (whole, value) = (jit(hessian(rosen)), jit(rosen));
    let (for_check, for_primal) = (x.clone(), x.clone());
    Case {
        check: Box::new(move || {
            let (diagonal, beside) = bands(&for_check.to_vec::<f64>());
            let mut want = vec![0.0; n * n];
            for i in 0..n {
                want[i * n + i] = diagonal[i];
                if i + 1 < n {
                    want[i * n + i + 1] = beside[i];
                    want[(i + 1) * n + i] = beside[i]
                }
            }
            near("the Hessian", &jit(hessian(rosen))(&for_check).to_vec::<f64>(), &want)
        }),
        run: Box::new(move || drop(whole(&x))),
        primal: Box::new(move || drop(value(&for_primal))),
        note: Box::new(move |s| format!("{:.2} ns an entry", s * 1e9 / (n * n) as f64)),
    }
}
