//! Forward mode: derivatives along directions, computed beside the values. Generic in the number, so it nests,
//! and goes inside reverse mode.

use super::outputs::Outputs;
use crate::dual::{Dual, Duals};
use crate::real::{Real, Scalar};
use crate::refuse::refuse;
use std::panic::Location;

/// f ↦ f′, for functions of one number.
///
/// ```
/// use pullback_real::{Real, derivative};
/// let third = derivative(derivative(derivative(|x| x * x.sin())));
/// assert!((third(0.7) + 3.0 * 0.7f64.sin() + 0.7 * 0.7f64.cos()).abs() < 1e-15);
/// ```
pub fn derivative<R: Real>(f: impl Fn(Dual<R>) -> Dual<R>) -> impl Fn(R) -> R {
    move |x| f(Dual::new(x, R::lift(1.0))).derivative()
}

/// f ↦ (x, dx) ↦ (f(x), df): the directional derivative along dx.
///
/// ```
/// use pullback_real::jvp;
/// let (y, dy) = jvp(|x| [x[0] * x[1], x[0] + x[1]])(&[2.0, 3.0], &[1.0, 10.0]);
/// assert_eq!((y, dy), ([6.0, 5.0], [23.0, 11.0]));
/// ```
///
/// # Panics
/// The returned function panics if `x` and `dx` differ in length.
#[track_caller]
#[expect(clippy::type_complexity, reason = "a function to functions")]
pub fn jvp<R: Scalar, Y: Outputs<Dual<R>>>(
    f: impl Fn(&[Dual<R>]) -> Y,
) -> impl Fn(&[R], &[R]) -> (Y::Of<R>, Y::Of<R>) {
    let made = Location::caller();
    move |x, dx| {
        let (n, given) = (x.len(), dx.len());
        if given != n {
            refuse(
                format_args!("jvp: one tangent for each of the {n} variables is needed, not {given}"),
                &[("", made)],
            )
        }
        let x: Vec<_> = x.iter().zip(dx).map(|(x, dx)| Dual::new(*x, *dx)).collect();
        let y = f(&x);
        let value = y.numbers().iter().map(|y| y.re).collect();
        let change = y.numbers().iter().map(|y| y.derivative()).collect();
        (y.like(value), y.like(change))
    }
}

/// How many directions [`jacfwd`] carries at once.
const LANES: usize = 8;

/// f ↦ its Jacobian by forward mode, eight columns at a time, without a tape: for few variables and many results.
/// One row per result.
///
/// ```
/// use pullback_real::jacfwd;
/// assert_eq!(jacfwd(|x| [x[0] * x[1], x[0] + x[1]])(&[2.0, 3.0]), [[3.0, 2.0], [1.0, 1.0]]);
/// ```
pub fn jacfwd<R: Scalar, Y: Outputs<Duals<R, LANES>>>(
    f: impl Fn(&[Duals<R, LANES>]) -> Y,
) -> impl Fn(&[R]) -> Vec<Vec<R>> {
    move |x| {
        let mut xs: Vec<Duals<R, LANES>> =
            x.iter().map(|x| Duals { re: *x, eps: [R::lift(0.0); LANES] }).collect();
        let mut rows: Vec<Vec<R>> = Vec::new();
        for start in (0..x.len().max(1)).step_by(LANES) {
            let chunk = start..x.len().min(start + LANES);
            for i in chunk.clone() {
                xs[i] = Duals::variable(x[i], i - start);
            }
            let y = f(&xs);
            rows.resize_with(y.numbers().len(), || Vec::with_capacity(x.len()));
            for (row, y) in rows.iter_mut().zip(y.numbers()) {
                row.extend(&y.eps[..chunk.len()]);
            }
            for i in chunk {
                xs[i].eps = [R::lift(0.0); LANES];
            }
        }
        rows
    }
}
