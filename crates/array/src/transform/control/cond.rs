//! `cond` and `switch`: choices between functions, of which only the chosen one runs.

use super::super::replay::Recorded;
use super::{like, outputs, pulled, pushed, record, spread, wanted};
use crate::array::Array;
use crate::custom::Rule;
use crate::custom::{Call, CallRules};
use crate::dtype::DType;
use crate::eval::{Body, Flow};
use crate::rules::differentiable;
use crate::tree::{Tree, leaves};
use pullback_real::refuse;
use std::sync::Arc;

/// `yes(p)` if the condition, one `bool`, holds, else `no(p)`. Only one of them runs; both are recorded once.
///
/// Inside [`vmap`](crate::vmap) over conditions, both run and the results are selected.
///
/// ```
/// use pullback_array::{Array, Real, cond, grad};
/// let f = |x: &Array| cond(&x.greater(0.0), |x: &Array| x.square(), |x: &Array| -x, x);
/// assert_eq!((f(&Array::from(3.0)).item(), f(&Array::from(-2.0)).item()), (9.0, 2.0));
/// assert_eq!((grad(f)(&Array::from(3.0)).item(), grad(f)(&Array::from(-2.0)).item()), (6.0, -1.0));
/// ```
///
/// # Panics
/// If the condition is not one `bool`, or the functions' results differ in structure, shapes or dtypes.
#[track_caller]
pub fn cond<P: Tree + Clone, Q: Tree + Clone>(
    condition: &Array,
    yes: impl Fn(&P) -> Q,
    no: impl Fn(&P) -> Q,
    p: &P,
) -> Q {
    if condition.dtype() != DType::Bool || condition.size() != 1 {
        refuse(
            format_args!(
                "cond: the condition must be one bool, not {} of shape {}; use `where_` to choose element by element",
                condition.dtype(),
                condition.0.shape
            ),
            &[("", condition.at())],
        )
    }
    choose("cond", &condition.cast(DType::I64), &[&no, &yes], p)
}

/// `functions[k](p)` for the integer `which` = k; numbers out of range choose the first or the last.
///
/// ```
/// use pullback_array::{Array, Real, switch};
/// let f = |k: i64| switch(&Array::from(k), &[&|x: &Array| x.sin(), &|x: &Array| x.cos(), &|x: &Array| x.exp()], &Array::from(0.0));
/// assert_eq!((f(0).item(), f(1).item(), f(9).item()), (0.0, 1.0, 1.0));
/// ```
///
/// # Panics
/// If `which` is not one integer, there is no function, or the results differ in structure, shapes or dtypes.
#[track_caller]
pub fn switch<P: Tree + Clone, Q: Tree + Clone>(which: &Array, functions: &[&dyn Fn(&P) -> Q], p: &P) -> Q {
    if !which.dtype().is_int() || which.size() != 1 {
        refuse(
            format_args!(
                "switch: the choice must be one integer, not {} of shape {}",
                which.dtype(),
                which.0.shape
            ),
            &[("", which.at())],
        )
    }
    let last = functions.len() as f64 - 1.0;
    choose("switch", &which.cast(DType::I64).clip(0.0, last), functions, p)
}

#[track_caller]
fn choose<P: Tree + Clone, Q: Tree + Clone>(
    name: &'static str,
    which: &Array,
    functions: &[&dyn Fn(&P) -> Q],
    p: &P,
) -> Q {
    let operands = leaves(p);
    let mut bodies = vec![];
    // The arguments: the operands, then the arrays that each function captures.
    let mut args = operands.clone();
    let mut result: Option<Q> = None;
    for f in functions {
        let (recorded, y) = record(name, p, like(&operands), f);
        if let Some(first) = &result {
            same(name, &leaves(first), &leaves(&y))
        } else {
            result = Some(y)
        }
        let (recorded, captured) = recorded.closed();
        bodies.push((recorded, args.len()..args.len() + captured.len()));
        args.extend(captured)
    }
    let Some(result) = result else { refuse(format_args!("{name}: there is no function to choose"), &[]) };
    // Every body gets all arguments.
    let bodies = bodies.into_iter().map(|(body, own)| widened(name, &body, operands.len(), own, &args));
    let ys = choice(name, bodies.collect(), &[&[which.reshape(())], &args[..]].concat());
    super::with(&result, &ys)
}

/// A body as a function of all arguments, of which it reads the operands and its own captured arrays.
#[track_caller]
fn widened(
    name: &'static str,
    body: &Recorded,
    operands: usize,
    own: std::ops::Range<usize>,
    args: &[Array],
) -> Arc<Recorded> {
    Arc::new(Recorded::new(name, like(args), |xs| body.at(&[&xs[..operands], &xs[own]].concat())))
}

#[track_caller]
fn same(name: &str, a: &[Array], b: &[Array]) {
    if a.len() != b.len() {
        refuse(format_args!("{name}: the functions' results have {} and {} leaves", a.len(), b.len()), &[])
    }
    if let Some((a, b)) = a.iter().zip(b).find(|(a, b)| a.0.shape != b.0.shape || a.dtype() != b.dtype()) {
        refuse(
            format_args!(
                "{name}: the functions' results are {} {} and {} {}; they must agree",
                a.0.shape,
                a.dtype(),
                b.0.shape,
                b.dtype()
            ),
            &[("one", a.at()), ("other", b.at())],
        )
    }
}

/// The choice between recorded functions of `args[1..]`, as a call with rules; `args[0]` is the number.
#[track_caller]
pub(super) fn choice(name: &'static str, bodies: Vec<Arc<Recorded>>, args: &[Array]) -> Vec<Array> {
    let stopped = Array::constants(args);
    let flow = bodies.iter().map(|b| Body::new(b.inputs.clone(), b.outputs.clone())).collect();
    let values = outputs(name, Flow::Cond(flow), like(&bodies[0].outputs), &stopped);
    let (back, forth) = (bodies.clone(), bodies);
    let pullback: Rule = Arc::new(move |xs, _, gs| {
        let wants: Vec<bool> = xs[1..].iter().map(wanted).collect();
        let given: Vec<bool> = gs.iter().map(Option::is_some).collect();
        let n = xs.len();
        let args: Vec<Array> = xs.iter().cloned().chain(gs.into_iter().flatten()).collect();
        let of = |body: &Arc<Recorded>| {
            Arc::new(Recorded::new(name, like(&args[1..]), |args| {
                let gs = spread(&given, args[n - 1..].iter().cloned());
                pulled(body, &args[..n - 1], &wants, gs)
            }))
        };
        let found = choice(name, back.iter().map(of).collect(), &args);
        [None].into_iter().chain(spread(&wants, found)).collect()
    });
    let pushforward: Rule = Arc::new(move |xs, ys, ts| {
        let moved: Vec<bool> = ts[1..].iter().map(Option::is_some).collect();
        let n = xs.len();
        let args: Vec<Array> = xs.iter().cloned().chain(ts.into_iter().flatten()).collect();
        let of = |body: &Arc<Recorded>| {
            Arc::new(Recorded::new(name, like(&args[1..]), |args| {
                pushed(body, &args[..n - 1], &moved, &args[n - 1..]).1
            }))
        };
        let is: Vec<bool> = ys.iter().map(differentiable).collect();
        spread(&is, choice(name, forth.iter().map(of).collect(), &args))
    });
    Call::of(name, args, values, CallRules::new(pullback, pushforward))
}
