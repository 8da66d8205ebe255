//! Long formulas, many variables, deep nesting and ranges at the ends of the numbers: an answer or an error, soon.
use serde_json::Value;
use std::process::Command;

#[track_caller]
fn prints(args: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_pullback")).args(args).output().expect("the program runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).expect("it prints UTF-8")
}

#[test]
fn plots_of_any_range() {
    let ranges =
        ["-1e308..1e308", "0..1.7e308", "0..5e-324", "1e16..1e16+2", "1..1+2.3e-16", "-1e-310..1e308"];
    for range in ranges {
        for formula in ["x", "exp(-x^2)", "1e308*x", "x^2", "1e-320*x", "sin(x)"] {
            let picture = prints(&["plot", formula, &format!("x={range}"), "--out", "-"]);
            assert!(picture.contains("<svg") && !picture.contains("NaN"), "{formula}, {range}")
        }
    }
    let picture = prints(&["plot", "x", "x=-1e308..1e308", "--out", "-"]);
    assert!(picture.contains("-8e307") && picture.contains("8e307"))
}

#[test]
fn fifteen_thousand_factors() {
    let product = vec!["x"; 15_000].join("*");
    assert!(prints(&["explain", "--symbolic", &product, "x=1"]).contains("dz/dx = 15000"));
    let text = prints(&["explain", "--symbolic", "--json", &product, "x=1"]);
    // Not the square of the number of factors.
    assert!(text.len() < 20_000_000, "{}", text.len());
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let statements = all["symbolic_statements"].as_array().expect("they are many");
    assert!(statements.last().and_then(Value::as_str).expect("a text").starts_with("dz/dx = "))
}

#[test]
fn three_hundred_variables() {
    let terms: Vec<String> = (0..300).map(|i| format!("sin(x{i})")).collect();
    let values: Vec<String> = (0..300).map(|i| format!("x{i}={}", 0.1 + 0.01 * f64::from(i))).collect();
    let formula = terms.join("+");
    let args: Vec<&str> = ["check", &formula].into_iter().chain(values.iter().map(String::as_str)).collect();
    assert!(prints(&args).contains("agree with differences"))
}

#[test]
fn ten_thousand_variables() {
    let names: Vec<String> = (0..10_000).map(|i| format!("x{i}")).collect();
    let values: Vec<String> = names.iter().map(|name| format!("{name}=1")).collect();
    let formula = names.join("+");
    for command in ["grad", "explain"] {
        let args: Vec<&str> =
            [command, &formula].into_iter().chain(values.iter().map(String::as_str)).collect();
        assert!(prints(&args).contains("dz/dx9999"), "{command}")
    }
}

#[test]
fn nested_too_deep() {
    for text in ["(", "-", "sin(", "2^", "max(1,", "x+(", "1-(1/"] {
        let formula = text.repeat(20_000);
        let out = Command::new(env!("CARGO_BIN_EXE_pullback")).args(["grad", &formula, "x=1"]).output();
        let out = out.expect("the program runs");
        assert_eq!(out.status.code(), Some(2), "{text}: it ends by itself");
        assert!(String::from_utf8_lossy(&out.stderr).contains("nested deeper than 200 levels"), "{text}")
    }
}
