//! Defers what cannot fail to the end of a run, where the memory of inputs that the caller gave up may be written over.

use crate::eval::ir::item::Graph;
use crate::eval::ir::step::{Plan, Step};

/// Puts those steps last that nothing but fused steps comes after, and says how many come before them. A fused step whose
/// memory is there cannot fail; kernels, loops and files can.
pub(crate) fn defer(graph: &Graph, plan: &mut Plan) -> usize {
    super::ran("defer");
    let mut awaited = vec![false; graph.items.len()];
    let mut late = vec![false; plan.steps.len()];
    for (k, step) in plan.steps.iter().enumerate().rev() {
        late[k] = matches!(step, Step::Fused { .. }) && !step.writes().any(|i| awaited[i]);
        if !late[k] {
            step.reads(graph).iter().for_each(|&i| awaited[i] = true)
        }
    }
    let (mut first, mut last) = (vec![], vec![]);
    for (step, late) in std::mem::take(&mut plan.steps).into_iter().zip(late) {
        if late { &mut last } else { &mut first }.push(step)
    }
    let before = first.len();
    plan.steps = first;
    plan.steps.append(&mut last);
    before
}
