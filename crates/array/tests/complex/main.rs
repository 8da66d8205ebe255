//! Complex arrays and Fourier transforms, with num-complex and the definitions as the references.

mod arithmetic;
mod derivatives;
#[cfg(feature = "fft")]
mod fourier;
#[cfg(feature = "fft")]
mod fourier_messages;
mod messages;

use pullback_array::{Array, Complex64, DType, Key};

/// Normal complex numbers.
fn normal(seed: u64, shape: &[usize]) -> Array {
    let part = |k| Key::new(seed).fold_in(k).normal(shape, DType::F64);
    Array::complex(part(0), part(1))
}
fn real(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).fold_in(7).normal(shape, DType::F64)
}
fn numbers(z: &Array) -> Vec<Complex64> {
    z.cast(DType::C128).to_vec()
}
#[track_caller]
fn close(z: &Array, want: &[Complex64]) {
    let have = numbers(z);
    assert_eq!(have.len(), want.len());
    for (z, w) in have.iter().zip(want) {
        assert!((z - w).norm() <= 1e-13 * w.norm().max(1.0), "{z} is not {w}")
    }
}
#[track_caller]
fn same(z: &Array, want: &Array) {
    assert_eq!((z.shape(), z.dtype()), (want.shape(), want.dtype()));
    close(z, &numbers(want))
}
/// What a call panics with.
fn message(f: impl FnOnce() -> Array) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("a panic");
    let text = payload.downcast_ref::<String>().cloned();
    text.unwrap_or_else(|| (*payload.downcast_ref::<&str>().expect("a text")).into())
}
