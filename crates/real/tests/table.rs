//! Every row of the table: each mode against differences of the order below, and the modes against one another.
use pullback_real::{
    Binary, Dual, Real, Scalar, Unary, Var, check::check, derivative, grad, jacfwd, stop_gradient,
};

fn points((lo, hi): (f64, f64)) -> impl Iterator<Item = f64> {
    [0.07, 0.31, 0.52, 0.77, 0.96].into_iter().map(move |t| lo + t * (hi - lo))
}
fn unary() -> impl Iterator<Item = Unary> {
    Unary::ALL.iter().copied()
}
fn binary() -> impl Iterator<Item = (Binary, [f64; 2])> {
    Binary::ALL.iter().flat_map(|&op| {
        let [x, y] = op.smooth_on();
        points(x).zip(points(y).collect::<Vec<_>>().into_iter().rev()).map(move |(x, y)| (op, [x, y]))
    })
}
#[track_caller]
fn close(what: &str, a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-11 * (1.0 + b.abs()), "{what}: {a} != {b}")
}

#[test]
fn unary_rows_agree_with_differences_to_third_order() {
    for op in unary() {
        for x in points(op.smooth_on()) {
            check(|x| Var::unary(op, &x[0]), &[x], 3).unwrap_or_else(|wrong| panic!("{op:?}: {wrong}"));
        }
    }
}
#[test]
fn binary_rows_agree_with_differences_to_third_order() {
    for (op, x) in binary() {
        check(|x| Var::binary(op, &x[0], &x[1]), &x, 3).unwrap_or_else(|wrong| panic!("{op:?}: {wrong}"));
    }
}
#[test]
fn unary_rows_with_an_argument_that_varies() {
    for op in unary() {
        for x in points(op.smooth_on()) {
            // The argument passes through x at t = 0, neither constant nor a variable itself.
            let f = |t: &[Var]| Var::unary(op, &(x + 0.1 * t[0].sin())) * t[1];
            check(f, &[0.0, 1.5], 2).unwrap_or_else(|wrong| panic!("{op:?}: {wrong}"));
        }
    }
}
#[test]
fn binary_rows_with_both_arguments_the_same_or_constant() {
    for (op, [x, y]) in binary() {
        let (u, v) = (|t: Var| x + 0.1 * t, |t: Var| y - 0.1 * t.exp_m1());
        let ways: [&dyn Fn(Var) -> Var; 3] =
            [&|t| Var::binary(op, &u(t), &v(t)), &|t| Var::binary(op, &u(t), &Var::from(y)), &|t| {
                Var::binary(op, &Var::from(x), &v(t))
            }];
        for f in ways {
            check(|t| f(t[0]), &[0.0], 2).unwrap_or_else(|wrong| panic!("{op:?} at {x}, {y}: {wrong}"));
        }
    }
}

