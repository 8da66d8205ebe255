//! Formulas: printing, simplifying, differentiating, and graphs of any depth.
//!
//! Over 300 lines: one list of cases.
use proptest::prelude::*;
use pullback_real::explicit::Step;
use pullback_real::{Binary, Expr, Listing, Real, Tape, Unary, parse};

fn x() -> Expr {
    Expr::var("x")
}
fn y() -> Expr {
    Expr::var("y")
}
#[track_caller]
fn prints(e: Expr, text: &str) {
    assert_eq!(e.to_string(), text);
    assert_eq!(parse(text).unwrap().to_string(), text, "read back");
}

#[test]
fn parentheses_only_where_needed() {
    prints(x() + y() * x(), "x + y*x");
    prints((x() + y()) * x(), "(x + y)*x");
    prints(x() - (y() - 1.0), "x - (y - 1)");
    prints(x() - y() - 1.0, "x - y - 1");
    prints(x() / (y() * x()), "x/(y*x)");
    prints(x() * y() / x() % 2.0, "x*y/x%2");
    prints(-x().square(), "-x^2");
    prints((-x()).square(), "(-x)^2");
    prints(x().pow(y()).pow(x()), "(x^y)^x");
    prints(x().pow(y().pow(x())), "x^y^x");
    prints(x().pow(-y()), "x^-y");
    prints(x().powi(-3), "x^-3");
    prints(x().powf(-3.0), "x^-3.0");
    prints(x().powf(2.5), "x^2.5");
    prints(x().sin().powi(3), "sin(x)^3");
    prints(Expr::constant(-2.0).pow(x()), "(-2)^x");
    prints(-2.0 * x(), "-2*x");
    prints(y() * (-2.0 * x()), "y*(-2*x)");
    prints(-(x() * y()), "-(x*y)");
    prints(y().atan2(x()), "atan2(y, x)");
    prints(
        x().polygamma(0) + x().polygamma(1) + x().polygamma(4),
        "digamma(x) + trigamma(x) + polygamma(4, x)",
    );
    prints(Expr::select(&x(), &y(), &(x() + 1.0)), "select(x, y, x + 1)");
    prints(x().clamp(-1.0, 2.0), "select(less(x, -1), -1, select(less(2, x), 2, x))");
    prints(x() * std::f64::consts::PI + 1e300 * y() + 1e-7, "x*pi + 1e300*y + 1e-7");
    prints(Expr::lift(f64::NEG_INFINITY) * x() + f64::NAN, "-inf*x + nan");
}

#[test]
fn light_simplification() {
    for (e, text) in [
        (0.0 + x(), "x"),
        (x() + 0.0, "x"),
        (x() - 0.0, "x"),
        (0.0 - x(), "-x"),
        (1.0 * x(), "x"),
        (x() * 1.0, "x"),
        (x() / 1.0, "x"),
        (x() * 0.0, "0"),
        (0.0 * x(), "0"),
        (x() * -1.0, "-x"),
        (-(-x()), "x"),
        (-(x() - y()), "y - x"),
        (x() + -y(), "x - y"),
        (x() - -y(), "x + y"),
        (x() + -2.0, "x - 2"),
        (-x() * -y(), "x*y"),
        (x() / -y(), "-(x/y)"),
        (-(2.0 * x()), "-2*x"),
        (x().powi(0), "1"),
        (x().powi(1), "x"),
        (x().powf(1.0), "x"),
        (x().recip(), "1/x"),
        (Expr::constant(2.0).sqrt() * 2.0, "2.8284271247461903"),
        (Expr::constant(1.0) / 0.0, "1/0"),
        (Expr::constant(0.0).ln(), "ln(0)"),
        (Expr::select(&Expr::lift(2.0), &x(), &y()), "x"),
        (Expr::select(&x(), &y(), &y()), "y"),
    ] {
        assert_eq!(e.to_string(), text);
    }
    let shared = y().sin();
    prints(Expr::select(&x(), &shared, &shared), "sin(y)");
}

#[test]
fn derivatives_read_as_in_a_book() {
    for (f, df) in [
        ("x1*x2 + sin(x1)", "x2 + cos(x1)"),
        ("x1^3", "3*x1^2"),
        ("x1^2.5", "2.5*x1^1.5"),
        ("2^x1", "xlogy(2^x1, 2)"),
        ("1/x1", "-(1/x1/x1)"),
        ("ln(x1)", "1/x1"),
        ("sqrt(x1)", "0.5/sqrt(x1)"),
        ("tanh(3*x1)", "sech(3*x1)^2*3"),
        ("cos(x1)", "-sin(x1)"),
        ("x2", "0"),
        ("floor(x1)*x1", "floor(x1)"),
        ("select(less(x1, x2), x1^2, x2)", "select(less(x1, x2), 2*x1, 0)"),
        ("select(x2, x1^2, x1^3)", "select(x2, 2*x1, 3*x1^2)"),
        ("3*select(x2, x1*x1, 1)", "select(x2, 3*x1 + 3*x1, 0)"),
    ] {
        let d = parse(f).unwrap().derivative("x1");
        assert_eq!(d.to_string(), df, "the derivative of {f}");
    }
    let e = parse("a*b + c").unwrap();
    assert_eq!(format!("{:?}", e.gradient(&["c", "a", "none"])), "[1, b, 0]");
}

