//! Taylor series: every row against nested forward mode, known expansions, and nesting with the other modes.
use pullback_real::{Binary, Dual, Real, Scalar, Series, Unary, Var, derivative, derivatives, grad, taylor};

fn points((lo, hi): (f64, f64)) -> impl Iterator<Item = f64> {
    [0.13, 0.41, 0.86].into_iter().map(move |t| lo + t * (hi - lo))
}
#[track_caller]
fn close(what: &str, a: &[f64], b: &[f64]) {
    for (k, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{what}, order {k}: {a} != {b}")
    }
}

/// A curve that is no line, so that every coefficient of the argument counts.
fn curve<R: Scalar>(x: f64, t: R) -> R {
    x + 0.1 * t - 0.05 * t * t + 0.02 * t * t * t
}

#[test]
fn every_row_agrees_with_nested_forward_mode() {
    for &op in Unary::ALL {
        for x in points(op.smooth_on()) {
            fn f<R: Scalar>(op: Unary, x: f64, t: R) -> R {
                R::unary(op, &curve(x, t))
            }
            let d1 = |t| derivative(move |t| f(op, x, t))(t);
            let d2 = derivative(derivative(move |t| f(op, x, t)))(0.0);
            let d3 = derivative(derivative(derivative(move |t| f(op, x, t))))(0.0);
            let have: [f64; 4] = derivatives(|t| f(op, x, t), 0.0);
            close(op.name(), &have, &[f(op, x, 0.0), d1(0.0), d2, d3]);
        }
    }
    for &op in Binary::ALL {
        let [a, b] = op.smooth_on();
        for (x, y) in points(a).zip(points(b)) {
            fn f<R: Scalar>(op: Binary, (x, y): (f64, f64), t: R) -> R {
                R::binary(op, &curve(x, t), &curve(y, -2.0 * t))
            }
            let d1 = derivative(move |t| f(op, (x, y), t))(0.0);
            let d2 = derivative(derivative(move |t| f(op, (x, y), t)))(0.0);
            let d3 = derivative(derivative(derivative(move |t| f(op, (x, y), t))))(0.0);
            let have: [f64; 4] = derivatives(|t| f(op, (x, y), t), 0.0);
            close(op.name(), &have, &[f(op, (x, y), 0.0), d1, d2, d3]);
        }
    }
}

#[test]
fn known_expansions() {
    let t = Series::<f64, 20>::variable(0.0);
    assert_eq!((1.0 / (1.0 - t)).coefficients(), [1.0; 20]);
    // arctan: 1, 0, −1/3, 0, 1/5 …
    let atan = t.atan().coefficients();
    for (k, c) in atan.iter().enumerate() {
        let want = if k % 2 == 0 { 0.0 } else { [1.0, -1.0][k / 2 % 2] / k as f64 };
        assert!((c - want).abs() < 1e-13, "{k}: {c}")
    }
    // tan: 1, 1/3, 2/15, 17/315.
    let tan = t.tan().coefficients();
    for (k, want) in [(1, 1.0), (3, 1.0 / 3.0), (5, 2.0 / 15.0), (7, 17.0 / 315.0)] {
        assert!((tan[k] - want).abs() < 1e-14)
    }
    // Identities to order 19, at a point where nothing is small.
    let t = Series::<f64, 20>::variable(0.7);
    let one = t.sin().square() + t.cos().square();
    close("sin² + cos²", &one.coefficients()[1..], &[0.0; 19]);
    close("ln exp", &t.exp().ln().coefficients(), &t.coefficients());
    close("sqrt", &t.sqrt().square().coefficients(), &t.coefficients());
    close("pow", &t.powf(2.5).coefficients(), &(t.sqrt().powi(5)).coefficients());
    close("powi", &(t.powi(-3) * t.powi(3)).coefficients()[1..], &[0.0; 19]);
}

#[test]
fn branches_and_constants() {
    // Rust's own branches follow the value; constants do not move.
    let f = |t: Series<f64, 4>| if t > 0.5 { t * t } else { -t };
    assert_eq!(derivatives(f, 2.0), [4.0, 4.0, 2.0, 0.0]);
    assert_eq!(derivatives(f, 0.0), [0.0, -1.0, 0.0, 0.0]);
    let c: [f64; 3] = derivatives(|_| Series::lift(0.0).sqrt(), 1.0);
    assert_eq!(c, [0.0; 3]);
    let abs: [f64; 3] = derivatives(|t| t.abs(), -2.0);
    assert_eq!(abs, [2.0, -1.0, 0.0]);
}

