//! What the command line asks about: an expression, and the point where it is looked at.

use pullback_real::{Error, Expr, Real, parse};
use std::collections::{HashMap, HashSet};

/// What went wrong, for the user.
#[derive(Debug)]
pub struct Failure(pub String);

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure(error.to_string())
    }
}

/// An expression and a value for each of its variables.
#[derive(Debug)]
pub struct Problem {
    /// The expression as it was written, on one line.
    pub text: String,
    /// The formula.
    pub expr: Expr,
    /// Its variables, in the order of reading.
    pub names: Vec<String>,
    /// Their values.
    pub point: Vec<f64>,
    /// What its value is called: `z`, or if that is a variable, another letter.
    pub output: &'static str,
}

impl Problem {
    /// `text` at the point that `values`, each `NAME=VALUE`, describe.
    pub fn new(text: &str, values: &[String]) -> Result<Problem, Failure> {
        let expr = parse(text)?;
        let names: Vec<String> = expr.variables().into_iter().map(String::from).collect();
        let given = assignments(values)?;
        let occurring: HashSet<&str> = names.iter().map(String::as_str).collect();
        if let Some((name, _)) = given.iter().find(|(name, _)| !occurring.contains(name)) {
            known(name, &names)?;
        }
        let given: HashMap<&str, &str> = given.into_iter().collect();
        let mut point = Vec::new();
        for name in &names {
            let text = given
                .get(name.as_str())
                .ok_or_else(|| Failure(format!("`{name}` has no value: add {name}=VALUE")))?;
            point.push(number(name, text)?);
        }
        let free = |z: &&&str| names.iter().all(|name| name != **z);
        let output = ["z", "y", "f"].iter().find(free).unwrap_or(&"result");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Problem { text, expr, names, point, output })
    }
    /// The expression at `x`, in any kind of number.
    pub fn eval<R: Real>(&self, x: &[R]) -> R {
        // It asks for the names in the order of reading, in which they are.
        let mut values = self.names.iter().zip(x);
        self.expr.eval(|name| match values.next() {
            Some((known, x)) if known == name => x.clone(),
            _ => unreachable!("the names are in the order of reading"),
        })
    }
    /// The point in words.
    pub fn at(&self) -> String {
        let all: Vec<String> =
            self.names.iter().zip(&self.point).map(|(n, x)| format!("{n} = {x:?}")).collect();
        all.join(", ").replace(".0,", ",").trim_end_matches(".0").into()
    }
}

/// The names and values of `NAME=VALUE`, each name once.
pub fn assignments(values: &[String]) -> Result<Vec<(&str, &str)>, Failure> {
    let mut given: Vec<(&str, &str)> = Vec::new();
    let mut seen = HashSet::new();
    for value in values {
        let Some((name, text)) = value.split_once('=') else {
            return Err(Failure(format!("`{value}` is no value of a variable: write NAME=VALUE, as in x=2")));
        };
        let name = name.trim();
        if !seen.insert(name) {
            return Err(Failure(format!("`{name}` is given a value twice")));
        }
        given.push((name, text.trim()));
    }
    Ok(given)
}

/// Refuses a name that is not among `names`.
pub fn known(name: &str, names: &[String]) -> Result<(), Failure> {
    if names.iter().any(|n| n == name) {
        return Ok(());
    }
    let all = match names {
        [] => "it has no variables".into(),
        [only] => format!("its variable is `{only}`"),
        all => format!("its variables are `{}`", all.join("`, `")),
    };
    Err(Failure(format!("`{name}` does not occur in the expression; {all}")))
}

/// The number that is meant by `text`, the value of `name`.
pub fn number(name: &str, text: &str) -> Result<f64, Failure> {
    let expr = parse(text).map_err(|e| Failure(format!("the value of `{name}`: {e}")))?;
    if let Some(variable) = expr.variables().first() {
        return Err(Failure(format!(
            "the value of `{name}` must be a number, but `{variable}` has no value"
        )));
    }
    match expr.eval(|_| f64::NAN) {
        x if x.is_finite() => Ok(x),
        x => Err(Failure(format!("the value of `{name}` must be finite, but {expr} is {}", say(x)))),
    }
}

/// A number in the fewest digits that name it exactly.
pub fn say(x: f64) -> String {
    if x.is_nan() {
        return "not a number".into();
    }
    let text = format!("{x:?}");
    text.strip_suffix(".0").map(String::from).unwrap_or(text)
}
