//! A2: Wikipedia's article on automatic differentiation.
//!
//! Over 300 lines: one list of claims.

use super::{close, within};
use pullback::array::{self, Array};
use pullback::real::chain::{Chain, Keep};
use pullback::real::{
    self, Counts, Dual, Elimination, Real, Scalar, Tape, Var, eliminate, grad, jacobian, jvp, taylor,
};

#[test]
fn w1_the_two_tables() {
    let (w1, w2) = (Dual::new(2.0, 1.0), Dual::new(3.0, 0.0));
    let (w3, w4) = (w1 * w2, w1.sin());
    assert_eq!((w3.derivative(), w4.derivative()), (3.0, 2f64.cos()));
    assert_eq!((w3 + w4).derivative(), 3.0 + 2f64.cos());
    let t = Tape::new();
    let (w1, w2) = (t.var(2.0), t.var(3.0));
    let (w3, w4) = (w1 * w2, w1.sin());
    let w5 = w3 + w4;
    let bar = w5.grad();
    assert_eq!((bar.wrt(w5), bar.wrt(w4), bar.wrt(w3)), (1.0, 1.0, 1.0));
    assert_eq!(bar.wrt(w2), bar.wrt(w3) * 2.0);
    assert_eq!(bar.wrt(w1), bar.wrt(w3) * 3.0 + bar.wrt(w4) * 2f64.cos());
}

#[test]
fn w2_one_function_three_ways() {
    fn f<R: Scalar>(v: &[R]) -> R {
        v[0] * (v[0] + v[1]) + v[1] * v[1]
    }
    assert_eq!(f(&[2.0, 3.0]), 19.0);
    assert_eq!(jvp(|v: &[Dual<f64>]| f(v))(&[2.0, 3.0], &[1.0, 0.0]).1, 7.0);
    assert_eq!(jvp(|v: &[Dual<f64>]| f(v))(&[2.0, 3.0], &[0.0, 1.0]).1, 8.0);
    assert_eq!(grad(f)(&[2.0, 3.0]), [7.0, 8.0]);
    assert_eq!(f(&[Dual::new(2.0, 1.0), Dual::new(3.0, 0.0)]).derivative(), 7.0);
    assert_eq!(f(&[Dual::new(2.0, 0.0), Dual::new(3.0, 1.0)]).derivative(), 8.0);
}

#[test]
fn w3_sweeps_are_counted() {
    let sweeps = |f: fn(&[Var]) -> Vec<Var>, n: usize| {
        let before = Counts::here();
        jacobian(f)(&vec![0.5; n]);
        let done = Counts::here() - before;
        (done.forward, done.reverse)
    };
    assert_eq!(sweeps(|x| vec![x[0] * x[1], x[0].sin(), x[1].exp()], 2), (2, 0));
    assert_eq!(sweeps(|x| vec![x[0] * x[1], x[2] + x[3]], 4), (0, 2));
    assert_eq!(sweeps(|x| vec![x.iter().copied().sum()], 1000), (0, 1));
}

