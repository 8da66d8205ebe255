//! About how long the nodes of a step take.

use crate::array::Array;
use crate::eval::cheap;
use crate::prim::Prim;

/// Nanoseconds on one thread of a processor with long vectors.
pub(super) fn time(node: &Array) -> usize {
    let (prim, args) = node.parts();
    let n = node.size();
    let products = |terms: usize| 2 * n.saturating_mul(terms) / (800 / node.dtype().size());
    match prim {
        Prim::Matmul => products(args[0].shape()[args[0].ndim() - 1]),
        // Of the kernel [g, k…, c, o] as many numbers as make one of the result.
        Prim::Conv(_) => {
            let w = args[1].shape();
            products(w[1..w.len() - 1].iter().product())
        }
        _ if is_function(node) => n * node.dtype().size() / 8,
        _ => n / 16,
    }
}

/// Whether it is more than a few operations of the processor.
fn is_function(node: &Array) -> bool {
    matches!(node.0.prim, Prim::Unary(_) | Prim::Binary(_)) && !cheap(node)
}
