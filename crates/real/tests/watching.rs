//! Looking over a tape's shoulder: events, the first NaN, values from elsewhere, and where a mistake is reported.

use pullback_real::explicit::Event;
use pullback_real::{Real, Scalar, Tape, Var, find_nan, grad, grad_or_none, hessian, jacobian, linearize};
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}
/// The message of a panic, and the place it names.
fn caught(f: impl FnOnce()) -> (String, String) {
    std::panic::set_hook(Box::new(|info| {
        PLACE.set(info.location().map_or(String::new(), |at| at.to_string()));
    }));
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).unwrap_err();
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| payload.downcast_ref::<&str>().map(|s| s.to_string())).expect("a message");
    (text, PLACE.take())
}

/// A variable of another gradient is refused at the line that uses it; a wrong count at the line that gives it.
#[test]
fn mistakes_name_the_line() {
    let here = |line: u32| format!("crates/real/tests/watching.rs:{line}:");
    let line = line!() + 1;
    let (text, place) = caught(|| drop(grad(|x| Var::from(grad(|y| y[0] * x[0])(&[1.0])[0]))(&[2.0])));
    assert!(text.contains("would be lost") && place.starts_with(&here(line)), "{text} {place}");
    let escaped = RefCell::new(Var::from(0.0));
    grad(|x| escaped.replace(x[0]))(&[1.0]);
    let line = line!() + 1;
    let (text, place) = caught(|| drop(grad(|x| x[0] + escaped.borrow().exp())(&[2.0])));
    assert!(text.contains("a gradient that has ended") && place.starts_with(&here(line)), "{text} {place}");
    let (_, pullback) = linearize(|x| [x[0], x[0]])(&[1.0]);
    let line = line!() + 1;
    let (text, place) = caught(|| drop(pullback.pull(&[1.0])));
    assert!(text.starts_with("pull: one") && place.starts_with(&here(line)), "{text} {place}");
    let t = Tape::new();
    let (x, one) = (t.var(1.0), pullback_real::TapeVar::lift(1.5));
    let cases: [(&dyn Fn(), &str); 5] = [
        (&|| _ = x.grad().wrt(one), "wrt: the number 1.5 is a constant, which is not on the tape"),
        (
            &|| drop(t.gradient(&[(one, 1.0)])),
            "Tape::gradient: the number 1.5 is a constant, which is not on the tape",
        ),
        (&|| drop(t.partial(&[(x, 1.0)], &[one])), "Tape::partial: the number 1.5 is a constant"),
        (&|| t.label(one, "one"), "Tape::label: the number 1.5 is a constant"),
        (&|| drop(one.grad()), "grad: the number 1.5 is a constant, which is not on a tape"),
    ];
    for (f, want) in cases {
        let (text, place) = caught(f);
        assert!(
            text.starts_with(want) && place.starts_with("crates/real/tests/watching.rs"),
            "{text} {place}"
        );
    }
}

#[test]
fn every_event_is_told_in_order() {
    let log = Rc::new(RefCell::new(vec![]));
    let seen = log.clone();
    let mut t = Tape::watched(move |event| {
        seen.borrow_mut().push(match event {
            Event::Recorded(step) => format!("{} at line {}", step.name, step.place.line()),
            Event::Swept { step, adjoint } => format!("{} {adjoint}", step.index),
            Event::Cleared => "cleared".into(),
        })
    });
    let first = line!() + 1;
    let (x, y) = (t.var(2.0), t.var(3.0));
    let a = x * y;
    let _unused = y.exp();
    t.partial(&[(a + x, 1.0)], &[a]);
    let at = |name: &str, line: u32| format!("{name} at line {line}");
    let want = [
        at("var", first),
        at("var", first),
        at("mul", first + 1),
        at("exp", first + 2),
        at("add", first + 3),
        "4 1".into(),
        "2 1".into(),
        "0 1".into(),
    ];
    assert_eq!(*log.borrow(), want);
    t.clear();
    assert_eq!(log.borrow().last().map(String::as_str), Some("cleared"));
    // A hook may stop what must not happen.
    let t = Tape::watched(|event| {
        if let Event::Recorded(step) = event {
            assert!(step.value.is_finite(), "{} became {} at {}", step.name, step.value, step.place)
        }
    });
    let (text, _) = caught(|| drop(t.var(0.0).recip().sin().grad()));
    assert!(text.starts_with("recip became inf at crates/real/tests/watching.rs:"), "{text}");
}

