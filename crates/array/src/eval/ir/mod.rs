//! What programs are made of, from the graph of pending arrays to steps: data alone. The passes make one from the other, what
//! comes out is run by `run`.

pub(crate) mod blocking;
pub(crate) mod control;
pub(crate) mod hash;
pub(crate) mod in_place;
pub(crate) mod item;
pub(crate) mod layout;
pub(crate) mod padding;
pub(crate) mod pattern;
pub(crate) mod pending;
pub(crate) mod program;
pub(crate) mod register;
pub(crate) mod signature;
pub(crate) mod slot;
pub(crate) mod step;
mod well_formed;
