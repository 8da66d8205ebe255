//! Linear systems: general ones, inverses, least squares.

use super::factor::{eliminated, rows};
use super::spectral::pinv;
use super::triangular::{Triangle, triangular};
use super::{Sides, call_one, lead, matrices, run, spread, square, sum, t};
use crate::array::Array;
use crate::custom::Linear;
use crate::prim::Linalg;

/// The solution of `a x = b` by LU factorisation with row exchanges: `a[…, n, n]`, `b[n]` or `b[…, n, k]`, leading axes
/// broadcast. `b` is a vector exactly if it has one axis, as in NumPy 2. A singular matrix gives NaN.
///
/// The matrix is factorised once for the value and all derivatives.
///
/// ```
/// use pullback_array::{Array, linalg::solve};
/// let x = solve(&Array::from([[0.0, 2.0], [1.0, 1.0]]), &Array::from([4.0, 5.0]));
/// assert_eq!(x.to_vec::<f64>(), [3.0, 2.0]);
/// ```
///
/// # Panics
/// If the matrices are not square, the right-hand side does not fit, or the dtypes differ or are not floats or complex.
#[track_caller]
pub fn solve(a: &Array, b: &Array) -> Array {
    let n = square("solve", a);
    let sides = Sides::new("solve", a, b, n);
    sides.solution(solve_with(&sides.a, &Factors::of(a).spread(&sides), &sides.b, false))
}

/// LU factors, as constants: what a solution costs is paid once, while its derivatives are those by the matrix.
pub(super) struct Factors {
    pub lu: Array,
    pub order: Array,
}

impl Factors {
    #[track_caller]
    pub fn of(a: &Array) -> Factors {
        let [lu, order, _] = eliminated(a);
        Factors { lu, order }
    }
    #[track_caller]
    fn spread(self, sides: &Sides) -> Factors {
        let lead = sides.lead();
        // A real matrix may have met a complex side.
        Factors { lu: spread(&self.lu.cast(sides.a.dtype()), &lead, 2), order: spread(&self.order, &lead, 1) }
    }
}

/// The solution of `a x = b` or `aᵀ x = b`, of which the factors are known; equal leading axes.
#[track_caller]
pub(super) fn solve_with(a: &Array, factors: &Factors, b: &Array, transposed: bool) -> Array {
    let again = |xs: &[Array], b: &Array, transposed: bool| {
        let factors = Factors { lu: xs[1].clone(), order: xs[2].clone() };
        solve_with(&xs[0], &factors, b, transposed)
    };
    let pull = move |xs: &[Array], x: &Array, g: &Array| {
        let gb = again(xs, g, !transposed);
        let ga = if transposed { x.matmul(&t(&gb)) } else { gb.matmul(&t(x)) };
        vec![Some(-ga), None, None, Some(gb)]
    };
    let push = move |xs: &[Array], x: &Array, ts: Linear| {
        let moved = ts[0].as_ref().map(|da| -if transposed { t(da) } else { da.clone() }.matmul(x));
        Some(again(xs, &sum([ts[3].clone(), moved])?, transposed))
    };
    let value = |xs: &[Array]| {
        let by = |b: &Array, lower: bool| {
            let op = Linalg::Triangular { lower, transposed, unit: lower };
            run(op, &[&xs[1], b]).swap_remove(0)
        };
        match transposed {
            false => by(&by(&rows(&xs[3], &xs[2]), true), false),
            true => rows(&by(&by(&xs[3], false), true), &xs[2].argsort(-1)),
        }
    };
    call_one("solve", &[a, &factors.lu, &factors.order, b], value, pull, push)
}

/// The solution of `l lᴴ x = b` from the lower factor `l` that [`cholesky`](super::cholesky) gives; `b` as for
/// [`solve_triangular`](crate::linalg::solve_triangular).
///
/// ```
/// use pullback_array::{Array, linalg::{cho_solve, cholesky}};
/// let l = cholesky(&Array::from([[4.0, 2.0], [2.0, 2.0]]));
/// assert_eq!(cho_solve(&l, &Array::from([8.0, 6.0])).to_vec::<f64>(), [1.0, 2.0]);
/// ```
///
/// # Panics
/// As [`solve_triangular`](crate::linalg::solve_triangular).
#[track_caller]
pub fn cho_solve(l: &Array, b: &Array) -> Array {
    let n = square("cho_solve", l);
    let sides = Sides::new("cho_solve", l, b, n);
    let y = triangular(&sides.a, &sides.b, Triangle::lower());
    sides.solution(triangular(&sides.a.conj(), &y, Triangle::lower().transposed()))
}

/// The inverse of square matrices; NaN for a singular one.
///
/// ```
/// use pullback_array::{Array, linalg::inv};
/// assert_eq!(inv(&Array::from([[2.0, 1.0], [1.0, 1.0]])).to_vec::<f64>(), [1.0, -1.0, -1.0, 2.0]);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn inv(a: &Array) -> Array {
    let n = square("inv", a);
    inverse(a, &Factors::of(a), n)
}

/// The inverse of a matrix of which the factors are known.
#[track_caller]
pub(super) fn inverse(a: &Array, factors: &Factors, n: usize) -> Array {
    let identity = spread(&Array::identity(n, a.dtype()), &lead(a, 2), 2);
    solve_with(a, factors, &identity, false)
}

/// The least-squares solution of `a x = b`, the shortest if there are several: `a[…, m, n]`, `b[m]` or `b[…, m, k]`,
/// leading axes broadcast. It is `pinv(a) b`: see [`pinv`] for what counts as zero and where it has derivatives.
///
/// ```
/// use pullback_array::{Array, Real, linalg::lstsq};
/// // A line through three points.
/// let a = Array::from([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]);
/// let x = lstsq(&a, &Array::from([1.0, 3.0, 5.0]));
/// assert!((x - Array::from([2.0, 1.0])).abs().max().item() < 1e-14);
/// ```
///
/// # Panics
/// If the right-hand side does not fit, or the dtypes differ or are not floats or complex.
#[track_caller]
pub fn lstsq(a: &Array, b: &Array) -> Array {
    let [m, _] = matrices("lstsq", a);
    let sides = Sides::new("lstsq", a, b, m);
    let p = spread(&pinv(a), &sides.lead(), 2);
    sides.solution(p.matmul(&sides.b))
}
