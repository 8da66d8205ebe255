//! What programs are run on: plain numbers, and among them such as have rules of their own.

use crate::array::Array;
use crate::dtype::DType;
use crate::shape::Shape;

/// Numbers in −2..2 without a pattern, and among them, the more the higher `style` is, such as have rules of their own.
pub fn data(shape: &[usize], dtype: DType, seed: u64, style: usize) -> Array {
    const SPECIAL: [f64; 14] = [
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        1.0,
        -1.0,
        5e-324,
        -1e-310,
        1e-40,
        1e300,
        -3e38,
        0.5,
        2.0,
    ];
    const WHOLE: [i64; 8] = [0, 1, -1, i64::MAX, i64::MIN, i32::MAX as i64, i32::MIN as i64, 1 << 40];
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        s >> 11
    };
    let rare = [0, 0, 0, 16, 3][style];
    let n: usize = shape.iter().product();
    let mut floats = || {
        let x = next();
        match rare > 0 && x % rare == 0 {
            true => SPECIAL[(x >> 20) as usize % SPECIAL.len()],
            false => x as f64 / (1u64 << 51) as f64 - 2.0,
        }
    };
    match dtype {
        DType::F64 => Array::from_slice(&(0..n).map(|_| floats()).collect::<Vec<_>>(), shape),
        DType::F32 => Array::from_slice(&(0..n).map(|_| floats() as f32).collect::<Vec<_>>(), shape),
        DType::Bool => Array::from_slice(&(0..n).map(|_| next() & 8 == 0).collect::<Vec<_>>(), shape),
        DType::I32 | DType::I64 => {
            let mut whole = || {
                let x = next();
                match rare > 0 && x % rare == 0 {
                    true => WHOLE[(x >> 20) as usize % WHOLE.len()],
                    false => (x >> 8) as i64 % 19 - 9,
                }
            };
            let all: Vec<i64> = (0..n).map(|_| whole()).collect();
            Array::from_slice(&all, shape).cast(dtype).eval().clone()
        }
        DType::C64 | DType::C128 => unreachable!("complex numbers are made of planes"),
    }
}

/// Example `b` of a batch.
pub fn example(x: &Array, b: usize) -> Array {
    let one =
        |first: usize, other: usize| std::iter::once(first).chain(std::iter::repeat_n(other, x.ndim() - 1));
    let row = x.slice_op(one(b, 0).collect(), one(1, 1).collect(), x.0.shape.with(0, 1));
    row.reshape_op(Shape::new(&x.shape()[1..]))
}
