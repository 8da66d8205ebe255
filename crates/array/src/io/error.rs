//! The error of reading and writing files: one opaque type with the file and the reason.

use std::fmt;
use std::path::{Path, PathBuf};

/// A file that could not be read or written, and why.
///
/// ```
/// let error = pullback_array::io::read_npy("no/such/file.npy").unwrap_err();
/// assert!(error.to_string().starts_with("cannot read no/such/file.npy: "));
/// ```
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    place: Option<(&'static str, PathBuf)>,
    reason: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(reason: impl Into<String>) -> Error {
        Error(Box::new(Inner { place: None, reason: reason.into(), source: None }))
    }
    /// An error caused by an error of another library.
    pub(crate) fn from_source(
        reason: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        Error(Box::new(Inner { place: None, reason: reason.into(), source: Some(source.into()) }))
    }
    /// The error with the action that failed, and its file.
    pub(crate) fn at(mut self, verb: &'static str, path: &Path) -> Error {
        self.0.place = Some((verb, path.to_owned()));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some((verb, path)) = &self.0.place {
            write!(f, "cannot {verb} {}: ", path.display())?
        }
        f.write_str(&self.0.reason)
    }
}
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|e| &**e as _)
    }
}
impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Error {
        Error::from_source(e.to_string(), e)
    }
}
