//! Dense linear algebra on the last two axes, matrix by matrix: factorisations by faer, the rest by hand in `f64`.
//!
//! The threads share the matrices of a batch, and one thread works on each, so results do not depend on the
//! number of threads. A matrix with a number that is not finite gives NaN.

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
use faer::traits::ComplexField;
use num_complex::Complex;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// An element type of linear algebra: real or complex.
pub(crate) trait Element:
    ComplexField
    + Pod
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
    /// The type of these numbers in double precision.
    type Wide: Element;
    /// A number of these real and imaginary parts; a real type drops the latter.
    fn of_parts(re: f64, im: f64) -> Self;
    /// The real and the imaginary part.
    fn parts(self) -> [f64; 2];
    fn of(x: f64) -> Self {
        Self::of_parts(x, 0.0)
    }
    /// The absolute value.
    fn size(self) -> f64 {
        let [re, im] = self.parts();
        re.hypot(im)
    }
    fn conjugate(self) -> Self {
        let [re, im] = self.parts();
        Self::of_parts(re, -im)
    }
}
macro_rules! elements {
    ($($T:ident)*) => { $(
        impl Element for $T {
            const ZERO: $T = 0.0;
            const ONE: $T = 1.0;
            const NAN: $T = $T::NAN;
            type Wide = f64;
            fn of_parts(re: f64, _: f64) -> $T { re as $T }
            fn parts(self) -> [f64; 2] { [f64::from(self), 0.0] }
        }
        impl Element for Complex<$T> {
            const ZERO: Self = Complex::new(0.0, 0.0);
            const ONE: Self = Complex::new(1.0, 0.0);
            const NAN: Self = Complex::new($T::NAN, $T::NAN);
            type Wide = Complex<f64>;
            fn of_parts(re: f64, im: f64) -> Self { Complex::new(re as $T, im as $T) }
            fn parts(self) -> [f64; 2] { [f64::from(self.re), f64::from(self.im)] }
        }
    )* };
}
elements! { f32 f64 }

/// The time that a chunk of small matrices should take, in nanoseconds.
const CHUNK_NS: usize = 20_000;

/// Applies an operation to the matrices at each index of the leading axes, which are equal for all arguments.
/// `out` has a row for each index, with the results packed one after the other.
///
/// # Panics
/// If the sizes do not fit together.
pub(crate) fn linalg<T: Element>(op: Linalg, args: &[View<T>], out: &mut [T]) {
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
    let each = cost(op, &extents) * if T::IS_REAL { 1 } else { 4 };
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
fn matrix<T: Element>(view: &View<T>, i: usize) -> Mat<T> {
    let r = view.rank();
    let (rows, columns) = (view.strides[r - 2], view.strides[r - 1]);
    let at = view.offset as isize + start(view, i);
    Mat::from_fn(view.shape[r - 2], view.shape[r - 1], |i, j| {
        view.data[(at + i as isize * rows + j as isize * columns) as usize]
    })
}

/// Applies an operation to one matrix of each argument.
fn one<T: Element>(op: Linalg, args: &[Mat<T>], out: &mut [T]) {
    let done = match op {
        // These propagate numbers that are not finite by themselves.
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
        Linalg::Expm => real(args, out, |a| exponential::expm(&a[0])),
        Linalg::Sqrtm => real(args, out, |a| sylvester::sqrtm(&a[0])),
        Linalg::Sylvester if T::IS_REAL => real(args, out, |a| sylvester::solve(&a[0], &a[1], &a[2])),
        Linalg::Sylvester => real(args, out, |a| sylvester::solve_complex(&a[0], &a[1], &a[2])),
        Linalg::Banded { lower, upper } => {
            let [a, b] = [&args[0], &args[1]].map(wide);
            let found = banded::solve(&a, &b, lower, upper);
            found.map(|x| write(out, x.nrows(), x.ncols(), |i, j| narrow(x[(i, j)]))).is_some()
        }
    };
    if !done {
        out.fill(T::NAN)
    }
}

fn is_finite<T: Element>(a: &Mat<T>) -> bool {
    a.col_iter().all(|c| c.iter().all(|x| x.parts().iter().all(|x| x.is_finite())))
}

/// The matrix in double precision.
fn wide<T: Element>(a: &Mat<T>) -> Mat<T::Wide> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| {
        let [re, im] = a[(i, j)].parts();
        T::Wide::of_parts(re, im)
    })
}
/// The number in this precision.
fn narrow<T: Element>(x: T::Wide) -> T {
    let [re, im] = x.parts();
    T::of_parts(re, im)
}

/// Computes an operation in `f64`. There, a complex matrix A + iB is the real matrix [[A, −B], [B, A]] of
/// twice the order, and so is the result.
fn real<T: Element>(args: &[Mat<T>], out: &mut [T], f: impl FnOnce(&[Mat<f64>]) -> Option<Mat<f64>>) -> bool {
    let times = if T::IS_REAL { 1 } else { 2 };
    let embedded = |a: &Mat<T>| {
        let (m, n) = a.shape();
        Mat::from_fn(times * m, times * n, |i, j| {
            let [re, im] = a[(i % m, j % n)].parts();
            match (i < m, j < n) {
                (true, true) | (false, false) => re,
                (true, false) => -im,
                (false, true) => im,
            }
        })
    };
    let Some(y) = f(&args.iter().map(embedded).collect::<Vec<_>>()) else { return false };
    let (m, n) = (y.nrows() / times, y.ncols() / times);
    write(out, m, n, |i, j| T::of_parts(y[(i, j)], y[(i + (times - 1) * m, j)]));
    true
}

/// Writes a matrix row after row, and returns the rest of `out`.
fn write<T>(out: &mut [T], m: usize, n: usize, at: impl Fn(usize, usize) -> T) -> &mut [T] {
    let (here, rest) = out.split_at_mut(m * n);
    if n > 0 {
        for (i, row) in here.chunks_mut(n).enumerate() {
            row.iter_mut().enumerate().for_each(|(j, x)| *x = at(i, j))
        }
    }
    rest
}
