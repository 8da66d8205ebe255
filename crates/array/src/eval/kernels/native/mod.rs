//! Machine code for block programs: what is simple arithmetic in them, many instructions in one loop, so that values between
//! them stay in vector registers. For processors with AVX-512; all others, and all else, are the interpreter's.
//!
//! An instruction of the interpreter loads its operands from the first-level cache and stores its result there, about
//! 0.06 ns an element; within a segment it is the arithmetic alone.

mod asm;
mod body;
mod liveness;
mod operation;
mod segment;
#[cfg(test)]
mod tests;

use super::frame::Frame;
use super::math::{CpuLevel, cpu_level};
use crate::eval::ir::in_place::Order;
use crate::eval::ir::program::{Instruction, Program};
use crate::eval::settings::MachineCode;
use memmap2::{Mmap, MmapMut};
pub(crate) use segment::{Segment, Slot};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A segment's code: takes the addresses of its slots, and the number of elements.
pub(crate) type Entry = unsafe extern "sysv64" fn(*const *mut u8, usize);

/// A program's segments in memory that can be run.
pub(crate) struct Native {
    memory: Mmap,
    segments: Vec<Segment>,
    /// Whether one of them is all of the program.
    whole: bool,
}

impl Native {
    /// The segments of a program; none if it has none, or the system forbids it.
    fn of(program: &Program) -> Option<Native> {
        let mut asm = asm::Asm::default();
        let segments = segment::segments(program, &mut asm);
        if segments.is_empty() {
            return None;
        }
        let code = asm.finish();
        // A system that forbids it leaves us the interpreter.
        let mut memory = MmapMut::map_anon(code.len()).ok()?;
        memory.copy_from_slice(&code);
        let whole = segments[0].code == (0..program.code.len());
        Some(Native { memory: memory.make_exec().ok()?, segments, whole })
    }
    /// The order in which it reaches the elements of a block.
    pub fn order(&self) -> Order {
        if self.whole { Order::Vectors } else { Order::Instructions }
    }
    /// Runs a program's code on the block at hand.
    pub fn run(&self, code: &[Instruction], frame: &mut Frame) {
        let mut done = 0;
        for segment in &self.segments {
            code[done..segment.code.start].iter().for_each(|i| frame.step(i));
            // SAFETY: the segment's code begins there.
            let entry: Entry = unsafe { std::mem::transmute(self.memory[segment.entry..].as_ptr()) };
            frame.segment(segment, entry);
            done = segment.code.end
        }
        code[done..].iter().for_each(|i| frame.step(i))
    }
}

/// Whether machines like this one have machine code.
fn available() -> bool {
    !cfg!(miri) && cpu_level() == CpuLevel::Avx512
}

/// Whether all of a program's code is machine code, in one loop as far as there are registers.
pub(crate) fn is_one_loop(program: &Program) -> bool {
    available() && segment::all_simple(program)
}

/// Nanoseconds that a program runs before it is worth compiling: several times what writing, mapping and unmapping the code
/// takes, which what is evaluated without a plan that stays pays every time.
const WORTH: usize = 150_000;

/// A program's machine code, once that is worth it.
#[derive(Default)]
pub(crate) struct Lazy {
    spent: AtomicUsize,
    code: OnceLock<Option<Native>>,
}

impl Lazy {
    /// The code for another run of the program, which has `time` nanoseconds to do.
    pub fn get(&self, program: &Program, when: MachineCode, time: usize) -> Option<&Native> {
        match when {
            MachineCode::Never => return None,
            MachineCode::Always | MachineCode::Compare => {}
            MachineCode::Auto => {
                if let Some(code) = self.code.get() {
                    return code.as_ref().filter(|_| available());
                }
                let spent = self.spent.fetch_add(time + 100, Ordering::Relaxed);
                if spent + time < WORTH {
                    return None;
                }
            }
        }
        // Not where there is none: the level may be raised again.
        if !available() {
            return None;
        }
        self.code.get_or_init(|| Native::of(program)).as_ref()
    }
}
