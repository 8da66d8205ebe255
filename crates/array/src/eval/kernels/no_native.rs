//! Stands in for [`native`](super::native) where machine code is not supported: every program is interpreted.

use super::frame::Frame;
use crate::eval::ir::in_place::Order;
use crate::eval::ir::program::{Instruction, Program};
use crate::eval::settings::MachineCode;

/// The machine code of a program; there is none.
pub(crate) enum Native {}

impl Native {
    pub fn run(&self, _: &[Instruction], _: &mut Frame) {
        match *self {}
    }
    pub fn order(&self) -> Order {
        match *self {}
    }
}

/// Whether all of a program is one loop of machine code.
pub(crate) fn is_one_loop(_: &Program) -> bool {
    false
}

/// A program's machine code, which is never written.
#[derive(Default)]
pub(crate) struct Lazy {}

impl Lazy {
    pub fn get(&self, _: &Program, _: MachineCode, _: usize) -> Option<&Native> {
        None
    }
}
