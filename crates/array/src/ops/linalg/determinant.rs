//! Determinants. The derivative of a determinant is the matrix of cofactors, which is a polynomial of the elements and so
//! exists at singular matrices too: it is computed from the singular value decomposition, without division by small
//! numbers.

use super::factor::eliminated;
use super::solve::{Factors, inverse};
use super::{
    call, call_one, column, diagonal, diagonal_matrix, h, inv, on_diagonal, row, run, square, sum, t, unit,
};
use crate::array::Array;
use crate::custom::Linear;
use crate::dtype::DType;
use crate::ops::where_;
use crate::prim::Linalg;
use crate::transform::vjp;
use pullback_real::Real;

/// The determinant of square matrices, 1 of those without rows.
///
/// First and second derivatives are exact at every matrix, singular ones included; higher ones at regular matrices, and
/// NaN at singular ones.
///
/// ```
/// use pullback_array::{Array, grad, linalg::det};
/// let singular = Array::from([[1.0, 0.0], [0.0, 0.0]]);
/// assert_eq!(det(&singular).item(), 0.0);
/// assert_eq!(grad(det)(&singular).to_vec::<f64>(), [0.0, 0.0, 0.0, 1.0]);
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn det(a: &Array) -> Array {
    square("det", a);
    let pull = |xs: &[Array], _: &Array, g: &Array| vec![Some(column(&column(g)) * cofactors(&xs[0]))];
    let push = |xs: &[Array], _: &Array, da: Linear| Some(inner(&cofactors(&xs[0]), da[0].as_ref()?));
    let value = |xs: &[Array]| {
        let [lu, _, parity] = eliminated(&xs[0]);
        parity * diagonal(&lu).prod_axis(-1)
    };
    call_one("det", &[a], value, pull, push)
}

/// The sign of the determinant (−1, 0 or 1, without a derivative) and the logarithm of its absolute value (−∞ if it is
/// zero, where the derivative is NaN) of square matrices. Of complex matrices the sign is the complex number of modulus 1
/// (or 0) in the determinant's direction, which has a derivative; the logarithm is real.
///
/// ```
/// use pullback_array::{Array, linalg::slogdet};
/// let (sign, log) = slogdet(&Array::from([[0.0, 1.0], [1.0, 0.0]]));
/// assert_eq!((sign.item(), log.item()), (-1.0, 0.0));
/// ```
///
/// # Panics
/// If the matrices are not square or not of floats or complex numbers.
#[track_caller]
pub fn slogdet(a: &Array) -> (Array, Array) {
    let n = square("slogdet", a);
    let [lu, order, parity] = eliminated(a);
    let pivots = diagonal(&lu);
    let transposed =
        move |xs: &[Array]| t(&inverse(&xs[0], &Factors { lu: xs[1].clone(), order: xs[2].clone() }, n));
    // The logarithm of the determinant moves by tr(A⁻¹ dA): with the real part the modulus, with the other the angle.
    let pull = move |xs: &[Array], ys: &[Array], gs: Linear| {
        let turned = gs[0].as_ref().filter(|g| g.dtype().is_complex()).map(|g| (g * &ys[0]).imag());
        let g = match (&gs[1], turned) {
            (Some(g), Some(im)) => Some(Array::complex(g, im)),
            (None, Some(im)) => Some(Array::complex(im.zeros_like(), im)),
            (g, None) => g.clone(),
        };
        vec![g.map(|g| column(&column(&g)) * transposed(xs)), None, None]
    };
    let push = move |xs: &[Array], ys: &[Array], da: Linear| {
        let Some(da) = &da[0] else { return vec![None, None] };
        let moved = inner(&transposed(xs), da);
        let turned = moved.dtype().is_complex().then(|| {
            let im = moved.imag();
            &ys[0] * Array::complex(im.zeros_like(), im)
        });
        vec![turned, Some(moved.real())]
    };
    let value = vec![parity * unit(&pivots).prod_axis(-1), pivots.abs().ln().sum_axis(-1)];
    let mut results = call("slogdet", &[a, &lu, &order], |_| value, pull, push).into_iter();
    let mut next = || results.next().expect("two results");
    (next(), next())
}

/// The sum of products of elements, for each matrix.
#[track_caller]
fn inner(x: &Array, y: &Array) -> Array {
    (x * y).sum_axis([-2, -1])
}

/// A matrix as U diag(s) Vᴴ, and det U det Vᴴ: all constants.
struct Singular {
    u: Array,
    s: Array,
    vt: Array,
    sign: Array,
}

