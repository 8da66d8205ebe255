//! stub

/// Evaluation.
pub mod eval {
    /// Kernels.
    pub mod kernels {
        pub mod math;
    }
}
