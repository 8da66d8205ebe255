//! The signatures of loops: in which order their arguments and results come.

/// A loop over rows. Arguments: the carried state, arrays that every step reads, arrays of which step i reads row i. Results: the
/// state after the last step, arrays of which step i makes row i.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LoopSignature {
    /// Arrays in the state.
    pub state: usize,
    /// How many arrays every step reads.
    pub shared: usize,
    /// Steps.
    pub length: usize,
    /// Whether the last row comes first.
    pub reverse: bool,
}

/// The arguments of a loop over rows, or of its step, or what belongs to them.
#[derive(Clone, Copy)]
pub(crate) struct LoopArgs<'a, T> {
    pub state: &'a [T],
    pub shared: &'a [T],
    pub rows: &'a [T],
}

impl LoopSignature {
    /// Arguments before the rows.
    pub fn before_rows(&self) -> usize {
        self.state + self.shared
    }
    /// The arguments by what they are.
    pub fn args<'a, T>(&self, all: &'a [T]) -> LoopArgs<'a, T> {
        let (state, rest) = all.split_at(self.state);
        let (shared, rows) = rest.split_at(self.shared);
        LoopArgs { state, shared, rows }
    }
    /// The results: state, rows.
    pub fn results<'a, T>(&self, all: &'a [T]) -> (&'a [T], &'a [T]) {
        all.split_at(self.state)
    }
    /// The row of step `step`.
    pub fn row(&self, step: usize) -> usize {
        if self.reverse { self.length - 1 - step } else { step }
    }
    /// The loop that does another's work beside its own.
    pub fn beside(&self, other: &LoopSignature) -> LoopSignature {
        LoopSignature { state: self.state + other.state, shared: self.shared + other.shared, ..*self }
    }
    /// The arguments of the loop [`beside`](LoopSignature::beside) another, as those of the two.
    pub fn apart<T: Clone>(&self, other: &LoopSignature, rows: usize, all: &[T]) -> [Vec<T>; 2] {
        let LoopArgs { state, shared, rows: both } = self.beside(other).args(all);
        let (state, other_state) = state.split_at(self.state);
        let (shared, other_shared) = shared.split_at(self.shared);
        let (rows, other_rows) = both.split_at(rows);
        [[state, shared, rows].concat(), [other_state, other_shared, other_rows].concat()]
    }
}

impl<T: Clone> LoopArgs<'_, T> {
    /// Those of the loop that does both loops' work.
    pub fn beside(&self, other: &LoopArgs<T>) -> Vec<T> {
        [self.state, other.state, self.shared, other.shared, self.rows, other.rows].concat()
    }
}

/// The reverse sweep over a loop of which few states are kept. Arguments: the loop's initial state, what the sweep carries, arrays
/// that every step reads, arrays of which step i reads row i forward and backward, and further ones that it reads backward alone.
/// Results: what is carried after the last step, arrays of which step i makes row i.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdjointSignature {
    /// The loop that is swept over.
    pub forward: LoopSignature,
    /// Arrays that the sweep carries.
    pub carried: usize,
    /// Arrays of rows that the loop reads.
    pub rows: usize,
}

/// The arguments of a reverse sweep.
#[derive(Clone, Copy)]
pub(crate) struct AdjointArgs<'a, T> {
    pub state: &'a [T],
    pub carried: &'a [T],
    pub shared: &'a [T],
    /// Rows that are read forward and backward.
    pub rows: &'a [T],
    /// Rows that are read backward: those, and the others.
    pub all_rows: &'a [T],
}

impl AdjointSignature {
    /// Arguments before the rows.
    pub fn before_rows(&self) -> usize {
        self.forward.before_rows() + self.carried
    }
    /// The arguments by what they are.
    pub fn args<'a, T>(&self, all: &'a [T]) -> AdjointArgs<'a, T> {
        let (state, rest) = all.split_at(self.forward.state);
        let (carried, rest) = rest.split_at(self.carried);
        let (shared, all_rows) = rest.split_at(self.forward.shared);
        AdjointArgs { state, carried, shared, rows: &all_rows[..self.rows], all_rows }
    }
    /// The inputs of a step backward by what they are.
    pub fn step_back<'a, T>(&self, all: &'a [T]) -> AdjointArgs<'a, T> {
        let (carried, rest) = all.split_at(self.carried);
        let (shared, rest) = rest.split_at(self.forward.shared);
        let (state, all_rows) = rest.split_at(self.forward.state);
        AdjointArgs { state, carried, shared, rows: &all_rows[..self.rows], all_rows }
    }
    /// The results: carried, rows.
    pub fn results<'a, T>(&self, all: &'a [T]) -> (&'a [T], &'a [T]) {
        all.split_at(self.carried)
    }
}

impl<T: Clone> AdjointArgs<'_, T> {
    /// The inputs of a step forward.
    pub fn forward(&self) -> Vec<T> {
        [self.state, self.shared, self.rows].concat()
    }
    /// The inputs of a step backward.
    pub fn backward(&self) -> Vec<T> {
        [self.carried, self.shared, self.state, self.all_rows].concat()
    }
}

/// A loop until a test fails. Arguments: the state, arrays that the test reads beside it, arrays that the body reads beside it.
/// Results: the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WhileSignature {
    /// Arrays in the state.
    pub state: usize,
    /// Arrays that the test reads beside it.
    pub tested: usize,
}

/// The arguments of a loop until a test fails.
#[derive(Clone, Copy)]
pub(crate) struct WhileArgs<'a, T> {
    pub state: &'a [T],
    pub for_test: &'a [T],
    pub for_body: &'a [T],
}

impl WhileSignature {
    /// The arguments by what they are.
    pub fn args<'a, T>(&self, all: &'a [T]) -> WhileArgs<'a, T> {
        let (state, rest) = all.split_at(self.state);
        let (for_test, for_body) = rest.split_at(self.tested);
        WhileArgs { state, for_test, for_body }
    }
}

impl<T: Clone> WhileArgs<'_, T> {
    /// What the test reads.
    pub fn test(&self) -> Vec<T> {
        [self.state, self.for_test].concat()
    }
    /// What the body reads.
    pub fn body(&self) -> Vec<T> {
        [self.state, self.for_body].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_two_loops_beside_each_other_come_apart_again() {
        let a = LoopSignature { state: 2, shared: 1, length: 4, reverse: true };
        let b = LoopSignature { state: 1, shared: 3, length: 4, reverse: true };
        let (xs, ys) = (["s0", "s1", "c0", "r0", "r1"], ["t0", "d0", "d1", "d2", "q0"]);
        let all = a.args(&xs).beside(&b.args(&ys));
        assert_eq!(all, ["s0", "s1", "t0", "c0", "d0", "d1", "d2", "r0", "r1", "q0"]);
        assert_eq!(a.apart(&b, 2, &all), [xs.to_vec(), ys.to_vec()]);
        assert_eq!((a.row(0), a.row(3)), (3, 0));
    }

    #[test]
    fn a_reverse_sweep_reads_the_state_after_the_shared_arrays() {
        let forward = LoopSignature { state: 1, shared: 1, length: 2, reverse: false };
        let adjoint = AdjointSignature { forward, carried: 2, rows: 1 };
        let all = ["s", "bar0", "bar1", "c", "r", "g"];
        let args = adjoint.args(&all);
        assert_eq!(args.forward(), ["s", "c", "r"]);
        assert_eq!(args.backward(), ["bar0", "bar1", "c", "s", "r", "g"]);
        assert_eq!(adjoint.step_back(&args.backward()).forward(), args.forward());
        assert_eq!(adjoint.before_rows(), 4);
    }
}
