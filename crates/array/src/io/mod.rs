//! Files of arrays: whole trees as safetensors, single arrays as `.npy`, many as `.npz` (feature `npz`).
//!
//! Files are not trusted: a truncated or hostile file gives an [`Error`], never a panic, an allocation much
//! larger than the file, or a tree of which only a part is new.
//!
//! Element types other than the dtypes of this crate are widened: `f16` and `bf16` to `f32`, integers of 8
//! and 16 bits to `i32`, `u32` and `u64` to `i64` (a number above `i64::MAX` is an error). [`read_each`]
//! gives the readable arrays of a file that holds still other types.
//!
//! A file is written beside its name, as `NAME.PROCESS.NUMBER.part`, and then renamed. Any reader of the
//! name, in any thread or process, finds the whole old file or the whole new one, also after a crash. If
//! several threads or processes save one name at once, the last one stays. A `.part` file whose process does
//! not run was left by a process that was killed, and may be deleted.
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

mod elements;
mod error;
mod file;
mod npy;
#[cfg(feature = "npz")]
mod npz;
mod tensors;

pub use error::Error;
pub use npy::{npy_from_bytes, npy_to_bytes, read_npy, write_npy};
#[cfg(feature = "npz")]
pub use npz::{npz_from_bytes, npz_to_bytes, read_each_npz, read_npz, write_npz};
pub use tensors::{from_bytes, load, read_all, read_each, save, to_bytes};

use crate::array::Array;
use crate::tree::{Tree, named_leaves};
use std::collections::BTreeMap;

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
