//! Reading formulas: the grammar, the messages, and texts meant to break it.
use proptest::prelude::*;
use pullback_real::{Expr, parse};

#[track_caller]
fn reads(text: &str, as_: &str) {
    assert_eq!(parse(text).unwrap_or_else(|e| panic!("{e}")).to_string(), as_, "{text}");
}
#[track_caller]
fn refuses(text: &str, column: usize, message: &str) {
    let error = parse(text).expect_err(text);
    assert_eq!((error.message(), error.column()), (message, column), "{text}");
}

#[test]
fn grammar() {
    reads("1 + 2*3^2", "19");
    reads("-x^2", "-x^2");
    assert_eq!(parse("-x^2").unwrap().eval(|_| 3.0), -9.0);
    assert_eq!(parse("-2^2").unwrap().as_constant(), Some(-4.0));
    assert_eq!(parse("2^-1").unwrap().as_constant(), Some(0.5));
    assert_eq!(parse("2^3^2").unwrap().as_constant(), Some(512.0));
    assert_eq!(parse("7 - 2 - 1").unwrap().as_constant(), Some(4.0));
    assert_eq!(parse("8/4/2").unwrap().as_constant(), Some(1.0));
    assert_eq!(parse("-7 % 4").unwrap().as_constant(), Some(-3.0));
    assert_eq!(parse("1e3 + 2.5E-1 + .5 + 5.").unwrap().as_constant(), Some(1005.75));
    reads("a * -b", "-(a*b)");
    reads("+x - -y", "x + y");
    reads("x^(-2)", "x^-2");
    reads("x^((3))", "x^3");
    reads("x^2.0", "x^2.0");
    reads("x^-y^2", "x^-y^2");
    reads("x_0*x1\n\t+ αβ", "x_0*x1 + αβ");
    reads("x^9999999999", "x^9999999999.0");
    reads("(((x)))", "x");
    reads("2·x × y − z ÷ 3", "2*x*y - z/3");
}

#[test]
fn names() {
    reads("log(x) + sigmoid(x) + arcsin(x)", "ln(x) + logistic(x) + asin(x)");
    reads("atan2(y, x) + max(x, 0) - hypot(x, y)", "atan2(y, x) + max(x, 0) - hypot(x, y)");
    reads("pow(x, y) + powi(x, 3) + powi(x, -2)", "x^y + x^3 + x^-2");
    reads("lgamma(x) + digamma(x) + polygamma(1, x)", "ln_gamma(x) + digamma(x) + trigamma(x)");
    reads("log_add_exp(x, y)*ndtr(x)", "log_add_exp(x, y)*norm_cdf(x)");
    reads("add(x, neg(y))", "x - y");
    reads("2*pi*x + e^x", "tau*x + e^x");
    let formula: Expr = "x1 + x2".parse().unwrap();
    assert_eq!(formula.variables(), ["x1", "x2"]);
}

