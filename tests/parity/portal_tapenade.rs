//! A6, P3: Tapenade, capability by capability. Its analyses are consequences of how things are recorded here, its directives
//! are functions.

use super::close;
use pullback::array::{self, Array, DType, Real, Schedule};
use pullback::real::{
    self, Counts, Dual, Duals, Mode, Scalar, Var, grad, jacfwd, jacobian, jacobian_with, jvp, linearize,
    value_and_grad,
};

fn f<R: Scalar>(x: &[R]) -> [R; 3] {
    [x[0] * x[1], x[1].sin() * x[2], x[0] / x[2]]
}
const X: [f64; 3] = [1.2, -0.4, 2.5];
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn p3_tangent() {
    let (y, dy) = jvp(f::<Dual<f64>>)(&X, &[0.3, -1.0, 0.8]);
    assert_eq!(y, f(&X));
    close(dy[0], 0.3 * -0.4 - 1.2);
    close(dy[2], 0.3 / 2.5 - 0.8 * 1.2 / 6.25);
}

/// Many tangents in one pass.
#[test]
fn p3_vector_tangent() {
    let x = [Duals::<f64, 3>::variable(1.2, 0), Duals::variable(-0.4, 1), Duals::variable(2.5, 2)];
    let rows = f(&x).map(|y| y.eps.to_vec());
    assert_eq!(rows.to_vec(), jacfwd(f::<Duals<f64, 8>>)(&X));
}

#[test]
fn p3_adjoint() {
    let (_, linear) = linearize(f::<Var>)(&X);
    let x = linear.pull(&[1.0, 0.5, -0.2]);
    close(x[0], -0.4 - 0.2 / 2.5);
    close(x[1], 1.2 + 0.5 * 2.5 * 0.4f64.cos());
}

/// Many cotangents: of scalars from one recording, of arrays as one batch.
#[test]
fn p3_vector_adjoint() {
    let before = Counts::here();
    let rows = jacobian_with(f::<Var>, Mode::Reverse)(&X);
    let done = Counts::here() - before;
    assert_eq!((done.recordings, done.reverse), (1, 3));
    rows.iter().flatten().zip(jacobian(f::<Var>)(&X).iter().flatten()).for_each(|(a, b)| close(*a, *b));
    let g = |x: &Array| x.sin() * x.sum();
    let x = Array::from(X);
    let pulled = array::vmap(|u: &Array| array::vjp(g)(&x).1(u))(&Array::identity(3, DType::F64));
    assert!((pulled - array::jacobian(g)(&x)).abs().max().item() < 1e-15);
}

/// Only what depends on an input is recorded.
#[test]
fn p3_activity_analysis() {
    let before = Counts::here();
    grad(|x: &[Var]| {
        let passive = (0..1000).fold(Var::from(0.5), |a, _| (a * 1.1).sin());
        x[0] * passive + x[1]
    })(&[0.3, 0.1]);
    assert_eq!((Counts::here() - before).nodes, 1);
    let passive = Array::from(0.5);
    let g = array::graph(|x: &Array| x * (0..10).fold(passive.clone(), |a, _| (a * 1.1).sin()))(
        &Array::from(1.0),
    );
    assert_eq!(g.nodes().len(), 3, "{g}");
}

/// Of the function only what its derivative needs is computed: no sine for a cosine, no sum for ones.
#[test]
fn p3_adjoint_liveness() {
    let g = array::graph(array::grad(|x: &Array| x.sin().sum()))(&Array::from([1.0, 2.0]));
    let names: Vec<&str> = g.nodes().iter().map(|s| &*s.name).collect();
    assert!(names.contains(&"cos") && !names.contains(&"sin") && !names.contains(&"sum"), "{g}");
}

/// To be recorded: slopes that a sweep will need, and nothing of operations of one variable or with constants.
#[test]
fn p3_to_be_recorded_analysis() {
    let before = Counts::here();
    grad(|x: &[Var]| (x[0].sin().exp().tanh() * 3.0 + 1.0) * x[1])(&[0.3, 2.0]);
    assert_eq!((Counts::here() - before).nodes, 1);
    // Linear operations keep no array: what a gradient holds does not grow with their number.
    let x = Array::ones(&[1000], DType::F64);
    let linear = |n: usize| {
        array::gradient_memory(move |x: &Array| (0..n).fold(x.clone(), |y, _| y * 1.5 + x).sum())(&x)
    };
    assert_eq!(linear(40), linear(10));
}

