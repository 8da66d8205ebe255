//! Published examples with published numbers, one claim each.
//!
//! Over 300 lines: one list of claims.

use pullback_real::{
    Counts, Dual, Duals, Mode, Real, Scalar, Var, derivative, grad, grad_or_none, hessian, hvp, jacfwd,
    jacobian, jacobian_with, jvp, linearize, stop_gradient, value_and_grad, vjp,
};

#[track_caller]
fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a:?} != {b:?}")
}

/// R1 and R2: x·y + sin x, forward with two seeds and backward.
fn readme<R: Scalar>(x: &[R]) -> R {
    x[0] * x[1] + x[0].sin()
}
#[test]
fn two_forward_passes_are_one_backward() {
    let x = [0.5, 4.2];
    let (z, g) = value_and_grad(readme)(&x);
    close(z, 2.579425538604203, 1e-15);
    close(g[0], 5.077582561890373, 1e-15);
    assert_eq!(g[1], 0.5);
    let forward = [[1.0, 0.0], [0.0, 1.0]].map(|seed| jvp(readme)(&x, &seed).1);
    assert_eq!(g, forward);
}
#[test]
fn the_lecture_example() {
    let (z, g) = value_and_grad(readme)(&[2.0, 3.0]);
    assert_eq!((z, g), (6.909297426825682, vec![2.5838531634528574, 2.0]));
}

/// W2: x(x + y) + y² at (2, 3), three ways.
#[test]
fn three_ways_to_one_gradient() {
    fn f<R: Scalar>(x: &[R]) -> R {
        x[0] * (x[0] + x[1]) + x[1] * x[1]
    }
    assert_eq!(value_and_grad(f)(&[2.0, 3.0]), (19.0, vec![7.0, 8.0]));
    assert_eq!(jacfwd(f)(&[2.0, 3.0]), [[7.0, 8.0]]);
    let z = f(&[Dual::new(2.0, 1.0), Dual::lift(3.0)]);
    assert_eq!((z.re, z.derivative()), (19.0, 7.0));
}
/// W3: n forward or m reverse sweeps.
#[test]
fn a_jacobian_takes_as_many_sweeps_as_its_shorter_side() {
    let f = |x: &[Var]| (0..3).map(|i| x[i] * x[i + 1]).collect::<Vec<_>>();
    let g = |x: &[Var]| (0..30).map(|i| x[i % 2] * f64::from(i as u32)).collect::<Vec<_>>();
    let sweeps = |work: &dyn Fn()| {
        let before = Counts::here();
        work();
        let done = Counts::here() - before;
        (done.recordings, done.forward, done.reverse)
    };
    assert_eq!(sweeps(&|| drop(jacobian(f)(&[1.0; 5]))), (1, 0, 3));
    assert_eq!(sweeps(&|| drop(jacobian(g)(&[1.0; 2]))), (1, 2, 0));
    assert_eq!(sweeps(&|| drop(jacobian_with(g, Mode::Reverse)(&[1.0; 2]))), (1, 0, 30));
    assert_eq!(sweeps(&|| drop(grad(|x| f(x)[0])(&[1.0; 5]))), (1, 0, 1));
    // A Hessian: one gradient recorded, one sweep inside, and n over it.
    assert_eq!(sweeps(&|| drop(hessian(|x| f(x)[0])(&[1.0; 5]))), (1, 5, 1));
}
/// W4: P(x + εx′) = P(x) + P′(x) x′ ε.
#[test]
fn polynomials_of_dual_numbers() {
    fn horner<R: Scalar>(c: &[f64], x: R) -> R {
        c.iter().rev().fold(R::lift(0.0), |p, &c| p * x + c)
    }
    let c = [0.3, -1.2, 2.5, 0.7, -0.1];
    let d: Vec<f64> = c.iter().zip(0..).skip(1).map(|(c, k)| c * f64::from(k)).collect();
    for x in [-1.5, 0.0, 0.4, 2.0] {
        let p = horner(&c, Dual::new(x, 3.0));
        close(p.re, horner(&c, x), 1e-15);
        close(p.derivative(), 3.0 * horner(&d, x), 1e-14);
    }
}
#[test]
fn the_arithmetic_of_dual_numbers() {
    let (u, v) = (Dual::new(2.0, 3.0), Dual::new(5.0, 7.0));
    let table = [
        (u + v, 7.0, 10.0),
        (u - v, -3.0, -4.0),
        (u * v, 10.0, 29.0),
        (u / v, 0.4, (3.0 * 5.0 - 2.0 * 7.0) / 25.0),
        (u.sin(), 2f64.sin(), 3.0 * 2f64.cos()),
        (u.cos(), 2f64.cos(), -3.0 * 2f64.sin()),
        (u.exp(), 2f64.exp(), 3.0 * 2f64.exp()),
        (u.ln(), 2f64.ln(), 1.5),
        (u.powi(3), 8.0, 36.0),
        ((-u).abs(), 2.0, 3.0),
        (1.0 + u, 3.0, 3.0),
        (2.0 * u, 4.0, 6.0),
    ];
    for (z, value, change) in table {
        close(z.re, value, 1e-15);
        close(z.derivative(), change, 1e-15);
    }
}
/// W5: all directions in one pass.
#[test]
fn many_directions_at_once() {
    let x = [Duals { re: 2.0, eps: [1.0, 0.0, 0.5] }, Duals { re: 3.0, eps: [0.0, 1.0, -2.0] }];
    let z = readme(&x);
    let [dx, dy] = [2.5838531634528574, 2.0];
    assert_eq!(z.eps, [dx, dy, 0.5 * dx - 2.0 * dy]);
}
/// W6, by nesting: Taylor coefficients of exp(sin x) at 0.5.
#[test]
fn taylor_coefficients_by_nesting() {
    let f = |x: f64| {
        let d3 = derivative(derivative(derivative(|x| x.sin().exp())))(x);
        [
            x.sin().exp(),
            derivative(|x| x.sin().exp())(x),
            derivative(derivative(|x| x.sin().exp()))(x) / 2.0,
            d3 / 6.0,
        ]
    };
    let want = [1.6151462964420837, 1.4174242246593912, 0.23478219963286702, -0.3940735734758669];
    f(0.5).iter().zip(want).for_each(|(a, b)| close(*a, b, 1e-15));
}

