//! A sparse matrix, in the forms that solvers take.

use super::pattern::Pattern;
use std::sync::Arc;

/// The entries of a sparse matrix, row by row (CSR): a shared pattern, and a value for each of its places.
#[derive(Clone, Debug)]
pub struct SparseMatrix {
    pattern: Arc<Pattern>,
    values: Vec<f64>,
}

/// A sparse matrix as three arrays: entry k lies at (row, `indices[k]`) for k in
/// `starts[row]..starts[row + 1]`, or with rows and columns exchanged. Stored by columns it is CSC, the form
/// that faer, SuiteSparse and nalgebra-sparse take.
#[derive(Clone, Debug, PartialEq)]
pub struct Compressed {
    /// Where each row (or column) begins, and where the last one ends.
    pub starts: Vec<usize>,
    /// The column (or row) of each entry, ascending within its row (or column).
    pub indices: Vec<usize>,
    /// The entries.
    pub values: Vec<f64>,
}

impl SparseMatrix {
    /// A matrix from its pattern, and its entries row by row.
    ///
    /// # Panics
    /// If there are not as many entries as places in the pattern.
    #[track_caller]
    pub fn new(pattern: Arc<Pattern>, values: Vec<f64>) -> SparseMatrix {
        assert!(
            pattern.len() == values.len(),
            "SparseMatrix::new: {} entries for {} places",
            values.len(),
            pattern.len()
        );
        SparseMatrix { pattern, values }
    }
    /// Its pattern.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }
    /// Its entries, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }
    /// (row, column, value) of every entry, row by row.
    ///
    /// ```
    /// use pullback_real::sparse::SparseJacobian;
    /// let j = SparseJacobian::new(|x| vec![x[0] * x[1], x[1] + 1.0], &[2.0, 3.0]).evaluate(&[2.0, 3.0]).unwrap();
    /// assert_eq!(j.triplets().collect::<Vec<_>>(), [(0, 0, 3.0), (0, 1, 2.0), (1, 1, 1.0)]);
    /// ```
    pub fn triplets(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        (0..self.pattern.rows()).flat_map(move |i| {
            self.pattern.range(i).map(move |k| (i, self.pattern.indices()[k] as usize, self.values[k]))
        })
    }
    /// The matrix compressed by rows (CSR).
    pub fn by_rows(&self) -> Compressed {
        let indices = self.pattern.indices().iter().map(|&j| j as usize).collect();
        Compressed { starts: self.pattern.starts().to_vec(), indices, values: self.values.clone() }
    }
    /// The matrix compressed by columns (CSC).
    pub fn by_columns(&self) -> Compressed {
        let (transposed, from) = self.pattern.transposed();
        let indices = transposed.indices().iter().map(|&i| i as usize).collect();
        let values = from.iter().map(|&k| self.values[k]).collect();
        Compressed { starts: transposed.starts().to_vec(), indices, values }
    }
    /// The dense matrix, zeros included, row by row.
    pub fn to_dense(&self) -> Vec<Vec<f64>> {
        let mut rows = vec![vec![0.0; self.pattern.columns()]; self.pattern.rows()];
        self.triplets().for_each(|(i, j, value)| rows[i][j] = value);
        rows
    }
    /// Its product with a vector.
    ///
    /// # Panics
    /// If the vector has not as many elements as there are columns.
    #[track_caller]
    pub fn times(&self, x: &[f64]) -> Vec<f64> {
        let n = self.pattern.columns();
        assert!(x.len() == n, "SparseMatrix::times: a matrix of {n} columns times a vector of {}", x.len());
        let mut y = vec![0.0; self.pattern.rows()];
        self.triplets().for_each(|(i, j, value)| y[i] += value * x[j]);
        y
    }
}
