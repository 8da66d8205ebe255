//! Updates in place: outputs of fused programs that are written over an input which dies with the step.

use crate::eval::ir::item::{Graph, ItemKind};
use crate::eval::ir::step::{Plan, Step};
use crate::eval::passes::liveness::{Donated, Liveness};

/// Values smaller than this are not worth an update in place, unless they were given up for it.
const SMALL: usize = 1 << 16;

/// The item in whose memory each item is written, if it is one that dies.
pub(crate) fn update_in_place(
    graph: &Graph,
    plan: &mut Plan,
    lives: &Liveness,
    donated: &Donated,
) -> Vec<Option<usize>> {
    super::ran("update_in_place");
    let mut over = vec![None; graph.items.len()];
    for (k, step) in plan.steps.iter_mut().enumerate() {
        let is_donated = |i: &usize| matches!(graph.items[*i].kind, ItemKind::Input);
        let dying = lives.dying[k].iter().copied().filter(|i| k >= donated.late || !is_donated(i));
        for (i, d) in updates(graph, step, &lives.is_root, &dying.collect::<Vec<_>>()) {
            over[i] = Some(d)
        }
    }
    over
}

/// Which of a step's outputs are written over an input that nobody reads afterwards (`dying`), and over which: what is read
/// element for element, and is of the same kind. A root takes a donated input's memory, other values that of others.
fn updates(graph: &Graph, step: &mut Step, root: &[bool], dying: &[usize]) -> Vec<(usize, usize)> {
    let Step::Fused { program, inputs, outputs, .. } = step else { return vec![] };
    let mut all: Vec<(usize, usize)> = vec![];
    for (k, &i) in outputs.iter().enumerate() {
        let (item, bytes) = (&graph.items[i], graph.items[i].shape().size() * graph.items[i].dtype().size());
        let fits = |&b: &usize| {
            let (d, other) = (inputs[b], &graph.items[inputs[b]]);
            let given = matches!(other.kind, ItemKind::Input);
            let same = other.dtype() == item.dtype() && other.shape().size() == item.shape().size();
            dying.contains(&d)
                && !all.iter().any(|&(_, taken)| taken == d)
                && same
                && !item.dtype().is_complex()
                && if root[i] { given } else { !given && bytes >= SMALL }
                && program.reads_in_order(b)
        };
        if let Some(b) = (0..inputs.len()).find(fits) {
            all.push((i, inputs[b]));
            program.write_over(b, k)
        }
    }
    all
}
