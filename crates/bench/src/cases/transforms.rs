//! Transforms against what they replace: a batch against a loop, a compiled step against an evaluated one, a loop as a
//! primitive against the loop written out. The primal is what is replaced, so the ratio is the share of its time.

use super::gradient::{numbers, size};
use super::networks::Mlp;
use crate::harness::{Case, Named, compare, named};
use pullback::array::{Array, DType, Real, concatenate, grad, jit, scan, tree, vmap};

/// Every case of the family.
pub fn all() -> Vec<Named> {
    vec![
        named("vmap_grad", || per_example(false)),
        named("jit_vmap_grad", || per_example(true)),
        named("scan_rnn", recurrent),
    ]
}

/// A small network's gradient for each of 256 examples, stacked.
fn network() -> (Mlp, Array, Array) {
    let (model, _) = Mlp::data(&[16, 32, 4], 1);
    (model, numbers(&[256, 16], 1, DType::F32), numbers(&[256, 4], 2, DType::F32))
}
fn gradient(model: &Mlp) -> impl Fn(&(Array, Array)) -> Mlp + Copy + '_ {
    move |(x, y)| {
        grad(|m: &Mlp| {
            let z = x.matmul(&m.layers[0].0) + &m.layers[0].1;
            let z = z.tanh().matmul(&m.layers[1].0) + &m.layers[1].1;
            (z - y).square().sum()
        })(model)
    }
}

/// The gradients as one batch, evaluated or compiled, against one after the other.
fn per_example(compiled: bool) -> Case {
    let (model, x, y) = network();
    let batch = (x, y);
    let all = |(m, b): &(Mlp, (Array, Array))| vmap(gradient(m))(b);
    let both = (model.clone(), batch.clone());
    let kept = jit(all);
    let run = {
        let both = both.clone();
        move || match compiled {
            true => drop(kept(&both)),
            false => tree::eval(&all(&both)),
        }
    };
    let one = move |i: usize| gradient(&model)(&(batch.0.get(i), batch.1.get(i)));
    let check = {
        let one = one.clone();
        move || {
            let by_loop: f64 = (0..256).map(|i| size(&one(i))).sum();
            compare("the gradients' size", size(&all(&both)), by_loop, 1e-5)?;
            compare("the compiled gradients' size", size(&jit(all)(&both)), by_loop, 1e-5)
        }
    };
    let primal = move || (0..256).for_each(|i| tree::eval(&one(i)));
    let note = |s: f64| format!("{:.2} µs an example", s * 1e6 / 256.0);
    Case { check: Box::new(check), run: Box::new(run), primal: Box::new(primal), note: Box::new(note) }
}

type Cell = (Array, Array);
fn next((w, u): &Cell, h: &Array, x: &Array) -> Array {
    (h.matmul(w) + x.matmul(u)).tanh()
}
/// The gradient of a recurrent network's last state by its weights, with `scan`.
fn scanned((cell, xs): &(Cell, Array)) -> Cell {
    let start = Array::zeros(&[8, 32], DType::F32);
    let last = |cell: &Cell| scan(|h: &Array, x: &Array| (next(cell, h, x), ()), &start, xs).0;
    grad(|cell: &Cell| last(cell).square().sum())(cell)
}
/// The same with every step written out.
fn unrolled((cell, xs): &(Cell, Array)) -> Cell {
    let start = Array::zeros(&[8, 32], DType::F32);
    let last = |cell: &Cell| (0..500).fold(start.clone(), |h, i| next(cell, &h, &xs.get(i)));
    grad(|cell: &Cell| last(cell).square().sum())(cell)
}

/// A recurrent network over 500 steps: `scan`, compiled, against the steps written out.
fn recurrent() -> Case {
    let weights = |n, seed| (numbers(&[n, 32], seed, DType::F32) * 0.1).eval().clone();
    let both = ((weights(32, 1), weights(16, 2)), numbers(&[500, 8, 16], 3, DType::F32));
    let check = {
        let both = both.clone();
        move || {
            let of = |(a, b): &Cell| concatenate(&[a.ravel(), b.ravel()], 0).square().sum().item();
            compare("the gradient's size", of(&jit(scanned)(&both)), of(&unrolled(&both)), 1e-4)
        }
    };
    let (compiled, data) = (jit(scanned), both.clone());
    let run = move || {
        compiled(&data);
    };
    let primal = move || tree::eval(&unrolled(&both));
    let note = |s: f64| format!("{:.2} µs a step", s * 1e6 / 500.0);
    Case { check: Box::new(check), run: Box::new(run), primal: Box::new(primal), note: Box::new(note) }
}
