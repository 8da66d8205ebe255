//! How recordings begin and end: depth, panics, threads, stale variables, and what the messages say.
use pullback_real::{
    Counts, Linearization, Real, Scalar, Var, grad, hessian, hvp, jvp, linearize, value_and_grad,
};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().unwrap().to_string(),
    }
}
const ENDED: &str = "this `Var` belongs to a gradient that has ended: return it from the function, or take its \
                     number out with `value()`";
const CAPTURED: &str = "an inner gradient at plain numbers uses a variable of the gradient around it, whose \
                        derivative would be lost: give the inner one its point as `Var`s, or hold the variable \
                        constant with `stop`";

#[test]
fn ten_million_operations_deep() {
    // Each step meets another slot, so each is recorded.
    let f = |x: &[Var]| (0..10_000_000).fold(x[0], |y, _| y * 0.5 + x[1]);
    let (y, g) = value_and_grad(f)(&[1.0, 1.0]);
    assert_eq!((y, g), (2.0, vec![0.0, 2.0]));
    assert_eq!(Counts::open_nodes(), 0);
}
#[test]
fn a_chain_of_functions_of_one_number_needs_no_tape() {
    let before = Counts::here();
    let g = grad(|x| (0..1000).fold(x[0], |y, _| (2.0 * y).sin() + y))(&[0.1]);
    assert!(g[0].is_finite());
    assert_eq!((Counts::here() - before).nodes, 0);
}
#[test]
fn memory_is_kept_and_does_not_grow() {
    let f = |x: &[Var]| x.iter().fold(x[0], |y, &x| y * x);
    let x = vec![1.0; 10_000];
    grad(f)(&x);
    let held = Counts::bytes_held();
    assert!(held > 240_000);
    for _ in 0..100 {
        grad(f)(&x);
        hessian(f)(&x[..10]);
        catch_unwind(|| grad(|x| -> Var { panic!("{}", x.len()) })(&[1.0])).unwrap_err();
    }
    let after = Counts::bytes_held();
    grad(f)(&x);
    assert!(Counts::bytes_held() <= after && after < 2 * held, "{held} {after}");
}
#[test]
fn a_panic_leaves_the_tape_clean() {
    let f = |x: &[Var]| -> Var {
        let y = x[0] * x[1];
        assert!(y < 0.0, "not negative");
        y
    };
    assert_eq!(message(|| drop(grad(f)(&[1.0, 2.0]))), "not negative");
    assert_eq!(Counts::open_nodes(), 0);
    // In an inner level too: the outer one goes on if it catches the panic.
    let g = grad(|x| {
        let bad = catch_unwind(AssertUnwindSafe(|| grad(f)(x)));
        assert!(bad.is_err());
        let bad = catch_unwind(AssertUnwindSafe(|| grad(f)(&[1.0, 2.0])));
        assert!(bad.is_err());
        x[0] * x[1]
    });
    assert_eq!(g(&[3.0, 4.0]), [4.0, 3.0]);
    assert_eq!(grad(|x| grad(|x| x[0] * x[0] * x[1])(x)[0])(&[3.0, 4.0]), [8.0, 6.0]);
    assert_eq!(Counts::open_nodes(), 0);
}
#[test]
fn threads_are_independent() {
    let run = |k: f64| move || (0..100).map(|_| grad(|x| x[0].powf(k) * x[1])(&[2.0, 3.0])[0]).sum::<f64>();
    let threads: Vec<_> = (1..5).map(|k| std::thread::spawn(run(f64::from(k)))).collect();
    for (k, thread) in (1..5).zip(threads) {
        let k = f64::from(k);
        let want: f64 = 300.0 * k * 2f64.powf(k - 1.0);
        assert!((thread.join().unwrap() - want).abs() < 1e-12 * want);
    }
}
#[test]
fn a_pullback_travels() {
    fn travels<T: Send>(x: T) -> T {
        x
    }
    let (_, linear) = linearize(|x| x[0] * x[1])(&[2.0, 3.0]);
    let linear: Linearization<f64> = travels(linear);
    let g = std::thread::spawn(move || [linear.pull(&[1.0]), linear.pull(&[2.0])]).join().unwrap();
    assert_eq!(g, [[3.0, 2.0], [6.0, 4.0]]);
}
#[test]
fn a_variable_that_escaped_is_refused() {
    let escaped = Cell::new(Var::from(0.0));
    let keep = |x: &[Var]| {
        escaped.set(x[0]);
        x[0]
    };
    grad(keep)(&[1.0]);
    // In a product with a variable, as the result, as a point, outside of everything.
    assert_eq!(message(|| drop(grad(|x| x[0] * escaped.get())(&[1.0]))), ENDED);
    assert_eq!(message(|| drop(grad(|_| escaped.get().sin())(&[1.0]))), ENDED);
    assert_eq!(message(|| drop(grad(|x| x[0])(&[escaped.get()]))), ENDED);
    let outside = || {
        let _ = escaped.get() * escaped.get();
    };
    assert_eq!(message(outside), ENDED);
}
#[test]
fn a_variable_that_escaped_still_has_its_number() {
    let escaped = Cell::new(Var::from(0.0));
    grad(|x| {
        escaped.set(2.0 * x[0]);
        x[0]
    })(&[1.5]);
    assert_eq!(escaped.get().value(), 3.0);
}
#[test]
fn an_inner_variable_that_escapes_to_the_outer_level_is_an_alias() {
    let g = grad(|x| {
        let inner = RefCell::new(Vec::new());
        grad(|y| {
            inner.borrow_mut().push(y[0] * y[0]);
            y[0]
        })(x);
        let y = inner.borrow()[0];
        y * x[0]
    });
    assert_eq!(g(&[2.0]), [12.0]);
}
#[test]
fn a_derivative_that_would_be_lost_is_refused() {
    let lost = || drop(grad(|x| Var::from(grad(|y| y[0] * x[0])(&[1.0])[0]))(&[2.0]));
    assert_eq!(message(lost), CAPTURED);
    let lost = || drop(grad(|x| Var::from(grad(|_| x[0].sin())(&[1.0])[0]))(&[2.0]));
    assert_eq!(message(lost), CAPTURED);
    assert_eq!(grad(|x| Var::from(grad(|y| y[0] * x[0].stop_gradient())(&[1.0])[0]))(&[2.0]), [0.0]);
    assert_eq!(grad(|x| grad(|y| y[0] * x[0])(&[Var::from(1.0)])[0])(&[2.0]), [1.0]);
}
#[test]
fn lengths_are_compared() {
    let (_, pullback) = linearize(|x| [x[0], x[0]])(&[1.0]);
    let text = message(|| drop(pullback.pull(&[1.0])));
    assert_eq!(text, "pull: one cotangent for each of the 2 results is needed, not 1");
    let text = message(|| drop(pullback.push(&[])));
    assert_eq!(text, "push: one tangent for each of the 1 variables is needed, not 0");
    let text = message(|| {
        jvp(|x| x[0])(&[1.0], &[]);
    });
    let want = "jvp: one tangent for each of the 1 variables is needed, not 0\n  made at crates/real/tests/";
    assert!(text.starts_with(want), "{text}");
    let text = message(|| drop(hvp(|x| x[0])(&[1.0], &[])));
    let want = "hvp: a direction in the 1 variables is needed, not 0 numbers\n  made at crates/real/tests/";
    assert!(text.starts_with(want), "{text}");
}
#[test]
fn many_epochs_apart() {
    for k in 0..100_000 {
        let g = grad(|x| x[0] * x[1])(&[f64::from(k), 1.0]);
        assert_eq!(g[1], f64::from(k));
    }
}
#[test]
fn results_that_are_not_finite() {
    assert_eq!(grad(|x| x[0] / 0.0)(&[1.0]), [f64::INFINITY]);
    assert!(grad(|x| x[0] * f64::NAN)(&[1.0])[0].is_nan());
    assert_eq!(value_and_grad(|_| Var::from(3.0))(&[1.0, 2.0]), (3.0, vec![0.0, 0.0]));
    assert_eq!(value_and_grad(|_| Var::from(3.0))(&[] as &[f64]), (3.0, vec![]));
}

#[test]
fn adjoints_that_cancel_leave_nothing_behind() {
    // The product x₀x₁ is given 2 by one use and −2 by the other.
    let f = |x: &[Var]| {
        let s = x[0] * x[1];
        let t = s * x[2];
        let u = s * x[3];
        t + u
    };
    for _ in 0..3 {
        assert_eq!(grad(f)(&[3.0, 5.0, 2.0, -2.0]), [0.0, 0.0, 15.0, 15.0]);
        assert_eq!(grad(|x| x[0] * x[1] * x[2] * x[3] * x[0])(&[1.0; 4]), [2.0, 1.0, 1.0, 1.0]);
    }
}
