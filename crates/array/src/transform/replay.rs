//! Recordings: a function is run once on placeholders, and its graph is replayed with other arrays.
//!
//! `vmap`, `jit` and the loops are replays: they visit the recorded nodes, oldest first, and give each
//! another [`Meaning`].

use crate::array::{Args, Array, Place, Running, Trace};
use crate::build::rebuild;
use crate::custom::Rule;
use crate::custom::{Call, CallRules};
use crate::dtype::DType;
use crate::eval::Control;
use crate::prim::Prim;
use crate::rules::{pullback, pushforward};
use crate::shape::Shape;
use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::sync::Arc;

/// The graph of a function: from placeholders to outputs.
pub(crate) struct Recorded {
    /// The placeholders.
    pub inputs: Vec<Array>,
    /// The function's results, among which may be placeholders and constants.
    pub outputs: Vec<Array>,
    /// The nodes that depend on the placeholders, oldest first.
    nodes: Vec<Array>,
}

/// An interpretation of the recorded nodes: how a replay computes the value of each.
pub(crate) trait Meaning {
    /// The value that a replay gives to an array of the recording.
    type Value: Clone;
    /// An array that does not depend on the recorded function's inputs.
    fn constant(x: &Array) -> Self::Value;
    /// A primitive other than a call, a loop or a choice.
    fn node(&mut self, node: &Array, prim: &Prim, args: &[Self::Value]) -> Self::Value;
    /// All outputs of a call with rules of its own. `outputs` are the values of the graph that computes them.
    fn call(&mut self, call: &Arc<Call>, inputs: &[Self::Value], outputs: &[Self::Value])
    -> Vec<Self::Value>;
    /// All outputs of a loop or choice.
    fn control(&mut self, control: &Arc<Control>, args: &[Self::Value]) -> Vec<Self::Value>;
}

/// An input of a recording: its shape and dtype, and the line that its placeholder is credited to.
pub(crate) struct Slot {
    shape: Shape,
    dtype: DType,
    at: Option<&'static Location<'static>>,
}
impl From<(Shape, DType)> for Slot {
    fn from((shape, dtype): (Shape, DType)) -> Slot {
        Slot { shape, dtype, at: None }
    }
}
impl Slot {
    /// An input of this shape and dtype, credited to the line where `like` was made.
    pub fn of((shape, dtype): (Shape, DType), like: &Array) -> Slot {
        Slot { shape, dtype, at: Some(like.at()) }
    }
}

/// Starts a recording: its running trace and its placeholders.
#[track_caller]
fn placeholders(transform: &'static str, like: &mut dyn Iterator<Item = Slot>) -> (Running, Vec<Array>) {
    let running = Trace::start();
    // A loop, since a closure would hide the caller's line.
    let mut inputs: Vec<Array> = vec![];
    for Slot { shape, dtype, at } in like {
        let _at = at.map(Place::at);
        inputs.push(Array::placeholder(shape, dtype, transform, &running.0))
    }
    (running, inputs)
}

