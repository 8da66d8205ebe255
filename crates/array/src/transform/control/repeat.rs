//! `while_loop` and `bounded_while`: loops whose number of steps depends on values.

use super::super::replay::Recorded;
use super::{cond, filled, like, outputs, pushed, record, spread};
use crate::array::Array;
use crate::custom::{Call, CallRules};
use crate::custom::{Linear, Rule};
use crate::dtype::DType;
use crate::eval::{Body, Flow, WhileSignature};
use crate::rules::differentiable;
use crate::tree::{Tree, leaves};
use pullback_real::refuse;
use std::cell::RefCell;
use std::sync::Arc;

/// `body(… body(init))` as long as `test` of the state, one `bool`, holds.
///
/// Differentiable in forward mode alone: reverse mode would have to save every state of a loop of unknown
/// length. [`bounded_while`] has a reverse mode.
///
/// ```
/// use pullback_array::{Array, Real, jvp, while_loop};
/// let doubled = |x: &Array| while_loop(|x: &Array| x.less(100.0), |x: &Array| 2.0 * x, x);
/// assert_eq!(doubled(&Array::from(3.0)).item(), 192.0);
/// let (_, slope) = jvp(doubled)(&Array::from(3.0), &Array::from(1.0));
/// assert_eq!(slope.item(), 64.0);
/// ```
///
/// # Panics
/// If `test`'s result is not one `bool`, or the state changes its structure, a shape or a dtype in a step. In reverse
/// mode.
#[track_caller]
pub fn while_loop<S: Tree + Clone>(test: impl Fn(&S) -> Array, body: impl Fn(&S) -> S, init: &S) -> S {
    let state: Vec<Array> = leaves(init).iter().map(|x| x.cast(x.dtype())).collect();
    let (test, _) = record("while_loop", init, like(&state), |s: &S| test(s));
    check_test("while_loop", &test.outputs[0]);
    let (body, result) = record("while_loop", init, like(&state), |s: &S| body(s));
    check_state("while_loop", &state, &body.outputs);
    let ((test, tested), (body, captured)) = (test.closed(), body.closed());
    let signature = WhileSignature { state: state.len(), tested: tested.len() };
    let args = [state, tested, captured].concat();
    super::with(&result, &repeated(Arc::new(test), Arc::new(body), signature, &args))
}

/// Like [`while_loop`] for at most `steps` steps, and differentiable in reverse mode as well: once the test
/// fails, the steps that remain cost next to nothing. The state before each of `steps` steps is saved for the
/// backward pass. (To end the loop before the test fails, count the steps in the state and let the test look
/// at the count.)
///
/// ```
/// use pullback_array::{Array, Real, bounded_while, grad};
/// let doubled = |x: &Array| bounded_while(|x: &Array| x.less(100.0), |x: &Array| 2.0 * x, x, 50);
/// assert_eq!((doubled(&Array::from(3.0)).item(), grad(doubled)(&Array::from(3.0)).item()), (192.0, 64.0));
/// ```
///
/// # Panics
/// If `test`'s result is not one `bool`, or the state changes its structure, a shape or a dtype in a step. On evaluation of
/// the state or a derivative: if the test still holds after `steps` steps.
#[track_caller]
pub fn bounded_while<S: Tree + Clone>(
    test: impl Fn(&S) -> Array,
    body: impl Fn(&S) -> S,
    init: &S,
    steps: usize,
) -> S {
    // Results of test and body are checked afterwards for the caller's line, which a closure does not have.
    let (tested, states) = (RefCell::new(None), RefCell::new(None));
    let step = |s: &S| {
        let next = body(s);
        let (now, then) = (leaves(s), leaves(&next));
        let same = now.len() == then.len() && !now.iter().zip(&then).any(changed);
        states.replace(Some((now, then)));
        if same { next } else { s.clone() }
    };
    let guarded = |_: &Array, s: &S| {
        let go_on = test(s);
        tested.replace(Some(go_on.clone()));
        if is_test(&go_on) { cond(&go_on, step, S::clone, s) } else { s.clone() }
    };
    let end = super::fori_loop(0, steps as i64, guarded, init);
    if let Some(go_on) = tested.take() {
        check_test("bounded_while", &go_on)
    }
    if let Some((now, then)) = states.take() {
        check_state("bounded_while", &now, &then)
    }
    let unfinished = test(&end);
    check_test("bounded_while", &unfinished);
    let text = format!(
        "bounded_while: the test still holds after the {steps} steps that are allowed; allow more\n  test made at {}",
        unfinished.at()
    );
    super::with(&end, &unless(&unfinished, &text.into(), &leaves(&end)))
}

