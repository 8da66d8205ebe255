//! Roots, fixed points and minima: found by any method, differentiated by the implicit function theorem.

use super::system::solved;
use super::{Krylov, check_like, check_real};
use crate::array::Array;
use crate::custom::Rule;
use crate::custom::{Call, CallRules};
use crate::dtype::DType;
use crate::ops::where_;
use crate::transform::control::{filled, like, pulled, pushed, record, spread, wanted, with};
use crate::transform::replay::Recorded;
use crate::transform::vjp::gradient;
use crate::transform::{jvp, ravel, while_loop};
use crate::tree::{Tree, leaves, map, zip};
use pullback_real::Real;
use std::sync::Arc;

/// From an equation and its solver: p ↦ x with f(x, p) = 0, differentiable by p and by the arrays that f
/// captures. `solve(p)` finds x by any method; it is not differentiated, and none of its values are kept. By
/// the implicit function theorem dx = −(∂f/∂x)⁻¹ ∂f/∂p dp, in both modes and to any order, by
/// [`linear_solve`](crate::linear_solve) with GMRES.
///
/// ```
/// use pullback_array::{Array, Real, custom_root, grad};
/// // √p, by the machine's own square root.
/// let root = custom_root(|x: &Array, p: &Array| x.square() - p, |p: &Array| p.sqrt());
/// assert_eq!(grad(&root)(&Array::from(4.0)).item(), 0.25);
/// assert!((grad(grad(&root))(&Array::from(4.0)).item() + 1.0 / 32.0).abs() < 1e-12);
/// ```
///
/// # Panics
/// If f's result is not like x, or x is not real floating point.
pub fn custom_root<X: Tree + Clone, P: Tree + Clone>(
    f: impl Fn(&X, &P) -> X,
    solve: impl Fn(&P) -> X,
) -> impl Fn(&P) -> X {
    custom_root_with(f, solve, Krylov::GMRES)
}

/// Like [`custom_root`], with a choice of how the linear systems of the derivatives are solved.
///
/// # Panics
/// As [`custom_root`].
pub fn custom_root_with<X: Tree + Clone, P: Tree + Clone>(
    f: impl Fn(&X, &P) -> X,
    solve: impl Fn(&P) -> X,
    krylov: Krylov,
) -> impl Fn(&P) -> X {
    move |p| {
        let x = map(&solve(&map(p, Array::stop_gradient)), Array::stop_gradient);
        let (equation, params) = equation("custom_root", &f, &x, p);
        with(&x, &rooted(Arc::new(equation), leaves(&x), &params, krylov))
    }
}

/// From f: the solution of x = f(x, p), by iteration from `start` until x changes by at most 1e-12 (1e-6 in
/// `f32`) relative to 1 + |x|, in the maximum norm; NaN if that takes more than 10 000 steps. Differentiable
/// by p and by the arrays that f captures. The memory is that of one step.
///
/// ```
/// use pullback_array::{Array, Real, fixed_point, grad};
/// let dottie = fixed_point(|x: &Array, p: &Array| (p * x).cos(), Array::from(1.0));
/// let x = dottie(&Array::from(1.0)).item();
/// assert!((x - 0.7390851332151607).abs() < 1e-11);
/// assert!((grad(&dottie)(&Array::from(1.0)).item() + x * x.sin() / (1.0 + x.sin())).abs() < 1e-9);
/// ```
///
/// # Panics
/// If f's result is not like x, or x is not real floating point.
pub fn fixed_point<X: Tree + Clone, P: Tree + Clone>(f: impl Fn(&X, &P) -> X, start: X) -> impl Fn(&P) -> X {
    fixed_point_with(f, start, 1e-12, 10_000, Krylov::GMRES)
}