#[test]
fn the_first_nan() {
    fn f<R: Scalar>(x: &[R]) -> R {
        let a = x[0].ln() * 2.0;
        let b = (x[1] - 1.0).sqrt();
        a + b.exp()
    }
    assert_eq!(find_nan(f)(&[1.0, 2.0]), None);
    let nan = find_nan(f)(&[1.0, 0.5]).unwrap();
    assert_eq!((&*nan.operation, nan.adjoint), ("sqrt(-0.5)", None));
    let text = nan.to_string();
    assert!(text.starts_with("`sqrt(-0.5)` is NaN\n  at crates/real/tests/watching.rs:"), "{text}");
    // The first of two.
    assert_eq!(find_nan(f)(&[-1.0, 0.5]).unwrap().operation, "ln(-1)");
    assert_eq!(find_nan(f)(&[1.0, f64::NAN]).unwrap().operation, "x[1]");
    // A constant that is NaN shows in the operation that uses it.
    assert_eq!(find_nan(|x| x[0] * (-1f64).sqrt())(&[2.0]).unwrap().operation, "2 * NaN");
    // On the way back: values are fine.
    fn norm<R: Scalar>(x: &[R]) -> R {
        (x[0].square() + x[1].square()).sqrt()
    }
    assert!(grad(norm::<Var>)(&[0.0, 0.0])[0].is_nan());
    let nan = find_nan(norm)(&[0.0, 0.0]).unwrap();
    assert_eq!((&*nan.operation, nan.adjoint), ("0^2", Some(f64::INFINITY)));
    assert!(nan.to_string().starts_with("the adjoint inf times a derivative of `0^2` is NaN"), "{nan}");
    // Infinite adjoints that cancel.
    fn opposed<R: Scalar>(x: &[R]) -> R {
        let y = x[0] * 1.0;
        y.sqrt() - (2.0 * y).sqrt()
    }
    let nan = find_nan(opposed)(&[0.0]).unwrap();
    assert_eq!(&*nan.operation, "0 * 1");
    assert!(nan.to_string().contains("their sum NaN"), "{nan}");
}

#[test]
fn values_from_elsewhere() {
    // A function of three numbers that another library computes.
    let f = |x: [f64; 3]| (x[0] * x[1] + x[2].sin(), [x[1], x[0], x[2].cos()]);
    let external = |x: &[Var]| {
        let (value, slopes) = f([x[0].value(), x[1].value(), x[2].value()]);
        Var::external(value, &[(x[0], slopes[0]), (x[1], slopes[1]), (x[2], slopes[2])])
    };
    let plain = |x: &[Var]| x[0] * x[1] + x[2].sin();
    let at = [2.0, -3.0, 0.5];
    let outer = |g: &dyn Fn(&[Var]) -> Var, x: &[Var]| g(&[x[0].exp(), x[1], x[2]]) * x[0];
    let (a, b) = (grad(|x| outer(&external, x))(&at), grad(|x| outer(&plain, x))(&at));
    a.iter().zip(&b).for_each(|(a, b)| assert!((a - b).abs() < 1e-13, "{a} {b}"));
    let (y, pullback) = linearize(|x| [external(x)])(&at);
    assert_eq!((y, pullback.push(&[1.0, 0.0, 0.0])), ([plain(&at.map(Var::from)).value()], vec![-3.0]));
    // The value is kept to the last bit, the sign of zero included.
    assert!(
        grad_or_none(|x| Var::external(-0.0, &[(x[0], 1.0), (x[1], 2.0)]))(&[1.0, 1.0])
            == [Some(1.0), Some(2.0)]
    );
    assert!(jacobian(|x| [Var::external(-0.0, &[(x[0], 1.0), (x[1], 2.0)])])(&[1.0, 1.0]) == [[1.0, 2.0]]);
    // Constants have no derivative; without any variable it is one.
    assert_eq!(grad_or_none(|x| Var::external(1.0, &[(x[0].stop_gradient(), 5.0)]))(&[1.0]), [None]);
    // Second derivatives are not there, and it says so.
    let (text, _) = caught(|| drop(hessian(|x| Var::external(1.0, &[(x[0], 5.0)]))(&[1.0])));
    assert!(
        text.starts_with("Var::external: its slopes are plain numbers, whose derivatives are unknown"),
        "{text}"
    );
}

