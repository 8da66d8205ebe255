//! The graph of a function for display: every operation that depends on its inputs, in order, as text or in
//! the DOT language.

use super::replay::Recorded;
use crate::array::Array;
use crate::dtype::DType;
use crate::prim::Prim;
use crate::tree::{Tree, leaves, map, named_leaves};
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write};
use std::panic::Location;

/// One operation of a [`Graph`].
#[derive(Clone, Debug)]
pub struct Node {
    /// The operation's name; `input` for an input, `constant` for an array that depends on none.
    pub name: String,
    /// The path of an input, the name given by [`named`](Array::named), or the number of a constant fill.
    pub label: Option<String>,
    /// The numbers of the nodes that it uses.
    pub inputs: Vec<usize>,
    /// The extents of the result's axes.
    pub shape: Vec<usize>,
    /// The result's element type.
    pub dtype: DType,
    /// The line of user code that made it.
    pub at: &'static Location<'static>,
}

/// The operations of a function on arrays, each after those that it uses.
#[derive(Clone, Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    outputs: Vec<usize>,
}

/// From f: the operations that it applies to its inputs. An array that depends on no input is one constant.
///
/// ```
/// use pullback_array::{Array, Real, grad, graph};
/// let f = |x: &Array| x.sin() * 2.0;
/// let g = graph(f)(&Array::from(1.0));
/// let names: Vec<&str> = g.nodes().iter().map(|s| &*s.name).collect();
/// assert_eq!(names, ["input", "sin", "constant", "mul"]);
/// assert_eq!(g.nodes()[3].inputs, [1, 2]);
/// // The gradient is a function as well.
/// assert!(graph(grad(f))(&Array::from(1.0)).to_string().contains("cos"));
/// ```
///
/// # Panics
/// If f looks at values that depend on its input (`item`, `to_vec`).
pub fn graph<P: Tree + Clone, Q: Tree + Clone>(f: impl Fn(&P) -> Q) -> impl Fn(&P) -> Graph {
    move |p| {
        let like = leaves(p).into_iter().map(|x| (x.0.shape.clone(), x.dtype()));
        let recorded = Recorded::new("graph", like, |xs| {
            let mut xs = xs.iter();
            leaves(&f(&map(p, |x| xs.next().unwrap_or(x).clone())))
        });
        let paths = named_leaves(p).into_iter().map(|(path, _)| path);
        let mut labels: HashMap<u64, String> = recorded.inputs.iter().map(|x| x.0.id).zip(paths).collect();
        let mut listing = Listing { nodes: vec![], places: HashMap::new() };
        for x in &recorded.inputs {
            let label = labels.remove(&x.0.id).filter(|path| !path.is_empty());
            listing.add(x, "input".into(), label, vec![]);
        }
        let shown = shown(&recorded.outputs);
        recorded
            .nodes()
            .iter()
            .filter(|node| shown.contains(&node.0.id))
            .for_each(|node| listing.operation(node));
        let outputs = recorded.outputs.iter().map(|y| listing.place(y)).collect();
        Graph { nodes: listing.nodes, outputs }
    }
}

/// The ids of the nodes that lead to the outputs, without those that compute the value of a call with rules
/// of its own.
fn shown(outputs: &[Array]) -> HashSet<u64> {
    let (mut seen, mut stack) = (HashSet::new(), outputs.to_vec());
    while let Some(x) = stack.pop() {
        if seen.insert(x.0.id) {
            let (prim, args) = x.parts();

            stack.extend(prim.inputs(&args).iter().cloned())
        }
    }
    seen
}

struct Listing {
    nodes: Vec<Node>,
    places: HashMap<u64, usize>,
}
impl Listing {
    fn add(&mut self, x: &Array, name: String, label: Option<String>, inputs: Vec<usize>) -> usize {
        let node = Node { name, label, inputs, shape: x.shape().to_vec(), dtype: x.dtype(), at: x.at() };
        self.nodes.push(node);
        self.places.insert(x.0.id, self.nodes.len() - 1);
        self.nodes.len() - 1
    }
    /// The number of an array's step. An array without a step depends on no input: it is added as a constant.
    fn place(&mut self, x: &Array) -> usize {
        if let Some(&known) = self.places.get(&x.0.id) {
            return known;
        }
        let label = x.fill_value().map(|c| c.to_string());
        self.add(x, "constant".into(), label, vec![])
    }
    fn operation(&mut self, node: &Array) {
        let (prim, args) = node.parts();
        let (name, label) = match prim {
            Prim::Custom(call, _) if call.is_name => ("named", Some(call.name.to_string())),
            Prim::Custom(call, _) => (call.name, None),
            _ => (prim.name(), None),
        };
        let inputs = prim.inputs(&args).iter().map(|a| self.place(a)).collect();
        self.add(node, name.into(), label, inputs);
    }
}

impl Graph {
    /// The operations, first to last.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }
    /// The numbers of the nodes that are the function's results.
    pub fn outputs(&self) -> &[usize] {
        &self.outputs
    }
    /// The graph in the DOT language: an input has a box, a constant no frame, a result a double frame.
    ///
    /// ```
    /// use pullback_array::{Array, Real, graph};
    /// let dot = graph(|x: &Array| x.tanh())(&Array::from(1.0)).to_dot();
    /// assert!(dot.starts_with("digraph") && dot.contains("s0 -> s1"));
    /// ```
    pub fn to_dot(&self) -> String {
        let mut text = String::from("digraph function {\n");
        for (k, node) in self.nodes.iter().enumerate() {
            let title = node.title().replace('\\', "\\\\").replace('"', "\\\"");
            let shape = match (&*node.name, self.outputs.contains(&k)) {
                ("input", _) => "box",
                ("constant", _) => "none",
                (_, true) => "doubleoctagon",
                (_, false) => "ellipse",
            };
            let _ =
                writeln!(text, "  s{k} [label=\"{title}\\n{:?} {}\", shape={shape}]", node.shape, node.dtype);
            for from in &node.inputs {
                let _ = writeln!(text, "  s{from} -> s{k}");
            }
        }
        text + "}\n"
    }
}
impl Node {
    fn title(&self) -> String {
        match &self.label {
            Some(label) => format!("{} {label}", self.name),
            None => self.name.clone(),
        }
    }
}

/// A line for each step: number, operation, inputs, shape, dtype and the line of user code; then the results.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (k, node) in self.nodes.iter().enumerate() {
            let inputs: Vec<String> = node.inputs.iter().map(|i| format!("%{i}")).collect();
            let (title, inputs) = (node.title(), inputs.join(" "));
            writeln!(
                f,
                "%{k:<4} {title:24} {inputs:16} {:?} {}  {}:{}",
                node.shape,
                node.dtype,
                node.at.file(),
                node.at.line()
            )?;
        }
        let outputs: Vec<String> = self.outputs.iter().map(|i| format!("%{i}")).collect();
        writeln!(f, "result {}", outputs.join(" "))
    }
}
