//! `vmap` of the control primitives: loops and choices of a batch.

use super::super::batch::{Batched, batched};
use super::super::replay::Recorded;
use super::like;
use super::scan_call;
use crate::array::Array;
use crate::dtype::DType;
use crate::eval::Control;
use crate::eval::{Body, Flow};
use crate::prim::Reduction;
use crate::shape::{Dims, Shape};
use std::sync::Arc;

/// The outputs of a loop or choice for a batch of `n`; all are mapped.
#[track_caller]
pub(crate) fn batched_control(control: &Arc<Control>, args: &[Batched], n: usize) -> Vec<Batched> {
    let flow = &control.flow;
    let kinds: Vec<(Shape, DType)> =
        control.outputs.iter().map(|(shape, dtype)| (shape.insert(0, n), *dtype)).collect();
    let ys = match flow {
        Flow::Cond(bodies) if args[0].mapped => {
            // Every example chooses for itself: all branches run, and their results are selected.
            let mut ys = bodies.iter().rev().map(|body| body.batch(&args[1..], n));
            let last = ys.next().expect("a choice has functions");
            let which = &args[0].array;
            ys.enumerate().fold(last, |chosen, (k, ys)| {
                let k = bodies.len() - 2 - k;
                let at = Array::fill(k as f64, which.0.shape.clone(), DType::I64);
                let here = which.le_op(&at);
                chosen.iter().zip(&ys).map(|(other, y)| select(&here, y, other)).collect()
            })
        }
        Flow::Cond(bodies) => {
            let bodies = bodies.iter().map(|body| body.batched(&args[1..], n)).collect();
            let args: Vec<Array> = args.iter().map(|x| x.array.clone()).collect();
            super::outputs(control.name, Flow::Cond(bodies), kinds, &args)
        }
        Flow::While { test, body, signature } => {
            // The loop goes on as long as one example does; the others keep their state.
            let spread = args.iter().enumerate();
            let args: Vec<Batched> = spread
                .map(|(k, x)| if k < signature.state { Batched::mapped(x.spread(n)) } else { x.clone() })
                .collect();
            let (for_test, for_body) = (signature.args(&args).test(), signature.args(&args).body());
            let all: Vec<Array> = args.iter().map(|x| x.array.clone()).collect();
            let any = Recorded::new("vmap", like(&signature.args(&all).test()), |xs| {
                let go_on = test.batch(&flagged(xs, &for_test), n).swap_remove(0);
                vec![any(&go_on)]
            });
            // The body needs the test as well, to know which examples have ended.
            let everything = Recorded::new("vmap", like(&all), |xs| {
                let args = signature.args(xs);
                let go_on = test.batch(&flagged(&args.test(), &for_test), n).swap_remove(0);
                let next = body.batch(&flagged(&args.body(), &for_body), n);
                next.iter().zip(args.state).map(|(next, now)| select(&go_on, next, now)).collect()
            });
            let flow = Flow::While {
                test: Body::new(any.inputs, any.outputs),
                body: Body::new(everything.inputs, everything.outputs),
                signature: *signature,
            };
            let args = [&signature.args(&all).test()[..], &all[signature.state..]].concat();
            super::outputs(control.name, flow, kinds, &args)
        }
        Flow::Check(text) => {
            // The check fails if one example fails it.
            let wrong = &args[0];
            let one = if wrong.mapped { any(&wrong.array) } else { wrong.array.clone() };
            let all: Vec<Array> = [one].into_iter().chain(args[1..].iter().map(|x| x.spread(n))).collect();
            super::outputs(control.name, Flow::Check(text.clone()), kinds, &all)
        }
        Flow::Scan { body, signature, .. } => {
            let (carried, rows) = (signature.state, signature.before_rows());
            let args = stepped(args, carried, rows, n);
            let step = Recorded::new("vmap", one_step(&args, rows), |xs| body.batch(&flagged(xs, &args), n));
            let (kinds, args) = (stacked(kinds, carried, n), arrays(&args));
            row_wise(scan_call::run(control.name, step, *signature, kinds, &args), carried)
        }
        Flow::Adjoint { advance, back, signature, snapshots } => {
            let (carried, rows) = (signature.carried, signature.before_rows());
            let args = stepped(args, signature.forward.state + carried, rows, n);
            let shapes = one_step(&args, rows);
            let body = |body: &Body, places: &[usize]| {
                let flags: Vec<Batched> = places.iter().map(|&k| args[k].clone()).collect();
                let step = Recorded::new("vmap", places.iter().map(|&k| shapes[k].clone()), |xs| {
                    body.batch(&flagged(xs, &flags), n)
                });
                Body::new(step.inputs, step.outputs)
            };
            let places: Vec<usize> = (0..args.len()).collect();
            let flow = Flow::Adjoint {
                advance: body(advance, &signature.args(&places).forward()),
                back: body(back, &signature.args(&places).backward()),
                signature: *signature,
                snapshots: *snapshots,
            };
            let (kinds, args) = (stacked(kinds, carried, n), arrays(&args));
            row_wise(super::outputs(control.name, flow, kinds, &args), carried)
        }
    };
    ys.into_iter().map(Batched::mapped).collect()
}

