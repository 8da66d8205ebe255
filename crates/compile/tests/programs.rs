//! Programs against the functions they were recorded from, at one point, in machine code, in lanes, and written out.

use proptest::prelude::*;
use pullback_array::Array;
use pullback_compile::{Function, Program, Symbol};
use pullback_real::{Binary, Real, Scalar, Unary, Var, grad, hessian, jacobian};

#[track_caller]
fn close(what: &str, have: &[f64], want: &[f64]) {
    assert_eq!(have.len(), want.len(), "{what}");
    for (a, b) in have.iter().zip(want) {
        assert!(
            (a - b).abs() <= 1e-11 * b.abs().max(1.0) || a.is_nan() && b.is_nan(),
            "{what}: {a} is not {b}"
        )
    }
}
/// The interpreter and machine code agree bit for bit, lanes to rounding.
#[track_caller]
fn everywhere(what: &str, program: &Program, x: &[f64]) -> Vec<f64> {
    let y = program.evaluate(x).unwrap();
    let bits = |y: &[f64]| y.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&program.machine().evaluate(x).unwrap()), bits(&y), "{what}");
    let columns: Vec<Array> = x.iter().map(|x| Array::from([*x, *x, *x])).collect();
    let lanes = program.lanes().evaluate(&columns).unwrap();
    close(what, &lanes.iter().map(|c| c.get(2).item()).collect::<Vec<_>>(), &y);
    y
}
fn points((lo, hi): (f64, f64)) -> [f64; 3] {
    [0.1, 0.45, 0.8].map(|t| lo + t * (hi - lo))
}

#[test]
fn every_row_of_the_table() {
    for &op in Unary::ALL {
        let x = points(op.smooth_on());
        let f = Function::record(|x| Symbol::unary(op, &x[0]) * x[0], &[x[0]]);
        for x in x {
            let name = op.name();
            assert_eq!(f.value().evaluate(&[x]).unwrap()[0].to_bits(), (op.eval(x) * x).to_bits(), "{name}");
            let of = |x: &[Var]| Var::unary(op, &x[0]) * x[0];
            close(name, &everywhere(name, &f.gradient(), &[x]), &grad(of)(&[x]));
            close(name, &everywhere(name, &f.hessian(), &[x]), &hessian(of)(&[x]).concat());
        }
    }
    for &op in Binary::ALL {
        let [x, y] = op.smooth_on();
        let f = Function::record(|x| Symbol::binary(op, &x[0], &x[1]), &[points(x)[0], points(y)[2]]);
        for (x, y) in points(x).into_iter().zip(points(y).into_iter().rev()) {
            let name = op.name();
            assert_eq!(f.value().evaluate(&[x, y]).unwrap()[0].to_bits(), op.eval(x, y).to_bits(), "{name}");
            let of = |x: &[Var]| Var::binary(op, &x[0], &x[1]);
            close(name, &everywhere(name, &f.gradient(), &[x, y]), &grad(of)(&[x, y]));
            close(name, &everywhere(name, &f.hessian(), &[x, y]), &hessian(of)(&[x, y]).concat());
        }
    }
}

fn model<R: Scalar>(x: &[R]) -> R {
    let mut s = x[0];
    for (k, x) in x.iter().enumerate() {
        s = (s * 0.7 + x.sin() * (k as f64 + 1.0)).tanh() + s.square() / (1.0 + x.square())
    }
    s * x[0].exp() + R::select(&x[1].less(x[0]), &(x[0] - x[1]).sqrt(), &x[1].cos())
}

#[test]
fn derivatives_of_a_model() {
    let at = [0.3, -0.2, 0.8, 1.1];
    let f = Function::record(model, &at);
    // At the sample point, and where the choice is made the other way: the square root's slope there is no number.
    for x in [at, [-0.5, 0.9, 0.1, 2.0], [0.4, 0.4, 1.0, 1.0]] {
        assert_eq!(everywhere("value", &f.value(), &x)[0].to_bits(), model(&x).to_bits());
        let g = grad(model)(&x);
        close("gradient", &everywhere("gradient", &f.gradient(), &x), &g);
        close("both", &everywhere("both", &f.value_and_gradient(), &x), &[vec![model(&x)], g].concat());
        close("hessian", &everywhere("hessian", &f.hessian(), &x), &hessian(model)(&x).concat());
    }
    let wide = |x: &[Symbol]| vec![model(x), x[0] * x[1], x[2].exp(), x[0] - x[3], x[1]];
    let of = |x: &[Var]| vec![model(x), x[0] * x[1], x[2].exp(), x[0] - x[3], x[1]];
    let j = Function::record(wide, &at).jacobian();
    close("jacobian", &everywhere("jacobian", &j, &at), &jacobian(of)(&at).concat());
    let narrow = |x: &[Symbol]| [x[0] * x[1] * x[2]];
    close(
        "row",
        &everywhere("row", &Function::record(narrow, &at).jacobian(), &at),
        &[-0.16, 0.24, -0.06, 0.0],
    );
}

