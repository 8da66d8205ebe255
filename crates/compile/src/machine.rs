//! Programs at one point as machine code: arithmetic inline, other functions by the table's own code, so that values are bit
//! for bit the same.
//!
//! The one home of `unsafe` in this crate: machine code is called through a pointer. What it reads and writes was decided in
//! `layout.rs` from a program that was checked when it was made: operands come before their instruction, and inputs are
//! below the number of inputs.
#![allow(unsafe_code)]

use crate::emit::{Code, emit};
use crate::layout::Layout;
use crate::program::{BranchChanged, Program};
use cranelift_jit::JITModule;
use pullback_real::{Binary, Unary};
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

thread_local! {
    /// With what a function that machine code called has panicked, until the code has returned.
    static PANIC: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
}

/// op(x), called by machine code; `op` lies in the [`Machine`] that owns the code.
extern "C" fn call_unary(op: &Unary, x: f64) -> f64 {
    caught(|| op.eval(x))
}
/// op(x, y), the same.
extern "C" fn call_binary(op: &Binary, x: f64, y: f64) -> f64 {
    caught(|| op.eval(x, y))
}
/// A panic cannot unwind through machine code: it waits until the code has gone on with NaN and returned.
#[inline(always)]
fn caught(f: impl FnOnce() -> f64) -> f64 {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(y) => y,
        Err(payload) => {
            PANIC.set(Some(payload));
            f64::NAN
        }
    }
}

/// A part of a program: reads the inputs, reads and writes the memory of a run.
type Part = unsafe extern "C" fn(*const f64, *mut f64);

/// A program as machine code.
///
/// ```
/// use pullback_compile::Function;
/// use pullback_real::Real;
/// let f = Function::record(|x| (x[0] * x[1]).sin(), &[1.0, 1.0]);
/// let gradient = f.gradient().machine();
/// assert_eq!(gradient.evaluate(&[0.0, 2.0]).unwrap(), [2.0, 0.0]);
/// ```
pub struct Machine {
    program: Program,
    parts: Box<[Part]>,
    /// Owns the memory of the code.
    module: Option<JITModule>,
    /// What the code refers to by address.
    layout: Layout,
    /// Whether a called function may have panicked.
    calls: bool,
}

// SAFETY: after it is made, nothing of it changes; the code reads its arguments and constants alone.
unsafe impl Send for Machine {}
// SAFETY: the same.
unsafe impl Sync for Machine {}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: the code is only called by methods of `self`, which is gone.
            unsafe { module.free_memory() }
        }
    }
}

impl Program {
    /// The program as machine code for this computer.
    ///
    /// # Panics
    /// If Cranelift knows no code for this computer.
    #[track_caller]
    pub fn machine(&self) -> Machine {
        Machine::new(self.clone())
    }
}

impl Machine {
    #[track_caller]
    fn new(program: Program) -> Machine {
        let layout = Layout::of(&program);
        let Code { module, functions, calls } = emit(&program, &layout, call_unary, call_binary);
        // SAFETY: the code was made with this signature, and lives as long as the module.
        let part = |code| unsafe { std::mem::transmute::<*const u8, Part>(code) };
        let parts = functions.into_iter().map(part).collect();
        Machine { program, parts, module: Some(module), layout, calls }
    }
    /// The outputs at a point.
    ///
    /// # Errors
    /// If a comparison comes out differently than where the function was recorded.
    ///
    /// # Panics
    /// If `x` has not as many numbers as the program takes.
    #[track_caller]
    pub fn evaluate(&self, x: &[f64]) -> Result<Vec<f64>, BranchChanged> {
        let mut y = vec![];
        self.program.check_inputs("evaluate", "numbers", x.len());
        self.run(x, &mut y)?;
        Ok(y)
    }
    /// The outputs at a point, into a vector whose memory is used again.
    ///
    /// # Errors
    /// As [`evaluate`](Machine::evaluate).
    ///
    /// # Panics
    /// As [`evaluate`](Machine::evaluate).
    #[track_caller]
    pub fn evaluate_into(&self, x: &[f64], y: &mut Vec<f64>) -> Result<(), BranchChanged> {
        self.program.check_inputs("evaluate_into", "numbers", x.len());
        self.run(x, y)
    }
    #[inline(always)]
    fn run(&self, x: &[f64], y: &mut Vec<f64>) -> Result<(), BranchChanged> {
        y.clear();
        y.reserve(self.layout.memory);
        for part in &self.parts {
            // SAFETY: `x` has as many numbers as there are inputs, and behind `y` there is room for the memory of a run, all of
            // which a part writes before it or a later one reads it.
            unsafe { part(x.as_ptr(), y.as_mut_ptr()) }
        }
        if self.calls
            && let Some(payload) = PANIC.take()
        {
            resume_unwind(payload)
        }
        // SAFETY: the parts have written all ends, which are the first numbers of the memory.
        unsafe { y.set_len(self.layout.ends.len()) };
        let m = self.program.outputs.len();
        for (guard, ends) in self.program.guards.iter().zip(y[m..].chunks(2)) {
            if !guard.outcome.holds(ends[0], ends[1]) {
                return Err(BranchChanged { at: guard.at.to_string(), point: 0 });
            }
        }
        y.truncate(m);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_called_function_waits_until_the_code_has_returned() {
        assert!(caught(|| panic!("of the table")).is_nan());
        let payload = PANIC.take().expect("it was kept");
        assert_eq!(payload.downcast_ref::<&str>(), Some(&"of the table"));
        assert_eq!((caught(|| 2.0), PANIC.take().is_none()), (2.0, true))
    }
}
