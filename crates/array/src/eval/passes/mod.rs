//! The passes of the compiler, each a function from one stage of a program to the next: see [`compile`](super::compile) for
//! their order.

pub(crate) mod collect;
pub(crate) mod dead_code;
pub(crate) mod defer;
pub(crate) mod fuse;
pub(crate) mod group;
pub(crate) mod liveness;
pub(crate) mod lower;
pub(crate) mod recompute;
mod simplify;
pub(crate) mod slots;
pub(crate) mod update_in_place;

#[cfg(test)]
thread_local! {
    /// The passes that have run on this thread, for the test of their order.
    pub(crate) static RAN: std::cell::RefCell<Vec<&'static str>> = const { std::cell::RefCell::new(vec![]) };
}

/// A pass begins.
fn ran(_name: &'static str) {
    #[cfg(test)]
    RAN.with_borrow_mut(|ran| ran.push(_name))
}
