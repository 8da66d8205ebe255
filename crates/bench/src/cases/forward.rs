//! Forward mode, and plain numbers through generic code beside the same written out.

use super::programs;
use crate::harness::{Case, Named, compare, named};
use pullback::real::{Duals, grad};
use std::hint::black_box;

const X: [f64; 6] = [1.0, 1.5, 20.0, 10.0, 28.0, 8.0 / 3.0];
const STEPS: usize = 100_000;
const OPERATIONS: f64 = 7_100_000.0;

/// The cases.
pub fn all() -> Vec<Named> {
    vec![named("forward_lorenz6", six_directions), named("generic_lorenz", generic)]
}

fn plain() -> f64 {
    programs::lorenz(black_box(&X), STEPS)
}

fn six_directions() -> Case {
    let six = || {
        let x = black_box(X);
        programs::lorenz(&std::array::from_fn::<_, 6, _>(|i| Duals::<f64, 6>::variable(x[i], i)), STEPS)
    };
    Case {
        check: Box::new(move || {
            let gradient = grad(|x| programs::lorenz(x, STEPS))(&X);
            let y = six();
            compare("the value", y.re, plain(), 1e-11)?;
            gradient.iter().zip(y.eps).try_for_each(|(g, e)| compare("a derivative", e, *g, 1e-9))
        }),
        run: Box::new(move || {
            black_box(six());
        }),
        primal: Box::new(|| {
            black_box(plain());
        }),
        note: Box::new(|seconds| format!("{:.2} ns an operation", seconds * 1e9 / OPERATIONS)),
    }
}

fn generic() -> Case {
    Case {
        check: Box::new(|| compare("the value", plain(), by_hand(&X), 1e-11)),
        run: Box::new(|| {
            black_box(plain());
        }),
        primal: Box::new(|| {
            black_box(by_hand(black_box(&X)));
        }),
        note: Box::new(|_| "plain numbers through `Scalar`, over the same written for f64".into()),
    }
}

/// `programs::lorenz`, for `f64` alone.
fn by_hand(x: &[f64]) -> f64 {
    const H: f64 = 1e-4;
    let (sigma, rho, beta) = (x[3], x[4], x[5]);
    let slope = |u: [f64; 3]| [sigma * (u[1] - u[0]), u[0] * (rho - u[2]) - u[1], u[0] * u[1] - beta * u[2]];
    let along = |u: [f64; 3], h: f64, k: [f64; 3]| [u[0] + h * k[0], u[1] + h * k[1], u[2] + h * k[2]];
    let mut u = [x[0], x[1], x[2]];
    for _ in 0..STEPS {
        let k1 = slope(u);
        let k2 = slope(along(u, 0.5 * H, k1));
        let k3 = slope(along(u, 0.5 * H, k2));
        let k4 = slope(along(u, H, k3));
        for i in 0..3 {
            u[i] += H / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    u[0]
}
