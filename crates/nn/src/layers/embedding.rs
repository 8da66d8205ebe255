//! Vectors for integers.

use crate::init::normal;
use pullback_array::{Array, Key, Tree};
use pullback_real::Operation;

/// A table of vectors, looked up by integers.
///
/// ```
/// use pullback_array::{Array, Key};
/// use pullback_nn::Embedding;
/// let words = Embedding::new(1000, 16, &Key::new(0));
/// assert_eq!(words.forward(&Array::from([[1, 2, 3], [4, 5, 6]])).shape(), [2, 3, 16]);
/// ```
#[derive(Clone, Tree)]
pub struct Embedding {
    /// `[count, features]`.
    pub table: Array,
}

impl Embedding {
    /// Standard normal vectors.
    #[track_caller]
    pub fn new(count: usize, features: usize, key: &Key) -> Embedding {
        Embedding { table: normal(key, &[count, features], 1.0) }
    }
    /// Integers `[…]` → `[…, features]`.
    ///
    /// # Panics
    /// If the input is not of an integer dtype; on evaluation, if an integer is negative or not below the count.
    #[track_caller]
    pub fn forward(&self, index: &Array) -> Array {
        let _operation = Operation::named("Embedding");
        self.table.take_rows(index)
    }
}