/// The arguments of a loop for a batch of `n`: of what is carried (the first `carried`) every example has its own, and the batch is
/// the second axis of what is read row by row (from argument `rows` on).
#[track_caller]
fn stepped(args: &[Batched], carried: usize, rows: usize, n: usize) -> Vec<Batched> {
    let each = |(k, x): (usize, &Batched)| match () {
        () if k < carried => Batched::mapped(x.spread(n)),
        () if k < rows || !x.mapped => x.clone(),
        () => Batched::mapped(swap_first(&x.array)),
    };
    args.iter().enumerate().map(each).collect()
}

/// Shapes and dtypes of the inputs of a step: rows without their first axis, which is that of the steps.
fn one_step(args: &[Batched], rows: usize) -> Vec<(Shape, DType)> {
    let one = |(k, x): (usize, &Batched)| {
        let shape = &x.array.0.shape;
        (if k < rows { shape.clone() } else { shape.remove(0) }, x.array.dtype())
    };
    args.iter().enumerate().map(one).collect()
}

/// Shapes and dtypes of a batch's results `[n, …]` as a loop makes them: of rows the batch is the second axis.
fn stacked(kinds: Vec<(Shape, DType)>, carried: usize, n: usize) -> Vec<(Shape, DType)> {
    let one = |(k, (shape, dtype)): (usize, (Shape, DType))| match k < carried {
        true => (shape, dtype),
        false => (shape.remove(0).insert(1, n), dtype),
    };
    kinds.into_iter().enumerate().map(one).collect()
}

/// The results of a loop with the batch as the first axis.
#[track_caller]
fn row_wise(ys: Vec<Array>, carried: usize) -> Vec<Array> {
    ys.into_iter().enumerate().map(|(k, y)| if k < carried { y } else { swap_first(&y) }).collect()
}

fn arrays(args: &[Batched]) -> Vec<Array> {
    args.iter().map(|x| x.array.clone()).collect()
}

/// Whether one of the bools `[n]` holds.
fn any(each: &Array) -> Array {
    each.reduce_op(Reduction::Max, Dims::from_elem(0, 1)).reshape_op(Shape::default())
}

/// Arrays of a batch, mapped or shared like others.
fn flagged(arrays: &[Array], like: &[Batched]) -> Vec<Batched> {
    arrays.iter().zip(like).map(|(x, b)| Batched { array: x.clone(), mapped: b.mapped }).collect()
}

/// Per example: `yes` where the condition `[n]` holds.
#[track_caller]
fn select(condition: &Array, yes: &Array, no: &Array) -> Array {
    let dims: Shape = condition.shape().iter().copied().chain(vec![1; yes.ndim() - 1]).collect();
    Array::select_op(&condition.reshape_op(dims), yes, no)
}

#[track_caller]
fn swap_first(x: &Array) -> Array {
    let mut axes: Dims = (0..x.ndim()).collect();
    axes.swap(0, 1);
    x.permute_op(axes)
}

impl Array {
    #[track_caller]
    fn le_op(&self, other: &Array) -> Array {
        Array::compare_op(crate::prim::Compare::Le, self, other)
    }
}

impl Body {
    /// The outputs for a batch, all mapped.
    #[track_caller]
    fn batch(&self, args: &[Batched], n: usize) -> Vec<Array> {
        let (inputs, outputs) = self.graph();
        let f = Recorded::of(inputs, outputs);
        batched(n, args, |xs| f.at(xs)).iter().map(|y| y.spread(n)).collect()
    }
    /// The function of a batch.
    #[track_caller]
    fn batched(&self, args: &[Batched], n: usize) -> Body {
        let arrays: Vec<Array> = args.iter().map(|x| x.array.clone()).collect();
        let f = Recorded::new("vmap", like(&arrays), |xs| self.batch(&flagged(xs, args), n));
        Body::new(f.inputs, f.outputs)
    }
}
