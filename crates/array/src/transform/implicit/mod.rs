//! Implicit differentiation: the derivative of a solution follows from its equation, for any solver.

mod dense;
mod dormand_prince;
mod event;
mod krylov;
mod ode;
mod ode_flow;
mod ode_options;
#[cfg(feature = "linalg")]
mod qp;
mod root;
mod system;

pub use dense::{OdeSolution, odeint_dense};
pub use event::odeint_event;
pub use krylov::{Krylov, KrylovMethod};
pub use ode::odeint;
pub use ode_options::{Adjoint, Ode};
#[cfg(feature = "linalg")]
pub use qp::Qp;
pub use root::{
    custom_argmin, custom_root, custom_root_with, find_root, fixed_point, fixed_point_with, projected_argmin,
};
pub use system::{bicgstab, cg, gmres, linear_solve};

use crate::array::Array;
use pullback_real::refuse;

/// Panics unless all unknowns of a system are real floating point.
#[track_caller]
fn check_real(what: &str, unknowns: &[Array]) {
    if let Some(x) = unknowns.iter().find(|x| !x.dtype().is_float()) {
        refuse(format_args!("{what}: unknowns are real floating point, not {}", x.dtype()), &[("", x.at())])
    }
}

/// Panics unless all parts of a state have one dtype.
#[track_caller]
fn check_one_dtype(what: &str, state: &[Array]) {
    if let Some((first, other)) = state.first().zip(state.iter().find(|x| x.dtype() != state[0].dtype())) {
        refuse(
            format_args!(
                "{what}: the state has parts of {} and of {}; convert one with .cast(DType::…)",
                first.dtype(),
                other.dtype()
            ),
            &[("one", first.at()), ("other", other.at())],
        )
    }
}

/// Whether arrays have the shapes and dtypes of others.
fn is_like(found: &[Array], want: &[Array]) -> bool {
    let same = |(y, x): (&Array, &Array)| y.0.shape == x.0.shape && y.dtype() == x.dtype();
    found.len() == want.len() && found.iter().zip(want).all(same)
}

/// Panics unless arrays have the shapes and dtypes of others.
#[track_caller]
fn check_like(what: &str, found: &[Array], want: &[Array]) {
    if found.len() != want.len() {
        refuse(
            format_args!("{what}: the function gives {} leaves for {} unknowns", found.len(), want.len()),
            &[],
        )
    }
    for (y, x) in found.iter().zip(want) {
        if y.0.shape != x.0.shape || y.dtype() != x.dtype() {
            refuse(
                format_args!(
                    "{what}: the function gives shape {} {} for an unknown of shape {} {}",
                    y.0.shape,
                    y.dtype(),
                    x.0.shape,
                    x.dtype()
                ),
                &[("", y.at()), ("unknown", x.at())],
            )
        }
    }
}
