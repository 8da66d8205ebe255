//! Triangular systems.

use super::{Sides, call_one, run, square, sum, t};
use crate::array::Array;
use crate::custom::Linear;
use crate::prim::Linalg;

/// Which triangle of a matrix a system is about, and how it is read.
///
/// ```
/// use pullback_array::linalg::Triangle;
/// let lt = Triangle::lower().transposed();
/// assert!(lt.lower && lt.transposed && !lt.unit_diagonal);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Triangle {
    /// Whether it is the lower triangle; the other one is not read.
    pub lower: bool,
    /// Whether the system is `aᵀ x = b`.
    pub transposed: bool,
    /// Whether the diagonal is taken as ones, and not read.
    pub unit_diagonal: bool,
}

impl Triangle {
    /// The lower triangle.
    pub const fn lower() -> Triangle {
        Triangle { lower: true, transposed: false, unit_diagonal: false }
    }
    /// The upper triangle.
    pub const fn upper() -> Triangle {
        Triangle { lower: false, ..Triangle::lower() }
    }
    /// The system of the transpose.
    pub const fn transposed(self) -> Triangle {
        Triangle { transposed: !self.transposed, ..self }
    }
    /// With ones on the diagonal.
    pub const fn unit_diagonal(self) -> Triangle {
        Triangle { unit_diagonal: true, ..self }
    }
    /// The triangle of `x`, with a zero diagonal if it is not read.
    #[track_caller]
    fn of(self, x: &Array) -> Array {
        let off = isize::from(self.unit_diagonal);
        if self.lower { x.tril(-off) } else { x.triu(off) }
    }
}

/// The solution of triangular systems `a x = b` (or `aᵀ x = b`; with `a.conj()` that is `aᴴ x = b`): `a[…, n, n]`, `b[n]`
/// or `b[…, n, k]`, leading axes broadcast. The other triangle of `a` is not read and gets a zero gradient. A zero on the diagonal gives NaN.
///
/// ```
/// use pullback_array::{Array, linalg::{Triangle, solve_triangular}};
/// let l = Array::from([[2.0, 7.0], [1.0, 4.0]]);
/// let x = solve_triangular(&l, &Array::from([2.0, 9.0]), Triangle::lower());
/// assert_eq!(x.to_vec::<f64>(), [1.0, 2.0]);
/// ```
///
/// # Panics
/// If the matrices are not square, the right-hand side does not fit, or the dtypes differ or are not floats or complex.
#[track_caller]
pub fn solve_triangular(a: &Array, b: &Array, which: Triangle) -> Array {
    let n = square("solve_triangular", a);
    let sides = Sides::new("solve_triangular", a, b, n);
    sides.solution(triangular(&sides.a, &sides.b, which))
}

/// Solutions of triangular systems whose leading axes are equal.
#[track_caller]
pub(super) fn triangular(a: &Array, b: &Array, which: Triangle) -> Array {
    let Triangle { lower, transposed, unit_diagonal: unit } = which;
    let pull = move |xs: &[Array], x: &Array, g: &Array| {
        let gb = triangular(&xs[0], g, which.transposed());
        let ga = if transposed { x.matmul(&t(&gb)) } else { gb.matmul(&t(x)) };
        vec![Some(-which.of(&ga)), Some(gb)]
    };
    let push = move |xs: &[Array], x: &Array, ts: Linear| {
        let da = ts[0].as_ref().map(|da| which.of(da));
        let moved = da.map(|da| -if transposed { t(&da) } else { da }.matmul(x));
        Some(triangular(&xs[0], &sum([ts[1].clone(), moved])?, which))
    };
    let op = Linalg::Triangular { lower, transposed, unit };
    call_one("solve_triangular", &[a, b], |xs| run(op, &[&xs[0], &xs[1]]).swap_remove(0), pull, push)
}
