//! Transposes of linear functions that call others: loops, choices, solvers, functions with rules of their own.

use pullback_array::{
    Array, DType, Key, Real, cg, checkpoint, cond, custom, fori_loop, linear_transpose, map_rows, scan, vjp,
    while_loop,
};

fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}

type Function<'a> = Box<dyn Fn(&Array) -> Array + 'a>;

/// What a call computes decides whether it is linear: loops, choices, solvers and rules are looked into.
#[test]
fn calls_of_linear_functions_are_transposed() {
    let (x, a) = (normal(1, &[3]), normal(2, &[3, 3]) + 4.0 * Array::eye(3, 3, 0, DType::F64));
    let (yes, zero) = (Array::from(true), Array::zeros(&[3], DType::F64));
    let scaled = custom(|x: &Array| 3.0 * x, |_, _, g: &Array| 3.0 * g);
    let functions: Vec<(&str, Function)> = vec![
        ("cond", Box::new(|x| cond(&yes, |x: &Array| 2.0 * x, |x: &Array| a.matmul(x), x))),
        ("fori_loop", Box::new(|x| fori_loop(0, 3, |_, s: &Array| a.matmul(s), x))),
        ("state", Box::new(|x| fori_loop(0, 3, |_, s: &Array| 0.5 * s + x, &zero))),
        ("rows", Box::new(|x| scan(|s: &Array, r: &Array| (s + r, 2.0 * s), &Array::from(0.0), x).1)),
        ("map_rows", Box::new(|x| map_rows(|r: &Array| 3.0 * r, x))),
        ("cg", Box::new(|x| cg(|v: &Array| 4.0 * v + v.sum(), x))),
        ("custom", Box::new(|x| scaled(x))),
        ("checkpoint", Box::new(checkpoint(|x: &Array| x.cumsum(0)))),
        (
            "nested",
            Box::new(|x| {
                fori_loop(0, 2, |_, s: &Array| cond(&yes, |s: &Array| 2.0 * s, |s: &Array| -s, s), x)
            }),
        ),
        ("named", Box::new(|x| (2.0 * x).named("doubled"))),
    ];
    for (name, f) in &functions {
        let g = normal(7, f(&x).shape());
        let (t, want) = (linear_transpose(f, &x)(&g), vjp(f)(&x).1(&g));
        assert!(t.allclose(&want, 1e-12, 1e-12), "{name}: {t}, not {want}");
        // ⟨g, f(x)⟩ = ⟨fᵀ(g), x⟩, which holds of linear functions alone.
        let (left, right) = ((&g * f(&x)).sum().item(), (&t * &x).sum().item());
        assert!((left - right).abs() < 1e-12 * left.abs().max(1.0), "{name}: {left}, not {right}");
    }
}

/// What keeps a call from being linear is told, where it stands.
#[test]
fn calls_that_are_not_linear_say_why() {
    let x = || Array::from([1.0, 2.0]);
    let one = || Array::from([1.0, 1.0]);
    type F = fn(&Array) -> Array;
    let cases: [(F, &str); 10] = [
        (
            |x| {
                fori_loop(
                    0,
                    2,
                    |_, s: &Array| cond(&Array::from(true), |s: &Array| s + x, |s: &Array| -s, s),
                    x,
                )
            },
            "`stop_gradient`, or a call inside of a loop or choice",
        ),
        (|x| fori_loop(0, 2, |_, s: &Array| s.sin(), x), "`sin` in `scan`"),
        (|x| fori_loop(0, 2, |_, s: &Array| s * x, x), "`mul` in `scan`"),
        (|x| fori_loop(0, 2, |_, s: &Array| s + x, &Array::from([1.0, 1.0])), "`add` in `scan`"),
        (|x| cond(&x.get(0).greater(0.0), |x: &Array| x.clone(), |x: &Array| -x, x), "a choice by its input"),
        (
            |x| cond(&Array::from(true), |x: &Array| x.clone(), |x: &Array| x.ones_like(), x),
            "a branch is constant",
        ),
        (
            |x| while_loop(|s: &Array| s.sum().less(9.0), |s: &Array| 2.0 * s, x),
            "`while_loop` has no transpose",
        ),
        (|x| custom(|x: &Array| x.exp(), |_, y, g: &Array| g * y)(x), "`exp` in `custom`"),
        (|x| x.stop_gradient(), "`stop_gradient`, or"),
        (|x| x.cast(DType::I64).cast(DType::F64), "`cast`"),
    ];
    for (f, why) in cases {
        let m = message(move || drop(linear_transpose(f, &x())(&one())));
        let want = format!("linear_transpose: the function is not linear: {why}");
        assert!(m.starts_with(&want) && m.contains("tests/all/linear.rs"), "{m}\n{want}");
    }
}

fn message(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let e = std::panic::catch_unwind(f).expect_err("it should panic");
    e.downcast_ref::<String>().cloned().unwrap_or_else(|| e.downcast_ref::<&str>().unwrap().to_string())
}
