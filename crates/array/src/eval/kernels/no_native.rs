//! In place of [`native`](super::native) where there is no machine code: every program is interpreted.

use super::super::program::{Instruction, Program};
use super::frame::Frame;

/// There is none.
pub(crate) enum Native {}

impl Native {
    pub fn run(&self, _: &[Instruction], _: &mut Frame) {
        match *self {}
    }
}

/// What never becomes machine code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lazy;

impl Lazy {
    pub fn get(&self, _: &Program, _: usize) -> Option<&Native> {
        None
    }
}
