//! Every primitive with one more leading axis: what `vmap` replays a function with.
//!
//! A value is mapped (it has the batch as its axis 0) or shared by all examples. Shared arguments cost nothing:
//! they are broadcast as views, and a product with a shared matrix is one larger product.

use super::replay::{Meaning, Recorded, Slot};
use crate::array::Array;
use crate::build::{build, rebuild};
use crate::custom::Call;
use crate::custom::{CallRules, Linear, Rule};
use crate::eval::Control;
use crate::prim::{Form, Prim, Reduction};
use crate::shape::{Dims, Shape};
use pullback_real::refuse;
use smallvec::SmallVec;
use std::sync::Arc;

/// An array of the batched function.
#[derive(Clone)]
pub(crate) struct Batched {
    pub array: Array,
    /// Whether its axis 0 is the batch.
    pub mapped: bool,
}

impl Batched {
    pub fn mapped(array: Array) -> Batched {
        Batched { array, mapped: true }
    }
    pub fn shared(array: Array) -> Batched {
        Batched { array, mapped: false }
    }
    /// With the batch as axis 0 in any case.
    #[track_caller]
    pub fn spread(&self, n: usize) -> Array {
        match self.mapped {
            true => self.array.clone(),
            false => self.array.broadcast_op(&self.array.0.shape.insert(0, n)),
        }
    }
}

/// `f`, of single examples, applied to a batch of `n`.
#[track_caller]
pub(crate) fn batched(n: usize, args: &[Batched], f: impl FnOnce(&[Array]) -> Vec<Array>) -> Vec<Batched> {
    let one = |x: &Batched| {
        let shape = if x.mapped { x.array.0.shape.remove(0) } else { x.array.0.shape.clone() };
        Slot::of((shape, x.array.dtype()), &x.array)
    };
    let recorded = Recorded::new("vmap", args.iter().map(one), f);
    recorded.replay(&mut Batch { n, inputs: &recorded.inputs }, args)
}

/// The meaning of a node in a batch of `n`.
struct Batch<'a> {
    n: usize,
    /// The single example's.
    inputs: &'a [Array],
}

impl Meaning for Batch<'_> {
    type Value = Batched;
    fn constant(x: &Array) -> Batched {
        Batched::shared(x.clone())
    }
    #[track_caller]
    fn node(&mut self, node: &Array, prim: &Prim, args: &[Batched]) -> Batched {
        // Whatever else an alias waits for, its value is the first argument's.
        let mapped = match prim {
            Prim::Alias => args[0].mapped,
            _ => args.iter().any(|x| x.mapped),
        };
        let array = if mapped {
            batch(node, prim, args, self.n)
        } else {
            rebuild(prim, &args.iter().map(|x| x.array.clone()).collect::<Vec<_>>(), node)
        };
        Batched { array, mapped }
    }
    #[track_caller]
    fn call(&mut self, call: &Arc<Call>, inputs: &[Batched], outputs: &[Batched]) -> Vec<Batched> {
        if call.is_name {
            let (array, mapped) = (Call::named(call.name, &inputs[0].array), inputs[0].mapped);
            return vec![Batched { array, mapped }];
        }
        let n = self.n;
        let CallRules { pullback, pushforward, batching, linear } = call.known();
        let mapped: Vec<bool> = inputs.iter().map(|x| x.mapped).collect();
        let xs: Vec<Array> = inputs.iter().map(|x| x.array.clone()).collect();
        let values = match batching {
            Some(rule) if mapped.contains(&true) => self.checked(call, rule(n, &xs, &mapped)),
            _ => outputs.iter().map(|y| y.spread(n)).collect(),
        };
        let pull = batched_pullback(pullback.clone(), mapped.clone(), n);
        let push = pushforward.as_ref().map(|rule| batched_pushforward(rule.clone(), mapped, n));
        let ruled = CallRules { pullback: pull, pushforward: push, batching: None, linear: *linear };
        Call::of(call.name, &xs, values, ruled).into_iter().map(Batched::mapped).collect()
    }
    #[track_caller]
    fn control(&mut self, control: &Arc<Control>, args: &[Batched]) -> Vec<Batched> {
        match args.iter().any(|x| x.mapped) {
            true => super::control::batched_control(control, args, self.n),
            false => {
                let args: Vec<Array> = args.iter().map(|x| x.array.clone()).collect();
                let outputs = 0..control.outputs.len();
                outputs.map(|k| Batched::shared(Array::control_op(control, k, &args))).collect()
            }
        }
    }
}

