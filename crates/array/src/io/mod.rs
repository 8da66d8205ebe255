//! Files of arrays: whole trees as safetensors, single arrays as `.npy`, many as `.npz` (feature `npz`).
//!
//! What is read is never trusted: a truncated or hostile file gives an [`Error`], never a panic, an allocation much
//! larger than the file, or a tree of which only a part is new.
//!
//! ```
//! use pullback_array::{Array, Tree, io};
//! #[derive(Clone, Tree)]
//! struct Line { slope: Array, offset: Array }
//! # fn main() -> Result<(), io::Error> {
//! let file = std::env::temp_dir().join("pullback_line.safetensors");
//! io::save(&file, &Line { slope: Array::from(2.0), offset: Array::from(1.0) })?;
//!
//! let mut line = Line { slope: Array::from(0.0), offset: Array::from(0.0) };
//! io::load(&file, &mut line)?;
//! assert_eq!((line.slope.item(), line.offset.item()), (2.0, 1.0));
//! # std::fs::remove_file(file).ok();
//! # Ok(())
//! # }
//! ```

mod error;
mod npy;
#[cfg(feature = "npz")]
mod npz;
mod tensors;

pub use error::Error;
pub use npy::{npy_from_bytes, npy_to_bytes, read_npy, write_npy};
#[cfg(feature = "npz")]
pub use npz::{npz_from_bytes, npz_to_bytes, read_npz, write_npz};
pub use tensors::{from_bytes, load, read_all, save, to_bytes};

use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::shape::Shape;
use crate::tree::{Tree, named_leaves};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The bytes a shape and dtype take, if they can be addressed at all. Axes of extent 0 count as 1, so that the other
/// extents stay in bounds too.
fn byte_size(shape: &[usize], dtype: DType) -> Option<usize> {
    let padded = shape.iter().try_fold(dtype.size(), |n, &d| n.checked_mul(d.max(1)));
    padded.filter(|&n| n <= isize::MAX as usize)?;
    Some(shape.iter().product::<usize>() * dtype.size())
}

/// An array from bytes in the order of a little-endian machine, or of a big-endian one.
fn array_from_bytes(bytes: &[u8], shape: Shape, dtype: DType, big_endian: bool) -> Array {
    let mut buffer = Buffer::dirty(shape.size(), dtype);
    buffer.bytes_mut().copy_from_slice(bytes);
    if big_endian != cfg!(target_endian = "big") {
        buffer.bytes_mut().chunks_exact_mut(dtype.real().size()).for_each(<[u8]>::reverse)
    }
    if dtype == DType::Bool {
        buffer.bytes_mut().iter_mut().for_each(|b| *b = u8::from(*b != 0))
    }
    Array::leaf(buffer, shape)
}

/// The elements of an array in little-endian bytes.
fn bytes_of(array: &Array) -> Vec<u8> {
    let mut bytes = array.value().bytes().to_vec();
    if cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(array.dtype().size()).for_each(<[u8]>::reverse)
    }
    bytes
}

/// The leaves of a tree by path, computed together.
fn leaves_by_name<T: Tree + Clone>(tree: &T) -> Result<BTreeMap<String, Array>, Error> {
    let named = named_leaves(tree);
    crate::eval(&named.iter().map(|(_, x)| x).collect::<Vec<_>>());
    let mut by_name = BTreeMap::new();
    for (name, x) in named {
        if by_name.insert(name.clone(), x).is_some() {
            return Err(Error::new(format!("two leaves of the tree have the path `{name}`")));
        }
    }
    Ok(by_name)
}

fn read_file<T>(path: &Path, parse: impl FnOnce(&[u8]) -> Result<T, Error>) -> Result<T, Error> {
    let at = |e: Error| e.at("read", path);
    parse(&fs::read(path).map_err(|e| at(e.into()))?).map_err(at)
}

/// Writes beside the file and renames, so that the file is at no time half written.
fn write_file(path: &Path, bytes: Result<Vec<u8>, Error>) -> Result<(), Error> {
    let write = |bytes: Vec<u8>| -> Result<(), Error> {
        let mut name =
            path.file_name().ok_or_else(|| Error::new("this is not the name of a file"))?.to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        fs::write(&part, bytes).and_then(|()| fs::rename(&part, path)).map_err(|e| {
            fs::remove_file(&part).ok();
            e.into()
        })
    };
    bytes.and_then(write).map_err(|e| e.at("write", path))
}
