//! The results that a differentiated function may return: one number, a vector of them, or an array.

use crate::real::Scalar;

/// One or several numbers of type `T`.
pub trait Outputs<T> {
    /// This shape with numbers of type `R`.
    type Of<R>;
    /// All numbers.
    fn numbers(&self) -> &[T];
    /// This shape, filled with `values`.
    fn like<R>(&self, values: Vec<R>) -> Self::Of<R>;
}

impl<T: Scalar> Outputs<T> for T {
    type Of<R> = R;
    fn numbers(&self) -> &[T] {
        std::slice::from_ref(self)
    }
    fn like<R>(&self, mut values: Vec<R>) -> R {
        values.pop().expect("one number")
    }
}
impl<T: Scalar> Outputs<T> for Vec<T> {
    type Of<R> = Vec<R>;
    fn numbers(&self) -> &[T] {
        self
    }
    fn like<R>(&self, values: Vec<R>) -> Vec<R> {
        values
    }
}
impl<T: Scalar, const N: usize> Outputs<T> for [T; N] {
    type Of<R> = [R; N];
    fn numbers(&self) -> &[T] {
        self
    }
    fn like<R>(&self, values: Vec<R>) -> [R; N] {
        values.try_into().ok().expect("as many numbers as before")
    }
}
