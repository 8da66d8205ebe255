//! What a caller's mistake ends with: a panic in the caller's line, of one sentence and the lines where its operands were made.

use std::cell::Cell;
use std::fmt::{Arguments, Write};
use std::panic::Location;

thread_local! { static OPERATION: Cell<Option<&'static str>> = const { Cell::new(None) } }

/// While it lives, mistakes are told in the name of the operation that the user called, not of those it is made of.
#[doc(hidden)]
pub struct Operation(Option<&'static str>);
impl Operation {
    /// The operation of this name, unless it is itself a part of one.
    pub fn named(name: &'static str) -> Operation {
        Operation(OPERATION.replace(OPERATION.get().or(Some(name))))
    }
}
impl Drop for Operation {
    fn drop(&mut self) {
        OPERATION.set(self.0)
    }
}

/// Panics in the caller's line, with a sentence that names the operation ("name: …") and says what to do, and a line for each
/// operand: what it is called ("" for an only one) and where it was made.
#[doc(hidden)]
#[cold]
#[track_caller]
pub fn refuse(sentence: Arguments, operands: &[(&str, &Location)]) -> ! {
    let sentence = sentence.to_string();
    let mut text = match (OPERATION.get(), sentence.split_once(": ")) {
        (Some(name), Some((_, rest))) => format!("{name}: {rest}"),
        _ => sentence,
    };
    for (name, at) in operands {
        let space = if name.is_empty() { "" } else { " " };
        write!(text, "\n  {name}{space}made at {at}").expect("a String takes any text")
    }
    panic!("{text}")
}