#[test]
fn w4_arithmetic_of_dual_numbers() {
    let (u, v) = (Dual::new(1.5, 0.3), Dual::new(-2.5, 0.7));
    let is = |x: Dual<f64>, value: f64, slope: f64| {
        within(x.value(), value, 1e-15);
        within(x.derivative(), slope, 1e-15);
    };
    is(u + v, -1.0, 1.0);
    is(u - v, 4.0, -0.4);
    is(u * v, -3.75, 0.3 * -2.5 + 1.5 * 0.7);
    is(u / v, -0.6, (0.3 * -2.5 - 1.5 * 0.7) / 6.25);
    is(u.sin(), 1.5f64.sin(), 0.3 * 1.5f64.cos());
    is(u.cos(), 1.5f64.cos(), -0.3 * 1.5f64.sin());
    is(u.exp(), 1.5f64.exp(), 0.3 * 1.5f64.exp());
    is(u.ln(), 1.5f64.ln(), 0.3 / 1.5);
    is(u.powi(4), 1.5f64.powi(4), 4.0 * 1.5f64.powi(3) * 0.3);
    is(v.abs(), 2.5, -0.7);
    // A plain number is lifted.
    is(2.0 + u * 3.0, 6.5, 0.9);
    // P(x + x′ε) = P(x) + P′(x) x′ ε for polynomials.
    let mut seed = 7u64;
    for _ in 0..50 {
        let mut next = || {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) as f64 / 2f64.powi(30) - 1.0
        };
        let c: Vec<f64> = (0..8).map(|_| next()).collect();
        let (x, dx) = (next(), next());
        let value = |x: Dual<f64>| c.iter().rev().fold(Dual::lift(0.0), |y, c| y * x + *c);
        let p: f64 = c.iter().rev().fold(0.0, |y, c| y * x + c);
        let slope: f64 = (1..8).map(|k| k as f64 * c[k] * x.powi(k as i32 - 1)).sum();
        let y = value(Dual::new(x, dx));
        within(y.value(), p, 1e-14);
        within(y.derivative(), slope * dx, 1e-14);
    }
}

#[test]
fn w5_any_direction_in_one_pass() {
    let before = Counts::here();
    let (y, dy) =
        jvp(|v: &[Dual<f64>]| [v[0] * v[1] * v[2], v[0].sin()])(&[2.0, 3.0, 4.0], &[0.5, -1.0, 2.0]);
    assert_eq!((Counts::here() - before).recordings, 0);
    close(y[0], 24.0);
    close(dy[0], 0.5 * 12.0 - 8.0 + 2.0 * 6.0);
    close(dy[1], 0.5 * 2f64.cos());
    let (_, dy) =
        array::jvp(|x: &Array| x.prod())(&Array::from([2.0, 3.0, 4.0]), &Array::from([0.5, -1.0, 2.0]));
    close(dy.item(), 10.0);
}

#[test]
fn w6_truncated_taylor_polynomials() {
    let want = [
        1.6151462964420837433,
        1.4174242246593912345,
        0.23478219963286702321,
        -0.39407357347586690968,
        -0.23782225150738892355,
        0.0099034927516124460876,
        0.059960322468661218917,
    ];
    let have = taylor::<f64, 7>(|x| x[0].sin().exp(), &[0.5], &[1.0]);
    have.iter().zip(want).for_each(|(a, b)| within(*a, b, 1e-14));
    // The cost is quadratic in the degree: four times as many operations for twice as many coefficients, at most.
    use pullback::compile::{Function, Symbol};
    fn operations<const N: usize>() -> f64 {
        let f = |x: &[Symbol]| {
            taylor::<Symbol, N>(|x| x[0].sin().exp() / (1.0 + x[0].square()), x, &[1.0.into()])
        };
        Function::record(f, &[0.5]).value().operations() as f64
    }
    let counted = [operations::<8>(), operations::<16>(), operations::<32>(), operations::<64>()];
    assert!(counted.windows(2).all(|c| c[1] <= 4.0 * c[0]), "{counted:?}");
    // Along a direction in several variables, and of arrays: the second coefficient is ½ vᵀHv.
    let (x, v) = ([0.3, -0.7], [1.0, 2.0]);
    let c = taylor::<f64, 3>(|x| (x[0] * x[1]).exp(), &x, &v);
    let h = real::hessian(|x: &[Var]| (x[0] * x[1]).exp())(&x);
    close(c[2], 0.5 * (h[0][0] + 4.0 * h[0][1] + 4.0 * h[1][1]));
    let (x, one) = (Array::from(0.5), Array::from(1.0));
    let coefficients = array::jet(|x: &Array| x.sin().exp())(&x, &[one, x.zeros_like(), x.zeros_like()]);
    for (c, want) in coefficients.iter().zip(want) {
        within(c.item(), want, 1e-14);
    }
}

