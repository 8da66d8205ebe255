//! Elementwise primitives: functions, comparisons, choices and casts.

use super::super::kernels::blocks::{BinaryBlock, UnaryBlock};
use super::super::kernels::math::dispatch;
use super::super::kernels::operand::Arg;
use super::{Compare, DType, Functions, Value};
use pullback_real::{Binary, Unary};

/// Whether the table's value, rounded to the dtype, is the only right one.
fn exact1(op: Unary) -> bool {
    matches!(
        op,
        Unary::Neg
            | Unary::Abs
            | Unary::Square
            | Unary::Recip
            | Unary::Sqrt
            | Unary::Relu
            | Unary::Sign
            | Unary::Floor
            | Unary::Ceil
            | Unary::Trunc
            | Unary::Round
    )
}
fn exact2(op: Binary) -> bool {
    matches!(
        op,
        Binary::Add
            | Binary::Sub
            | Binary::Mul
            | Binary::Div
            | Binary::Max
            | Binary::Min
            | Binary::Less
            | Binary::Ratio
            | Binary::TimesOrZero
    )
}

pub(super) fn unary(functions: Functions, op: Unary, x: &Value, dtype: DType) -> Value {
    match (x, functions) {
        (Value::Float(x), Functions::Kernels) if !exact1(op) => {
            Value::Float(x.iter().map(|&x| kernel1(op, x, dtype)).collect())
        }
        (Value::Float(x), Functions::Kernels | Functions::Table) => {
            Value::Float(x.iter().map(|&x| op.eval(x)).collect())
        }
        (Value::Int(x), _) => Value::Int(x.iter().map(|&x| integer1(op, x)).collect()),
        (Value::Complex(_), _) => unreachable!("complex numbers are computed with in planes"),
    }
}

pub(super) fn binary(functions: Functions, op: Binary, x: &Value, y: &Value, dtype: DType) -> Value {
    match (x, y, functions) {
        (Value::Float(x), Value::Float(y), Functions::Kernels) if !exact2(op) => {
            Value::Float(x.iter().zip(y).map(|(&x, &y)| kernel2(op, x, y, dtype)).collect())
        }
        (Value::Float(x), Value::Float(y), Functions::Kernels | Functions::Table) => {
            Value::Float(x.iter().zip(y).map(|(&x, &y)| op.eval(x, y)).collect())
        }
        (Value::Int(x), Value::Int(y), _) => {
            Value::Int(x.iter().zip(y).map(|(&x, &y)| integer2(op, x, y)).collect())
        }
        _ => unreachable!("two operands of one kind, which is not complex"),
    }
}

/// The kernel's value of one number.
fn kernel1(op: Unary, x: f64, dtype: DType) -> f64 {
    if dtype == DType::F32 {
        let mut out = [0.0];
        dispatch(UnaryBlock::<f32> { op, x: Arg::Slice(&[x as f32]), out: &mut out });
        return f64::from(out[0]);
    }
    let mut out = [0.0];
    dispatch(UnaryBlock::<f64> { op, x: Arg::Slice(&[x]), out: &mut out });
    out[0]
}
fn kernel2(op: Binary, x: f64, y: f64, dtype: DType) -> f64 {
    if dtype == DType::F32 {
        let mut out = [0.0];
        let (x, y) = ([x as f32], [y as f32]);
        dispatch(BinaryBlock::<f32> { op, x: Arg::Slice(&x), y: Arg::Slice(&y), out: &mut out });
        return f64::from(out[0]);
    }
    let mut out = [0.0];
    dispatch(BinaryBlock::<f64> { op, x: Arg::Slice(&[x]), y: Arg::Slice(&[y]), out: &mut out });
    out[0]
}

