//! Memory of a plan, assigned ahead: which slot each item's value lies in. Items that are never needed at the same
//! time share one, as large as the largest of them.

mod check;

use super::graph::{Graph, Item, What};
use super::plan::{Plan, Step};
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::poison::poison;
use crate::prim::Prim;
use std::sync::Arc;

/// What lies in a slot.
#[derive(Default)]
pub(crate) enum Slot {
    /// Nothing yet.
    #[default]
    Empty,
    /// Data that others may hold as well.
    Shared(Arc<Buffer>),
    /// Memory of this run alone.
    Own(Buffer),
}

impl Slot {
    /// What lies in it, if anything does.
    pub fn data(&self) -> Option<&Buffer> {
        match self {
            Slot::Shared(b) => Some(b),
            Slot::Own(b) => Some(b),
            Slot::Empty => None,
        }
    }
    /// What the run has left is not to be read by the next.
    pub fn poison(&mut self) {
        match self {
            Slot::Own(b) => poison(b.bytes_mut()),
            Slot::Shared(_) | Slot::Empty => {}
        }
    }
    pub fn buffer(&self) -> &Buffer {
        self.data().expect("steps run after those they read from")
    }
}

/// Where the items' values lie.
pub(crate) struct Memory {
    /// Each item's slot.
    pub slot: Vec<usize>,
    /// The slots' sizes, as [`Buffer::class`].
    pub sizes: Vec<usize>,
    /// Whether what is in a slot came with the inputs, leaves with the results, or ends with the run for another reason.
    pub passing: Vec<bool>,
}

impl Memory {
    /// `donated`: items whose memory may be used again, by steps from number `late` on.
    pub fn of(graph: &Graph, plan: &mut Plan, donated: &[usize], late: usize) -> Memory {
        let n = graph.items.len();
        let mut last = vec![0; n];
        for (k, step) in plan.steps.iter().enumerate() {
            step.reads(graph).iter().for_each(|&i| last[i] = k)
        }
        let mut m = Memory { slot: vec![usize::MAX; n], sizes: vec![], passing: vec![] };
        for (i, item) in graph.items.iter().enumerate() {
            match item.what {
                What::Data(_) => m.slot[i] = m.new_slot(0, false),
                What::Input => {
                    let size = Buffer::class(item.shape().size(), item.dtype());
                    m.slot[i] = m.new_slot(size, true)
                }
                What::Fill(_) | What::Iota(_) | What::Elementwise => {}
                What::Reduce | What::Kernel | What::Copy | What::Control | What::Part => {}
            }
        }
        let mut root = vec![false; n];
        graph.roots.iter().for_each(|&(_, i)| root[i] = true);
        // Free slots, and the items whose values die after each step. Memory that leaves with a root stays apart:
        // it is new, or was a donated input's.
        let (mut free, mut given): (Vec<usize>, Vec<usize>) = (vec![], vec![]);
        let mut dying: Vec<Vec<usize>> = plan.steps.iter().map(|_| vec![]).collect();
        for &i in donated.iter().filter(|&&i| !root[i]) {
            if let Some(dying) = dying.get_mut(last[i]) {
                dying.push(i)
            }
        }
        for (k, step) in plan.steps.iter_mut().enumerate() {
            let is_given = |i: &usize| matches!(graph.items[*i].what, What::Input);
            let over: Vec<usize> = dying[k].iter().copied().filter(|i| k >= late || !is_given(i)).collect();
            for (i, d) in updates(graph, step, &root, &over) {
                m.slot[i] = m.slot[d];
                dying[k].retain(|&other| other != d);
                if !root[i] {
                    dying[last[i].max(k)].push(i)
                }
            }
            for i in step.writes() {
                if m.slot[i] != usize::MAX {
                    continue;
                }
                let item = &graph.items[i];
                let class = Buffer::class(item.shape().size(), item.dtype());
                if root[i] {
                    let fits = |&s: &usize| k >= late && m.sizes[s] == class;
                    let same = given.iter().position(fits);
                    m.slot[i] = match same {
                        Some(k) => given.swap_remove(k),
                        None => m.new_slot(class, true),
                    };
                    continue;
                }
                // The smallest that is large enough, or else the largest, made larger; small values do not
                // occupy memory that large ones will want.
                let size = |k: &usize| m.sizes[free[*k]];
                let near = |k: &usize| size(k).max(class) <= 16 * size(k).min(class).max(64);
                let fit = |k: &usize| if size(k) >= class { (0, size(k)) } else { (1, usize::MAX - size(k)) };
                m.slot[i] = match (0..free.len()).filter(near).min_by_key(fit) {
                    Some(k) => free.swap_remove(k),
                    None => m.new_slot(class, false),
                };
                let size = &mut m.sizes[m.slot[i]];
                *size = class.max(*size);
                m.passing[m.slot[i]] |= is_held(item);
                dying[last[i].max(k)].push(i)
            }
            for &i in &dying[k] {
                match graph.items[i].what {
                    What::Input => given.push(m.slot[i]),
                    _ => free.push(m.slot[i]),
                }
            }
        }
        m
    }
    /// The bytes of all slots but those of inputs and constants.
    pub fn bytes(&self, graph: &Graph) -> usize {
        let mut own = vec![true; self.sizes.len()];
        for (item, slot) in graph.items.iter().zip(&self.slot) {
            if matches!(item.what, What::Input | What::Data(_)) {
                own[*slot] = false
            }
        }
        let lines: usize = self.sizes.iter().zip(own).filter(|(_, own)| *own).map(|(size, _)| size).sum();
        64 * lines
    }
    fn new_slot(&mut self, size: usize, passing: bool) -> usize {
        self.sizes.push(size);
        self.passing.push(passing);
        self.sizes.len() - 1
    }
}