/// The same gradient from a tape, from recomputation, from checkpoints.
#[test]
fn w7_strategies_of_memory() {
    let n = 50;
    let tape = grad(|v: &[Var]| (0..n).fold(v[0], |x, _| x * x.cos()))(&[0.9])[0];
    let step = |x: &f64| x * x.cos();
    let adjoint = |x: &f64, g: f64| g * (x.cos() - x * x.sin());
    for keep in [Keep::Full, Keep::Logarithmic, Keep::Binomial(5), Keep::Online(6)] {
        close(Chain::run(0.9, n, keep, step).sweep(1.0, step, adjoint), tape);
    }
    let block = array::checkpoint(|x: &Array| (0..10).fold(x.clone(), |x, _| &x * x.cos()));
    let g = array::grad(move |x: &Array| (0..5).fold(x.clone(), |x, _| block(&x)))(&Array::from(0.9));
    close(g.item(), tape);
}

/// The adjoint graph is a graph like the other, and differentiable itself.
#[test]
fn w8_the_dual_graph() {
    let fan_out = array::graph(array::grad(|x: &Array| x.sin() + x.exp()))(&Array::from(1.0));
    // Fan-out of x becomes an addition of its cotangents; each function its derivative.
    let names: Vec<&str> = fan_out.nodes().iter().map(|s| &*s.name).collect();
    assert!(names.contains(&"add") && names.contains(&"cos") && names.contains(&"exp"), "{fan_out}");
    let third = array::grad(array::grad(array::grad(|x: &Array| x.sin() + x.exp())));
    close(third(&Array::from(1.0)).item(), -1f64.cos() + 1f64.exp());
    // An addition becomes a fan-out: both get the same cotangent.
    let (_, g) = array::value_and_grad(|(a, b): &(Array, Array)| (a + b).square())(&(
        Array::from(1.0),
        Array::from(2.0),
    ));
    assert_eq!((g.0.item(), g.1.item()), (6.0, 6.0));
}

#[test]
fn w9_optimal_jacobian_accumulation() {
    type F = fn(&[Var]) -> Vec<Var>;
    let examples: [(F, &[f64]); 4] = [
        // Naumann's lion: four inputs, two in between, five outputs.
        (
            |x| {
                let a = x[0] * x[1];
                let b = (a * x[2]).sin() * x[3];
                vec![a * b, a + b, b * x[0], b * x[1], (a * b).exp()]
            },
            &[0.3, 0.5, 0.7, 0.9],
        ),
        (
            |x| {
                let waist = (x[0] * x[1] + x[2]) * x[3];
                vec![waist * x[0], waist * x[1], waist * x[2]]
            },
            &[1.0, 2.0, 3.0, 0.1],
        ),
        (
            |x| {
                let r = x[0].hypot(x[1]);
                vec![r * x[2].cos(), r * x[2].sin(), x[1].atan2(x[0]) * r]
            },
            &[0.5, 1.5, 0.2],
        ),
        // Larger than what is searched.
        (
            |x| (0..20).fold(vec![x[0], x[1]], |v, i| vec![v[0] * v[1] + f64::from(i), v[0].sin() * v[1]]),
            &[0.2, 0.4],
        ),
    ];
    for (f, x) in examples {
        let want = jacobian(f)(x);
        let of = |order| eliminate(f, order)(x);
        let (forward, reverse, best) =
            (of(Elimination::Forward), of(Elimination::Reverse), of(Elimination::Best));
        for found in [&forward, &reverse, &best, &of(Elimination::Markowitz)] {
            for (a, b) in found.jacobian.iter().flatten().zip(want.iter().flatten()) {
                close(*a, *b);
            }
        }
        assert!(best.multiplications <= forward.multiplications.min(reverse.multiplications));
    }
    // A chain of 2 inputs, a waist and 3 outputs: cheaper than either.
    let f: F = examples[1].0;
    let cost = |order| eliminate(f, order)(examples[1].1).multiplications;
    assert!(cost(Elimination::Best) <= cost(Elimination::Markowitz));
}

