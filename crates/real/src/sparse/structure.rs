//! A structure that was prepared, and whether it holds for another recording of the function: what was recorded is compared,
//! not the numbers, which may be of any size.

use super::PatternChanged;
use super::pattern::Pattern;
use crate::diff::engine::Ends;
use crate::sweep::Nodes;
use std::sync::Arc;

/// The places of a matrix, with the recording they were found in.
pub(super) struct Structure {
    pub pattern: Arc<Pattern>,
    /// What each recorded result depends on, and which of them the function returned.
    args: Box<[[u32; 2]]>,
    exits: Box<[usize]>,
}

impl Structure {
    /// That of a recording, with the places that `completed` makes of those found.
    pub fn new(ends: &Ends<f64>, nodes: &Nodes, completed: impl FnOnce(Pattern) -> Pattern) -> Structure {
        Structure {
            pattern: Arc::new(completed(Pattern::of(ends, nodes))),
            args: nodes.nodes.iter().map(|node| node.args).collect(),
            exits: ends.exits.iter().map(|(slot, _)| *slot).collect(),
        }
    }
    /// Refuses another recording if it may have an entry in a place that this one has not.
    pub fn check(&self, ends: &Ends<f64>, nodes: &Nodes) -> Result<(), PatternChanged> {
        let args = nodes.nodes.iter().map(|node| &node.args);
        let exits = ends.exits.iter().map(|(slot, _)| slot);
        if args.eq(self.args.iter()) && exits.eq(self.exits.iter()) {
            return Ok(());
        }
        let found = Pattern::of(ends, nodes);
        let held =
            |row: &usize| found.row(*row).iter().all(|j| self.pattern.row(*row).binary_search(j).is_ok());
        (0..found.rows()).find(|row| !held(row)).map_or(Ok(()), |row| Err(PatternChanged { row }))
    }
}
