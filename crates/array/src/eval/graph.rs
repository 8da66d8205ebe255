//! What is to be computed: the unevaluated nodes behind the roots, oldest first, with equal work merged and views
//! resolved to the arrays they look at.
//!
//! Over 400 lines: what items are, and one builder with an arm for every primitive.

use super::layout::Layout;
use super::recompute::Pending;
use crate::array::{Args, Array};
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eye;
use crate::prim::{Control, Prim};
use crate::shape::Shape;
use smallvec::{SmallVec, smallvec};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

/// A fast hash for the graph's own keys (ids and small enums), which nobody chooses with ill intent.
#[derive(Default)]
pub(crate) struct Mix(u64);
impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for c in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..c.len()].copy_from_slice(c);
            self.write_u64(u64::from_le_bytes(word))
        }
    }
    fn write_u64(&mut self, x: u64) {
        self.0 = (self.0.rotate_left(5) ^ x).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29
    }
    fn write_u32(&mut self, x: u32) {
        self.write_u64(u64::from(x))
    }
    fn write_u8(&mut self, x: u8) {
        self.write_u64(u64::from(x))
    }
    fn write_usize(&mut self, x: usize) {
        self.write_u64(x as u64)
    }
}
pub(crate) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;

/// How a value is read: an item and a view of its elements. `stage` tells from when on it may be.
#[derive(Clone, Debug)]
pub(crate) struct Ref {
    pub item: usize,
    pub view: Arc<View>,
    pub stage: u32,
}

/// A shape laid over an item's elements, or over the real or imaginary parts of complex ones: then `dtype` is real, and
/// the layout counts in parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View {
    pub shape: Shape,
    pub layout: Layout,
    pub dtype: DType,
}
impl View {
    fn row_major(shape: &Shape, dtype: DType) -> Arc<View> {
        Arc::new(View { shape: shape.clone(), layout: Layout::contiguous(shape), dtype })
    }
    fn is_row_major(&self) -> bool {
        self.layout.offset == 0 && self.layout.is_row_major(&self.shape)
    }
}

/// What an item is, and so how it comes to be.
pub(crate) enum What {
    /// Data that are there.
    Data(Arc<Buffer>),
    /// Data that a run gets.
    Input,
    /// One number everywhere.
    Fill(f64),
    /// 0, 1, 2 … along an axis.
    Iota(usize),
    /// Part of a fused program.
    Elementwise,
    /// A reduction at the end of a fused program.
    Reduce,
    /// A kernel of its own.
    Kernel,
    /// A view brought into row-major order.
    Copy,
    /// A loop or choice, which is its first output as well; the other outputs are the next items.
    Control,
    /// A further output.
    Part,
}

/// A value to compute, or data.
pub(crate) struct Item {
    pub what: What,
    /// The node it comes from; a copy's shape is not the node's but that of `whole`.
    pub node: Array,
    /// All of it, in order; of a unit matrix a view of fewer numbers.
    pub whole: Arc<View>,
    pub args: SmallVec<[Ref; 3]>,
    /// Its place in the order of fused steps: see [`super::plan`].
    pub stage: u32,
}

impl Item {
    /// Whether `r` reads this item element for element.
    pub fn is_as_it_is(&self, r: &Ref) -> bool {
        let same = |view: &View| self.whole.shape == view.shape && self.dtype() == view.dtype;
        Arc::ptr_eq(&self.whole, &r.view) || same(&r.view) && r.view.is_row_major()
    }
    pub fn prim(&self) -> &Prim {
        &self.node.0.prim
    }
    pub fn shape(&self) -> &Shape {
        &self.whole.shape
    }
    pub fn dtype(&self) -> DType {
        self.whole.dtype
    }
}

/// The items, in an order in which each can be computed, and what the roots are.
pub(crate) struct Graph {
    pub items: Vec<Item>,
    /// The root nodes, and the items that hold their values in row-major order.
    pub roots: Vec<(Array, usize)>,
}

/// The unevaluated nodes behind the roots (and what is evaluated together with them), oldest first, up to the inputs.
fn pending(inputs: &[Array], roots: &[Array]) -> (Vec<(Array, Args)>, Vec<Array>) {
    let (mut seen, mut nodes, mut all) = (Map::<u64, ()>::default(), vec![], vec![]);
    seen.extend(inputs.iter().map(|x| (x.0.id, ())));
    let mut stack: Vec<Array> = roots.to_vec();
    let mut is_root: Map<u64, ()> = Map::default();
    for r in roots {
        if is_root.insert(r.0.id, ()).is_none() {
            all.push(r.clone())
        }
    }
    while let Some(node) = stack.pop() {
        if seen.insert(node.0.id, ()).is_some() {
            continue;
        }
        let (args, together) = {
            let state = node.0.state();
            if state.value.is_some() {
                continue;
            }
            // A call's value is its last argument; the inputs are for its rule only.
            let args: Args = match node.0.prim {
                Prim::Custom(..) | Prim::Holomorphic(_) => state.args.last().cloned().into_iter().collect(),
                _ => state.args.clone(),
            };
            (args, state.together.clone())
        };
        stack.extend(args.iter().cloned());
        nodes.push((node, args));
        for sibling in together.iter().flat_map(|g| g.iter()).filter_map(std::sync::Weak::upgrade).map(Array)
        {
            if is_root.insert(sibling.0.id, ()).is_none() {
                stack.push(sibling.clone());
                all.push(sibling)
            }
        }
    }
    nodes.sort_unstable_by_key(|(n, _)| n.0.id);
    (nodes, all)
}

