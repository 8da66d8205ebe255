//! Padded values computed where they are read. The gradient of a function of slices is a sum of padded values; each would be
//! written as a whole only to be read once more. Where it takes little, it is computed again from what it is made of,
//! padded likewise: large arrays pass through memory fewer times.

use super::fuse::walked;
use super::graph::Map;
use crate::array::{Args, Array, Place};
use crate::dtype::DType;
use crate::prim::{Padding, Prim};
use smallvec::smallvec;

/// Bytes below which a value stays in cache anyway.
const LARGE: usize = 1 << 18;
/// Operations that cost less than a pass through memory, and arrays they may be made of.
const MOST: usize = 24;
const SOURCES: usize = 12;

/// The pending nodes, and which of them are in memory in any case.
pub(super) struct Pending<'a> {
    nodes: Map<u64, &'a Args>,
    stored: Map<u64, ()>,
}

impl<'a> Pending<'a> {
    /// None if nothing is padded that is worth it.
    pub fn of(nodes: &'a [(Array, Args)], roots: &[Array]) -> Option<Pending<'a>> {
        nodes.iter().any(|(node, _)| plain(node).is_some()).then(|| {
            let mut stored: Map<u64, ()> = roots.iter().map(|r| (r.0.id, ())).collect();
            for (node, args) in nodes {
                let streams = elementwise(node) || matches!(node.0.prim, Prim::Reduce(..));
                if !streams && plain(node).is_none() {
                    stored.extend(args.iter().map(|a| (a.0.id, ())))
                }
            }
            Pending { nodes: nodes.iter().map(|(node, args)| (node.0.id, args)).collect(), stored }
        })
    }

    /// The same padded value, from padded sources, if that is better than to store what is padded.
    pub fn instead(&self, node: &Array, args: &Args) -> Option<Array> {
        let pads = plain(node)?;
        let value = &args[0];
        let known = self.nodes.contains_key(&value.0.id);
        if !known || !elementwise(value) || self.stored.contains_key(&value.0.id) {
            return None;
        }
        let (mut cost, mut sources) = (Map::default(), Map::default());
        self.measure(value, value, &mut cost, &mut sources)?;
        let _place = Place::of(node);
        let fill = |bits, like: &Array, dtype| {
            let prim = Prim::Fill { bits, weak: false };
            Array::node(prim, smallvec![], like.0.shape.clone(), dtype, None, None)
        };
        let inside = padded(&fill(1f64.to_bits(), value, DType::Bool), pads, node);
        let mut done = Map::default();
        let y = self.under(value, pads, node, &mut done);
        let args = smallvec![inside, y, fill(0, node, node.dtype())];
        Some(Array::node(Prim::Select, args, node.0.shape.clone(), node.dtype(), None, None))
    }

    /// Collects the operations and sources of `node`; none if they are too many or too costly.
    fn measure(
        &self,
        node: &Array,
        whole: &Array,
        cost: &mut Map<u64, ()>,
        sources: &mut Map<u64, ()>,
    ) -> Option<()> {
        if cost.contains_key(&node.0.id) {
            return Some(());
        }
        let args = match self.nodes.get(&node.0.id) {
            Some(args) if elementwise(node) => *args,
            _ if node.fill_value().is_some() => return Some(()),
            other => {
                // What is seen through an alias may be elementwise itself: it would have to be stored for this.
                let hidden =
                    matches!(node.0.prim, Prim::Alias | Prim::Stop | Prim::Custom(..)) && other.is_some();
                sources.insert(node.0.id, ());
                return (!hidden && sources.len() <= SOURCES).then_some(());
            }
        };
        cost.insert(node.0.id, ());
        if !cheap(node) || cost.len() > MOST || node.0.shape != whole.0.shape {
            return None;
        }
        args.iter().try_for_each(|a| self.measure(a, whole, cost, sources))
    }

    /// A node's value over the padded space; what it is outside does not matter.
    fn under(&self, node: &Array, pads: &[Padding], like: &Array, done: &mut Map<u64, Array>) -> Array {
        if let Some(y) = done.get(&node.0.id) {
            return y.clone();
        }
        let shape = like.0.shape.clone();
        let y = match self.nodes.get(&node.0.id) {
            Some(args) if elementwise(node) => {
                let args: Args = args.iter().map(|a| self.under(a, pads, like, done)).collect();
                Array::node(node.0.prim.clone(), args, shape, node.dtype(), None, None)
            }
            _ if node.fill_value().is_some() => {
                Array::node(node.0.prim.clone(), smallvec![], shape, node.dtype(), None, None)
            }
            _ => padded(node, pads, like),
        };
        done.insert(node.0.id, y.clone());
        y
    }
}

fn padded(x: &Array, pads: &[Padding], like: &Array) -> Array {
    Array::node(Prim::Pad(pads.into()), smallvec![x.clone()], like.0.shape.clone(), x.dtype(), None, None)
}

/// The zeros around a large array, if programs read them without their being stored.
fn plain(node: &Array) -> Option<&[Padding]> {
    let Prim::Pad(pads) = &node.0.prim else { return None };
    let large = node.0.shape.size() * node.dtype().size() >= LARGE;
    (large && walked(pads, &node.0.shape, node.dtype())).then_some(pads)
}

fn elementwise(node: &Array) -> bool {
    use Prim::{Binary, Cast, Compare, Select, Unary};
    matches!(node.0.prim, Unary(_) | Binary(_) | Compare(_) | Select | Cast(_))
}

/// Whether an operation takes less than a nanosecond.
fn cheap(node: &Array) -> bool {
    use pullback_real::Binary::{Add, Div, Less, Max, Min, Mul, Sub};
    use pullback_real::Unary::{Abs, Neg, Recip, Relu, Sign, Square};
    match node.0.prim {
        Prim::Unary(op) => matches!(op, Neg | Square | Abs | Sign | Relu | Recip),
        Prim::Binary(op) => matches!(op, Add | Sub | Mul | Div | Max | Min | Less),
        _ => elementwise(node),
    }
}
