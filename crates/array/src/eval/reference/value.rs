//! The elements of an array as the reference computes with them.

use super::{Buffer, DType};

/// The elements of an array in row-major order.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Of floats.
    Float(Vec<f64>),
    /// Of integers, and of bools as 0 and 1.
    Int(Vec<i64>),
    /// Of complex numbers.
    Complex(Vec<[f64; 2]>),
}

impl Value {
    pub fn of(b: &Buffer) -> Value {
        let pairs = |x: Vec<f64>| x.as_chunks().0.to_vec();
        match b.dtype() {
            DType::F32 => Value::Float(b.slice::<f32>().iter().map(|&x| f64::from(x)).collect()),
            DType::F64 => Value::Float(b.slice::<f64>().to_vec()),
            DType::I32 => Value::Int(b.slice::<i32>().iter().map(|&x| i64::from(x)).collect()),
            DType::I64 => Value::Int(b.slice::<i64>().to_vec()),
            DType::Bool => Value::Int(b.slice::<u8>().iter().map(|&x| i64::from(x)).collect()),
            DType::C64 => Value::Complex(pairs(b.slice::<f32>().iter().map(|&x| f64::from(x)).collect())),
            DType::C128 => Value::Complex(pairs(b.slice::<f64>().to_vec())),
        }
    }
    /// As it lies in memory.
    pub(super) fn buffer(&self, dtype: DType) -> Buffer {
        let mut b = Buffer::zeroed(self.len(), dtype);
        fn fill<T: bytemuck::Pod>(b: &mut Buffer, all: impl Iterator<Item = T>) {
            b.slice_mut::<T>().iter_mut().zip(all).for_each(|(to, x)| *to = x)
        }
        match (self, dtype) {
            (Value::Float(x), DType::F32) => fill(&mut b, x.iter().map(|&x| x as f32)),
            (Value::Float(x), DType::F64) => fill(&mut b, x.iter().copied()),
            (Value::Int(x), DType::I32) => fill(&mut b, x.iter().map(|&x| x as i32)),
            (Value::Int(x), DType::I64) => fill(&mut b, x.iter().copied()),
            (Value::Int(x), DType::Bool) => fill(&mut b, x.iter().map(|&x| x as u8)),
            (Value::Complex(x), DType::C64) => fill(&mut b, x.as_flattened().iter().map(|&x| x as f32)),
            (Value::Complex(x), DType::C128) => fill(&mut b, x.as_flattened().iter().copied()),
            _ => unreachable!("a value of {dtype}"),
        }
        b
    }
    pub(super) fn len(&self) -> usize {
        match self {
            Value::Float(x) => x.len(),
            Value::Int(x) => x.len(),
            Value::Complex(x) => x.len(),
        }
    }
    /// As the dtype holds them.
    pub(super) fn rounded(mut self, dtype: DType) -> Value {
        let round = |x: &mut f64| *x = f64::from(*x as f32);
        match (&mut self, dtype) {
            (Value::Float(x), DType::F32) => x.iter_mut().for_each(round),
            (Value::Complex(x), DType::C64) => x.as_flattened_mut().iter_mut().for_each(round),
            (Value::Int(x), DType::I32) => x.iter_mut().for_each(|x| *x = i64::from(*x as i32)),
            (Value::Float(_), DType::F64) | (Value::Complex(_), DType::C128) => {}
            (Value::Int(_), DType::I64 | DType::Bool) => {}
            _ => unreachable!("a value of {dtype}"),
        }
        self
    }
    /// Whole numbers as elements of this dtype.
    pub(super) fn whole(dtype: DType, all: impl Iterator<Item = i64>) -> Value {
        match dtype {
            DType::F32 | DType::F64 => Value::Float(all.map(|x| x as f64).collect()),
            DType::I32 | DType::I64 => Value::Int(all.collect()),
            DType::Bool => Value::Int(all.map(|x| i64::from(x != 0)).collect()),
            DType::C64 | DType::C128 => Value::Complex(all.map(|x| [x as f64, 0.0]).collect()),
        }
    }
    /// So many times a number.
    pub(super) fn fill(dtype: DType, c: f64, n: usize) -> Value {
        match dtype {
            DType::F32 | DType::F64 => Value::Float(vec![c; n]),
            DType::I32 => Value::Int(vec![i64::from(c as i32); n]),
            DType::I64 => Value::Int(vec![c as i64; n]),
            DType::Bool => Value::Int(vec![i64::from(c != 0.0); n]),
            DType::C64 | DType::C128 => Value::Complex(vec![[c, 0.0]; n]),
        }
    }
    pub(super) fn floats(&self) -> &[f64] {
        match self {
            Value::Float(x) => x,
            Value::Int(_) | Value::Complex(_) => unreachable!("an operation on floats"),
        }
    }
    pub(super) fn ints(&self) -> &[i64] {
        match self {
            Value::Int(x) => x,
            Value::Float(_) | Value::Complex(_) => unreachable!("an operation on integers"),
        }
    }
    pub(super) fn complex(&self) -> &[[f64; 2]] {
        match self {
            Value::Complex(x) => x,
            Value::Float(_) | Value::Int(_) => unreachable!("an operation on complex numbers"),
        }
    }
}
