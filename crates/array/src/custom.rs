//! Calls with a rule of their own: the primitive behind `custom` and `checkpoint`.
//!
//! A call's outputs are computed from its inputs as constants; what the graph sees is one node an output, whose
//! derivative the call's rule gives, in arrays again, so that any order works.

use crate::array::{Args, Array, Node};
use crate::prim::Prim;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock, Weak};

/// Cotangents, or tangents, of which `None` is zero.
pub(crate) type Linear = Vec<Option<Array>>;
/// From inputs, outputs and what is known of one side's (co)tangents to the other side's.
pub(crate) type Rule = Box<dyn Fn(&[Array], &[Array], Linear) -> Linear + Send + Sync>;

/// One call of a function with its own rule.
pub struct Call {
    /// The function's name, for messages.
    pub(crate) name: &'static str,
    outputs: Vec<Array>,
    nodes: OnceLock<Vec<(u64, Weak<Node>)>>,
    pub(crate) pullback: Rule,
    pub(crate) pushforward: Option<Rule>,
}

impl Call {
    /// The arrays that stand for the outputs of `name(inputs)`.
    #[track_caller]
    pub(crate) fn results(
        name: &'static str,
        inputs: &[Array],
        outputs: Vec<Array>,
        pullback: Rule,
        pushforward: Option<Rule>,
    ) -> Vec<Array> {
        let call = Arc::new(Call { name, outputs, nodes: OnceLock::new(), pullback, pushforward });
        let results: Vec<Array> = (0..call.outputs.len()).map(|k| call.output(k, inputs)).collect();
        let _ = call.nodes.set(results.iter().map(|a| (a.0.id, Arc::downgrade(&a.0))).collect());
        results
    }
    #[track_caller]
    fn output(self: &Arc<Call>, k: usize, inputs: &[Array]) -> Array {
        let value = &self.outputs[k];
        let args: Args = inputs.iter().chain([value]).cloned().collect();
        Array::new(Prim::Custom(self.clone(), k), args, value.0.shape.clone(), value.dtype())
    }
    /// The nodes of all outputs; one that nobody holds any more is made again.
    #[track_caller]
    pub(crate) fn siblings(self: &Arc<Call>, inputs: &[Array]) -> Vec<Array> {
        let nodes = self.nodes.get().map_or(&[][..], |n| n);
        let alive = |(k, (_, node)): (usize, &(u64, Weak<Node>))| match node.upgrade() {
            Some(node) => Array(node),
            None => self.output(k, inputs),
        };
        nodes.iter().enumerate().map(alive).collect()
    }
    /// The ids of the outputs' nodes.
    pub(crate) fn ids(&self) -> impl Iterator<Item = u64> {
        self.nodes.get().into_iter().flatten().map(|(id, _)| *id)
    }
}

// A call is itself and no other.
impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        std::ptr::eq(self, other)
    }
}
impl Eq for Call {}
impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self).hash(state)
    }
}
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "Call({})", self.name)
    }
}