#[test]
fn equal_work_is_done_once() {
    let f = Function::record(
        |x| (x[0] + x[1]).sin() * (x[1] + x[0]).sin() * 1.0 + 2.0f64.sqrt().sin() * x[0],
        &[1.0, 2.0],
    );
    // x + y, sin, its square, √2's sine times x, the sum.
    assert_eq!(f.value().operations(), 5);
    let unused = Function::record(
        |x| {
            let _ = x[0].exp();
            x[1]
        },
        &[1.0, 2.0],
    );
    assert_eq!(
        (unused.value().operations(), unused.gradient().evaluate(&[1.0, 1.0]).unwrap()),
        (0, vec![0.0, 1.0])
    );
    assert_eq!(f.value().to_string().lines().last().map(|l| &l[..8]), Some("return v"));
}

#[test]
fn a_branch_taken_the_other_way_is_an_error() {
    fn f<R: Scalar>(x: &[R]) -> R {
        if x[0] < x[1] { x[0] * x[1] } else { x[0].exp() }
    }
    let g = Function::record(f, &[1.0, 2.0]).gradient();
    assert_eq!(everywhere("guarded", &g, &[0.5, 3.0]), [3.0, 0.5]);
    let wrong = g.evaluate(&[2.0, 1.0]).unwrap_err();
    assert!(wrong.at.contains("programs.rs:"), "{wrong}");
    assert_eq!(g.machine().evaluate(&[2.0, 1.0]).unwrap_err(), wrong);
    let lanes =
        g.lanes().evaluate(&[Array::from([0.0, 3.0, 0.0]), Array::from([1.0, 1.0, 1.0])]).unwrap_err();
    assert_eq!((lanes.at, lanes.point), (wrong.at.clone(), 1));
    assert!(
        wrong.to_string().contains("comes out differently at point 0 than where the function was recorded")
    );
    // Every kind of comparison.
    let kinds = |x: &[Symbol]| {
        let (a, b) = (x[0], x[1]);
        let n = [a < b, a <= b, a > b, a >= b, a == b, a != b, a < 1.0, a >= 5.0]
            .iter()
            .filter(|is| **is)
            .count();
        let order = a.partial_cmp(&b).map_or(0.0, |o| o as i8 as f64);
        a * (n as f64 + order)
    };
    let p = Function::record(kinds, &[0.5, 2.0]).value();
    assert_eq!(everywhere("kinds", &p, &[0.25, 3.0]), [0.25 * 3.0]);
    for x in [[3.0, 2.0], [2.0, 2.0], [1.5, 2.0], [f64::NAN, 2.0]] {
        assert!(p.evaluate(&x).is_err() && p.machine().evaluate(&x).is_err());
        assert!(p.lanes().evaluate(&[Array::from([x[0]]), Array::from([x[1]])]).is_err());
    }
}

#[test]
fn parameters_have_no_derivative() {
    let f =
        Function::record(|x| x[0].powi(2) * x[1] + x[1] * x[2].sin(), &[1.0, 2.0, 3.0]).with_parameters(2);
    assert_eq!(everywhere("gradient", &f.gradient(), &[3.0, 2.0, 0.5]), [12.0]);
    assert_eq!(everywhere("hessian", &f.hessian(), &[3.0, 2.0, 0.5]), [4.0]);
}

#[test]
#[should_panic(expected = "`value` (or `stop`) takes a number out of a function that is being recorded")]
fn numbers_do_not_leave() {
    Function::record(|x| x[0] * x[0].value(), &[1.0]);
}
#[test]
#[should_panic(expected = "gradient: the function has 2 results, not one; use jacobian")]
fn a_gradient_of_two() {
    Function::record(|x| [x[0], x[0]], &[1.0]).gradient();
}
#[test]
#[should_panic(expected = "evaluate: the program takes 2 numbers, not 1")]
fn of_too_few() {
    let _ = Function::record(|x| x[0] + x[1], &[1.0, 1.0]).value().machine().evaluate(&[1.0]);
}