#[test]
fn p3_checkpointing_of_calls() {
    let call = array::checkpoint(|x: &Array| (0..20).fold(x.clone(), |x, _| x.sin() * 1.1));
    let plain = |x: &Array| (0..20).fold(x.clone(), |x, _| x.sin() * 1.1);
    let x = Array::from([0.7, -0.3]);
    let a = array::grad(|x: &Array| call(&call(x)).sum())(&x);
    let b = array::grad(|x: &Array| plain(&plain(x)).sum())(&x);
    assert_eq!(a.to_vec::<f64>(), b.to_vec::<f64>());
}

/// II-LOOP: iterations that do not depend on each other are differentiated one by one; of each a single statement stays.
#[test]
fn p3_ii_loop() {
    let body = |x: &[Var]| (0..100).fold(x[0], |a, _| (a * x[1]).sin());
    let one_by_one = |x: &[Var]| -> Var {
        (0..20)
            .map(|k| {
                let (value, slopes) = value_and_grad(body)(&[x[0].value() + f64::from(k), x[1].value()]);
                Var::external(value, &[(x[0], slopes[0]), (x[1], slopes[1])])
            })
            .sum()
    };
    let at_once = |x: &[Var]| -> Var { (0..20).map(|k| body(&[x[0] + f64::from(k), x[1]])).sum() };
    let nodes = |f: &dyn Fn(&[Var]) -> Var| {
        let open = std::cell::Cell::new(0);
        let g = grad(|x: &[Var]| {
            let y = f(x);
            open.set(Counts::open_nodes());
            y
        })(&[0.3, 0.9]);
        (g, open.get())
    };
    let ((a, few), (b, many)) = (nodes(&one_by_one), nodes(&at_once));
    a.iter().zip(&b).for_each(|(a, b)| close(*a, *b));
    assert!(few <= 40 && many >= 2000, "{few} {many}");
    // Of arrays: a loop over rows, whose way back is a loop over rows.
    let rows = Array::from([[0.1, 0.2], [0.3, 0.4]]);
    let f = |x: &Array| array::map_rows(|row: &Array| row.sin().prod(), x).sum();
    let g = array::grad(f)(&rows);
    close(g.get((0, 0)).item(), 0.1f64.cos() * 0.2f64.sin());
}

/// NOCHECKPOINT: what is not wrapped is kept, as is all with `Schedule::All`.
#[test]
fn p3_nocheckpoint() {
    let (all, nested) = (run(Schedule::All), run(Schedule::Nested(2)));
    let memory = |schedule| {
        array::gradient_memory(move |x: &Array| looped(x, schedule).sum())(&Array::ones(&[50], DType::F64))
    };
    close(all, nested);
    assert!(memory(Schedule::All) > memory(Schedule::Nested(2)));
}
fn looped(x: &Array, schedule: Schedule) -> Array {
    let steps = Array::zeros(&[64], DType::F64);
    array::scan_with(|x: &Array, _: &Array| (x.sin() * 1.1, ()), x, &steps, schedule, false).0
}
fn run(schedule: Schedule) -> f64 {
    array::grad(move |x: &Array| looped(x, schedule))(&Array::from(0.7)).item()
}

#[test]
fn p3_binomial_checkpointing() {
    close(run(Schedule::Binomial(5)), run(Schedule::All));
}

#[test]
fn p3_fixed_point() {
    let cosine = array::fixed_point(|x: &Array, a: &Array| (a * x).cos(), Array::from(0.7));
    let at = cosine(&Array::from(1.0)).item();
    close(array::grad(|a: &Array| cosine(a))(&Array::from(1.0)).item(), -at.sin() * at / (1.0 + at.sin()));
}

/// ⟨u, J v⟩ = ⟨Jᵀ u, v⟩, as a number and as the check for your own tests.
#[test]
fn p3_dot_product_validation() {
    let (u, v) = ([0.3, -1.0, 0.8], [1.0, 0.5, -0.2]);
    let (_, linear) = linearize(f::<Var>)(&X);
    close(dot(&u, &linear.push(&v)), dot(&linear.pull(&u), &v));
    real::assert_derivatives(|x| f(x)[1] * x[0], &X);
    array::check::check_grads(|x: &Array| x.sin() * x, &Array::from(X), 2);
    let wrong = array::Custom::new("square", |x: &Array| x * x)
        .pullback(|x, _, g: &Array| 2.1 * x * g)
        .pushforward(|x, _, t: &Array| 2.0 * x * t);
    let message =
        super::panics(|| array::check::check_grads(|x: &Array| wrong.call(x), &Array::from(1.0), 1));
    assert!(message.starts_with("check_grads, order 1: forward mode gives ⟨u, J·v⟩"), "{message}");
}
