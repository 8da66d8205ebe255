//! Sparse Jacobians, Taylor mode, implicit differentiation: each against what it replaces, as far as that can be run.

use super::gradient::numbers;
use crate::harness::{Case, Named, compare, named};
use pullback::array::{Array, DType, Real, fixed_point, grad, jet, jit, jvp};
use pullback::real::sparse::SparseJacobian;
use pullback::real::{Scalar, Var};
use std::hint::black_box;

/// The cases.
pub fn all() -> Vec<Named> {
    vec![named("sparse_band", banded), named("jet7", taylor), named("fixed_point", settled)]
}

/// Σ over a band of five, from a vector.
fn band<R: Scalar>(x: &[R]) -> Vec<R> {
    let n = x.len();
    let at = |i: usize| x[i % n];
    (0..n).map(|i| at(i + n - 2) * at(i) + (at(i + 1) - at(i + n - 1)).exp() * at(i + 2).sin()).collect()
}

/// A Jacobian of 10⁵ rows, against the function itself.
fn banded() -> Case {
    const N: usize = 100_000;
    let x: Vec<f64> = (0..N).map(|i| (i as f64).sin()).collect();
    let jacobian = SparseJacobian::new(band::<Var>, &x);
    let sweeps = jacobian.sweeps();
    let (at, plain) = (x.clone(), x.clone());
    let check = move || {
        let v: Vec<f64> = (0..N).map(|i| (i as f64).cos()).collect();
        let found = SparseJacobian::new(band::<Var>, &x).evaluate(&x).map_err(|e| e.to_string())?;
        let have: f64 = found.times(&v).iter().map(|y| y * y).sum();
        let push = pullback::real::vjp(band::<Var>)(&x).1.push(&v);
        compare("the product's size", have, push.iter().map(|y| y * y).sum(), 1e-11)
    };
    Case {
        check: Box::new(check),
        run: Box::new(move || {
            black_box(jacobian.evaluate(&at).expect("the same structure"));
        }),
        primal: Box::new(move || {
            black_box(band(&plain));
        }),
        note: Box::new(move |s| {
            format!("{:.0} ns a row; {sweeps} directions and the check's", s * 1e9 / N as f64)
        }),
    }
}

/// Seven derivatives along a line by one series, against three by nesting.
fn taylor() -> Case {
    let x = numbers(&[100_000], 1, DType::F64);
    x.eval();
    let f = |x: &Array| (x.sin() * x.exp()).tanh() / (x.square() + 1.0);
    let series = move |x: &Array| {
        let mut curve = vec![x.zeros_like(); 7];
        curve[0] = x.ones_like();
        jet(f)(x, &curve)
    };
    let third = move |x: &Array| {
        let one = |x: &Array| x.ones_like();
        let d1 = move |x: &Array| jvp(f)(x, &one(x)).1;
        let d2 = move |x: &Array| jvp(d1)(x, &one(x)).1;
        jvp(d2)(x, &one(x)).1
    };
    let (a, b, c) = (x.clone(), x.clone(), x);
    let (by_series, by_nesting) = (jit(series), jit(third));
    Case {
        check: Box::new(move || {
            let have = (6.0 * &series(&a)[3]).square().sum().item();
            compare("the third derivatives' size", have, third(&a).square().sum().item(), 1e-9)
        }),
        run: Box::new(move || {
            black_box(by_series(&b));
        }),
        primal: Box::new(move || {
            black_box(by_nesting(&c));
        }),
        note: Box::new(|_| "orders 0 to 7 by one series, over order 3 alone by nested forward mode".into()),
    }
}

/// The gradient through a fixed point, against the same through its iterations.
fn settled() -> Case {
    const N: usize = 256;
    let w = numbers(&[N, N], 1, DType::F64) * (0.5 / (N as f64).sqrt());
    let b = numbers(&[N], 2, DType::F64);
    w.eval();
    b.eval();
    let map = move |x: &Array, b: &Array| (w.matmul(x) + b).tanh();
    let again = map.clone();
    let implicit = {
        let solve = fixed_point(map, Array::zeros(&[N], DType::F64));
        move |b: &Array| solve(b).square().sum()
    };
    let unrolled =
        move |b: &Array| (0..60).fold(Array::zeros(&[N], DType::F64), |x, _| again(&x, b)).square().sum();
    let (implicit, unrolled) = (std::rc::Rc::new(implicit), std::rc::Rc::new(unrolled));
    let (f, g, at, at_too, at_last) = (implicit.clone(), unrolled.clone(), b.clone(), b.clone(), b);
    Case {
        check: Box::new(move || {
            let have = grad(|b: &Array| f(b))(&at).square().sum().item();
            compare("the gradient's size", have, grad(|b: &Array| g(b))(&at).square().sum().item(), 1e-8)
        }),
        run: Box::new(move || {
            grad(|b: &Array| implicit(b))(&at_too).eval();
        }),
        primal: Box::new(move || {
            grad(|b: &Array| unrolled(b))(&at_last).eval();
        }),
        note: Box::new(|_| "implicit, over the gradient through 60 iterations".into()),
    }
}
