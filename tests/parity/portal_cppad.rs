//! A6, P2: CppAD, capability by capability.

use super::{close, panics, within};
use pullback::array::{self, Array};
use pullback::compile::{Function, Program};
use pullback::real::sparse::{HessianColouring, Order, Propagation, SparseHessian, SparseJacobian, pattern};
use pullback::real::{
    Counts, Dual, Duals, Real, Scalar, Tape, Var, abs_normal, derivatives, find_nan, grad, hessian, jacfwd,
    jacobian, jvp, linearize, stop_gradient, taylor,
};

#[test]
fn p2_forward_and_reverse_of_any_order() {
    let f = |x: &[Var]| x[0].exp() * x[1].sin();
    let x = [0.4, 1.1];
    let (_, linear) = linearize(|x: &[Var]| [f(x)])(&x);
    close(linear.push(&[1.0, 0.0])[0], linear.pull(&[1.0])[0]);
    let d = derivatives::<f64, 6>(|x| x.sin(), 0.5);
    within(d[5], 0.5f64.cos(), 1e-14);
    // Reverse over a Taylor coefficient, and three reverse sweeps.
    let second = |x: &[Var]| taylor::<Var, 3>(|x| x[0].exp() * x[1].sin(), x, &[1.0.into(), 0.0.into()])[2];
    close(grad(second)(&x)[1], 0.5 * 0.4f64.exp() * 1.1f64.cos());
    let third = grad(move |x: &[Var]| grad(move |x: &[Var]| grad(f)(x)[0])(x)[0])(&x);
    close(third[1], 0.4f64.exp() * 1.1f64.cos());
}

#[test]
fn p2_forward_in_several_directions() {
    let f = |x: &[Duals<f64, 3>]| x[0] * x[1].exp() * x[2];
    let x = [Duals::variable(1.0, 0), Duals::variable(0.0, 1), Duals::variable(2.0, 2)];
    assert_eq!(f(&x).eps.to_vec(), grad(|x: &[Var]| x[0] * x[1].exp() * x[2])(&[1.0, 0.0, 2.0]));
    assert_eq!(jacfwd(|x: &[Duals<f64, 8>]| [x[0] * x[1]])(&[2.0, 3.0]), [[3.0, 2.0]]);
}

/// Inputs by which no derivative is taken.
#[test]
fn p2_dynamic_parameters() {
    let priced = Function::record(|x| x[0] * x[0] * x[1], &[2.0, 3.0]).with_parameters(1);
    assert_eq!(priced.gradient().evaluate(&[2.0, 5.0]).unwrap(), [20.0]);
    let message = panics(|| drop(Function::record(|x| x[0], &[1.0]).with_parameters(2)));
    assert_eq!(message, "with_parameters: the function has 1 inputs, which cannot end with 2 parameters");
}

/// CondExp is `select`: both branches recorded, the one taken differentiated.
#[test]
fn p2_conditional_expressions() {
    fn f<R: Scalar>(x: &[R]) -> R {
        R::select(&x[0].less(R::lift(1.0)), &x[0].square(), &(2.0 * x[0] - 1.0))
    }
    let program = Function::record(f, &[0.5]).value_and_gradient();
    assert_eq!(program.evaluate(&[0.5]).unwrap(), [0.25, 1.0]);
    assert_eq!(program.evaluate(&[3.0]).unwrap(), [5.0, 2.0]);
}

/// VecAD: an element chosen by a number that is computed.
#[test]
fn p2_vecad() {
    let f = |x: &[Var]| {
        let k = x[2].value() as usize;
        x[k] * x[k]
    };
    assert_eq!(grad(f)(&[3.0, 5.0, 1.0]), [0.0, 10.0, 0.0]);
    let table = |(t, i): &(Array, Array)| t.take(&i.floor().cast(array::DType::I64), 0).square().sum();
    let g = array::grad(table)(&(Array::from([3.0, 5.0]), Array::from([1.2])));
    assert_eq!(g.0.to_vec::<f64>(), [0.0, 10.0]);
    // And written to.
    let put = |(t, v): &(Array, Array)| t.at_set(1, v).square().sum();
    let g = array::grad(put)(&(Array::from([3.0, 5.0]), Array::from(7.0)));
    assert_eq!((g.0.to_vec::<f64>(), g.1.item()), (vec![6.0, 0.0], 14.0));
}

#[test]
fn p2_atomic_functions() {
    let atomic = array::custom(|x: &Array| x.exp(), |_, y, g: &Array| y * g);
    let g = array::grad(|x: &Array| atomic(&x.sin()))(&Array::from(0.4));
    close(g.item(), 0.4f64.sin().exp() * 0.4f64.cos());
    let scalar = |x: Var| Var::external(x.value().exp(), &[(x, x.value().exp())]);
    close(grad(|x: &[Var]| scalar(x[0].sin()))(&[0.4])[0], 0.4f64.sin().exp() * 0.4f64.cos());
}

