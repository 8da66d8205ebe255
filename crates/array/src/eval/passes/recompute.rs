//! Recomputes padded values where they are read. The gradient of a function of slices is a sum of padded values; each would be
//! written as a whole only to be read once more. Where it takes little, it is computed again from what it is made of,
//! padded likewise: large arrays pass through memory fewer times.
//!
//! A long row is cut where padding begins, and a block of one element costs nearly what one of a thousand does. So sources are
//! read without padding where that is possible: what lies there is not looked at.

use crate::array::{Args, Array, Place};
use crate::dtype::DType;
use crate::eval::ir::hash::IdMap;
use crate::eval::ir::padding::walked;
use crate::eval::ir::pending::{Pending, PendingNode};
use crate::eye::diagonal;
use crate::prim::{Padding, Prim};
use crate::shape::Shape;
use smallvec::smallvec;

/// Bytes below which a value stays in cache anyway.
const LARGE: usize = 1 << 18;
/// Operations that cost less than a pass through memory, and arrays they may be made of.
const MOST: usize = 24;
const SOURCES: usize = 12;
/// How often a small array is repeated that is worth a step to pad it.
const REPEATED: usize = 16;

/// Replaces padded values by the same values from padded sources, where that is better than to store what is padded.
pub(crate) fn recompute(pending: &mut Pending) {
    super::ran("recompute");
    if pending.nodes.iter().all(|n| plain(&n.node).is_none()) {
        return;
    }
    let all = Known::of(pending);
    let instead: Vec<_> = pending.nodes.iter().map(|n| all.instead(&n.node, &n.args)).collect();
    pending.nodes.iter_mut().zip(instead).for_each(|(n, instead)| n.instead = instead)
}

/// The pending nodes, and which of them are in memory in any case.
struct Known<'a> {
    nodes: IdMap<u64, &'a Args>,
    stored: IdMap<u64, ()>,
}

impl<'a> Known<'a> {
    fn of(pending: &'a Pending) -> Known<'a> {
        let mut stored: IdMap<u64, ()> = pending.roots.iter().map(|r| (r.0.id, ())).collect();
        for PendingNode { node, args, .. } in &pending.nodes {
            let streams = elementwise(node) || matches!(node.0.prim, Prim::Reduce(..));
            if !streams && plain(node).is_none() {
                stored.extend(args.iter().map(|a| (a.0.id, ())))
            }
        }
        Known { nodes: pending.nodes.iter().map(|n| (n.node.0.id, &n.args)).collect(), stored }
    }

    /// The same padded value, from padded sources, if that is better than to store what is padded.
    fn instead(&self, node: &Array, args: &Args) -> Option<Array> {
        let pads = plain(node)?;
        let value = &args[0];
        let known = self.nodes.contains_key(&value.0.id);
        if !known || !elementwise(value) || self.stored.contains_key(&value.0.id) {
            return None;
        }
        let (mut cost, mut sources) = (IdMap::default(), IdMap::default());
        self.measure(value, value, &mut cost, &mut sources)?;
        let _place = Place::of(node);
        let fill = |c: f64, shape: Shape, dtype| {
            let prim = Prim::Fill { bits: c.to_bits(), weak: false };
            Array::node(prim, smallvec![], shape, dtype, None, None)
        };
        // The same for all indices along the axes before the first padded one.
        let mut one = value.0.shape.clone();
        let leading = pads.iter().take_while(|p| unpadded(p)).count();
        if one[..leading].iter().product::<usize>() >= REPEATED {
            one[..leading].fill(1)
        }
        let inside = repeated(&fill(1.0, one, DType::Bool), pads, node);
        let mut done = IdMap::default();
        let y = self.under(value, pads, node, &mut done);
        let args = smallvec![inside, y, fill(0.0, node.0.shape.clone(), node.dtype())];
        Some(Array::node(Prim::Select, args, node.0.shape.clone(), node.dtype(), None, None))
    }

    /// Collects the operations and sources of `node`; none if they are too many or too costly.
    fn measure(
        &self,
        node: &Array,
        whole: &Array,
        cost: &mut IdMap<u64, ()>,
        sources: &mut IdMap<u64, ()>,
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
    fn under(&self, node: &Array, pads: &[Padding], like: &Array, done: &mut IdMap<u64, Array>) -> Array {
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
            Some(args) => around(node, args, pads, like),
            None => padded(node, pads, like.0.shape.clone()),
        };
        done.insert(node.0.id, y.clone());
        y
    }
}

fn padded(x: &Array, pads: &[Padding], shape: Shape) -> Array {
    Array::node(Prim::Pad(pads.into()), smallvec![x.clone()], shape, x.dtype(), None, None)
}

fn unpadded(p: &Padding) -> bool {
    p.lo == 0 && p.hi == 0
}

/// Padded first, then repeated along axes without padding.
fn repeated(x: &Array, pads: &[Padding], like: &Array) -> Array {
    let extent = |k: usize| if unpadded(&pads[k]) { x.shape()[k] } else { like.shape()[k] };
    let y = padded(x, pads, (0..x.ndim()).map(extent).collect());
    match y.0.shape == like.0.shape {
        true => y,
        false => Array::node(Prim::Broadcast, smallvec![y], like.0.shape.clone(), x.dtype(), None, None),
    }
}

/// A pending source, with anything where the padding is: of a slice what it was cut from, if that has enough on all sides, as a
/// unit matrix always has; what is often repeated is padded before that.
fn around(x: &Array, args: &Args, pads: &[Padding], like: &Array) -> Array {
    match &x.0.prim {
        Prim::Slice { start, step } if step.iter().all(|&s| s == 1) => {
            let whole = &args[0];
            let first = |k: usize| start[k] as isize - pads[k].lo;
            if let Prim::Eye(k, bits) = whole.0.prim {
                let pair = bits.map(f64::from_bits);
                return diagonal(k + first(0) - first(1), pair, like.0.shape.clone(), x.dtype());
            }
            let fits = |k: usize| first(k) >= 0 && first(k) as usize + like.shape()[k] <= whole.shape()[k];
            if (0..x.ndim()).all(fits) {
                let start = (0..x.ndim()).map(|k| first(k) as usize).collect();
                let (prim, shape) = (Prim::Slice { start, step: step.clone() }, like.0.shape.clone());
                return match whole.0.shape == shape {
                    true => whole.clone(),
                    false => Array::node(prim, smallvec![whole.clone()], shape, x.dtype(), None, None),
                };
            }
        }
        Prim::Broadcast if x.size() >= REPEATED * args[0].size() => {
            let once = |k: usize| args[0].shape()[k] == x.shape()[k] || unpadded(&pads[k]);
            if (0..x.ndim()).all(once) {
                return repeated(&args[0], pads, like);
            }
        }
        _ => {}
    }
    padded(x, pads, like.0.shape.clone())
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
pub(crate) fn cheap(node: &Array) -> bool {
    use pullback_real::Binary::{Add, Div, Less, Max, Min, Mul, Sub};
    use pullback_real::Unary::{Abs, Neg, Recip, Relu, Sign, Square};
    match node.0.prim {
        Prim::Unary(op) => matches!(op, Neg | Square | Abs | Sign | Relu | Recip),
        Prim::Binary(op) => matches!(op, Add | Sub | Mul | Div | Max | Min | Less),
        _ => elementwise(node),
    }
}
