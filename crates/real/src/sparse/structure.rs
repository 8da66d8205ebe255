//! The prepared structure of a matrix, and the check that it holds for another recording of the function. The
//! check compares the recorded dependences, not the numbers, which may be of any size.

use super::PatternChanged;
use super::pattern::Pattern;
use crate::diff::engine::Ends;
use crate::sweep::Nodes;
use std::sync::Arc;

/// The pattern of a matrix, with the recording it was found in.
pub(super) struct Structure {
    pub pattern: Arc<Pattern>,
    /// The slots that each recorded result depends on.
    args: Box<[[u32; 2]]>,
    /// The slots of the results that the function returned.
    exits: Box<[usize]>,
}

impl Structure {
    /// The structure of a recording; `completed` extends the pattern that was found.
    pub fn new(ends: &Ends<f64>, nodes: &Nodes, completed: impl FnOnce(Pattern) -> Pattern) -> Structure {
        Structure {
            pattern: Arc::new(completed(Pattern::of(ends, nodes))),
            args: nodes.nodes.iter().map(|node| node.args).collect(),
            exits: ends.exits.iter().map(|(slot, _)| *slot).collect(),
        }
    }
    /// An error if another recording may have an entry in a place that this structure does not have.
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
