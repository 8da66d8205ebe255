//! One array as `.npy`, NumPy's own format
//! (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>): a magic, a header that is a Python
//! dictionary, the elements.

use super::Error;
use super::elements::{Stored, array_of, bytes_of};
use super::file::{read_file, write_file};
use crate::array::Array;
use crate::dtype::DType;
use crate::shape::{Dims, Shape};
use std::io::{ErrorKind, Read};
use std::path::Path;

const MAGIC: &[u8] = b"\x93NUMPY";

/// The longest header that is read, in bytes. The header of an array of this crate is far shorter.
const HEADER: usize = 1 << 20;

/// Reads an array from a `.npy` file of any version, byte order and memory order. Element types other than
/// the dtypes of this crate are [widened](crate::io).
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

/// The bytes of a `.npy` file of an array.
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
/// If the bytes are not a whole file, or the elements are of a type that is neither a dtype nor widened.
pub fn npy_from_bytes(mut bytes: &[u8]) -> Result<Array, Error> {
    Header::read(&mut bytes)?.array(bytes)
}

/// The entries of the header's dictionary.
pub(super) struct Header {
    stored: Stored,
    big_endian: bool,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    /// Reads everything in front of the elements.
    pub fn read(from: &mut impl Read) -> Result<Header, Error> {
        let magic = taken::<6>(from).map_err(|e| match e.kind() {
            ErrorKind::UnexpectedEof => Error::new("this is not a .npy file"),
            _ => e.into(),
        })?;
        if magic != MAGIC {
            return Err(Error::new("this is not a .npy file"));
        }
        let cut = |e: std::io::Error| match e.kind() {
            ErrorKind::UnexpectedEof => Error::new("the .npy file ends in its header"),
            _ => e.into(),
        };
        let [major, _minor] = taken(from).map_err(cut)?;
        let length = match major {
            1 => usize::from(u16::from_le_bytes(taken(from).map_err(cut)?)),
            2 | 3 => u32::from_le_bytes(taken(from).map_err(cut)?) as usize,
            _ => return Err(Error::new(format!("version {major} of .npy is unknown"))),
        };
        if length > HEADER {
            return Err(Error::new(format!("a .npy header of {length} bytes is too long")));
        }
        let mut header = vec![0; length];
        from.read_exact(&mut header).map_err(cut)?;
        let text =
            std::str::from_utf8(&header).map_err(|e| Error::from_source("the header is not text", e))?;
        Header::parse(text)
    }
    /// The number of bytes of elements that the header announces.
    pub fn bytes(&self) -> Result<usize, Error> {
        let bytes = self.stored.bytes(&self.shape);
        bytes.ok_or_else(|| Error::new(format!("the shape {:?} is too large", self.shape)))
    }

    /// The error if the elements take `want` bytes, but the file has `have`.
    pub fn misfit(&self, want: usize, have: u64) -> Error {
        let shape = &self.shape;
        Error::new(format!("the shape {shape:?} takes {want} bytes of data, the file has {have}"))
    }

    fn parse(text: &str) -> Result<Header, Error> {
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
        let (stored, big_endian) = stored(descr)?;
        Ok(Header { stored, big_endian, fortran_order, shape })
    }

    /// The array of these elements, in row-major order.
    pub fn array(&self, data: &[u8]) -> Result<Array, Error> {
        let want = self.bytes()?;
        if want != data.len() {
            return Err(self.misfit(want, data.len() as u64));
        }
        if !self.fortran_order {
            return array_of(data, Shape::new(&self.shape), self.stored, self.big_endian);
        }
        let reversed: Shape = self.shape.iter().rev().copied().collect();
        let axes: Dims = (0..reversed.rank()).rev().collect();
        let array = array_of(data, reversed, self.stored, self.big_endian)?.permute_op(axes);
        array.eval();
        Ok(array)
    }
}

fn taken<const N: usize>(from: &mut impl Read) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The element type that byte order, kind and size stand for, as in `<f8`, and whether the order is
/// big-endian.
fn stored(descr: &str) -> Result<(Stored, bool), Error> {
    let unknown = || Error::new(format!("elements of type `{}` are none of ours", shortened(descr)));
    let (order, kind) = descr.split_at_checked(1).ok_or_else(unknown)?;
    let big_endian = match order {
        "<" | "|" => false,
        ">" => true,
        "=" => cfg!(target_endian = "big"),
        _ => return Err(unknown()),
    };
    let stored = match kind {
        "f4" => Stored::Is(DType::F32),
        "f8" => Stored::Is(DType::F64),
        "i4" => Stored::Is(DType::I32),
        "i8" => Stored::Is(DType::I64),
        "b1" => Stored::Is(DType::Bool),
        "c8" => Stored::Is(DType::C64),
        "c16" => Stored::Is(DType::C128),
        "f2" => Stored::F16,
        "i1" => Stored::I8,
        "i2" => Stored::I16,
        "u1" => Stored::U8,
        "u2" => Stored::U16,
        "u4" => Stored::U32,
        "u8" => Stored::U64,
        _ => return Err(unknown()),
    };
    Ok((stored, big_endian))
}

/// Splits `'text' rest` or `"text" rest`.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    text[1..].split_once(quote)
}

/// Parses extents: `3, 4` or `3,` or nothing; Python 2 wrote `3L`.
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
