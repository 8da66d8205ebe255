//! The names of operations in the files, and what they are here.

mod contraction;
mod elementwise;
mod linalg;
mod movement;
mod networks;
mod reductions;

use crate::attrs::Attrs;
use pullback_array::Array;

/// The operation's outputs; `None` if there is none of that name.
pub fn apply(op: &str, x: &[Array], a: &Attrs) -> Option<Vec<Array>> {
    elementwise::apply(op, x, a)
        .or_else(|| reductions::apply(op, x, a))
        .or_else(|| contraction::apply(op, x, a))
        .or_else(|| networks::apply(op, x, a))
        .or_else(|| linalg::apply(op, x, a))
        .map(|y| vec![y])
        .or_else(|| movement::apply(op, x, a))
        .or_else(|| networks::several(op, x, a))
        .or_else(|| linalg::several(op, x, a))
}