#[test]
fn messages() {
    refuses("", 1, "the formula is empty");
    refuses("  ", 3, "the formula is empty");
    refuses("x +", 4, "the formula ends where a number, a name or a parenthesis should follow");
    refuses("x + * y", 5, "a number, a name or a parenthesis should stand here, not `*`");
    refuses("(x + y", 1, "this parenthesis is never closed");
    refuses("x + sin(y", 8, "this parenthesis is never closed");
    refuses("x + y)", 6, "this parenthesis closes none");
    refuses("(x, y)", 3, "`)` should stand here, not `,`");
    refuses("x, y", 2, "a comma stands only between the arguments of a function");
    refuses("2x", 2, "write `*` to multiply: `2*x`");
    refuses("2 x", 3, "write `*` to multiply: `2*x`");
    refuses("a + x1 x2", 8, "write `*` to multiply: `x1*x2`");
    refuses("(a)(b)", 4, "write `*` to multiply");
    refuses("2(a)", 2, "write `*` to multiply");
    refuses("x(2)", 1, "unknown function `x`; to multiply, write `x*(…)`");
    refuses("x*x(2)", 3, "`x` is not a function; write `x*(…)` to multiply");
    refuses("1 + sinn(x)", 5, "unknown function `sinn`; did you mean `sin`?");
    refuses("tahn(x)", 1, "unknown function `tahn`; did you mean `tanh`?");
    refuses("sigmiod(x)", 1, "unknown function `sigmiod`; did you mean `sigmoid`?");
    refuses("Sin(x)", 1, "unknown function `Sin`; did you mean `sin`?");
    refuses("sin x", 1, "`sin` is a function: its argument stands in parentheses, as in `sin(x)`");
    refuses("sin(x, y)", 1, "`sin` takes 1 argument, `sin(x)`, not 2");
    refuses("sin()", 1, "`sin` takes 1 argument, `sin(x)`, not 0");
    refuses("1 + atan2(x)", 5, "`atan2` takes 2 arguments, `atan2(y, x)`, not 1");
    refuses("max(x,)", 7, "a number, a name or a parenthesis should stand here, not `)`");
    refuses("powi(x, y)", 9, "`powi` needs an integer here, written out");
    refuses("polygamma(-1, x)", 11, "the order must lie between 0 and 100");
    refuses("clamp(x, 2, 1)", 1, "the lower bound of `clamp` must not exceed the upper");
    refuses("clamp(x, y, 1)", 10, "the bounds of `clamp` must be plain numbers");
    refuses("x**2", 2, "powers are written `^`, not `**`");
    refuses("x = 2", 3, "`=` has no meaning here: a formula has only + - * / % ^, parentheses and functions");
    refuses("x # y", 3, "the character '#' has no meaning in a formula");
    refuses("1.2.3", 1, "this is not a number");
    refuses(".", 1, "this is not a number");
    refuses("1e999", 1, "this number is too large");
    assert_eq!(
        parse("x +\n  tahn(y) + 1").unwrap_err().to_string(),
        "unknown function `tahn`; did you mean `tanh`? (line 2, column 3)\n    tahn(y) + 1\n    ^"
    );
    let long = format!("{}sinn(x){}", "x + ".repeat(100), " + y".repeat(100));
    assert_eq!(
        parse(&long).unwrap_err().to_string(),
        "unknown function `sinn`; did you mean `sin`? (column 401)\n  \
         …+ x + x + x + x + x + x + x + x + x + x + x + x + sinn(x) + y + y + y + y +…\n  \
         \u{20}                                                  ^"
    );
}

#[test]
fn hostile_texts() {
    let deep = |open: &str, close: &str, n: usize| format!("{}x{}", open.repeat(n), close.repeat(n));
    assert!(parse(&deep("(", ")", 150)).is_ok());
    for text in [
        deep("(", ")", 100_000),
        deep("sin(", ")", 100_000),
        deep("max(1, ", ")", 100_000),
        deep("-", "", 100_000),
        deep("x^", "", 100_000),
        deep("x^(-", ")", 100_000),
        "(".repeat(100_000),
    ] {
        assert_eq!(parse(&text).unwrap_err().message(), "the formula is nested deeper than 200 levels");
    }
    let sum = parse(&format!("x{}", " + x".repeat(100_000))).unwrap();
    assert_eq!(sum.eval(|_| 1.0), 100_001.0);
    assert!(parse(&"x".repeat(1_000_000)).is_ok());
    assert!(parse(&format!("{}(x)", "x".repeat(1_000_000))).unwrap_err().to_string().len() < 300);
    assert!(parse(&"9".repeat(100_000)).is_err());
    assert!(parse("\u{0}\u{7f}").is_err());
    assert!(parse("x^-2147483648 + powi(x, 1000000000)").is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,30}") {
        let _ = parse(&text).map_err(|e| e.to_string());
    }

    #[test]
    fn any_words_are_read_or_refused(words in prop::collection::vec(prop::sample::select(vec![
        "x", "y1", "2", "1e5", ".5", "(", ")", ",", "+", "-", "*", "/", "%", "^", "sin(", "max(", "powi(", "clamp(",
        "polygamma(", "select(", "e", "pi", "nan", "inf", " ", "\n", "é", "3.", "**", "less(",
    ]), 0..20)) {
        let text: String = words.concat();
        match parse(&text) {
            Ok(e) => {
                let printed = e.to_string();
                prop_assert_eq!(parse(&printed).map(|e| e.to_string()), Ok(printed));
                let _ = e.derivative("x").to_string();
            }
            Err(e) => {
                prop_assert!(e.column() <= text.chars().count() + 1);
                prop_assert!(!e.to_string().is_empty());
            }
        }
    }
}
