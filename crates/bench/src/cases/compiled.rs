//! Scalar functions compiled: a gradient at one point by machine code against its value by machine code, and values at a
//! million points against the loop over them.

use super::programs;
use crate::harness::{Case, Named, compare, named};
use pullback::array::{Array, DType, Key};
use pullback::compile::Function;
use pullback::real;
use std::cell::RefCell;
use std::hint::black_box;

const X: [f64; 6] = [1.0, 1.5, 20.0, 10.0, 28.0, 8.0 / 3.0];
/// Calls in a run at one point.
const CALLS: usize = 1000;
const POINTS: usize = 1_000_000;

/// A function of the table of programs at one point.
macro_rules! one_point {
    ($at:expr, |$x:ident| $f:expr) => {{
        let function = Function::record(|$x| $f, &$at);
        let reference = real::grad(|$x| $f)(&$at);
        one_point(&function, $at.to_vec(), reference)
    }};
}

/// The cases.
pub fn all() -> Vec<Named> {
    vec![
        named("compiled_lorenz2", || one_point!(X, |x| programs::lorenz(x, 2))),
        named("compiled_black_scholes5", || one_point!(calls(), |x| programs::black_scholes(x))),
        named("compiled_rosenbrock20", || one_point!([0.7; 20], |x| programs::rosenbrock(x))),
        named("compiled_lorenz_points", many_points),
    ]
}

/// Five European calls.
fn calls() -> Vec<f64> {
    let each = [[100.0, 95.0, 110.0, 80.0, 120.0], [105.0, 90.0, 100.0, 100.0, 100.0]];
    let rest = [[0.03; 5], [0.2, 0.25, 0.3, 0.15, 0.4], [1.0, 0.5, 2.0, 0.25, 1.5]];
    each.into_iter().chain(rest).flatten().collect()
}

fn one_point(f: &Function, at: Vec<f64>, want: Vec<f64>) -> Case {
    let (value, gradient) = (f.value(), f.gradient());
    let operations = (value.operations(), gradient.operations());
    let (value, gradient) = (value.machine(), gradient.machine());
    let have = gradient.evaluate(&at);
    let check = move || {
        let have = have.as_ref().map_err(|e| e.to_string())?;
        have.iter().zip(&want).try_for_each(|(h, w)| compare("a derivative", *h, *w, 1e-12))
    };
    let also_at = at.clone();
    let y = RefCell::new(vec![]);
    let z = RefCell::new(vec![]);
    Case {
        check: Box::new(check),
        run: Box::new(move || {
            let mut y = y.borrow_mut();
            (0..CALLS).for_each(|_| gradient.evaluate_into(black_box(&at), &mut y).expect("no branch"));
            black_box(&*y);
        }),
        primal: Box::new(move || {
            let mut z = z.borrow_mut();
            (0..CALLS).for_each(|_| value.evaluate_into(black_box(&also_at), &mut z).expect("no branch"));
            black_box(&*z);
        }),
        note: Box::new(move |s| {
            let (value, gradient) = operations;
            format!(
                "{:.1} ns a gradient of {gradient} operations; the value has {value}",
                s * 1e9 / CALLS as f64
            )
        }),
    }
}

fn many_points() -> Case {
    let f = Function::record(|x| programs::lorenz(x, 1), &X);
    let program = f.value();
    let operations = program.operations();
    let lanes = program.lanes();
    let columns: Vec<Array> = (0..6)
        .map(|k| {
            let c = Key::new(k).normal(&[POINTS], DType::F64);
            c.eval();
            c
        })
        .collect();
    let rows: Vec<[f64; 6]> = {
        let all: Vec<Vec<f64>> = columns.iter().map(Array::to_vec).collect();
        (0..POINTS).map(|i| std::array::from_fn(|k| all[k][i])).collect()
    };
    let check = {
        let (columns, row) = (columns.clone(), rows[POINTS / 3]);
        let lanes = program.lanes();
        move || {
            let y = lanes.evaluate(&columns).map_err(|e| e.to_string())?;
            compare("a value", y[0].get((POINTS / 3) as isize).item(), programs::lorenz(&row, 1), 1e-12)
        }
    };
    Case {
        check: Box::new(check),
        run: Box::new(move || {
            black_box(lanes.evaluate(&columns).expect("no branch"));
        }),
        primal: Box::new(move || {
            black_box(rows.iter().map(|x| programs::lorenz(x, 1)).collect::<Vec<f64>>());
        }),
        note: Box::new(move |s| {
            format!("{:.3} ns an operation at a point", s * 1e9 / POINTS as f64 / operations as f64)
        }),
    }
}
