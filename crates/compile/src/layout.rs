//! Where machine code finds the values of a program: which part computes each, and where it lies if a later one reads it.
//!
//! The memory of a run is one row of numbers: the outputs, the ends of the guards, and values that a later part needs.

use crate::builder::Instruction;
use crate::program::Program;
use pullback_real::{Binary, Unary};
use std::ops::Range;

/// The most operations of one part: a function has at most so many values on the stack, 8 kB of them.
const MOST: usize = 1024;

pub(crate) struct Layout {
    /// The instructions of each part; there is at least one.
    pub parts: Vec<Range<usize>>,
    /// The part that computes an instruction; inputs and constants lie in memory.
    pub part: Vec<Option<usize>>,
    /// What the first numbers of the memory are: the outputs, and behind them what the guards compare.
    pub ends: Vec<u32>,
    /// The place in the memory of a value that a later part reads.
    pub kept: Vec<Option<usize>>,
    /// How many numbers the memory has.
    pub memory: usize,
    /// Where in its table, one of the following, an instruction stands.
    pub place: Vec<usize>,
    pub constants: Box<[f64]>,
    pub unary: Box<[Unary]>,
    pub binary: Box<[Binary]>,
}

impl Layout {
    pub fn of(program: &Program) -> Layout {
        let ends: Vec<u32> =
            program.outputs.iter().copied().chain(program.guards.iter().flat_map(|g| [g.a, g.b])).collect();
        let (mut constants, mut unary, mut binary) = (vec![], vec![], vec![]);
        let (mut place, mut part) = (vec![], vec![]);
        let (mut starts, mut operations) = (vec![0], 0);
        for (k, i) in program.list.iter().enumerate() {
            place.push(match *i {
                Instruction::Constant(bits) => pushed(&mut constants, f64::from_bits(bits)),
                Instruction::Unary(op, _) => pushed(&mut unary, op),
                Instruction::Binary(op, ..) => pushed(&mut binary, op),
                Instruction::Input(_) | Instruction::Select(..) => 0,
            });
            if matches!(i, Instruction::Input(_) | Instruction::Constant(_)) {
                part.push(None);
                continue;
            }
            if operations == MOST * starts.len() {
                starts.push(k)
            }
            operations += 1;
            part.push(Some(starts.len() - 1))
        }
        let stops = starts.iter().skip(1).copied().chain([program.list.len()]);
        let parts = starts.iter().copied().zip(stops).map(|(a, b)| a..b).collect();
        let (kept, memory) = kept(program, &part, starts.len(), ends.len());
        let (constants, unary, binary) = (constants.into(), unary.into(), binary.into());
        Layout { parts, part, ends, kept, memory, place, constants, unary, binary }
    }
}

fn pushed<T>(all: &mut Vec<T>, one: T) -> usize {
    all.push(one);
    all.len() - 1
}

/// Places from `memory` on for the values that later parts read, and the end of them.
fn kept(
    program: &Program,
    part: &[Option<usize>],
    parts: usize,
    mut memory: usize,
) -> (Vec<Option<usize>>, usize) {
    // The last part that reads each value.
    let mut last = part.to_vec();
    for (i, reader) in program.list.iter().zip(part) {
        i.args().for_each(|x| last[x as usize] = last[x as usize].max(*reader))
    }
    // A place is free again in the parts behind the one that reads it last.
    let (mut free, mut ending) = (vec![], vec![vec![]; parts]);
    let (mut kept, mut reached) = (vec![None; part.len()], 0);
    for k in 0..part.len() {
        let (Some(here), Some(until)) = (part[k], last[k]) else { continue };
        if here > reached {
            free.append(&mut ending[reached]);
            reached = here
        }
        if until > here {
            let place = free.pop().unwrap_or_else(|| {
                memory += 1;
                memory - 1
            });
            ending[until].push(place);
            kept[k] = Some(place)
        }
    }
    (kept, memory)
}