/// Like [`fixed_point`], with a choice of `tolerance`, the change of x relative to 1 + |x| at which the
/// iteration stops (at least 1e-6 in `f32`), of the most `steps`, and of how the linear systems of the
/// derivatives are solved.
///
/// # Panics
/// As [`fixed_point`]; if the tolerance is negative or NaN, or no step is allowed.
#[track_caller]
pub fn fixed_point_with<X: Tree + Clone, P: Tree + Clone>(
    f: impl Fn(&X, &P) -> X,
    start: X,
    tolerance: f64,
    steps: usize,
    krylov: Krylov,
) -> impl Fn(&P) -> X {
    assert!(tolerance >= 0.0, "fixed_point_with: `tolerance` is {tolerance}, not at least 0");
    assert!(steps > 0, "fixed_point_with: `steps` is 0, and whether x has settled is seen after one");
    move |p| {
        let start = map(&start, |x| x.cast(x.dtype()));
        let residual = |x: &X, p: &P| {
            let next = f(x, p);
            check_like("fixed_point", &leaves(&next), &leaves(x));
            zip(x, &next, |x, y| x - y)
        };
        let (equation, params) = equation("fixed_point", residual, &start, p);
        let fixed = Array::constants(&params);
        let next = |x: &Array, back: &dyn Fn(&Array) -> Vec<Array>| {
            x - ravel(&equation.at(&[&back(x)[..], &fixed].concat())).0
        };
        let (x, back) = ravel(&Array::constants(&leaves(&start)));
        let tolerance = if x.dtype() == DType::F32 { tolerance.max(1e-6) } else { tolerance };
        type State = (Array, Array, Array);
        let away =
            |(x, before, _): &State| (x - before).abs().max().greater((x.abs().max() + 1.0) * tolerance);
        let goes_on = |s: &State| away(s).logical_and(&s.2.less(steps as f64));
        let step = |(x, _, k): &State| (next(x, &*back), x.clone(), k + 1.0);
        let begin = (next(&x, &*back), x, Array::from(1i64));
        let end = while_loop(goes_on, step, &begin);
        // (An infinite x has diverged.)
        let settled = (&end.0 - &end.1).abs().max().less_equal((end.0.abs().max() + 1.0) * tolerance);
        let settled = settled.logical_and(&end.0.abs().max().less(f64::INFINITY));
        let x = back(&where_(&settled, &end.0, end.0.full_like(f64::NAN)));
        with(&start, &rooted(Arc::new(equation), x, &params, krylov))
    }
}

/// From f: x with f(x, p) = 0 by Newton's method from `start`, differentiable by p and by the arrays that f
/// captures. Each step is halved until |f| decreases. NaN if an element of f is larger than 1e-12 (1e-6 in
/// `f32`) after 100 steps.
///
/// ```
/// use pullback_array::{Array, Real, grad, find_root};
/// let x = find_root(|x: &Array, p: &Array| x.exp() + x - p, Array::from(0.0));
/// assert!((x(&Array::from(1.0 + 1f64.exp())).item() - 1.0).abs() < 1e-12);
/// assert!((grad(&x)(&Array::from(1.0)).item() - 0.5).abs() < 1e-12);
/// ```
///
/// # Panics
/// As [`custom_root`].
pub fn find_root<X: Tree + Clone, P: Tree + Clone>(f: impl Fn(&X, &P) -> X, start: X) -> impl Fn(&P) -> X {
    move |p| {
        let start = map(&start, |x| x.cast(x.dtype()));
        let (equation, params) = equation("find_root", &f, &start, p);
        let fixed = Array::constants(&params);
        let (x, back) = ravel(&Array::constants(&leaves(&start)));
        let f = |x: &Array| ravel(&equation.at(&[&back(x)[..], &fixed].concat())).0;
        let tolerance = if x.dtype() == DType::F32 { 1e-6 } else { 1e-12 };
        type State = (Array, Array, Array);
        let goes_on = |(_, y, k): &State| y.abs().max().greater(tolerance).logical_and(&k.less(100.0));
        let step = |(x, y, k): &State| {
            let product = |v: &Array| jvp(f)(x, v).1;
            let direction = Krylov { tolerance: 1e-6, ..Krylov::GMRES }.solve(&product, y);
            // Halves the step until the residual decreases, 30 times at most.
            type Try = (Array, Array, Array);
            let size = y.square().sum();
            let worse =
                |(_, y, s): &Try| y.square().sum().less(&size).logical_not().logical_and(&s.greater(1e-9));
            let shorter = |(_, _, s): &Try| {
                let (s, x) = (s * 0.5, x - 0.5 * s * &direction);
                let y = f(&x);
                (x, y, s)
            };
            let x = x - &direction;
            let y = f(&x);
            let (x, y, _) = while_loop(worse, shorter, &(x, y, size.ones_like()));
            (x, y, k + 1.0)
        };
        let end = while_loop(goes_on, step, &(x.clone(), f(&x), Array::from(0i64)));
        let found = end.1.abs().max().less_equal(tolerance);
        let x = back(&where_(&found, &end.0, end.0.full_like(f64::NAN)));
        with(&start, &rooted(Arc::new(equation), x, &params, Krylov::GMRES))
    }
}

/// From a loss and a solver that minimises it: p ↦ x where the gradient of `loss(x, p)` by x vanishes,
/// differentiable by p and by the arrays that the loss captures. The linear systems of the derivatives are
/// those of the Hessian, solved by conjugate gradients.
///
/// ```
/// use pullback_array::{Array, Real, custom_argmin, grad};
/// // Ridge regression in one unknown: x = Σab/(Σa² + p).
/// let (a, b) = (Array::from([1.0, 2.0]), Array::from([2.0, 3.0]));
/// let loss = |x: &Array, p: &Array| (&a * x - &b).square().sum() + p * x * x;
/// let fit = custom_argmin(loss, |p: &Array| 8.0 / (p + 5.0));
/// assert!((grad(&fit)(&Array::from(3.0)).item() + 8.0 / 64.0).abs() < 1e-12);
/// ```
///
/// # Panics
/// If the loss is not one number; as [`custom_root`].
pub fn custom_argmin<X: Tree + Clone, P: Tree + Clone>(
    loss: impl Fn(&X, &P) -> Array,
    solve: impl Fn(&P) -> X,
) -> impl Fn(&P) -> X {
    custom_root_with(move |x: &X, p: &P| gradient("custom_argmin", |x: &X| loss(x, p))(x), solve, Krylov::CG)
}

