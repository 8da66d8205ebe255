//! A6, P4: CoDiPack, capability by capability.

use super::{close, panics};
use pullback::array::{self, Array, Real};
use pullback::compile::{Function, Program};
use pullback::real::explicit::Event;
use pullback::real::{
    Counts, Dual, Elimination, Scalar, Tape, Var, eliminate, grad, hessian, jacobian, stop_gradient,
    value_and_grad,
};
use std::{cell::RefCell, rc::Rc};

fn rosenbrock<R: Scalar>(x: &[R]) -> R {
    100.0 * (x[1] - x[0] * x[0]).square() + (1.0 - x[0]).square()
}

/// A statement's derivative is put together while it is compiled: eight operations leave three nodes.
#[test]
fn p4_expression_templates() {
    let before = Counts::here();
    grad(rosenbrock)(&[-1.2, 1.0]);
    assert!((Counts::here() - before).nodes <= 3);
}

/// Slopes are recorded, two to a node.
#[test]
fn p4_jacobian_tapes() {
    let t = Tape::new();
    let (x, y) = (t.var(2.0), t.var(3.0));
    let _ = x * y;
    assert_eq!(t.steps()[2].slopes, [3.0, 2.0]);
    close(grad(rosenbrock)(&[-1.2, 1.0])[0], -215.6);
}

/// Operations are recorded: the same recording is evaluated, and differentiated, at other points.
#[test]
fn p4_primal_value_tapes() {
    let program = Function::record(rosenbrock, &[0.5, 0.5]).value_and_gradient();
    for x in [[-1.2, 1.0], [0.0, 0.0], [3.0, -2.0]] {
        let (value, g) = value_and_grad(rosenbrock)(&x);
        let out = program.evaluate(&x).unwrap();
        assert_eq!(out[0], value);
        close(out[1], g[0]);
        close(out[2], g[1]);
    }
}

/// Slots are given out one after the other.
#[test]
fn p4_linear_index_manager() {
    let t = Tape::new();
    let x = t.var(1.0);
    let y = (x.sin() * x).exp();
    assert_eq!((x.step(), y.step(), t.len()), (Some(0), Some(3), 4));
}

/// A function of many operations is one row of its Jacobian: what lies within is eliminated.
#[test]
fn p4_preaccumulation() {
    let f = |x: &[Var]| vec![(x[0] * x[1]).sin().exp() / (1.0 + x[2].square()) + x[0].tanh()];
    let x = [0.3, 0.6, -0.8];
    let local = eliminate(f, Elimination::Best)(&x);
    assert!(local.eliminated > 0 && local.multiplications > 0);
    for (a, b) in local.jacobian[0].iter().zip(grad(|x: &[Var]| f(x)[0])(&x)) {
        close(*a, b);
    }
    // Put on the tape as one statement.
    let whole = grad(|x: &[Var]| f(x)[0] * x[0])(&x);
    let short = grad(|x: &[Var]| {
        let at: Vec<f64> = x.iter().map(|x| x.value()).collect();
        let local = eliminate(f, Elimination::Best)(&at[..]);
        let slopes: Vec<(Var, f64)> = x.iter().copied().zip(local.jacobian[0].iter().copied()).collect();
        Var::external(f(&at.iter().map(|x| Var::from(*x)).collect::<Vec<_>>())[0].value(), &slopes) * x[0]
    })(&x);
    whole.iter().zip(&short).for_each(|(a, b)| close(*a, *b));
}

#[test]
fn p4_external_functions() {
    let outside = |x: f64| (x.powi(3), 3.0 * x * x);
    let g = grad(|x: &[Var]| {
        let (value, slope) = outside(x[0].value());
        Var::external(value, &[(x[0], slope)]) * x[1]
    })(&[2.0, 5.0]);
    assert_eq!(g, [60.0, 8.0]);
}

/// A linear system is differentiated as such, not through its solver.
#[test]
fn p4_linear_systems() {
    let a = Array::from([[4.0, 1.0], [1.0, 3.0]]);
    let solve = |(a, b): &(Array, Array)| array::linalg::solve(a, b);
    array::check::check_grads(solve, &(a.clone(), Array::from([1.0, 2.0])), 2);
    let free = |(a, b): &(Array, Array)| array::cg(|x: &Array| a.matmul(x), b);
    let g = |f: &dyn Fn(&(Array, Array)) -> Array| {
        array::grad(|p: &(Array, Array)| f(p).square().sum())(&(a.clone(), Array::from([1.0, 2.0])))
    };
    let (one, other) = (g(&solve), g(&free));
    assert!((one.0 - other.0).abs().max().item() < 1e-9 && (one.1 - other.1).abs().max().item() < 1e-9);
}

