//! Element types of files, and the dtypes they become. A dtype of this crate stays; any other type becomes a
//! wider dtype.
//!
//! | in the file | dtype |
//! |---|---|
//! | `f16`, `bf16` | `f32`, exactly |
//! | `i8`, `u8`, `i16`, `u16` | `i32` |
//! | `u32` | `i64` |
//! | `u64` | `i64`; a number above `i64::MAX` is an error |

use super::Error;
use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::shape::Shape;
use bytemuck::Pod;

/// A type of elements in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stored {
    Is(DType),
    F16,
    BF16,
    I8,
    I16,
    U8,
    U16,
    U32,
    U64,
}

impl Stored {
    /// Bytes of one element in the file.
    pub fn size(self) -> usize {
        match self {
            Stored::Is(dtype) => dtype.size(),
            Stored::I8 | Stored::U8 => 1,
            Stored::F16 | Stored::BF16 | Stored::I16 | Stored::U16 => 2,
            Stored::U32 => 4,
            Stored::U64 => 8,
        }
    }
    /// The dtype that such elements become.
    pub fn dtype(self) -> DType {
        match self {
            Stored::Is(dtype) => dtype,
            Stored::F16 | Stored::BF16 => DType::F32,
            Stored::I8 | Stored::I16 | Stored::U8 | Stored::U16 => DType::I32,
            Stored::U32 | Stored::U64 => DType::I64,
        }
    }
    /// The bytes that elements of this shape take in a file; `None` if they cannot be addressed, there or as
    /// an array. Axes of extent 0 count as 1 in that check, so that the other extents stay in bounds too.
    pub fn bytes(self, shape: &[usize]) -> Option<usize> {
        let widest = self.dtype().size();
        let padded = shape.iter().try_fold(widest, |n, &d| n.checked_mul(d.max(1)));
        padded.filter(|&n| n <= isize::MAX as usize)?;
        Some(shape.iter().product::<usize>() * self.size())
    }
}

/// An array from elements in a file, whose bytes are as many as `stored.bytes(shape)`.
pub(super) fn array_of(bytes: &[u8], shape: Shape, stored: Stored, big_endian: bool) -> Result<Array, Error> {
    let mut buffer = Buffer::try_dirty(shape.size(), stored.dtype()).map_err(Error::new)?;
    let mut into = Elements { bytes, big_endian, buffer: &mut buffer };
    match stored {
        Stored::Is(DType::F32 | DType::I32 | DType::C64) => into.read(u32::from_le_bytes),
        Stored::Is(DType::F64 | DType::I64 | DType::C128) => into.read(u64::from_le_bytes),
        Stored::Is(DType::Bool) => into.read(|[b]| u8::from(b != 0)),
        Stored::F16 => into.read(|b| half(u16::from_le_bytes(b))),
        Stored::BF16 => into.read(|b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16)),
        Stored::I8 => into.read(|b| i32::from(i8::from_le_bytes(b))),
        Stored::U8 => into.read(|b| i32::from(u8::from_le_bytes(b))),
        Stored::I16 => into.read(|b| i32::from(i16::from_le_bytes(b))),
        Stored::U16 => into.read(|b| i32::from(u16::from_le_bytes(b))),
        Stored::U32 => into.read(|b| i64::from(u32::from_le_bytes(b))),
        Stored::U64 => {
            into.read(i64::from_le_bytes);
            if let Some(n) = buffer.slice::<i64>().iter().find(|n| **n < 0) {
                return Err(Error::new(format!("the number {} is too large for an i64", n.cast_unsigned())));
            }
        }
    }
    Ok(Array::leaf(buffer, shape))
}

struct Elements<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    buffer: &'a mut Buffer,
}
impl Elements<'_> {
    /// Converts each number (of a complex one, each part) from its bytes, which `number` takes in
    /// little-endian order.
    fn read<const N: usize, T: Pod>(&mut self, number: impl Fn([u8; N]) -> T) {
        let numbers = bytemuck::cast_slice_mut::<u8, T>(self.buffer.bytes_mut());
        let (parts, _) = self.bytes.as_chunks::<N>();
        for (y, part) in numbers.iter_mut().zip(parts) {
            let mut part = *part;
            if self.big_endian {
                part.reverse()
            }
            *y = number(part)
        }
    }
}

/// The elements of an array in little-endian bytes.
pub(super) fn bytes_of(array: &Array) -> Vec<u8> {
    fn all<const N: usize, T: Pod>(bytes: &[u8], number: impl Fn(T) -> [u8; N]) -> Vec<u8> {
        bytemuck::cast_slice::<u8, T>(bytes).iter().flat_map(|x| number(*x)).collect()
    }
    let value = array.value();
    match array.dtype().real().size() {
        _ if cfg!(target_endian = "little") => value.bytes().to_vec(),
        8 => all(value.bytes(), u64::to_le_bytes),
        4 => all(value.bytes(), u32::to_le_bytes),
        _ => value.bytes().to_vec(),
    }
}

/// The number of half precision with these bits: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f32 {
    let (sign, magnitude) = (u32::from(bits & 0x8000) << 16, u32::from(bits & 0x7fff));
    let x = match magnitude >> 10 {
        // Multiples of 2⁻²⁴.
        0 => (magnitude as f32 / 16777216.0).to_bits(),
        31 => 0x7f80_0000 | (magnitude & 0x3ff) << 13,
        _ => (magnitude << 13) + ((127 - 15) << 23),
    };
    f32::from_bits(sign | x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_half_precision() {
        for (bits, x) in [
            (0x0000, 0.0),
            (0x0001, 5.9604645e-8),
            (0x03ff, 6.0975552e-5),
            (0x0400, 6.1035156e-5),
            (0x3555, 0.33325195),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0xfc00, f32::NEG_INFINITY),
        ] {
            assert_eq!(half(bits), x)
        }
        assert!(half(0x8000).is_sign_negative() && half(0x7e01).is_nan());
        // Each number above the one before.
        assert!((0..0x7c00).all(|bits| half(bits) < half(bits + 1)))
    }

    #[test]
    fn either_order_of_bytes() {
        let read = |bytes: &[u8], stored, big| array_of(bytes, Shape::new(&[1]), stored, big).unwrap();
        assert_eq!(read(&[0xff, 0xfe], Stored::I16, true).to_vec::<i32>(), [-2]);
        assert_eq!(read(&[0xfe, 0xff], Stored::I16, false).to_vec::<i32>(), [-2]);
        let z = crate::Complex64::new(1.5, -3.25);
        let bytes: Vec<u8> = [z.re.to_be_bytes(), z.im.to_be_bytes()].concat();
        assert_eq!(read(&bytes, Stored::Is(DType::C128), true).to_vec::<crate::Complex64>(), [z]);
        assert_eq!(bytes_of(&Array::from([z])), [z.re.to_le_bytes(), z.im.to_le_bytes()].concat())
    }
}
