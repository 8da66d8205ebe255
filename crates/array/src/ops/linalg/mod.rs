//! Linear algebra by NumPy's and JAX's names, on the last two axes, for each index of the axes before them.
//!
//! A few functions carry rules of their own ([`cholesky`], [`lu`], [`qr`], [`svd`], [`eigh`], the solvers, [`pinv`],
//! [`det`], [`expm`] …), written in arrays, so that both modes and every order work, under every transform; the others
//! are composed of them. All take `f64`, `f32`, `c128` and `c64`. Of complex matrices [`cholesky`], [`eigh`] and
//! [`eigvalsh`] mean Hermitian ones, and orthonormal vectors are so by conjugate products. Gradients are ∂L/∂x − i ∂L/∂y of
//! the elements x + iy, as everywhere.
//!
//! Arrays are computed when they are looked at, so a matrix that has no answer does not panic: its result is NaN, and the
//! others of the batch are right. That holds for a singular matrix in [`solve`], [`inv`] and the triangular solvers (a
//! pivot that is exactly zero), one that is not positive definite in [`cholesky`], and for every matrix with a number that
//! is not finite.
//!
//! ```
//! use pullback_array::{Array, Real, grad, linalg};
//! let a = Array::from([[2.0, 1.0], [1.0, 3.0]]);
//! assert_eq!(linalg::solve(&a, &Array::from([3.0, 4.0])).to_vec::<f64>(), [1.0, 1.0]);
//! // The gradient of a determinant is the matrix of cofactors.
//! assert_eq!(grad(linalg::det)(&a).round().to_vec::<f64>(), [3.0, -1.0, -1.0, 2.0]);
//! ```

mod banded;
mod determinant;
mod eig;
mod factor;
mod function;
mod solve;
mod spectral;
mod triangular;

pub use banded::solve_banded;
pub use determinant::{det, slogdet};
pub use eig::eig;
pub use factor::{cholesky, lu, qr};
pub use function::{block_diag, expm, matrix_power, solve_sylvester, sqrtm};
pub use solve::{cho_solve, inv, lstsq, solve};
pub use spectral::{condition_number, eigh, eigvalsh, matrix_rank, pinv, svd, svdvals};
pub use triangular::{Triangle, solve_triangular};

use crate::array::Array;
use crate::custom::Linear;
use crate::custom::{Call, CallRules};
use crate::dtype::DType;
use crate::ops::where_;
use crate::prim::Linalg;
use crate::promote::same_dtype;
use crate::shape::Shape;
use pullback_real::{Real, refuse};
use std::sync::Arc;

/// The outputs of a function with rules of its own: `value` computes them from the inputs as constants.
#[track_caller]
fn call(
    name: &'static str,
    inputs: &[&Array],
    value: impl FnOnce(&[Array]) -> Vec<Array>,
    pullback: impl Fn(&[Array], &[Array], Linear) -> Linear + Send + Sync + 'static,
    pushforward: impl Fn(&[Array], &[Array], Linear) -> Linear + Send + Sync + 'static,
) -> Vec<Array> {
    let inputs: Vec<Array> = inputs.iter().copied().cloned().collect();
    let constants = Array::constants(&inputs);
    Call::of(name, &inputs, value(&constants), CallRules::new(Arc::new(pullback), Arc::new(pushforward)))
}

/// A call with one output.
#[track_caller]
fn call_one(
    name: &'static str,
    inputs: &[&Array],
    value: impl FnOnce(&[Array]) -> Array,
    pullback: impl Fn(&[Array], &Array, &Array) -> Linear + Send + Sync + 'static,
    pushforward: impl Fn(&[Array], &Array, Linear) -> Option<Array> + Send + Sync + 'static,
) -> Array {
    let pull = move |xs: &[Array], ys: &[Array], gs: Linear| match &gs[0] {
        Some(g) => pullback(xs, &ys[0], g),
        None => vec![None; xs.len()],
    };
    let push = move |xs: &[Array], ys: &[Array], ts: Linear| vec![pushforward(xs, &ys[0], ts)];
    call(name, inputs, |xs| vec![value(xs)], pull, push).swap_remove(0)
}

/// An operation of the evaluator, its results unpacked.
#[track_caller]
fn run(op: Linalg, args: &[&Array]) -> Vec<Array> {
    let args: Vec<Array> = args.iter().copied().cloned().collect();
    let lead = args[0].ndim() - 2;
    let extents: Vec<[usize; 2]> = args.iter().map(|x| [x.shape()[lead], x.shape()[lead + 1]]).collect();
    let packed = Array::linalg_op(op, &args);
    let mut start = 0;
    let mut next = |dims: &[usize]| {
        let size = dims.iter().product();
        let part = packed.narrow(lead, start, size);
        start += size;
        part.reshape_op(args[0].shape()[..lead].iter().chain(dims).copied().collect())
    };
    op.results(&extents).iter().map(|dims| next(dims)).collect()
}

/// A sum of terms that may be zero.
#[track_caller]
fn sum(terms: impl IntoIterator<Item = Option<Array>>) -> Option<Array> {
    terms.into_iter().flatten().reduce(|a, b| a + b)
}