/// A random expression of three numbers.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(usize),
    Number(f64),
    Unary(Unary, Box<Tree>),
    Binary(Binary, Box<Tree>, Box<Tree>),
    Select(Box<Tree>, Box<Tree>, Box<Tree>),
}
impl Tree {
    fn of<R: Scalar>(&self, x: &[R]) -> R {
        match self {
            Tree::Leaf(k) => x[*k],
            Tree::Number(c) => R::lift(*c),
            Tree::Unary(op, a) => R::unary(*op, &a.of(x)),
            Tree::Binary(op, a, b) => R::binary(*op, &a.of(x), &b.of(x)),
            Tree::Select(c, a, b) => R::select(&c.of(x).less(0.1), &a.of(x), &b.of(x)),
        }
    }
}
fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![(0usize..3).prop_map(Tree::Leaf), (-2.0..2.0f64).prop_map(Tree::Number)];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let unary = prop::sample::select(vec![
            Unary::Sin,
            Unary::Tanh,
            Unary::Exp,
            Unary::Square,
            Unary::Neg,
            Unary::Softplus,
        ]);
        let binary = prop::sample::select(vec![
            Binary::Add,
            Binary::Mul,
            Binary::Sub,
            Binary::Max,
            Binary::Hypot,
            Binary::Less,
        ]);
        prop_oneof![
            (unary, inner.clone()).prop_map(|(op, a)| Tree::Unary(op, Box::new(a))),
            (binary, inner.clone(), inner.clone()).prop_map(|(op, a, b)| Tree::Binary(
                op,
                Box::new(a),
                Box::new(b)
            )),
            (inner.clone(), inner.clone(), inner).prop_map(|(c, a, b)| Tree::Select(
                Box::new(c),
                Box::new(a),
                Box::new(b)
            )),
        ]
    })
}
proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_expression(tree in tree(), x in prop::array::uniform3(-1.5..1.5f64)) {
        let f = Function::record(|x| tree.of(x), &[0.5, -0.3, 1.0]);
        let y: f64 = tree.of(&x);
        prop_assume!(y.abs() < 1e6);
        prop_assert_eq!(f.value().evaluate(&x).unwrap()[0].to_bits(), y.to_bits());
        let g = grad(|x| tree.of(x))(&x);
        prop_assume!(g.iter().all(|g| g.abs() < 1e6));
        close("gradient", &f.gradient().evaluate(&x).unwrap(), &g);
        close("machine", &f.gradient().machine().evaluate(&x).unwrap(), &g);
    }
}

/// Compiles and runs exported code.
fn run(source: &str, file: &str, compiler: &[&str]) -> Option<Vec<f64>> {
    use std::process::Command;
    let folder = std::env::temp_dir().join(format!("pullback_export_{}_{file}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (source_path, program) = (folder.join(file), folder.join("program"));
    std::fs::write(&source_path, source).unwrap();
    let (name, args) = compiler.split_first().unwrap();
    let built = Command::new(name).arg(&source_path).arg("-o").arg(&program).args(args).output();
    let Ok(built) = built else { return None };
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let out = Command::new(&program).output().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    Some(String::from_utf8(out.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect())
}

#[test]
fn exported_code_computes_the_same() {
    let at = [0.3, -0.2, 0.8, 1.1];
    fn guarded<R: Scalar>(x: &[R]) -> R {
        if x[0] > x[1] { model(x) + x[2].hypot(x[3]) * x[1].max(x[3]).ln_1p() } else { x[0] }
    }
    let f = Function::record(guarded, &at);
    for p in [f.value_and_gradient(), f.hessian()] {
        let want = p.evaluate(&at).unwrap();
        let rust = format!(
            "{}fn main() {{ f(&{at:?}).unwrap().iter().for_each(|y| println!(\"{{y:e}}\")); assert!(f(&[0.0, 1.0, 1.0, 1.0]).is_none()) }}",
            p.to_rust("f").unwrap()
        );
        let rustc = std::env::var("RUSTC").unwrap_or("rustc".into());
        let have =
            run(&rust, "program.rs", &[&rustc, "--edition=2024"]).expect("a Rust compiler runs the tests");
        close("Rust", &have, &want);
        let n = want.len();
        let c = format!(
            "{}\n#include <stdio.h>\nint main(void) {{ double x[] = {{0.3, -0.2, 0.8, 1.1}}, z[] = {{0, 1, 1, 1}}, y[{n}]; if (f(x, y) || !f(z, y)) return 1; f(x, y); for (int k = 0; k < {n}; k++) printf(\"%.17g\\n\", y[k]); return 0; }}",
            p.to_c("f").unwrap()
        );
        // Without a C compiler the text alone has been made.
        if let Some(have) = run(&c, "program.c", &["cc", "-std=c99", "-lm"]) {
            close("C", &have, &want)
        }
    }
    let refused = Function::record(|x| x[0].erf_inv(), &[0.5]).value().to_c("f").unwrap_err();
    assert_eq!(refused.to_string(), "to_c: `erf_inv` has no counterpart in C's standard library");
}
