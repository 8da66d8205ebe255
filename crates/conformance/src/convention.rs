//! Where a function has no derivative and the recorded value is another choice than ours.

use crate::attrs::Attrs;

/// A place: the inputs' elements there, all elements of the input that is differentiated by, and the attributes.
pub struct Place<'a> {
    pub x: &'a [f64],
    pub all: &'a [f64],
    pub attrs: &'a Attrs<'a>,
}

/// Our derivative of an operation at some places, as a multiple of the cotangent.
pub struct Convention {
    pub op: &'static str,
    /// By which input, if it matters.
    pub by: Option<usize>,
    pub place: &'static str,
    pub holds: fn(&Place) -> bool,
    pub ours: f64,
    pub why: &'static str,
}

const fn at(
    op: &'static str,
    by: Option<usize>,
    place: &'static str,
    holds: fn(&Place) -> bool,
    ours: f64,
    why: &'static str,
) -> Convention {
    Convention { op, by, place, holds, ours, why }
}

const MEMBER: &str = "a member of the subdifferential";

/// Our choices where they differ from the recorded ones, which are JAX's.
pub const TABLE: &[Convention] = &[
    at("abs", None, "0", |p| p.x[0] == 0.0, 0.0, "the middle of the subdifferential"),
    at("clip", None, "an edge", |p| edge(p, "min") || edge(p, "max"), 1.0, "inside counts the edges"),
    at("clip_array", Some(0), "an edge", |p| p.x[1..].contains(&p.x[0]), 1.0, "inside counts the edges"),
    at(
        "clip_array",
        None,
        "an edge, by the edge",
        |p| p.x[1..].contains(&p.x[0]),
        0.0,
        "the element itself moves",
    ),
    at("power", Some(0), "0^0, by the base", |p| p.x == [0.0, 0.0], 0.0, "the exponent is a constant there"),
    at(
        "power",
        Some(1),
        "a negative base, by the exponent",
        |p| p.x[0] < 0.0,
        f64::NAN,
        "no real derivative",
    ),
    at("xlogx", None, "0", |p| p.x[0] == 0.0, f64::NEG_INFINITY, "the limit"),
    at("xlogy", Some(1), "(0, 0), by y", |p| p.x == [0.0, 0.0], 0.0, "0 is 0 times anything"),
    at("xlogy", Some(0), "(0, 0), by x", |p| p.x == [0.0, 0.0], f64::NEG_INFINITY, "the logarithm of 0"),
    at("ndtri", None, "0 and 1", |p| p.x[0] == 0.0 || p.x[0] == 1.0, f64::INFINITY, "the slope is infinite"),
    at("arctan2", None, "the origin", |p| p.x == [0.0, 0.0], f64::NAN, "no direction is the right one"),
    at("hypot", None, "the origin", |p| p.x == [0.0, 0.0], 0.0, MEMBER),
    at("norm", None, "the origin", |p| p.x[0] == 0.0, 0.0, MEMBER),
    at("std", None, "equal elements", |p| p.all.iter().filter(|x| **x == p.x[0]).count() > 1, 0.0, MEMBER),
    at("logsumexp", None, "all elements -inf", |p| p.x[0] == f64::NEG_INFINITY, 0.0, "nothing moves it"),
    at("logaddexp", None, "both -inf", |p| p.x == [f64::NEG_INFINITY; 2], 0.0, "nothing moves it"),
];

fn edge(p: &Place, name: &str) -> bool {
    p.attrs.has(name) && p.x[0] == p.attrs.float(name)
}

/// A limit that is recorded as NaN: operation, argument, our value.
pub const VALUES: &[(&str, f64, f64)] = &[
    ("i0", f64::INFINITY, f64::INFINITY),
    ("i0", f64::NEG_INFINITY, f64::INFINITY),
    ("i1", f64::INFINITY, f64::INFINITY),
    ("i1", f64::NEG_INFINITY, f64::NEG_INFINITY),
    ("soft_sign", f64::INFINITY, 1.0),
    ("soft_sign", f64::NEG_INFINITY, -1.0),
    ("squareplus", f64::NEG_INFINITY, 0.0),
    ("silu", f64::NEG_INFINITY, 0.0),
    ("hard_silu", f64::NEG_INFINITY, 0.0),
];

/// Whether `got` is our derivative by input `by` (all of them, of a pushforward) at a place, for a cotangent g.
pub fn agrees(op: &str, by: Option<usize>, place: &Place, got: f64, g: Option<f64>) -> bool {
    let fits = |c: &Convention| {
        let want = if c.ours == 0.0 { Some(0.0) } else { g.map(|g| c.ours * g) };
        want.is_some_and(|w| w == got || w.is_nan() && got.is_nan())
    };
    let here =
        |c: &&Convention| c.op == op && (c.by.is_none() || by.is_none() || c.by == by) && (c.holds)(place);
    TABLE.iter().filter(here).any(fits)
}

/// Whether `got` is our value of a function at an argument where a NaN is recorded.
pub fn is_limit(op: &str, x: f64, got: f64) -> bool {
    VALUES.contains(&(op, x, got))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_say_where_and_why() {
        for c in TABLE {
            assert!(
                crate::table::find(c.op).is_some() && !c.place.is_empty() && !c.why.is_empty(),
                "{}",
                c.op
            );
            // None of them holds everywhere.
            let p = Place { x: &[0.3, 0.7, 5.0], all: &[0.3, 0.7], attrs: &Attrs(&serde_json::Value::Null) };
            assert!(!(c.holds)(&p), "{}", c.op);
        }
    }
}
