//! Programs and functions written as JSON and read back: the same bits, and a sentence about every text that is none.

use pullback_compile::{Function, Program, Symbol};
use pullback_real::{Binary, Real, Unary};

fn bits(y: &[f64]) -> Vec<u64> {
    y.iter().map(|y| y.to_bits()).collect()
}

#[test]
fn every_row_comes_back() {
    for &op in Unary::ALL {
        let x = op.smooth_on().0 * 0.6 + op.smooth_on().1 * 0.4;
        let f = Function::record(|x| Symbol::unary(op, &x[0]), &[x]);
        let again = Function::from_json(&f.to_json()).unwrap();
        for (have, want) in
            [(again.value(), f.value()), (again.gradient(), f.gradient()), (again.hessian(), f.hessian())]
        {
            assert_eq!(
                bits(&have.evaluate(&[x]).unwrap()),
                bits(&want.evaluate(&[x]).unwrap()),
                "{}",
                op.name()
            );
        }
    }
    for &op in Binary::ALL {
        let [x, y] = op.smooth_on().map(|(lo, hi)| 0.6 * lo + 0.4 * hi);
        let g = Function::record(|x| Symbol::binary(op, &x[0], &x[1]), &[x, y]).jacobian();
        let again = Program::from_json(&g.to_json()).unwrap();
        assert_eq!(
            bits(&again.evaluate(&[x, y]).unwrap()),
            bits(&g.evaluate(&[x, y]).unwrap()),
            "{}",
            op.name()
        );
    }
}

/// Constants of every kind, choices, comparisons of every kind with their places, parameters; in machine code too.
#[test]
fn nothing_is_lost() {
    let odd =
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, 0.1 + 0.2, 1.7976931348623157e308, -2.0];
    let f = Function::record(|x| odd.map(|c| Symbol::select(&x[0], &x[1], &Symbol::lift(c))), &[0.0, 1.0])
        .value();
    let again = Program::from_json(&f.to_json()).unwrap();
    assert_eq!(bits(&again.evaluate(&[0.0, 1.0]).unwrap()), bits(&odd));

    let kinds = |x: &[Symbol]| {
        let (a, b) = (x[0], x[1]);
        let n = [a < b, a <= b, a > b, a >= b, a == b, a != b].iter().filter(|is| **is).count();
        a * (n as f64 + a.partial_cmp(&b).map_or(0.0, |o| o as i8 as f64)) * x[2]
    };
    for at in [[0.5, 2.0, 3.0], [2.0, 0.5, 3.0], [2.0, 2.0, 3.0], [f64::NAN, 2.0, 3.0]] {
        let f = Function::record(kinds, &at).with_parameters(1);
        let again = Function::from_json(&f.to_json()).unwrap();
        let (p, q) = (f.value_and_gradient(), again.value_and_gradient());
        assert_eq!((p.outputs(), q.outputs()), (3, 3));
        for x in [[0.5, 2.0, 3.0], [2.0, 0.5, 3.0], [2.0, 2.0, 3.0], [f64::NAN, 2.0, 3.0]] {
            let same = |r: Result<Vec<f64>, pullback_compile::BranchChanged>| r.map(|y| bits(&y));
            assert_eq!(same(p.evaluate(&x)), same(q.evaluate(&x)));
            assert_eq!(same(p.machine().evaluate(&x)), same(q.machine().evaluate(&x)));
            if let Err(changed) = q.evaluate(&x) {
                assert!(changed.at.contains("json.rs:"), "{changed}");
            }
        }
    }
}

#[test]
fn what_is_no_program() {
    let good = Function::record(|x| if x[0] < 1.0 { x[0].powi(3) * 2.5 } else { x[0] }, &[0.5]);
    let (program, function) = (good.value().to_json(), good.to_json());
    let says = |text: &str, want: &str| {
        let error = Program::from_json(text).expect_err(want).to_string();
        assert!(error.starts_with("from_json: ") && error.contains(want), "{error}");
    };
    says("", "no JSON: EOF");
    says(&program.replace("\"guards\"", "\"guards"), "line");
    says("[]", "the file is not an object");
    says("{}", "the file: `format` is missing");
    says(&function, "`format` is \"pullback function\" where \"pullback program\" is wanted");
    says(&program.replace("\"version\": 1", "\"version\": 2"), "`version` is 2");
    says(&program.replace("\"inputs\": 1", "\"inputs\": -1"), "`inputs` is -1, not a count");
    says(&program.replace("\"inputs\": 1", "\"inputs\": 0"), "instruction 0: there is no input 0 of 0");
    says(&program.replace("powi", "power"), "there is no operation `power` with index 3");
    says(&program.replace("\"index\":3", "\"index\":3e99"), "`index` is 3e+99, not an integer");
    says(
        &program.replace("2.5", "\"2.5\""),
        "`value` is \"2.5\", neither a number nor 16 hexadecimal digits",
    );
    says(
        &program.replace("\"index\":3,\"of\":[0]", "\"index\":3,\"of\":[7]"),
        "it uses instruction 7, which does not come before it",
    );
    says(
        &program.replace("\"index\":3,\"of\":[0]", "\"index\":3,\"of\":[0,0]"),
        "`of` holds 2 operands, not 1",
    );
    says(&program.replace("\"<\"", "\"~\""), "guard 0: `is` is \"~\", no comparison");
    let outputs = program.find("\"outputs\"").unwrap();
    says(&format!("{}\"outputs\": [99]}}", &program[..outputs]), "`outputs`: there is no instruction 99");
    let error = Function::from_json(&function.replace("\"parameters\": 0", "\"parameters\": 2")).unwrap_err();
    assert_eq!(error.to_string(), "from_json: `parameters` are 2 of 1 inputs");
}
