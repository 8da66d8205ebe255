//! Runs the steps of a plan: memory is taken when a step writes it, and given back after the last step that reads it.

use super::graph::{Graph, What};
use super::plan::{Plan, Step};
use super::{single, vm};
use crate::buffer::Buffer;
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
                let buffers: Vec<&Buffer> =
                    inputs.iter().map(|&i| &**values[i].as_ref().expect(READY)).collect();
                let size = program.size();
                let mut written: Vec<Buffer> =
                    program.outputs.iter().map(|&d| Buffer::dirty(size, d)).collect();
                let reduced = vm::run(program, &buffers, &mut written);
                outputs
                    .iter()
                    .zip(written)
                    .chain(sinks.iter().zip(reduced))
                    .for_each(|(&i, b)| values[i] = Some(Arc::new(b)))
            }
            Step::Single(i) => {
                let out = single::run(&single::Values { graph: &graph, buffers: &values }, *i);
                values[*i] = Some(Arc::new(out))
            }
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
