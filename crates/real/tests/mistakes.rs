//! What a programmer reads after a mistake, of every public function of scalars that can panic.

#[path = "../../array/tests/common/mistakes.rs"]
mod harness;
#[path = "../../array/tests/common/panics.rs"]
mod panics;

use pullback_real::chain::{Chain, Keep};
use pullback_real::sparse::*;
use pullback_real::*;
use std::sync::Arc;

fn square(x: &[Var]) -> Var {
    x[0] * x[0]
}
fn both(x: &[Var]) -> Vec<Var> {
    vec![x[0] * x[1], x[1]]
}
/// A variable of a gradient that has ended.
fn stale() -> Var {
    let kept = std::cell::Cell::new(Var::from(0.0));
    grad(|x: &[Var]| {
        kept.set(x[0] * x[1]);
        kept.get() + x[1]
    })(&[1.0, 2.0]);
    kept.get()
}
fn leaks(x: &[Var]) -> Var {
    x[0] * x[0] + stale()
}
fn leaks_all(x: &[Var]) -> Vec<Var> {
    vec![leaks(x)]
}

fn twisted() -> Pattern {
    Pattern::new(2, [vec![1], vec![]])
}
fn constant() -> TapeVar<'static> {
    TapeVar::lift(1.0)
}
fn elsewhere() -> f64 {
    let (t, u) = (Tape::new(), Tape::new());
    let (x, y) = (t.var(1.0), u.var(2.0));
    x.exp().grad().wrt(y)
}

