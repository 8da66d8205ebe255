//! The explicit tape: several results, intermediates, seeds, partial derivatives, and how it is printed.
use pullback_real::explicit::Argument;
use pullback_real::{Counts, Real, Scalar, Tape, TapeVar};

fn message(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    *std::panic::catch_unwind(f).unwrap_err().downcast::<String>().expect("a message with its places")
}

#[test]
fn the_readme_example() {
    let t = Tape::new();
    let (x, y) = (t.var(0.5), t.var(4.2));
    let z = x * y + x.sin();
    let g = z.grad();
    assert!((z.value() - 2.579425538604203).abs() <= 1e-15);
    assert!((g.wrt(x) - 5.077582561890373).abs() <= 1e-15);
    assert_eq!(g.wrt(y), 0.5);
}
#[test]
fn the_lecture_example_with_every_adjoint() {
    let t = Tape::new();
    let (x1, x2) = (t.named("x1", 2.0), t.named("x2", 3.0));
    let w3 = x1 * x2;
    let w4 = x1.sin();
    let z = w3 + w4;
    assert_eq!((w3.value(), w4.value(), z.value()), (6.0, 0.9092974268256817, 6.909297426825682));
    let g = z.grad();
    assert_eq!([w3, w4, z].map(|w| g.wrt(w)), [1.0; 3]);
    assert_eq!((g.wrt(x1), g.wrt(x2)), (2.5838531634528574, 2.0));
}
#[test]
fn several_results_in_any_order() {
    let t = Tape::new();
    let x = t.var(3.0);
    let y = x * x;
    let z = y * y;
    assert_eq!(y.grad().wrt(x), 6.0);
    assert_eq!(z.grad().wrt(x), 108.0);
    assert_eq!(y.grad().wrt(x), 6.0);
    assert_eq!(z.grad().wrt(y), 18.0);
}
#[test]
fn sums_over_results() {
    let t = Tape::new();
    let x = t.var(3.0);
    let y = x.powi(2);
    let y1 = y.powi(2);
    let y2 = y1.powi(2);
    assert_eq!(t.gradient(&[(y, 1.0), (y2, 1.0)]).wrt(x), 17502.0);
    assert_eq!((y + y2).grad().wrt(x), 17502.0);
}
#[test]
fn own_seeds_also_at_variables() {
    let t = Tape::new();
    let (x, y) = (t.var(3.0), t.var(2.0));
    assert_eq!(t.gradient(&[(x * y, 1.0), (x, 2.0)]).wrt(x), 4.0);
}
#[test]
fn targets_that_are_sources() {
    let t = Tape::new();
    let (x, y) = (t.var(3.0), t.var(5.0));
    let g = t.gradient(&[(x, 1.0), (y, 1.0), (y * y, 1.0)]);
    assert_eq!((g.wrt(x), g.wrt(y)), (1.0, 11.0));
    assert_eq!(t.gradient(&[(x, 1.0), (x, 1.0)]).wrt(x), 2.0);
}
#[test]
fn intermediate_sources() {
    let t = Tape::new();
    let x = t.var(1.0);
    let y = 2.0 * x;
    let z = 3.0 * y;
    assert_eq!((z.grad().wrt(x), z.grad().wrt(y)), (6.0, 3.0));
}
#[test]
fn many_uses_of_one_result() {
    let t = Tape::new();
    let x = t.var(1.0);
    let y = 2.0 * x;
    let z: TapeVar = (0..10).map(|_| y).sum();
    assert_eq!((z.grad().wrt(x), z.grad().wrt(y)), (20.0, 10.0));
}
#[test]
fn stopping_is_the_same_from_outside_and_inside() {
    // Every subset of four intermediates, held by `partial` and by `stop`.
    for held in 0..16u32 {
        let f = |t: &Tape, stop: bool| {
            let x = t.var(0.5);
            let is_held = |k: usize| held >> k & 1 == 1;
            let cut = |k, v| if stop && is_held(k) { pullback_real::stop_gradient(v) } else { v };
            // Each intermediate is used through `cut` alone.
            let a = x.sin();
            let b = cut(0, a) * x;
            let c = cut(1, b).exp() + cut(0, a);
            let d = cut(2, c) * cut(1, b);
            let y = cut(3, d) + x;
            let fixed: Vec<_> = (0..4).filter(|&k| !stop && is_held(k)).map(|k| [a, b, c, d][k]).collect();
            t.partial(&[(y, 1.0)], &fixed).wrt(x)
        };
        assert_eq!(f(&Tape::new(), true), f(&Tape::new(), false), "{held:b}");
    }
}
#[test]
fn unconnected_variables_are_told_apart() {
    let t = Tape::new();
    let (x, y) = (t.var(1.0), t.var(2.0));
    let g = (0.0 * x).grad();
    assert_eq!((g.wrt_or_none(x), g.wrt_or_none(y), g.wrt(y)), (Some(0.0), None, 0.0));
    let later = t.var(3.0);
    assert_eq!((g.wrt_or_none(later), g.wrt(later)), (None, 0.0));
}
#[test]
fn choices_of_the_host_language() {
    let f = |v: f64| {
        let t = Tape::new();
        let x = t.var(v);
        let y = if x < 10.0 { x } else { x * x };
        y.grad().wrt(x)
    };
    assert_eq!((f(5.0), f(50.0)), (1.0, 100.0));
}
#[test]
fn steps_are_recorded_in_order_with_their_places() {
    let t = Tape::new();
    let x = t.var(2.0);
    let y = x * x + 1.0;
    let here = line!() - 1;
    let _ = TapeVar::lift(3.0) * 2.0;
    let steps = t.steps();
    let names: Vec<_> = steps.iter().map(|s| s.name).collect();
    assert_eq!(names, ["var", "mul", "add"]);
    assert_eq!(steps[1].args, [Argument::Step(0), Argument::Step(0)]);
    assert_eq!(steps[2].args, [Argument::Step(1), Argument::Constant(1.0)]);
    assert_eq!((steps[1].slopes.as_slice(), steps[2].slopes.as_slice()), (&[2.0, 2.0][..], &[1.0, 0.0][..]));
    assert_eq!((steps[2].place.file(), steps[2].place.line()), (file!(), here));
    assert_eq!(steps[2].value, y.value());
}
#[test]
fn a_generic_function_on_a_tape() {
    fn f<R: Scalar>(x: &[R]) -> R {
        if x[0] > 0.0 { (x[0] * x[1]).max(0.0).powf(1.5) } else { -x[1] }
    }
    let t = Tape::new();
    let x = [t.var(1.0), t.var(4.0)];
    let y = f(&x);
    assert_eq!((y.value(), y.grad().wrt(x[1])), (8.0, 3.0));
}
#[test]
fn the_table_of_values_and_adjoints() {
    let t = Tape::new();
    let (x1, x2) = (t.named("x1", 2.0), t.named("x2", 3.0));
    let z = x1 * x2 + x1.sin();
    t.label(z, "z");
    assert_eq!(
        z.grad().to_string(),
        "\
step  operation  value               adjoint
x1    variable   2                   2.5838531634528574
x2    variable   3                   2
w3    x1 * x2    6                   1
w4    sin(x1)    0.9092974268256817  1
z     w3 + w4    6.909297426825682   1
"
    );
    assert!(t.to_string().ends_with("z     w3 + w4    6.909297426825682\n"));
}
#[test]
fn the_graph() {
    let t = Tape::new();
    let x = t.named("x", 2.0);
    let y = 3.0 * x;
    let dot = y.grad().to_dot();
    assert!(dot.contains("  s0 [label=\"x\\n2\\n3\"]\n"), "{dot}");
    assert!(dot.contains("  s0 -> s1 [label=\"3\"]\n"), "{dot}");
    assert!(dot.contains("c1_0 [label=\"3\", shape=none]"), "{dot}");
}
#[test]
fn a_million_steps_deep() {
    let t = Tape::new();
    let x = t.var(1.0);
    let y = (0..1_000_000).fold(x, |y, _| -y);
    assert_eq!(y.grad().wrt(x), 1.0);
}
#[test]
fn a_sweep_is_counted() {
    let t = Tape::new();
    let x = t.var(1.0);
    let before = Counts::here();
    x.exp().grad();
    assert_eq!((Counts::here() - before).reverse, 1);
}
#[test]
fn cleared_and_used_again() {
    let mut t = Tape::new();
    let y = t.var(2.0).square().value();
    t.clear();
    assert!(t.is_empty());
    let x = t.var(y);
    assert_eq!((x * x).grad().wrt(x), 8.0);
}
#[test]
fn two_tapes_do_not_mix() {
    let text = message(|| {
        let (a, b) = (Tape::new(), Tape::new());
        let _ = a.var(1.0) * b.var(2.0);
    });
    assert!(text.starts_with("variables of two tapes cannot be combined\n  one tape made at "), "{text}");
    assert_eq!(text.matches("explicit.rs").count(), 2, "{text}");
}
#[test]
fn a_gradient_knows_its_tape() {
    let text = message(|| {
        let (a, b) = (Tape::new(), Tape::new());
        a.var(1.0).exp().grad().wrt(b.var(2.0));
    });
    assert!(text.contains("two tapes"), "{text}");
}
#[test]
fn constants_have_no_gradient() {
    let constant = || TapeVar::lift(1.0);
    assert_eq!(
        message(|| drop(constant().grad())),
        "grad: the number 1 is a constant, which is not on a tape: there is nothing to differentiate"
    );
}