/// Like [`custom_argmin`], for a minimum within a set that is given by the projection onto it: where
/// x = project(x − ∇loss(x, p)).
///
/// ```
/// use pullback_array::{Array, Real, grad, projected_argmin};
/// // The point of the positive half-plane next to p.
/// let nearest = projected_argmin(
///     |x: &Array, p: &Array| 0.5 * (x - p).square().sum(),
///     |x: &Array| x.maximum(0.0),
///     |p: &Array| p.maximum(0.0),
/// );
/// let g = grad(|p: &Array| nearest(p).sum())(&Array::from([1.0, -2.0]));
/// assert!((g - Array::from([1.0, 0.0])).abs().max().item() < 1e-12);
/// ```
///
/// # Panics
/// As [`custom_argmin`].
pub fn projected_argmin<X: Tree + Clone, P: Tree + Clone>(
    loss: impl Fn(&X, &P) -> Array,
    project: impl Fn(&X) -> X,
    solve: impl Fn(&P) -> X,
) -> impl Fn(&P) -> X {
    let residual = move |x: &X, p: &P| {
        let g = gradient("projected_argmin", |x: &X| loss(x, p))(x);
        let there = project(&zip(x, &g, |x, g| x - g));
        zip(x, &there, |x, y| x - y)
    };
    custom_root(residual, solve)
}

/// Records an equation as a function from unknowns and parameters to residuals. The parameters come with it:
/// the leaves of p, then the arrays that the equation captures.
#[track_caller]
fn equation<X: Tree + Clone, P: Tree + Clone>(
    what: &'static str,
    f: impl Fn(&X, &P) -> X,
    x: &X,
    p: &P,
) -> (Recorded, Vec<Array>) {
    let (xs, ps) = (leaves(x), leaves(p));
    check_real(what, &xs);
    let both = (x.clone(), p.clone());
    let shapes = [like(&xs), like(&ps)].concat();
    let (recorded, _) = record(what, &both, shapes, |(x, p): &(X, P)| f(x, p));
    check_like(what, &recorded.outputs, &xs);
    let (recorded, captured) = recorded.closed();
    (recorded, [ps, captured].concat())
}

/// A root x of `equation(x, params)`, as a call with the rules of the implicit function theorem.
#[track_caller]
fn rooted(equation: Arc<Recorded>, x: Vec<Array>, params: &[Array], krylov: Krylov) -> Vec<Array> {
    let n = x.len();
    // The operator of a linear system: the equation's derivative by x, or its transpose. Its inputs are the
    // vector, then the point x and params.
    let operator = |reverse: bool| {
        let equation = equation.clone();
        move |like_v: &[Array], at: &[Array]| {
            let shapes = [like(like_v), like(at)].concat();
            Recorded::new("custom_root", shapes, |all| {
                let (v, at) = all.split_at(n);
                let by_x: Vec<bool> = (0..at.len()).map(|k| k < n).collect();
                match reverse {
                    true => pulled(&equation, at, &by_x, v.iter().cloned().map(Some).collect()),
                    false => pushed(&equation, at, &by_x, v).1,
                }
            })
        }
    };
    let (transposed, straight) = (operator(true), operator(false));
    let forth = equation.clone();
    let pull: Rule = Arc::new(move |params, ys, gs| {
        let g: Vec<Array> = filled(ys, gs).into_iter().flatten().collect();
        let at = [ys, params].concat();
        let of_residual = solved(Arc::new(transposed(&g, &at)), &at, &g, krylov);
        let wants: Vec<bool> = (0..at.len()).map(|k| k >= n && wanted(&at[k])).collect();
        if !wants.contains(&true) {
            return vec![None; params.len()];
        }
        let late = of_residual.iter().map(|g| Some(-g)).collect();
        spread(&wants[n..], pulled(&equation, &at, &wants, late))
    });
    let push: Rule = Arc::new(move |params, ys, ts| {
        let at = [ys, params].concat();
        let moved: Vec<bool> = (0..n).map(|_| false).chain(ts.iter().map(Option::is_some)).collect();
        if !moved.contains(&true) {
            return vec![None; n];
        }
        let tangents: Vec<Array> = ts.into_iter().flatten().collect();
        let right: Vec<Array> = pushed(&forth, &at, &moved, &tangents).1.iter().map(|d| -d).collect();
        let found = solved(Arc::new(straight(&right, &at)), &at, &right, krylov);
        found.into_iter().map(Some).collect()
    });
    Call::of("custom_root", params, x, CallRules::new(pull, push))
}
