//! Whether a record agrees.

pub enum Verdict {
    Pass,
    /// Passed, but a derivative is our choice and not the recorded one.
    ByConvention,
    Fail {
        what: String,
        /// It is within 1e-13 of the record.
        inaccuracy: bool,
    },
}
