//! Derivatives as linear functions: paid for once, applied as often as asked; and the transposes of linear functions.

use super::jvp::{between, push};
use super::{Pullback, aliased, matching, returned, vjp, within};
use crate::array::{Array, Trace};
use crate::prim::{Holomorphic, Kind, Prim};
use crate::tree::{Tree, leaves, map};
use pullback_real::{Binary, Unary, refuse};
use std::collections::HashSet;

/// Maps a tangent of the input to that of the output.
pub type Pushforward<P, Q> = Box<dyn Fn(&P) -> Q>;

/// From f: value and pushforward at a point: the derivative as a linear function, to be applied as often as asked
/// without running f again. (The pullback to it is [`vjp`]'s.)
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
/// If f is not linear: the first operation that is not is named. The result panics if a cotangent does not fit.
pub fn linear_transpose<P, Q>(f: impl Fn(&P) -> Q, like: &P) -> Pullback<P, Q>
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    transposed("linear_transpose", f, like, false)
}

/// The same, under a name in messages; `calls` are taken to be linear on request, since nothing tells.
#[track_caller]
pub(super) fn transposed<P, Q>(what: &str, f: impl Fn(&P) -> Q, like: &P, calls: bool) -> Pullback<P, Q>
where
    P: Tree + Clone + 'static,
    Q: Tree + Clone + 'static,
{
    let running = Trace::start();
    let (x, inputs) = aliased(like, &running.0);
    let y = f(&x);
    check_linear(what, &inputs, &leaves(&y), calls);
    vjp(f)(&map(like, Array::zeros_like)).1
}

/// Panics at the first node on the way that is not linear in what depends on the inputs.
#[track_caller]
pub(super) fn check_linear(what: &str, inputs: &[Array], outputs: &[Array], calls: bool) {
    let Some(first) = inputs.first().map(|x| x.0.id) else { return };
    let mut depends: HashSet<u64> = inputs.iter().map(|x| x.0.id).collect();
    for node in between(first, outputs) {
        let (prim, args) = node.parts();
        let moves: Vec<bool> = args.iter().map(|a| depends.contains(&a.0.id)).collect();
        if !moves.contains(&true) {
            continue;
        }
        depends.insert(node.0.id);
        let one = moves.iter().filter(|m| **m).count() == 1;
        let linear = match prim {
            Prim::Unary(op) => *op == Unary::Neg,
            Prim::Binary(Binary::Add | Binary::Sub) => moves == [true, true],
            Prim::Binary(Binary::Mul) => one,
            Prim::Binary(Binary::Div | Binary::TimesOrZero) => moves == [true, false],
            Prim::Holomorphic(Holomorphic::Binary(Binary::Div)) => moves == [true, false, false],
            // A constant on the other side of a choice or in a join is an offset, unless it is zero.
            Prim::Select | Prim::Concat(_) | Prim::Complex => args
                .iter()
                .zip(&moves)
                .all(|(a, m)| *m || !a.dtype().is_differentiable() || a.fill_value() == Some(0.0)),
            Prim::Custom(..) => calls,
            prim => match prim.kind() {
                Kind::Linear => true,
                Kind::Bilinear => one,
                Kind::Constant | Kind::Elementwise | Kind::Own => false,
            },
        };
        if let (Prim::Custom(call, _), false) = (prim, linear) {
            refuse(
                format_args!(
                    "{what}: the function calls `{}`, of which it is not known whether it is linear; take the pullback that vjp gives at a point",
                    call.name
                ),
                &[("", node.at())],
            )
        }
        if !linear {
            refuse(format_args!("{what}: the function is not linear: `{}`", prim.name()), &[("", node.at())])
        }
    }
}
