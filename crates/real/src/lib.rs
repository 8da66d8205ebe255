//! Numbers of pullback.

pub mod special;
