//! Linear systems given by a product: solved by a Krylov method, differentiated by another such system.

use super::{Krylov, check_like, check_real};
use crate::array::Array;
use crate::custom::Call;
use crate::custom::{CallRules, Rule};
use crate::transform::control::{filled, like, pulled, pushed, record, spread, wanted, with};
use crate::transform::linearity::check_linear;
use crate::transform::ravel;
use crate::transform::replay::Recorded;
use crate::tree::{Tree, leaves};
use std::sync::Arc;

/// The solution x of `product(x)` = b, for a linear `product` of trees, by a Krylov method.
///
/// Differentiable in both modes and to any order, by b and by the arrays that `product` captures: the
/// derivative is the solution of one more system, with the transposed operator in reverse mode. The method's
/// steps are not kept.
///
/// ```
/// use pullback_array::{Array, Krylov, grad, linear_solve};
/// let a = Array::from([[4.0, 1.0], [0.0, 2.0]]);
/// let x = |(a, b): &(Array, Array)| linear_solve(|x: &Array| a.matmul(x), b, Krylov::GMRES);
/// let b = Array::from([5.0, 2.0]);
/// assert!((x(&(a.clone(), b.clone())).get(0).item() - 1.0).abs() < 1e-9);
/// let (_, db) = grad(|p: &(Array, Array)| x(p).sum())(&(a, b));
/// assert!((db.get(1).item() - 0.375).abs() < 1e-9);
/// ```
///
/// A solution that has not converged after the last step is NaN.
///
/// # Panics
/// If `product` is not linear, or its result is not like b; if b is not real floating point.
#[track_caller]
pub fn linear_solve<X: Tree + Clone>(product: impl Fn(&X) -> X, b: &X, krylov: Krylov) -> X {
    solve_by("linear_solve", product, b, krylov)
}
#[track_caller]
fn solve_by<X: Tree + Clone>(what: &'static str, product: impl Fn(&X) -> X, b: &X, krylov: Krylov) -> X {
    let bs: Vec<Array> = leaves(b).iter().map(|x| x.cast(x.dtype())).collect();
    check_real(what, &bs);
    let (body, _) = record(what, b, like(&bs), |x: &X| product(x));
    check_like(what, &body.outputs, &bs);
    check_linear(what, &body, false);
    let (body, captured) = body.closed();
    with(b, &solved(Arc::new(body), &captured, &bs, krylov))
}

/// [`linear_solve`] by conjugate gradients, for a symmetric positive definite product.
///
/// ```
/// use pullback_array::{Array, cg};
/// let x = cg(|x: &Array| 2.0 * x, &Array::from([2.0, 6.0]));
/// assert_eq!(x.to_vec::<f64>(), [1.0, 3.0]);
/// ```
///
/// # Panics
/// As [`linear_solve`].
#[track_caller]
pub fn cg<X: Tree + Clone>(product: impl Fn(&X) -> X, b: &X) -> X {
    solve_by("cg", product, b, Krylov::CG)
}
/// [`linear_solve`] by stabilised biconjugate gradients.
///
/// # Panics
/// As [`linear_solve`].
#[track_caller]
pub fn bicgstab<X: Tree + Clone>(product: impl Fn(&X) -> X, b: &X) -> X {
    solve_by("bicgstab", product, b, Krylov::BICGSTAB)
}
/// [`linear_solve`] by generalised minimal residuals.
///
/// # Panics
/// As [`linear_solve`].
#[track_caller]
pub fn gmres<X: Tree + Clone>(product: impl Fn(&X) -> X, b: &X) -> X {
    solve_by("gmres", product, b, Krylov::GMRES)
}

/// The solution of `body(x, captured)` = b, as a call with rules. All arrays of x are floating point.
#[track_caller]
pub(super) fn solved(body: Arc<Recorded>, captured: &[Array], b: &[Array], krylov: Krylov) -> Vec<Array> {
    let n = b.len();
    let (right, constants) = (Array::constants(b), Array::constants(captured));
    let (vector, back) = ravel(&right);
    let product = |x: &Array| ravel(&body.at(&[&back(x)[..], &constants].concat())).0;
    let values = back(&krylov.solve(&product, &vector));
    let forth = body.clone();
    let pull: Rule = Arc::new(move |inputs, ys, gs| {
        let g: Vec<Array> = filled(ys, gs).into_iter().flatten().collect();
        let captured = &inputs[n..];
        let of_b = match krylov.method {
            // A symmetric operator is its own transpose.
            super::KrylovMethod::Cg => solved(body.clone(), captured, &g, krylov),
            super::KrylovMethod::BiCgStab | super::KrylovMethod::Gmres(_) => {
                let shapes = [like(&g), like(captured)].concat();
                let transposed = Recorded::new("linear_solve", shapes, |all| {
                    let (g, captured) = all.split_at(n);
                    let zeros = g.iter().map(Array::zeros_like);
                    let at: Vec<Array> = zeros.chain(captured.iter().cloned()).collect();
                    let wants: Vec<bool> = (0..at.len()).map(|k| k < n).collect();
                    pulled(&body, &at, &wants, g.iter().cloned().map(Some).collect())
                });
                solved(Arc::new(transposed), captured, &g, krylov)
            }
        };
        let at = [ys, captured].concat();
        let wants: Vec<bool> = (0..at.len()).map(|k| k >= n && wanted(&at[k])).collect();
        let late = of_b.iter().map(|g| Some(-g)).collect();
        let of_captured = if wants.contains(&true) { pulled(&body, &at, &wants, late) } else { vec![] };
        of_b.iter().cloned().map(Some).chain(spread(&wants[n..], of_captured)).collect()
    });
    let push: Rule = Arc::new(move |inputs, ys, mut ts| {
        let captured = &inputs[n..];
        let of_captured = ts.split_off(n);
        let moved: Vec<bool> = (0..n).map(|_| false).chain(of_captured.iter().map(Option::is_some)).collect();
        let mut right: Vec<Array> = filled(&inputs[..n], ts).into_iter().flatten().collect();
        if moved.contains(&true) {
            let at = [ys, captured].concat();
            let tangents: Vec<Array> = of_captured.into_iter().flatten().collect();
            let (_, drift) = pushed(&forth, &at, &moved, &tangents);
            right = right.iter().zip(drift).map(|(b, d)| b - d).collect();
        }
        solved(forth.clone(), captured, &right, krylov).into_iter().map(Some).collect()
    });
    Call::of("linear_solve", &[b, captured].concat(), values, CallRules::new(pull, push).linear())
}
