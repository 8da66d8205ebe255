//! The tape as an object that can be inspected: variables that borrow it, every operation with its value and
//! its place in the program, adjoints of all intermediates.

mod event;
mod gradient;
mod show;
mod tape;

pub use event::Event;
pub use gradient::Gradient;
pub use show::{Argument, Step};
pub use tape::{Tape, TapeVar};