#[test]
fn a_branch_that_is_not_taken_has_no_influence() {
    for f in [
        "select(less(0, x), sqrt(x), x^2)",
        "select(less(0, x), 3*ln(x)*sqrt(x), x^2)",
        "2*select(less(x, 0), x^2, sin(ln(x)) + ln(x))",
        "select(less(x, 0), select(less(x, -1), x^2, ln(x)), sqrt(x)) + x*select(less(-5, x), 1, ln(x))*0",
        "select(less(0, x), sqrt(x), 0) + select(less(1, x), sqrt(x), x^2)",
        "select(less(x, 0), x^2, sqrt(x)) + select(less(0, 1 + x), sqrt(x), 0)",
    ] {
        let d = parse(f).unwrap().derivative("x");
        assert_eq!(
            (d.eval(|_| -3.0), d.derivative("x").eval(|_| -3.0)),
            if f.starts_with('2') { (-12.0, 4.0) } else { (-6.0, 2.0) },
            "{f}: {d}"
        );
    }
    // A part that two branches share is differentiated where either is taken.
    let shared = x().sqrt();
    let e = Expr::select(&y(), &shared, &Expr::lift(0.0)) + Expr::select(&(y() - 1.0), &shared, &x());
    let at = |x: f64, y: f64| e.derivative("x").eval(move |name| if name == "x" { x } else { y });
    assert_eq!((at(4.0, 2.0), at(4.0, 1.0), at(4.0, 0.0)), (0.5, 1.25, 0.25));
}

#[test]
fn every_row_differentiates_by_its_slope() {
    for &op in Unary::ALL {
        let (lo, hi) = op.smooth_on();
        let e = Expr::unary(op, &x());
        let d = e.derivative("x");
        for t in [0.1, 0.37, 0.8] {
            let v = lo + t * (hi - lo);
            let expected = op.slope(&v, &op.eval(v));
            let found: f64 = d.eval(|_| v);
            assert!((found - expected).abs() <= 1e-15 * expected.abs(), "{} at {v}: {d}", op.name());
            // And once more: the formula of the slope is differentiated like any other.
            let h = 1e-6 * (hi - lo);
            let second: f64 = d.derivative("x").eval(|_| v);
            let slope = |v: f64| op.slope(&v, &op.eval(v));
            let difference = (slope(v + h) - slope(v - h)) / (2.0 * h);
            assert!(
                (second - difference).abs() <= 1e-5 * (1.0 + difference.abs()),
                "{}'' at {v}: {second} against {difference}",
                op.name()
            );
        }
    }
    for &op in Binary::ALL {
        let [(xlo, xhi), (ylo, yhi)] = op.smooth_on();
        let g = Expr::binary(op, &x(), &y()).gradient(&["x", "y"]);
        for t in [0.2, 0.6] {
            let (a, b) = (xlo + t * (xhi - xlo), ylo + (1.0 - t) * (yhi - ylo));
            let z = op.eval(a, b);
            let at = |e: &Expr| -> f64 { e.eval(|name| if name == "x" { a } else { b }) };
            let by_x = op.slope_x(&a, &b, &z);
            assert!(at(&g[0]) == by_x || by_x.is_nan() && at(&g[0]).is_nan(), "{} by x: {}", op.name(), g[0]);
            assert_eq!(at(&g[1]), op.slope_y(&a, &b, &z), "{} by y: {}", op.name(), g[1]);
        }
    }
}

