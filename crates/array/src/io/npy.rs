//! One array as `.npy`, NumPy's own format
//! (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>): a magic, a header that is a Python
//! dictionary, the elements.

use super::{Error, array_from_bytes, byte_size, bytes_of, read_file, write_file};
use crate::array::Array;
use crate::dtype::DType;
use crate::shape::{Dims, Shape};
use std::path::Path;

const MAGIC: &[u8] = b"\x93NUMPY";

/// Reads an array from a `.npy` file of any version, byte order and memory order. Integers of 8 and 16 bits widen to
/// `i32`, unsigned ones of 32 bits to `i64`.
///
/// # Errors
/// If the file cannot be read, is damaged, or holds elements of another type.
pub fn read_npy(path: impl AsRef<Path>) -> Result<Array, Error> {
    read_file(path.as_ref(), npy_from_bytes)
}

/// Writes an array to a `.npy` file.
///
/// # Errors
/// If the file cannot be written.
pub fn write_npy(path: impl AsRef<Path>, array: &Array) -> Result<(), Error> {
    write_file(path.as_ref(), Ok(npy_to_bytes(array)))
}

/// An array in the bytes of a `.npy` file.
///
/// ```
/// use pullback_array::{Array, io};
/// let bytes = io::npy_to_bytes(&Array::from([[1.0, 2.0], [3.0, 4.0]]));
/// let x = io::npy_from_bytes(&bytes)?;
/// assert_eq!((x.shape(), x.to_vec::<f64>()), (&[2, 2][..], vec![1.0, 2.0, 3.0, 4.0]));
/// # Ok::<(), io::Error>(())
/// ```
pub fn npy_to_bytes(array: &Array) -> Vec<u8> {
    let descr = match array.dtype() {
        DType::F32 => "<f4",
        DType::F64 => "<f8",
        DType::I32 => "<i4",
        DType::I64 => "<i8",
        DType::Bool => "|b1",
        DType::C64 => "<c8",
        DType::C128 => "<c16",
    };
    let extents: String = array.shape().iter().map(|n| format!("{n}, ")).collect();
    let shape = if array.ndim() == 1 { extents.trim_end() } else { extents.trim_end_matches(", ") };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    // The data begin at a multiple of 64 bytes; from 2^16 bytes on, the header's length takes version 2.
    let long = header.len() + 64 > usize::from(u16::MAX);
    let prefix = MAGIC.len() + 2 + if long { 4 } else { 2 };
    let padding = 63 - (prefix + header.len()) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let mut bytes = MAGIC.to_vec();
    if long {
        bytes.extend([2, 0]);
        bytes.extend((header.len() as u32).to_le_bytes());
    } else {
        bytes.extend([1, 0]);
        bytes.extend((header.len() as u16).to_le_bytes());
    }
    bytes.extend(header.as_bytes());
    bytes.extend(bytes_of(array));
    bytes
}

/// An array from the bytes of a `.npy` file.
///
/// # Errors
/// If the bytes are not a whole file, or the elements are of a type that is none of ours.
pub fn npy_from_bytes(bytes: &[u8]) -> Result<Array, Error> {
    let cut = || Error::new("the .npy file ends in its header");
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| Error::new("this is not a .npy file"))?;
    let (&[major, _minor], rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
    let (length, rest) = match major {
        1 => rest.split_first_chunk::<2>().map(|(n, rest)| (usize::from(u16::from_le_bytes(*n)), rest)),
        2 | 3 => rest.split_first_chunk::<4>().map(|(n, rest)| (u32::from_le_bytes(*n) as usize, rest)),
        _ => return Err(Error::new(format!("version {major} of .npy is unknown"))),
    }
    .ok_or_else(cut)?;
    let (header, data) = rest.split_at_checked(length).ok_or_else(cut)?;
    let text = std::str::from_utf8(header).map_err(|e| Error::from_source("the header is not text", e))?;
    let header = Header::parse(text)?;
    header.array(data)
}

