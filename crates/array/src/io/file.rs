//! Whole files: read at once, and replaced by a rename.

use super::Error;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub(super) fn read_file<T>(path: &Path, parse: impl FnOnce(&[u8]) -> Result<T, Error>) -> Result<T, Error> {
    let at = |e: Error| e.at("read", path);
    parse(&fs::read(path).map_err(|e| at(e.into()))?).map_err(at)
}

/// Writes a new file beside the old one and renames it, so that the file is at no time half written.
pub(super) fn write_file(path: &Path, bytes: Result<Vec<u8>, Error>) -> Result<(), Error> {
    bytes.and_then(|bytes| replace(path, &bytes)).map_err(|e| e.at("write", path))
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let (part, mut file) = Part::create(path)?;
    // The data are on the disk before the file gets its name, and the name before this returns.
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    part.rename(path)?;
    sync_folder(path);
    Ok(())
}

/// A temporary file beside the file to write, deleted unless it is renamed to that.
struct Part {
    path: PathBuf,
    renamed: bool,
}

impl Part {
    /// Creates a file whose name nobody else uses: it has the id of the process, and a count that the process
    /// uses once.
    fn create(path: &Path) -> Result<(Part, File), Error> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = path.file_name().ok_or_else(|| Error::new("this is not the name of a file"))?;
        loop {
            let mut name = name.to_owned();
            name.push(format!(".{}.{}.part", std::process::id(), COUNT.fetch_add(1, Relaxed)));
            let part = path.with_file_name(name);
            match File::options().write(true).create_new(true).open(&part) {
                Ok(file) => return Ok((Part { path: part, renamed: false }, file)),
                // Left by a process of the same id, or a process on another computer writes here.
                Err(e) if e.kind() == ErrorKind::AlreadyExists => continue,
                Err(e) => return Err(e.into()),
            }
        }
    }
    fn rename(mut self, path: &Path) -> Result<(), Error> {
        fs::rename(&self.path, path)?;
        self.renamed = true;
        Ok(())
    }
}
impl Drop for Part {
    fn drop(&mut self) {
        if !self.renamed {
            fs::remove_file(&self.path).ok();
        }
    }
}

/// Writes the folder entry of a file to the disk. Some systems have no way to ask for that; the file itself
/// is whole in any case.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix)
        && let Ok(folder) = File::open(folder)
    {
        folder.sync_all().ok();
    }
}
