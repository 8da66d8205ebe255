//! Acyclic colourings: neighbours differ, and no cycle has only two colours. They need fewer colours than
//! star colourings. The entries follow by substitution, from the leaves of the trees that two colours form.

use super::colouring::{Graph, NONE, Order, forbid};
use std::collections::HashMap;

/// Disjoint sets of pairs (vertex, other colour): the tree of the vertex among the vertices of its own colour
/// and the other.
#[derive(Default)]
struct Trees {
    index: HashMap<(u32, u32), usize>,
    parent: Vec<usize>,
}
impl Trees {
    fn find(&mut self, vertex: u32, other: u32) -> usize {
        let fresh = self.parent.len();
        let mut k = *self.index.entry((vertex, other)).or_insert(fresh);
        if k == fresh {
            self.parent.push(fresh)
        }
        while self.parent[k] != k {
            self.parent[k] = self.parent[self.parent[k]];
            k = self.parent[k]
        }
        k
    }
}

/// An acyclic colouring.
pub(super) fn acyclic(graph: &Graph, order: Order) -> Vec<u32> {
    let mut colours = vec![NONE; graph.len()];
    let mut trees = Trees::default();
    let (mut forbidden, mut used) = (vec![], 0u32);
    for v in order.of(graph) {
        let near: Vec<(u32, u32)> =
            graph[v].iter().map(|&w| (w, colours[w as usize])).filter(|(_, c)| *c != NONE).collect();
        near.iter().for_each(|&(_, c)| forbid(&mut forbidden, c, v));
        let mut seen: Vec<usize> = vec![];
        // Two neighbours in one tree of their colour and this one would close a cycle.
        let closes = |colour: u32, trees: &mut Trees, seen: &mut Vec<usize>| {
            seen.clear();
            near.iter().any(|&(w, _)| {
                let tree = trees.find(w, colour);
                let again = seen.contains(&tree);
                seen.push(tree);
                again
            })
        };
        let free = |c: &u32| forbidden.get(*c as usize) != Some(&v);
        let colour = (0..used).filter(free).find(|&c| !closes(c, &mut trees, &mut seen)).unwrap_or(used);
        used = used.max(colour + 1);
        colours[v] = colour;
        for &(w, c) in &near {
            let (a, b) = (trees.find(v as u32, c), trees.find(w, colour));
            trees.parent[a] = b
        }
    }
    colours
}

/// One step of the substitution: the entry (leaf, other) is the sum in the compressed row of `leaf` under the
/// colour of `other`, minus the entries of that sum that are already known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Substitution {
    pub leaf: u32,
    pub other: u32,
    /// Which sum of `leaf` and which of `other` the entry belongs to.
    pub sums: (usize, usize),
}

/// The substitutions for the entries off the diagonal, leaves first, and the number of sums.
pub(super) fn substitutions(graph: &Graph, colours: &[u32]) -> (Vec<Substitution>, usize) {
    // A sum belongs to a vertex and a colour among its neighbours. With it are the neighbours whose entries
    // are unknown.
    let mut index: HashMap<(u32, u32), usize> = HashMap::new();
    let mut unknown: Vec<(u32, Vec<u32>)> = vec![];
    for (v, near) in graph.iter().enumerate() {
        for &w in near {
            let fresh = unknown.len();
            let k = *index.entry((v as u32, colours[w as usize])).or_insert(fresh);
            if k == fresh {
                unknown.push((v as u32, vec![]))
            }
            unknown[k].1.push(w)
        }
    }
    let mut leaves: Vec<usize> = (0..unknown.len()).filter(|&k| unknown[k].1.len() == 1).collect();
    let mut steps = vec![];
    while let Some(k) = leaves.pop() {
        let (leaf, ref mut rest) = unknown[k];
        let Some(other) = rest.pop() else { continue };
        let l = index[&(other, colours[leaf as usize])];
        steps.push(Substitution { leaf, other, sums: (k, l) });
        let rest = &mut unknown[l].1;
        rest.retain(|&w| w != leaf);
        if rest.len() == 1 {
            leaves.push(l)
        }
    }
    (steps, unknown.len())
}