impl Batch<'_> {
    /// What a batching rule gave, if it can stand for the outputs of a batch.
    #[track_caller]
    fn checked(&self, call: &Call, values: Vec<Array>) -> Vec<Array> {
        let outputs = call.outputs();
        if values.len() != outputs.len() {
            refuse(
                format_args!(
                    "{}: the batching rule gave {} leaves for a result of {}",
                    call.name,
                    values.len(),
                    outputs.len()
                ),
                &[("result", outputs[0].at())],
            )
        }
        for (v, y) in values.iter().zip(outputs) {
            let want = y.0.shape.insert(0, self.n);
            if v.0.shape != want || v.dtype() != y.dtype() {
                refuse(
                    format_args!(
                        "{}: the batching rule gave shape {} {}, the results of this batch have shape {want} {}",
                        call.name,
                        v.0.shape,
                        v.dtype(),
                        y.dtype()
                    ),
                    &[("", v.at()), ("result of one example", y.at())],
                )
            }
        }
        // The rule has no batch of what it was not given.
        if let Some(k) = Recorded::of(self.inputs, &values).depends().iter().position(|d| *d) {
            refuse(
                format_args!(
                    "{}: the batching rule uses an array that vmap maps without getting it as an input; pass it in",
                    call.name
                ),
                &[("", values[k].at())],
            )
        }
        values
    }
}

/// Applies a rule of single examples to a batch: inputs as flagged, outputs and (co)tangents in a batch as flagged.
#[track_caller]
fn in_batch(
    rule: &Rule,
    n: usize,
    inputs: (&[Array], &[bool]),
    outputs: &[Array],
    given: (&Linear, &[bool]),
) -> Vec<Option<Batched>> {
    let mut args: Vec<Batched> = vec![];
    args.extend(inputs.0.iter().zip(inputs.1).map(|(x, &mapped)| Batched { array: x.clone(), mapped }));
    args.extend(outputs.iter().cloned().map(Batched::mapped));
    let present = given.0.iter().zip(given.1).filter_map(|(g, &mapped)| Some((g.clone()?, mapped)));
    args.extend(present.map(|(array, mapped)| Batched { array, mapped }));
    let mut there = vec![];
    let results = batched(n, &args, |args| {
        let (xs, rest) = args.split_at(inputs.0.len());
        let (ys, gs) = rest.split_at(outputs.len());
        let mut gs = gs.iter().cloned();
        let linear = given.0.iter().map(|g| g.as_ref().and_then(|_| gs.next())).collect();
        let found = rule(xs, ys, linear);
        there = found.iter().map(Option::is_some).collect();
        found.into_iter().flatten().collect()
    });
    let mut results = results.into_iter();
    there.into_iter().map(|is| if is { results.next() } else { None }).collect()
}

/// The pullback of a batch: what an input shared by all examples gets is the sum over them.
fn batched_pullback(rule: Rule, mapped: Vec<bool>, n: usize) -> Rule {
    Arc::new(move |xs, ys, gs| {
        let all = vec![true; gs.len()];
        let pulled = in_batch(&rule, n, (xs, &mapped), ys, (&gs, &all));
        let one = |(g, &mapped): (Option<Batched>, &bool)| {
            let g = g?.spread(n);
            if mapped {
                return Some(g);
            }
            let shape = g.0.shape.remove(0);
            Some(g.reduce_op(Reduction::Sum, Dims::from_elem(0, 1)).reshape_op(shape))
        };
        pulled.into_iter().zip(&mapped).map(one).collect()
    })
}

/// The pushforward of a batch.
fn batched_pushforward(rule: Rule, mapped: Vec<bool>, n: usize) -> Rule {
    Arc::new(move |xs, ys, ts| {
        let pushed = in_batch(&rule, n, (xs, &mapped), ys, (&ts, &mapped));
        pushed.into_iter().map(|t| t.map(|t| t.spread(n))).collect()
    })
}

