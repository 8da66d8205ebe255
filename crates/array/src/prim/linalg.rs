//! The operations of dense linear algebra, and the shapes of their results.

use crate::shape::Dims;
use smallvec::{SmallVec, smallvec};

/// Dense linear algebra on the last two axes of real or complex matrices, one result for each index of the axes before
/// them. A node has one result, so those of an operation are *packed*: each flattened, one after the other along a last
/// axis; if the matrices are complex all are. (In StableHLO the first two are operations, the others custom calls.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(not(feature = "linalg"), allow(dead_code))]
pub enum Linalg {
    /// Hermitian positive definite `a[n, n]`, of which the lower triangle is read → its lower factor `[n, n]`.
    Cholesky,
    /// Triangular `a[n, n]`, `b[n, k]` → the solution `[n, k]` of `a x = b`, or of `aᵀ x = b`.
    Triangular {
        /// Which triangle of `a` is read.
        lower: bool,
        /// Whether `aᵀ x = b` is meant.
        transposed: bool,
        /// Whether the diagonal is taken as ones, and not read.
        unit: bool,
    },
    /// `a[m, n]` → `L` below the diagonal and `U` on and above it `[m, n]`, the row of `a` at each row of `L U` `[m]`,
    /// the determinant of that permutation `[]`.
    Lu,
    /// `a[m, n]` with `m ≥ n` → `Q[m, n]`, `R[n, n]` with a diagonal ≥ 0.
    Qr,
    /// `a[m, n]` → `U[m, k]`, `s[k]` descending, `Vᴴ[k, n]`; or `s[k]` alone.
    Svd {
        /// Whether the singular vectors are wanted.
        vectors: bool,
    },
    /// Hermitian `a[n, n]`, of which the lower triangle is read → `w[n]` ascending, `V[n, n]`; or `w[n]` alone.
    Eigh {
        /// Whether the eigenvectors are wanted.
        vectors: bool,
    },
    /// `a[n, n]` → the real and the imaginary parts of its eigenvalues, `[n]` each, and those of its eigenvectors, `[n, n]` each.
    Eig,
    /// `a[n, n]` → its exponential `[n, n]`.
    Expm,
    /// `a[n, n]` → its principal square root `[n, n]`.
    Sqrtm,
    /// `a[m, m]`, `b[n, n]`, `q[m, n]` → the solution `[m, n]` of `a x + x b = q`.
    Sylvester,
    /// The diagonals `[lower + upper + 1, n]` of a band matrix, `b[n, k]` → the solution `[n, k]`. Row `upper + i − j`,
    /// column `j` of the diagonals is the matrix's element (i, j).
    Banded {
        /// Diagonals below the main one.
        lower: usize,
        /// Diagonals above the main one.
        upper: usize,
    },
}

impl Linalg {
    /// The name, as printed in graphs.
    pub fn name(self) -> &'static str {
        match self {
            Linalg::Cholesky => "cholesky",
            Linalg::Triangular { .. } => "solve_triangular",
            Linalg::Lu => "lu",
            Linalg::Qr => "qr",
            Linalg::Svd { .. } => "svd",
            Linalg::Eigh { .. } => "eigh",
            Linalg::Eig => "eig",
            Linalg::Expm => "expm",
            Linalg::Sqrtm => "sqrtm",
            Linalg::Sylvester => "solve_sylvester",
            Linalg::Banded { .. } => "solve_banded",
        }
    }
    /// The shapes of the results, from the last two extents of each argument.
    pub fn results(self, args: &[[usize; 2]]) -> SmallVec<[Dims; 3]> {
        let dims = Dims::from_slice;
        let [m, n] = args[0];
        let k = m.min(n);
        match self {
            Linalg::Cholesky | Linalg::Expm | Linalg::Sqrtm => smallvec![dims(&[n, n])],
            Linalg::Triangular { .. } | Linalg::Banded { .. } => smallvec![dims(&args[1])],
            Linalg::Lu => smallvec![dims(&[m, n]), dims(&[m]), dims(&[])],
            Linalg::Qr => smallvec![dims(&[m, n]), dims(&[n, n])],
            Linalg::Svd { vectors: true } => smallvec![dims(&[m, k]), dims(&[k]), dims(&[k, n])],
            Linalg::Svd { vectors: false } => smallvec![dims(&[k])],
            Linalg::Eigh { vectors: true } => smallvec![dims(&[n]), dims(&[n, n])],
            Linalg::Eigh { vectors: false } => smallvec![dims(&[n])],
            Linalg::Eig => smallvec![dims(&[n]), dims(&[n]), dims(&[n, n]), dims(&[n, n])],
            Linalg::Sylvester => smallvec![dims(&args[2])],
        }
    }
}
