//! Where a function has no derivative and the recorded value is another choice than ours.

/// Our derivative of an operation at such a point, as a multiple of the cotangent.
pub struct Convention {
    pub op: &'static str,
    pub place: &'static str,
    pub ours: f64,
    pub why: &'static str,
}
const fn at(op: &'static str, place: &'static str, ours: f64, why: &'static str) -> Convention {
    Convention { op, place, ours, why }
}

pub const TABLE: &[Convention] = &[
    at("abs", "0", 0.0, "the middle of the subdifferential"),
    at("clip", "an edge", 1.0, "inside counts the edges"),
    at("clip_array", "an edge", 1.0, "inside counts the edges"),
    at("relu6", "6", 0.0, "as JAX"),
    at("hard_silu", "-3 and 3", 0.0, "of the product only the linear factor moves"),
    at("power", "0^0 by the base", 0.0, "the exponent is a constant there"),
    at("power", "negative base by the exponent", f64::NAN, "no real derivative"),
    at("xlogx", "0", f64::NEG_INFINITY, "the limit"),
    at("xlogy", "(0, 0) by y", 0.0, "0 is 0 times anything"),
    at("xlogy", "(0, 0) by x", f64::NEG_INFINITY, "the logarithm of 0"),
    at("ndtri", "0 and 1", f64::INFINITY, "the slope is infinite"),
    at("norm", "the origin", 0.0, "a member of the subdifferential"),
    at("std", "equal elements", 0.0, "a member of the subdifferential"),
    at("hypot", "the origin", 0.0, "a member of the subdifferential"),
    at("logsumexp", "all elements -inf", 0.0, "nothing moves it"),
    at("logaddexp", "both -inf", 0.0, "nothing moves it"),
];

/// Values that are recorded as NaN where there is a limit: operation, place, our value.
pub const VALUES: &[(&str, &str, f64)] = &[
    ("i0", "both infinities", f64::INFINITY),
    ("i1", "infinity", f64::INFINITY),
    ("i1", "minus infinity", f64::NEG_INFINITY),
    ("soft_sign", "infinity", 1.0),
    ("soft_sign", "minus infinity", -1.0),
    ("squareplus", "minus infinity", 0.0),
];

/// Whether `got` is our value, for a cotangent (or tangent) `g`, of an operation that has an entry.
pub fn agrees(op: &str, got: f64, g: Option<f64>) -> bool {
    let fits = |c: &Convention| {
        debug_assert!(!c.place.is_empty() && !c.why.is_empty());
        let want = if c.ours == 0.0 { Some(0.0) } else { g.map(|g| c.ours * g) };
        want.is_some_and(|w| w == got || w.is_nan() && got.is_nan())
    };
    TABLE.iter().filter(|c| c.op == op).any(fits)
}
