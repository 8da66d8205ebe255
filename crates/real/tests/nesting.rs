//! Derivatives of derivatives: every order, levels never confused.
use pullback_real::{
    Dual, Real, Scalar, Var, derivative, grad, hessian, hvp, jacobian, jvp, linearize, stop_gradient,
};

fn rosen<R: Scalar>(x: &[R]) -> R {
    100.0 * (x[1] - x[0] * x[0]).square() + (1.0 - x[0]).square()
}
const H: [[f64; 2]; 2] = [[1200.0 * 1.44 - 400.0 * 0.5 + 2.0, -480.0], [-480.0, 200.0]];
const X: [f64; 2] = [1.2, 0.5];

#[track_caller]
fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-13 * (1.0 + b.abs()), "{a} != {b}")
}
#[track_caller]
fn all_close(a: &[Vec<f64>], b: &[[f64; 2]; 2]) {
    for (a, b) in a.iter().flatten().zip(b.as_flattened()) {
        close(*a, *b)
    }
}

#[test]
fn hessians_agree_by_every_way_there_is() {
    all_close(&hessian(rosen)(&X), &H);
    all_close(&jacobian(grad(rosen))(&X), &H);
    let rows: Vec<_> = (0..2).map(|i| grad(|x| grad(rosen)(x)[i])(&X)).collect();
    all_close(&rows, &H);
    let columns: Vec<_> = [[1.0, 0.0], [0.0, 1.0]].iter().map(|v| hvp(rosen)(&X, v)).collect();
    all_close(&columns, &H);
    // Forward mode inside reverse mode.
    let columns: Vec<_> =
        [[1.0, 0.0], [0.0, 1.0]].iter().map(|v| grad(|x| jvp(rosen)(x, &v.map(Var::from)).1)(&X)).collect();
    all_close(&columns, &H);
    // Forward and backward over a recorded gradient.
    let (_, pullback) = linearize(grad(rosen))(&X);
    all_close(&[pullback.push(&[1.0, 0.0]), pullback.pull(&[0.0, 1.0])], &H);
    // Forward over forward.
    let f = |a: Dual<Dual<f64>>, b: Dual<Dual<f64>>| rosen(&[a, b]).eps[0].eps[0];
    let two = |v: f64, inner: f64, outer: f64| Dual::new(Dual::new(v, inner), Dual::lift(outer));
    close(f(two(X[0], 1.0, 1.0), two(X[1], 0.0, 0.0)), H[0][0]);
    close(f(two(X[0], 1.0, 0.0), two(X[1], 0.0, 1.0)), H[0][1]);
}

#[test]
fn a_hessian_inside_a_gradient() {
    // The trace of the Hessian is 1200 x² − 400 y + 202.
    let trace = |x: &[Var]| {
        let h = hessian(rosen)(x);
        h[0][0] + h[1][1]
    };
    let g = grad(trace)(&X);
    close(g[0], 2400.0 * 1.2);
    close(g[1], -400.0);
}

#[test]
fn five_gradients_deep() {
    let d = |f: fn(Var) -> Var| move |x: Var| grad(|x| f(x[0]))(&[x])[0];
    fn d1(x: Var) -> Var {
        grad(|x| x[0].exp() * x[0].sin())(&[x])[0]
    }
    fn d2(x: Var) -> Var {
        grad(|x| d1(x[0]))(&[x])[0]
    }
    fn d3(x: Var) -> Var {
        grad(|x| d2(x[0]))(&[x])[0]
    }
    let fifth = grad(|x| d(d3)(x[0]))(&[0.7]);
    // d⁵/dx⁵ eˣ sin x = −4 eˣ (sin x + cos x)
    close(fifth[0], -4.0 * 0.7f64.exp() * (0.7f64.sin() + 0.7f64.cos()));
}

#[test]
fn an_inner_derivative_does_not_see_the_outer_variable() {
    // d/dx [x · d/dy (x + y)] at 1 is 1.
    let g = grad(|x| x[0] * grad(|y| x[0] + y[0])(&[Var::from(1.0)])[0])(&[1.0]);
    assert_eq!(g, [1.0]);
}
#[test]
fn an_inner_function_of_the_outer_variable_alone_is_constant() {
    // d/dx [x · d/dy x] is 0.
    let g = grad(|x| x[0] * grad(|_| x[0])(&[Var::from(0.0)])[0])(&[3.0]);
    assert_eq!(g, [0.0]);
}
#[test]
fn an_inner_point_that_is_the_outer_variable() {
    // d/dx [d/dy x y² at y = x] = d/dx 2x² = 4x.
    let g = grad(|x| grad(|y| x[0] * y[0] * y[0])(x)[0])(&[3.0]);
    assert_eq!(g, [12.0]);
}
#[test]
fn nested_forward_levels_stay_apart() {
    // The first case above with duals: the inner level must lift x, and the types say so.
    let f = |x: Dual<f64>| {
        let inner = derivative(move |y: Dual<Dual<f64>>| y + Dual::new(x, Dual::lift(0.0)));
        x * inner(Dual::lift(1.0))
    };
    assert_eq!(derivative(f)(1.0), 1.0);
}
#[test]
fn forward_inside_reverse_stays_apart() {
    // d/dx [x · d/dy (x·y) at y = x²] = d/dx x² = 2x, the inner derivative by duals over variables.
    let f = |x: &[Var]| {
        let x = x[0];
        x * derivative(|y: Dual<Var>| y * Dual::new(x, Var::from(0.0)))(x * x)
    };
    assert_eq!(grad(f)(&[3.0]), [6.0]);
}
#[test]
fn levels_beside_one_another() {
    // x·d/dy(x y²)|_{y=x+1} + d/dz(z³)|_{z=x}: 4x²+... checked against the formula 2x²(x+1) + 3x².
    let f = |x: &[Var]| {
        let x = x[0];
        x * grad(|y| x * y[0] * y[0])(&[x + 1.0])[0] + grad(|z| z[0].powi(3))(&[x])[0]
    };
    let x = 1.5;
    close(grad(f)(&[x])[0], 6.0 * x * x + 4.0 * x + 6.0 * x);
    close(hessian(f)(&[x])[0][0], 12.0 * x + 10.0);
}
#[test]
fn a_stopped_number_is_constant_at_every_order() {
    let g = hessian(|x| x[0] * x[0] * stop_gradient(x[0]))(&[3.0]);
    assert_eq!(g, [[6.0]]);
}
#[test]
fn plain_gradients_inside_gradients() {
    // A gradient at plain numbers that captures nothing is just a number.
    let g = grad(|x| x[0] * grad(|y| y[0] * y[0])(&[5.0])[0])(&[2.0]);
    assert_eq!(g, [10.0]);
}
#[test]
fn gradients_at_constants_outside_of_any_gradient() {
    let g = grad(|x| x[0] * x[1].sin())(&[Var::from(2.0), Var::from(0.0)]);
    assert_eq!(g, [0.0, 2.0]);
    let h = hessian(|x| x[0] * x[1].sin())(&[Var::from(2.0), Var::from(0.0)]);
    assert_eq!(h, [[0.0, 1.0], [1.0, 0.0]]);
}