/// Wrong arguments name the operation and the argument, at the line that gives them.
#[test]
fn arguments_that_cannot_be() {
    use pullback_real::chain::{Chain, Keep};
    use pullback_real::schedule::binomial;
    use pullback_real::sparse::{Pattern, SparseHessian, SparseJacobian};
    use pullback_real::{Duals, Series, check, ode_series, taylor};
    let jacobian = SparseJacobian::new(|x: &[Var]| vec![x[0]], &[1.0]);
    let hessian = SparseHessian::new(|x: &[Var]| x[0].square(), &[1.0]);
    let matrix = jacobian.evaluate(&[1.0]).unwrap();
    let step = |x: &f64| x * 0.5;
    let cases: [(&dyn Fn(), &str); 13] = [
        (
            &|| drop(Chain::run(1.0, 5, Keep::Binomial(0), step)),
            "Keep::Binomial(0): at least the first state must be kept",
        ),
        (
            &|| drop(Chain::run(1.0, 5, Keep::Online(0), step)),
            "Keep::Online(0): at least 2 states must be kept",
        ),
        (&|| drop(Chain::<f64>::new(Keep::Binomial(3))), "Keep::Binomial must know how many steps there are"),
        (&|| binomial(5, 0, &mut |_| {}), "binomial: no snapshot is allowed, and the initial state is one"),
        (&|| _ = Series::<f64, 0>::variable(1.0), "Series: N is 0, and a series has a constant term"),
        (
            &|| _ = taylor::<f64, 3>(|x| x[0], &[1.0], &[]),
            "taylor: the point has 1 coordinates, the direction 0",
        ),
        (&|| drop(ode_series::<f64, 3>(|_| vec![], &[1.0])), "ode_series: f gives 0 slopes for 1 unknowns"),
        (
            &|| _ = Duals::<f64, 2>::variable(1.0, 2),
            "Duals::variable: direction 2 of a number that carries 2",
        ),
        (&|| drop(check(|x| x[0], &[1.0], 4)), "check: derivatives are checked to order 1, 2 or 3, not 4"),
        (
            &|| drop(jacobian.evaluate(&[])),
            "SparseJacobian::evaluate: the structure was prepared for 1 variables, not 0",
        ),
        (
            &|| drop(hessian.evaluate(&[1.0, 2.0])),
            "SparseHessian::evaluate: the structure was prepared for 1 variables, not 2",
        ),
        (
            &|| drop(matrix.times(&[1.0, 2.0])),
            "SparseMatrix::times: a matrix of 1 columns times a vector of 2",
        ),
        (&|| drop(Pattern::new(2, [vec![2]])), "Pattern::new: column 2 of a matrix with 2"),
    ];
    for (f, want) in cases {
        let (text, place) = caught(f);
        assert!(text.starts_with(want), "{text}");
        assert!(place.starts_with("crates/real/tests/watching.rs:"), "{want}: {place}");
    }
}