/// Overloading; source code generated; a recorded function as a program for many inputs, guarded against another path.
#[test]
fn w10_styles_of_implementation() {
    use pullback::compile::Function;
    fn f<R: Scalar>(x: &[R]) -> R {
        if x[0] > 0.0 { x[0] * x[1].sin() } else { x[1] }
    }
    let program = Function::record(f, &[1.0, 2.0]).value_and_gradient();
    let out = program.evaluate(&[1.5, 0.5]).unwrap();
    let want = grad(f)(&[1.5, 0.5]);
    out.iter().zip([f(&[1.5, 0.5]), want[0], want[1]]).for_each(|(a, b)| close(*a, b));
    // Control flow changed: an error that names the line, not a wrong number.
    let changed = program.evaluate(&[-1.0, 0.5]).unwrap_err().to_string();
    assert!(changed.contains("wikipedia.rs"), "{changed}");
    // Many inputs at once, in lanes and threads.
    let columns = [Array::linspace(0.1, 3.0, 5000), Array::linspace(-1.0, 1.0, 5000)];
    let many = program.lanes().evaluate(&columns).unwrap();
    close(many[1].get(4999).item(), 1f64.sin());
    // Source code without dependencies, for one compiler or another.
    let source = program.to_rust("gradient").unwrap();
    assert!(source.contains("pub fn gradient(x: &[f64; 2]) -> Option<[f64; 3]>"), "{source}");
    assert!(program.to_c("gradient").unwrap().contains("gradient"));
}

/// Counted: a gradient's program, its value included, has no more than 5 times the operations of its function.
#[test]
fn w11_a_small_constant_factor() {
    use pullback::compile::{Function, Symbol};
    fn mixed<R: Scalar>(x: &[R]) -> R {
        (0..10).map(|i| (x[i % 3] * x[(i + 1) % 3]).sin() * x[i % 3].exp() / (1.0 + x[2] * x[2])).sum()
    }
    fn rosenbrock<R: Scalar>(x: &[R]) -> R {
        x.windows(2).map(|w| 100.0 * (w[1] - w[0] * w[0]).square() + (1.0 - w[0]).square()).sum()
    }
    fn helmholtz<R: Scalar>(x: &[R]) -> R {
        let total: R = x.iter().copied().sum();
        let each: R = x.iter().map(|x| *x * (x / (1.0 - total)).ln()).sum();
        each - (0..x.len()).map(|i| x[i] * x[(i + 1) % x.len()]).sum::<R>() / (1.0 + total)
    }
    fn network<R: Scalar>(x: &[R]) -> R {
        let hidden = (0..4).map(|i| (0..4).map(|j| x[4 * i + j] * 0.3).sum::<R>().tanh());
        hidden.enumerate().map(|(i, h)| h * x[16 + i]).sum::<R>().logistic()
    }
    type F = fn(&[Symbol]) -> Symbol;
    let functions: [(&str, F, usize); 5] = [
        ("mixed", mixed, 3),
        ("rosenbrock", rosenbrock, 20),
        ("speelpenning", |x| x.iter().copied().product(), 20),
        ("helmholtz", helmholtz, 8),
        ("network", network, 20),
    ];
    for (name, f, n) in functions {
        let at: Vec<f64> = (0..n).map(|i| 0.1 / (i as f64 + 2.0)).collect();
        let recorded = Function::record(f, &at);
        let (value, both) = (recorded.value().operations(), recorded.value_and_gradient().operations());
        assert!(both <= 5 * value, "{name}: {both} for {value}");
    }
}