#[test]
fn p2_checkpoint_functions() {
    let saved = array::checkpoint(|x: &Array| x.sin().exp().sin());
    let g = array::grad(|x: &Array| saved(x))(&Array::from(0.4));
    let plain = array::grad(|x: &Array| x.sin().exp().sin())(&Array::from(0.4));
    assert_eq!(g.item(), plain.item());
}

/// Dead code, common subexpressions and constants.
#[test]
fn p2_optimize() {
    let f = Function::record(
        |x| {
            let _dead = x[0].exp();
            let a = (x[0] * x[1]).sin();
            let b = (x[0] * x[1]).sin();
            a + b + (2.0 * 3.0)
        },
        &[0.3, 0.4],
    );
    // A product, its sine, the sum of two, and of six.
    assert_eq!(f.value().operations(), 4);
}

/// Forward, reverse, by subgraphs, and of Hessians.
#[test]
fn p2_sparsity_patterns() {
    let f = |x: &[Var]| vec![x[0] * x[1], x[3].sin() + 2.0, Var::from(1.0), x[1] * x[1] + x[3]];
    let x = [0.1, 0.2, 0.3, 0.4];
    for way in [Propagation::Forward, Propagation::Reverse, Propagation::Subgraph] {
        let p = pattern(f, way)(&x);
        let rows: Vec<&[u32]> = (0..4).map(|i| p.row(i)).collect();
        assert_eq!(rows, [&[0, 1][..], &[3], &[], &[1, 3]], "{way:?}");
        assert_eq!(p, *SparseJacobian::new(f, &x).pattern());
    }
    let h = SparseHessian::new(|x: &[Var]| x[0] * x[1] + x[2].exp() + x[3], &x);
    assert_eq!((h.pattern().row(0), h.pattern().row(3)), (&[0, 1][..], &[3][..]));
}

#[test]
fn p2_sparse_derivatives_with_colouring() {
    let n = 50;
    let f = |x: &[Var]| (0..n).map(|i| x[i] * x[(i + 1) % n] + x[i].sin()).collect::<Vec<_>>();
    let x: Vec<f64> = (0..n).map(|i| 0.1 * i as f64).collect();
    let sparse = SparseJacobian::new(f, &x);
    assert!(sparse.pattern().len() == 2 * n && sparse.sweeps() <= 4);
    assert_eq!(sparse.evaluate(&x).unwrap().to_dense(), jacobian(f)(&x));
    let g = |x: &[Var]| (0..n - 1).map(|i| (x[i] * x[i + 1]).sin()).sum::<Var>();
    let h = SparseHessian::with(g, &x, HessianColouring::Star, Order::SmallestLast);
    assert!(h.sweeps() <= 4);
    for (row, want) in h.evaluate(&x).unwrap().to_dense().iter().zip(hessian(g)(&x)) {
        row.iter().zip(want).for_each(|(a, b)| close(*a, b));
    }
}

/// AD<AD<T>>.
#[test]
fn p2_levels() {
    let f = |x: &[Var]| x[0].powi(4);
    let first = move |x: &[Var]| grad(f)(x)[0];
    let second = move |x: &[Var]| grad(first)(x)[0];
    let third = move |x: &[Var]| grad(second)(x)[0];
    assert_eq!(grad(third)(&[1.5]), [24.0]);
    let nested = Dual::new(Dual::new(2.0, 1.0), Dual::lift(1.0));
    assert_eq!(nested.powi(3).derivative().derivative(), 12.0);
}

#[test]
fn p2_abs_normal() {
    let f = |x: &[Var]| (x[0] - x[1]).abs() + x[1].min(0.5);
    let model = abs_normal(f)(&[1.0, 1.0]);
    assert_eq!(model.switching, [0.0, 0.5]);
    assert_eq!(model.evaluate(&[0.25, -1.0]), [1.25]);
    assert_eq!(
        (model.derivative_along(&[1.0, 0.0]), model.derivative_along(&[0.0, 1.0])),
        (vec![1.0], vec![1.0])
    );
}

/// The program as JSON and back, to the last bit.
#[test]
fn p2_json_export() {
    let program = Function::record(|x| (x[0] * x[1]).sin() + 0.1 * x[1].powi(3), &[1.0, 2.0]).gradient();
    let text = program.to_json();
    assert!(text.contains("\"op\":\"cos\""), "{text}");
    let again = Program::from_json(&text).unwrap();
    assert_eq!(again.evaluate(&[0.3, 0.7]), program.evaluate(&[0.3, 0.7]));
    assert_eq!(again.to_json(), text);
    let error = Program::from_json(&text.replace("cos", "cosine")).unwrap_err().to_string();
    assert!(
        error.starts_with("from_json: instruction ") && error.contains("no operation `cosine`"),
        "{error}"
    );
}

#[test]
fn p2_source_export() {
    let program = Function::record(|x| (x[0] * x[1]).sin() + x[1].exp(), &[1.0, 2.0]).gradient();
    assert!(program.to_c("slope").unwrap().contains("int slope(const double *x, double *y)"));
    assert!(program.to_rust("slope").unwrap().contains("fn slope(x: &[f64; 2]) -> Option<[f64; 2]>"));
    let error = Function::record(|x| x[0].gamma_p(x[0]), &[1.0]).value().to_c("f").unwrap_err();
    assert_eq!(error.to_string(), "to_c: `gamma_p` has no counterpart in C's standard library");
    let message = panics(|| drop(program.to_c("3 x")));
    assert!(message.starts_with("to_c: \"3 x\" cannot be a function's name"), "{message}");
    let t = Tape::new();
    let x = t.named("x", 2.0);
    let _ = x.sin() * x;
    assert!(t.to_string().lines().count() >= 3 && t.to_dot().contains("sin"));
}