/// A value and its slopes by any number of arguments, pushed by hand.
#[test]
fn p4_statement_push_helper() {
    let norm = |x: &[Var]| {
        let value = x.iter().map(|x| x.value().powi(2)).sum::<f64>().sqrt();
        Var::external(value, &x.iter().map(|x| (*x, x.value() / value)).collect::<Vec<_>>())
    };
    let before = Counts::here();
    let g = grad(norm)(&[2.0, 3.0, 6.0]);
    assert_eq!((Counts::here() - before).nodes, 2);
    assert_eq!(g, [2.0 / 7.0, 3.0 / 7.0, 6.0 / 7.0]);
    let message = panics(|| drop(hessian(norm)(&[2.0, 3.0, 6.0])));
    assert!(message.starts_with("Var::external: its slopes are plain numbers"), "{message}");
}

#[test]
fn p4_tape_read_and_write_as_text() {
    let f = Function::record(rosenbrock, &[0.5, 0.5]);
    let again = Function::from_json(&f.to_json()).unwrap();
    assert_eq!(again.gradient().evaluate(&[-1.2, 1.0]), f.gradient().evaluate(&[-1.2, 1.0]));
    let program = Program::from_json(&f.hessian().to_json()).unwrap();
    assert_eq!(program.evaluate(&[-1.2, 1.0]), f.hessian().evaluate(&[-1.2, 1.0]));
}

/// As formulas: a line for each operation, and as code.
#[test]
fn p4_tape_write_as_mathematics() {
    let f = Function::record(|x| (x[0] * x[1]).sin(), &[1.0, 2.0]);
    assert_eq!(f.value().to_string(), "v0 = x0\nv1 = x1\nv2 = mul(v0, v1)\nv3 = sin(v2)\nreturn v3");
    assert!(f.value().to_rust("f").unwrap().contains("let v2: f64 = v0 * v1;"));
    let t = Tape::new();
    let (x, y) = (t.named("x", 1.0), t.named("y", 2.0));
    let _ = (x * y).sin();
    assert!(t.to_string().contains("x * y") && t.to_string().contains("sin(w3)"), "{t}");
}

/// Wrong use of tapes is found: other tapes, variables that outlive theirs, an outer variable in an inner gradient.
#[test]
fn p4_tagging() {
    let message = panics(|| {
        grad(|x: &[Var]| Var::from(grad(|y: &[Var]| y[0] * x[0])(&[1.0])[0]))(&[1.0]);
    });
    assert!(message.contains("would be lost"), "{message}");
    let (t, u) = (Tape::new(), Tape::new());
    let message = panics(|| {
        let _ = t.var(1.0) + u.var(1.0);
    });
    assert!(message.starts_with("variables of two tapes cannot be combined"), "{message}");
    assert_eq!(grad(|x: &[Var]| x[0] * stop_gradient(x[0]))(&[2.0]), [2.0]);
}

#[test]
fn p4_events() {
    let log = Rc::new(RefCell::new(vec![]));
    let seen = log.clone();
    let mut t = Tape::watched(move |event| {
        seen.borrow_mut().push(match event {
            Event::Recorded(step) => format!("+{}", step.name),
            Event::Swept { step, adjoint } => format!("{}: {adjoint}", step.name),
            Event::Cleared => "cleared".into(),
        })
    });
    let x = t.var(3.0);
    let y = x * x;
    y.grad();
    t.clear();
    assert_eq!(*log.borrow(), ["+var", "+mul", "mul: 1", "var: 6", "cleared"]);
}

/// Sixteen directions from one recording.
#[test]
fn p4_vector_modes() {
    let before = Counts::here();
    let j = jacobian(|x: &[Var]| x.iter().flat_map(|x| [x.sin(), x.cos(), x.exp()]).collect::<Vec<_>>())(
        &[0.1; 16],
    );
    let done = Counts::here() - before;
    assert_eq!((j.len(), done.forward, done.recordings), (48, 16, 1));
}

#[test]
fn p4_higher_order_by_nesting() {
    let second = |x: &[Var]| grad(|x: &[Var]| x[0].powi(4))(x)[0];
    assert_eq!(grad(second)(&[2.0]), [48.0]);
    let mixed = Dual::new(Var::from(2.0), Var::from(1.0)).powi(3).derivative();
    assert_eq!(mixed.value(), 12.0);
    let slope = grad(|x: &[Var]| Dual::new(x[0], Var::from(1.0)).powi(3).derivative())(&[2.0]);
    assert_eq!(slope, [12.0]);
}

/// OpenMP's place is taken by Rust's threads: each records for itself, and a `Var` cannot leave its thread (a compile error).
#[test]
fn p4_threads() {
    let part = |k: usize| grad(|x: &[Var]| (x[0] * k as f64).sin())(&[0.3])[0];
    let sum: f64 = std::thread::scope(|s| {
        let all: Vec<_> = (0..4).map(|k| s.spawn(move || part(k))).collect();
        all.into_iter().map(|t| t.join().unwrap()).sum()
    });
    close(sum, (0..4).map(part).sum());
}
