//! Whole-array cases: value and gradient of fused chains, reductions and products, and training steps of networks.

use super::programs::Random;
use crate::harness::{Case, compare};
use pullback::array::{Array, DType, Real, Tree, eval_tree, grad, leaves, map, value_and_grad, zip};
use std::cell::RefCell;

/// Every case of the family.
pub fn all() -> Vec<Case> {
    let mlp = |name, widths: &[usize], batch| training(name, Mlp::data(widths, batch));
    vec![
        chain(),
        lse(),
        matmul("matmul_f32", DType::F32),
        matmul("matmul_f64", DType::F64),
        mlp("mlp784", &[784, 512, 512, 10], 128),
        mlp("mlp64", &[64, 256, 256, 10], 64),
        mlp("mlp2", &[2, 16, 16, 1], 8),
    ]
}

/// Numbers of variance one without a pattern.
pub(super) fn numbers(shape: &[usize], seed: u64, dtype: DType) -> Array {
    let data = Random::fill(seed, shape.iter().product(), -3f64.sqrt(), 3f64.sqrt());
    let x = Array::from_slice(&data, shape).cast(dtype);
    x.eval();
    x
}

/// Value and gradient by a tree of arrays; the check compares one directional derivative with a difference.
fn value_and_gradient<P: Tree + Clone + 'static>(
    name: &'static str,
    at: P,
    f: impl Fn(&P) -> Array + Copy + 'static,
    tolerance: f64,
    note: impl Fn(f64) -> String + 'static,
) -> Case {
    let both = value_and_grad(f);
    let run = {
        let at = at.clone();
        move || {
            let (y, g) = both(&at);
            y.eval();
            eval_tree(&g)
        }
    };
    let primal = {
        let at = at.clone();
        move || {
            f(&at).eval();
        }
    };
    // Along the gradient itself, in double precision.
    let check = move || {
        let wide = map(&at, |x| x.cast(DType::F64));
        let g = grad(f)(&wide);
        let size: f64 = leaves(&g).iter().map(|g| g.square().sum().item()).sum::<f64>();
        let h = 1e-4 / size.sqrt();
        let moved = |t: f64| f(&zip(&wide, &g, |x, g| x + t * g)).item();
        let narrow: f64 =
            leaves(&grad(f)(&at)).iter().map(|g| g.cast(DType::F64).square().sum().item()).sum();
        compare("the slope along the gradient", (moved(h) - moved(-h)) / (2.0 * h), size, tolerance)?;
        compare("the size of the gradient", narrow, size, 1e-4)
    };
    Case { name, check: Box::new(check), run: Box::new(run), primal: Box::new(primal), note: Box::new(note) }
}

fn chain() -> Case {
    let n = 10_000_000;
    let x = numbers(&[n], 1, DType::F64);
    let f = |x: &Array| (x.sin() * (-x * x).exp() + x.tanh()).sum();
    value_and_gradient("chain", x, f, 1e-5, move |s| format!("{:.2} ns an element", s * 1e9 / n as f64))
}

fn lse() -> Case {
    let x = numbers(&[4096, 4096], 1, DType::F32);
    value_and_gradient(
        "lse",
        x,
        |x: &Array| x.logsumexp_axis(1).sum(),
        1e-4,
        |s| format!("{:.1} GB/s of input and gradient", 2.0 * 4.0 * 4096f64.powi(2) / s / 1e9),
    )
}

fn matmul(name: &'static str, dtype: DType) -> Case {
    let n = 1024;
    let at = (numbers(&[n, n], 1, dtype), numbers(&[n, n], 2, dtype));
    // The products with g = 2·(a·b)/n² are as large as with any other cotangent.
    let f = move |(a, b): &(Array, Array)| a.matmul(b).square().mean();
    value_and_gradient(name, at, f, 1e-4, move |s| {
        format!("{:.0} GFLOP/s", 3.0 * 2.0 * (n as f64).powi(3) / s / 1e9)
    })
}

/// Weights and offsets of dense layers.
#[derive(Clone, Tree)]
pub(super) struct Mlp {
    pub layers: Vec<(Array, Array)>,
}

impl Mlp {
    pub fn data(widths: &[usize], batch: usize) -> (Mlp, Array, Array) {
        let layer = |(i, w): (usize, &[usize])| {
            let scale = (2.0 / w[0] as f64).sqrt();
            let weights = numbers(&[w[0], w[1]], 10 + i as u64, DType::F32) * scale;
            (weights.eval().clone(), Array::zeros(&[w[1]], DType::F32))
        };
        let layers = widths.windows(2).enumerate().map(layer).collect();
        let (x, last) = (numbers(&[batch, widths[0]], 1, DType::F32), widths[widths.len() - 1]);
        let y = match last {
            1 => numbers(&[batch, 1], 2, DType::F32),
            classes => {
                Array::from_slice(&(0..batch).map(|i| (i * 7 % classes) as i64).collect::<Vec<_>>(), &[batch])
            }
        };
        (Mlp { layers }, x, y)
    }
    pub fn loss(&self, x: &Array, y: &Array) -> Array {
        let (last, hidden) = self.layers.split_last().expect("a network has layers");
        let x = hidden.iter().fold(x.clone(), |x, (w, b)| (x.matmul(w) + b).relu());
        let z = x.matmul(&last.0) + &last.1;
        match y.dtype() {
            DType::I64 => (z.logsumexp_axis(-1) - z.take_last(y)).mean(),
            _ => (z - y).square().mean(),
        }
    }
}

/// One step of plain gradient descent.
fn training(name: &'static str, (model, x, y): (Mlp, Array, Array)) -> Case {
    let step = {
        let (x, y) = (x.clone(), y.clone());
        move |model: &Mlp| {
            let (loss, g) = value_and_grad(|m: &Mlp| m.loss(&x, &y))(model);
            let next = zip(model, &g, |p, g| p - 1e-3 * g);
            (loss, next)
        }
    };
    let state = RefCell::new(model.clone());
    let run = {
        let step = step.clone();
        move || {
            let (loss, next) = step(&state.borrow());
            eval_tree(&next);
            loss.eval();
            *state.borrow_mut() = next
        }
    };
    let primal = {
        let model = model.clone();
        move || {
            model.loss(&x, &y).eval();
        }
    };
    // A hundred steps must lower the loss, by as much as the slope says at first.
    let check = move || {
        let (before, mut m) = step(&model);
        let (after, _) = step(&m);
        let moved: f64 =
            leaves(&zip(&model, &m, |a, b| (a - b) * 1e3)).iter().map(|d| d.square().sum().item()).sum();
        let (before, after) = (before.item(), after.item());
        compare("the first step's gain", (before - after) / 1e-3, moved, 0.2)?;
        for _ in 0..100 {
            m = step(&m).1;
            eval_tree(&m)
        }
        let last = step(&m).0.item();
        if last < after { Ok(()) } else { Err(format!("the loss went from {before} to {after} to {last}")) }
    };
    let note = |s: f64| format!("{:.1} µs a step", s * 1e6);
    Case { name, check: Box::new(check), run: Box::new(run), primal: Box::new(primal), note: Box::new(note) }
}
