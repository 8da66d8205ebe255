//! Failures on order, for tests: a run has points at which it may fail (a step begins, memory is taken), and one of them panics.

use std::cell::Cell;

thread_local! { static LEFT: Cell<Option<usize>> = const { Cell::new(None) } }

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Point {
    /// A step.
    Step,
    /// Memory.
    Memory,
}

/// Runs `f` on this thread so that point number `n` of it panics, with itself; says whether it came so far.
pub(crate) fn at<T>(n: usize, f: impl FnOnce() -> T) -> (T, bool) {
    LEFT.set(Some(n));
    let y = f();
    (y, LEFT.take().is_none())
}

/// A place at which a run may fail.
#[track_caller]
pub(crate) fn point(what: Point) {
    match LEFT.get() {
        None => {}
        Some(0) => {
            LEFT.set(None);
            std::panic::panic_any(what)
        }
        Some(n) => LEFT.set(Some(n - 1)),
    }
}
