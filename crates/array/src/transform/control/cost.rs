//! Estimates of the time that the nodes of a loop's step take.

use crate::array::Array;
use crate::eval::cheap;
use crate::prim::Prim;

/// An estimate in nanoseconds, for one thread of a processor with wide vector registers.
pub(super) fn time(node: &Array) -> usize {
    let (prim, args) = node.parts();
    let n = node.size();
    let products = |terms: usize| 2 * n.saturating_mul(terms) / (800 / node.dtype().size());
    match prim {
        Prim::Matmul => products(args[0].shape()[args[0].ndim() - 1]),
        // An element of the result is a sum over the axes k… and c of the kernel [g, k…, c, o].
        Prim::Conv(_) => {
            let w = args[1].shape();
            products(w[1..w.len() - 1].iter().product())
        }
        _ if is_function(node) => n * node.dtype().size() / 8,
        _ => n / 16,
    }
}

/// Whether a node is an elementwise function that takes more than a few instructions.
fn is_function(node: &Array) -> bool {
    matches!(node.0.prim, Prim::Unary(_) | Prim::Binary(_)) && !cheap(node)
}
