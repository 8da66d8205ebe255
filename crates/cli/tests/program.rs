//! The program as its user meets it: what it prints, what it refuses, and its exit status.
use serde_json::{Value, json};
use std::process::Command;

/// Standard output, standard error, exit status.
fn run(args: &[&str]) -> (String, String, i32) {
    let out = Command::new(env!("CARGO_BIN_EXE_pullback")).args(args).output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
    (text(out.stdout), text(out.stderr), out.status.code().expect("it ends by itself"))
}
#[track_caller]
fn prints(args: &[&str]) -> String {
    let (out, err, status) = run(args);
    assert_eq!((err.as_str(), status), ("", 0), "{args:?}");
    out
}
#[track_caller]
fn json_of(args: &[&str]) -> Value {
    serde_json::from_str(&prints(args)).expect("JSON")
}
#[track_caller]
fn refuses(args: &[&str], message: &str) {
    let (out, err, status) = run(args);
    assert_eq!(
        (out.as_str(), err.as_str(), status),
        ("", format!("error: {message}\n").as_str(), 2),
        "{args:?}"
    );
}
fn temporary(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("pullback-{}-{name}", std::process::id()))
}

#[test]
fn explain_as_a_lecturer_would() {
    assert_eq!(
        prints(&["explain", "x1*x2 + sin(x1)", "x1=2", "x2=3", "--symbolic"]),
        "\
z = x1*x2 + sin(x1)  at x1 = 2, x2 = 3

Forward: each operation in turn, with its value.
  w1 = x1                                 = 2
  w2 = x2                                 = 3
  w3 = w1·w2    = 2·3                     = 6
  w4 = sin(w1)  = sin(2)                  = 0.9092974268256817
  w5 = w3 + w4  = 6 + 0.9092974268256817  = 6.909297426825682
  z  = w5                                 = 6.909297426825682

Backward: w̄ is the derivative of z by w. Each operation hands its own, times its slope, to
what it was made of; what arrives is added up.
  w̄5 = 1, the seed, because z = w5
  from w5 = w3 + w4:
    w̄3 += w̄5·1  = 1·1  = 1
    w̄4 += w̄5·1  = 1·1  = 1
  from w4 = sin(w1):
    w̄1 += w̄4·cos(w1)  = 1·(-0.4161468365471424)  = -0.4161468365471424
  from w3 = w1·w2:
    w̄1 += w̄3·w2  = 1·3  = 3  so w̄1 = 2.5838531634528574
    w̄2 += w̄3·w1  = 1·2  = 2

Every value and adjoint.
  node  formula  value               adjoint dz/dw
  w1    x1       2                   2.5838531634528574
  w2    x2       3                   2
  w3    w1·w2    6                   1
  w4    sin(w1)  0.9092974268256817  1
  w5    w3 + w4  6.909297426825682   1

Result
  z = 6.909297426825682
  dz/dx1 = 2.5838531634528574
  dz/dx2 = 2

As formulas
  dz/dx1 = x2 + cos(x1)
  dz/dx2 = x1
"
    );
}

#[test]
fn signs_constants_and_other_names() {
    let text = prints(&["explain", "max(w1, -3)*z - 2", "w1=-0.5", "z=-1"]);
    for line in [
        "  v3 = max(v1, -3)  = max(-0.5, -3)  = -0.5",
        "  v4 = v3·v2        = (-0.5)·(-1)    = 0.5",
        "  v5 = v4 - 2       = 0.5 - 2        = -1.5",
        "  dy/dw1 = -1",
    ] {
        assert!(text.contains(&format!("{line}\n")), "{line} in\n{text}");
    }
    assert!(prints(&["explain", "2 + 3"]).contains("Nothing was recorded: z = 5 is a constant here."));
    // The branch that is not taken has no influence, though its logarithm does not exist.
    let text = prints(&["explain", "select(less(0, x), ln(x), x^2)", "x=-3"]);
    assert!(text.contains("dz/dx = -6\n"), "{text}");
    assert!(prints(&["grad", "-x^2", "x=3"]).ends_with("dz/dx  = -6\n"));
}