impl Graph {
    pub fn new(roots: &[Array]) -> Graph {
        Graph::of(&[], roots)
    }
    /// What is to be computed from the inputs, whatever they are made of.
    pub fn of(inputs: &[Array], roots: &[Array]) -> Graph {
        let (nodes, roots) = pending(inputs, roots);
        let mut b = Builder::default();
        for x in inputs {
            let item = b.push(What::Input, x, SmallVec::new(), 0);
            let r = b.whole(item);
            b.refs.insert(x.0.id, r);
        }
        let again = Pending::of(&nodes, &roots);
        for (node, args) in &nodes {
            let r = match again.as_ref().and_then(|a| a.instead(node, args)) {
                Some(same) => b.at_once(&same),
                None => b.node(node, args),
            };
            b.refs.insert(node.0.id, r);
        }
        // What was evaluated meanwhile, on another thread, is done.
        let given = |r: &Array| inputs.iter().any(|x| x.0.id == r.0.id);
        let roots = roots.into_iter().filter(|r| given(r) || !r.is_evaluated());
        let roots = roots.map(|r| (b.root(&r), r)).map(|(item, r)| (r, item)).collect();
        Graph { items: b.items, roots }
    }
}

/// A loop or choice, and the items and stages it reads.
type Controlled = (*const Control, Vec<(usize, u32)>);

/// A graph under construction.
#[derive(Default)]
pub(super) struct Builder {
    pub items: Vec<Item>,
    refs: Map<u64, Ref>,
    /// Items by the hash of what makes them equal.
    known: Map<u64, SmallVec<[usize; 2]>>,
    /// Views in row-major order, by what they look at.
    copies: Map<(usize, u32, Arc<View>), usize>,
    /// First items of loops and choices, by what they are and the items and stages they read.
    controls: HashMap<Controlled, usize>,
}

