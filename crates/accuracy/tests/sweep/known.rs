//! What deviates, and what its pattern points to: the lines of `data/known.txt`.

use crate::compare::Deviation;

/// Deviations of a function: its name, the order of the derivative, what kind, by how many units at most.
#[derive(Debug)]
pub struct Known {
    pub function: String,
    order: usize,
    kind: String,
    units: f64,
}

impl Known {
    pub fn covers(&self, d: &Deviation) -> bool {
        let same = self.function == d.function && self.order == d.by.len() && self.kind == d.kind.name();
        same && d.units <= self.units
    }
}

/// Lines `function order kind units reason …`; a reason is not optional.
pub fn all() -> Vec<Known> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/known.txt");
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let known = |line: &str| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [function, order, kind, units, _, ..] => Known {
            function: function.into(),
            order: order.parse().expect("an order"),
            kind: kind.into(),
            units: units.parse().expect("units"),
        },
        _ => panic!("{path}: {line}"),
    };
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(known).collect()
}
