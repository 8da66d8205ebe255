//! Calls with a rule of their own: the primitive behind `custom` and `checkpoint`.
//!
//! A call's outputs are computed from its inputs as constants; what the graph sees is one node an output, whose
//! derivative the call's rule gives, in arrays again, so that any order works.

use crate::array::{Args, Array, Node, Place};
use crate::identity::equal_by_identity;
use crate::prim::Prim;
use pullback_real::refuse;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

/// Cotangents, or tangents, of which `None` is zero.
pub(crate) type Linear = Vec<Option<Array>>;
/// From inputs, outputs and what is known of one side's (co)tangents to the other side's.
pub(crate) type Rule = Arc<dyn Fn(&[Array], &[Array], Linear) -> Linear + Send + Sync>;

/// From the size of a batch, inputs, and which of them have the batch as axis 0: the outputs, which all have.
pub(crate) type Batching = Arc<dyn Fn(usize, &[Array], &[bool]) -> Vec<Array> + Send + Sync>;

/// The rules of a call; those that are missing are derived from the others, and from what the outputs stand for.
#[derive(Clone)]
pub(crate) struct CallRules {
    pub pullback: Rule,
    pub pushforward: Option<Rule>,
    pub batching: Option<Batching>,
    /// Whether it is known to be linear in its first inputs, one for each output, whatever it computes.
    pub linear: bool,
}

impl CallRules {
    /// The rules for both modes.
    pub fn new(pullback: Rule, pushforward: Rule) -> CallRules {
        CallRules { pullback, pushforward: Some(pushforward), batching: None, linear: false }
    }
    /// Of a function that is linear in its first inputs.
    pub fn linear(self) -> CallRules {
        CallRules { linear: true, ..self }
    }
}

/// A call with rules of its own. It equals itself and no other.
pub struct Call {
    /// The function's name, for messages.
    pub(crate) name: &'static str,
    /// Whether it does nothing but give its input that name.
    pub(crate) is_name: bool,
    /// What the outputs stand for.
    outputs: Vec<Array>,
    /// The outputs' nodes, as long as somebody holds them.
    nodes: Mutex<Vec<(u64, Weak<Node>)>>,
    rules: CallRules,
}

equal_by_identity!(Call);

impl Call {
    /// The arrays that stand for the outputs of `name(inputs)`.
    #[track_caller]
    pub(crate) fn of(
        name: &'static str,
        inputs: &[Array],
        outputs: Vec<Array>,
        rules: CallRules,
    ) -> Vec<Array> {
        Call { name, is_name: false, outputs, nodes: Mutex::default(), rules }.made(inputs)
    }
    /// The same array, under a name.
    #[track_caller]
    pub(crate) fn named(name: &'static str, x: &Array) -> Array {
        let same: Rule = Arc::new(|_, _, linear| linear);
        let rules = CallRules::new(same.clone(), same).linear();
        let outputs = vec![x.stop_gradient()];
        Call { name, is_name: true, outputs, nodes: Mutex::default(), rules }
            .made(std::slice::from_ref(x))
            .swap_remove(0)
    }
    #[track_caller]
    fn made(self, inputs: &[Array]) -> Vec<Array> {
        let _at = Place::here();
        let n = self.outputs.len();
        let call = Arc::new(self);
        let results: Vec<Array> = (0..n).map(|k| call.output(k, inputs)).collect();
        *call.nodes() = results.iter().map(|a| (a.0.id, Arc::downgrade(&a.0))).collect();
        results
    }
    #[track_caller]
    fn output(self: &Arc<Call>, k: usize, inputs: &[Array]) -> Array {
        let value = &self.outputs[k];
        // What a transform returns is called in a closure, which has no caller; the function's own result has a line.
        let _at = Place::of(value);
        let args: Args = inputs.iter().chain([value]).cloned().collect();
        Array::new(Prim::Custom(self.clone(), k), args, value.0.shape.clone(), value.dtype())
    }
    /// The nodes of all outputs; one that nobody holds any more is made again.
    #[track_caller]
    fn siblings(self: &Arc<Call>, inputs: &[Array]) -> Vec<Array> {
        let _at = Place::here();
        let mut nodes = self.nodes();
        let alive = |(k, known): (usize, &mut (u64, Weak<Node>))| match known.1.upgrade() {
            Some(node) => Array(node),
            None => {
                let again = self.output(k, inputs);
                // It stands for the output from now on.
                *known = (again.0.id, Arc::downgrade(&again.0));
                again
            }
        };
        nodes.iter_mut().enumerate().map(alive).collect()
    }
    /// The ids of the outputs' nodes.
    pub(crate) fn ids(&self) -> Vec<u64> {
        self.nodes().iter().map(|(id, _)| *id).collect()
    }
    fn nodes(&self) -> MutexGuard<'_, Vec<(u64, Weak<Node>)>> {
        self.nodes.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// What the outputs stand for.
    pub(crate) fn outputs(&self) -> &[Array] {
        &self.outputs
    }
    /// Its rules, for a call of the same function.
    pub(crate) fn known(&self) -> &CallRules {
        &self.rules
    }

    /// The cotangents of the inputs from those of the outputs.
    #[track_caller]
    pub(crate) fn pull(self: &Arc<Call>, inputs: &[Array], cotangents: Linear) -> Linear {
        let outputs = self.siblings(inputs);
        let pulled = (self.known().pullback)(inputs, &outputs, cotangents);
        for (x, d) in inputs.iter().zip(&pulled) {
            if let Some(d) = d.as_ref().filter(|d| d.0.shape != x.0.shape || d.dtype() != x.dtype()) {
                refuse(
                    format_args!(
                        "the rule of `{}` gave a cotangent of shape {} {} for an input of shape {} {}",
                        self.name,
                        d.0.shape,
                        d.dtype(),
                        x.0.shape,
                        x.dtype()
                    ),
                    &[("input", x.at())],
                )
            }
        }
        pulled
    }
    /// The tangents of the outputs from those of the inputs, if there is a rule for it.
    #[track_caller]
    pub(crate) fn push(self: &Arc<Call>, inputs: &[Array], tangents: &Linear) -> Option<Linear> {
        let rule = self.known().pushforward.as_ref()?;
        Some(rule(inputs, &self.siblings(inputs), tangents.clone()))
    }
    /// Zeros like the outputs.
    #[track_caller]
    pub(crate) fn zeros(&self) -> Vec<Array> {
        self.outputs.iter().map(Array::zeros_like).collect()
    }
}
