//! Which elements of a direction each element of a derivative depends on: a replay in which the value of a node is a set of
//! indices for each of its elements.
//!
//! The recorded derivative is linear in the direction, so that what it depends on is where its matrix can have entries,
//! and no primitive's own derivative is asked for. Custom calls stand for what they compute.

use super::places;
use super::sets::{Sets, Stacks, along_axes, columns};
use crate::array::Array;
use crate::custom::Call;
use crate::eval::Control;
use crate::eval::{AdjointArgs, Body, Flow, LoopArgs, WhileArgs};
use crate::prim::{Form, Prim};
use crate::shape::Shape;
use crate::transform::{Meaning, Recorded};
use pullback_real::sparse::{Indices, Union};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

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
        let read = if prim.form() == Form::First { &args[..1] } else { args };
        if read.iter().all(|a| a.is_none()) {
            return Sets::none();
        }
        let n = node.size();
        let arrays = node.parts().1;
        match prim {
            _ if prim.form() == Form::First => args[0].clone(),
            _ if matches!(prim.form(), Form::Elementwise | Form::Plane) => {
                args.iter().fold(Sets::none(), |all, x| all.joined(x))
            }
            Prim::Pad(_) | Prim::Concat(_) => self.moved(node, prim, &arrays, args),
            _ if prim.is_view() => self.moved(node, prim, &arrays, args),
            Prim::Gather if arrays[1].0.traced.is_none() => self.moved(node, prim, &arrays, &args[..1]),
            Prim::ScatterAdd(_) if arrays[0].0.traced.is_none() => {
                args[1].gathered(n, &places::scattered(node, &arrays[0]))
            }
            Prim::Cumulative { axis, reverse, .. } => {
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
            Prim::Spill { .. } => {
                self.kept.insert(node.0.id, args[0].clone());
                along_axes(node, prim, &arrays, args)
            }
            Prim::Unspill(..) => match written(&arrays[0]).and_then(|id| self.kept.get(&id)) {
                Some(sets) if sets.all().len() == n => sets.clone(),
                _ => along_axes(node, prim, &arrays, args),
            },
            // Rows that are not known, products, lines and matrices as a whole.
            _ => along_axes(node, prim, &arrays, args),
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
            Flow::While { test, body, signature } => {
                let (test, body) = (recorded(test), recorded(body));
                let WhileArgs { state, for_test, for_body } = signature.args(args);
                let mut now = state.to_vec();
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
            Flow::Scan { body, signature, .. } => {
                let body = recorded(body);
                let LoopArgs { state, shared, rows } = signature.args(args);
                let mut now = state.to_vec();
                let mut stacks = Stacks::new(signature.results(sizes).1, signature.length);
                for i in (0..signature.length).map(|step| signature.row(step)) {
                    let row: Vec<Sets> = rows.iter().map(|x| x.row(i, signature.length)).collect();
                    let ys = self.body(&body, [&now, shared, &row].concat());
                    let (next, made) = signature.results(&ys);
                    stacks.put(i, made);
                    now = next.to_vec()
                }
                stacks.after(now)
            }
            Flow::Adjoint { advance, back, signature, .. } => {
                let (advance, back, forward) = (recorded(advance), recorded(back), signature.forward);
                let AdjointArgs { state, carried, shared, rows, all_rows } = signature.args(args);
                let row = |x: &[Sets], step: usize| -> Vec<Sets> {
                    x.iter().map(|x| x.row(forward.row(step), forward.length)).collect()
                };
                let mut states = vec![state.to_vec()];
                for step in 1..forward.length {
                    let args = [&states[step - 1], shared, &row(rows, step - 1)].concat();
                    states.push(self.body(&advance, args))
                }
                let mut now = carried.to_vec();
                let mut stacks = Stacks::new(signature.results(sizes).1, forward.length);
                for step in (0..forward.length).rev() {
                    let args = [&now, shared, &states[step], &row(all_rows, step)].concat();
                    let ys = self.body(&back, args);
                    let (next, made) = signature.results(&ys);
                    stacks.put(forward.row(step), made);
                    now = next.to_vec()
                }
                stacks.after(now)
            }
        }
    }
}
