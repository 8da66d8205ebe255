//! Zeros around arrays that programs read without their being stored.

use crate::dtype::DType;
use crate::eval::ir::item::{Graph, Item, ItemKind, Ref};
use crate::prim::{Padding, Prim};
use crate::shape::Shape;

/// Whether an item is zeros around another.
pub(crate) fn is_pad(item: &Item) -> bool {
    matches!(item.kind, ItemKind::Kernel) && matches!(item.prim(), Prim::Pad(_))
}

/// The zeros around an array that a program reads without them being stored: a whole padded array in its own order, of
/// data in memory or a constant, without zeros between the elements.
pub(crate) fn padded<'g>(graph: &'g Graph, r: &Ref) -> Option<&'g [Padding]> {
    let item = &graph.items[r.item];
    let Prim::Pad(pads) = item.prim() else { return None };
    let source = &graph.items[item.args.first()?.item];
    let stored = !matches!(source.kind, ItemKind::Iota(_));
    let plain = walked(pads, item.shape(), item.dtype());
    (matches!(item.kind, ItemKind::Kernel) && stored && plain && item.is_as_it_is(r)).then_some(pads)
}

/// Whether a program can walk over padding of this result: there are no zeros between the elements, nor along an axis of
/// one element, which is not walked.
pub(crate) fn walked(pads: &[Padding], shape: &Shape, dtype: DType) -> bool {
    let plain = |(p, &n): (&Padding, &usize)| p.interior == 0 && (n > 1 || p.lo == 0 && p.hi == 0);
    !dtype.is_complex() && pads.iter().zip(shape.iter()).all(plain)
}
