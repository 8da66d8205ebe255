//! How much work differentiation did on this thread, counted rather than timed.

use std::cell::Cell;

/// The work that this thread has recorded and swept since it began. The difference of two counts is the work
/// between them.
///
/// ```
/// use pullback_real::{Counts, jacobian};
/// let before = Counts::here();
/// jacobian(|x| vec![x[0] * x[1], x[0] + x[1], x[0] / x[1]])(&[1.0, 2.0]);
/// let done = Counts::here() - before;
/// assert_eq!((done.recordings, done.forward, done.reverse), (1, 2, 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Recordings that ended.
    pub recordings: u64,
    /// Nodes recorded in them.
    pub nodes: u64,
    /// Directions swept forward, over a tape.
    pub forward: u64,
    /// Cotangents swept backward.
    pub reverse: u64,
}

thread_local! {
    static COUNTS: Cell<Counts> = const { Cell::new(Counts { recordings: 0, nodes: 0, forward: 0, reverse: 0 }) };
}

impl Counts {
    /// The counts of this thread.
    pub fn here() -> Counts {
        COUNTS.get()
    }
}
impl std::ops::Sub for Counts {
    type Output = Counts;
    fn sub(self, from: Counts) -> Counts {
        Counts {
            recordings: self.recordings - from.recordings,
            nodes: self.nodes - from.nodes,
            forward: self.forward - from.forward,
            reverse: self.reverse - from.reverse,
        }
    }
}

pub(crate) fn add(more: Counts) {
    let c = COUNTS.get();
    COUNTS.set(Counts {
        recordings: c.recordings + more.recordings,
        nodes: c.nodes + more.nodes,
        forward: c.forward + more.forward,
        reverse: c.reverse + more.reverse,
    });
}
