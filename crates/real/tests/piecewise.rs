//! Piecewise linear models: exact where the function is piecewise linear, of second order elsewhere, across kinks as well.

use pullback_real::{Real, Scalar, Var, abs_normal, grad, jacobian};

fn close(a: &[f64], b: &[f64]) {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).for_each(|(a, b)| assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{a} and {b}"))
}

/// All four kinds of kinks, nested, with constants among the operands.
fn linear<R: Scalar>(x: &[R]) -> Vec<R> {
    let a = (x[0] - 2.0 * x[1]).abs();
    let b = x[1].max(a - 0.5).min(3.0);
    vec![a + b.relu() - x[0], (b - x[0]).abs().max(1.0), x[0] + 1.0, R::lift(7.0)]
}

#[test]
fn piecewise_linear_functions_are_their_own_models() {
    for at in [[0.3, -0.8], [0.0, 0.0], [2.0, 1.0], [-4.0, 3.0]] {
        let model = abs_normal(linear::<Var>)(&at);
        assert_eq!(model.switching.len(), 6);
        // L is strictly lower triangular.
        assert!(model.z_by_abs.iter().enumerate().all(|(i, row)| row[i..].iter().all(|l| *l == 0.0)));
        close(&model.evaluate(&[0.0, 0.0]), &linear(&at));
        close(&model.switching_at(&[0.0, 0.0]), &model.switching);
        for i in -10..=10 {
            for j in -10..=10 {
                let dx = [0.5 * f64::from(i), 0.4 * f64::from(j)];
                close(&model.evaluate(&dx), &linear(&[at[0] + dx[0], at[1] + dx[1]]));
            }
        }
    }
}

fn smooth<R: Scalar>(x: &[R]) -> R {
    (x[0].sin() - x[1].square()).abs() * x[0].exp() + x[1].max((x[0] * x[1]).cos()).ln_1p()
}

/// The error is of second order, from a point on one side of the kinks to a point on the other.
#[test]
fn second_order_across_kinks() {
    let at = [0.5f64.sin().sqrt().powi(2).asin(), 0.5f64.sin().sqrt()];
    let error = |h: f64| {
        let from = [at[0] + h, at[1] - 0.3 * h];
        let model = abs_normal(smooth::<Var>)(&from);
        (model.evaluate(&[-2.0 * h, 0.6 * h])[0] - smooth(&[at[0] - h, at[1] + 0.3 * h])).abs()
    };
    let (coarse, fine) = (error(1e-2), error(1e-3));
    assert!(coarse < 20.0 * 1e-4 && fine < 20.0 * 1e-6, "{coarse:e} {fine:e}");
}

#[test]
fn derivatives_along_directions() {
    // Where it is smooth: those of the gradient.
    let (at, v) = ([0.7, -0.4], [0.3, 1.1]);
    let slope: f64 = grad(smooth::<Var>)(&at).iter().zip(v).map(|(g, v)| g * v).sum();
    close(&abs_normal(smooth::<Var>)(&at).derivative_along(&v), &[slope]);
    // At a kink: one-sided, by differences of a piecewise linear function exactly.
    let at = [2.0, 1.0];
    let model = abs_normal(linear::<Var>)(&at);
    for v in [[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0], [1.0, -2.0]] {
        let h = 2f64.powi(-10);
        let (here, there) = (linear(&at), linear(&[at[0] + h * v[0], at[1] + h * v[1]]));
        let want: Vec<f64> = here.iter().zip(&there).map(|(a, b)| (b - a) / h).collect();
        close(&model.derivative_along(&v), &want);
    }
    // Without kinks J is the Jacobian.
    let f = |x: &[Var]| vec![x[0] * x[1], x[0].sin()];
    let model = abs_normal(f)(&[0.3, 0.7]);
    assert_eq!((model.y_by_x, model.switching.len()), (jacobian(f)(&[0.3, 0.7]), 0));
}

#[test]
fn what_is_refused() {
    let caught = |f: &dyn Fn()| {
        let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_err();
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref::<&str>().map(|s| s.to_string())).expect("a message")
    };
    let model = abs_normal(smooth::<Var>)(&[0.1, 0.2]);
    let text = caught(&|| drop(model.evaluate(&[1.0])));
    assert_eq!(text, "AbsNormal::evaluate: `dx` has 1 numbers, the point 2");
    // A variable of a gradient around it would lose its derivative.
    let text = caught(&|| {
        grad(|x| Var::from(abs_normal(|y: &[Var]| y[0].abs() * x[0])(&[1.0]).b[0]))(&[2.0]);
    });
    assert!(text.contains("would be lost"), "{text}");
}