#[test]
fn a_large_derivative_is_listed_in_statements() {
    let product: Vec<String> = (0..60).map(|i| format!("x{i}")).collect();
    let mut args = vec!["explain".to_string(), product.join("*"), "--symbolic".into()];
    args.extend(product.iter().map(|x| format!("{x}=1")));
    let text = prints(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(text.contains("\n  s1 = "), "{text}");
    assert!(text.lines().all(|line| line.len() < 2000));
}

#[test]
fn json_for_programs() {
    let all = json_of(&["explain", "x1*x2 + sin(x1)", "x1=2", "x2=3", "--json", "--symbolic"]);
    assert_eq!(all["value"], json!(6.909297426825682));
    assert_eq!(all["gradient"], json!({"x1": 2.5838531634528574, "x2": 2.0}));
    assert_eq!(all["symbolic"], json!({"x1": "x2 + cos(x1)", "x2": "x1"}));
    assert_eq!(all["nodes"].as_array().unwrap().len(), 5);
    assert_eq!(
        all["nodes"][3],
        json!({
            "name": "w4", "operation": "sin", "arguments": ["w1"], "formula": "sin(w1)",
            "value": 0.9092974268256817, "adjoint": 1.0
        })
    );
    let grad = json_of(&["grad", "a*b^2", "a=pi/pi", "b=1 + 1", "--json"]);
    assert_eq!(
        grad,
        json!({"expression": "a*b^2", "point": {"a": 1.0, "b": 2.0}, "value": 4.0, "gradient": {"a": 4.0, "b": 4.0}})
    );
    let hessian = json_of(&["hessian", "(1 - x)^2 + 100*(y - x^2)^2", "x=-1", "y=2", "--json"]);
    assert_eq!(hessian["hessian"], json!({"x": {"x": 402.0, "y": 400.0}, "y": {"x": 400.0, "y": 200.0}}));
    assert_eq!(json_of(&["check", "x*exp(y)", "x=1", "y=2", "--json"])["agrees"], json!(true));
}

#[test]
fn gradients_and_second_derivatives() {
    assert_eq!(
        prints(&["grad", "atan2(y, x)", "x=0", "y=2"]),
        "z      = 1.5707963267948966\ndz/dy  = 0\ndz/dx  = -0.5\n"
    );
    assert_eq!(
        prints(&["hessian", "x^2*y", "x=3", "y=4"]),
        "z      = 36\ndz/dx  = 24\ndz/dy  = 9\n\nd²z  dx  dy\ndx   8   6\ndy   6   0\n"
    );
}

#[test]
fn check_has_a_status() {
    let (out, _, status) = run(&["check", "sin(x)*y", "x=1", "y=2"]);
    assert_eq!(status, 0);
    assert!(out.contains("in forward and in reverse mode, agree with differences"), "{out}");
    let (out, _, status) = run(&["check", "abs(x)", "x=0"]);
    assert_eq!(status, 1);
    assert!(out.contains("MISMATCH"), "{out}");
    let (out, _, status) = run(&["check", "abs(x)", "x=0", "--json"]);
    assert_eq!(status, 1);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["agrees"], json!(false));
}