/// Every function of the table that has references of 20 digits and more: value and slope to a few units in the last place.
#[test]
fn w11_working_precision() {
    let renamed = |name: &str| {
        match name {
            "negative" => "neg",
            "expm1" => "exp_m1",
            "log" => "ln",
            "log1p" => "ln_1p",
            "reciprocal" => "recip",
            "arcsin" => "asin",
            "arccos" => "acos",
            "arctan" => "atan",
            "arcsinh" => "asinh",
            "arccosh" => "acosh",
            "arctanh" => "atanh",
            "erfinv" => "erf_inv",
            "gammaln" => "ln_gamma",
            "expit" => "logistic",
            "ndtr" => "norm_cdf",
            "log_ndtr" => "norm_log_cdf",
            "ndtri" => "norm_quantile",
            "expi" => "exp_int_ei",
            "exp1" => "exp_int_e1",
            "i0" => "bessel_i0",
            "i1" => "bessel_i1",
            "i0e" => "bessel_i0e",
            "i1e" => "bessel_i1e",
            "logaddexp" => "log_add_exp",
            "logaddexp2" => "log_add_exp2",
            "betaln" => "ln_beta",
            name => name,
        }
        .to_string()
    };
    let text = include_str!("../../crates/real/tests/data/scalar.jsonl");
    let number = |v: &serde_json::Value| -> f64 {
        v.as_f64().unwrap_or_else(|| v.as_str().expect("a number as text").parse().expect("a number"))
    };
    // Units in the last place, and what rounds to nothing.
    let units = |have: f64, want: f64| (have - want).abs() / (want.abs() * f64::EPSILON).max(1e-300);
    let mut functions = 0;
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = renamed(record["op"].as_str().unwrap());
        let (unary, binary) = (real::Unary::by_name(&name), real::Binary::by_name(&name));
        if unary.is_none() && binary.is_none() {
            continue;
        }
        functions += 1;
        for p in record["points"].as_array().unwrap() {
            let want = number(&p["value"]);
            let (have, slopes) = match (unary, binary) {
                (Some(op), _) => {
                    let x = number(&p["x"]);
                    let (y, g) = real::value_and_grad(|x: &[Var]| Real::unary(op, &x[0]))(&[x]);
                    (y, vec![(g[0], number(&p["derivatives"][0]), p["cond"][1].as_f64().unwrap())])
                }
                (None, Some(op)) => {
                    let x = [number(&p["x"][0]), number(&p["x"][1])];
                    (op.eval(x[0], x[1]), vec![])
                }
                (None, None) => unreachable!("one of them is there"),
            };
            assert!(units(have, want) <= 4.0, "{name} at {}: {have:e} for {want:e}", p["x"]);
            for (have, want, condition) in slopes {
                // What the slope's own argument is rounded by. This one is written by its result, whose last place counts
                // y² times, 36 times far out.
                let own = if name == "norm_quantile" { 36.0 } else { 8.0 };
                let allowed = own + 4.0 * condition;
                assert!(units(have, want) <= allowed, "{name}′ at {}: {have:e} for {want:e}", p["x"]);
            }
        }
    }
    assert!(functions >= 50, "{functions}");
    // To a few units in the last place, from 50-digit arithmetic.
    for (have, want) in [
        (grad(|x: &[Var]| x[0].sin().exp())(&[0.5])[0], 1.4174242246593912345),
        (grad(|x: &[Var]| x[0].ln_gamma())(&[3.7])[0], 1.167153539361511385873864),
        (grad(|x: &[Var]| x[0].erf())(&[0.3])[0], 1.031260909618963050298122),
        (grad(|x: &[Var]| x[0].tanh())(&[1.0])[0], 0.41997434161402606939),
    ] {
        assert!((have - want).abs() <= 4.0 * f64::EPSILON * want.abs(), "{have:?} {want:?}");
    }
}

/// Speelpenning's product: no expression swell, no error of a step size.
#[test]
fn w12_neither_symbolic_nor_numeric() {
    for n in [10, 1000, 100_000] {
        let x: Vec<f64> = (0..n).map(|i| 1.0 + 0.5 / f64::from(i + 1)).collect();
        let before = Counts::here();
        let g = grad(|x: &[Var]| x.iter().copied().product())(&x);
        let counts = Counts::here() - before;
        assert!(counts.nodes <= n as u64 && counts.reverse == 1);
        let product: f64 = x.iter().product();
        g.iter().zip(&x).for_each(|(g, x)| close(*g, product / x));
    }
}
