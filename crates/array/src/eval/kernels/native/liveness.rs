//! Liveness: the readers of the values of a program's code, found once, from the last instruction to the
//! first.

use crate::eval::ir::program::{Operand, Program, Target};
use std::collections::HashMap;
use std::ops::Range;

/// The position of a reader behind all code: a reduction.
const END: usize = usize::MAX;

/// Where an instruction's result is read.
#[derive(Clone, Copy)]
struct Reads {
    first: usize,
    last: usize,
}

/// The readers of all values.
pub(super) struct Liveness {
    /// For each instruction and operand, the next instruction that reads the same value.
    next: Vec<[Option<usize>; 3]>,
    /// For each instruction, the readers of its result.
    results: Vec<Option<Reads>>,
}

impl Liveness {
    pub fn of(program: &Program) -> Liveness {
        let n = program.code.len();
        let mut found = Liveness { next: vec![[None; 3]; n], results: vec![None; n] };
        // The later readers of the values that registers hold, and the next reader of each input.
        let mut later: HashMap<Target, Reads> = HashMap::new();
        let mut inputs: HashMap<u32, usize> = HashMap::new();
        for sink in &program.sinks {
            if let Operand::Register(r) = sink.operand {
                later.insert(Target::Register(r), Reads { first: END, last: END });
            }
        }
        for (at, i) in program.code.iter().enumerate().rev() {
            // Before this instruction, its target register holds another value.
            found.results[at] = later.remove(&i.target);
            for (o, next) in i.operands.iter().zip(&mut found.next[at]) {
                *next = match o {
                    Operand::Register(r) => later.get(&Target::Register(*r)).map(|reads| reads.first),
                    Operand::Input(k) => inputs.get(k).copied(),
                    Operand::Number(_) => None,
                }
            }
            for o in &i.operands {
                match o {
                    Operand::Register(r) => {
                        let reads =
                            later.entry(Target::Register(*r)).or_insert(Reads { first: at, last: at });
                        reads.first = at
                    }
                    Operand::Input(k) => drop(inputs.insert(*k, at)),
                    Operand::Number(_) => {}
                }
            }
        }
        found
    }
    /// Whether no other instruction of a stretch of code that ends at `end` reads an operand's value after instruction `at`.
    pub fn is_last(&self, at: usize, operand: usize, end: usize) -> bool {
        self.next[at][operand].is_none_or(|next| next >= end)
    }
    /// Whether an instruction's result is read within a stretch of code.
    pub fn is_read_within(&self, at: usize, stretch: &Range<usize>) -> bool {
        self.results[at].is_some_and(|reads| reads.first < stretch.end)
    }
    /// Whether an instruction's result is read behind a stretch of code.
    pub fn is_read_behind(&self, at: usize, stretch: &Range<usize>) -> bool {
        self.results[at].is_some_and(|reads| reads.last >= stretch.end)
    }
}
