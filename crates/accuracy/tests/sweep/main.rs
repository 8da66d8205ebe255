//! Every function at special points (zeros, ends of domains, infinities, NaN, subnormal and huge numbers, ties, tiny
//! parameters), in f64 and f32, on scalars and arrays, in every mode to second order, plain, compiled and mapped, against
//! `data/reference.txt`. `data/reference.py` makes it.

mod compare;
mod data;
mod known;
mod lists;
mod shapes;

use accuracy::functions;
use std::fmt::Write;

/// Compares the functions that are distributions, or all others; what deviates is written to a file.
fn sweep(name: &str, belongs: fn(&str) -> bool) {
    let (functions, known, mut found) = (functions::all(), known::all(), vec![]);
    for table in data::tables().iter().filter(|t| belongs(&t.name)) {
        if let Some(f) = functions.iter().find(|f| f.name == table.name) {
            compare::compare(f, table, &mut found)
        }
    }
    let all: String = found.iter().map(|d| format!("{d}\n")).collect();
    let path = format!("{}/{name}.txt", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&path, all).expect("a folder for temporary files");

    let (mut text, mut used) = (String::new(), vec![false; known.len()]);
    for d in &found {
        match known.iter().position(|k| k.covers(d)) {
            Some(k) => used[k] = true,
            None => writeln!(text, "{d}").expect("a string takes it"),
        }
    }
    for (known, used) in known.iter().zip(used) {
        if belongs(&known.function) && !used {
            writeln!(text, "{known:?} deviates no longer").expect("a string takes it")
        }
    }
    assert!(text.is_empty(), "{text}{} lines; all deviations, known ones too: {path}", text.lines().count())
}

fn bessel_or_gamma(name: &str) -> bool {
    name.starts_with("bessel") || name.starts_with("gamma_p")
}

#[test]
fn bessel_and_gamma_functions_at_special_points() {
    sweep("bessel_and_gamma", bessel_or_gamma)
}
#[test]
fn functions_at_special_points() {
    sweep("functions", |name| !name.contains('.') && !bessel_or_gamma(name))
}
#[test]
fn distributions_at_special_points() {
    sweep("distributions", |name| name.contains('.') && !name.starts_with("beta."))
}
#[test]
fn beta_distributions_at_special_points() {
    sweep("beta", |name| name.starts_with("beta."))
}
