//! The same programs over many sizes, at one and two threads (`scaling --threads 1,2`): where the cost of an element
//! or an operation is flat, and whether the gradient's cost over the value's stays bounded in size and depth.

use super::gradient::{along_the_gradient, gradient, numbers, scaled};
use super::programs::{self, Random};
use super::rosenbrock;
use crate::harness::{Case, Named, compare, named};
use pullback::array::{Array, DType, Real};
use pullback::real::{Counts, value_and_grad};
use std::hint::black_box;

/// Every case of the family, from 10¹ or 10² up.
pub fn all() -> Vec<Named> {
    let each = |family: &'static str, from: u32, to: u32, make: fn(usize) -> Case| {
        (from..=to).map(move |k| named(format!("scaling_{family}_1e{k}"), move || make(10usize.pow(k))))
    };
    let mut all: Vec<Named> = each("chain", 2, 8, chain).collect();
    all.extend(each("rosen", 1, 8, rosenbrock::by_gradient));
    all.extend(each("tape", 1, 7, tape));
    all.extend(each("depth", 0, 3, depth));
    all
}

/// `chain` with so many elements.
fn chain(n: usize) -> Case {
    let both = (numbers(&[n], 1, DType::F64), ());
    let f = |x: &Array, _: &()| (x.sin() * (-x * x).exp() + x.tanh()).sum();
    gradient(
        both,
        f,
        move |both| along_the_gradient(f, both),
        move |s| format!("{:.2} ns an element", s * 1e9 / n as f64),
    )
}

/// Rosenbrock's function of so many numbers on the scalar tape.
fn tape(n: usize) -> Case {
    let x = Random::fill(1, n, -2.0, 2.0);
    let (at, plain) = (x.clone(), x.clone());
    let operations = 8.0 * (n - 1) as f64;
    let counted = x.clone();
    Case {
        check: Box::new(move || {
            let (y, g) = value_and_grad(programs::rosenbrock)(&x);
            let (value, want) = rosenbrock::formula(&x);
            compare("the value", y, value, 1e-11)?;
            g.iter().zip(want).try_for_each(|(g, w)| compare("a derivative", *g, w, 1e-9))
        }),
        run: Box::new(move || {
            black_box(value_and_grad(programs::rosenbrock)(black_box(&at)));
        }),
        primal: Box::new(move || {
            black_box(programs::rosenbrock(black_box(&plain[..])));
        }),
        note: Box::new(move |s| {
            let before = Counts::here();
            value_and_grad(programs::rosenbrock)(&counted);
            let bytes = (Counts::here() - before).nodes as f64 * 32.0;
            format!("{:.2} ns and {:.1} bytes of tape an operation", s * 1e9 / operations, bytes / operations)
        }),
    }
}

/// So many layers of 64 × 64 weights, each added to what it was given, on 64 rows.
fn depth(layers: usize) -> Case {
    const WIDTH: usize = 64;
    let weights: Vec<Array> =
        (0..layers).map(|k| scaled(&[WIDTH, WIDTH], 10 + k as u64, 1.0 / (WIDTH as f64).sqrt())).collect();
    let f = |ws: &Vec<Array>, x: &Array| {
        ws.iter().fold(x.clone(), |x, w| &x + 0.1 * x.matmul(w).tanh()).square().mean()
    };
    let both = (weights, numbers(&[WIDTH, WIDTH], 1, DType::F32));
    gradient(
        both,
        f,
        move |both| along_the_gradient(f, both),
        move |s| format!("{:.2} µs a layer", s * 1e6 / layers as f64),
    )
}
