//! What a programmer reads after a mistake, of every public function of arrays that can panic.

#[path = "../common/mistakes.rs"]
mod harness;
#[path = "../common/panics.rs"]
mod panics;

mod control;
mod elements;
mod products;
mod shapes;
mod solvers;
mod sums;
mod transforms;

use pullback_array::*;

const ALL: &[&[harness::Mistake]] =
    &[control::ALL, elements::ALL, products::ALL, shapes::ALL, solvers::ALL, sums::ALL, transforms::ALL];

#[test]
fn every_mistake_is_told_in_its_own_line() {
    harness::each_is_told_in_its_own_line(ALL, file!())
}
#[test]
fn every_function_that_panics_is_called_wrongly() {
    // What evaluates, whose panics are of a wrong library, and helpers of this crate's own.
    let internal = ["src/eval", "src/buffer.rs", "src/axis.rs", "src/shape.rs"];
    harness::every_function_that_panics_is_called(env!("CARGO_MANIFEST_DIR"), ALL, &internal, &["on_disk"])
}

fn show(x: Array) {
    x.eval();
}
/// A vector.
fn a() -> Array {
    Array::from([1.0, 2.0, 3.0])
}
/// A vector of another length.
fn d() -> Array {
    Array::from([1.0, 2.0])
}
/// One of f32.
fn f() -> Array {
    Array::from([1.0f32, 2.0, 3.0])
}
/// A complex one.
fn z() -> Array {
    Array::complex(a(), 1.0)
}
/// One of integers.
fn i() -> Array {
    Array::from([0, 1, 2])
}
/// One of bools.
fn b() -> Array {
    Array::from([true, false, true])
}
/// One without elements.
fn e() -> Array {
    Array::zeros(&[0], DType::F64).reshape([0])
}
/// A matrix.
fn m() -> Array {
    Array::from([[1.0, 2.0], [3.0, 4.0]])
}
/// One that is not square.
fn w() -> Array {
    Array::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
}
