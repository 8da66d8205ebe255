//! Reverse mode: the gradient of one result by all variables, or the pullback of several results.

use super::engine::{self, Ends, Point};
use super::outputs::Outputs;
use crate::refuse::refuse;
use crate::sweep::{self, Records};
use crate::var::Var;
use std::panic::Location;

/// f ↦ ∇f.
///
/// Where `f` does not depend on a variable its derivative is 0; [`grad_or_none`] tells this from other zeros.
///
/// ```
/// use pullback_real::{Scalar, grad};
/// fn rosen<R: Scalar>(x: &[R]) -> R {
///     100.0 * (x[1] - x[0] * x[0]).square() + (1.0 - x[0]).square()
/// }
/// assert_eq!(grad(rosen)(&[0.0, 1.0]), [-2.0, 200.0]);
/// // At the variables of another gradient it is differentiated again.
/// let row = grad(|x| grad(rosen)(x)[0])(&[0.0, 1.0]);
/// assert_eq!(row, [-398.0, 0.0]);
/// ```
///
/// A closure has one type of number; a function used at two of them is written as a generic `fn`:
///
/// ```compile_fail
/// let f = |x| x[0] * x[0];
/// let value = f(&[2.0]);
/// let gradient = pullback_real::grad(f)(&[2.0]);
/// ```
///
/// # Panics
/// The returned function panics where `f` does, and where `f` uses a [`Var`] of another gradient than its own
/// or one that surrounds it.
pub fn grad<R: Point>(f: impl Fn(&[Var]) -> Var) -> impl Fn(&[R]) -> Vec<R> {
    let f = value_and_grad(f);
    move |x| f(x).1
}

/// f ↦ (f, ∇f).
///
/// ```
/// use pullback_real::value_and_grad;
/// assert_eq!(value_and_grad(|x| x[0] * x[1])(&[3.0, 4.0]), (12.0, vec![4.0, 3.0]));
/// ```
///
/// # Panics
/// As [`grad`].
pub fn value_and_grad<R: Point>(f: impl Fn(&[Var]) -> Var) -> impl Fn(&[R]) -> (R, Vec<R>) {
    move |x| {
        let (y, ends, mut recorded) = engine::record(&f, x);
        let mut bars = R::bars(&mut recorded);
        let gradient = ends.pull_into(&R::records(&recorded), &mut bars, std::iter::once(R::lift(1.0)));
        R::give_back(&mut recorded, bars);
        (y, gradient)
    }
}

/// f ↦ ∇f, with `None` for each variable that the result is not connected to.
///
/// ```
/// use pullback_real::{Real, grad_or_none};
/// let g = grad_or_none(|x| x[0] * 0.0 + x[1].floor())(&[3.0, 4.0, 5.0]);
/// assert_eq!(g, [Some(0.0), None, None]);
/// ```
///
/// # Panics
/// As [`grad`].
pub fn grad_or_none<R: Point>(f: impl Fn(&[Var]) -> Var) -> impl Fn(&[R]) -> Vec<Option<R>> {
    move |x| {
        let (_, ends, mut recorded) = engine::record(&f, x);
        let mut bars = R::bars(&mut recorded);
        let records = R::records(&recorded);
        let mut connected = vec![false; records.slots()];
        connected[ends.exits[0].0] = true;
        sweep::reverse::<false, R, bool>(&records, &mut connected);
        let gradient = ends.pull_into(&records, &mut bars, std::iter::once(R::lift(1.0)));
        drop(records);
        R::give_back(&mut recorded, bars);
        gradient.into_iter().zip(&connected[1..]).map(|(g, c)| c.then_some(g)).collect()
    }
}

/// The derivative of a function at a point, as a linear map that can be applied in both directions, any number
/// of times. At plain numbers it is `Send`.
#[derive(Clone)]
pub struct Linearization<R: Point> {
    records: R::Kept,
    ends: Ends<R>,
}

impl<R: Point> Linearization<R> {
    /// Jᵀ·cotangent: one cotangent per result, one derivative per variable.
    ///
    /// # Panics
    /// If there are not as many cotangents as results.
    #[track_caller]
    pub fn pull(&self, cotangent: &[R]) -> Vec<R> {
        let m = self.ends.exits.len();
        let given = cotangent.len();
        assert!(given == m, "pull: one cotangent for each of the {m} results is needed, not {given}");
        let mut bars = vec![R::lift(0.0); self.records.slots()];
        self.ends.pull_into(&self.records, &mut bars, cotangent.iter().copied())
    }
    /// J·tangent: one tangent per variable, one derivative per result.
    ///
    /// # Panics
    /// If there are not as many tangents as variables.
    #[track_caller]
    pub fn push(&self, tangent: &[R]) -> Vec<R> {
        let n = self.ends.n;
        let given = tangent.len();
        assert!(given == n, "push: one tangent for each of the {n} variables is needed, not {given}");
        let mut dots = vec![[R::lift(0.0)]; self.records.slots()];
        self.ends.push_into(&self.records, &mut dots, |i| [tangent[i]]).map(|[dy]| dy).collect()
    }
}

/// f ↦ (f, its derivative at the point): recorded once, applied in both directions, as often as wanted.
///
/// ```
/// use pullback_real::{Real, linearize};
/// let (y, linear) = linearize(|x| [x[0] * x[1], x[0].exp()])(&[0.0, 4.0]);
/// assert_eq!(y, [0.0, 1.0]);
/// assert_eq!(linear.push(&[1.0, 0.0]), [4.0, 1.0]);
/// assert_eq!(linear.pull(&[1.0, 10.0]), [14.0, 0.0]);
/// ```
///
/// # Panics
/// As [`grad`].
pub fn linearize<R: Point, Y: Outputs<Var>>(
    f: impl Fn(&[Var]) -> Y,
) -> impl Fn(&[R]) -> (Y::Of<R>, Linearization<R>) {
    move |x| {
        let (y, ends, recorded) = engine::record(&f, x);
        (y, Linearization { records: R::keep(recorded), ends })
    }
}

/// f ↦ (f, its pullback): recorded once, applied as often as wanted. The pullback gives Jᵀ·cotangent.
///
/// ```
/// use pullback_real::{Real, vjp};
/// let (y, pull) = vjp(|x| [x[0] * x[1], x[0].exp()])(&[0.0, 4.0]);
/// assert_eq!(y, [0.0, 1.0]);
/// assert_eq!(pull(&[1.0, 10.0]), [14.0, 0.0]);
/// ```
///
/// # Panics
/// As [`grad`]; the pullback if there are not as many cotangents as results.
#[track_caller]
pub fn vjp<R: Point, Y: Outputs<Var>>(f: impl Fn(&[Var]) -> Y) -> impl Fn(&[R]) -> (Y::Of<R>, Pullback<R>) {
    let made = Location::caller();
    let linearize = linearize(f);
    move |x| {
        let (y, linear) = linearize(x);
        let pull = move |cotangent: &[R]| {
            let (m, given) = (linear.ends.exits.len(), cotangent.len());
            if given != m {
                refuse(
                    format_args!("vjp: one cotangent for each of the {m} results is needed, not {given}"),
                    &[("", made)],
                )
            }
            linear.pull(cotangent)
        };
        (y, Box::new(pull))
    }
}

/// The derivative of a function at a point in reverse mode: from cotangents of the results those of the variables.
pub type Pullback<R> = Box<dyn Fn(&[R]) -> Vec<R>>;
