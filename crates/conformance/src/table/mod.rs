//! The names of operations in the files, and what they are here: one table.

mod complex;
mod contraction;
mod elementwise;
mod linalg;
mod movement;
mod networks;
mod programs;
mod reductions;

use crate::attrs::Attrs;
use pullback_array::Array;

/// An operation.
pub struct Row {
    /// Its name in the files, which is NumPy's or JAX's.
    pub name: &'static str,
    /// How it is written with us, of arrays f, y and x[2] …
    pub ours: &'static str,
    /// Its outputs.
    pub run: fn(&[Array], &Attrs) -> Vec<Array>,
}

/// What a row may give: one array or several.
trait Outputs {
    fn list(self) -> Vec<Array>;
}
impl Outputs for Array {
    fn list(self) -> Vec<Array> {
        vec![self]
    }
}
impl Outputs for Vec<Array> {
    fn list(self) -> Vec<Array> {
        self
    }
}

/// Rows `"name" => expression,` in the inputs `x` (the first two are `f` and `y`) and the attributes `a`.
macro_rules! rows {
    (|$x:ident, $f:ident, $y:ident, $a:ident| $($name:literal => $body:expr),* $(,)?) => {
        &[$(crate::table::Row {
            name: $name,
            ours: stringify!($body),
            run: |$x, $a| {
                let $f = &$x[0];
                let $y = $x.get(1).unwrap_or($f);
                let _ = ($y, $a);
                crate::table::Outputs::list($body)
            },
        }),*]
    };
}
use rows;

/// The families, by the names of their files.
pub const FAMILIES: &[(&str, &[Row])] = &[
    ("Elementwise", elementwise::ROWS),
    ("Reductions and what runs along an axis", reductions::ROWS),
    ("Movement, indexing, sorting", movement::ROWS),
    ("Products, convolutions, pooling", contraction::ROWS),
    ("Layers and losses", networks::ROWS),
    ("Linear algebra", linalg::ROWS),
    ("Complex numbers and Fourier transforms", complex::ROWS),
    ("Programs: functions", programs::FUNCTIONS),
    ("Programs: models", programs::MODELS),
    ("Programs: dynamics", programs::DYNAMICS),
    ("Programs: linear systems", linalg::PROGRAMS),
];

/// The operation of that name.
pub fn find(name: &str) -> Option<&'static Row> {
    FAMILIES.iter().flat_map(|(_, rows)| rows.iter()).find(|row| row.name == name)
}