#[test]
fn mistakes_are_explained() {
    refuses(
        &["grad", "x + sinn(y)", "x=1", "y=2"],
        "unknown function `sinn`; did you mean `sin`? (column 5)\n  x + sinn(y)\n      ^",
    );
    refuses(&["grad", "2 x", "x=1"], "write `*` to multiply: `2*x` (column 3)\n  2 x\n    ^");
    refuses(&["grad", "x + y", "x=1"], "`y` has no value: add y=VALUE");
    refuses(
        &["grad", "x + y", "x=1", "y=2", "q=3"],
        "`q` does not occur in the expression; its variables are `x`, `y`",
    );
    refuses(&["grad", "x", "x=1", "x=2"], "`x` is given a value twice");
    refuses(&["grad", "x", "x"], "`x` is no value of a variable: write NAME=VALUE, as in x=2");
    refuses(&["grad", "x", "x=1/0"], "the value of `x` must be finite, but 1/0 is inf");
    refuses(&["grad", "x", "x=a"], "the value of `x` must be a number, but `a` has no value");
    refuses(&["grad", "x", "x="], "the value of `x`: the formula is empty (column 1)\n  \n  ^");
    refuses(&["explain", "1/x", "x=0"], "z is inf at x = 0, because of w2 = 1/w1 = 1/0, which is inf");
    refuses(
        &["grad", "ln(x) + 1", "x=-1"],
        "z is not a number at x = -1, because of w2 = ln(w1) = ln(-1), which is not a number",
    );
    refuses(&["grad", "sqrt(x)", "x=0"], "z has no finite derivative by x at x = 0: it is inf");
    refuses(&["hessian", "x^1.5", "x=0"], "z has no finite second derivative by x and x at x = 0: it is inf");
    refuses(&["plot", "x*y", "x=0..1", "--out", "-"], "`y` has no value: add y=VALUE");
    refuses(&["plot", "x", "x=1", "--out", "-"], "one variable needs a range, as in x=-1..1, and 0 have one");
    refuses(&["plot", "x", "x=1..0", "--out", "-"], "the range of `x` is empty: 1 is not below 0");
    refuses(
        &["plot", "sqrt(x)", "x=-2..-1", "--out", "-"],
        "the picture: the function has no finite values in this range",
    );
    let long = format!("x{}", "*x".repeat(300));
    refuses(
        &["explain", &long, "x=1", "--svg", "-"],
        "a picture of 301 steps cannot be read (at most 200); --dot writes them all",
    );
    let (_, err, status) = run(&["explain", "x", "x=1", "--svg", "/no/such/folder/a.svg"]);
    assert!(status == 2 && err.starts_with("error: cannot write /no/such/folder/a.svg: "), "{err}");
    assert_eq!(run(&["explain"]).2, 2);
    assert_eq!(run(&["nonsense"]).2, 2);
    for command in ["explain", "grad", "hessian", "check", "plot"] {
        assert!(prints(&[command, "--help"]).contains("Examples:\n  pullback "), "{command}");
    }
}

#[test]
fn pictures() {
    let (svg, dot) = (temporary("a.svg"), temporary("a.dot"));
    let (s, d) = (svg.to_str().unwrap(), dot.to_str().unwrap());
    prints(&["explain", "x1*x2 + sin(x1)", "x1=2", "x2=3", "--svg", s, "--dot", d]);
    let text = std::fs::read_to_string(&svg).unwrap();
    for part in
        ["<svg ", "w4 = sin(w1)", "6.909297426825682", "w̄1 = 2.5838531634528574", "×(-0.4161)", "</svg>"]
    {
        assert!(text.contains(part), "{part}");
    }
    assert_eq!(text.matches("<rect ").count(), 1 + 5);
    let text = std::fs::read_to_string(&dot).unwrap();
    assert!(text.contains("  w1 -> w4 [label=\"×(-0.4161)\"];\n"), "{text}");
    std::fs::remove_file(svg).unwrap();
    std::fs::remove_file(dot).unwrap();
    // A large one is made in good time.
    let wide = format!("sin(x){}", " + sin(x)*x".repeat(60));
    assert!(prints(&["explain", &wide, "x=1", "--svg", "-"]).contains("</svg>"));
    // On standard output it comes alone.
    assert!(prints(&["explain", "x", "x=1", "--svg", "-"]).starts_with("<svg "));
    assert!(prints(&["explain", "2", "--dot", "-"]).starts_with("digraph "));
    let plot = prints(&["plot", "a*sin(x)/x", "x=-10..10", "a=2", "--out", "-"]);
    assert!(plot.contains("<svg ") && plot.contains("d²z/dx²"));
    assert!(prints(&["plot", "3 + 0*x + x - x", "x=0..1", "--out", "-"]).contains("<svg "));
}
