//! The graph that is compiled: items, each a value to compute or data, and how they read each other.

use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::ir::layout::Layout;
use crate::prim::Prim;
use crate::shape::Shape;
use smallvec::SmallVec;
use std::sync::Arc;

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
    pub fn row_major(shape: &Shape, dtype: DType) -> Arc<View> {
        Arc::new(View { shape: shape.clone(), layout: Layout::contiguous(shape), dtype })
    }
    pub fn is_row_major(&self) -> bool {
        self.layout.offset == 0 && self.layout.is_row_major(&self.shape)
    }
}

/// What an item is, and so how it comes to be.
pub(crate) enum ItemKind {
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
    /// A further output of a loop or choice.
    ControlOutput,
}

/// A value to compute, or data.
pub(crate) struct Item {
    pub kind: ItemKind,
    /// The node it comes from; a copy's shape is not the node's but that of `whole`.
    pub node: Array,
    /// All of it, in order; of a unit matrix a view of fewer numbers.
    pub whole: Arc<View>,
    pub args: SmallVec<[Ref; 3]>,
    /// Its place in the order of fused steps: see [`crate::eval::ir::step`].
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
    /// What items of one program have in common: stage and iteration space.
    pub fn program_key(&self) -> Option<(u32, &Shape)> {
        match &self.kind {
            ItemKind::Elementwise => Some((self.stage, self.shape())),
            ItemKind::Reduce => Some((self.stage - 1, &self.args[0].view.shape)),
            ItemKind::Iota(_) | ItemKind::Data(_) | ItemKind::Input | ItemKind::Fill(_) => None,
            ItemKind::Kernel | ItemKind::Copy | ItemKind::Control | ItemKind::ControlOutput => None,
        }
    }
}

/// The items, in an order in which each can be computed, and what the roots are.
pub(crate) struct Graph {
    pub items: Vec<Item>,
    /// The root nodes, and the items that hold their values in row-major order.
    pub roots: Vec<(Array, usize)>,
}

impl Graph {
    /// Whether what `r` reads is a value of the program with this key, so that it is read from a register.
    pub fn same_program(&self, r: &Ref, key: (u32, &Shape)) -> bool {
        let item = &self.items[r.item];
        matches!(item.kind, ItemKind::Elementwise) && item.program_key() == Some(key) && item.is_as_it_is(r)
    }
}
