//! Jacobians by vertex elimination: intermediate results are removed from the graph in any order, and each
//! removal joins the edges in with the edges out. Forward and reverse mode are two of these orders.
//!
//! The least number of multiplications is hard to find (the problem is NP-complete; U. Naumann, Mathematical
//! Programming 112 (2008)). Small graphs are searched; on larger ones the best of the known orders is taken.

use super::engine::{self, Ends, Point};
use super::outputs::Outputs;
use crate::sweep::Records;
use crate::var::Var;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The order in which intermediate results are eliminated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Elimination {
    /// First to last: forward mode, one sparse sweep.
    Forward,
    /// Last to first: reverse mode, one sparse sweep.
    Reverse,
    /// Always the result that costs least: (edges in) × (edges out). After Markowitz (1957), as Griewank and
    /// Reese (1991) use it.
    Markowitz,
    /// The cheapest order of all where at most 14 results lie between inputs and outputs, else the cheapest of the three.
    Best,
}

/// A Jacobian, and the cost of its elimination.
#[derive(Clone, Debug, PartialEq)]
pub struct Eliminated<R> {
    /// One row per result.
    pub jacobian: Vec<Vec<R>>,
    /// Multiplications of partial derivatives.
    pub multiplications: usize,
    /// Intermediate results that were eliminated.
    pub eliminated: usize,
}

/// f ↦ its Jacobian by elimination of intermediate results in an order, with the number of multiplications.
///
/// ```
/// use pullback_real::{Elimination, Var, eliminate, jacobian};
/// // Two inputs squeezed through one number, then two outputs: neither forward nor reverse is the best.
/// fn f(x: &[Var]) -> Vec<Var> {
///     let waist = (x[0] * x[1]).sin() * x[0];
///     vec![waist * x[0], waist * x[1]]
/// }
/// # use pullback_real::Real;
/// let best = eliminate(f, Elimination::Best)(&[0.3, 0.7]);
/// let (forward, reverse) = (eliminate(f, Elimination::Forward)(&[0.3, 0.7]), eliminate(f, Elimination::Reverse)(&[0.3, 0.7]));
/// assert!(best.multiplications <= forward.multiplications.min(reverse.multiplications));
/// for (row, want) in best.jacobian.iter().zip(jacobian(f)(&[0.3, 0.7])) {
///     for (x, want) in row.iter().zip(want) { assert!((*x - want).abs() < 1e-15) }
/// }
/// ```
///
/// # Panics
/// As [`grad`](crate::grad).
pub fn eliminate<R: Point, Y: Outputs<Var>>(
    f: impl Fn(&[Var]) -> Y,
    order: Elimination,
) -> impl Fn(&[R]) -> Eliminated<R> {
    move |x| {
        let (_, ends, recorded) = engine::record(&f, x);
        let graph = Graph::of(&ends, &R::records(&recorded));
        let inner = graph.inner();
        let order = match order {
            Elimination::Forward => inner.clone(),
            Elimination::Reverse => inner.iter().rev().copied().collect(),
            Elimination::Markowitz => graph.shape().markowitz(&inner),
            Elimination::Best => graph.shape().best(&inner),
        };
        graph.eliminate(&order, &ends)
    }
}

/// The graph of the results between inputs and outputs, with the partial derivatives on its edges. Outputs
/// are vertices of their own, numbered after all slots.
struct Graph<R> {
    slots: usize,
    inputs: usize,
    into: BTreeMap<usize, BTreeMap<usize, R>>,
    out: BTreeMap<usize, BTreeSet<usize>>,
}

