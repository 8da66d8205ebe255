//! A stack of vectors in a temporary file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Vectors of numbers on disk, last in first out. The file is removed when the stack is dropped.
///
/// ```
/// use pullback_real::chain::Disk;
/// let mut disk = Disk::new()?;
/// disk.push(&[1.0, 2.0])?;
/// disk.push(&[3.0])?;
/// assert_eq!(disk.pop()?, Some(vec![3.0]));
/// assert_eq!(disk.pop()?, Some(vec![1.0, 2.0]));
/// assert_eq!(disk.pop()?, None);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    pub(super) file: File,
    /// How many numbers each vector has.
    lengths: Vec<usize>,
    /// Where the next one begins, in bytes.
    end: u64,
}

impl Disk {
    /// An empty stack, in a new file in the folder for temporary files.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn new() -> io::Result<Disk> {
        Disk::in_folder(std::env::temp_dir())
    }
    /// An empty stack, in a new file in this folder.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn in_folder(folder: impl AsRef<Path>) -> io::Result<Disk> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let name = format!("pullback-states-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
            let path = folder.as_ref().join(name);
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Disk { path, file, lengths: vec![], end: 0 }),
                // The file was left by a killed process with the id of this one.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(about(&path, "made", e)),
            }
        }
    }
    /// How many vectors there are.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }
    /// Puts a vector on the stack.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn push(&mut self, x: &[f64]) -> io::Result<()> {
        let bytes: Vec<u8> = x.iter().flat_map(|x| x.to_le_bytes()).collect();
        let written = self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(&bytes));
        written.map_err(|e| about(&self.path, "written", e))?;
        self.lengths.push(x.len());
        self.end += bytes.len() as u64;
        Ok(())
    }
    /// Takes the last vector off the stack, if there is one.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn pop(&mut self) -> io::Result<Option<Vec<f64>>> {
        let Some(&n) = self.lengths.last() else { return Ok(None) };
        let mut bytes = vec![0; n * size_of::<f64>()];
        let start = self.end - bytes.len() as u64;
        let read = self.file.seek(SeekFrom::Start(start)).and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(|e| about(&self.path, "read", e))?;
        self.lengths.pop();
        self.end = start;
        let (words, _) = bytes.as_chunks::<8>();
        Ok(Some(words.iter().map(|b| f64::from_le_bytes(*b)).collect()))
    }
}

/// The error with the path and the failed operation in its message.
fn about(path: &Path, done: &str, e: io::Error) -> io::Error {
    io::Error::new(
        e.kind(),
        format!("chain::Disk: the file {} of states cannot be {done}: {e}", path.display()),
    )
}

impl Drop for Disk {
    fn drop(&mut self) {
        // It is no loss if someone else has removed the file already.
        let _ = std::fs::remove_file(&self.path);
    }
}