/// T1, T25, T29: lists of results and functions of two numbers.
#[test]
fn the_gradient_of_a_list_is_that_of_its_sum() {
    let pull = |x: f64| {
        let (_, pullback) = vjp(|x| [x[0].powi(2), x[0].powi(2).powi(2).powi(2)])(&[x]);
        pullback(&[1.0, 1.0])[0]
    };
    assert_eq!(pull(3.0), 17502.0);
    assert_eq!(vjp(|x| [x[0], x[1], x[1] * x[1]])(&[3.0, 5.0]).1(&[1.0; 3]), [1.0, 11.0]);
    assert_eq!(vjp(|x| [x[0], x[0] * x[0]])(&[2.0]).1(&[1.0; 2]), [5.0]);
}
#[test]
fn own_cotangents() {
    assert_eq!(vjp(|x| [x[0] * x[1], x[0]])(&[3.0, 2.0]).1(&[1.0, 2.0])[0], 4.0);
    assert_eq!(vjp(|x| x[0] * x[0] * x[0] * x[1] - x[0] * x[1] * x[1])(&[2.0, 3.0]).1(&[1.0]), [27.0, -4.0]);
}
/// T4: total and partial derivatives.
#[test]
fn stopped_gradients_are_partial_derivatives() {
    assert_eq!(grad(|x| x[0] + 2.0 * x[0])(&[0.0]), [3.0]);
    assert_eq!(grad(|x| x[0] + stop_gradient(2.0 * x[0]))(&[0.0]), [1.0]);
}
/// T5, T23: no connection is not a zero.
#[test]
fn no_connection_can_be_told_from_zero() {
    assert_eq!(grad_or_none(|x| x[0] * x[0] + 0.0 * x[1])(&[2.0, 1.0, 1.0]), [Some(4.0), Some(0.0), None]);
    assert_eq!(grad(|x| x[0] * x[0] + 0.0 * x[1])(&[2.0, 1.0, 1.0]), [4.0, 0.0, 0.0]);
}
/// T20, T21.
#[test]
fn first_and_second_derivative_of_a_square() {
    assert_eq!(grad(|x| x[0] * x[0])(&[3.0]), [6.0]);
    let second = value_and_grad(|x| grad(|x| x[0] * x[0])(x)[0])(&[5.0]);
    assert_eq!(second, (10.0, vec![2.0]));
}
/// T22: a recording used twice.
#[test]
fn a_pullback_is_used_again() {
    let (_, pullback) = vjp(|x| [x[0].powi(4), x[0].powi(2)])(&[3.0]);
    assert_eq!((pullback(&[1.0, 0.0]), pullback(&[0.0, 1.0])), (vec![108.0], vec![6.0]));
    assert_eq!(pullback(&[1.0, 0.0]), [108.0]);
}
/// T26.
#[test]
fn the_jacobian_of_squares() {
    let want = [[2.0, 0.0], [0.0, 4.0]];
    let squares = |x: &[Var]| x.iter().map(|x| x * x).collect::<Vec<_>>();
    assert_eq!(jacobian(squares)(&[1.0, 2.0]), want);
    assert_eq!(jacobian_with(squares, Mode::Reverse)(&[1.0, 2.0]), want);
    assert_eq!(jacfwd(|x| x.iter().map(|x| x * x).collect::<Vec<_>>())(&[1.0, 2.0]), want);
}
/// T28.
#[test]
fn choices_of_the_host() {
    let f = |x: &[Var]| if x[0] < 10.0 { x[0] } else { x[0] * x[0] };
    assert_eq!((grad(f)(&[5.0]), grad(f)(&[50.0])), (vec![1.0], vec![100.0]));
    let largest = |x: &[Var]| x.iter().copied().reduce(|a, b| if b > a { b } else { a }).unwrap();
    assert_eq!(grad_or_none(largest)(&[2.0, 3.0, 5.0]), [None, None, Some(1.0)]);
}
/// T29.
#[test]
fn a_second_derivative_of_a_cubic() {
    let h = hessian(|x| x[0].powi(3) * x[1] - x[0] * x[1] * x[1])(&[2.0, 3.0]);
    assert_eq!(h[0][0], 36.0);
    assert_eq!(grad(|x| x[0] * x[1])(&[7.0, 7.0]), [7.0, 7.0]);
}
/// T30.
#[test]
fn forward_derivatives_nest_and_go_over_reverse_ones() {
    let f = |x: Dual<Dual<f64>>| x.powf(3.5);
    let y = f(Dual::new(Dual::new(1.1, 1.0), Dual::lift(1.0)));
    close(y.re.derivative(), 4.441705472000592, 1e-15);
    close(y.derivative().derivative(), 10.094785163637711, 1e-15);
    let cubes = |x: &[Var]| x.iter().map(|x| x.powi(3)).sum::<Var>();
    assert_eq!(grad(cubes)(&[1.0, 2.0]), [3.0, 12.0]);
    assert_eq!(hvp(cubes)(&[1.0, 2.0], &[1.0, 0.0]), [6.0, 0.0]);
    assert_eq!(linearize(grad(cubes))(&[1.0, 2.0]).1.push(&[1.0, 0.0]), [6.0, 0.0]);
}
/// D3: no round-off of differences.
#[test]
fn derivatives_are_exact_where_differences_are_not() {
    fn f<R: Scalar>(x: R) -> R {
        x.exp() / (x.sin().powi(3) + x.cos().powi(3)).sqrt()
    }
    // Squire and Trapp's example at 1.5.
    let exact = 4.053427893898621;
    close(derivative(f)(1.5), exact, 1e-15);
    close(grad(|x| f(x[0]))(&[1.5])[0], exact, 1e-15);
    let h = 1e-5;
    assert!(((f(1.5 + h) - f(1.5 - h)) / (2.0 * h) - exact).abs() > 1e-11);
}
/// D4.
#[test]
fn common_subexpressions_are_differentiated_once() {
    let f = |x: &[Var]| {
        let a = x[0].exp();
        let c = a + a * a;
        c.exp() + c.sin()
    };
    let want = [
        (0.0, 8.298353525756331923, 20.918727787150523521),
        (0.1, 10.970524853260397862, 33.907768299903100138),
        (-1.0, 2.1362742261923538887, 1.6155741697332786461),
    ];
    for (x, value, slope) in want {
        let (y, g) = value_and_grad(f)(&[x]);
        close(y, value, 4e-16);
        close(g[0], slope, 1e-15);
    }
}
/// H4.
#[test]
fn constants_and_the_identity() {
    fn f<R: Scalar>(x: R) -> R {
        (x + x.square().sin()) * x
    }
    let x = 1.3f64;
    let exact = 2.0 * x + (x * x).sin() + 2.0 * x * x * (x * x).cos();
    close(derivative(f)(x), exact, 1e-15);
    close(grad(|x| f(x[0]))(&[x])[0], exact, 1e-15);
    assert_eq!(grad(|_| Var::from(3.0))(&[1.0]), [0.0]);
    assert_eq!(grad(|x| x[0])(&[1.0]), [1.0]);
    assert_eq!(hessian(|x| x[0])(&[1.0]), [[0.0]]);
}
/// H5.
#[test]
fn tanh_from_exp_to_fourth_order() {
    fn tanh<R: Scalar>(x: R) -> R {
        let y = (-2.0 * x).exp();
        (1.0 - y) / (1.0 + y)
    }
    let d = |x: Var| grad(|x| tanh(x[0]))(&[x])[0];
    let dd = |x: Var| grad(|x| d(x[0]))(&[x])[0];
    let ddd = |x: Var| grad(|x| dd(x[0]))(&[x])[0];
    let want = [0.419974341614026, -0.6397000084492244, 0.6216266807712961, 0.6650910447505017];
    let reverse = [
        grad(|x| tanh(x[0]))(&[1.0])[0],
        grad(|x| d(x[0]))(&[1.0])[0],
        grad(|x| dd(x[0]))(&[1.0])[0],
        grad(|x| ddd(x[0]))(&[1.0])[0],
    ];
    let forward = [
        derivative(tanh)(1.0),
        derivative(derivative(tanh))(1.0),
        derivative(derivative(derivative(tanh)))(1.0),
        derivative(derivative(derivative(derivative(tanh))))(1.0),
    ];
    for k in 0..4 {
        close(reverse[k], want[k], 1e-14);
        close(forward[k], want[k], 1e-14);
    }
    let sum: f64 = (0..700).map(|k| derivative(tanh)(-7.0 + 14.0 * f64::from(k) / 699.0)).sum();
    close(sum, 99.85698009302095, 1e-14);
}
/// H6.
#[test]
fn a_series_summed_until_it_is_small() {
    fn sine<R: Scalar>(x: R) -> R {
        let (mut sum, mut term, mut k) = (x, x, 1.0);
        while term.value().abs() > 0.001 {
            term = -term * x * x / ((k + 1.0) * (k + 2.0));
            sum += term;
            k += 2.0;
        }
        sum
    }
    let (y, g) = value_and_grad(|x| sine(x[0]))(&[std::f64::consts::PI]);
    close(y, 2.1142567558314672e-05, 1e-15);
    close(g[0], -0.9998995297042174, 1e-15);
}
/// W12: a product of n numbers takes n − 1 multiplications, and its gradient as many nodes.
#[test]
fn a_product_of_many_does_not_swell() {
    let before = Counts::here();
    let x: Vec<f64> = (0..1000).map(|k| 1.0 + 1e-4 * f64::from(k)).collect();
    let (y, g) = value_and_grad(|x| x.iter().copied().product())(&x);
    assert_eq!((Counts::here() - before).nodes, 999);
    for (g, x) in g.iter().zip(&x) {
        close(g * x, y, 1e-12);
    }
}
