//! Compares pullback with files of reference values: outputs, pullbacks, pushforwards and second derivatives.
#![forbid(unsafe_code)]

mod attrs;
pub mod catalogue;
mod convention;
mod places;
mod record;
mod scalar;
mod table;
mod verdict;

use pullback_array::DType;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use verdict::Verdict;

/// What came of some files.
#[derive(Default)]
pub struct Summary {
    /// Records that agree.
    pub passed: usize,
    /// Records that do not.
    pub failed: usize,
    /// Of those that agree, how many by a choice of our own.
    pub judged: usize,
    /// Of those that do not, how many are within 1e-13.
    pub inaccurate: usize,
    /// A line for each record that does not agree.
    pub failures: String,
    /// Passed and failed by operation.
    counts: BTreeMap<String, [usize; 2]>,
}

impl Summary {
    /// Checks the records of a file, one a line; `name` is the file's.
    ///
    /// What panics is a failure of its record.
    pub fn file(&mut self, name: &str, text: &str, dtype: DType) {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let Ok(json) = serde_json::from_str::<serde_json::Value>(line) else {
                let _ = writeln!(self.failures, "{name}:{}: not JSON", number + 1);
                self.failed += 1;
                continue;
            };
            let (op, verdict) = record::check(&json, dtype);
            let row = self.counts.entry(op).or_default();
            match verdict {
                Verdict::Pass => self.passed += 1,
                Verdict::ByConvention => (self.passed, self.judged) = (self.passed + 1, self.judged + 1),
                Verdict::Fail { what, inaccuracy } => {
                    self.failed += 1;
                    self.inaccurate += usize::from(inaccuracy);
                    row[1] += 1;
                    let id = json["id"].as_str().unwrap_or("?");
                    let note = if inaccuracy { " (inaccuracy)" } else { "" };
                    let _ = writeln!(self.failures, "{id} {what}{note}");
                    continue;
                }
            }
            row[0] += 1
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(f, "{}\n{:<28}{:>8}{:>8}", self.failures, "operation", "passed", "failed")?;
        for (op, [passed, failed]) in &self.counts {
            writeln!(f, "{op:<28}{passed:>8}{failed:>8}")?
        }
        let (judged, inaccurate) = (self.judged, self.inaccurate);
        writeln!(
            f,
            "\n{judged} judged by our own convention at points without a derivative, {inaccurate} inaccuracies"
        )?;
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}
