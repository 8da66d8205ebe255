//! Which elements of a direction each element of a derivative depends on: a replay in which the value of a node is a set of
//! indices for each of its elements.
//!
//! The recorded derivative is linear in the direction, so that what it depends on is where its matrix can have entries,
//! and no primitive's own derivative is asked for. Custom calls stand for what they compute.

use super::places;
use crate::array::Array;
use crate::custom::Call;
use crate::eval::Control;
use crate::eval::{Body, Flow};
use crate::prim::Prim;
use crate::shape::Shape;
use crate::transform::{Meaning, Recorded};
use pullback_real::sparse::{Indices, Union};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The sets of an array's elements; `None`: it depends on nothing.
#[derive(Clone)]
pub(super) struct Sets(Option<Rc<Vec<Indices>>>);

impl Sets {
    /// Each element depends on itself.
    pub fn each(n: usize) -> Sets {
        Sets::new((0..n as u32).map(Indices::one).collect())
    }
    fn new(sets: Vec<Indices>) -> Sets {
        Sets(Some(Rc::new(sets)))
    }
    fn none() -> Sets {
        Sets(None)
    }
    /// All of `n` elements depend on the same.
    fn same(n: usize, set: Indices) -> Sets {
        if set.is_empty() { Sets::none() } else { Sets::new(vec![set; n]) }
    }
    /// What element i depends on.
    pub fn of(&self, i: usize) -> Indices {
        self.0.as_ref().map_or(Indices::default(), |s| s[i].clone())
    }
    /// All of them.
    fn all(&self) -> &[Indices] {
        self.0.as_ref().map_or(&[], |s| s)
    }
    /// Element by element.
    fn joined(&self, other: &Sets) -> Sets {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(a), Some(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Some(a), Some(b)) => Sets::new(a.iter().zip(b.iter()).map(|(a, b)| a.joined(b)).collect()),
        }
    }
    /// With one more set in every element.
    fn with(&self, n: usize, set: &Indices) -> Sets {
        if set.is_empty() { self.clone() } else { self.joined(&Sets::same(n, set.clone())) }
    }
    fn union(&self) -> Indices {
        Indices::union(self.all())
    }
    /// The unions of equal blocks, one after the other.
    fn blocks(&self, blocks: usize) -> Vec<Indices> {
        match self.all() {
            [] => vec![Indices::default(); blocks],
            all => all.chunks((all.len() / blocks.max(1)).max(1)).map(Indices::union).collect(),
        }
    }
    /// Row i of `n` along the first axis.
    fn row(&self, i: usize, n: usize) -> Sets {
        match self.all() {
            [] => Sets::none(),
            all => Sets::new(all[i * all.len() / n..(i + 1) * all.len() / n].to_vec()),
        }
    }
    /// Unions by where each element goes.
    fn gathered(&self, n: usize, to: &[i64]) -> Sets {
        let mut unions: Vec<Union> = (0..n).map(|_| Union::default()).collect();
        self.all().iter().zip(to).for_each(|(set, &to)| unions[to as usize].add(set));
        Sets::new(unions.into_iter().map(Union::finish).collect())
    }
}

/// The meaning of a node: what its elements depend on.
#[derive(Default)]
pub(super) struct Structure {
    /// Where a movement's elements come from, by node: loops ask again.
    moved: HashMap<u64, Rc<Vec<i64>>>,
    /// What is written to files, by the node that writes it.
    kept: HashMap<u64, Sets>,
}

