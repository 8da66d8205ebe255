//! Trees as safetensors (<https://github.com/huggingface/safetensors>): a JSON header of names, dtypes and shapes,
//! then the data. A leaf's name is its path in the tree.

use super::elements::{Stored, array_of, bytes_of};
use super::file::{read_file, write_file};
use super::{Error, leaves_by_name};
use crate::array::Array;
use crate::dtype::DType;
use crate::shape::Shape;
use crate::tree::{Path as Place, Tree};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors, serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Writes a tree to a safetensors file.
///
/// # Errors
/// If the file cannot be written, two leaves have the same path, or one is `c128`, which the format lacks. A
/// file that was there stays whole in each case.
pub fn save<T: Tree + Clone>(path: impl AsRef<Path>, tree: &T) -> Result<(), Error> {
    write_file(path.as_ref(), to_bytes(tree))
}

/// Replaces every leaf of a tree by the array of its path in a safetensors file. Element types other than the
/// dtypes of this crate are [widened](crate::io): a leaf of `f32` takes numbers of half precision.
///
/// # Errors
/// If the file cannot be read or is damaged; or if it lacks a leaf of the tree, has an additional array, or
/// an array of another shape or dtype. The error names each of them, and the tree is unchanged.
pub fn load<T: Tree>(path: impl AsRef<Path>, tree: &mut T) -> Result<(), Error> {
    read_file(path.as_ref(), |bytes| from_bytes(bytes, tree))
}

/// All arrays of a safetensors file by name, for files of unknown contents. Element types other than the
/// dtypes of this crate are [widened](crate::io).
///
/// # Errors
/// If the file cannot be read, is damaged, or has an array that cannot be widened ([`read_each`] gives the others).
pub fn read_all(path: impl AsRef<Path>) -> Result<BTreeMap<String, Array>, Error> {
    read_file(path.as_ref(), |bytes| each(bytes)?.into_iter().map(|(name, x)| Ok((name, x?))).collect())
}

/// All arrays of a file by name, with an error in the place of each that cannot be read: its elements are of
/// a type that is neither a dtype nor widened, as floats of 4 to 8 bits, or it has a number above `i64::MAX`.
///
/// ```
/// use pullback_array::{Array, io};
/// # let file = std::env::temp_dir().join(format!("pullback_each_{}.safetensors", std::process::id()));
/// let header = r#"{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]},
///     "b":{"dtype":"BF16","shape":[2],"data_offsets":[1,5]}}"#;
/// let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0x38, 0x80, 0x3f, 0x00, 0xc0]].concat();
/// std::fs::write(&file, bytes)?;
/// let arrays = io::read_each(&file)?;
/// assert_eq!(arrays["b"].as_ref().unwrap().to_vec::<f32>(), [1.0, -2.0]);
/// assert!(arrays["a"].is_err());
/// # std::fs::remove_file(file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If the file cannot be read or is damaged.
pub fn read_each(path: impl AsRef<Path>) -> Result<BTreeMap<String, Result<Array, Error>>, Error> {
    read_file(path.as_ref(), each)
}
fn each(bytes: &[u8]) -> Result<BTreeMap<String, Result<Array, Error>>, Error> {
    let file = open(bytes)?;
    Ok(file.iter().map(|(name, view)| (name.to_string(), array(name, &view))).collect())
}

/// The bytes of a safetensors file with the leaves of a tree.
///
/// # Errors
/// If two leaves have the same path, or one is `c128`, which the format lacks.
pub fn to_bytes<T: Tree + Clone>(tree: &T) -> Result<Vec<u8>, Error> {
    let leaves = leaves_by_name(tree)?;
    if leaves.contains_key("__metadata__") {
        return Err(Error::new("`__metadata__` is not a name for an array: the format uses it"));
    }
    let data: Vec<Vec<u8>> = leaves.values().map(bytes_of).collect();
    let mut views = vec![];
    for ((name, x), bytes) in leaves.iter().zip(data.iter().map(Vec::as_slice)) {
        let Some(dtype) = dtype_of(x.dtype()) else {
            return Err(Error::new(format!(
                "`{name}` is {}, which safetensors do not hold: save its .real() and .imag(), or .cast(DType::C64)",
                x.dtype()
            )));
        };
        let view = TensorView::new(dtype, x.shape().to_vec(), bytes);
        views.push((name.clone(), view.map_err(|e| Error::from_source(e.to_string(), e))?))
    }
    serialize(views, None).map_err(|e| Error::from_source(e.to_string(), e))
}

