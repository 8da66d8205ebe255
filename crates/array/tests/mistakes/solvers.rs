//! Wrong calls of solvers: of roots, minima, linear systems and differential equations.

use crate::*;

fn one() -> Array {
    Array::from(1.0)
}
fn times() -> Array {
    Array::from([0.0, 1.0])
}

crate::harness::mistakes! {
    custom_root(|x: &Array, p: &Array| (x * p).sum(), |p: &Array| p.clone())(&a()) => "custom_root: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    custom_root(|x: &Array, p: &Array| x * p, |_: &Array| i())(&a()) => "custom_root: unknowns are real floating point, not i32\n  made at #";
    custom_root_with(|x: &Array, p: &Array| (x * p).sum(), |p: &Array| p.clone(), Krylov::GMRES)(&a()) => "custom_root: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    find_root(|x: &Array, p: &Array| (x * p).sum(), a())(&a()) => "find_root: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    fixed_point(|x: &Array, p: &Array| (x * p).sum(), a())(&a()) => "fixed_point: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    fixed_point_with(|x: &Array, p: &Array| x * p, a(), f64::NAN, 10, Krylov::GMRES)(&a()) => "fixed_point_with: `tolerance` is NaN, not at least 0";
    fixed_point_with(|x: &Array, p: &Array| x * p, a(), 1e-9, 0, Krylov::GMRES)(&a()) => "fixed_point_with: `steps` is 0, and whether x has settled is seen after one";
    custom_argmin(|x: &Array, p: &Array| x * p, |p: &Array| p.clone())(&a()) => "custom_argmin: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    projected_argmin(|x: &Array, p: &Array| x * p, |x: &Array| x.clone(), |p: &Array| p.clone())(&a()) => "projected_argmin: the function must return one floating-point number (shape []), not shape [3] f64; reduce it with .sum() or .mean(), or use vjp\n  made at #";
    linear_solve(|x: &Array| x.sin(), &a(), Krylov::GMRES) => "linear_solve: the function is not linear: `sin`\n  made at #";
    linear_solve(|x: &Array| x.sum(), &a(), Krylov::GMRES) => "linear_solve: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    linear_solve(|x: &Array| x.clone(), &i(), Krylov::GMRES) => "linear_solve: unknowns are real floating point, not i32\n  made at #";
    cg(|x: &Array| x.sum(), &a()) => "cg: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    bicgstab(|x: &Array| x.sum(), &a()) => "bicgstab: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    gmres(|x: &Array| x.sum(), &a()) => "gmres: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    Qp::new(w(), a()) => "Qp: shapes [2, 3] and [3] are not those of a quadratic and a linear form\n  made at #\n  other made at #";
    Qp::new(m(), d()).equal(w(), d()) => "Qp::equal: shapes [2, 3] and [2] do not fit 2 unknowns\n  made at #\n  other made at #";
    Qp::new(m(), d()).at_most(m(), a()) => "Qp::at_most: shapes [2, 2] and [3] do not fit 2 unknowns\n  made at #\n  other made at #";
    odeint(|_, y: &Array| -y, &a(), &a(), Ode { rtol: -1.0, ..Ode::default() }) => "odeint: `rtol` -1 and `atol` 0.00000001 must be at least 0 and not both 0";
    odeint(|_, y: &Array| -y, &a(), &a(), Ode { rtol: 0.0, atol: 0.0, ..Ode::default() }) => "odeint: `rtol` 0 and `atol` 0 must be at least 0 and not both 0";
    odeint(|_, y: &Array| -y, &a(), &a(), Ode { steps: 0, ..Ode::default() }) => "odeint: `steps` is 0, and the times cannot be reached without one";
    odeint(|_, y: &Array| -y, &a(), &m(), Ode::default()) => "odeint: the times are one axis with at least one, not shape [2, 2]\n  made at #";
    odeint(|_, y: &Array| y.sum(), &a(), &a(), Ode::default()) => "odeint: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
    odeint(|_, y: &Array| y.clone(), &i(), &a(), Ode::default()) => "odeint: unknowns are real floating point, not i32\n  made at #";
    odeint(|_, y: &(Array, Array)| y.clone(), &(a(), f()), &a(), Ode::default()) => "odeint: the state has parts of f64 and of f32; convert one with .cast(DType::…)\n  one made at #\n  other made at #";
    odeint_dense(|_, y: &Array| -y, &a(), &times(), &one(), Ode::default()) => "odeint_dense: a time is one number, not of shape [2]\n  made at #";
    odeint_dense(|_, y: &Array| -y, &a(), &one(), &one(), Ode { adjoint: Adjoint::Continuous, ..Ode::default() }) => "odeint_dense: the continuous adjoint needs the times beforehand; take odeint, or Adjoint::Steps";
    odeint_dense(|_, y: &Array| -y, &a(), &Array::from(0.0), &one(), Ode::default()).at(&m()) => "at: times are one number or along one axis, not of shape [2, 2]\n  made at #";
    odeint_event(|_, y: &Array| -y, |_, y: &Array| y.clone(), &a(), &Array::from(0.0), &one(), Ode::default()) => "odeint_event: the event is one number, not of shape [3]\n  event made at #";
    odeint_event(|_, y: &Array| -y, |_, y: &Array| y.sum(), &a(), &times(), &one(), Ode::default()) => "odeint_event: a time is one number, not of shape [2]\n  made at #";
    odeint_event(|_, y: &Array| y.sum(), |_, y: &Array| y.sum(), &a(), &Array::from(0.0), &one(), Ode::default()) => "odeint_event: the function gives shape [] f64 for an unknown of shape [3] f64\n  made at #\n  unknown made at #";
}