impl Meaning for Structure {
    type Value = Sets;
    fn constant(_: &Array) -> Sets {
        Sets::none()
    }
    fn node(&mut self, node: &Array, prim: &Prim, args: &[Sets]) -> Sets {
        // What an alias waits for does not enter it.
        let read = if matches!(prim, Prim::Alias) { &args[..1] } else { args };
        if read.iter().all(|a| a.0.is_none()) {
            return Sets::none();
        }
        let n = node.size();
        let arrays = node.parts().1;
        match prim {
            Prim::Alias | Prim::Stop | Prim::Cast(_) | Prim::Re | Prim::Im => args[0].clone(),
            Prim::Unary(_)
            | Prim::Binary(_)
            | Prim::Compare(_)
            | Prim::Select
            | Prim::Complex
            | Prim::Holomorphic(_) => args.iter().fold(Sets::none(), |all, x| all.joined(x)),
            Prim::Broadcast
            | Prim::Reshape
            | Prim::Permute(_)
            | Prim::Slice { .. }
            | Prim::Pad(_)
            | Prim::Flip(_)
            | Prim::Concat(_) => self.moved(node, prim, &arrays, args),
            Prim::Gather if arrays[1].0.traced.is_none() => self.moved(node, prim, &arrays, &args[..1]),
            // Rows that are not known: any row of the same column.
            Prim::Gather => {
                let (x, m) = (&arrays[0].0.shape, arrays[1].shape()[1]);
                let columns = columns(&args[0], x[0], x[1], x[2]);
                let of = |b: usize, k: usize, c: usize| columns[b * x[2] + c].joined(&args[1].of(b * m + k));
                Sets::new((0..n).map(|i| of(i / (m * x[2]), i / x[2] % m, i % x[2])).collect())
            }
            Prim::ScatterAdd(_) if arrays[0].0.traced.is_none() => {
                args[1].gathered(n, &places::scattered(node, &arrays[0]))
            }
            Prim::ScatterAdd(rows) => {
                let u = &arrays[1].0.shape;
                let (columns, index) = (columns(&args[1], u[0], u[1], u[2]), args[0].blocks(u[0]));
                let of = |b: usize, c: usize| columns[b * u[2] + c].joined(&index[b]);
                Sets::new((0..n).map(|i| of(i / (rows * u[2]), i % u[2])).collect())
            }
            Prim::Reduce(..) => args[0].gathered(n, &places::reduced(node, &arrays[0])),
            Prim::Cumsum { axis, reverse } => {
                let shape = &node.0.shape;
                let (extent, step) = (shape[*axis], shape.strides()[*axis]);
                let mut all = args[0].all().to_vec();
                let mut add = |i: usize, from: usize| all[i] = all[i].joined(&all[from]);
                match reverse {
                    false => (0..n).filter(|i| i / step % extent > 0).for_each(|i| add(i, i - step)),
                    true => {
                        (0..n).rev().filter(|i| i / step % extent + 1 < extent).for_each(|i| add(i, i + step))
                    }
                }
                Sets::new(all)
            }
            Prim::Matmul => {
                let (k, columns_n) = (arrays[0].shape()[node.ndim() - 1], node.shape()[node.ndim() - 1]);
                let rows = args[0].blocks(n / columns_n.max(1));
                let batches: usize = node.shape()[..node.ndim() - 2].iter().product();
                let columns = columns(&args[1], batches, k, columns_n);
                let per_batch = n / batches.max(1);
                let of = |i: usize| {
                    rows[i / columns_n].joined(&columns[i / per_batch * columns_n + i % columns_n])
                };
                Sets::new((0..n).map(of).collect())
            }
            Prim::Conv(window) => {
                let (x, w, y) = (&arrays[0].0.shape, &arrays[1].0.shape, &node.0.shape);
                let outputs = w[w.rank() - 1];
                let places = |shape: &Shape| shape[..shape.rank() - 1].iter().product();
                let sources = args[0].blocks(places(x));
                let cells: usize = w[1..w.rank() - 1].iter().product();
                let kernels = columns(&args[1], w[0], cells, outputs);
                let mut covered: Vec<Union> = (0..places(y)).map(|_| Union::default()).collect();
                places::windows(window, x, w, y, &mut |to, from| covered[to].add(&sources[from]));
                let covered: Vec<Indices> = covered.into_iter().map(Union::finish).collect();
                let per_group = n / w[0].max(1);
                let of =
                    |i: usize| covered[i / outputs].joined(&kernels[i / per_group * outputs + i % outputs]);
                Sets::new((0..n).map(of).collect())
            }
            // Each line, or matrix, as a whole.
            Prim::Argsort | Prim::Fft { .. } => {
                self.whole(node, args, n / node.shape()[node.ndim() - 1].max(1))
            }
            Prim::Spill { .. } => {
                self.kept.insert(node.0.id, args[0].clone());
                self.whole(node, args, n)
            }
            Prim::Unspill(..) => match written(&arrays[0]).and_then(|id| self.kept.get(&id)) {
                Some(sets) if sets.all().len() == n => sets.clone(),
                _ => self.whole(node, args, arrays[0].size()),
            },
            Prim::Random(draws) => self.whole(node, args, n / draws.max(&1)),
            Prim::Linalg(_) => {
                let a = arrays[0].shape();
                self.whole(node, args, a[..a.len() - 2].iter().product())
            }
            Prim::Leaf | Prim::Input | Prim::Fill { .. } | Prim::Iota(_) | Prim::Eye(..) => {
                unreachable!("they have no arguments")
            }
            Prim::Custom(..) | Prim::Control(..) => unreachable!("calls and loops are replayed as a whole"),
        }
    }
    fn call(&mut self, _: &Arc<Call>, _: &[Sets], outputs: &[Sets]) -> Vec<Sets> {
        outputs.to_vec()
    }
    fn control(&mut self, control: &Arc<Control>, args: &[Sets]) -> Vec<Sets> {
        let flow = &control.flow;
        let sizes: Vec<usize> = control.outputs.iter().map(|(shape, _)| shape.size()).collect();
        self.flow(flow, args, &sizes)
    }
}