impl Singular {
    #[track_caller]
    fn of(a: &Array) -> Singular {
        let [u, s, vt] = <[Array; 3]>::try_from(run(Linalg::Svd { vectors: true }, &[&a.stop_gradient()]))
            .unwrap_or_else(|_| unreachable!("three results"));
        let sign = |x: &Array| {
            let [lu, _, parity] = eliminated(x);
            parity * unit(&diagonal(&lu)).prod_axis(-1)
        };
        let sign = column(&column(&(sign(&u) * sign(&vt))));
        Singular { u, s: s.real(), vt, sign }
    }
    /// The products of all singular values but one.
    #[track_caller]
    fn without_one(&self) -> Array {
        let n = self.s.shape()[self.s.ndim() - 1];
        where_(&on_diagonal(n), 1.0, row(&self.s)).prod_axis(-1)
    }
    /// The products of all singular values but two, with a zero diagonal.
    #[track_caller]
    fn without_two(&self) -> Array {
        let (r, n) = (self.s.ndim(), self.s.shape()[self.s.ndim() - 1]);
        if n < 2 {
            return diagonal_matrix(&self.s.zeros_like());
        }
        // Of the product without the smaller one the larger is divided out. If it is zero, the smaller is too, and both
        // are the last two, whose product is taken by itself, or there are three zeros.
        let one = self.without_one();
        let larger = column(&self.s).maximum(row(&self.s));
        let regular = larger.greater(0.0);
        let quotient = column(&one).maximum(row(&one)) / where_(&regular, larger, 1.0);
        let rest = column(&column(&self.s.narrow(r - 1, 0, n - 2).prod_axis(-1)));
        let at = Array::range(n, DType::I64);
        let last_two = (column(&at) + row(&at)).equal((2 * n) as f64 - 3.0);
        let products = where_(&last_two, rest, where_(&regular, quotient, 0.0));
        where_(&on_diagonal(n), 0.0, products)
    }
    /// Back from the singular vectors' basis, in which the matrix was Uᴴ A V: the transpose of that.
    #[track_caller]
    fn back(&self, x: &Array) -> Array {
        &self.sign * self.u.conj().matmul(x).matmul(&self.vt.conj())
    }
}

/// The matrix of cofactors: the gradient of the determinant.
#[track_caller]
fn cofactors(a: &Array) -> Array {
    let value = |xs: &[Array]| {
        let s = Singular::of(&xs[0]);
        s.back(&diagonal_matrix(&s.without_one()))
    };
    // Second derivatives are symmetric, so both rules are one.
    let pull = |xs: &[Array], _: &Array, g: &Array| vec![Some(second(&xs[0], g))];
    let push = |xs: &[Array], _: &Array, da: Linear| Some(second(&xs[0], da[0].as_ref()?));
    call_one("det", &[a], value, pull, push)
}

/// The second derivative of the determinant applied to `x`: how the cofactors move.
#[track_caller]
fn second(a: &Array, x: &Array) -> Array {
    let value = |xs: &[Array]| {
        let s = Singular::of(&xs[0]);
        let inside = h(&s.u).matmul(&xs[1]).matmul(&h(&s.vt));
        let products = s.without_two();
        let along = products.matmul(&column(&diagonal(&inside)));
        let r = along.ndim() - 1;
        let along = along.reshape_op(along.0.shape.remove(r));
        s.back(&(diagonal_matrix(&along) - products * t(&inside)))
    };
    let pull =
        |xs: &[Array], _: &Array, g: &Array| vec![Some(third(&xs[0], &xs[1], g)), Some(second(&xs[0], g))];
    let push = |xs: &[Array], _: &Array, ts: Linear| {
        let by_a = ts[0].as_ref().map(|da| third(&xs[0], &xs[1], da));
        sum([by_a, ts[1].as_ref().map(|dx| second(&xs[0], dx))])
    };
    call_one("det", &[a, x], value, pull, push)
}

/// The third derivative applied to `x` and `y`, of regular matrices.
#[track_caller]
fn third(a: &Array, x: &Array, y: &Array) -> Array {
    let regular = |a: &Array| {
        let b = t(&inv(a));
        let moved = column(&column(&inner(&b, x))) * &b - b.matmul(&t(x)).matmul(&b);
        column(&column(&det(a))) * moved
    };
    vjp(regular)(a).1(y)
}
