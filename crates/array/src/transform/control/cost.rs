//! About how long the nodes of a step take.

use crate::array::Array;
use crate::eval::cheap;
use crate::prim::Prim;

/// Nanoseconds on one thread of a processor with long vectors.
pub(super) fn time(node: &Array) -> usize {
    let (prim, args) = node.parts();
    let n = node.size();
    match prim {
        Prim::Matmul => {
            let terms = *args[0].shape().last().unwrap_or(&1);
            2 * n.saturating_mul(terms) / (800 / node.dtype().size())
        }
        Prim::Unary(_) | Prim::Binary(_) if !cheap(node) => n * node.dtype().size() / 8,
        _ => n / 16,
    }
}
