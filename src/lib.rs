//! Automatic differentiation for Rust.
#![forbid(unsafe_code)]
pub use pullback_nn as nn;
pub use pullback_real as real;

/// Arrays, transforms of functions of them, and trees.
pub mod array {
    #[doc(inline)]
    pub use pullback_array::*;
    /// The derive, which here names the crate `pullback`: it shadows the one in the line above.
    pub use pullback_derive::TreeInPullback as Tree;
}
