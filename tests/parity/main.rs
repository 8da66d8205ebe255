//! What pullback answers for, statement by statement: one test (or more) for every row of docs/coverage.md, named after the
//! row's id, by the public API alone.

mod autograd;
mod catalogue;
mod coverage;
mod cross_validated;
mod domke;
mod portal_adolc;
mod portal_codipack;
mod portal_cppad;
mod portal_families;
mod portal_tapenade;
mod revad;
mod slides;
mod tensorflow;
mod tensorflow_tape;
mod wikipedia;

use pullback::array::Array;

/// `|a − b| / max(1, |a| + |b|) < 1e-12`, the distance of ADBench.
#[track_caller]
fn close(a: f64, b: f64) {
    within(a, b, 1e-12)
}
#[track_caller]
fn within(a: f64, b: f64, tolerance: f64) {
    let distance = (a - b).abs() / (a.abs() + b.abs()).max(1.0);
    assert!(distance < tolerance, "{a} and {b} differ by {distance:e}");
}
/// An array's numbers, and those wanted.
#[track_caller]
fn all_close(x: &Array, want: &[f64]) {
    let have = x.cast(pullback::array::DType::F64).to_vec::<f64>();
    assert_eq!(have.len(), want.len(), "{have:?} and {want:?}");
    have.iter().zip(want).for_each(|(a, b)| close(*a, *b));
}
/// The message of the panic that `f` ends in.
#[track_caller]
fn panics(f: impl FnOnce()) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("this panics");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|s| s.to_string())).expect("a panic with a message")
}
