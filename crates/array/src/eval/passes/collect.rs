//! Collects what is to be computed: the nodes without a value behind the roots, oldest first.

use crate::array::{Args, Array};
use crate::eval::ir::hash::IdMap;
use crate::eval::ir::pending::{Pending, PendingNode};
use std::sync::Weak;

/// The unevaluated nodes behind the roots (and what is evaluated together with them), oldest first, up to the inputs.
pub(crate) fn collect(inputs: &[Array], roots: &[Array]) -> Pending {
    super::ran("collect");
    let (mut seen, mut all) = (IdMap::<u64, ()>::default(), vec![]);
    let mut nodes: Vec<PendingNode> = vec![];
    seen.extend(inputs.iter().map(|x| (x.0.id, ())));
    let mut stack: Vec<Array> = roots.to_vec();
    let mut is_root: IdMap<u64, ()> = IdMap::default();
    for r in roots {
        if is_root.insert(r.0.id, ()).is_none() {
            all.push(r.clone())
        }
    }
    while let Some(node) = stack.pop() {
        if seen.insert(node.0.id, ()).is_some() {
            continue;
        }
        let (args, together) = {
            let state = node.0.state();
            if state.value.is_some() {
                continue;
            }
            let args: Args = node.0.prim.awaited(&state.args).iter().cloned().collect();
            (args, state.together.clone())
        };
        stack.extend(args.iter().cloned());
        nodes.push(PendingNode { node, args, instead: None });
        for sibling in together.iter().flat_map(|g| g.iter()).filter_map(Weak::upgrade).map(Array) {
            if is_root.insert(sibling.0.id, ()).is_none() {
                stack.push(sibling.clone());
                all.push(sibling)
            }
        }
    }
    nodes.sort_unstable_by_key(|n| n.node.0.id);
    Pending { inputs: inputs.to_vec(), nodes, roots: all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pullback_real::Real;

    #[test]
    fn nodes_come_oldest_first_and_end_at_values_and_inputs() {
        let known = Array::from([1.0, 2.0]).exp();
        known.eval();
        let a = known.sin();
        let b = a.cos() + &a;
        let ids = |inputs: &[Array]| -> Vec<u64> {
            collect(inputs, std::slice::from_ref(&b)).nodes.iter().map(|n| n.node.0.id).collect()
        };
        let all = ids(&[]);
        assert!(all.is_sorted() && all.len() == 3, "{all:?}");
        assert!(all.contains(&a.0.id) && !all.contains(&known.0.id));
        // What an input was made of is nobody's matter.
        assert_eq!(ids(std::slice::from_ref(&a)), all[1..])
    }
}
