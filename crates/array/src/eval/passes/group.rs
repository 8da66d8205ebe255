//! Groups elementwise items and reductions that share a program, and decides what is stored.
//!
//! Every item has a *stage*. Elementwise items of one stage and one shape depend on each other only directly, never
//! through a kernel or a view (those begin a later stage), so any of them can share a program without a cycle. Those
//! that are connected, through each other or through a large input, do.

use crate::eval::ir::hash::IdMap;
use crate::eval::ir::item::{Graph, ItemKind, Ref};
use crate::eval::ir::padding::{is_pad, padded};

/// Items by the steps they belong to.
pub(crate) struct Groups {
    /// Which items' values lie in memory.
    pub stored: Vec<bool>,
    /// The members of each program, by its first item.
    pub programs: IdMap<usize, Vec<usize>>,
    /// The steps in their order: the stage, whether it is a program, its first item.
    pub order: Vec<(u32, bool, usize)>,
}

/// Disjoint sets of items.
struct Sets(Vec<usize>);
impl Sets {
    fn find(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i]
        }
        i
    }
    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b)
    }
}

/// The groups of the items that are needed.
pub(crate) fn group(graph: &Graph, needed: &[bool]) -> Groups {
    super::ran("group");
    let n = graph.items.len();
    let mut sets = Sets((0..n).collect());
    let mut stored = vec![false; n];
    let mut streams: IdMap<(usize, u32), Vec<usize>> = IdMap::default();
    graph.roots.iter().for_each(|(_, i)| stored[*i] = true);
    for (i, item) in graph.items.iter().enumerate().filter(|(i, _)| needed[*i]) {
        match item.program_key() {
            None => {
                // Padding around a constant may be made on the spot: see below.
                let constant = |r: &&Ref| matches!(graph.items[r.item].kind, ItemKind::Fill(_));
                let read = item.args.iter().filter(|r| !is_pad(item) || !constant(r));
                read.for_each(|r| stored[r.item] = true)
            }
            Some(at) => {
                for r in &item.args {
                    let source = &graph.items[r.item];
                    if graph.same_program(r, at) {
                        sets.unite(i, r.item)
                    } else if !(matches!(source.kind, ItemKind::Fill(_))
                        || padded(graph, r).is_some()
                        || matches!(source.kind, ItemKind::Iota(_)) && source.is_as_it_is(r))
                    {
                        // Numbers, padding and whole indices are made on the spot; views of an index are read.
                        stored[r.item] = true;
                        // Those that stream the same large input over the same space read it once.
                        if source.shape().size() == at.1.size() {
                            let readers = streams.entry((r.item, at.0)).or_default();
                            match readers.iter().find(|&&k| graph.items[k].program_key() == Some(at)) {
                                Some(&k) => sets.unite(i, k),
                                None => readers.push(i),
                            }
                        }
                    }
                }
            }
        }
    }
    for (i, item) in graph.items.iter().enumerate().filter(|(_, item)| is_pad(item)) {
        stored[item.args[0].item] |= stored[i]
    }
    let mut programs: IdMap<usize, Vec<usize>> = IdMap::default();
    let mut order: Vec<(u32, bool, usize)> = vec![];
    for (i, item) in graph.items.iter().enumerate().filter(|(i, _)| needed[*i]) {
        match (item.program_key(), &item.kind) {
            (Some((stage, _)), _) => {
                let leader = sets.find(i);
                let members = programs.entry(leader).or_default();
                if members.is_empty() {
                    order.push((stage, true, leader))
                }
                members.push(i)
            }
            (None, ItemKind::Data(_) | ItemKind::Input | ItemKind::ControlOutput) => {}
            (None, ItemKind::Fill(_) | ItemKind::Iota(_)) if !stored[i] => {}
            (None, ItemKind::Kernel) if !stored[i] && is_pad(item) => {}
            (None, _) => order.push((item.stage, false, i)),
        }
    }
    order.sort_unstable();
    Groups { stored, programs, order }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;
    use crate::eval::compile;
    use crate::eval::passes::dead_code::eliminate_dead_code;
    use pullback_real::Real;

    #[test]
    fn a_kernel_parts_two_programs_and_what_crosses_is_stored() {
        let x = Array::from([1.0, 2.0, 3.0]);
        let a = x.sin();
        let b = a.exp();
        let c = b.cumsum(0);
        let d = c.cos();
        let e = &d * &a;
        let graph = compile::graph(&[], std::slice::from_ref(&e));
        let groups = group(&graph, &eliminate_dead_code(&graph));
        assert_eq!(groups.order.iter().map(|(_, fused, _)| *fused).collect::<Vec<_>>(), [true, false, true]);
        let mut sizes: Vec<usize> = groups.programs.values().map(Vec::len).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [2, 2]);
        let stored = |x: &Array| {
            let at = graph.items.iter().position(|i| i.node.0.id == x.0.id);
            groups.stored[at.expect("an item")]
        };
        assert!(stored(&a) && stored(&b) && stored(&c) && stored(&e));
        assert!(!stored(&d), "it stays in a register")
    }

    #[test]
    fn programs_over_the_same_input_are_one() {
        let x = Array::from([1.0, 2.0, 3.0]);
        let all = [x.sin(), x.cos().sum_axis(0)];
        let graph = compile::graph(&[], &all);
        assert_eq!(group(&graph, &eliminate_dead_code(&graph)).programs.len(), 1)
    }
}
