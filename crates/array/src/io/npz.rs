//! Many arrays as `.npz`: a zip file with a `.npy` for each name.

use super::file::{read_file, write_file};
use super::npy::Header;
use super::{Error, leaves_by_name, npy_to_bytes};
use crate::array::Array;
use crate::tree::Tree;
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The largest ratio of inflated to deflated bytes.
const MAX_RATIO: u64 = 1032;

/// All arrays of a `.npz` file by name.
///
/// # Errors
/// If the file cannot be read, is damaged, or has an array that cannot be [widened](crate::io) ([`read_each_npz`] gives the
/// others).
pub fn read_npz(path: impl AsRef<Path>) -> Result<BTreeMap<String, Array>, Error> {
    read_file(path.as_ref(), npz_from_bytes)
}

/// All arrays of an archive, with an error in the place of each whose elements cannot be read.
///
/// # Errors
/// If the file cannot be read or is damaged.
pub fn read_each_npz(path: impl AsRef<Path>) -> Result<BTreeMap<String, Result<Array, Error>>, Error> {
    read_file(path.as_ref(), each)
}

/// Writes the leaves of a tree to a `.npz` file, by their paths. Not compressed, like `numpy.savez`.
///
/// # Errors
/// If the file cannot be written, or two leaves have the same path.
pub fn write_npz<T: Tree + Clone>(path: impl AsRef<Path>, tree: &T) -> Result<(), Error> {
    write_file(path.as_ref(), npz_to_bytes(tree))
}

/// The bytes of a `.npz` file with the leaves of a tree.
///
/// ```
/// use pullback_array::{Array, io};
/// let bytes = io::npz_to_bytes(&vec![Array::from([1.0, 2.0]), Array::from(true)])?;
/// let arrays = io::npz_from_bytes(&bytes)?;
/// assert_eq!(arrays["0"].to_vec::<f64>(), [1.0, 2.0]);
/// # Ok::<(), io::Error>(())
/// ```
///
/// # Errors
/// If two leaves have the same path.
pub fn npz_to_bytes<T: Tree + Clone>(tree: &T) -> Result<Vec<u8>, Error> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    for (name, x) in leaves_by_name(tree)? {
        zip.start_file(format!("{name}.npy"), options).map_err(damaged)?;
        zip.write_all(&npy_to_bytes(&x))?;
    }
    Ok(zip.finish().map_err(damaged)?.into_inner())
}

/// All arrays in the bytes of a `.npz` file by name.
///
/// # Errors
/// As [`read_npz`].
pub fn npz_from_bytes(bytes: &[u8]) -> Result<BTreeMap<String, Array>, Error> {
    each(bytes)?.into_iter().map(|(name, x)| Ok((name, x?))).collect()
}

fn each(bytes: &[u8]) -> Result<BTreeMap<String, Result<Array, Error>>, Error> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    // Entries that share their data could inflate to far more than the file. Together they may not exceed the
    // largest ratio.
    let mut budget = MAX_RATIO * bytes.len() as u64;
    let mut arrays = BTreeMap::new();
    for i in 0..zip.len() {
        let mut entry = zip.by_index(i).map_err(damaged)?;
        let file = entry.name().map_err(damaged)?.into_owned();
        let name = file.strip_suffix(".npy").unwrap_or(&file).to_string();
        let size = entry.size();
        let array = read_entry(&mut entry, size, &mut budget)
            .map_err(|e| Error::from_source(format!("`{name}`: {e}"), e));
        if arrays.insert(name, array).is_some() {
            return Err(Error::new(format!("two arrays have the name `{file}`")));
        }
    }
    Ok(arrays)
}

/// The array of an entry of `size` bytes. The header comes first, and only the data that it asks for are
/// inflated.
fn read_entry(entry: &mut impl Read, size: u64, budget: &mut u64) -> Result<Array, Error> {
    let mut limited = entry.take(*budget);
    let header = Header::read(&mut limited);
    let before = *budget - limited.limit();
    *budget = limited.limit();
    let (header, rest) = (header?, size.checked_sub(before).filter(|rest| rest <= budget));
    let Some(rest) = rest else {
        return Err(Error::new("it is larger than what this file can hold"));
    };
    *budget -= rest;
    let want = header.bytes()?;
    if want as u64 != rest {
        // The error needs no data.
        return Err(header.misfit(want, rest));
    }
    let mut data = vec![];
    // The buffer grows with the inflated data, not with the size that the entry claims. The checksum is
    // verified at the end of the entry, so one more byte is asked for.
    limited.set_limit(rest + 1);
    limited.read_to_end(&mut data)?;
    header.array(&data)
}

fn damaged(e: zip::result::ZipError) -> Error {
    Error::from_source(format!("this is not a whole .npz file: {e}"), e)
}
