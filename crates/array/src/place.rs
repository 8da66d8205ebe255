//! The line of the user's code that a node is credited to.

use pullback_real::Operation;
use std::cell::Cell;
use std::panic::Location;

thread_local! { static PLACE: Cell<Option<&'static Location<'static>>> = const { Cell::new(None) } }
/// While it lives, nodes this thread makes are credited to another node's line: derivatives to the operation they
/// belong to, inputs to where the user made them.
pub(crate) struct Place(Option<&'static Location<'static>>);
impl Place {
    pub fn at(line: &'static Location<'static>) -> Place {
        Place(PLACE.replace(Some(line)))
    }
    /// The line that nodes are credited to, or else the caller's.
    #[track_caller]
    pub fn line() -> &'static Location<'static> {
        PLACE.get().unwrap_or(Location::caller())
    }
    /// The caller's line, unless it is credited already: for nodes that are made in a closure, which has no caller.
    #[track_caller]
    pub fn here() -> Place {
        Place(PLACE.replace(Some(Place::line())))
    }
}
impl Drop for Place {
    fn drop(&mut self) {
        PLACE.set(self.0)
    }
}
/// While it lives, an operation that is made of others runs: the nodes of all are credited to its caller's line, and mistakes
/// are told in its name.
#[track_caller]
pub(crate) fn operation(name: &'static str) -> (Operation, Place) {
    (Operation::named(name), Place::here())
}
