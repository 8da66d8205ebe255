//! Tests of arrays that need no process of their own: one program, since each is linked with all dependencies.

#[path = "../common/layers.rs"]
mod layers;
#[path = "../common/panics.rs"]
mod panics;

mod check;
mod choices;
mod constants;
mod control;
mod custom;
mod extents;
mod files;
mod gradients;
mod implicit;
mod io;
mod jacobian;
mod jet;
mod jit;
mod kinks;
mod left_behind;
mod linear;
mod noise;
mod on_disk;
mod orders;
mod printing;
mod quotients;
mod remat;
mod sparse;
mod structure;
mod transforms;
mod unit_matrices;
mod vmap;
