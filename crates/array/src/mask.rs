//! Zeros that a choice puts into a tangent or cotangent, which stay zeros whatever slope they are multiplied with.
//!
//! The branch of a `Select` that is not taken gets a zero, and the next slope may be infinite there. So products are taken
//! inside of the choice: `Select(c, g, 0)·s` is `Select(c, g·s, 0)`, as many operations. Where nothing is selected nothing
//! changes. A slope that is itself such a choice (of `relu`, of a maximum) makes one of the product. What lies between a choice and a product is looked through if it moves elements or adds them up. Gathered rows'
//! transpose, products of matrices and calls with rules of their own mix elements: behind them a zero is certain only if one
//! condition holds for all of them.
//!
//! Over 300 lines: the rules by which zeros are carried, which depend on each other.

use crate::array::Array;
use crate::build::rebuild;
use crate::dtype::DType;
use crate::prim::{Compare, Prim, Reduction};
use crate::shape::Shape;
use pullback_real::{Binary, Unary};
use smallvec::SmallVec;

/// g·s, where the slopes 1 and −1 cost nothing.
#[track_caller]
pub(crate) fn times(g: &Array, s: &Array) -> Array {
    if s.fill_value() == Some(1.0) {
        return g.clone();
    }
    let plain = |g: &Array, s: &Array| match s.fill_value() {
        Some(1.0) => g.clone(),
        Some(-1.0) => -g,
        _ => Array::binary_op(Binary::Mul, g, s),
    };
    let product = |g: &Array| match Masked::slope(s) {
        Some(chosen) => chosen.with(|s| plain(g, s)).whole(),
        None => plain(g, s),
    };
    // A plain number is finite: it leaves the zeros behind additions what they are.
    match Masked::of(g, s.fill_value().is_none()) {
        Some(masked) => masked.map(product),
        None => product(g),
    }
}

/// a + b.
#[track_caller]
pub(crate) fn plus(a: &Array, b: &Array) -> Array {
    let sum = || Array::binary_op(Binary::Add, a, b);
    let (Some(x), Some(y)) = (Found::behind(a, false), Found::behind(b, false)) else { return sum() };
    let (x, y) = (x.masked(), y.masked());
    if !same(&x.mask, &y.mask, DEPTH) {
        let either = Array::binary_op(Binary::Max, &x.holds(), &y.holds());
        return Masked { mask: either, side: true, value: sum() }.whole();
    }
    match (x.side, y.side) {
        (true, false) => Array::select_op(&x.mask, &x.value, &y.value),
        (false, true) => Array::select_op(&x.mask, &y.value, &x.value),
        (true, true) | (false, false) => {
            let value = Array::binary_op(Binary::Add, &x.value, &y.value);
            Masked { value, ..x }.whole()
        }
    }
}

/// The cotangent of `Select`'s branch `side` by that of its result; `None` if it is zero, since the result's is zero where the
/// branch is taken.
#[track_caller]
pub(crate) fn branch(c: &Array, g: &Array, side: bool) -> Option<Array> {
    if let Some(known) = Masked::direct(g).filter(|known| same(&known.mask, c, DEPTH)) {
        return (known.side == side).then(|| g.clone());
    }
    Some(Masked { mask: c.clone(), side, value: g.clone() }.whole())
}

/// One condition on which whole (co)tangents are zero.
pub(crate) struct Condition {
    holds: Array,
    side: bool,
}

impl Condition {
    /// The condition that all of these have in common.
    #[track_caller]
    pub fn of<'a>(all: impl IntoIterator<Item = &'a Array>) -> Option<Condition> {
        let mut common: Option<Condition> = None;
        for g in all {
            let one = Found::behind(g, false)?.uniform()?;
            match &common {
                Some(known) if known.side != one.side || !same(&known.holds, &one.holds, DEPTH) => {
                    return None;
                }
                _ => common = Some(one),
            }
        }
        common
    }
    /// What was linearly made of them, zero on the same condition.
    #[track_caller]
    pub fn keep(&self, made: &Array) -> Array {
        let mask = self.holds.broadcast_op(&made.0.shape);
        match Masked::direct(made) {
            Some(known) if known.side == self.side && same(&known.mask, &mask, DEPTH) => made.clone(),
            _ => Masked { mask, side: self.side, value: made.clone() }.whole(),
        }
    }
}