impl Recorded {
    /// Runs `f` once, on placeholders of these shapes and dtypes; `transform` is the recording's name in
    /// messages.
    #[track_caller]
    pub fn new(
        transform: &'static str,
        like: impl IntoIterator<Item = impl Into<Slot>>,
        f: impl FnOnce(&[Array]) -> Vec<Array>,
    ) -> Recorded {
        let (_running, inputs) = placeholders(transform, &mut like.into_iter().map(Into::into));
        let outputs = f(&inputs);
        let nodes = dependents(&inputs, &outputs);
        Recorded { inputs, outputs, nodes }
    }
    /// The function that leads from these inputs to these outputs.
    pub fn of(inputs: &[Array], outputs: &[Array]) -> Recorded {
        Recorded { inputs: inputs.to_vec(), outputs: outputs.to_vec(), nodes: dependents(inputs, outputs) }
    }
    /// The nodes that depend on the placeholders, oldest first.
    pub fn nodes(&self) -> &[Array] {
        &self.nodes
    }
    /// Interprets every node, from the inputs on: the values of the outputs.
    pub fn replay<M: Meaning>(&self, meaning: &mut M, inputs: &[M::Value]) -> Vec<M::Value> {
        let ids = self.inputs.iter().map(|x| x.0.id);
        let mut values: HashMap<u64, M::Value> = ids.zip(inputs.iter().cloned()).collect();
        let mut calls: HashMap<*const Call, Vec<M::Value>> = HashMap::new();
        let mut controls: HashMap<(*const Control, Vec<u64>), Vec<M::Value>> = HashMap::new();
        for node in &self.nodes {
            let _at = Place::of(node);
            let (prim, args) = node.parts();
            let known = |all: &[Array]| -> Vec<M::Value> {
                let value = |a: &Array| values.get(&a.0.id).cloned().unwrap_or_else(|| M::constant(a));
                all.iter().map(value).collect()
            };
            let value = match prim {
                Prim::Custom(call, k) => {
                    let made = calls.entry(Arc::as_ptr(call)).or_insert_with(|| {
                        let inputs = known(&args[..args.len() - 1]);
                        let outputs = known(call.outputs());
                        meaning.call(call, &inputs, &outputs)
                    });
                    made[*k].clone()
                }
                Prim::Control(control, k) => {
                    let key = (Arc::as_ptr(control), args.iter().map(|a| a.0.id).collect());
                    let made = controls.entry(key).or_insert_with(|| meaning.control(control, &known(&args)));
                    made[*k].clone()
                }
                prim => {
                    let args = known(&args);
                    meaning.node(node, prim, &args)
                }
            };
            values.insert(node.0.id, value);
        }
        let result = |y: &Array| values.get(&y.0.id).cloned().unwrap_or_else(|| M::constant(y));
        self.outputs.iter().map(result).collect()
    }
    /// For each output, whether it depends on the inputs.
    pub fn depends(&self) -> Vec<bool> {
        let known: HashSet<u64> = self.inputs.iter().chain(&self.nodes).map(|x| x.0.id).collect();
        self.outputs.iter().map(|y| known.contains(&y.0.id)).collect()
    }
    /// For each input, whether evaluation reads it. Of a call's arguments, evaluation reads its value alone.
    pub fn reads(&self) -> Vec<bool> {
        let mut seen: HashSet<u64> = HashSet::new();
        let mut stack: Vec<Array> = self.outputs.clone();
        let inputs: HashSet<u64> = self.inputs.iter().map(|x| x.0.id).collect();
        while let Some(node) = stack.pop() {
            if node.0.traced.is_some() && seen.insert(node.0.id) && !inputs.contains(&node.0.id) {
                let (prim, args) = node.parts();
                stack.extend(prim.awaited(&args).iter().cloned())
            }
        }
        self.inputs.iter().map(|x| seen.contains(&x.0.id)).collect()
    }
    /// The arrays from outside that the function computes with.
    pub fn captured(&self) -> Vec<Array> {
        let mut known: HashSet<u64> = self.inputs.iter().chain(&self.nodes).map(|x| x.0.id).collect();
        let args = self.nodes.iter().flat_map(parts);
        args.filter(|a| known.insert(a.0.id)).collect()
    }
    /// The function with the arrays that it captures as further inputs, and these arrays. (Plain constants
    /// stay constants.)
    pub fn closed(mut self) -> (Recorded, Vec<Array>) {
        let plain = |x: &Array| matches!(x.0.prim, Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..));
        let mut captured: Vec<Array> = self.captured().into_iter().filter(|x| !plain(x)).collect();
        for (y, depends) in self.outputs.iter().zip(self.depends()) {
            if !depends && captured.iter().all(|x| x.0.id != y.0.id) {
                captured.push(y.clone())
            }
        }
        self.inputs.extend(captured.iter().cloned());
        (self, captured)
    }
    /// The function's results at other arrays, of the shapes it was recorded for.
    pub fn at(&self, inputs: &[Array]) -> Vec<Array> {
        self.replay(&mut ReplayAt, inputs)
    }
}

/// A node's arguments; if it is an output of a call, also the values of all outputs of that call.
pub(super) fn parts(node: &Array) -> Args {
    let (prim, mut args) = node.parts();
    if let Prim::Custom(call, _) = prim {
        args.extend(call.outputs().iter().cloned())
    }
    args
}