harness::mistakes! {
    Chain::<f64>::new(Keep::Binomial(3)) => "Keep::Binomial must know how many steps there are: use Chain::run, or Keep::Online, which need not";
    Chain::<f64>::new(Keep::Online(1)) => "Keep::Online(1): at least 2 states must be kept";
    Chain::run(1.0, 3, Keep::Binomial(0), |x| 2.0 * x) => "Keep::Binomial(0): at least the first state must be kept";
    check(|x: &[Var]| x[0], &[1.0], 4) => "check: derivatives are checked to order 1, 2 or 3, not 4";
    assert_derivatives(|x: &[Var]| x[0] * x[0].stop_gradient(), &[0.5]) => "assert_derivatives: derivative of order 1 by x[0] at [0.5]: reverse mode gives 0.5, differences give 0.9999999999999974 ± 3.0e-13";
    grad(leaks)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    value_and_grad(leaks)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    grad_or_none(leaks)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    vjp(leaks_all)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    vjp(both)(&[1.0, 2.0]).1(&[1.0]) => "vjp: one cotangent for each of the 2 results is needed, not 1\n  made at #";
    linearize(both)(&[1.0, 2.0]).1.pull(&[1.0]) => "pull: one cotangent for each of the 2 results is needed, not 1";
    linearize(both)(&[1.0, 2.0]).1.push(&[1.0]) => "push: one tangent for each of the 2 variables is needed, not 1";
    jvp(|x| x[0])(&[1.0, 2.0], &[1.0]) => "jvp: one tangent for each of the 2 variables is needed, not 1\n  made at #";
    jacobian(leaks_all)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    jacobian_with(leaks_all, Mode::Reverse)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    hessian(leaks)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    hvp(square)(&[1.0], &[1.0, 2.0]) => "hvp: a direction in the 1 variables is needed, not 2 numbers\n  made at #";
    abs_normal(leaks_all)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    abs_normal(both)(&[1.0, 2.0]).switching_at(&[1.0]) => "AbsNormal::switching_at: `dx` has 1 numbers, the point 2";
    abs_normal(both)(&[1.0, 2.0]).evaluate(&[1.0]) => "AbsNormal::evaluate: `dx` has 1 numbers, the point 2";
    abs_normal(both)(&[1.0, 2.0]).derivative_along(&[1.0]) => "AbsNormal::derivative_along: `dx` has 1 numbers, the point 2";
    eliminate(leaks_all, Elimination::Reverse)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    Duals::<f64, 2>::variable(1.0, 2) => "Duals::variable: direction 2 of a number that carries 2";
    Tape::new().var(1.0).grad().wrt(constant()) => "wrt: the number 1 is a constant, which is not on the tape";
    elsewhere() => "variables of two tapes cannot be combined\n  one tape made at #\n  the other made at #";
    Tape::new().var(1.0).grad().wrt_or_none(constant()) => "wrt_or_none: the number 1 is a constant, which is not on the tape";
    Tape::new().gradient(&[(constant(), 1.0)]) => "Tape::gradient: the number 1 is a constant, which is not on the tape";
    Tape::new().partial(&[(constant(), 1.0)], &[]) => "Tape::partial: the number 1 is a constant, which is not on the tape";
    constant().grad() => "grad: the number 1 is a constant, which is not on a tape: there is nothing to differentiate";
    Tape::new().label(constant(), "x") => "Tape::label: the number 1 is a constant, which is not on the tape";
    hessian(|x: &[Var]| Var::external(x[0].value(), &[(x[0], 1.0)]))(&[1.0]) => "Var::external: its slopes are plain numbers, whose derivatives are unknown; here a gradient is differentiated again";
    implicit_series::<f64, 0>(|y| y, 1.0) => "implicit_series: N is 0, and a series has a constant term";
    ode_series::<f64, 3>(|_| vec![], &[1.0]) => "ode_series: f gives 0 slopes for 1 unknowns";
    ode_series::<f64, 0>(|y| y.to_vec(), &[1.0]) => "ode_series: N is 0, and a series has a constant term";
    schedule::binomial(3, 0, &mut |_| ()) => "binomial: no snapshot is allowed, and the initial state is one";
    Series::<f64, 0>::new([]) => "Series: N is 0, and a series has a constant term";
    taylor::<f64, 4>(|x| x[0], &[1.0], &[1.0, 2.0]) => "taylor: the point has 1 coordinates, the direction 2";
    derivatives::<f64, 0>(|x| x, 1.0) => "derivatives: N is 0, and a series has a constant term";
    SparseJacobian::new(leaks_all, &[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    SparseJacobian::with(leaks_all, &[1.0], Compression::Auto, Order::Natural) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    SparseJacobian::new(both, &[1.0, 2.0]).evaluate(&[1.0]) => "SparseJacobian::evaluate: the structure was prepared for 2 variables, not 1";
    SparseHessian::new(square, &[1.0]).evaluate(&[1.0, 2.0]) => "SparseHessian::evaluate: the structure was prepared for 1 variables, not 2";
    SparseMatrix::new(Arc::new(twisted()), vec![]) => "SparseMatrix::new: 0 entries for 1 places";
    SparseMatrix::new(Arc::new(twisted()), vec![1.0]).times(&[1.0]) => "SparseMatrix::times: a matrix of 2 columns times a vector of 1";
    Pattern::new(2, [vec![2]]) => "Pattern::new: column 2 of a matrix with 2";
    twisted().row(2) => "Pattern::row: row 2 of a pattern of 2";
    Pattern::new(2, [vec![1]]).symmetric() => "Pattern::symmetric: a symmetric pattern is square, not 1 by 2";
    pattern(leaks_all, Propagation::Forward)(&[1.0]) => "this `Var` belongs to a gradient that has ended: return it from the function, or take its number out with `value()`";
    HessianColours::new(&twisted(), HessianColouring::Star, Order::Natural) => "HessianColours::new: a Hessian's pattern is symmetric and has the diagonal";
}

#[test]
fn every_mistake_is_told_in_its_own_line() {
    harness::each_is_told_in_its_own_line(&[ALL], file!())
}
#[test]
fn every_function_that_panics_is_called_wrongly() {
    // The operation of a step of a tape is no public type: its arguments are its own.
    let internal = ["src/explicit/show.rs"];
    harness::every_function_that_panics_is_called(env!("CARGO_MANIFEST_DIR"), &[ALL], &internal, &[])
}
