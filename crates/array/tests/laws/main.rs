//! Laws that every operation obeys, on drawn shapes of rank 0 to 5, with and without elements: `common/catalogue.rs` lists
//! the operations, each with its arguments and its definition in loops.

#[path = "../common/mod.rs"]
mod common;
mod derivatives;
mod transforms;
