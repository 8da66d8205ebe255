//! The catalogue of operations as a page, made of the tables that the runner works with.

use crate::convention;
use crate::table;
use std::fmt::Write;

/// The page `docs/operations.md`.
pub fn text() -> String {
    let mut page = String::from(HEAD);
    for (family, rows) in table::FAMILIES {
        let _ = write!(page, "\n## {family}\n\n| NumPy/JAX | here | at kinks and edges |\n|---|---|---|\n");
        let mut rows: Vec<_> = rows.iter().collect();
        rows.sort_by_key(|row| row.name);
        for row in rows {
            let _ = writeln!(page, "| `{}` | {} | {} |", row.name, written(row.ours), places(row.name));
        }
    }
    page
}

const HEAD: &str = "# Operations

Every operation that is checked against reference values, by its name in NumPy, SciPy or JAX, and how it is written
here of arrays `f`, `y`, `x[2]` … with the attributes `a`. This page is made by `conformance --catalogue`.

Elementary functions of the table (crates/real/src/table.rs) are methods of `Real`, on scalars and arrays alike; the
names on this page are those of arrays. Derivatives are right wherever those of the
operations exist, in both modes and to any order. Where there is none, a finite member of the subdifferential is taken
if there is one: ties of `maximum`, `minimum`, `max` and `min` share evenly, `sort` and pooling give all to the first,
steps have derivative 0. Where that differs from JAX's choice, the last column says how.

What is smooth although a part of it has a kink keeps its first derivatives; higher ones follow the parts' conventions.
Squares, even powers and magnitudes of arrays look at what they are taken of, so that `x.norm().square()`,
`x.abs().powf(4.0)`, `x.std().square()`, `x.hypot(y).square()`, `x.maximum(-x).square()` and `x.relu().square() + (-x).relu().square()` have the
second derivatives of the polynomials they are. Kinks that cancel in another way, such as a kink squared by pieces of
`where_`, leave a second derivative of 0 at the kink itself: write them as what is smooth.

A branch that `where_` does not take has the derivative 0, whatever it is multiplied with on its way back: elementwise
operations, movements of elements, broadcasts and sums, each used as often as wanted. What mixes elements (gathers of rows
that are computed, products of matrices, convolutions, loops, linear algebra, functions with a rule of their own) passes it
on if the condition is one for all elements; else the zero is a plain number behind it, and 0 · ∞ is NaN.
";

/// Code on one line, or a word for what is longer.
fn written(code: &str) -> String {
    let line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() <= 72 && !line.starts_with('{') {
        format!("`{}`", line.replace('|', "\\|"))
    } else {
        "composed".into()
    }
}

fn places(op: &str) -> String {
    let derivative = |c: &convention::Convention| format!("at {}: {}, {}", c.place, c.ours, c.why);
    let value = |(_, x, y): &(&str, f64, f64)| format!("at {x}: value {y}, the limit");
    let derivatives = convention::TABLE.iter().filter(|c| c.op == op).map(derivative);
    let values = convention::VALUES.iter().filter(|v| v.0 == op).map(value);
    derivatives.chain(values).collect::<Vec<_>>().join("; ")
}