/// The node that writes what these numbers are of, if it is at hand.
fn written(numbers: &Array) -> Option<u64> {
    let mut x = numbers.clone();
    loop {
        let (prim, args) = x.parts();
        x = match prim {
            Prim::Spill { .. } => return Some(x.0.id),
            Prim::Alias | Prim::Stop => args[0].clone(),
            Prim::Custom(call, k) => call.outputs()[*k].clone(),
            _ => return None,
        }
    }
}

impl Structure {
    fn moved(&mut self, node: &Array, prim: &Prim, arrays: &[Array], args: &[Sets]) -> Sets {
        let places =
            self.moved.entry(node.0.id).or_insert_with(|| Rc::new(places::moved(node, prim, arrays)));
        let ends: Vec<usize> = arrays
            .iter()
            .scan(0, |end, a| {
                *end += a.size();
                Some(*end)
            })
            .collect();
        let of = |&place: &i64| {
            let Some(i) = (place as usize).checked_sub(1) else { return Indices::default() };
            let k = ends.partition_point(|&end| end <= i);
            args[k].of(i - if k == 0 { 0 } else { ends[k - 1] })
        };
        Sets::new(places.iter().map(of).collect())
    }
    /// Each of `blocks` parts of the result depends on all of the same part of every argument.
    fn whole(&self, node: &Array, args: &[Sets], blocks: usize) -> Sets {
        let mut sets = vec![Indices::default(); blocks];
        for x in args {
            sets.iter_mut().zip(x.blocks(blocks)).for_each(|(set, more)| *set = set.joined(&more))
        }
        let size = node.size() / blocks.max(1);
        Sets::new((0..node.size()).map(|i| sets[i / size].clone()).collect())
    }
    fn body(&mut self, body: &Recorded, args: Vec<Sets>) -> Vec<Sets> {
        body.replay(self, &args)
    }
    fn flow(&mut self, flow: &Flow, args: &[Sets], sizes: &[usize]) -> Vec<Sets> {
        let recorded = |body: &Body| Recorded::of(body.graph().0, body.graph().1);
        match flow {
            // Any of the functions, and which of them it is.
            Flow::Cond(bodies) => {
                let mut all = vec![Sets::none(); sizes.len()];
                for body in bodies {
                    let ys = self.body(&recorded(body), args[1..].to_vec());
                    all = all.iter().zip(&ys).map(|(a, b)| a.joined(b)).collect()
                }
                let which = args[0].union();
                all.iter().zip(sizes).map(|(y, &n)| y.with(n, &which)).collect()
            }
            // Until nothing is added: after that no step adds anything.
            Flow::While { test, body, state, tested } => {
                let (test, body) = (recorded(test), recorded(body));
                let (mut now, rest) = (args[..*state].to_vec(), &args[*state..]);
                let (for_test, for_body) = rest.split_at(*tested);
                loop {
                    let go_on = self.body(&test, [&now, for_test].concat())[0].union();
                    let next = self.body(&body, [&now, for_body].concat());
                    let wider = now.iter().zip(&next).zip(sizes);
                    let wider: Vec<Sets> = wider.map(|((a, b), &n)| a.joined(b).with(n, &go_on)).collect();
                    if wider.iter().zip(&now).all(|(a, b)| a.all() == b.all()) {
                        return now;
                    }
                    now = wider
                }
            }
            Flow::Check(_) => args[1..].to_vec(),
            Flow::Scan { body, state, shared, length, reverse, .. } => {
                let body = recorded(body);
                let (mut now, rest) = (args[..*state].to_vec(), &args[*state..]);
                let (shared, rows) = rest.split_at(*shared);
                let mut stacks = Stacks::new(&sizes[*state..], *length);
                for step in 0..*length {
                    let i = if *reverse { length - 1 - step } else { step };
                    let row: Vec<Sets> = rows.iter().map(|x| x.row(i, *length)).collect();
                    let mut ys = self.body(&body, [&now, shared, &row].concat());
                    stacks.put(i, &ys[*state..]);
                    ys.truncate(*state);
                    now = ys
                }
                stacks.after(now)
            }
            Flow::Adjoint { advance, back, state, carried, shared, rows, length, reverse, .. } => {
                let (advance, back) = (recorded(advance), recorded(back));
                let (first, rest) = args.split_at(*state);
                let (now, rest) = rest.split_at(*carried);
                let (shared, rest) = rest.split_at(*shared);
                let place = |step: usize| if *reverse { length - 1 - step } else { step };
                let row = |x: &[Sets], step: usize| -> Vec<Sets> {
                    x.iter().map(|x| x.row(place(step), *length)).collect()
                };
                let mut states = vec![first.to_vec()];
                for step in 1..*length {
                    let args = [&states[step - 1], shared, &row(&rest[..*rows], step - 1)].concat();
                    states.push(self.body(&advance, args))
                }
                let mut now = now.to_vec();
                let mut stacks = Stacks::new(&sizes[*carried..], *length);
                for step in (0..*length).rev() {
                    let mut ys = self.body(&back, [&now, shared, &states[step], &row(rest, step)].concat());
                    stacks.put(place(step), &ys[*carried..]);
                    ys.truncate(*carried);
                    now = ys
                }
                stacks.after(now)
            }
        }
    }
}

/// The unions along the middle of three axes, for each place of the outer two.
fn columns(x: &Sets, outer: usize, middle: usize, inner: usize) -> Vec<Indices> {
    if x.0.is_none() {
        return vec![Indices::default(); outer * inner];
    }
    let column = |i: usize| {
        let (b, c) = (i / inner, i % inner);
        Indices::union((0..middle).map(|k| &x.all()[(b * middle + k) * inner + c]))
    };
    (0..outer * inner).map(column).collect()
}

/// The rows of a loop's outputs, one above the other.
struct Stacks(Vec<Vec<Indices>>, usize);

impl Stacks {
    fn new(sizes: &[usize], length: usize) -> Stacks {
        Stacks(sizes.iter().map(|&n| vec![Indices::default(); n]).collect(), length)
    }
    fn put(&mut self, i: usize, rows: &[Sets]) {
        for (stack, row) in self.0.iter_mut().zip(rows) {
            let n = stack.len() / self.1;
            row.all().iter().enumerate().for_each(|(k, set)| stack[i * n + k] = set.clone())
        }
    }
    fn after(self, state: Vec<Sets>) -> Vec<Sets> {
        state.into_iter().chain(self.0.into_iter().map(Sets::new)).collect()
    }
}