#[test]
fn p2_changes_of_comparisons() {
    let branching = Function::record(|x| if x[0] < 1.0 { x[0] } else { x[0] * 2.0 }, &[0.5]).value();
    assert_eq!(branching.evaluate(&[0.9]).unwrap(), [0.9]);
    let changed = branching.evaluate(&[2.0]).unwrap_err();
    assert!(changed.at.contains("portal_cppad.rs:"), "{changed}");
}

/// A recording that is left by a panic is closed, and the next begins anew; a stretch of it can be left out.
#[test]
fn p2_abort_and_record_control() {
    panics(|| {
        grad(|x: &[Var]| if x[0].sin() > 2.0 { x[0] } else { panic!("aborted") })(&[1.0]);
    });
    assert_eq!(Counts::open_nodes(), 0);
    assert_eq!(grad(|x: &[Var]| x[0] * x[0])(&[3.0]), [6.0]);
    assert_eq!(grad(|x: &[Var]| x[0] * stop_gradient(x[0].exp()))(&[0.0]), [1.0]);
    let mut t = Tape::new();
    let _ = t.var(1.0).exp();
    t.clear();
    assert!(t.is_empty());
}

/// The first operation that makes a NaN, with its numbers and its line; in values and in derivatives, of scalars and arrays.
#[test]
fn p2_nan_check() {
    let line = line!() + 1;
    let f = |x: &[Var]| (x[0] - 1.0).sqrt() * x[1];
    assert_eq!(find_nan(f)(&[2.0, 3.0]), None);
    let nan = find_nan(f)(&[0.5, 3.0]).unwrap();
    assert_eq!((&*nan.operation, nan.adjoint, nan.place.line()), ("sqrt(-0.5)", None, line));
    let back = find_nan(|x: &[Var]| x[0].square().sqrt())(&[0.0]).unwrap();
    assert_eq!((&*back.operation, back.adjoint), ("0^2", Some(f64::INFINITY)));

    let line = line!() + 1;
    let f = |x: &Array| (x - 1.0).ln().named("logarithm").sum();
    assert_eq!(array::find_nan(f)(&Array::from([2.0, 3.0])), None);
    let nan = array::find_nan(f)(&Array::from([2.0, 0.5])).unwrap();
    assert_eq!((&*nan.operation, nan.element, nan.at.line()), ("ln", 1, line));
    let text = nan.to_string();
    assert!(text.starts_with("the first NaN is made by ln: element 1 of shape [2]\n  made at"), "{text}");
    let line = line!() + 1;
    let root = |x: &Array| x.square().sqrt().sum();
    let nan = array::find_nan(array::grad(root))(&Array::from([1.0, 0.0])).unwrap();
    assert_eq!((nan.element, nan.at.line()), (1, line), "{nan}");
    let nan = array::find_nan(f)(&Array::from([f64::NAN])).unwrap();
    assert_eq!(&*nan.operation, "input");
    let hole = Array::from([1.0, f64::NAN]);
    let nan = array::find_nan(|x: &Array| x * &hole)(&Array::from([1.0, 2.0])).unwrap();
    assert_eq!((&*nan.operation, nan.element), ("constant", 1));
}

/// What a solver of nonlinear programmes asks for, in the format it takes: gradient, sparse Jacobian, sparse Hessian of the
/// Lagrangian by columns. (The binding to ipopt itself is not there.)
#[test]
fn p2_what_solvers_take() {
    let (objective, constraints) =
        (|x: &[Var]| (x[0] - 1.0).square() + x[1] * x[2], |x: &[Var]| vec![x[0] * x[1] - 1.0, x[2].exp()]);
    let x = [0.5, 2.0, 0.1];
    let jacobian = SparseJacobian::new(constraints, &x).evaluate(&x).unwrap().by_columns();
    assert_eq!((jacobian.starts, jacobian.indices), (vec![0, 1, 2, 3], vec![0, 0, 1]));
    let multipliers = [0.3, -0.7];
    let lagrangian = move |x: &[Var]| {
        objective(x) + constraints(x).iter().zip(multipliers).map(|(c, m)| *c * m).sum::<Var>()
    };
    let h = SparseHessian::new(lagrangian, &x).evaluate(&x).unwrap();
    for (row, want) in h.to_dense().iter().zip(hessian(lagrangian)(&x)) {
        row.iter().zip(want).for_each(|(a, b)| close(*a, b));
    }
    let (_, slope) = jvp(|x: &[Dual<f64>]| (x[0] - 1.0).square() + x[1] * x[2])(&x, &[1.0, 0.0, 0.0]);
    assert_eq!(grad(objective)(&x)[0], slope);
}