/// The one element that a mask repeats.
#[track_caller]
fn uniform(mask: &Array) -> Option<Array> {
    let mut at = mask.clone();
    while at.size() != 1 {
        let (prim, args) = at.parts();
        if !prim.is_view() {
            return None;
        }
        at = args[0].clone()
    }
    Some(at.reshape_op(Shape::default()))
}

/// How far two masks are compared.
const DEPTH: usize = 4;

/// `value` where `mask` is `side`, elsewhere a certain zero.
struct Masked {
    mask: Array,
    side: bool,
    value: Array,
}

impl Masked {
    /// An array seen as such a choice; with `deep` also through additions of elements, whose masks cost one more.
    #[track_caller]
    fn of(g: &Array, deep: bool) -> Option<Masked> {
        Found::behind(g, deep).map(Found::masked)
    }
    fn direct(g: &Array) -> Option<Masked> {
        let is_zero = |x: &Array| x.fill_value() == Some(0.0);
        if !matches!(g.0.prim, Prim::Select | Prim::Complex) {
            return None;
        }
        let (prim, args) = g.parts();
        match prim {
            Prim::Select if is_zero(&args[2]) => {
                Some(Masked { mask: args[0].clone(), side: true, value: args[1].clone() })
            }
            Prim::Select if is_zero(&args[1]) => {
                Some(Masked { mask: args[0].clone(), side: false, value: args[2].clone() })
            }
            Prim::Complex => {
                let part = |x: &Array| if is_zero(x) { None } else { Some(Masked::of(x, false)) };
                match (part(&args[0]), part(&args[1])) {
                    (Some(re), None) => Some(re?.with(|re| Array::complex_op(re, &args[1]))),
                    (None, Some(im)) => Some(im?.with(|im| Array::complex_op(&args[0], im))),
                    (Some(re), Some(im)) => {
                        let (re, im) = (re?, im?);
                        let alike = re.side == im.side && same(&re.mask, &im.mask, DEPTH);
                        alike.then(|| re.with(|re| Array::complex_op(re, &im.value)))
                    }
                    (None, None) => None,
                }
            }
            _ => None,
        }
    }
    /// A slope as one: of a step it is a comparison, and rows of the table choose.
    #[track_caller]
    fn slope(s: &Array) -> Option<Masked> {
        match s.parts() {
            (Prim::Binary(Binary::Less), args) => {
                let mask = Array::compare_op(Compare::Lt, &args[0], &args[1]);
                Some(Masked { mask, side: true, value: s.ones_like() })
            }
            _ => Masked::direct(s),
        }
    }
    /// The choice of what is itself one.
    #[track_caller]
    fn within(self, inner: Masked) -> Masked {
        let join = |op: Binary, x: &Array, y: &Array| Array::binary_op(op, x, y);
        match (self.side, inner.side) {
            _ if same(&self.mask, &inner.mask, DEPTH) => match self.side == inner.side {
                true => inner,
                false => Masked { value: inner.value.zeros_like(), ..inner },
            },
            (false, false) => Masked { mask: join(Binary::Max, &self.mask, &inner.mask), ..inner },
            _ => Masked { mask: join(Binary::Min, &self.holds(), &inner.holds()), side: true, ..inner },
        }
    }
    /// The choice behind an operation that `passes`.
    #[track_caller]
    fn moved(self, view: &Array) -> Masked {
        let (prim, args) = view.parts();
        let with = |x: &Array| {
            let args: Vec<Array> = [x].into_iter().chain(&args[1..]).cloned().collect();
            rebuild(prim, &args, view)
        };
        match prim {
            Prim::Unary(_) => self.with(|x| -x),
            Prim::Cast(_) => self.with(with),
            // Sums of no terms are zeros for certain, and so are those of terms of which none is taken.
            Prim::Reduce(..) if args[0].size() == 0 => {
                let none = Array::fill(0.0, view.0.shape.clone(), DType::Bool);
                Masked { mask: none, side: true, value: view.clone() }
            }
            Prim::Reduce(_, axes) => {
                let op = if self.side { Reduction::Max } else { Reduction::Min };
                Masked { mask: self.mask.reduce_op(op, axes.clone()), side: self.side, value: view.clone() }
            }
            Prim::Pad(_) => Masked { mask: with(&self.holds()), side: true, value: view.clone() },
            _ => Masked { mask: with(&self.mask), side: self.side, value: with(&self.value) },
        }
    }
    /// Where it may be other than zero.
    #[track_caller]
    fn holds(&self) -> Array {
        match self.side {
            true => self.mask.clone(),
            false => Array::compare_op(Compare::Eq, &self.mask, &self.mask.zeros_like()),
        }
    }
    /// The same choice of another value.
    fn with(self, f: impl FnOnce(&Array) -> Array) -> Masked {
        Masked { value: f(&self.value), ..self }
    }
    /// The product with something, which is zero where this is.
    #[track_caller]
    fn map(self, f: impl FnOnce(&Array) -> Array) -> Array {
        match self.value.fill_value() {
            Some(0.0) => self.value,
            _ => self.with(f).whole(),
        }
    }
    #[track_caller]
    fn whole(&self) -> Array {
        let zero = self.value.zeros_like();
        match self.side {
            true => Array::select_op(&self.mask, &self.value, &zero),
            false => Array::select_op(&self.mask, &zero, &self.value),
        }
    }
}

