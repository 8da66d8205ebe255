//! Two operands of one dtype and one shape: which they take, and which are refused.

use crate::array::Array;
use crate::dtype::DType;
use crate::shape::Shape;
use pullback_real::refuse;

/// The shape two arrays broadcast to.
#[track_caller]
pub(crate) fn join(what: &str, x: &Array, y: &Array) -> Shape {
    match x.0.shape.broadcast(y.shape()) {
        Some(shape) => shape,
        None => refuse(
            format_args!("{what}: shapes {} and {} do not broadcast", x.0.shape, y.0.shape),
            &[("left", x.at()), ("right", y.at())],
        ),
    }
}

/// Two operands of one dtype and shape: a plain number takes the other's dtype, the rest must agree.
#[track_caller]
pub(crate) fn agree(what: &str, x: &Array, y: &Array) -> (Array, Array) {
    let (x, y) = same_dtype(what, x, y);
    if x.0.shape == y.0.shape {
        return (x, y);
    }
    let shape = join(what, &x, &y);
    (x.broadcast_op(&shape), y.broadcast_op(&shape))
}

/// Two operands of one dtype.
#[track_caller]
pub(crate) fn same_dtype(what: &str, x: &Array, y: &Array) -> (Array, Array) {
    if x.dtype() == y.dtype() && x.is_weak() == y.is_weak() {
        return (x.clone(), y.clone());
    }
    match (x.is_weak(), y.is_weak()) {
        (true, false) => (take_dtype(what, x, y), y.clone()),
        (false, true) => (x.clone(), take_dtype(what, y, x)),
        (true, true) => (x.clone(), y.clone()),
        (false, false) => match joined(x, y) {
            Some(joined) => joined,
            None => refuse(
                format_args!(
                    "{what}: the left array is {}, the right {}; convert one with .cast(DType::…)",
                    x.dtype(),
                    y.dtype()
                ),
                &[("left", x.at()), ("right", y.at())],
            ),
        },
    }
}

/// A plain number as a constant of `like`'s dtype, if it is one of its values.
#[track_caller]
fn take_dtype(what: &str, number: &Array, like: &Array) -> Array {
    let value = number.fill_value().expect("a plain number is a fill");
    let fits = match like.dtype() {
        DType::F32 | DType::F64 | DType::C64 | DType::C128 => true,
        DType::I32 => f64::from(value as i32) == value,
        DType::I64 => (value as i64) as f64 == value && value < i64::MAX as f64,
        DType::Bool => value == 0.0 || value == 1.0,
    };
    if !fits {
        refuse(
            format_args!(
                "{what}: the number {value} is not a value of a {} array; convert the array with .cast(DType::F64)",
                like.dtype()
            ),
            &[("", like.at())],
        )
    }
    Array::fill(value, Shape::default(), like.dtype())
}

/// A real array beside a complex one of the same precision, which it joins.
#[track_caller]
fn joined(x: &Array, y: &Array) -> Option<(Array, Array)> {
    let joins = |a: &Array, b: &Array| b.dtype().is_complex() && a.dtype() == b.dtype().real();
    if joins(x, y) {
        return Some((x.cast(y.dtype()), y.clone()));
    }
    joins(y, x).then(|| (x.clone(), y.cast(x.dtype())))
}
