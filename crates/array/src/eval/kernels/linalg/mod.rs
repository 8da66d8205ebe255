//! Dense linear algebra on the last two axes, matrix by matrix: factorisations by faer, the rest by hand in `f64`.
//!
//! The matrices of a batch are shared by the threads, and each is worked on by one, so results do not depend on how
//! many there are. A matrix with a number that is not finite gives NaN.

mod banded;
mod eigen;
mod exponential;
mod factor;
mod schur;
mod sylvester;

use super::matmul::start;
use super::threads::for_pieces;
use super::view::View;
use crate::prim::Linalg;
use bytemuck::Pod;
use faer::Mat;
use faer::traits::RealField;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// An element type of linear algebra.
pub(crate) trait Float:
    RealField
    + Pod
    + PartialOrd
    + Send
    + Sync
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    const NAN: Self;
    fn of(x: f64) -> Self;
    fn wide(self) -> f64;
}
macro_rules! float {
    ($($T:ident)*) => { $(
        impl Float for $T {
            const ZERO: $T = 0.0;
            const ONE: $T = 1.0;
            const NAN: $T = $T::NAN;
            fn of(x: f64) -> $T { x as $T }
            fn wide(self) -> f64 { f64::from(self) }
        }
    )* };
}
float! { f32 f64 }

/// What a chunk of work should take at least.
const CHUNK_NS: usize = 20_000;

/// One operation for each index of the leading axes, which are equal; results packed row after row.
///
/// # Panics
/// If the sizes do not fit together.
pub(crate) fn linalg<T: Float>(op: Linalg, args: &[View<T>], out: &mut [T]) {
    let lead = args[0].rank().checked_sub(2).expect("a matrix has two axes");
    assert!(args.iter().all(|a| a.rank() == lead + 2 && a.shape[..lead] == args[0].shape[..lead]));
    args.iter().for_each(View::check);
    let batch: usize = args[0].shape[..lead].iter().product();
    let extents: Vec<[usize; 2]> = args.iter().map(|a| [a.shape[lead], a.shape[lead + 1]]).collect();
    let row: usize = op.results(&extents).iter().map(|dims| dims.iter().product::<usize>()).sum();
    assert_eq!(out.len(), batch * row, "packed results have their size");
    if out.is_empty() {
        return;
    }
    let each = cost(op, &extents);
    let group = (CHUNK_NS / each).clamp(1, batch);
    for_pieces(out, group * row, batch.saturating_mul(each), |piece, rows| {
        for (k, row) in rows.chunks_mut(row).enumerate() {
            let matrices: Vec<Mat<T>> = args.iter().map(|a| matrix(a, piece * group + k)).collect();
            one(op, &matrices, row)
        }
    })
}

/// An estimate of the nanoseconds for one matrix.
fn cost(op: Linalg, extents: &[[usize; 2]]) -> usize {
    let [m, n] = extents[0];
    let columns = extents.last().map_or(0, |e| e[1]);
    let small = m.min(n);
    let operations = match op {
        Linalg::Cholesky => n * n * n / 3,
        Linalg::Triangular { .. } => n * n * columns,
        Linalg::Lu => m * n * small,
        Linalg::Qr => 4 * m * n * small,
        Linalg::Svd { vectors } => m * n * small * if vectors { 20 } else { 6 },
        Linalg::Eigh { vectors } => n * n * n * if vectors { 10 } else { 3 },
        Linalg::Eig => 30 * n * n * n,
        Linalg::Expm => 40 * n * n * n,
        Linalg::Sqrtm => 60 * n * n * n,
        Linalg::Sylvester => 60 * (m * m * m + columns * columns * columns),
        Linalg::Banded { lower, upper } => n * (lower + upper + 1) * (lower + 1 + columns),
    };
    300 + operations / 4
}

/// Matrix number i of a batch.
fn matrix<T: Float>(view: &View<T>, i: usize) -> Mat<T> {
    let r = view.rank();
    let (rows, columns) = (view.strides[r - 2], view.strides[r - 1]);
    let at = view.offset as isize + start(view, i);
    Mat::from_fn(view.shape[r - 2], view.shape[r - 1], |i, j| {
        view.data[(at + i as isize * rows + j as isize * columns) as usize]
    })
}

/// One operation on one matrix.
fn one<T: Float>(op: Linalg, args: &[Mat<T>], out: &mut [T]) {
    let done = match op {
        // These hand on what is not finite by themselves.
        Linalg::Triangular { lower, transposed, unit } => {
            factor::triangular(&args[0], &args[1], [lower, transposed, unit], out)
        }
        Linalg::Lu => return factor::lu(&args[0], out),
        _ if !args.iter().all(is_finite) => false,
        Linalg::Cholesky => factor::cholesky(&args[0], out),
        Linalg::Qr => factor::qr(&args[0], out),
        Linalg::Svd { vectors } => factor::svd(&args[0], vectors, out),
        Linalg::Eigh { vectors } => factor::eigh(&args[0], vectors, out),
        Linalg::Eig => eigen::eig(&args[0], out),
        Linalg::Expm => wide(args, out, |a| exponential::expm(&a[0])),
        Linalg::Sqrtm => wide(args, out, |a| sylvester::sqrtm(&a[0])),
        Linalg::Sylvester => wide(args, out, |a| sylvester::solve(&a[0], &a[1], &a[2])),
        Linalg::Banded { lower, upper } => wide(args, out, |a| banded::solve(&a[0], &a[1], lower, upper)),
    };
    if !done {
        out.fill(T::NAN)
    }
}

fn is_finite<T: Float>(a: &Mat<T>) -> bool {
    a.col_iter().all(|c| c.iter().all(|x| x.wide().is_finite()))
}

/// An operation computed in `f64`.
fn wide<T: Float>(args: &[Mat<T>], out: &mut [T], f: impl FnOnce(&[Mat<f64>]) -> Option<Mat<f64>>) -> bool {
    let wide = |a: &Mat<T>| Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)].wide());
    let Some(y) = f(&args.iter().map(wide).collect::<Vec<_>>()) else { return false };
    write(out, y.nrows(), y.ncols(), |i, j| T::of(y[(i, j)]));
    true
}

/// Writes a matrix row after row, and returns what is left of `out`.
fn write<T>(out: &mut [T], m: usize, n: usize, at: impl Fn(usize, usize) -> T) -> &mut [T] {
    let (here, rest) = out.split_at_mut(m * n);
    if n > 0 {
        for (i, row) in here.chunks_mut(n).enumerate() {
            row.iter_mut().enumerate().for_each(|(j, x)| *x = at(i, j))
        }
    }
    rest
}