/// What the header's dictionary says.
struct Header<'a> {
    descr: &'a str,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Result<Header<'a>, Error> {
        let bad = || Error::new(format!("the .npy header is not understood: {}", shortened(text)));
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        let mut rest =
            text.trim().strip_prefix('{').and_then(|t| t.strip_suffix('}')).ok_or_else(bad)?.trim();
        while !rest.is_empty() {
            let (key, after) = quoted(rest).ok_or_else(bad)?;
            let value = after.trim_start().strip_prefix(':').ok_or_else(bad)?.trim_start();
            rest = match key {
                "descr" if value.starts_with('[') => {
                    return Err(Error::new("arrays of records have no dtype of ours"));
                }
                "descr" => {
                    let (value, after) = quoted(value).ok_or_else(bad)?;
                    descr = Some(value);
                    after
                }
                "fortran_order" => {
                    let (value, after) = value.split_at(value.find([',', ' ']).unwrap_or(value.len()));
                    fortran_order = Some(match value {
                        "True" => true,
                        "False" => false,
                        _ => return Err(bad()),
                    });
                    after
                }
                "shape" => {
                    let (inside, after) =
                        value.strip_prefix('(').and_then(|t| t.split_once(')')).ok_or_else(bad)?;
                    shape = Some(extents(inside).ok_or_else(bad)?);
                    after
                }
                _ => return Err(bad()),
            };
            rest = rest.trim_start();
            rest = rest.strip_prefix(',').or(rest.is_empty().then_some(rest)).ok_or_else(bad)?.trim_start();
        }
        let (Some(descr), Some(fortran_order), Some(shape)) = (descr, fortran_order, shape) else {
            return Err(bad());
        };
        Ok(Header { descr, fortran_order, shape })
    }

    fn array(&self, data: &[u8]) -> Result<Array, Error> {
        let unknown = || Error::new(format!("elements of type `{}` are none of ours", shortened(self.descr)));
        // Order, kind, bytes: `<f8`.
        let (order, kind) = self.descr.split_at_checked(1).ok_or_else(unknown)?;
        let big_endian = match order {
            "<" | "|" => false,
            ">" => true,
            "=" => cfg!(target_endian = "big"),
            _ => return Err(unknown()),
        };
        let widen = |size: usize, signed: bool| -> Result<Vec<u8>, Error> {
            let target = if size == 4 { 8 } else { 4 };
            let extended = |element: &[u8]| {
                let mut wide = element.to_vec();
                if big_endian {
                    wide.reverse()
                }
                let negative = signed && wide.last().is_some_and(|b| b & 0x80 != 0);
                wide.resize(target, if negative { 0xff } else { 0 });
                wide
            };
            self.check(data, size)?;
            Ok(data.chunks_exact(size).flat_map(extended).collect())
        };
        match kind {
            "f4" => self.ordered(data, DType::F32, big_endian),
            "f8" => self.ordered(data, DType::F64, big_endian),
            "i4" => self.ordered(data, DType::I32, big_endian),
            "i8" => self.ordered(data, DType::I64, big_endian),
            "b1" => self.ordered(data, DType::Bool, false),
            "c8" => self.ordered(data, DType::C64, big_endian),
            "c16" => self.ordered(data, DType::C128, big_endian),
            "i1" => self.ordered(&widen(1, true)?, DType::I32, false),
            "i2" => self.ordered(&widen(2, true)?, DType::I32, false),
            "u1" => self.ordered(&widen(1, false)?, DType::I32, false),
            "u2" => self.ordered(&widen(2, false)?, DType::I32, false),
            "u4" => self.ordered(&widen(4, false)?, DType::I64, false),
            _ => Err(unknown()),
        }
    }

    /// Whether the data are as many bytes as the shape takes.
    fn check(&self, data: &[u8], size: usize) -> Result<(), Error> {
        // Counted in the widest elements, so that widening stays in bounds.
        let count = byte_size(&self.shape, DType::C128).map(|n| n / 16);
        match count.and_then(|n| n.checked_mul(size)) {
            None => Err(Error::new(format!("the shape {:?} is too large", self.shape))),
            Some(want) if want == data.len() => Ok(()),
            Some(want) => {
                let have = data.len();
                Err(Error::new(format!(
                    "the shape {:?} takes {want} bytes of data, the file has {have}",
                    self.shape
                )))
            }
        }
    }

    /// The array of these elements, in row-major order.
    fn ordered(&self, data: &[u8], dtype: DType, big_endian: bool) -> Result<Array, Error> {
        self.check(data, dtype.size())?;
        if !self.fortran_order {
            return Ok(array_from_bytes(data, Shape::new(&self.shape), dtype, big_endian));
        }
        let reversed: Shape = self.shape.iter().rev().copied().collect();
        let axes: Dims = (0..reversed.rank()).rev().collect();
        let array = array_from_bytes(data, reversed, dtype, big_endian).permute_op(axes);
        array.eval();
        Ok(array)
    }
}

/// `'text' rest` or `"text" rest`.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text[1..].split_once(quote)
}

/// `3, 4` or `3,` or nothing; Python 2 wrote `3L`.
fn extents(text: &str) -> Option<Vec<usize>> {
    let text = text.trim();
    let text = text.strip_suffix(',').unwrap_or(text);
    if text.is_empty() {
        return Some(vec![]);
    }
    let extents: Option<Vec<usize>> =
        text.split(',').map(|n| n.trim().trim_end_matches('L').parse().ok()).collect();
    extents.filter(|e| e.len() <= 64)
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