/// A choice, and the operations behind it that lead to an array.
struct Found {
    choice: Masked,
    views: SmallVec<[Array; 4]>,
}

impl Found {
    fn behind(g: &Array, deep: bool) -> Option<Found> {
        let mut views: SmallVec<[Array; 4]> = SmallVec::new();
        let mut at = g.clone();
        // Nearly all others are told apart by a look at the last operation.
        loop {
            match &at.0.prim {
                Prim::Select | Prim::Complex => return Some(Found { choice: Masked::direct(&at)?, views }),
                prim if passes(prim, deep) => {
                    let next = at.parts().1.into_iter().next()?;
                    views.push(std::mem::replace(&mut at, next))
                }
                _ => return None,
            }
        }
    }
    /// The condition that is one for all elements, if it has one.
    #[track_caller]
    fn uniform(self) -> Option<Condition> {
        let mut choice = self.choice;
        loop {
            if let Some(holds) = uniform(&choice.mask) {
                return Some(Condition { holds, side: choice.side });
            }
            choice = Masked::direct(&choice.value)?
        }
    }
    /// The array as a choice.
    #[track_caller]
    fn masked(self) -> Masked {
        let mut choice = self.choice;
        // Choices of choices are one.
        while let Some(inner) = Masked::direct(&choice.value) {
            choice = choice.within(inner)
        }
        self.views.iter().rev().fold(choice, Masked::moved)
    }
}

/// Whether zeros before the operation are zeros behind it, in places that a mask can tell.
fn passes(prim: &Prim, deep: bool) -> bool {
    match prim {
        Prim::Unary(op) => *op == Unary::Neg,
        Prim::Cast(dtype) => dtype.is_differentiable(),
        Prim::Pad(_) | Prim::Gather | Prim::Reduce(Reduction::Sum, _) => deep,
        _ => prim.is_view(),
    }
}

/// Whether two masks are the same for sure: one node, or the same operation of the same arguments.
pub(crate) fn same(a: &Array, b: &Array, depth: usize) -> bool {
    if a.0.id == b.0.id {
        return true;
    }
    let ((p, x), (q, y)) = (a.parts(), b.parts());
    let data = matches!(p, Prim::Leaf | Prim::Input | Prim::Alias | Prim::Random(_) | Prim::Custom(..));
    depth > 0
        && !data
        && p == q
        && a.0.shape == b.0.shape
        && a.0.dtype == b.0.dtype
        && x.len() == y.len()
        && x.iter().zip(&y).all(|(x, y)| same(x, y, depth - 1))
}
