//! `check_grads` finds derivatives that are wrong on purpose, large or small, alone or beside others. (That it passes those
//! that are right, the tables of operations show.)

use pullback_array::check::check_grads;
use pullback_array::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs the check, and says what it found.
fn found(f: impl Fn(&Array) -> Array, x: &Array, order: usize) -> Option<String> {
    let checked = catch_unwind(AssertUnwindSafe(|| check_grads(f, x, order)));
    checked.err().map(|e| e.downcast_ref::<String>().cloned().unwrap_or_default())
}
/// The fault is found, and not without it.
#[track_caller]
fn planted(
    f: impl Fn(&Array) -> Array + Send + Sync + Clone + 'static,
    right: impl Fn(&Array, &Array, &Array) -> Array + Send + Sync + 'static,
    wrong: impl Fn(&Array, &Array, &Array) -> Array + Send + Sync + 'static,
    x: Array,
    order: usize,
) {
    assert_eq!(found(custom(f.clone(), right), &x, order), None);
    let text = found(custom(f, wrong), &x, order).expect("a fault that is found");
    assert!(text.starts_with(&format!("check_grads, order {order}: ")), "{text}")
}
fn a() -> Array {
    Array::from([1.0, 2.0])
}

#[test]
fn a_factor_of_two() {
    planted(|x: &Array| x.square(), |x, _, g| 2.0 * g * x, |x, _, g| g * x, a(), 1);
}
#[test]
fn a_factor_of_two_beside_a_large_offset() {
    planted(|x: &Array| x.square() + 1e6, |x, _, g| 2.0 * g * x, |x, _, g| g * x, a(), 1);
    planted(|x: &Array| (x.square() + 1e6).sum(), |x, _, g| 2.0 * g * x, |x, _, g| g * x, a(), 1);
}
#[test]
fn a_factor_of_two_at_a_small_scale() {
    planted(|x: &Array| x.square() * 1e-8, |x, _, g| 2e-8 * g * x, |x, _, g| 1e-8 * g * x, a(), 1);
    planted(|x: &Array| x.square() * 1e-200, |x, _, g| 2e-200 * g * x, |x, _, g| 1e-200 * g * x, a(), 1);
}
#[test]
fn a_missing_term() {
    planted(
        |x: &Array| x.sin() + x.square(),
        |x, _, g| g * (x.cos() + 2.0 * x),
        |x, _, g| 2.0 * g * x,
        a(),
        1,
    );
}
#[test]
fn a_transposed_jacobian() {
    let m = || Array::from([[1.0, 2.0], [-0.5, 3.0]]);
    planted(
        move |x: &Array| m().matmul(x),
        move |_, _, g| m().t().matmul(g),
        move |_, _, g| m().matmul(g),
        a(),
        1,
    );
}
#[test]
fn a_wrong_element_beside_a_large_one() {
    let large = || Array::from([1e7, 1.0]);
    let wrong = || Array::from([1e7, 0.5]);
    // Of the result, and of the argument.
    planted(move |x: &Array| large() * x, move |_, _, g| g * large(), move |_, _, g| g * wrong(), a(), 1);
    planted(
        move |x: &Array| (large() * x).sum(),
        move |_, _, g| g * large(),
        move |_, _, g| g * wrong(),
        a(),
        1,
    );
    let larger = || Array::from([1e12, 1.0]);
    let missing = || Array::from([1e12, 0.0]);
    planted(move |x: &Array| larger() * x, move |_, _, g| g * larger(), move |_, _, g| g * missing(), a(), 1);
}
#[test]
fn a_second_order_that_is_cut() {
    let slope = |x: &Array, _: &Array, g: &Array| g * 3.0 * x.square();
    let cut = |x: &Array, _: &Array, g: &Array| g * 3.0 * x.square().stop_gradient();
    assert_eq!(found(custom(|x: &Array| x.powi(3), cut), &a(), 1), None);
    planted(|x: &Array| x.powi(3), slope, cut, a(), 2);
}
#[test]
fn a_conjugation() {
    let z = Array::complex(a(), Array::from([0.5, -1.0]));
    planted(|z: &Array| z * z, |z, _, g| 2.0 * g * z, |z, _, g| 2.0 * g * z.conj(), z.clone(), 1);
    planted(|z: &Array| z * z, |z, _, g| 2.0 * g * z, |z, _, g| (2.0 * g * z).conj(), z, 1);
}
#[test]
fn in_single_precision_too() {
    planted(|x: &Array| x.square() + 10.0, |x, _, g| 2.0 * g * x, |x, _, g| g * x, a().cast(DType::F32), 1);
}
