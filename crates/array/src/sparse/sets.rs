//! Sets of indices for each element of an array, and how primitives join them.

use crate::array::Array;
use crate::prim::Prim;
use crate::shape::Shape;
use pullback_real::sparse::{Indices, Union};
use std::rc::Rc;

/// The sets of an array's elements; `None`: it depends on nothing.
#[derive(Clone)]
pub(super) struct Sets(Option<Rc<Vec<Indices>>>);

impl Sets {
    /// Each element depends on itself.
    pub fn each(n: usize) -> Sets {
        Sets::new((0..n as u32).map(Indices::one).collect())
    }
    pub fn new(sets: Vec<Indices>) -> Sets {
        Sets(Some(Rc::new(sets)))
    }
    pub fn none() -> Sets {
        Sets(None)
    }
    /// All of `n` elements depend on the same.
    pub fn same(n: usize, set: Indices) -> Sets {
        if set.is_empty() { Sets::none() } else { Sets::new(vec![set; n]) }
    }
    /// Whether no element depends on anything.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }
    /// What element i depends on.
    pub fn of(&self, i: usize) -> Indices {
        self.0.as_ref().map_or(Indices::default(), |s| s[i].clone())
    }
    /// All of them.
    pub fn all(&self) -> &[Indices] {
        self.0.as_ref().map_or(&[], |s| s)
    }
    /// Element by element.
    pub fn joined(&self, other: &Sets) -> Sets {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Some(a), Some(b)) => Sets::new(a.iter().zip(b.iter()).map(|(a, b)| a.joined(b)).collect()),
        }
    }
    /// With one more set in every element.
    pub fn with(&self, n: usize, set: &Indices) -> Sets {
        if set.is_empty() { self.clone() } else { self.joined(&Sets::same(n, set.clone())) }
    }
    pub fn union(&self) -> Indices {
        Indices::union(self.all())
    }
    /// The unions of equal blocks, one after the other.
    pub fn blocks(&self, blocks: usize) -> Vec<Indices> {
        match self.all() {
            [] => vec![Indices::default(); blocks],
            all => all.chunks((all.len() / blocks.max(1)).max(1)).map(Indices::union).collect(),
        }
    }
    /// Row i of `n` along the first axis.
    pub fn row(&self, i: usize, n: usize) -> Sets {
        match self.all() {
            [] => Sets::none(),
            all => Sets::new(all[i * all.len() / n..(i + 1) * all.len() / n].to_vec()),
        }
    }
    /// Unions by where each element goes.
    pub fn gathered(&self, n: usize, to: &[i64]) -> Sets {
        let mut unions: Vec<Union> = (0..n).map(|_| Union::default()).collect();
        self.all().iter().zip(to).for_each(|(set, &to)| unions[to as usize].add(set));
        Sets::new(unions.into_iter().map(Union::finish).collect())
    }
}

/// The sets of a result of which each slice along an axis is made of slices of the arguments, where [`Prim::axes`] says so, and
/// of all of them elsewhere.
pub(super) fn along_axes(node: &Array, prim: &Prim, arrays: &[Array], args: &[Sets]) -> Sets {
    let shapes: Vec<&Shape> = arrays.iter().map(|a| &a.0.shape).collect();
    let mut all = Sets::none();
    for (k, x) in args.iter().enumerate().filter(|(_, x)| !x.is_none()) {
        let axes = prim.axes(k, &shapes, &node.0.shape);
        // Pairs of axes that run along with each other, each of the argument's once.
        let mut pairs: Vec<(usize, usize)> = vec![];
        for (to, from) in axes.iter().enumerate().filter_map(|(to, from)| Some((to, (*from)?))) {
            if pairs.iter().all(|(_, known)| *known != from) {
                pairs.push((to, from))
            }
        }
        let (result, argument) = (&node.0.shape, shapes[k]);
        let groups = pairs.iter().map(|&(_, from)| argument[from]).product();
        let group = |i: usize, shape: &Shape, axis: &dyn Fn(&(usize, usize)) -> usize| {
            let strides = shape.strides();
            let at = |pair: &(usize, usize)| i / strides[axis(pair)] % shape[axis(pair)];
            pairs.iter().fold(0, |g, pair| g * shape[axis(pair)] + at(pair))
        };
        let mut unions: Vec<Union> = (0..groups).map(|_| Union::default()).collect();
        x.all().iter().enumerate().for_each(|(i, set)| unions[group(i, argument, &|p| p.1)].add(set));
        let unions: Vec<Indices> = unions.into_iter().map(Union::finish).collect();
        let of = |i: usize| unions[group(i, result, &|p| p.0)].clone();
        all = all.joined(&Sets::new((0..node.size()).map(of).collect()))
    }
    all
}

/// The unions along the middle of three axes, for each place of the outer two.
pub(super) fn columns(x: &Sets, outer: usize, middle: usize, inner: usize) -> Vec<Indices> {
    if x.is_none() {
        return vec![Indices::default(); outer * inner];
    }
    let column = |i: usize| {
        let (b, c) = (i / inner, i % inner);
        Indices::union((0..middle).map(|k| &x.all()[(b * middle + k) * inner + c]))
    };
    (0..outer * inner).map(column).collect()
}

/// The rows of a loop's outputs, one above the other.
pub(super) struct Stacks(Vec<Vec<Indices>>, usize);

impl Stacks {
    pub fn new(sizes: &[usize], length: usize) -> Stacks {
        Stacks(sizes.iter().map(|&n| vec![Indices::default(); n]).collect(), length)
    }
    pub fn put(&mut self, i: usize, rows: &[Sets]) {
        for (stack, row) in self.0.iter_mut().zip(rows) {
            let n = stack.len() / self.1;
            row.all().iter().enumerate().for_each(|(k, set)| stack[i * n + k] = set.clone())
        }
    }
    pub fn after(self, state: Vec<Sets>) -> Vec<Sets> {
        state.into_iter().chain(self.0.into_iter().map(Sets::new)).collect()
    }
}
