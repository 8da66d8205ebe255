//! The computation as a lecturer writes it: values going forward, adjoints coming back, and what comes out.

use crate::problem::{Problem, say};
use crate::trace::{Trace, bracketed};
use pullback_real::explicit::Argument;
use pullback_real::{Expr, Listing};
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Rows with their columns aligned, the last one ragged.
pub fn table(rows: &[Vec<String>], indent: &str) -> String {
    // A bar above a letter is a character of its own, but takes no room.
    let width = |s: &String| s.chars().filter(|c| *c != '\u{304}').count();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|k| rows.iter().filter_map(|row| row.get(k)).map(width).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(indent);
        for (cell, full) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', full - width(cell) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The explanation.
pub fn text(problem: &Problem, trace: &Trace, symbolic: bool) -> String {
    let (z, n) = (problem.output, trace.steps.len());
    let mut text = format!("{z} = {}", problem.text);
    if n > 0 {
        let _ = write!(text, "  at {}", problem.at());
    }
    text.push('\n');
    let Some(result) = trace.result else {
        let _ = writeln!(text, "\nNothing was recorded: {z} = {} is a constant here.", say(trace.value));
        return text + &gradient(problem, trace, symbolic);
    };

    text.push_str("\nForward: each operation in turn, with its value.\n");
    let mut rows: Vec<Vec<String>> = (0..n)
        .map(|i| {
            let formula = format!("{} = {}", trace.name(i), trace.formula(i));
            let numbers =
                if trace.is_variable(i) { String::new() } else { format!("= {}", trace.with_numbers(i)) };
            vec![formula, numbers, format!("= {}", say(trace.steps[i].value))]
        })
        .collect();
    rows.push(vec![
        format!("{z}  = {}", trace.name(result)),
        String::new(),
        format!("= {}", say(trace.value)),
    ]);
    text.push_str(&table(&rows, "  "));

    let bar = trace.bar(result);
    let name = trace.letter;
    let _ = writeln!(
        text,
        "\nBackward: {name}\u{304} is the derivative of {z} by {name}. Each operation hands its own, times its slope, to\n\
         what it was made of; what arrives is added up."
    );
    let _ = writeln!(text, "  {bar} = 1, the seed, because {z} = {}", trace.name(result));
    let mut sums: Vec<Option<f64>> = vec![None; n];
    for i in (0..=result).rev() {
        let g = trace.adjoints[i];
        let mut rows = Vec::new();
        for c in trace.contributions(i) {
            let part = g * c.slope;
            let (from, to) = (trace.bar(i), trace.bar(c.to));
            let mut row = vec![
                format!("{to} += {from}·{}", c.rule),
                format!("= {}·{}", bracketed(g), bracketed(c.slope)),
                format!("= {}", say(part)),
            ];
            if let Some(sum) = sums[c.to] {
                row.push(format!("so {to} = {}", say(sum + part)));
            }
            sums[c.to] = Some(sums[c.to].unwrap_or(0.0) + part);
            rows.push(row);
        }
        if !rows.is_empty() {
            let _ = writeln!(text, "  from {} = {}:", trace.name(i), trace.formula(i));
            text.push_str(&table(&rows, "    "));
        }
    }

    text.push_str("\nEvery value and adjoint.\n");
    let head = ["node", "formula", "value", &format!("adjoint d{z}/d{name}")].map(String::from);
    let row = |i| vec![trace.name(i), trace.formula(i), say(trace.steps[i].value), say(trace.adjoints[i])];
    let rows: Vec<Vec<String>> = std::iter::once(head.to_vec()).chain((0..n).map(row)).collect();
    text.push_str(&table(&rows, "  "));
    text + &gradient(problem, trace, symbolic)
}

fn gradient(problem: &Problem, trace: &Trace, symbolic: bool) -> String {
    let z = problem.output;
    let mut text = format!("\nResult\n  {z} = {}\n", say(trace.value));
    for (name, g) in problem.names.iter().zip(trace.gradient()) {
        let _ = writeln!(text, "  d{z}/d{name} = {}", say(g));
    }
    if symbolic && !problem.names.is_empty() {
        text.push_str("\nAs formulas\n");
        let (names, formulas) = formulas(problem);
        let names: Vec<String> = names.iter().map(|name| format!("d{z}/d{name}")).collect();
        if Expr::count(&formulas) > LARGE {
            let all = names.iter().map(String::as_str).zip(&formulas);
            text.push_str(
                &Listing::of(all).to_string().lines().map(|line| format!("  {line}\n")).collect::<String>(),
            );
        } else {
            for (name, formula) in names.iter().zip(formulas) {
                let _ = writeln!(text, "  {name} = {formula}");
            }
        }
    }
    text
}

/// From how many nodes on formulas are printed with names for their shared parts.
const LARGE: usize = 100;

/// The variables, and the derivatives by them as formulas.
fn formulas(problem: &Problem) -> (Vec<&str>, Vec<Expr>) {
    let names: Vec<&str> = problem.names.iter().map(String::as_str).collect();
    let formulas = problem.expr.gradient(&names);
    (names, formulas)
}

/// The explanation as JSON. Large formulas are statements, of which each names a shared part or, at the end, the derivative by
/// a variable.
pub fn json(problem: &Problem, trace: &Trace, symbolic: bool) -> Value {
    let argument = |arg: &Argument| match *arg {
        Argument::Step(i) => json!(trace.name(i)),
        Argument::Constant(c) if c.is_finite() => json!(c),
        Argument::Constant(c) => json!(say(c)),
    };
    let nodes = trace.steps.iter().enumerate().map(|(i, step)| {
        json!({
            "name": trace.name(i),
            "operation": step.name,
            "arguments": step.args.iter().map(argument).collect::<Vec<_>>(),
            "formula": trace.formula(i),
            "value": step.value,
            "adjoint": trace.adjoints[i],
        })
    });
    let mut all = json!({
        "expression": problem.text,
        "point": by_name(problem, &problem.point),
        "value": trace.value,
        "gradient": by_name(problem, &trace.gradient()),
        "nodes": nodes.collect::<Vec<_>>(),
    });
    if symbolic {
        let (names, formulas) = formulas(problem);
        if Expr::count(&formulas) > LARGE {
            let names: Vec<String> =
                names.iter().map(|name| format!("d{}/d{name}", problem.output)).collect();
            let listing = Listing::of(names.iter().map(String::as_str).zip(&formulas)).to_string();
            all["symbolic_statements"] = listing.lines().collect();
        } else {
            let texts = formulas.iter().map(|formula| json!(formula.to_string()));
            all["symbolic"] = Value::Object(names.into_iter().map(String::from).zip(texts).collect());
        }
    }
    all
}

/// A number for each variable.
pub fn by_name(problem: &Problem, numbers: &[f64]) -> Value {
    let pairs = problem.names.iter().cloned().zip(numbers.iter().map(|x| json!(x)));
    Value::Object(pairs.collect::<Map<_, _>>())
}