/// Replaces every leaf of a tree from the bytes of a safetensors file.
///
/// ```
/// use pullback_array::{Array, io};
/// let bytes = io::to_bytes(&vec![Array::from([1.0, 2.0])])?;
/// let mut tree = vec![Array::from([0.0, 0.0])];
/// io::from_bytes(&bytes, &mut tree)?;
/// assert_eq!(tree[0].to_vec::<f64>(), [1.0, 2.0]);
///
/// let mut other = vec![Array::from([0.0])];
/// let error = io::from_bytes(&bytes, &mut other).unwrap_err();
/// assert_eq!(error.to_string(), "the file does not fit the tree: `0` is [2] f64 in the file and [1] f64 in the tree");
/// # Ok::<(), io::Error>(())
/// ```
///
/// # Errors
/// As [`load`].
pub fn from_bytes<T: Tree>(bytes: &[u8], tree: &mut T) -> Result<(), Error> {
    let file = open(bytes)?;
    let mut views: BTreeMap<&str, TensorView> = file.iter().collect();
    let (mut arrays, mut faults) = (vec![], vec![]);
    tree.visit(&Place::Root, &mut |place, x| {
        let name = place.to_string();
        match views.remove(&name[..]).map(|view| array(&name, &view)) {
            None => faults.push(format!("`{name}` is missing")),
            Some(Err(e)) => faults.push(e.to_string()),
            Some(Ok(y)) if y.shape() != x.shape() || y.dtype() != x.dtype() => {
                let say = |x: &Array| format!("{:?} {}", x.shape(), x.dtype());
                faults.push(format!("`{name}` is {} in the file and {} in the tree", say(&y), say(x)))
            }
            Some(Ok(y)) => arrays.push(y),
        }
    });
    faults.extend(views.keys().map(|name| format!("`{name}` is not in the tree")));
    if !faults.is_empty() {
        return Err(Error::new(format!("the file does not fit the tree: {}", faults.join("; "))));
    }
    // Everything has been read and fits: only now does the tree change.
    let mut arrays = arrays.into_iter();
    tree.visit(&Place::Root, &mut |_, x| *x = arrays.next().unwrap_or_else(|| x.clone()));
    Ok(())
}

fn open(bytes: &[u8]) -> Result<SafeTensors<'_>, Error> {
    SafeTensors::deserialize(bytes)
        .map_err(|e| Error::from_source(format!("this is not a whole safetensors file: {e}"), e))
}

fn array(name: &str, view: &TensorView) -> Result<Array, Error> {
    let Some(stored) = stored_of(view.dtype()) else {
        return Err(Error::new(format!(
            "`{name}` has elements of type {:?}, which is none of ours",
            view.dtype()
        )));
    };
    if stored.bytes(view.shape()) != Some(view.data().len()) {
        return Err(Error::new(format!("`{name}` has an impossible shape {:?}", view.shape())));
    }
    array_of(view.data(), Shape::new(view.shape()), stored, false)
        .map_err(|e| Error::from_source(format!("`{name}`: {e}"), e))
}

/// The format's name for a dtype; it has none for `c128`.
fn dtype_of(dtype: DType) -> Option<Dtype> {
    Some(match dtype {
        DType::F32 => Dtype::F32,
        DType::F64 => Dtype::F64,
        DType::I32 => Dtype::I32,
        DType::I64 => Dtype::I64,
        DType::Bool => Dtype::BOOL,
        DType::C64 => Dtype::C64,
        DType::C128 => return None,
    })
}
/// The element type that a name of the format stands for; `None` if that is not read.
fn stored_of(dtype: Dtype) -> Option<Stored> {
    let ours = DType::ALL.into_iter().find(|&d| dtype_of(d) == Some(dtype)).map(Stored::Is);
    ours.or(match dtype {
        Dtype::F16 => Some(Stored::F16),
        Dtype::BF16 => Some(Stored::BF16),
        Dtype::I8 => Some(Stored::I8),
        Dtype::I16 => Some(Stored::I16),
        Dtype::U8 => Some(Stored::U8),
        Dtype::U16 => Some(Stored::U16),
        Dtype::U32 => Some(Stored::U32),
        Dtype::U64 => Some(Stored::U64),
        _ => None,
    })
}