impl Builder {
    /// A value made of nodes that have been visited.
    fn visit(&mut self, root: &Array) -> Ref {
        let (mut new, mut stack) = (vec![], vec![root.clone()]);
        while let Some(node) = stack.pop() {
            let known = self.refs.contains_key(&node.0.id) || node.is_evaluated();
            if !known && !new.iter().any(|(n, _): &(Array, Args)| n.0.id == node.0.id) {
                let args = node.0.state().args.clone();
                stack.extend(args.iter().cloned());
                new.push((node, args))
            }
        }
        new.sort_unstable_by_key(|(n, _)| n.0.id);
        for (node, args) in &new {
            let r = self.node(node, args);
            self.refs.insert(node.0.id, r);
        }
        self.read(root)
    }
    /// The same, all of whose new elementwise items are for each other only: they wait for the last of what they read, to share
    /// a program.
    fn at_once(&mut self, root: &Array) -> Ref {
        let first = self.items.len();
        let r = self.visit(root);
        let new: Vec<bool> =
            self.items[first..].iter().map(|i| matches!(i.what, What::Elementwise)).collect();
        for item in self.items[first..].iter_mut().zip(&new).filter_map(|(i, new)| new.then_some(i)) {
            let own = item.args.iter_mut().filter(|a| a.item >= first && new[a.item - first]);
            own.for_each(|a| a.stage = r.stage);
            item.stage = r.stage
        }
        r
    }
    /// How to read an argument: it is pending and has been visited, or it is data.
    fn read(&mut self, a: &Array) -> Ref {
        if let Some(r) = self.refs.get(&a.0.id) {
            return r.clone();
        }
        let value = a.0.state().value.clone().expect("an argument is pending or data");
        let item = self.push(What::Data(value), a, SmallVec::new(), 0);
        let r = self.whole(item);
        self.refs.insert(a.0.id, r.clone());
        r
    }
    /// The item that holds a root's value.
    fn root(&mut self, root: &Array) -> usize {
        let r = self.read(root);
        self.in_order(r, root)
    }
    /// The item that holds what `r` reads, in row-major order.
    fn in_order(&mut self, r: Ref, root: &Array) -> usize {
        let item = &self.items[r.item];
        let all = r.view.shape.size() == item.shape().size() && r.view.dtype == item.dtype();
        if all && r.view.is_row_major() { r.item } else { self.copied(r, root) }
    }
    /// A view in row-major order, one item for all who ask for it.
    fn copied(&mut self, r: Ref, node: &Array) -> usize {
        let next = self.items.len();
        let item = *self.copies.entry((r.item, r.stage, r.view.clone())).or_insert(next);
        if item < next {
            return item;
        }
        let (whole, stage) = (View::row_major(&r.view.shape, r.view.dtype), self.stored(&r) + 1);
        let args = SmallVec::from_iter([r]);
        self.items.push(Item { what: What::Copy, node: node.clone(), whole, args, stage });
        self.items.len() - 1
    }
    fn push(&mut self, what: What, node: &Array, args: SmallVec<[Ref; 3]>, stage: u32) -> usize {
        let whole = View::row_major(&node.0.shape, node.dtype());
        self.items.push(Item { what, node: node.clone(), whole, args, stage });
        self.items.len() - 1
    }
    /// All of an item, in order.
    fn whole(&self, item: usize) -> Ref {
        let Item { whole, stage, .. } = &self.items[item];
        Ref { item, view: whole.clone(), stage: *stage }
    }
    /// The stage from which on a fused program may read `r`. One that reads an elementwise value as it is can be the
    /// same program; any other reader waits for the value to be stored.
    fn ready(&self, r: &Ref) -> u32 {
        let item = &self.items[r.item];
        match item.what {
            What::Elementwise if !item.is_as_it_is(r) => r.stage.max(item.stage + 1),
            What::Elementwise => r.stage,
            What::Data(_) | What::Input | What::Fill(_) | What::Iota(_) => r.stage,
            What::Reduce | What::Kernel | What::Copy => r.stage.max(item.stage),
            What::Control | What::Part => r.stage.max(item.stage),
        }
    }
    /// The stage after which `r` is in memory.
    fn stored(&self, r: &Ref) -> u32 {
        r.stage.max(self.items[r.item].stage)
    }
    /// An item for this node, or the equal one there is.
    pub fn item(&mut self, what: What, node: &Array, args: SmallVec<[Ref; 3]>, stage: u32) -> Ref {
        let mut hash = Mix::default();
        node.0.prim.hash(&mut hash);
        node.dtype().hash(&mut hash);
        node.0.shape.hash(&mut hash);
        args.iter().for_each(|r| hash.write_u64(r.item as u64));
        let hash = hash.finish();
        // With the stages: what waits longer (a checkpoint's second run) is not the same.
        let same = |(a, b): (&Ref, &Ref)| a.item == b.item && a.stage == b.stage && a.view == b.view;
        let equal = |&&i: &&usize| {
            let other = &self.items[i];
            other.dtype() == node.dtype()
                && *other.shape() == node.0.shape
                && *other.prim() == node.0.prim
                && other.args.iter().zip(&args).all(same)
        };
        if let Some(&item) = self.known.get(&hash).and_then(|items| items.iter().find(equal)) {
            return self.whole(item);
        }
        let item = self.push(what, node, args, stage);
        self.known.entry(hash).or_default().push(item);
        self.whole(item)
    }
    /// The first item of a loop or choice, one for all its outputs.
    fn control(&mut self, control: &Arc<Control>, node: &Array, args: SmallVec<[Ref; 3]>) -> usize {
        let whole = |b: &mut Builder, r: Ref| {
            let stage = r.stage;
            let item = b.in_order(r, node);
            let r = b.whole(item);
            Ref { stage: r.stage.max(stage), ..r }
        };
        let args: SmallVec<[Ref; 3]> = args.into_iter().map(|r| whole(self, r)).collect();
        let key = (Arc::as_ptr(control), args.iter().map(|r| (r.item, r.stage)).collect());
        if let Some(&lead) = self.controls.get(&key) {
            return lead;
        }
        let stage = args.iter().map(|r| self.stored(r)).max().unwrap_or(0) + 1;
        let lead = self.items.len();
        for k in 0..control.outputs.len() {
            let (what, args) = match k {
                0 => (What::Control, args.clone()),
                _ => (What::Part, SmallVec::new()),
            };
            let part = Array::control_op(control, k, &[]);
            self.push(what, &part, args, stage);
        }
        self.controls.insert(key, lead);
        lead
    }
    /// The real (0) or imaginary (1) parts of what `r` reads: a view of every second number, or, of what a program puts
    /// together from two planes, the plane itself.
    fn plane(&mut self, r: Ref, part: usize, node: &Array) -> Ref {
        let item = &self.items[r.item];
        let dtype = node.dtype();
        match (&item.what, item.prim()) {
            (What::Fill(c), _) => {
                let fill = What::Fill(if part == 0 { *c } else { 0.0 });
                let item = self.push(fill, node, SmallVec::new(), 0);
                return self.whole(item);
            }
            (What::Elementwise, Prim::Complex) => {
                let plane = item.args[part].clone();
                let stage = r.stage.max(plane.stage);
                if item.is_as_it_is(&r) {
                    return Ref { stage, ..plane };
                }
                if self.items[plane.item].is_as_it_is(&plane) {
                    let View { shape, layout, .. } = (*r.view).clone();
                    return Ref { item: plane.item, view: Arc::new(View { shape, layout, dtype }), stage };
                }
            }
            _ => {}
        }
        let View { shape, layout, .. } = &*r.view;
        let layout = Layout {
            offset: 2 * layout.offset + part,
            strides: layout.strides.iter().map(|s| 2 * s).collect(),
        };
        Ref { view: Arc::new(View { shape: shape.clone(), layout, dtype }), ..r }
    }
    /// A unit matrix, as a view of a line of numbers, which is all that there is in memory: the same for all its diagonals.
    fn eye(&mut self, k: isize, bits: [u64; 2], node: &Array) -> Ref {
        let (shape, dtype) = (node.0.shape.clone(), node.dtype());
        let view = |k| Arc::new(View { shape: shape.clone(), layout: eye::layout(k, &shape), dtype });
        let main = Array::node(Prim::Eye(0, bits), smallvec![], shape.clone(), dtype, None, None);
        let line = Arc::new(eye::line(bits, &shape, dtype));
        let item = self.item(What::Data(line), &main, SmallVec::new(), 0).item;
        self.items[item].whole = view(0);
        Ref { view: view(k), ..self.whole(item) }
    }
    fn node(&mut self, node: &Array, args: &[Array]) -> Ref {
        let mut args: SmallVec<[Ref; 3]> = args.iter().map(|a| self.read(a)).collect();
        let (prim, shape) = (&node.0.prim, &node.0.shape);
        match prim {
            Prim::Leaf => unreachable!("data are not pending"),
            Prim::Input => unreachable!("what has no value is refused when it is looked at"),
            Prim::Control(control, k) => {
                let lead = self.control(control, node, args);
                self.whole(lead + k)
            }
            Prim::Fill { bits, .. } => self.item(What::Fill(f64::from_bits(*bits)), node, args, 0),
            Prim::Iota(axis) => self.item(What::Iota(*axis), node, args, 0),
            Prim::Eye(k, bits) => self.eye(*k, *bits, node),
            // The value of the first argument; the others are only waited for.
            Prim::Alias | Prim::Stop | Prim::Custom(..) | Prim::Holomorphic(_) => {
                let wait = args[1..].iter().map(|r| self.stored(r)).max().unwrap_or(0);
                let r = args.swap_remove(0);
                Ref { stage: r.stage.max(wait), ..r }
            }
            Prim::Unary(_)
            | Prim::Binary(_)
            | Prim::Compare(_)
            | Prim::Select
            | Prim::Cast(_)
            | Prim::Complex => {
                let stage = args.iter().map(|r| self.ready(r)).max().unwrap_or(0);
                match self.simplified(node, &args, stage) {
                    Some(same) => same,
                    None => self.item(What::Elementwise, node, args, stage),
                }
            }
            Prim::Re => self.plane(args.swap_remove(0), 0, node),
            Prim::Im => self.plane(args.swap_remove(0), 1, node),
            Prim::Reduce(..) => {
                // The program runs at the stage of its argument; the result can be read one later.
                let before = self.ready(&args[0]);
                self.item(What::Reduce, node, args, before + 1)
            }
            Prim::Broadcast | Prim::Reshape | Prim::Permute(_) | Prim::Slice { .. } | Prim::Flip(_) => {
                let arg = args.swap_remove(0);
                let dtype = arg.view.dtype;
                match arg.view.layout.moved(prim, &arg.view.shape, shape) {
                    Some(layout) => {
                        Ref { view: Arc::new(View { shape: shape.clone(), layout, dtype }), ..arg }
                    }
                    // Only a reshape of a scattered view: bring the view into order, then reshape that.
                    None => {
                        let item = self.copied(arg, node);
                        Ref { view: View::row_major(shape, dtype), ..self.whole(item) }
                    }
                }
            }
            Prim::Pad(_)
            | Prim::Concat(_)
            | Prim::Cumsum { .. }
            | Prim::Matmul
            | Prim::Conv(_)
            | Prim::Gather
            | Prim::ScatterAdd(_)
            | Prim::Argsort
            | Prim::Random(_)
            | Prim::Spill { .. }
            | Prim::Unspill(..)
            | Prim::Fft { .. }
            | Prim::Linalg(_) => {
                let stage = args.iter().map(|r| self.stored(r)).max().unwrap_or(0) + 1;
                self.item(What::Kernel, node, args, stage)
            }
        }
    }
}
