//! The panic for a caller's mistake. It points at the caller's line and gives one sentence and the lines
//! where the operands were made.

use std::cell::Cell;
use std::fmt::{Arguments, Write};
use std::panic::Location;

thread_local! { static OPERATION: Cell<Option<&'static str>> = const { Cell::new(None) } }

/// While this guard lives, messages name the operation that the user called, not the operations it consists
/// of.
#[doc(hidden)]
pub struct Operation(Option<&'static str>);
impl Operation {
    /// Names the operation in messages, unless it is itself a part of a named one.
    pub fn named(name: &'static str) -> Operation {
        Operation(OPERATION.replace(OPERATION.get().or(Some(name))))
    }
}
impl Drop for Operation {
    fn drop(&mut self) {
        OPERATION.set(self.0)
    }
}

/// Panics in the caller's line. The sentence names the operation ("name: …") and says what to do. A line for
/// each operand gives its name ("" for an only one) and where it was made.
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