/// Whether a value may keep more alive than its own memory, and so ends with the run: what comes out of a loop or choice may be
/// what went in, and numbers of what lies in a file hold on to the file.
fn is_held(item: &Item) -> bool {
    match item.what {
        What::Control | What::Part => true,
        What::Kernel => matches!(item.prim(), Prim::Spill { .. }),
        What::Copy => item.dtype() == DType::I64,
        What::Data(_) | What::Input | What::Fill(_) | What::Iota(_) => false,
        What::Elementwise | What::Reduce => false,
    }
}

/// Values smaller than this are not worth an update in place, unless they were given up for it.
const SMALL: usize = 1 << 16;

/// Which of a step's outputs are written over an input that nobody reads afterwards (`dying`), and over which: what is read
/// element for element, and is of the same kind. A root takes a donated input's memory, other values that of others.
fn updates(graph: &Graph, step: &mut Step, root: &[bool], dying: &[usize]) -> Vec<(usize, usize)> {
    let Step::Fused { program, inputs, outputs, .. } = step else { return vec![] };
    let mut all: Vec<(usize, usize)> = vec![];
    for (k, &i) in outputs.iter().enumerate() {
        let (item, bytes) = (&graph.items[i], graph.items[i].shape().size() * graph.items[i].dtype().size());
        let fits = |&b: &usize| {
            let (d, other) = (inputs[b], &graph.items[inputs[b]]);
            let given = matches!(other.what, What::Input);
            let same = other.dtype() == item.dtype() && other.shape().size() == item.shape().size();
            dying.contains(&d)
                && !all.iter().any(|&(_, taken)| taken == d)
                && same
                && !item.dtype().is_complex()
                && if root[i] { given } else { !given && bytes >= SMALL }
                && program.reads_in_order(b)
        };
        if let Some(b) = (0..inputs.len()).find(fits) {
            all.push((i, inputs[b]));
            program.write_over(b, k)
        }
    }
    all
}

impl Step {
    /// The items it writes.
    pub fn writes(&self) -> impl Iterator<Item = usize> {
        let (fused, single, control) = match self {
            Step::Fused { outputs, sinks, .. } => (Some(outputs.iter().chain(sinks)), None, None),
            Step::Single(i) => (None, Some(*i), None),
            Step::Control { outputs, .. } => (None, None, Some(outputs.iter().map(|&(_, i)| i))),
        };
        fused.into_iter().flatten().copied().chain(single).chain(control.into_iter().flatten())
    }
}
