//! Conversion of sparse matrices to those of other crates, which have solvers.

use super::matrix::{Compressed, SparseMatrix};

impl SparseMatrix {
    /// The matrix in the type of the crate faer, by columns (feature `faer`).
    ///
    /// ```
    /// use pullback_real::sparse::SparseJacobian;
    /// let j = SparseJacobian::new(|x| vec![x[0] * x[1], x[1] + 1.0], &[2.0, 3.0]).evaluate(&[2.0, 3.0]).unwrap();
    /// let m = j.to_faer();
    /// assert_eq!((m.nrows(), m.ncols(), m.compute_nnz()), (2, 2, 3));
    /// assert_eq!((m.get(0, 1), m.get(1, 0)), (Some(&2.0), None));
    /// ```
    #[cfg(feature = "faer")]
    pub fn to_faer(&self) -> faer::sparse::SparseColMat<usize, f64> {
        use faer::sparse::{SparseColMat, SymbolicSparseColMat};
        let Compressed { starts, indices, values } = self.by_columns();
        let (rows, columns) = (self.pattern().rows(), self.pattern().columns());
        SparseColMat::new(SymbolicSparseColMat::new_checked(rows, columns, starts, None, indices), values)
    }
    /// The matrix in the type of the crate nalgebra-sparse, by columns (feature `nalgebra`).
    ///
    /// ```
    /// use pullback_real::sparse::SparseJacobian;
    /// let j = SparseJacobian::new(|x| vec![x[0] * x[1], x[1] + 1.0], &[2.0, 3.0]).evaluate(&[2.0, 3.0]).unwrap();
    /// let m = j.to_nalgebra();
    /// assert_eq!((m.nrows(), m.ncols(), m.nnz()), (2, 2, 3));
    /// assert_eq!(m.triplet_iter().map(|(i, j, v)| (i, j, *v)).nth(1), Some((0, 1, 2.0)));
    /// ```
    #[cfg(feature = "nalgebra")]
    pub fn to_nalgebra(&self) -> nalgebra_sparse::CscMatrix<f64> {
        let Compressed { starts, indices, values } = self.by_columns();
        let (rows, columns) = (self.pattern().rows(), self.pattern().columns());
        nalgebra_sparse::CscMatrix::try_from_csc_data(rows, columns, starts, indices, values)
            .expect("lines are complete, indices ascend within them")
    }
    /// The matrix in the type of the crate nalgebra-sparse, by rows (feature `nalgebra`).
    ///
    /// ```
    /// use pullback_real::sparse::SparseJacobian;
    /// let j = SparseJacobian::new(|x| vec![x[0] * x[1], x[1] + 1.0], &[2.0, 3.0]).evaluate(&[2.0, 3.0]).unwrap();
    /// assert_eq!(j.to_nalgebra_rows().row(1).values(), [1.0]);
    /// ```
    #[cfg(feature = "nalgebra")]
    pub fn to_nalgebra_rows(&self) -> nalgebra_sparse::CsrMatrix<f64> {
        let Compressed { starts, indices, values } = self.by_rows();
        let (rows, columns) = (self.pattern().rows(), self.pattern().columns());
        nalgebra_sparse::CsrMatrix::try_from_csr_data(rows, columns, starts, indices, values)
            .expect("lines are complete, indices ascend within them")
    }
}
