//! What sums of products need of an element type. Integers wrap; for `bool` plus is "or" and times is "and".

use super::math::Level;
use super::small::small;
use crate::dtype::DType;
use bytemuck::Pod;
use gemm::Parallelism;

/// Where a matrix lies: element (i, j) is at `data + i · row + j · column`.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<T> {
    pub data: *const T,
    pub row: isize,
    pub column: isize,
}

// SAFETY: read only, and whoever reads it sees to it that the data live.
unsafe impl<T: Sync> Send for Matrix<T> {}
// SAFETY: the same.
unsafe impl<T: Sync> Sync for Matrix<T> {}

impl<T> Matrix<T> {
    /// The matrix from row i and column j on.
    pub fn from(self, i: usize, j: usize) -> Self {
        Matrix { data: self.data.wrapping_offset(i as isize * self.row + j as isize * self.column), ..self }
    }
    /// Rows and columns exchanged.
    pub fn transposed(self) -> Self {
        Matrix { data: self.data, row: self.column, column: self.row }
    }
}

/// An element type with sums and products.
pub(crate) trait Number: Pod + Send + Sync + PartialOrd + std::fmt::Debug {
    /// What running sums are kept in.
    type Sum: Copy + Send + Sync;
    const ZERO: Self;
    /// The element type stored so.
    const DTYPE: DType;
    /// Multiplications and additions in a nanosecond on one core, at best.
    const FLOPS: usize;
    fn plus(self, y: Self) -> Self;
    fn times(self, y: Self) -> Self;
    fn widen(self) -> Self::Sum;
    fn narrow(sum: Self::Sum) -> Self;
    /// The sum with one more element.
    fn add_to(self, sum: Self::Sum) -> Self::Sum;

    /// `self · y + sum`, rounded once where the level can.
    fn mul_add<L: Level>(self, y: Self, sum: Self) -> Self;

    /// `out = a b`, or `out += a b` if `add`, with a: `[m, k]`, b: `[k, n]`, out: `[m, n]`, rows `step` apart.
    ///
    /// # Safety
    /// Every index leads to a readable element of `a` and `b` and a writable one of `out`, which overlaps neither.
    unsafe fn gemm(mkn: [usize; 3], a: Matrix<Self>, b: Matrix<Self>, out: *mut Self, step: usize, add: bool);
}

macro_rules! number {
    ($($T:ty, $S:ty, $D:ident, $flops:expr, $zero:expr, |$x:ident, $y:ident| $plus:expr, $times:expr,
        |$sum:ident| $fused:expr, $gemm:ident;)*) => { $(
        impl Number for $T {
            type Sum = $S;
            const ZERO: $T = $zero;
            const DTYPE: DType = DType::$D;
            const FLOPS: usize = $flops;
            #[inline(always)]
            fn plus(self, $y: $T) -> $T { let $x = self; $plus }
            #[inline(always)]
            fn times(self, $y: $T) -> $T { let $x = self; $times }
            #[inline(always)]
            fn widen(self) -> $S { self as $S }
            #[inline(always)]
            fn narrow(sum: $S) -> $T { sum as $T }
            #[inline(always)]
            fn add_to(self, sum: $S) -> $S { let ($x, $y) = (sum, self as $S); $plus }
            #[inline(always)]
            fn mul_add<L: Level>(self, $y: $T, $sum: $T) -> $T {
                let $x = self;
                if L::FMA { $fused } else { $x.times($y).plus($sum) }
            }
            unsafe fn gemm(mkn: [usize; 3], a: Matrix<$T>, b: Matrix<$T>, out: *mut $T, step: usize, add: bool) {
                // SAFETY: the caller's promise.
                unsafe { $gemm(mkn, a, b, out, step, add) }
            }
        }
    )* };
}
number! {
    f32, f64, F32, 200, 0.0, |x, y| x + y, x * y, |s| x.mul_add(y, s), fast;
    f64, f64, F64, 100, 0.0, |x, y| x + y, x * y, |s| x.mul_add(y, s), fast;
    i32, i32, I32, 20, 0, |x, y| x.wrapping_add(y), x.wrapping_mul(y), |s| x.times(y).plus(s), small;
    i64, i64, I64, 10, 0, |x, y| x.wrapping_add(y), x.wrapping_mul(y), |s| x.times(y).plus(s), small;
    u8, u8, Bool, 20, 0, |x, y| x | y, x & y, |s| x.times(y).plus(s), small;
}

/// Multiplications up to which loops of our own beat the gemm crate's packing.
const SMALL: usize = 1 << 12;

/// The gemm crate's product, or that of small matrices.
///
/// # Safety
/// That of [`Number::gemm`].
unsafe fn fast<T: Number + From<u8>>(
    [m, k, n]: [usize; 3],
    a: Matrix<T>,
    b: Matrix<T>,
    out: *mut T,
    step: usize,
    add: bool,
) {
    // Its outer products, products with vectors and few long dot products do not pack.
    let packs = m > 1 && n > 1 && (k > 2 || b.column != 1);
    let dots = a.column == 1 && b.row == 1 && (n < 12 || k > 32);
    if m * k * n <= SMALL && packs && !dots {
        // SAFETY: the same.
        return unsafe { small([m, k, n], a, b, out, step, add) };
    }
    let one = T::from(1);
    // SAFETY: the caller's promise.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out,
            1,
            step as isize,
            add,
            a.data,
            a.column,
            a.row,
            b.data,
            b.column,
            b.row,
            one,
            one,
            false,
            false,
            false,
            Parallelism::None,
        )
    }
}
