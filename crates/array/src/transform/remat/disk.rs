//! Arrays in a temporary file, read as often as asked.

use crate::array::Array;
use crate::buffer::Buffer;
use crate::dtype::DType;
use crate::shape::Shape;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Arrays on disk, one after the other. The file is removed when it is dropped.
pub(super) struct Spill {
    path: PathBuf,
    file: Mutex<File>,
    arrays: Vec<(Shape, DType, &'static Location<'static>)>,
}

impl Spill {
    /// Writes arrays to a new file in this folder.
    ///
    /// # Panics
    /// If it cannot be written.
    #[track_caller]
    pub fn new(folder: &Path, arrays: &[Array]) -> Spill {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("pullback-kept-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = folder.join(name);
        let failed = |path: &Path, e: io::Error| -> ! {
            panic!("checkpoint: what is kept cannot be written to {}: {e}", path.display())
        };
        let opened = OpenOptions::new().read(true).write(true).create_new(true).open(&path);
        let file = opened.unwrap_or_else(|e| failed(&path, e));
        let kinds = arrays.iter().map(|x| (x.0.shape.clone(), x.dtype(), x.at())).collect();
        // From here on the file is removed whatever happens.
        let mut spill = Spill { path, file: Mutex::new(file), arrays: kinds };
        let file = spill.file.get_mut().unwrap_or_else(|e| e.into_inner());
        let written = arrays.iter().try_for_each(|x| file.write_all(x.value().bytes()));
        if let Err(e) = written {
            failed(&spill.path, e)
        }
        spill
    }
    /// The arrays, as new data.
    ///
    /// # Panics
    /// If the file cannot be read.
    #[track_caller]
    pub fn read(&self) -> Vec<Array> {
        let mut file = self.file.lock().unwrap_or_else(|e| e.into_inner());
        let mut read = || -> io::Result<Vec<Array>> {
            file.seek(SeekFrom::Start(0))?;
            let one = |(shape, dtype, at): &(Shape, DType, &'static Location<'static>)| {
                let mut buffer = Buffer::dirty(shape.size(), *dtype);
                file.read_exact(buffer.bytes_mut())?;
                Ok(Array::data(buffer.into(), shape.clone(), at))
            };
            self.arrays.iter().map(one).collect()
        };
        read().unwrap_or_else(|e| {
            panic!("checkpoint: what was kept cannot be read from {}: {e}", self.path.display())
        })
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        // A file that someone else removed already is no loss.
        let _ = std::fs::remove_file(&self.path);
    }
}
