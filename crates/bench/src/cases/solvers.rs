//! Sparse Jacobians, Taylor mode, implicit differentiation: each against what it replaces, as far as that can be run.

use super::gradient::numbers;
use crate::harness::{Case, Named, compare, named};
use pullback::array::sparse::SparseJacobian as SparseArrayJacobian;
use pullback::array::{Array, DType, Ode, PadMode, Real, fixed_point, grad, jet, jit, jvp, odeint};
use pullback::real::sparse::SparseJacobian;
use pullback::real::{Scalar, Var};
use std::hint::black_box;

/// The cases.
pub fn all() -> Vec<Named> {
    vec![
        named("sparse_band", banded),
        named("sparse_grid", grid),
        named("jet7", taylor),
        named("fixed_point", settled),
        named("odeint_dense", between_steps),
    ]
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
        let push = pullback::real::linearize(band::<Var>)(&x).1.push(&v);
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

/// A Jacobian of 10⁵ rows of a function of arrays, against the function itself.
fn grid() -> Case {
    let residuals = |u: &Array| {
        let p = u.pad(&[(1, 1), (1, 1)], PadMode::Constant(0.0));
        let around =
            p.get((..316, 1..317)) + p.get((2.., 1..317)) + p.get((1..317, ..316)) + p.get((1..317, 2..));
        4.0 * u - around + u.exp()
    };
    let u = numbers(&[316, 316], 1, DType::F64);
    u.eval();
    let begun = std::time::Instant::now();
    let jacobian = SparseArrayJacobian::new(residuals, &u);
    let (prepared, sweeps) = (begun.elapsed(), jacobian.sweeps());
    let (at, plain, primal) = (u.clone(), u.clone(), jit(residuals));
    Case {
        check: Box::new(move || {
            let v = numbers(&[316, 316], 2, DType::F64);
            let found = SparseArrayJacobian::new(residuals, &u).evaluate(&u).times(&v.to_vec::<f64>());
            let push = jvp(residuals)(&u, &v).1.square().sum().item();
            compare("the product's size", found.iter().map(|y| y * y).sum(), push, 1e-11)
        }),
        run: Box::new(move || {
            black_box(jacobian.evaluate(&at));
        }),
        primal: Box::new(move || {
            primal(&plain).eval();
        }),
        note: Box::new(move |s| {
            let row = s * 1e9 / (316.0 * 316.0);
            format!("{row:.0} ns a row; {sweeps} products; prepared in {:.2} s", prepared.as_secs_f64())
        }),
    }
}

/// A solution at 200 times read off between the steps, with its gradient, against steps that end there.
fn between_steps() -> Case {
    let ts = Array::linspace(0.0, 2.0, 200);
    let loss = move |dense: bool, w: &Array| {
        let ode = Ode { dense, steps: 64, ..Ode::default() };
        let swing = |_: &Array, (y, v): &(Array, Array)| (v.clone(), -(w * y));
        odeint(swing, &(Array::from(1.0), Array::from(0.0)), &ts, ode).0.square().sum()
    };
    let (loss, w) = (std::rc::Rc::new(loss), Array::from(4.0));
    let (f, g, h) = (loss.clone(), loss.clone(), loss);
    let (run, primal) = (jit(grad(move |w: &Array| f(true, w))), jit(grad(move |w: &Array| g(false, w))));
    let (at, at_too, at_last) = (w.clone(), w.clone(), w);
    Case {
        check: Box::new(move || {
            let of = |dense: bool| grad(|w: &Array| h(dense, w))(&at_last).item();
            compare("the gradient", of(true), of(false), 1e-5)
        }),
        run: Box::new(move || {
            run(&at).eval();
        }),
        primal: Box::new(move || {
            primal(&at_too).eval();
        }),
        note: Box::new(|_| "200 times between the steps, over steps that end at them".into()),
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
