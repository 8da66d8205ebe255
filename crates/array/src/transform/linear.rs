//! Derivatives as linear functions, computed once and applied many times; and transposes of linear functions.

use super::control::with;
use super::jvp::push;
use super::linearity::check_linear;
use super::replay::{Recorded, Slot};
use super::{Pullback, matching, returned, vjp, within};
use crate::array::{Array, Trace};
use crate::tree::{Tree, leaves, map};

/// Maps a tangent of the input to that of the output.
pub type Pushforward<P, Q> = Box<dyn Fn(&P) -> Q>;

/// From f: value and pushforward at a point: the derivative as a linear function, to be applied as often as
/// asked without running f again. (Its transpose is the pullback that [`vjp`] gives.)
///
/// ```
/// use pullback_array::{Array, Real, linearize};
/// let (y, push) = linearize(|x: &Array| x.square())(&Array::from([1.0, 2.0]));
/// assert_eq!(y.to_vec::<f64>(), [1.0, 4.0]);
/// assert_eq!(push(&Array::from([1.0, 1.0])).to_vec::<f64>(), [2.0, 4.0]);
/// assert_eq!(push(&Array::from([0.0, 3.0])).to_vec::<f64>(), [0.0, 12.0]);
/// ```
///
/// # Panics
/// The pushforward panics if the tangent does not fit the input.
pub fn linearize<P, Q>(f: impl Fn(&P) -> Q) -> impl Fn(&P) -> (Q, Pushforward<P, Q>)
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    move |p| {
        let running = Trace::start();
        let (y, inputs) = within(&running.0, p, &f);
        returned(&y);
        let (p, output) = (p.clone(), y.clone());
        let pushforward = move |dp: &P| {
            // As long as the pushforward lives, evaluation must not cut the graph.
            let _running = &running;
            let tangents = push(&inputs, matching("linearize", "tangent", &p, dp), &leaves(&output));
            map(&output, |y| tangents.get(&y.0.id).cloned().unwrap_or_else(|| y.zeros_like()))
        };
        (y, Box::new(pushforward))
    }
}

/// From a linear f and an array like its input: the transposed function, from the output's space to the input's.
///
/// ```
/// use pullback_array::{Array, DType, linear_transpose};
/// let f = |x: &Array| x.get(1..).cumsum(0);
/// let t = linear_transpose(f, &Array::zeros(&[3], DType::F64));
/// assert_eq!(t(&Array::from([1.0, 10.0])).to_vec::<f64>(), [0.0, 11.0, 10.0]);
/// ```
///
/// # Panics
/// If f is not linear: the message names the first operation that is not. The check follows loops, choices
/// and solvers into their bodies, but refuses a call inside a loop that reads arrays from outside;
/// `while_loop` has no transpose. The result panics if a cotangent does not fit.
#[track_caller]
pub fn linear_transpose<P, Q>(f: impl Fn(&P) -> Q, like: &P) -> Pullback<P, Q>
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    transposed("linear_transpose", f, like, false)
}

/// [`linear_transpose`] under another name in messages. With `calls`, calls with rules of their own are taken
/// to be linear without a check.
#[track_caller]
pub(super) fn transposed<P, Q>(what: &str, f: impl Fn(&P) -> Q, like: &P, calls: bool) -> Pullback<P, Q>
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    let slots = leaves(like).into_iter().map(|x| Slot::of((x.0.shape.clone(), x.dtype()), &x));
    let recorded = Recorded::new("linear_transpose", slots, |xs| leaves(&f(&with(like, xs))));
    check_linear(what, &recorded, calls);
    vjp(f)(&map(like, Array::zeros_like)).1
}
