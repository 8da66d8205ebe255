//! A6, P1: ADOL-C, capability by capability.

use super::{close, within};
use pullback::array::{self, Array, custom_root, fixed_point};
use pullback::compile::Function;
use pullback::real::chain::{Chain, Keep};
use pullback::real::sparse::{SparseHessian, SparseJacobian};
use pullback::real::{
    Dual, Real, Scalar, Series, Var, abs_normal, derivatives, grad, hessian, implicit_series, jacobian, jvp,
    linearize, ode_series, taylor,
};

fn speelpenning<R: Scalar>(x: &[R]) -> R {
    x.iter().copied().product()
}

/// One recording, swept forward and backward, as often as one likes.
#[test]
fn p1_taped_forward_and_reverse() {
    let x = [1.5, -0.5, 2.0];
    let (y, linear) = linearize(|x: &[Var]| vec![speelpenning(x)])(&x);
    assert_eq!((y[0], linear.pull(&[1.0])), (-1.5, vec![-1.0, 3.0, -0.75]));
    for (k, v) in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].iter().enumerate() {
        assert_eq!(linear.push(v), [linear.pull(&[1.0])[k]]);
    }
}

#[test]
fn p1_tapeless_forward() {
    let x = [1.5, -0.5, 2.0];
    let before = pullback::real::Counts::here();
    let slope = |v: [f64; 3]| jvp(|x: &[Dual<f64>]| speelpenning(x))(&x, &v).1;
    assert_eq!([slope([1.0, 0.0, 0.0]), slope([0.0, 1.0, 0.0]), slope([0.0, 0.0, 1.0])], [-1.0, 3.0, -0.75]);
    assert_eq!(pullback::real::Counts::here() - before, Default::default());
}

#[test]
fn p1_derivatives_of_any_order() {
    let d = derivatives::<f64, 9>(|x| x.exp() * x.sin(), 0.3);
    // The eighth derivative of eˣ sin x is 16 eˣ sin x.
    within(d[8], 16.0 * 0.3f64.exp() * 0.3f64.sin(), 1e-12);
    // Higher-order reverse mode: the Taylor coefficients of a gradient.
    let first = taylor::<Var, 4>(|x| x[0].sin(), &[Var::from(0.3)], &[Var::from(1.0)]);
    assert_eq!(first.map(Scalar::value), taylor::<f64, 4>(|x| x[0].sin(), &[0.3], &[1.0]));
    let g = grad(|x: &[Var]| taylor::<Var, 4>(|x| x[0].sin(), x, &[Var::from(1.0)])[3])(&[0.3]);
    close(g[0], 0.3f64.sin() / 6.0);
}