/// A pullback written for gradients ∂L/∂x + i ∂L/∂y, in which the transpose of a product with a matrix is one with its
/// conjugate transpose. Ours are their conjugates: what is holomorphic has the plain transpose and needs none of this.
fn hermitian(
    pull: impl Fn(&[Array], &[Array], Linear) -> Linear,
) -> impl Fn(&[Array], &[Array], Linear) -> Linear {
    let conj = |gs: Linear| -> Linear { gs.into_iter().map(|g| g.map(|g| g.conj())).collect() };
    move |xs, ys, gs| conj(pull(xs, ys, conj(gs)))
}
/// Rules of a Hermitian function with one output.
fn hermitian_one(
    pull: impl Fn(&[Array], &Array, &Array) -> Linear,
) -> impl Fn(&[Array], &Array, &Array) -> Linear {
    move |xs, y, g| pull(xs, y, &g.conj()).into_iter().map(|g| g.map(|g| g.conj())).collect()
}

/// The transpose.
#[track_caller]
fn t(x: &Array) -> Array {
    x.swap_last()
}
/// The conjugate transpose, of real matrices the transpose.
#[track_caller]
fn h(x: &Array) -> Array {
    t(&x.conj())
}
/// The Hermitian part of square matrices, of real ones the symmetric part.
#[track_caller]
fn symmetrised(a: &Array) -> Array {
    0.5 * (a + h(a))
}
/// z/|z|, and 0 at 0: the signs of real numbers.
#[track_caller]
fn unit(z: &Array) -> Array {
    if !z.dtype().is_complex() {
        return z.sign();
    }
    let size = z.abs();
    let zero = size.equal(0.0);
    z / where_(&zero, 1.0, size)
}
/// A vector as a column.
#[track_caller]
fn column(v: &Array) -> Array {
    v.reshape_op(v.0.shape.insert(v.ndim(), 1))
}
/// A vector as a row.
#[track_caller]
fn row(v: &Array) -> Array {
    v.reshape_op(v.0.shape.insert(v.ndim() - 1, 1))
}
/// The diagonal of each matrix.
#[track_caller]
fn diagonal(x: &Array) -> Array {
    x.diagonal(0, -2, -1)
}
/// The imaginary parts of the diagonal of each complex matrix, times i: real ones have none.
#[track_caller]
fn phases(x: &Array) -> Option<Array> {
    x.dtype().is_complex().then(|| {
        let im = diagonal(x).imag();
        Array::complex(im.zeros_like(), im)
    })
}
/// Where a matrix of order n has its diagonal.
#[track_caller]
fn on_diagonal(n: usize) -> Array {
    Array::identity(n, DType::Bool)
}
/// A vector as the diagonal of a matrix of zeros.
#[track_caller]
fn diagonal_matrix(v: &Array) -> Array {
    where_(&on_diagonal(v.shape()[v.ndim() - 1]), column(v), 0.0)
}
/// The axes before the last `n`.
fn lead(x: &Array, n: usize) -> Shape {
    Shape::new(&x.shape()[..x.ndim() - n])
}
/// With other leading axes, to which those of `x` broadcast; the last `n` stay.
#[track_caller]
fn spread(x: &Array, lead: &Shape, n: usize) -> Array {
    let shape = lead.iter().chain(&x.shape()[x.ndim() - n..]).copied().collect();
    x.broadcast_op(&shape)
}

/// A floating-point or complex array of matrices; its last two extents.
#[track_caller]
fn matrices(what: &str, a: &Array) -> [usize; 2] {
    if !a.dtype().is_differentiable() {
        refuse(
            format_args!(
                "{what}: needs a floating-point array, not {}; convert it with .cast(DType::F64)",
                a.dtype()
            ),
            &[("", a.at())],
        )
    }
    let extents = a.matrix(what);
    [extents[0], extents[1]]
}
/// A floating-point or complex array of square matrices; their order.
#[track_caller]
fn square(what: &str, a: &Array) -> usize {
    let [m, n] = matrices(what, a);
    if m != n {
        refuse(format_args!("{what}: needs square matrices, not shape {}", a.0.shape), &[("", a.at())])
    }
    n
}

/// A right-hand side beside matrices, both with the same leading axes.
struct Sides {
    a: Array,
    b: Array,
    vector: bool,
}

impl Sides {
    /// NumPy's rule: `b` with one axis is a vector, with more a stack of matrices; `rows` is the extent of `a` that it
    /// must have.
    #[track_caller]
    fn new(what: &str, a: &Array, b: &Array, rows: usize) -> Sides {
        let (a, b) = same_dtype(what, a, b);
        let vector = b.ndim() == 1;
        let b = if vector { column(&b) } else { b };
        let lead = (b.ndim() >= 2 && b.shape()[b.ndim() - 2] == rows)
            .then(|| lead(&a, 2).broadcast(&lead(&b, 2)))
            .flatten();
        let Some(lead) = lead else {
            refuse(
                format_args!(
                    "{what}: a right-hand side of shape {} does not fit matrices of shape {}; it is a vector [n], or matrices […, n, k] for each matrix",
                    if vector { Shape::new(&b.shape()[..1]) } else { b.0.shape.clone() },
                    a.0.shape
                ),
                &[("matrices", a.at()), ("right-hand side", b.at())],
            )
        };
        Sides { b: spread(&b, &lead, 2), a: spread(&a, &lead, 2), vector }
    }
    /// The solution, a vector again if the right-hand side was one.
    #[track_caller]
    fn solution(&self, x: Array) -> Array {
        if self.vector { x.reshape_op(x.0.shape.remove(x.ndim() - 1)) } else { x }
    }
    /// The leading axes.
    fn lead(&self) -> Shape {
        lead(&self.b, 2)
    }
}