/// A primitive of which at least one argument is mapped; `node` is the single example's.
#[track_caller]
fn batch(node: &Array, prim: &Prim, args: &[Batched], n: usize) -> Array {
    let shape = node.0.shape.insert(0, n);
    match prim {
        Prim::Matmul => product(&args[0], &args[1], n),
        Prim::Conv(_) => convolution(node, prim, args, n),
        Prim::Gather => gather(&args[0], &args[1], n),
        Prim::ScatterAdd(rows) => {
            let (i, u) = (args[0].spread(n), args[1].spread(n));
            Array::scatter_add_op(&fold(&i), &fold(&u), *rows).reshape_op(shape)
        }
        _ => {
            let prim = prim.under_leading_axis().expect("calls and loops are batched as a whole");
            // The arguments that an alias waits for stay as they are.
            let one = |x: &Batched| if prim.form() == Form::First { x.array.clone() } else { x.spread(n) };
            build(&prim, &args.iter().map(one).collect::<Vec<_>>(), &shape, node.dtype())
        }
    }
}

/// The first two axes as one.
#[track_caller]
fn fold(x: &Array) -> Array {
    let mut dims: Dims = SmallVec::from_slice(&x.shape()[1..]);
    dims[0] *= x.shape()[0];
    x.reshape_op(dims.into())
}

/// The first two axes exchanged.
#[track_caller]
fn swap_first(x: &Array) -> Array {
    let mut axes: Dims = (0..x.ndim()).collect();
    axes.swap(0, 1);
    x.permute_op(axes)
}

/// A product; with a shared matrix on one side, the batch becomes rows of the other.
#[track_caller]
fn product(a: &Batched, b: &Batched, n: usize) -> Array {
    let rank_2 = |x: &Batched| !x.mapped && x.array.ndim() == 2;
    if rank_2(b) {
        let (m, columns) = (a.array.shape()[1], b.array.shape()[1]);
        let y = fold(&a.array).matmul_op(&b.array);
        return y.reshape_op(Shape::new(&[n, m, columns]));
    }
    // W x for every x is (xᵀ Wᵀ)ᵀ, one product if the batch of xᵀ is one matrix.
    if rank_2(a) && b.array.shape()[2] == 1 {
        let (m, k) = (a.array.shape()[0], a.array.shape()[1]);
        let rows = b.array.reshape_op(Shape::new(&[n, k]));
        return rows.matmul_op(&a.array.swap_last()).reshape_op(Shape::new(&[n, m, 1]));
    }
    a.spread(n).matmul_op(&b.spread(n))
}

/// A convolution: a batch of inputs joins the inputs' own batch, a batch of kernels makes more groups.
#[track_caller]
fn convolution(node: &Array, prim: &Prim, args: &[Batched], n: usize) -> Array {
    let (x, w) = (&args[0], &args[1]);
    let again = |x: &Array, w: &Array| rebuild(prim, &[x.clone(), w.clone()], node);
    if !w.mapped {
        // [n, g, b, s…, c] → [g, n·b, s…, c] and back.
        let moved = swap_first(&x.array);
        let (groups, b) = (moved.shape()[0], moved.shape()[2]);
        let dims = [groups, n * b].into_iter().chain(moved.shape()[3..].iter().copied()).collect();
        let y = again(&moved.reshape_op(dims), &w.array);
        let dims = [groups, n, b].into_iter().chain(y.shape()[2..].iter().copied()).collect();
        return swap_first(&y.reshape_op(dims));
    }
    let y = again(&fold(&x.spread(n)), &fold(&w.array));
    y.reshape_op(node.0.shape.insert(0, n))
}

/// Rows of a batch: a shared table is read with all indices at once.
#[track_caller]
fn gather(x: &Batched, index: &Batched, n: usize) -> Array {
    if !x.mapped {
        // [n, b, m] → [b, n·m] → [b, n·m, r] → [n, b, m, r].
        let i = swap_first(&index.array);
        let (b, m, r) = (i.shape()[0], i.shape()[2], x.array.shape()[2]);
        let y = x.array.gather_op(&i.reshape_op(Shape::new(&[b, n * m])));
        return swap_first(&y.reshape_op(Shape::new(&[b, n, m, r])));
    }
    let (x, i) = (x.spread(n), index.spread(n));
    let dims = [n, x.shape()[1], i.shape()[2], x.shape()[3]];
    fold(&x).gather_op(&fold(&i)).reshape_op(Shape::new(&dims))
}
