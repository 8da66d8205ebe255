//! From the graph to steps: which elementwise items share a program, what must be stored, and in which order.
//!
//! Every item has a *stage*. Elementwise items of one stage and one shape depend on each other only directly, never
//! through a kernel or a view (those begin a later stage), so any of them can share a program without a cycle. Those
//! that are connected, through each other or through a large input, do.

use super::fuse::{Fused, fuse, home, inside, is_pad, padded};
use super::graph::{Graph, Map, Ref, What};
use super::program::Program;
use crate::prim::Prim;
use smallvec::SmallVec;

/// One step of a run.
pub(crate) enum Step {
    /// A fused program; `inputs`, `outputs` and `sinks` are items.
    Fused { program: Box<Program>, inputs: Vec<usize>, outputs: Vec<usize>, sinks: Vec<usize> },
    /// An item with a kernel of its own (or a fill that must be stored).
    Single(usize),
    /// A loop or choice, and which of its outputs are stored in which items.
    Control { lead: usize, outputs: Vec<(usize, usize)> },
}

impl Step {
    /// The items it reads.
    pub fn reads(&self, graph: &Graph) -> SmallVec<[usize; 8]> {
        match self {
            Step::Fused { inputs, .. } => inputs.iter().copied().collect(),
            Step::Single(i) | Step::Control { lead: i, .. } => {
                graph.items[*i].args.iter().map(|r| r.item).collect()
            }
        }
    }
}

pub(crate) struct Plan {
    pub steps: Vec<Step>,
}

impl Plan {
    /// Puts those steps last that nothing but fused steps comes after, and says how many come before them. A fused step whose
    /// memory is there cannot fail; kernels, loops and files can.
    pub fn put_off(&mut self, graph: &Graph) -> usize {
        let mut awaited = vec![false; graph.items.len()];
        let mut late = vec![false; self.steps.len()];
        for (k, step) in self.steps.iter().enumerate().rev() {
            late[k] = matches!(step, Step::Fused { .. }) && !step.writes().any(|i| awaited[i]);
            if !late[k] {
                step.reads(graph).iter().for_each(|&i| awaited[i] = true)
            }
        }
        let (mut first, mut last) = (vec![], vec![]);
        for (step, late) in std::mem::take(&mut self.steps).into_iter().zip(late) {
            if late { &mut last } else { &mut first }.push(step)
        }
        let before = first.len();
        self.steps = first;
        self.steps.append(&mut last);
        before
    }
}

/// Disjoint sets of items.
struct Sets(Vec<usize>);
impl Sets {
    fn find(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i]
        }
        i
    }
    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b)] = a.min(b)
    }
}

/// Which items the roots need: not what is put together from planes that are then read as planes.
fn needed(graph: &Graph) -> Vec<bool> {
    let mut needed = vec![false; graph.items.len()];
    graph.roots.iter().for_each(|(_, i)| needed[*i] = true);
    for (i, item) in graph.items.iter().enumerate().rev() {
        needed[i] |= matches!(item.what, What::Control | What::Part);
        if needed[i] {
            item.args.iter().for_each(|r| needed[r.item] = true)
        }
    }
    needed
}

impl Plan {
    pub fn new(graph: &Graph) -> Plan {
        let n = graph.items.len();
        let mut sets = Sets((0..n).collect());
        let mut stored = vec![false; n];
        let mut streams: Map<(usize, u32), Vec<usize>> = Map::default();
        graph.roots.iter().for_each(|(_, i)| stored[*i] = true);
        let needed = needed(graph);
        for (i, item) in graph.items.iter().enumerate().filter(|(i, _)| needed[*i]) {
            match home(item) {
                None => {
                    // Padding around a constant may be made on the spot: see below.
                    let constant = |r: &&Ref| matches!(graph.items[r.item].what, What::Fill(_));
                    let read = item.args.iter().filter(|r| !is_pad(item) || !constant(r));
                    read.for_each(|r| stored[r.item] = true)
                }
                Some(at) => {
                    for r in &item.args {
                        let source = &graph.items[r.item];
                        if inside(graph, r, at) {
                            sets.unite(i, r.item)
                        } else if !(matches!(source.what, What::Fill(_))
                            || padded(graph, r).is_some()
                            || matches!(source.what, What::Iota(_)) && source.is_as_it_is(r))
                        {
                            // Numbers, padding and whole indices are made on the spot; views of an index are read.
                            stored[r.item] = true;
                            // Those that stream the same large input over the same space read it once.
                            if source.shape().size() == at.1.size() {
                                let readers = streams.entry((r.item, at.0)).or_default();
                                match readers.iter().find(|&&k| home(&graph.items[k]) == Some(at)) {
                                    Some(&k) => sets.unite(i, k),
                                    None => readers.push(i),
                                }
                            }
                        }
                    }
                }
            }
        }
        for (i, item) in graph.items.iter().enumerate().filter(|(_, item)| is_pad(item)) {
            stored[item.args[0].item] |= stored[i]
        }
        let mut groups: Map<usize, Vec<usize>> = Map::default();
        let mut order: Vec<(u32, bool, usize)> = vec![];
        for (i, item) in graph.items.iter().enumerate().filter(|(i, _)| needed[*i]) {
            match (home(item), &item.what) {
                (Some((stage, _)), _) => {
                    let leader = sets.find(i);
                    let members = groups.entry(leader).or_default();
                    if members.is_empty() {
                        order.push((stage, true, leader))
                    }
                    members.push(i)
                }
                (None, What::Data(_) | What::Input | What::Part) => {}
                (None, What::Fill(_) | What::Iota(_)) if !stored[i] => {}
                (None, What::Kernel) if !stored[i] && is_pad(item) => {}
                (None, _) => order.push((item.stage, false, i)),
            }
        }
        order.sort_unstable();
        let step = |(_, fused, i): (u32, bool, usize)| match groups.get(&i) {
            Some(members) if fused => {
                let Fused { program, inputs, outputs, sinks } = fuse(graph, members, &stored);
                Step::Fused { program, inputs, outputs, sinks }
            }
            _ => match &graph.items[i].node.0.prim {
                Prim::Control(control, _) if matches!(graph.items[i].what, What::Control) => {
                    let all = (0..control.outputs.len()).map(|k| (k, i + k));
                    Step::Control { lead: i, outputs: all.filter(|&(_, item)| stored[item]).collect() }
                }
                _ => Step::Single(i),
            },
        };
        Plan { steps: order.into_iter().map(step).collect() }
    }
}