/// Integers wrap.
fn integer1(op: Unary, x: i64) -> i64 {
    match op {
        Unary::Neg => x.wrapping_neg(),
        Unary::Abs => x.wrapping_abs(),
        Unary::Sign => x.signum(),
        Unary::Square => x.wrapping_mul(x),
        Unary::Relu => x.max(0),
        _ => unreachable!("{} of integers is refused when the graph is built", op.name()),
    }
}
/// A function of two integers; of a division by zero nothing remains. For bools "or" is the larger, "and" the smaller.
fn integer2(op: Binary, x: i64, y: i64) -> i64 {
    match op {
        Binary::Add => x.wrapping_add(y),
        Binary::Sub => x.wrapping_sub(y),
        Binary::Mul => x.wrapping_mul(y),
        Binary::Max => x.max(y),
        Binary::Min => x.min(y),
        Binary::Less => i64::from(x < y),
        Binary::Rem | Binary::Remainder | Binary::FloorDivide | Binary::TruncDivide if y == 0 => 0,
        Binary::TruncDivide => x.wrapping_div(y),
        Binary::FloorDivide => {
            let (q, r) = (x.wrapping_div(y), x.wrapping_rem(y));
            if r != 0 && (r < 0) != (y < 0) { q - 1 } else { q }
        }
        Binary::Rem => x.wrapping_rem(y),
        Binary::Remainder => {
            let r = x.wrapping_rem(y);
            if r != 0 && (r < 0) != (y < 0) { r + y } else { r }
        }
        _ => unreachable!("{} of integers is refused when the graph is built", op.name()),
    }
}

pub(super) fn compare(op: Compare, x: &Value, y: &Value) -> Value {
    fn all<T: PartialOrd>(op: Compare, x: &[T], y: &[T]) -> Value {
        let one = |(x, y): (&T, &T)| match op {
            Compare::Eq => x == y,
            Compare::Ne => x != y,
            Compare::Lt => x < y,
            Compare::Le => x <= y,
        };
        Value::Int(x.iter().zip(y).map(|pair| i64::from(one(pair))).collect())
    }
    match (x, y) {
        (Value::Float(x), Value::Float(y)) => all(op, x, y),
        (Value::Int(x), Value::Int(y)) => all(op, x, y),
        _ => unreachable!("two operands of one kind, which is not complex"),
    }
}

/// The first where `c` is not 0, else the second.
pub(super) fn select(c: &[i64], x: Value, y: Value) -> Value {
    fn all<T>(c: &[i64], x: Vec<T>, y: Vec<T>) -> Vec<T> {
        c.iter().zip(x.into_iter().zip(y)).map(|(&c, (x, y))| if c != 0 { x } else { y }).collect()
    }
    match (x, y) {
        (Value::Float(x), Value::Float(y)) => Value::Float(all(c, x, y)),
        (Value::Int(x), Value::Int(y)) => Value::Int(all(c, x, y)),
        (Value::Complex(x), Value::Complex(y)) => Value::Complex(all(c, x, y)),
        _ => unreachable!("two operands of one kind"),
    }
}

pub(super) fn cast(x: &Value, dtype: DType) -> Value {
    match (x, dtype) {
        (Value::Float(x), DType::F32 | DType::F64) => Value::Float(x.clone()),
        // What is too large becomes the largest.
        (Value::Float(x), DType::I32) => Value::Int(x.iter().map(|&x| i64::from(x as i32)).collect()),
        (Value::Float(x), DType::I64) => Value::Int(x.iter().map(|&x| x as i64).collect()),
        (Value::Float(x), DType::Bool) => Value::Int(x.iter().map(|&x| i64::from(x != 0.0)).collect()),
        // Rounded once.
        (Value::Int(x), DType::F32) => Value::Float(x.iter().map(|&x| f64::from(x as f32)).collect()),
        (Value::Int(x), DType::F64) => Value::Float(x.iter().map(|&x| x as f64).collect()),
        (Value::Int(x), DType::I32 | DType::I64) => Value::Int(x.clone()),
        (Value::Int(x), DType::Bool) => Value::Int(x.iter().map(|&x| i64::from(x != 0)).collect()),
        (Value::Complex(_), _) | (_, DType::C64 | DType::C128) => {
            unreachable!("a complex array is not cast but taken apart")
        }
    }
}
