//! Series of any function of the table, computed one coefficient after the other: the k-th coefficient of y
//! follows from y′ = s(x, y)·x′, which needs only k terms of the slope s.
//!
//! The slopes are graphs of functions as well, whose terms are computed on demand and kept. A common
//! subexpression is one node, so that most families of functions are closed after a few nodes: a function
//! costs the square of the number of terms. Functions whose derivatives are always new functions (of Bessel,
//! ψ⁽ⁿ⁾) cost its third power.

use super::{moves, next_binary, next_unary, weighted};
use crate::operators;
use crate::real::{Binary, Real, Unary};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The coefficients of op(x), as many as there are of x.
#[track_caller]
pub fn unary_series<R: Real>(op: Unary, x: &[R]) -> Vec<R> {
    let graph = Rc::default();
    let y = Term::unary(op, &Term::input(&graph, x));
    y.coefficients(R::unary(op, &x[0]), x.len())
}

/// The coefficients of op(x, y), as many as there are of the shorter.
#[track_caller]
pub fn binary_series<R: Real>(op: Binary, x: &[R], y: &[R]) -> Vec<R> {
    let graph = Rc::default();
    let z = Term::binary(op, &Term::input(&graph, x), &Term::input(&graph, y));
    z.coefficients(R::binary(op, &x[0], &y[0]), x.len().min(y.len()))
}

/// The definition of a node; arguments are given by their numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    Input(usize),
    /// A plain number, by its bits.
    Number(u64),
    Unary(Unary, usize),
    Binary(Binary, usize, usize),
    Select(usize, usize, usize),
    Held(usize),
}
struct Node<R> {
    source: Source,
    /// The coefficients so far.
    c: Vec<R>,
    /// The nodes of the slopes by its arguments, once they have been built.
    slopes: [Option<usize>; 2],
}
struct Graph<R> {
    nodes: Vec<Node<R>>,
    found: HashMap<Source, usize>,
}
impl<R> Default for Graph<R> {
    fn default() -> Self {
        Graph { nodes: vec![], found: HashMap::new() }
    }
}
type Shared<R> = Rc<RefCell<Graph<R>>>;

/// A series whose coefficients are computed on demand.
#[derive(Clone)]
enum Term<R> {
    Number(f64),
    Node(Shared<R>, usize),
}
use Term::Number;

impl<R: Real> Term<R> {
    fn input(graph: &Shared<R>, c: &[R]) -> Self {
        match c[0].certain() {
            Some(number) if !moves(c, c.len() - 1) => Number(number),
            _ => {
                let k = graph.borrow().nodes.len();
                Self::node(graph, Source::Input(k), c.to_vec())
            }
        }
    }
    fn node(graph: &Shared<R>, source: Source, c: Vec<R>) -> Self {
        let mut inside = graph.borrow_mut();
        let next = inside.nodes.len();
        let k = *inside.found.entry(source).or_insert(next);
        if k == next {
            inside.nodes.push(Node { source, c, slopes: [None; 2] })
        }
        Term::Node(graph.clone(), k)
    }
    /// Its number in the graph.
    fn place(&self, graph: &Shared<R>) -> usize {
        match self {
            Number(c) => match Self::node(graph, Source::Number(c.to_bits()), vec![]) {
                Term::Node(_, k) => k,
                Number(_) => unreachable!("a node"),
            },
            Term::Node(_, k) => *k,
        }
    }
    /// x·x·…, by squaring.
    #[track_caller]
    fn power(&self, n: u32) -> Self {
        match n {
            0 => Number(1.0),
            1 => self.clone(),
            n if n % 2 == 0 => (self * self).power(n / 2),
            n => self * self.power(n - 1),
        }
    }
    /// The first `len` coefficients, with `first` as the constant term, so that it is rounded like the plain
    /// function.
    #[track_caller]
    fn coefficients(&self, first: R, len: usize) -> Vec<R> {
        let mut c = match self {
            Number(_) => vec![R::lift(0.0); len],
            Term::Node(graph, k) => terms(graph, *k, len),
        };
        c[0] = first;
        c
    }
}

/// The first `len` coefficients of node k.
#[track_caller]
fn terms<R: Real>(graph: &Shared<R>, k: usize, len: usize) -> Vec<R> {
    loop {
        // The graph is not borrowed while numbers are computed: they may be series themselves.
        let (source, c) = {
            let node = &graph.borrow().nodes[k];
            if node.c.len() >= len {
                return node.c[..len].to_vec();
            }
            (node.source, node.c.clone())
        };
        let next = next(graph, (k, source), &c);
        graph.borrow_mut().nodes[k].c.push(next)
    }
}