impl<R: Point> Graph<R> {
    fn of(ends: &Ends<R>, records: &impl Records<R>) -> Graph<R> {
        let mut graph =
            Graph { slots: records.slots(), inputs: ends.n, into: BTreeMap::new(), out: BTreeMap::new() };
        for k in 0..records.len() {
            let to = records.result(k);
            records.each_arg(k, |from, slope| {
                if from != 0 && (from <= ends.n || graph.into.contains_key(&from)) && !slope.is_surely_zero()
                {
                    graph.add(from, to, slope)
                }
            });
        }
        for (i, &(slot, slope)) in ends.exits.iter().enumerate() {
            if slot != 0 && (slot <= ends.n || graph.into.contains_key(&slot)) {
                graph.add(slot, graph.slots + i, slope)
            }
        }
        // Results that lead to no output are removed.
        for v in graph.inner().into_iter().rev() {
            if graph.out.get(&v).is_none_or(BTreeSet::is_empty) {
                for p in graph.into.remove(&v).unwrap_or_default().into_keys() {
                    graph.out.get_mut(&p).map(|out| out.remove(&v));
                }
            }
        }
        graph
    }
    fn add(&mut self, from: usize, to: usize, slope: R) {
        self.into.entry(to).or_default().entry(from).and_modify(|s| *s += slope).or_insert(slope);
        self.out.entry(from).or_default().insert(to);
    }
    /// The results to eliminate, first to last.
    fn inner(&self) -> Vec<usize> {
        self.into.keys().copied().filter(|&v| v > self.inputs && v < self.slots).collect()
    }
    fn shape(&self) -> Shape {
        let into = self.into.iter().map(|(&v, from)| (v, from.keys().copied().collect())).collect();
        Shape { into, out: self.out.clone() }
    }
    fn eliminate(mut self, order: &[usize], ends: &Ends<R>) -> Eliminated<R> {
        let mut multiplications = 0;
        for &v in order {
            let (into, out) =
                (self.into.remove(&v).unwrap_or_default(), self.out.remove(&v).unwrap_or_default());
            for &to in &out {
                let slope = self.into.get_mut(&to).and_then(|into| into.remove(&v)).unwrap_or(R::lift(0.0));
                for (&from, &inner) in &into {
                    multiplications += 1;
                    self.add(from, to, slope * inner)
                }
            }
            for from in into.keys() {
                self.out.get_mut(from).map(|out| out.remove(&v));
            }
        }
        let row = |i| {
            let into = self.into.get(&(self.slots + i));
            (1..=ends.n)
                .map(|j| into.and_then(|into| into.get(&j)).copied().unwrap_or(R::lift(0.0)))
                .collect()
        };
        let jacobian = (0..ends.exits.len()).map(row).collect();
        Eliminated { jacobian, multiplications, eliminated: order.len() }
    }
}

/// The edges of the graph, without the partial derivatives.
#[derive(Clone)]
struct Shape {
    into: BTreeMap<usize, BTreeSet<usize>>,
    out: BTreeMap<usize, BTreeSet<usize>>,
}

impl Shape {
    /// The multiplications that eliminate `v`: one for each pair of an edge in and an edge out, also of edges
    /// to outputs, whose factor may be 1.
    fn cost(&self, v: usize) -> usize {
        self.into.get(&v).map_or(0, BTreeSet::len) * self.out.get(&v).map_or(0, BTreeSet::len)
    }
    /// Eliminates a result and returns the number of multiplications.
    fn take(&mut self, v: usize) -> usize {
        let cost = self.cost(v);
        let (into, out) = (self.into.remove(&v).unwrap_or_default(), self.out.remove(&v).unwrap_or_default());
        for &from in &into {
            let next = self.out.entry(from).or_default();
            next.remove(&v);
            next.extend(&out);
        }
        for to in out {
            let before = self.into.entry(to).or_default();
            before.remove(&v);
            before.extend(&into);
        }
        cost
    }
    fn total(&self, order: &[usize]) -> usize {
        let mut shape = self.clone();
        order.iter().map(|&v| shape.take(v)).sum()
    }
    fn markowitz(&self, inner: &[usize]) -> Vec<usize> {
        let (mut shape, mut left, mut order) = (self.clone(), inner.to_vec(), vec![]);
        while let Some((at, _)) = left.iter().enumerate().min_by_key(|&(_, &v)| shape.cost(v)) {
            let v = left.remove(at);
            shape.take(v);
            order.push(v)
        }
        order
    }
    fn best(&self, inner: &[usize]) -> Vec<usize> {
        if inner.len() <= 14 {
            return self.searched(inner);
        }
        let orders = [inner.to_vec(), inner.iter().rev().copied().collect(), self.markowitz(inner)];
        orders.into_iter().min_by_key(|order| self.total(order)).unwrap_or_default()
    }
    /// The cheapest order, by dynamic programming over sets of eliminated results: the remaining graph
    /// depends on the set, not on the order of elimination.
    fn searched(&self, inner: &[usize]) -> Vec<usize> {
        let mut ways: HashMap<u32, (usize, Vec<usize>, Shape)> =
            HashMap::from([(0, (0, vec![], self.clone()))]);
        for _ in inner {
            let mut next: HashMap<u32, (usize, Vec<usize>, Shape)> = HashMap::new();
            for (set, (cost, order, shape)) in ways {
                for (bit, &v) in inner.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 0) {
                    let (set, cost) = (set | 1 << bit, cost + shape.cost(v));
                    if next.get(&set).is_none_or(|known| cost < known.0) {
                        let mut shape = shape.clone();
                        shape.take(v);
                        next.insert(set, (cost, [&order[..], &[v]].concat(), shape));
                    }
                }
            }
            ways = next
        }
        ways.into_values().next().map(|(_, order, _)| order).unwrap_or_default()
    }
}
