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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;
    use crate::eval::compile;
    use crate::eval::passes::liveness::liveness;
    use pullback_real::Real;

    /// Whether the sine of running sums of so many numbers is written over these, and whether it would be if they were read again.
    fn updated(n: usize) -> [bool; 2] {
        let data = Array::from_slice(&vec![1.0; n], &[n]);
        [false, true].map(|again| {
            let sums = data.cumsum(0);
            let sines = sums.sin();
            let last = sines.cumsum(0);
            let roots = if again { vec![last, sums.clone()] } else { vec![last] };
            let graph = compile::graph(&[], &roots);
            let mut plan = compile::plan(&graph);
            let donated = Donated { items: vec![], late: 0 };
            let lives = liveness(&graph, &plan, &donated);
            let over = update_in_place(&graph, &mut plan, &lives, &donated);
            let of = |x: &Array| graph.items.iter().position(|i| i.node.0.id == x.0.id).expect("an item");
            over[of(&sines)] == Some(of(&sums))
        })
    }

    #[test]
    fn large_values_are_written_over_what_dies() {
        assert_eq!(updated(1 << 14), [true, false]);
        assert_eq!(updated(8), [false, false])
    }
}
