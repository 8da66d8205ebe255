//! A4: the worked example of Cross Validated 224140, `z = x₁x₂ + sin x₁`.

use super::within;
use pullback::real::explicit::Argument;
use pullback::real::{Real, Scalar, Tape};

/// The decomposition of the answer: w1 … w5, values stored on the way there and used on the way back.
#[test]
fn c1_the_decomposition() {
    let t = Tape::new();
    let (w1, w2) = (t.var(2.0), t.var(3.0));
    let _z = w1 * w2 + w1.sin();
    let steps = t.steps();
    let names: Vec<&str> = steps.iter().map(|s| s.name).collect();
    assert_eq!(names, ["var", "var", "mul", "sin", "add"]);
    assert_eq!(steps[2].args, [Argument::Step(0), Argument::Step(1)]);
    assert_eq!(steps[3].args, [Argument::Step(0)]);
    // The reverse pass multiplies with these numbers, not with formulas.
    assert_eq!((&steps[2].slopes[..], &steps[3].slopes[..]), (&[3.0, 2.0][..], &[2f64.cos()][..]));
    assert_eq!(
        steps.iter().map(|s| s.value).collect::<Vec<_>>(),
        [2.0, 3.0, 6.0, 2f64.sin(), 6.0 + 2f64.sin()]
    );
}

#[test]
fn c2_one_seed_and_sums_at_fan_out() {
    let t = Tape::new();
    let (w1, w2) = (t.var(2.0), t.var(3.0));
    let (w3, w4) = (w1 * w2, w1.sin());
    let bar = (w3 + w4).grad();
    assert_eq!(bar.adjoints(), [3.0 + 2f64.cos(), 2.0, 1.0, 1.0, 1.0]);
    // Each successor of w1 alone, then both.
    let alone = |y| t.gradient(&[(y, 1.0)]).wrt(w1);
    assert_eq!(bar.wrt(w1), alone(w3) + alone(w4));
}

#[test]
fn c3_the_numbers() {
    let t = Tape::new();
    let (x1, x2) = (t.var(2.0), t.var(3.0));
    let w4 = x1.sin();
    let z = x1 * x2 + w4;
    let g = z.grad();
    within(w4.value(), 0.9092974268256817, 1e-16);
    within(z.value(), 6.909297426825682, 1e-16);
    within(g.wrt(x1), 2.5838531634528574, 1e-16);
    within(g.wrt(x2), 2.0, 1e-16);
}

/// What we pass in, how we process it, what we take out.
#[test]
fn c4_the_table_is_printed() {
    let t = Tape::new();
    let (x1, x2) = (t.named("x1", 2.0), t.named("x2", 3.0));
    let z = x1 * x2 + x1.sin();
    t.label(z, "z");
    let table = z.grad().to_string();
    let lines: Vec<&str> = table.lines().collect();
    for (name, value, adjoint) in [
        ("x1", "2", "2.5838531634528574"),
        ("x2", "3", "2"),
        ("x1 * x2", "6", "1"),
        ("sin(x1)", "0.9092974268256817", "1"),
        ("z", "6.909297426825682", "1"),
    ] {
        let row =
            lines.iter().find(|l| l.contains(name)).unwrap_or_else(|| panic!("{name} is missing\n{table}"));
        assert!(row.contains(value) && row.contains(adjoint), "{row}\n{table}");
    }
}