/// The derivatives of a unary row up to third order, all ways of nesting the modes.
fn forward<R: Scalar>(op: Unary, x: R) -> [R; 3] {
    let d1 = derivative(move |x| Dual::unary(op, &x))(x);
    let d2 = derivative(derivative(move |x| Dual::unary(op, &x)))(x);
    let d3 = derivative(derivative(derivative(move |x| Dual::unary(op, &x))))(x);
    [d1, d2, d3]
}
#[test]
fn unary_rows_agree_in_every_nesting_of_the_modes() {
    for op in Unary::ALL.iter().copied() {
        for x in points(op.smooth_on()) {
            let [d1, d2, d3] = forward(op, x);
            let r1 = |x: Var| grad(|x| Var::unary(op, &x[0]))(&[x])[0];
            let r2 = |x: Var| grad(|x| r1(x[0]))(&[x])[0];
            close(op.name(), grad(|x| Var::unary(op, &x[0]))(&[x])[0], d1);
            close(op.name(), grad(|x| r1(x[0]))(&[x])[0], d2);
            close(op.name(), grad(|x| r2(x[0]))(&[x])[0], d3);
            // Forward inside reverse.
            close(op.name(), grad(|x| forward(op, x[0])[0])(&[x])[0], d2);
            close(op.name(), grad(|x| forward(op, x[0])[1])(&[x])[0], d3);
        }
    }
}
#[test]
fn binary_rows_agree_forward_and_reverse() {
    for (op, x) in binary() {
        let reverse = grad(|x| Var::binary(op, &x[0], &x[1]))(&x);
        let forward = jacfwd(|x| Real::binary(op, &x[0], &x[1]))(&x).concat();
        assert_eq!(reverse, forward, "{op:?}");
    }
}
#[test]
fn values_do_not_depend_on_the_carrier() {
    for op in Unary::ALL.iter().copied() {
        for x in points(op.smooth_on()) {
            let (dual, var) = (Dual::unary(op, &Dual::new(x, 1.0)), Var::unary(op, &Var::from(x)));
            assert_eq!((dual.value(), var.value()), (op.eval(x), op.eval(x)), "{op:?}");
        }
    }
    for (op, [x, y]) in binary() {
        let z = op.eval(x, y);
        let dual = Dual::binary(op, &Dual::new(x, 1.0), &Dual::new(y, 2.0));
        assert_eq!((dual.value(), Var::binary(op, &x.into(), &y.into()).value()), (z, z), "{op:?}");
    }
}
#[test]
fn flat_rows_carry_no_derivative() {
    for op in Unary::ALL.iter().copied().filter(|op| op.is_flat()) {
        assert_eq!(Dual::unary(op, &Dual::new(0.3, 1.0)).derivative(), 0.0);
        assert_eq!(grad(|x| Var::unary(op, &x[0]))(&[0.3]), [0.0]);
    }
    for op in Binary::ALL.iter().copied().filter(|op| op.is_flat()) {
        let z = Dual::binary(op, &Dual::new(0.3, f64::INFINITY), &Dual::new(0.2, 1.0));
        assert_eq!(z.derivative(), 0.0);
    }
}
#[test]
fn infinite_slopes_do_no_harm_beside_constants() {
    let x = Dual::new(-2.0, 1.0);
    assert_eq!(x.powf(2.0).derivative(), -4.0);
    assert_eq!(grad(|x| x[0].powf(2.0))(&[-2.0]), [-4.0]);
    assert_eq!(jacfwd(|x| x[0].sqrt() + x[1])(&[0.0, 1.0]), [[f64::INFINITY, 1.0]]);
    assert_eq!(grad(|x| x[0].sqrt() + x[1])(&[0.0, 1.0]), [f64::INFINITY, 1.0]);
}
#[test]
fn a_branch_not_taken_has_no_influence() {
    let f = |x: &[Var]| Var::select(&x[0].less(0.5), &x[1], &(x[0].sqrt() * x[1] / x[0]));
    assert_eq!(grad(f)(&[0.0, 3.0]), [0.0, 1.0]);
    assert_eq!(grad(|x| grad(f)(x)[1])(&[0.0, 3.0]), [0.0, 0.0]);
    let g = |x: &[Dual<f64>]| Dual::select(&x[0].less(0.5), &x[1], &(x[0].sqrt() * x[1] / x[0]));
    assert_eq!(pullback_real::jvp(g)(&[0.0, 3.0], &[1.0, 0.0]), (3.0, 0.0));
}
#[test]
fn the_check_is_not_fooled() {
    // Wrong at first order; right at first order and wrong at second; a kink.
    let first = check(|x| x[0] * stop_gradient(x[0]), &[1.3], 1).unwrap_err();
    assert_eq!((first.mode, first.derivative, first.by.as_slice()), ("reverse mode", 1.3, &[0][..]));
    let line = |x: Var| stop_gradient(x * x) + 2.0 * stop_gradient(x) * (x - stop_gradient(x));
    assert!(check(|x| line(x[0]), &[1.3], 1).is_ok());
    let second = check(|x| line(x[0]), &[1.3], 2).unwrap_err();
    assert_eq!((second.mode, second.by.as_slice()), ("reverse over reverse mode", &[0, 0][..]));
    let parabola = |x: Var| {
        stop_gradient(x * x * x)
            + 3.0 * stop_gradient(x * x) * (x - stop_gradient(x))
            + 3.0 * stop_gradient(x) * (x - stop_gradient(x)).square()
    };
    assert!(check(|x| parabola(x[0]), &[1.3], 2).is_ok());
    assert_eq!(check(|x| parabola(x[0]), &[1.3], 3).unwrap_err().by, [0, 0, 0]);
    assert!(check(|x| x[0].relu() + x[0], &[0.0], 1).is_err());
    assert!(check(|x| x[0].sqrt(), &[-1.0], 1).is_err());
    // A small error beside a large derivative.
    let slightly = check(|x| x[0].exp() + 1e-6 * stop_gradient(x[0]), &[1.0], 1).unwrap_err();
    assert!((slightly.derivative - slightly.difference).abs() < 2e-6);
}