#[test]
fn nests_with_forward_and_reverse_mode() {
    fn f<R: Scalar>(x: &[R]) -> R {
        (x[0] * x[1]).sin() / x[1].exp()
    }
    // The third Taylor coefficient, differentiated by the point in reverse mode, and a series of duals.
    let third = |x: &[Var]| taylor::<Var, 4>(f, x, &[Var::from(1.0), Var::from(-0.5)])[3];
    let g = grad(third)(&[0.4, 0.8]);
    let moved = |a: f64, b: f64| taylor::<f64, 4>(f, &[a, b], &[1.0, -0.5])[3];
    let h = 1e-5;
    let want = [
        (moved(0.4 + h, 0.8) - moved(0.4 - h, 0.8)) / (2.0 * h),
        (moved(0.4, 0.8 + h) - moved(0.4, 0.8 - h)) / (2.0 * h),
    ];
    for (g, w) in g.iter().zip(want) {
        assert!((g - w).abs() < 1e-8, "{g} {w}")
    }
    let dual = taylor::<Dual<f64>, 4>(
        f,
        &[Dual::new(0.4, 1.0), Dual::new(0.8, 0.0)],
        &[Dual::lift(1.0), Dual::lift(-0.5)],
    );
    assert!((dual[3].derivative() - g[0]).abs() < 1e-12);
}

/// Every row to eleventh order: derivatives of a lower one's series, by forward mode, are those of the next.
#[test]
fn every_row_to_high_order() {
    fn last<const N: usize>(f: impl Fn(Series<Dual<f64>, N>) -> Series<Dual<f64>, N>, x: f64) -> f64 {
        let d: [Dual<f64>; N] = derivatives(f, Dual::new(x, 1.0));
        d[N - 1].derivative()
    }
    for &op in Unary::ALL {
        for x in points(op.smooth_on()) {
            let have: [f64; 12] = derivatives(|x| Real::unary(op, &x), x);
            let next = last::<11>(|x| Real::unary(op, &x), x);
            let size = have.iter().fold(0.0, |m: f64, d| m.max(d.abs()));
            assert!(
                (have[11] - next).abs() <= 1e-7 * (1e-3 * size + next.abs() + 1e-3),
                "{op:?}({x}): {} {next}",
                have[11]
            )
        }
    }
    for op in [Binary::Hypot, Binary::Atan2, Binary::OverHypot, Binary::Pow, Binary::LogAddExp, Binary::XLogY]
    {
        for x in points(op.smooth_on()[0]) {
            let y = op.smooth_on()[1].1;
            let have: [f64; 24] = derivatives(|x| Series::binary(op, &x, &Series::lift(y)), x);
            let next = last::<23>(|x| Series::binary(op, &x, &Series::lift(y)), x);
            assert!((have[23] - next).abs() <= 1e-6 * next.abs() + 1e-6, "{op:?}({x}): {} {next}", have[23])
        }
    }
}
#[test]
fn integer_powers_at_zero_and_below() {
    let d: [f64; 4] = derivatives(|x| x.powf(3.0), -2.0);
    assert_eq!(d, [-8.0, 12.0, -12.0, 6.0]);
    let d: [f64; 5] = derivatives(|x| x.powf(3.0), 0.0);
    assert_eq!(d, [0.0, 0.0, 0.0, 6.0, 0.0]);
    let d: [f64; 3] = derivatives(|x| x.powf(-1.0), -2.0);
    assert_eq!(d, [-0.5, -0.25, -0.25]);
    let (x, y) = (Series::<f64, 3>::variable(-2.0), Series::lift(3.0));
    assert_eq!(x.pow(y).coefficients(), [-8.0, 12.0, -6.0]);
}

#[test]
#[should_panic(expected = "taylor: the point has 1 coordinates, the direction 2")]
fn lengths_differ() {
    taylor::<f64, 2>(|x| x[0], &[1.0], &[1.0, 2.0]);
}
