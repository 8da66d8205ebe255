//! What a programmer reads after a mistake, of every public function of recorded programs that can panic.

#[path = "../../array/tests/common/mistakes.rs"]
mod harness;
#[path = "../../array/tests/common/panics.rs"]
mod panics;

use pullback_array::Array;
use pullback_compile::{Function, Program, Symbol};
use pullback_real::{Real, Scalar};

fn square() -> Function {
    Function::record(|x| x[0] * x[0], &[1.0])
}
fn two() -> Function {
    Function::record(|x| [x[0], x[0].sin()], &[1.0])
}
fn program() -> Program {
    square().gradient()
}
/// A number of a recording that has ended.
fn stale() -> Symbol {
    let kept = std::cell::Cell::new(Symbol::from(0.0));
    Function::record(
        |x| {
            kept.set(x[0]);
            x[0]
        },
        &[1.0],
    );
    kept.get()
}

harness::mistakes! {
    Function::record(|x| Symbol::lift(x[0].value()), &[1.0]) => "`value` (or `stop`) takes a number out of a function that is being recorded, for all points, at one of them; compare the numbers themselves, or use `select`";
    Function::record(|x| x[0] * stale(), &[1.0]) => "this `Symbol` belongs to a recording that has ended: return it from the function that is recorded, instead of keeping it";
    square().with_parameters(2) => "with_parameters: the function has 1 inputs, which cannot end with 2 parameters";
    two().gradient() => "gradient: the function has 2 results, not one; use jacobian";
    two().value_and_gradient() => "value_and_gradient: the function has 2 results, not one; use jacobian";
    two().hessian() => "hessian: the function has 2 results, not one; use jacobian";
    program().to_rust("2x") => "to_rust: \"2x\" cannot be a function's name, which has letters, digits and _, and begins with no digit";
    program().to_c("a b") => "to_c: \"a b\" cannot be a function's name, which has letters, digits and _, and begins with no digit";
    program().evaluate(&[1.0, 2.0]) => "evaluate: the program takes 1 numbers, not 2";
    program().machine().evaluate(&[]) => "evaluate: the program takes 1 numbers, not 0";
    program().machine().evaluate_into(&[], &mut vec![]) => "evaluate_into: the program takes 1 numbers, not 0";
    program().lanes().evaluate(&[]) => "evaluate: the program takes 1 columns, not 0";
    program().lanes().evaluate(&[Array::from([[1.0]])]) => "evaluate: columns are f64 vectors of one length, not of shape [1, 1] f64\n  column made at #";
    program().lanes().evaluate(&[Array::from([1i64])]) => "evaluate: columns are f64 vectors of one length, not of shape [1] i64\n  column made at #";
}

#[test]
fn every_mistake_is_told_in_its_own_line() {
    harness::each_is_told_in_its_own_line(&[ALL], file!())
}
#[test]
fn every_function_that_panics_is_called_wrongly() {
    // There is machine code for every processor that the tests run on.
    harness::every_function_that_panics_is_called(env!("CARGO_MANIFEST_DIR"), &[ALL], &[], &["machine"])
}
