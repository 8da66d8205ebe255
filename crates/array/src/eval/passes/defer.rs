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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Array, Trace};
    use crate::dtype::DType;
    use crate::eval::compile;
    use crate::shape::Shape;
    use pullback_real::Real;

    /// The steps before and after, where a fused one is true, and how many cannot be deferred.
    fn deferred(f: impl FnOnce(&Array) -> Vec<Array>) -> (Vec<bool>, Vec<bool>, usize) {
        let trace = Trace::start();
        let x = Array::placeholder(Shape::new(&[8]), DType::F64, "test", &trace.0);
        let graph = compile::graph(std::slice::from_ref(&x), &f(&x));
        let mut plan = compile::plan(&graph);
        let fused = |plan: &Plan| plan.steps.iter().map(|s| matches!(s, Step::Fused { .. })).collect();
        let before = fused(&plan);
        let count = defer(&graph, &mut plan);
        (before, fused(&plan), count)
    }

    #[test]
    fn what_can_fail_comes_first() {
        assert_eq!(deferred(|x| vec![x.sin(), x.cumsum(0)]), (vec![true, false], vec![false, true], 1));
        // A kernel waits for what it reads.
        assert_eq!(deferred(|x| vec![x.sin().cumsum(0)]), (vec![true, false], vec![true, false], 2))
    }
}
