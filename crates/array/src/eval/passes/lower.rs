//! Lowers nodes to items: views are resolved to what they look at, and equal work is one item (common subexpression elimination).
//!
//! Over 300 lines: one builder, with an arm for each form of a primitive.

use crate::array::{Args, Array};
use crate::eval::Control;
use crate::eval::ir::hash::{IdHasher, IdMap};
use crate::eval::ir::item::{Graph, Item, ItemKind, Ref, View};
use crate::eval::ir::layout::Layout;
use crate::eval::ir::pending::{Pending, PendingNode};
use crate::eye;
use crate::prim::{Form, Prim};
use smallvec::{SmallVec, smallvec};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The items of what is to be computed, in an order in which each can be.
pub(crate) fn lower(pending: Pending) -> Graph {
    super::ran("lower");
    let Pending { inputs, nodes, roots } = pending;
    let mut b = Builder::default();
    for x in &inputs {
        let item = b.push(ItemKind::Input, x, SmallVec::new(), 0);
        let r = b.whole(item);
        b.refs.insert(x.0.id, r);
    }
    for PendingNode { node, args, instead } in &nodes {
        let r = match instead {
            Some(same) => b.at_once(same),
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

/// A loop or choice, and the items and stages it reads.
type Controlled = (*const Control, Vec<(usize, u32)>);

/// A graph under construction.
#[derive(Default)]
pub(crate) struct Builder {
    pub items: Vec<Item>,
    refs: IdMap<u64, Ref>,
    /// Items by the hash of what makes them equal.
    known: IdMap<u64, SmallVec<[usize; 2]>>,
    /// Views in row-major order, by what they look at.
    copies: IdMap<(usize, u32, Arc<View>), usize>,
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
    /// [`visit`](Builder::visit), where the new elementwise items are read by each other only: they wait for the last of what they read, to share
    /// a program.
    fn at_once(&mut self, root: &Array) -> Ref {
        let first = self.items.len();
        let r = self.visit(root);
        let new: Vec<bool> =
            self.items[first..].iter().map(|i| matches!(i.kind, ItemKind::Elementwise)).collect();
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
        let item = self.push(ItemKind::Data(value), a, SmallVec::new(), 0);
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
        self.items.push(Item { kind: ItemKind::Copy, node: node.clone(), whole, args, stage });
        self.items.len() - 1
    }
    fn push(&mut self, kind: ItemKind, node: &Array, args: SmallVec<[Ref; 3]>, stage: u32) -> usize {
        let whole = View::row_major(&node.0.shape, node.dtype());
        self.items.push(Item { kind, node: node.clone(), whole, args, stage });
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
        match item.kind {
            ItemKind::Elementwise if !item.is_as_it_is(r) => r.stage.max(item.stage + 1),
            ItemKind::Elementwise => r.stage,
            ItemKind::Data(_) | ItemKind::Input | ItemKind::Fill(_) | ItemKind::Iota(_) => r.stage,
            ItemKind::Reduce | ItemKind::Kernel | ItemKind::Copy => r.stage.max(item.stage),
            ItemKind::Control | ItemKind::ControlOutput => r.stage.max(item.stage),
        }
    }
    /// The stage after which `r` is in memory.
    fn stored(&self, r: &Ref) -> u32 {
        r.stage.max(self.items[r.item].stage)
    }
    /// An item for this node, or the equal one there is.
    pub fn item(&mut self, kind: ItemKind, node: &Array, args: SmallVec<[Ref; 3]>, stage: u32) -> Ref {
        let mut hash = IdHasher::default();
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
        let item = self.push(kind, node, args, stage);
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
            let (kind, args) = match k {
                0 => (ItemKind::Control, args.clone()),
                _ => (ItemKind::ControlOutput, SmallVec::new()),
            };
            let part = Array::control_op(control, k, &[]);
            self.push(kind, &part, args, stage);
        }
        self.controls.insert(key, lead);
        lead
    }
    /// The real (0) or imaginary (1) parts of what `r` reads: a view of every second number, or, of what a program puts
    /// together from two planes, the plane itself.
    fn plane(&mut self, r: Ref, part: usize, node: &Array) -> Ref {
        let item = &self.items[r.item];
        let dtype = node.dtype();
        match (&item.kind, item.prim()) {
            (ItemKind::Fill(c), _) => {
                let fill = ItemKind::Fill(if part == 0 { *c } else { 0.0 });
                let item = self.push(fill, node, SmallVec::new(), 0);
                return self.whole(item);
            }
            (ItemKind::Elementwise, Prim::Complex) => {
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
        let item = self.item(ItemKind::Data(line), &main, SmallVec::new(), 0).item;
        self.items[item].whole = view(0);
        Ref { view: view(k), ..self.whole(item) }
    }
    /// A value without arguments.
    fn source(&mut self, node: &Array) -> Ref {
        match &node.0.prim {
            Prim::Fill { bits, .. } => {
                self.item(ItemKind::Fill(f64::from_bits(*bits)), node, SmallVec::new(), 0)
            }
            Prim::Iota(axis) => self.item(ItemKind::Iota(*axis), node, SmallVec::new(), 0),
            Prim::Eye(k, bits) => self.eye(*k, *bits, node),
            other => unreachable!("{} is not pending", other.name()),
        }
    }
    /// The argument under the layout of a view.
    fn view(&mut self, node: &Array, arg: Ref) -> Ref {
        let (shape, dtype) = (&node.0.shape, arg.view.dtype);
        match arg.view.layout.moved(&node.0.prim, &arg.view.shape, shape) {
            Some(layout) => Ref { view: Arc::new(View { shape: shape.clone(), layout, dtype }), ..arg },
            // Only a reshape of a scattered view: bring the view into order, then reshape that.
            None => {
                let item = self.copied(arg, node);
                Ref { view: View::row_major(shape, dtype), ..self.whole(item) }
            }
        }
    }
    fn node(&mut self, node: &Array, args: &[Array]) -> Ref {
        let mut args: SmallVec<[Ref; 3]> = args.iter().map(|a| self.read(a)).collect();
        match node.0.prim.form() {
            Form::Source => self.source(node),
            Form::Control => {
                let Prim::Control(control, k) = &node.0.prim else { unreachable!("the form says so") };
                let lead = self.control(control, node, args);
                self.whole(lead + k)
            }
            // The value of one argument; the others are only waited for.
            Form::First | Form::Last => {
                let wait = args[1..].iter().map(|r| self.stored(r)).max().unwrap_or(0);
                let r = args.swap_remove(0);
                Ref { stage: r.stage.max(wait), ..r }
            }
            Form::Elementwise => {
                let stage = args.iter().map(|r| self.ready(r)).max().unwrap_or(0);
                match self.simplified(node, &args, stage) {
                    Some(same) => same,
                    None => self.item(ItemKind::Elementwise, node, args, stage),
                }
            }
            Form::Plane => {
                let part = if matches!(node.0.prim, Prim::Re) { 0 } else { 1 };
                self.plane(args.swap_remove(0), part, node)
            }
            Form::View => self.view(node, args.swap_remove(0)),
            Form::Reduction => {
                // The program runs at the stage of its argument; the result can be read one later.
                let before = self.ready(&args[0]);
                self.item(ItemKind::Reduce, node, args, before + 1)
            }
            Form::Kernel => {
                let stage = args.iter().map(|r| self.stored(r)).max().unwrap_or(0) + 1;
                self.item(ItemKind::Kernel, node, args, stage)
            }
        }
    }
}
