//! How the elements of an operand lie, block by block: the same way in every one of them, up to where they begin.

use crate::eval::ir::layout::Strides;

/// How the elements of a block lie in memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pattern {
    /// One element for the whole block.
    Same,
    /// One after the other.
    Direct,
    /// At these places, counted from the first.
    Table(Box<[isize]>),
    /// In runs of this length, whose elements are one (step 0) or follow each other (step 1), and which begin at these places,
    /// or are outside.
    Runs { length: usize, step: isize, starts: Box<[isize]> },
}

/// Elements of a run that is copied as such.
pub(crate) const RUN: usize = 16;

/// The greatest common divisor.
pub(crate) fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A place outside of what is read.
pub(crate) const OUTSIDE: isize = isize::MIN / 2;

impl Pattern {
    pub fn at(&self, i: usize) -> isize {
        match self {
            Pattern::Same => 0,
            Pattern::Direct => i as isize,
            Pattern::Table(places) => places[i],
            Pattern::Runs { length, step, starts } => match starts[i / length] {
                OUTSIDE => OUTSIDE,
                start => start + (i % length) as isize * step,
            },
        }
    }
    /// This pattern as runs, if it is a table that has some which are worth it.
    pub fn in_runs(self) -> Pattern {
        let Pattern::Table(places) = &self else { return self };
        let inside = |w: &[isize]| w[0] != OUTSIDE && w[1] != OUTSIDE;
        let step = places.windows(2).find(|w| inside(w)).map_or(2, |w| w[1] - w[0]);
        if !(0..=1).contains(&step) {
            return self;
        }
        // Every run ends where places do not go on evenly, or before.
        let mut length = places.len();
        for (k, w) in places.windows(2).enumerate() {
            if w[1] - w[0] != if inside(w) { step } else { 0 } {
                length = gcd(length, k + 1)
            }
        }
        if length < RUN {
            return self;
        }
        Pattern::Runs { length, step, starts: places.iter().step_by(length).copied().collect() }
    }
}

/// What is read of an axis of a padded operand: the elements whose coordinate, counted by these strides, is in
/// `lo..hi`; the others are zero. The strides are 0 before the axis and row-major from it on.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub strides: Strides,
    pub lo: isize,
    pub hi: isize,
}
