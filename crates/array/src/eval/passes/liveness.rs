//! Liveness: the step after which nobody reads an item's value any more.

use crate::eval::ir::item::Graph;
use crate::eval::ir::step::Plan;

/// Inputs that the caller gives up, whose memory may be written over by steps from number `late` on.
pub(crate) struct Donated {
    pub items: Vec<usize>,
    pub late: usize,
}

/// When the items' values die.
pub(crate) struct Liveness {
    /// The items whose values die after each step.
    pub dying: Vec<Vec<usize>>,
    /// Which items leave with the results.
    pub is_root: Vec<bool>,
}

/// When the values of the plan's items die. Roots do not, nor do constants, and inputs only if they are donated.
pub(crate) fn liveness(graph: &Graph, plan: &Plan, donated: &Donated) -> Liveness {
    super::ran("liveness");
    let n = graph.items.len();
    let (mut last, mut is_root) = (vec![0; n], vec![false; n]);
    for (k, step) in plan.steps.iter().enumerate() {
        step.reads(graph).iter().for_each(|&i| last[i] = k)
    }
    graph.roots.iter().for_each(|&(_, i)| is_root[i] = true);
    let mut dying: Vec<Vec<usize>> = plan.steps.iter().map(|_| vec![]).collect();
    for &i in donated.items.iter().filter(|&&i| !is_root[i]) {
        if let Some(dying) = dying.get_mut(last[i]) {
            dying.push(i)
        }
    }
    for (k, step) in plan.steps.iter().enumerate() {
        for i in step.writes().filter(|&i| !is_root[i]) {
            dying[last[i].max(k)].push(i)
        }
    }
    Liveness { dying, is_root }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::{Array, Trace};
    use crate::dtype::DType;
    use crate::eval::compile;
    use crate::shape::Shape;
    use pullback_real::Real;

    #[test]
    fn values_die_after_their_last_reader_and_roots_do_not() {
        let trace = Trace::start();
        let x = Array::placeholder(Shape::new(&[8]), DType::F64, "test", &trace.0);
        let a = x.sin();
        let b = a.cumsum(0);
        let c = b.cumsum(0);
        let graph = compile::graph(std::slice::from_ref(&x), std::slice::from_ref(&c));
        let plan = compile::plan(&graph);
        let of = |x: &Array| graph.items.iter().position(|i| i.node.0.id == x.0.id).expect("an item");
        let dying = |donated: Vec<usize>| liveness(&graph, &plan, &Donated { items: donated, late: 0 }).dying;
        assert_eq!(dying(vec![]), [vec![], vec![of(&a)], vec![of(&b)]]);
        assert_eq!(dying(vec![of(&x)]), [vec![of(&x)], vec![of(&a)], vec![of(&b)]])
    }
}