/// The arrays, unchanged; evaluation fails with this text if `wrong`, one `bool`, holds.
#[track_caller]
fn unless(wrong: &Array, text: &Arc<str>, arrays: &[Array]) -> Vec<Array> {
    let all: Vec<Array> = [wrong].into_iter().chain(arrays).cloned().collect();
    let stopped = Array::constants(&all);
    let values = outputs("bounded_while", Flow::Check(text.clone()), like(arrays), &stopped);
    // The check runs even if a derivative alone is evaluated.
    let (back, forth) = (text.clone(), text.clone());
    let pullback: Rule =
        Arc::new(move |xs, _, gs| [None].into_iter().chain(known(&xs[0], &back, gs)).collect());
    let pushforward: Rule = Arc::new(move |xs, _, mut ts| known(&xs[0], &forth, ts.split_off(1)));
    Call::of("bounded_while", &all, values, CallRules::new(pullback, pushforward))
}

/// (Co)tangents, checked as [`unless`] does.
#[track_caller]
fn known(wrong: &Array, text: &Arc<str>, given: Linear) -> Linear {
    let is: Vec<bool> = given.iter().map(Option::is_some).collect();
    let some: Vec<Array> = given.into_iter().flatten().collect();
    spread(&is, unless(wrong, text, &some))
}

fn is_test(y: &Array) -> bool {
    y.dtype() == DType::Bool && y.ndim() == 0
}

#[track_caller]
fn check_test(name: &str, y: &Array) {
    if !is_test(y) {
        refuse(
            format_args!(
                "{name}: the test must give one bool of shape [], not {} of shape {}; join several with .all() or .any()",
                y.dtype(),
                y.0.shape
            ),
            &[("", y.at())],
        )
    }
}

/// Whether a part of the state has another shape or dtype than before.
fn changed((before, after): (&Array, &Array)) -> bool {
    before.0.shape != after.0.shape || before.dtype() != after.dtype()
}

#[track_caller]
pub(super) fn check_state(name: &str, before: &[Array], after: &[Array]) {
    if before.len() != after.len() {
        refuse(
            format_args!("{name}: the state has {} leaves, after a step {}", before.len(), after.len()),
            &[],
        )
    }
    if let Some((a, b)) = before.iter().zip(after).find(|pair| changed(*pair)) {
        refuse(
            format_args!(
                "{name}: a state of shape {} {} becomes {} {} in a step; it must stay the same",
                a.0.shape,
                a.dtype(),
                b.0.shape,
                b.dtype()
            ),
            &[("", a.at()), ("then", b.at())],
        )
    }
}

/// The loop as a call with rules. Arguments: the state, the arrays that the test captures, those that the
/// body captures.
#[track_caller]
pub(super) fn repeated(
    test: Arc<Recorded>,
    body: Arc<Recorded>,
    signature: WhileSignature,
    args: &[Array],
) -> Vec<Array> {
    let stopped = Array::constants(args);
    let flow = Flow::While {
        test: Body::new(test.inputs.clone(), test.outputs.clone()),
        body: Body::new(body.inputs.clone(), body.outputs.clone()),
        signature,
    };
    let values = outputs("while_loop", flow, like(signature.args(args).state), &stopped);
    let pullback: Rule = Arc::new(|xs, _, _| {
        let state: Vec<_> = xs.iter().take(1).map(|x| ("state", x.at())).collect();
        refuse(
            format_args!(
                "while_loop: nobody knows its number of steps, so it cannot be differentiated in reverse; use bounded_while, fori_loop or scan, or forward mode (jvp)"
            ),
            &state,
        )
    });
    let pushforward: Rule = Arc::new(move |xs, ys, ts| {
        let moved: Vec<bool> = ts.iter().map(Option::is_some).collect();
        let (x, t) = (signature.args(xs), signature.args(&ts));
        let dots: Vec<Array> = filled(x.state, t.state.to_vec()).into_iter().flatten().collect();
        let body_dots: Vec<Array> = t.for_body.iter().flatten().cloned().collect();
        let (state, c, own) = (signature.state, dots.len(), x.for_body.len());
        // The state has its tangents behind it, and what the body reads as well.
        let new = WhileSignature { state: state + c, ..signature };
        let args = [x.state, &dots, x.for_test, x.for_body, &body_dots].concat();
        let new_test = Recorded::new("while_loop", like(&new.args(&args).test()), |a| {
            test.at(&[&a[..state], &a[state + c..]].concat())
        });
        let moves: Vec<bool> = x
            .state
            .iter()
            .map(differentiable)
            .chain(signature.args(&moved).for_body.iter().copied())
            .collect();
        let new_body = Recorded::new("while_loop", like(&new.args(&args).body()), |a| {
            let (now, read) = a.split_at(new.state);
            let ((now, dots), (read, read_dots)) = (now.split_at(state), read.split_at(own));
            let (y, dy) = pushed(&body, &[now, read].concat(), &moves, &[dots, read_dots].concat());
            [y, dy].concat()
        });
        let all = repeated(Arc::new(new_test), Arc::new(new_body), new, &args);
        let is: Vec<bool> = ys.iter().map(differentiable).collect();
        spread(&is, all[state..].iter().cloned())
    });
    Call::of("while_loop", args, values, CallRules::new(pullback, pushforward))
}
