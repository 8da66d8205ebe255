//! Events of a tape: a function that is called for each recorded step, each swept step and each clearing.

use super::show::Step;
use super::tape::Tape;

/// An event on a [`Tape`].
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A variable or an operation was recorded.
    Recorded(&'a Step),
    /// A reverse sweep passed a step, whose adjoint was complete by then.
    Swept {
        /// The step; a sweep passes steps from last to first.
        step: &'a Step,
        /// The derivative of the seeded results by the step's result.
        adjoint: f64,
    },
    /// All steps were discarded.
    Cleared,
}

pub(super) type Hook = Box<dyn Fn(Event)>;

impl Tape {
    /// An empty tape that calls `hook` for every step and sweep: to log, to count, or to stop (by a panic)
    /// where something must not happen.
    ///
    /// ```
    /// use pullback_real::explicit::Event;
    /// use pullback_real::{Real, Tape};
    /// use std::{cell::RefCell, rc::Rc};
    /// let log = Rc::new(RefCell::new(vec![]));
    /// let seen = log.clone();
    /// let t = Tape::watched(move |event| match event {
    ///     Event::Recorded(step) => seen.borrow_mut().push(format!("{} = {}", step.name, step.value)),
    ///     Event::Swept { step, adjoint } => seen.borrow_mut().push(format!("{} gets {adjoint}", step.name)),
    ///     Event::Cleared => {}
    /// });
    /// let x = t.var(3.0);
    /// x.square().grad();
    /// assert_eq!(*log.borrow(), ["var = 3", "square = 9", "square gets 1", "var gets 6"]);
    /// ```
    #[track_caller]
    pub fn watched(hook: impl Fn(Event) + 'static) -> Tape {
        Tape { hook: Some(Box::new(hook)), ..Tape::new() }
    }
    /// Reports the last step to the hook.
    pub(super) fn tell_recorded(&self) {
        if let Some(hook) = &self.hook {
            hook(Event::Recorded(&self.step(self.len() - 1)))
        }
    }
    /// Reports the steps that a sweep reached to the hook.
    pub(super) fn tell_swept(&self, bars: &[f64], connected: &[bool]) {
        if let Some(hook) = &self.hook {
            for k in (0..bars.len() - 1).rev().filter(|k| connected[k + 1]) {
                hook(Event::Swept { step: &self.step(k), adjoint: bars[k + 1] })
            }
        }
    }
}
