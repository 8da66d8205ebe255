//! Runs the steps of a plan: memory is taken when a step writes it, and given back after the last step that reads it.

use super::graph::{Graph, Ref, What};
use super::plan::{Plan, Step};
use super::vm;
use crate::buffer::Buffer;
use crate::dtype::with_store;
use crate::prim::Prim;
use std::sync::Arc;

pub(crate) fn run(graph: Graph, plan: Plan) {
    let mut values: Vec<Option<Arc<Buffer>>> = graph.items.iter().map(|_| None).collect();
    let mut readers = vec![0usize; graph.items.len()];
    for step in &plan.steps {
        step.reads(&graph).iter().for_each(|&i| readers[i] += 1)
    }
    for (i, item) in graph.items.iter().enumerate() {
        if let What::Data(b) = &item.what {
            values[i] = Some(b.clone())
        }
    }
    // A root is read once more, at the end.
    graph.roots.iter().for_each(|(_, i)| readers[*i] += 1);
    for step in &plan.steps {
        match step {
            Step::Fused { program, inputs, outputs, sinks } => {
                let buffers: Vec<&Buffer> = inputs.iter().map(|&i| &**values[i].as_ref().expect(READY)).collect();
                let size = program.size();
                let mut written: Vec<Buffer> = program.outputs.iter().map(|&d| Buffer::dirty(size, d)).collect();
                let reduced = vm::run(program, &buffers, &mut written);
                outputs.iter().zip(written).chain(sinks.iter().zip(reduced)).for_each(|(&i, b)| values[i] = Some(Arc::new(b)))
            }
            Step::Single(i) => values[*i] = Some(single(&graph, *i, &values)),
        }
        for i in step.reads(&graph) {
            readers[i] -= 1;
            if readers[i] == 0 {
                values[i] = None
            }
        }
    }
    for (root, item) in &graph.roots {
        root.0.finish(values[*item].clone().expect(READY))
    }
}

const READY: &str = "steps run after those they read from";

/// Runs an item that is a step of its own.
fn single(graph: &Graph, i: usize, values: &[Option<Arc<Buffer>>]) -> Arc<Buffer> {
    let item = &graph.items[i];
    let value = |r: &Ref| values[r.item].as_ref().expect(READY);
    let mut out = Buffer::dirty(item.shape.size(), item.dtype);
    let _ = (&value, &mut out);
    match &item.what {
        What::Fill(c) => with_store!(item.dtype, T => {
            use super::kernels::elementwise::Lane;
            out.slice_mut::<T>().fill(T::of(*c))
        }),
        What::Iota(_) => todo!(),
        What::Copy => todo!(),
        What::Kernel(prim) => kernel(prim, graph, i, values, &mut out),
        What::Data(_) | What::Elementwise(_) | What::Reduce(_) => unreachable!("not steps of their own"),
    }
    Arc::new(out)
}

fn kernel(_prim: &Prim, _graph: &Graph, _i: usize, _values: &[Option<Arc<Buffer>>], _out: &mut Buffer) {
    todo!()
}