/// The nodes behind the outputs that depend on the inputs, oldest first.
fn dependents(inputs: &[Array], outputs: &[Array]) -> Vec<Array> {
    let Some(first) = inputs.iter().map(|x| x.0.id).min() else { return vec![] };
    // The search stops at the inputs: the nodes behind them are not part of the function.
    let mut seen: HashSet<u64> = inputs.iter().map(|x| x.0.id).collect();
    let mut nodes = vec![];
    let mut stack: Vec<Array> = outputs.to_vec();
    while let Some(node) = stack.pop() {
        if node.0.traced.is_some() && node.0.id >= first && seen.insert(node.0.id) {
            let args = parts(&node);
            stack.extend(args.iter().cloned());
            nodes.push((node, args))
        }
    }
    nodes.sort_unstable_by_key(|(node, _)| node.0.id);
    let mut depends: HashSet<u64> = inputs.iter().map(|x| x.0.id).collect();
    nodes.retain(|(node, args)| args.iter().any(|a| depends.contains(&a.0.id)) && depends.insert(node.0.id));
    nodes.into_iter().map(|(node, _)| node).collect()
}

/// The recorded function at other arrays.
struct ReplayAt;
impl Meaning for ReplayAt {
    type Value = Array;
    fn constant(x: &Array) -> Array {
        x.clone()
    }
    fn node(&mut self, node: &Array, prim: &Prim, args: &[Array]) -> Array {
        rebuild(prim, args, node)
    }
    fn call(&mut self, call: &Arc<Call>, inputs: &[Array], outputs: &[Array]) -> Vec<Array> {
        if call.is_name {
            return vec![Call::named(call.name, &inputs[0])];
        }
        Call::of(call.name, inputs, outputs.to_vec(), call.known().clone())
    }
    fn control(&mut self, control: &Arc<Control>, args: &[Array]) -> Vec<Array> {
        (0..control.outputs.len()).map(|k| Array::control_op(control, k, args)).collect()
    }
}

/// Computes the function's values again: each call is replaced by the graph of its value, without its rules.
pub(super) struct Values;
impl Meaning for Values {
    type Value = Array;
    fn constant(x: &Array) -> Array {
        x.clone()
    }
    #[track_caller]
    fn node(&mut self, node: &Array, prim: &Prim, args: &[Array]) -> Array {
        rebuild(prim, args, node)
    }
    fn call(&mut self, _: &Arc<Call>, _: &[Array], outputs: &[Array]) -> Vec<Array> {
        outputs.to_vec()
    }
    #[track_caller]
    fn control(&mut self, control: &Arc<Control>, args: &[Array]) -> Vec<Array> {
        (0..control.outputs.len()).map(|k| Array::control_op(control, k, args)).collect()
    }
}

/// Computes the function again, with the known values of some nodes in their places.
pub(super) struct Recomputed<'a> {
    /// The known values, by the ids of the recorded nodes.
    pub known: &'a HashMap<u64, Array>,
}

impl Meaning for Recomputed<'_> {
    type Value = Array;
    fn constant(x: &Array) -> Array {
        x.clone()
    }
    #[track_caller]
    fn node(&mut self, node: &Array, prim: &Prim, args: &[Array]) -> Array {
        let Some(value) = self.known.get(&node.0.id) else { return rebuild(prim, args, node) };
        // The value is known; only derivatives read the arguments.
        let (back, forth) = (prim.clone(), prim.clone());
        let pull: Rule = Arc::new(move |xs, ys, gs| match &gs[0] {
            Some(g) => pullback(&back, xs, &ys[0], g).into_iter().collect(),
            None => vec![None; xs.len()],
        });
        let push: Rule = Arc::new(move |xs, ys, ts| vec![pushforward(&forth, xs, &ys[0], &ts)]);
        Call::of(prim.name(), args, vec![value.clone()], CallRules::new(pull, push)).swap_remove(0)
    }
    #[track_caller]
    fn call(&mut self, call: &Arc<Call>, inputs: &[Array], outputs: &[Array]) -> Vec<Array> {
        let value = |(id, y): (u64, &Array)| self.known.get(&id).unwrap_or(y).clone();
        let outputs = call.ids().into_iter().zip(outputs).map(value).collect();
        Call::of(call.name, inputs, outputs, call.known().clone())
    }
    #[track_caller]
    fn control(&mut self, control: &Arc<Control>, args: &[Array]) -> Vec<Array> {
        (0..control.outputs.len()).map(|k| Array::control_op(control, k, args)).collect()
    }
}