/// The whole tensor of third order of x·y·z + x³.
#[test]
fn p1_tensors() {
    let f = |v: &[Var]| v[0] * v[1] * v[2] + v[0].powi(3);
    let third = |i: usize| jacobian(move |v: &[Var]| hessian(f)(v).swap_remove(i))(&[1.0, 2.0, 3.0]);
    assert_eq!(third(0), [[6.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]);
    assert_eq!(third(1), [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]);
    assert_eq!(third(2), [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]);
}

#[test]
fn p1_sparse_jacobians_and_hessians() {
    let f = |x: &[Var]| vec![x[0] * x[1], x[1].exp(), x[2] * x[3]];
    let x = [1.0, 0.5, 2.0, 3.0];
    let sparse = SparseJacobian::new(f, &x);
    assert_eq!((sparse.pattern().len(), sparse.evaluate(&x).unwrap().to_dense()), (5, jacobian(f)(&x)));
    let g = |x: &[Var]| x[0] * x[1] + x[2].powi(3) + x[3];
    let sparse = SparseHessian::new(g, &x);
    assert_eq!(sparse.evaluate(&x).unwrap().to_dense(), hessian(g)(&x));
}

/// z = a + Z dx + L |z|, y = b + J dx + Y |z|: the example of Griewank's paper, a function with kinks behind kinks.
#[test]
fn p1_abs_normal_form() {
    fn f<R: Scalar>(x: &[R]) -> R {
        (x[1].square() - x[0].max(0.0)).max(0.0)
    }
    let model = abs_normal(|x: &[Var]| f(x))(&[-0.5, 0.5]);
    assert_eq!(model.switching, [-0.5, 0.25]);
    // max(u, v) = ½(u + v + |u − v|): the second kink sees half of the first's |z|.
    assert_eq!(model.z_by_abs, [[0.0, 0.0], [-0.5, 0.0]]);
    assert_eq!(model.z_by_x, [[1.0, 0.0], [-0.5, 1.0]]);
    assert_eq!((model.y_by_x, model.y_by_abs), (vec![vec![-0.25, 0.5]], vec![vec![-0.25, 0.5]]));
    // Exact but for the square's second order, on every side of every kink.
    for dx in [[0.0, 0.0], [1.0, 0.0], [0.75, -0.5], [2.0, 1.0], [-3.0, -2.0]] {
        let model = abs_normal(|x: &[Var]| f(x))(&[-0.5, 0.5]);
        let x: [f64; 2] = [dx[0] - 0.5, 0.25 + dx[1]];
        close(model.evaluate(&dx)[0], (x[1] - x[0].max(0.0)).max(0.0));
    }
}

#[test]
fn p1_checkpointing() {
    let step = |x: &f64| x * (1.0 - x * 0.1);
    let adjoint = |x: &f64, g: f64| g * (1.0 - 0.2 * x);
    let chain = Chain::run(0.4, 500, Keep::Binomial(6), step);
    let plain = grad(|v: &[Var]| (0..500).fold(v[0], |x, _| x * (1.0 - x * 0.1)))(&[0.4])[0];
    assert_eq!(chain.snapshots(), 6);
    close(chain.sweep(1.0, step, adjoint), plain);
}

/// A function that is computed elsewhere, with slopes of its own: of scalars, and of arrays.
#[test]
fn p1_external_differentiated_functions() {
    let table = |x: f64| (x.sqrt(), 0.5 / x.sqrt());
    let external = |x: Var| {
        let (value, slope) = table(x.value());
        Var::external(value, &[(x, slope)])
    };
    let g = grad(|x: &[Var]| external(x[0] * x[1]).sin() + x[1])(&[2.0, 8.0]);
    close(g[0], 4f64.cos() * 0.125 * 8.0);
    close(g[1], 4f64.cos() * 0.125 * 2.0 + 1.0);
    let external = array::custom(
        |x: &Array| Array::from(x.to_vec::<f64>().into_iter().map(f64::sqrt).collect::<Vec<_>>()),
        |_, y, g: &Array| 0.5 * g / y,
    );
    let g = array::grad(|x: &Array| external(x).sum())(&Array::from([4.0, 16.0]));
    assert_eq!(g.to_vec::<f64>(), [0.25, 0.125]);
}

#[test]
fn p1_fixed_point_adjoints() {
    let cosine = fixed_point(|x: &Array, a: &Array| (a * x).cos(), Array::from(0.7));
    let at = cosine(&Array::from(1.0)).item();
    let want = -at.sin() * at / (1.0 + at.sin());
    close(array::grad(|a: &Array| cosine(a))(&Array::from(1.0)).item(), want);
    // What does not settle is NaN, and not a wrong number.
    let runs_away = fixed_point(|x: &Array, a: &Array| a * x + 1.0, Array::from(0.0));
    assert!(runs_away(&Array::from(2.0)).item().is_nan());
}

/// y(x) with y³ + y = x, as series, and by the implicit function theorem.
#[test]
fn p1_inverse_and_implicit_function_taylor() {
    let x = Series::<f64, 6>::variable(2.0);
    let y = implicit_series(|y| y.powi(3) + y - Dual::new(x, Series::lift(0.0)), 1.0);
    // The series put into the equation gives x again.
    let back = (y.powi(3) + y).coefficients();
    [2.0, 1.0, 0.0, 0.0, 0.0, 0.0].iter().zip(back).for_each(|(a, b)| close(*a, b));
    close(y.derivatives()[1], 0.25);
    close(y.derivatives()[2], -6.0 / 64.0);
    let solve = custom_root(
        |y: &Array, x: &Array| y.powi(3) + y - x,
        |x: &Array| {
            let x = x.item();
            let mut y: f64 = 0.0;
            for _ in 0..50 {
                y -= (y.powi(3) + y - x) / (3.0 * y * y + 1.0)
            }
            Array::from(y)
        },
    );
    let x = Array::from(2.0);
    close(array::grad(|x: &Array| solve(x))(&x).item(), 0.25);
    close(array::grad(array::grad(|x: &Array| solve(x)))(&x).item(), -6.0 / 64.0);
}

#[test]
fn p1_taylor_drivers_of_odes() {
    // y′ = y² from ½: y = 1/(2 − t), coefficients 2^−(k+1).
    let y = ode_series::<f64, 8>(|y| vec![y[0].square()], &[0.5]);
    (0..8).for_each(|k| within(y[0].coefficients()[k], 0.5f64.powi(k as i32 + 1), 1e-15));
    // Van der Pol, a step of which agrees with a fine integration.
    let van_der_pol = |y: &[Series<f64, 20>]| vec![y[1], (1.0 - y[0].square()) * y[1] - y[0]];
    let h = 0.1f64;
    let step = ode_series(van_der_pol, &[2.0, 0.0]);
    let at = |c: [f64; 20]| c.iter().rev().fold(0.0, |sum, c| sum * h + c);
    let flow = |_: &Array, y: &Array| {
        let (p, q) = (y.get(0), y.get(1));
        array::stack(&[q.clone(), (1.0 - p.square()) * &q - p], 0)
    };
    let precise = array::Ode { rtol: 1e-12, atol: 1e-12, ..Default::default() };
    let want = array::odeint(flow, &Array::from([2.0, 0.0]), &Array::from([0.0, h]), precise);
    within(at(step[0].coefficients()), want.get((1, 0)).item(), 1e-11);
    within(at(step[1].coefficients()), want.get((1, 1)).item(), 1e-11);
}

/// Each thread has a tape of its own; one recorded program is evaluated by all.
#[test]
fn p1_concurrent_evaluation() {
    let work = |k: usize| grad(|x: &[Var]| speelpenning(x).sin())(&[k as f64, 0.3, 0.7])[1];
    let alone: Vec<f64> = (0..8).map(work).collect();
    let together: Vec<f64> = std::thread::scope(|s| {
        let threads: Vec<_> = (0..8).map(|k| s.spawn(move || work(k))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(alone, together);
    let program = Function::record(speelpenning, &[1.0, 2.0, 3.0]).gradient();
    std::thread::scope(|s| {
        for k in 1..5 {
            let program = &program;
            s.spawn(move || assert_eq!(program.evaluate(&[f64::from(k), 2.0, 3.0]).unwrap()[0], 6.0));
        }
    });
}

/// A recording written to a file and read back gives the same derivatives; so do the states of a loop on disk.
#[test]
fn p1_the_tape_on_disk() {
    let f = Function::record(|x| (x[0] * x[1]).sin() + x[1].powi(3), &[1.0, 2.0]);
    let path = std::env::temp_dir().join(format!("pullback-tape-{}.json", std::process::id()));
    std::fs::write(&path, f.to_json()).unwrap();
    let again = Function::from_json(&std::fs::read_to_string(&path).unwrap()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let at = [0.7, -0.4];
    assert_eq!(again.gradient().evaluate(&at), f.gradient().evaluate(&at));
    assert_eq!(again.hessian().evaluate(&at), f.hessian().evaluate(&at));
    let step = |x: &[f64]| vec![x[0] * (1.0 - x[0] * 0.1)];
    let adjoint = |x: &[f64], g: f64| g * (1.0 - 0.2 * x[0]);
    let g = pullback::real::chain::on_disk(&[0.4], 100, 1.0, step, adjoint).unwrap();
    close(g, grad(|v: &[Var]| (0..100).fold(v[0], |x, _| x * (1.0 - x * 0.1)))(&[0.4])[0]);
}
