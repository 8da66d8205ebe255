//! Assigns slots: where each item's value lies during a run. Items that are never needed at the same time share one, as large
//! as the largest of them.

mod check;

use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::eval::ir::item::{Graph, Item, ItemKind};
use crate::eval::ir::step::Plan;
use crate::eval::passes::liveness::{Donated, Liveness};
use crate::prim::Prim;

/// Where the items' values lie.
pub(crate) struct Memory {
    /// Each item's slot.
    pub slot: Vec<usize>,
    /// The slots' sizes, as [`Buffer::class`].
    pub sizes: Vec<usize>,
    /// Whether what is in a slot came with the inputs, leaves with the results, or ends with the run for another reason.
    pub passing: Vec<bool>,
}

/// Assigns slots to all items of a plan. `over`: the items in whose memory others are written.
pub(crate) fn assign_slots(
    graph: &Graph,
    plan: &Plan,
    lives: &Liveness,
    over: &[Option<usize>],
    donated: &Donated,
) -> Memory {
    super::ran("assign_slots");
    let n = graph.items.len();
    let mut m = Memory { slot: vec![usize::MAX; n], sizes: vec![], passing: vec![] };
    for (i, item) in graph.items.iter().enumerate() {
        match item.kind {
            ItemKind::Data(_) => m.slot[i] = m.new_slot(0, false),
            ItemKind::Input => {
                let size = Buffer::class(item.shape().size(), item.dtype());
                m.slot[i] = m.new_slot(size, true)
            }
            ItemKind::Fill(_) | ItemKind::Iota(_) | ItemKind::Elementwise | ItemKind::Reduce => {}
            ItemKind::Kernel | ItemKind::Copy | ItemKind::Control | ItemKind::ControlOutput => {}
        }
    }
    let mut passed_on = vec![false; n];
    over.iter().flatten().for_each(|&d| passed_on[d] = true);
    // Memory that leaves with a root stays apart: it is new, or was a donated input's.
    let (mut free, mut free_inputs): (Vec<usize>, Vec<usize>) = (vec![], vec![]);
    for (k, step) in plan.steps.iter().enumerate() {
        for i in step.writes() {
            if let Some(d) = over[i] {
                m.slot[i] = m.slot[d];
                continue;
            }
            let item = &graph.items[i];
            let class = Buffer::class(item.shape().size(), item.dtype());
            if lives.is_root[i] {
                let fits = |&s: &usize| k >= donated.late && m.sizes[s] == class;
                m.slot[i] = match free_inputs.iter().position(fits) {
                    Some(k) => free_inputs.swap_remove(k),
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
            m.passing[m.slot[i]] |= is_held(item)
        }
        for &i in lives.dying[k].iter().filter(|&&i| !passed_on[i]) {
            match graph.items[i].kind {
                ItemKind::Input => free_inputs.push(m.slot[i]),
                _ => free.push(m.slot[i]),
            }
        }
    }
    m
}

impl Memory {
    /// The bytes of all slots but those of inputs and constants.
    pub fn bytes(&self, graph: &Graph) -> usize {
        let mut own = vec![true; self.sizes.len()];
        for (item, slot) in graph.items.iter().zip(&self.slot) {
            if matches!(item.kind, ItemKind::Input | ItemKind::Data(_)) {
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
    match item.kind {
        ItemKind::Control | ItemKind::ControlOutput => true,
        ItemKind::Kernel => matches!(item.prim(), Prim::Spill { .. }),
        ItemKind::Copy => item.dtype() == DType::I64,
        ItemKind::Data(_) | ItemKind::Input | ItemKind::Fill(_) | ItemKind::Iota(_) => false,
        ItemKind::Elementwise | ItemKind::Reduce => false,
    }
}