/// The coefficient of node k after those in `c`.
#[track_caller]
fn next<R: Real>(graph: &Shared<R>, (k, source): (usize, Source), c: &[R]) -> R {
    let j = c.len();
    let nothing = || R::lift(0.0);
    match source {
        Source::Input(_) => nothing(),
        Source::Number(bits) => R::lift(if j == 0 { f64::from_bits(bits) } else { 0.0 }),
        Source::Unary(op, a) => {
            let x = terms(graph, a, j + 1);
            if j == 0 {
                return R::unary(op, &x[0]);
            }
            if op.is_flat() || !moves(&x, j) {
                return nothing();
            }
            let by_slope = || {
                let node = |k| Term::Node(graph.clone(), k);
                let slope = slope(graph, (k, 0), || op.slope(&node(a), &node(k)));
                weighted(&x, &terms(graph, slope, j), j) / j as f64
            };
            next_unary(op, &x, c, j).unwrap_or_else(by_slope)
        }
        Source::Binary(op, a, b) => {
            let (x, y) = (terms(graph, a, j + 1), terms(graph, b, j + 1));
            if j == 0 {
                return R::binary(op, &x[0], &y[0]);
            }
            if op.is_flat() {
                return nothing();
            }
            let by_slopes = || {
                let node = |k| Term::Node(graph.clone(), k);
                let part = |arg: &[R], side: usize| {
                    let make = || match side {
                        0 => op.slope_x(&node(a), &node(b), &node(k)),
                        _ => op.slope_y(&node(a), &node(b), &node(k)),
                    };
                    // The slope by an argument that does not move may be infinite: it is left out.
                    moves(arg, j).then(|| weighted(arg, &terms(graph, slope(graph, (k, side), make), j), j))
                };
                let parts = part(&x, 0).into_iter().chain(part(&y, 1));
                parts.reduce(|a, b| a + b).map_or_else(nothing, |sum| sum / j as f64)
            };
            next_binary(op, (&x, &y), c, j).unwrap_or_else(by_slopes)
        }
        Source::Held(a) if j == 0 => terms(graph, a, 1)[0].held(),
        Source::Held(_) => nothing(),
        Source::Select(cond, a, b) => {
            let (a, b) = (terms(graph, a, j + 1), terms(graph, b, j + 1));
            R::select(&terms(graph, cond, 1)[0], &a[j], &b[j])
        }
    }
}

/// The number of a node's slope, which is built on first use.
fn slope<R: Real>(graph: &Shared<R>, (k, side): (usize, usize), make: impl FnOnce() -> Term<R>) -> usize {
    let known = graph.borrow().nodes[k].slopes[side];
    known.unwrap_or_else(|| {
        let slope = make().place(graph);
        graph.borrow_mut().nodes[k].slopes[side] = Some(slope);
        slope
    })
}

impl<R: Real> Real for Term<R> {
    fn lift(c: f64) -> Self {
        Number(c)
    }
    #[track_caller]
    fn unary(op: Unary, x: &Self) -> Self {
        match (op, x) {
            (_, Number(c)) => Number(op.eval(*c)),
            (Unary::Powi(n), x) if n < 0 => x.power(n.unsigned_abs()).recip(),
            (Unary::Powi(n), x) => x.power(n.unsigned_abs()),
            (_, Term::Node(graph, k)) => Self::node(graph, Source::Unary(op, *k), vec![]),
        }
    }
    #[track_caller]
    fn binary(op: Binary, x: &Self, y: &Self) -> Self {
        match (op, x, y) {
            (_, Number(x), Number(y)) => Number(op.eval(*x, *y)),
            (Binary::Pow, x, Number(n)) if n.fract() == 0.0 && n.abs() <= f64::from(i32::MAX) => {
                x.powi(*n as i32)
            }
            (_, Term::Node(graph, _), _) | (_, _, Term::Node(graph, _)) => {
                Self::node(graph, Source::Binary(op, x.place(graph), y.place(graph)), vec![])
            }
        }
    }
    fn select(cond: &Self, a: &Self, b: &Self) -> Self {
        match (cond, a, b) {
            (Number(c), ..) => {
                if *c != 0.0 {
                    a.clone()
                } else {
                    b.clone()
                }
            }
            (_, Number(a), Number(b)) if a.to_bits() == b.to_bits() => Number(*a),
            (Term::Node(graph, cond), ..) => {
                Self::node(graph, Source::Select(*cond, a.place(graph), b.place(graph)), vec![])
            }
        }
    }
    fn held(&self) -> Self {
        match self {
            Number(c) => Number(*c),
            Term::Node(graph, k) => Self::node(graph, Source::Held(*k), vec![]),
        }
    }
    fn certain(&self) -> Option<f64> {
        match self {
            Number(c) => Some(*c),
            Term::Node(..) => None,
        }
    }
}
operators! {[R: Real] Term<R>}
