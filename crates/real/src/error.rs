//! Errors in the text of a formula: a message and its place.

use std::fmt::{Display, Formatter, Result};

/// An error in the text of a formula, shown with its line and a mark under the place.
///
/// ```
/// let error = pullback_real::parse("x + sinn(y)").unwrap_err();
/// assert_eq!(error.column(), 5);
/// assert_eq!(
///     error.to_string(),
///     "unknown function `sinn`; did you mean `sin`? (column 5)\n  x + sinn(y)\n      ^"
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    message: String,
    line: usize,
    column: usize,
    excerpt: String,
    mark: usize,
}

impl Error {
    /// An error with `message` at the byte `at` of `text`.
    pub(crate) fn new(text: &str, at: usize, message: impl Into<String>) -> Error {
        // A long line is cut to so many characters before and after the place.
        const BEFORE: usize = 50;
        const AFTER: usize = 25;
        let (before, after) = text.split_at(at);
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        let column = before[start..].chars().count();
        let end = after.find('\n').map_or(text.len(), |i| at + i);
        let skipped = column.saturating_sub(BEFORE);
        let visible = |c: char| if c.is_control() || c.is_whitespace() { ' ' } else { c };
        let mut excerpt = String::from(if skipped > 0 { "…" } else { "" });
        let mark = excerpt.chars().count() + column - skipped;
        let mut rest = text[start..end].chars().skip(skipped);
        excerpt.extend(rest.by_ref().take(column - skipped + AFTER).map(visible));
        if rest.next().is_some() {
            excerpt.push('…');
        }
        let line = before.matches('\n').count() + 1;
        Error(Box::new(Inner { message: message.into(), line, column: column + 1, excerpt, mark }))
    }
    /// The message, in one sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.0.line
    }
    /// The column in that line, counted in characters from 1.
    pub fn column(&self) -> usize {
        self.0.column
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Inner { message, line, column, excerpt, mark } = &*self.0;
        let line = if *line == 1 { String::new() } else { format!("line {line}, ") };
        write!(f, "{message} ({line}column {column})\n  {}\n  {:mark$}^", excerpt.trim_end(), "")
    }
}

impl std::error::Error for Error {}