#[test]
fn the_gradient_of_a_product_does_not_swell() {
    let n = 1000;
    let names: Vec<String> = (0..n).map(|i| format!("x{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let product: Expr = names.iter().map(|name| Expr::var(name)).product();
    let gradient = product.gradient(&names);
    let size = Expr::count(gradient.iter().chain([&product]));
    assert!(size <= 5 * n, "{size} nodes for {n} variables");
    let value = |name: &str| 1.0 + 1e-3 * name[1..].parse::<f64>().unwrap();
    let whole: f64 = product.eval(value);
    for (name, g) in names.iter().zip(&gradient).step_by(97) {
        let expected = whole / value(name);
        assert!((g.eval(value) - expected).abs() < 1e-12 * expected);
    }
    let text = Listing::of(names.iter().copied().zip(&gradient)).to_string();
    assert!(text.len() < 60 * n, "{} letters", text.len());
}

#[test]
fn shared_parts_are_done_once() {
    // Written out, the formula would have 2^64 leaves.
    let mut e = x();
    for _ in 0..64 {
        e = (&e * &e).sin() + &e / 2.0;
    }
    assert!(e.eval(|_| 0.5f64).is_finite());
    let d = e.derivative("x");
    assert!(Expr::count([&d]) < 64 * 14);
    assert!(d.eval(|_| 0.5f64).is_finite());
    assert_eq!(d.variables(), ["x"]);
    assert!(d.listing("d").to_string().lines().count() < 64 * 8);
}

#[test]
fn a_million_deep() {
    let mut e = x();
    for i in 0..1_000_000 {
        e = if i % 2 == 0 { e.sin() } else { 1.0 + e };
    }
    assert!(e.eval(|_| 0.5f64).is_finite());
    assert!(e.to_string().len() > 4_000_000);
    let d = e.derivative("x");
    assert!(d.eval(|_| 0.5f64).is_finite());
    let copy = d.clone();
    drop(d);
    drop(e);
    assert_eq!(copy.variables(), ["x"]);
}

#[test]
fn a_listing_avoids_names_in_use() {
    let s = Expr::var("s1").sin();
    assert_eq!((&s * &s).listing("z").to_string(), "s_1 = sin(s1)\nz = s_1*s_1\n");
    assert_eq!(s.listing("z").to_string(), "z = sin(s1)\n");
}

/// A formula as it is built, and its value by plain arithmetic: `None` once anything in it is not finite or −0.
fn built() -> impl Strategy<Value = (Expr, Option<f64>)> {
    const POINT: [(&str, f64); 3] = [("x", 0.7), ("y", -1.3), ("z_2", 2.1)];
    let number =
        prop_oneof![(-4i32..5).prop_map(f64::from), -3.0..3.0, Just(1e-9), Just(std::f64::consts::TAU)];
    let leaf = prop_oneof![
        number.prop_map(|c| (Expr::constant(c), Some(c))),
        (0usize..3).prop_map(|i| (Expr::var(POINT[i].0), Some(POINT[i].1))),
    ];
    // The sign of a zero may change, which `copysign` and `atan2` would show.
    let finite = |v: f64| Some(v).filter(|v| v.is_finite() && v.to_bits() != (-0.0f64).to_bits());
    let unary = Unary::ALL.iter().copied().chain([-2, 0, 1, 2, 5].map(Unary::Powi)).collect::<Vec<_>>();
    leaf.prop_recursive(6, 40, 3, move |part| {
        prop_oneof![
            (prop::sample::select(unary.clone()), part.clone())
                .prop_map(move |(op, (e, v))| (Expr::unary(op, &e), v.and_then(|v| finite(op.eval(v))))),
            (prop::sample::select(Binary::ALL), part.clone(), part.clone()).prop_map(
                move |(op, (a, u), (b, v))| {
                    (Expr::binary(op, &a, &b), u.zip(v).and_then(|(u, v)| finite(op.eval(u, v))))
                }
            ),
            (prop::sample::select(&Binary::ALL[..5]), part.clone(), part.clone()).prop_map(
                move |(op, (a, u), (b, v))| {
                    (Expr::binary(op, &a, &b), u.zip(v).and_then(|(u, v)| finite(op.eval(u, v))))
                }
            ),
            (part.clone(), part.clone(), part).prop_map(|((c, s), (a, u), (b, v))| {
                let value = s.zip(u.zip(v)).map(|(s, (u, v))| if s != 0.0 { u } else { v });
                (Expr::select(&c, &a, &b), value)
            }),
        ]
    })
}
fn point(name: &str) -> f64 {
    match name {
        "x" => 0.7,
        "y" => -1.3,
        _ => 2.1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn simplifying_changes_no_value((e, value) in built()) {
        if let Some(v) = value {
            prop_assert_eq!(e.eval(point), v, "{}", e);
        }
    }

    #[test]
    fn what_is_printed_is_read_back((e, _) in built()) {
        let text = e.to_string();
        let back = parse(&text).unwrap();
        prop_assert_eq!(back.to_string(), text);
        prop_assert_eq!(back.eval(point).to_bits(), e.eval(point).to_bits());
        let d = e.derivative("x");
        prop_assert_eq!(parse(&d.to_string()).map(|d| d.to_string()), Ok(d.to_string()));
    }

    #[test]
    fn formulas_and_the_tape_have_the_same_gradient((e, value) in built()) {
        let names = ["x", "y", "z_2"];
        let tape = Tape::new();
        let x = names.map(|name| tape.var(point(name)));
        let z = e.eval(|name| x[names.iter().position(|n| *n == name).unwrap()]);
        if value.is_some() && z.step().is_some() {
            let gradient = z.grad();
            let formulas = e.gradient(&names);
            // Where large contributions cancel, their rounding remains.
            let part =
                |(step, g): (Step, f64)| step.slopes.iter().map(|s| (g * s).abs()).max_by(f64::total_cmp).unwrap_or(0.0);
            let largest = tape.steps().into_iter().zip(gradient.adjoints()).map(part).max_by(f64::total_cmp).unwrap_or(0.0);
            for (x, formula) in x.into_iter().zip(formulas).filter(|_| largest.is_finite()) {
                let (g, symbolic) = (gradient.wrt(x), formula.eval(point));
                prop_assert!(!g.is_finite() || (g - symbolic).abs() <= 1e-9 * (1.0 + largest), "{}: {} and {}", e, g, symbolic);
            }
        }
    }
}
