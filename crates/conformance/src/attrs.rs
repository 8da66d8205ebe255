//! An operation's attributes, read from JSON.

use pullback_array::Axes;
use serde_json::Value;

/// A record's `attrs`.
pub struct Attrs<'a>(pub &'a Value);

/// A number; `"nan"`, `"inf"` and `"-inf"` are written as text.
pub fn number(v: &Value) -> f64 {
    match v {
        Value::String(s) => s.parse().expect("a number"),
        Value::Bool(b) => f64::from(u8::from(*b)),
        v => v.as_f64().expect("a number"),
    }
}

impl Attrs<'_> {
    pub fn get(&self, name: &str) -> &Value {
        &self.0[name]
    }
    pub fn has(&self, name: &str) -> bool {
        !self.0[name].is_null()
    }
    pub fn float(&self, name: &str) -> f64 {
        number(&self.0[name])
    }
    pub fn float_or(&self, name: &str, other: f64) -> f64 {
        if self.has(name) { self.float(name) } else { other }
    }
    pub fn int(&self, name: &str) -> isize {
        self.0[name].as_i64().expect("an integer") as isize
    }
    pub fn flag(&self, name: &str) -> bool {
        self.0[name].as_bool().unwrap_or(false)
    }
    pub fn text(&self, name: &str) -> &str {
        self.0[name].as_str().expect("text")
    }
    /// One integer or a list of them.
    pub fn ints(&self, name: &str) -> Vec<isize> {
        ints(&self.0[name])
    }
    pub fn counts(&self, name: &str) -> Vec<usize> {
        self.ints(name).into_iter().map(|i| i as usize).collect()
    }
    /// `[[lo, hi], …]`.
    pub fn pairs(&self, name: &str) -> Vec<(isize, isize)> {
        self.0[name].as_array().expect("pairs").iter().map(|p| (ints(p)[0], ints(p)[1])).collect()
    }
    pub fn margins(&self, name: &str) -> Vec<(usize, usize)> {
        self.pairs(name).into_iter().map(|(lo, hi)| (lo as usize, hi as usize)).collect()
    }
    /// `axis` and `keepdims`; no axis is all of `rank`.
    pub fn axes(&self, rank: usize) -> Axes {
        let axes = if self.has("axis") { self.ints("axis") } else { (0..rank as isize).collect() };
        if self.flag("keepdims") { pullback_array::keepdims(axes) } else { axes.into() }
    }
}

pub fn ints(v: &Value) -> Vec<isize> {
    match v {
        Value::Array(all) => all.iter().map(|i| i.as_i64().expect("integers") as isize).collect(),
        one => vec![one.as_i64().expect("an integer") as isize],
    }
}
