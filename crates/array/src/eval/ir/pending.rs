//! What is to be computed: nodes of arrays that have no value yet.

use crate::array::{Args, Array};

/// A node without a value.
pub(crate) struct PendingNode {
    pub node: Array,
    /// What its value is computed from: of a call, that is the value's node alone.
    pub args: Args,
    /// The same value from other nodes, computed in its place.
    pub instead: Option<Array>,
}

/// The nodes without a value behind the roots, oldest first.
pub(crate) struct Pending {
    /// What a run gets, whatever it was made of.
    pub inputs: Vec<Array>,
    pub nodes: Vec<PendingNode>,
    pub roots: Vec<Array>,
}
