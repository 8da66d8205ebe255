//! Machine code for block programs. Consecutive instructions of simple arithmetic become one loop, so that
//! the values between them stay in vector registers. This is for processors with AVX-512; the interpreter
//! runs all other instructions, and everything on other processors.
//!
//! An instruction of the interpreter loads its operands from the first-level cache and stores its result
//! there, about 0.06 ns an element; within a segment only the arithmetic is left.

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

/// A program's segments in executable memory.
pub(crate) struct Native {
    memory: Mmap,
    segments: Vec<Segment>,
    /// Whether one segment is the whole program.
    whole: bool,
}

impl Native {
    /// Compiles the segments of a program; `None` if it has none, or the system forbids executable memory.
    fn of(program: &Program) -> Option<Native> {
        let mut asm = asm::Asm::default();
        let segments = segment::segments(program, &mut asm);
        if segments.is_empty() {
            return None;
        }
        let code = asm.finish();
        // Where the system forbids it, the program is interpreted.
        let mut memory = MmapMut::map_anon(code.len()).ok()?;
        memory.copy_from_slice(&code);
        let whole = segments[0].code == (0..program.code.len());
        Some(Native { memory: memory.make_exec().ok()?, segments, whole })
    }
    /// The order in which the code reaches the elements of a block.
    pub fn order(&self) -> Order {
        if self.whole { Order::Vectors } else { Order::Instructions }
    }
    /// Runs a program's code on the current block.
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

/// Whether this machine runs machine code at the level in force.
fn available() -> bool {
    !cfg!(miri) && cpu_level() == CpuLevel::Avx512
}

/// Whether all of a program's code becomes machine code: one loop, if there are registers enough.
pub(crate) fn is_one_loop(program: &Program) -> bool {
    available() && segment::all_simple(program)
}

/// Nanoseconds that a program runs before it is worth compiling: several times the time of writing, mapping
/// and unmapping the code. An evaluation whose plan is not kept pays for these every time.
const WORTH: usize = 150_000;

/// A program's machine code, once that is worth it.
#[derive(Default)]
pub(crate) struct Lazy {
    spent: AtomicUsize,
    code: OnceLock<Option<Native>>,
}

impl Lazy {
    /// The code for another run of the program, which takes about `time` nanoseconds.
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
        // Nothing is recorded where machine code is not available: the level may be raised again.
        if !available() {
            return None;
        }
        self.code.get_or_init(|| Native::of(program)).as_ref()
    }
}
