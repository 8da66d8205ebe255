//! The compiler: from pending arrays to steps in memory, by these passes in this order.
//!
//! | pass | from | to |
//! |---|---|---|
//! | [`collect`] | arrays without a value | the nodes that they are computed from, oldest first |
//! | [`recompute`] | nodes | nodes: padded values, computed from padded sources |
//! | [`lower`] | nodes | a graph of items: views resolved, common subexpressions eliminated, arithmetic simplified |
//! | [`eliminate_dead_code`] | the graph | the items that the results need |
//! | [`group`] | these items | groups of items that share a program, and which values are stored |
//! | [`fuse`] | the groups | steps: block programs, kernels, loops |
//! | [`defer`] | steps | steps: those that cannot fail last, if inputs are donated |
//! | [`liveness`] | steps | the step after which each value dies |
//! | [`update_in_place`] | steps | outputs that are written over inputs which die |
//! | [`assign_slots`] | steps | the memory that each value lies in |
//!
//! Constants are folded earlier, when arrays are made (`build`); machine code is made later, of programs that have run for long
//! enough to be worth it (`kernels::native`).

use super::ir::hash::IdMap;
use super::ir::item::{Graph, ItemKind};
use super::ir::step::Plan;
use super::passes::collect::collect;
use super::passes::dead_code::eliminate_dead_code;
use super::passes::defer::defer;
use super::passes::fuse::fuse;
use super::passes::group::group;
use super::passes::liveness::{Donated, liveness};
use super::passes::lower::lower;
use super::passes::recompute::recompute;
use super::passes::slots::{Memory, assign_slots};
use super::passes::update_in_place::update_in_place;
use super::run::Compiled;
use crate::array::Array;

/// Compiles what is to be computed from the inputs, of which a run may use the memory of those `donated` again: at any time, or if
/// they are to be whole until nothing can fail any more (`whole`), in its last steps.
pub(crate) fn compile(inputs: &[Array], roots: &[Array], donated: &[bool], whole: bool) -> Compiled {
    let graph = graph(inputs, roots);
    let mut plan = plan(&graph);
    let items = input_items(&graph, inputs);
    let late = (whole && donated.contains(&true)).then(|| defer(&graph, &mut plan));
    let donated_items = items.iter().zip(donated).filter(|(_, donated)| **donated);
    let donated = Donated { items: donated_items.filter_map(|(i, _)| *i).collect(), late: late.unwrap_or(0) };
    let memory = memory(&graph, &mut plan, &donated);
    if cfg!(debug_assertions) {
        memory.check(&graph, &plan, &donated)
    }
    Compiled::new(graph, plan, memory, late, items)
}

/// The passes on nodes.
pub(super) fn graph(inputs: &[Array], roots: &[Array]) -> Graph {
    let mut pending = collect(inputs, roots);
    recompute(&mut pending);
    lower(pending)
}

/// The passes from items to steps.
pub(super) fn plan(graph: &Graph) -> Plan {
    let needed = eliminate_dead_code(graph);
    let groups = group(graph, &needed);
    fuse(graph, groups)
}

/// The passes that give steps their memory.
pub(super) fn memory(graph: &Graph, plan: &mut Plan, donated: &Donated) -> Memory {
    let lives = liveness(graph, plan, donated);
    let over = update_in_place(graph, plan, &lives, donated);
    assign_slots(graph, plan, &lives, &over, donated)
}

/// The items of the inputs; none of those that nothing is computed from.
fn input_items(graph: &Graph, inputs: &[Array]) -> Vec<Option<usize>> {
    if inputs.is_empty() {
        return vec![];
    }
    let all = graph.items.iter().enumerate().filter(|(_, item)| matches!(item.kind, ItemKind::Input));
    let items: IdMap<u64, usize> = all.map(|(i, item)| (item.node.0.id, i)).collect();
    inputs.iter().map(|x| items.get(&x.0.id).copied()).collect()
}
