//! Eliminates dead code: what is put together from planes that are then read as planes.

use crate::eval::ir::item::{Graph, ItemKind};

/// Which items the roots need.
pub(crate) fn eliminate_dead_code(graph: &Graph) -> Vec<bool> {
    super::ran("eliminate_dead_code");
    let mut needed = vec![false; graph.items.len()];
    graph.roots.iter().for_each(|(_, i)| needed[*i] = true);
    for (i, item) in graph.items.iter().enumerate().rev() {
        needed[i] |= matches!(item.kind, ItemKind::Control | ItemKind::ControlOutput);
        if needed[i] {
            item.args.iter().for_each(|r| needed[r.item] = true)
        }
    }
    needed
}
