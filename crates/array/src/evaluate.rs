//! Looking at arrays, which computes them.

use crate::array::{Array, LOST};
use crate::buffer::Buffer;
use crate::dtype::{DType, Element};
use pullback_real::refuse;
use std::panic::Location;
use std::sync::Arc;

impl Array {
    /// Computes the data now (together with what shares its work), and returns the array for chaining.
    ///
    /// Looking at an array (`item`, `to_vec`, printing) does this by itself.
    ///
    /// # Panics
    /// If an index is out of range, naming it and the line. Inside a function that is being traced (by `vmap`,
    /// `jit` …), where its inputs have no values.
    #[track_caller]
    pub fn eval(&self) -> &Array {
        if !self.is_evaluated() {
            self.expect_known();
            crate::eval::eval(std::slice::from_ref(self));
        }
        self
    }
    #[track_caller]
    fn expect_known(&self) {
        if let Some(transform) = self.0.traced {
            let (shape, dtype) = (&self.0.shape, self.dtype());
            if transform == LOST {
                refuse(
                    format_args!(
                        "jit_update: the state was given up to a step that panicked, so its values are lost; go on from a clone"
                    ),
                    &[(&format!("array {shape} {dtype}"), self.at())],
                )
            }
            refuse(
                format_args!(
                    "`{transform}` runs the function once, without values, so what depends on its inputs cannot be looked at; compute with it, and choose with `where_`, `cond` or `while_loop` instead of Rust's `if` and `while`"
                ),
                &[(&format!("array {shape} {dtype}"), self.at())],
            )
        }
    }
    #[track_caller]
    pub(crate) fn value(&self) -> Arc<Buffer> {
        self.eval();
        self.0.state().value.clone().expect("evaluation leaves a value")
    }
    /// The value for the caller, whom no derivative follows: a running transform on whose inputs it depends notes the line.
    #[track_caller]
    pub(crate) fn looked_at(&self) -> Arc<Buffer> {
        if let Some(trace) = self.0.live.as_ref().filter(|trace| trace.is_running()) {
            let (mut looks, line) = (trace.looks(), Location::caller());
            if !looks.contains(&line) {
                looks.push(line)
            }
        }
        self.value()
    }
    /// The elements in row-major order.
    ///
    /// # Panics
    /// If `T` is not the array's dtype.
    #[track_caller]
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        self.expect_dtype::<T>("to_vec");
        self.looked_at().slice::<T::Store>().iter().map(|&x| T::load(x)).collect()
    }
    /// The only element, as `f64`.
    ///
    /// # Panics
    /// If the array has not exactly one element, is complex, or an integer that an `f64` cannot hold.
    #[track_caller]
    pub fn item(&self) -> f64 {
        if self.size() != 1 {
            refuse(
                format_args!("item: the array has shape {}, not one element", self.0.shape),
                &[("", self.at())],
            )
        }
        let value = self.looked_at();
        match self.dtype() {
            DType::F32 => f64::from(value.slice::<f32>()[0]),
            DType::F64 => value.slice::<f64>()[0],
            DType::I32 => f64::from(value.slice::<i32>()[0]),
            DType::I64 => {
                let number = value.slice::<i64>()[0];
                if number as f64 as i128 != i128::from(number) {
                    refuse(
                        format_args!("item: an f64 cannot hold the number {number}; take .to_vec::<i64>()"),
                        &[("", self.at())],
                    )
                }
                number as f64
            }
            DType::Bool => f64::from(value.slice::<u8>()[0]),
            DType::C64 | DType::C128 => refuse(
                format_args!(
                    "item: the number is {}; take .item_complex(), or .real() and .imag()",
                    self.dtype()
                ),
                &[("", self.at())],
            ),
        }
    }
    #[track_caller]
    pub(crate) fn expect_dtype<T: Element>(&self, what: &str) {
        if self.dtype() != T::DTYPE {
            let (have, want) = (self.dtype(), T::DTYPE);
            refuse(
                format_args!(
                    "{what}: the array is {have}, not {want}; convert it with .cast(DType::{want:?})"
                ),
                &[("", self.at())],
            )
        }
    }
}

/// Evaluates arrays together, sharing their common work.
///
/// ```
/// use pullback_array::{Array, Real, eval};
/// let x = Array::from([1.0, 2.0]);
/// let (s, e) = (x.sin(), x.exp());
/// eval(&[&s, &e]);
/// assert!(s.is_evaluated() && e.is_evaluated());
/// ```
///
/// # Panics
/// As [`Array::eval`].
#[track_caller]
pub fn eval(arrays: &[&Array]) {
    let arrays: Vec<Array> = arrays.iter().map(|&a| a.clone()).collect();
    eval_all(&arrays)
}

#[track_caller]
pub(crate) fn eval_all(arrays: &[Array]) {
    arrays.iter().for_each(Array::expect_known);
    crate::eval::eval(arrays)
}
