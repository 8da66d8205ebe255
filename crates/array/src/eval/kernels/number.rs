//! The arithmetic that sums of products need from an element type. Integers wrap; for `bool`, plus is "or"
//! and times is "and".

use super::math::{CpuLevel, Level};
use crate::dtype::DType;
use bytemuck::Pod;
use pullback_real::special::{maximum, minimum};

/// A strided matrix: element (i, j) is at `data + i · row + j · column`.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<T> {
    pub data: *const T,
    pub row: isize,
    pub column: isize,
}

// SAFETY: the matrix is only read, and every reader sees to it that the data live.
unsafe impl<T: Sync> Send for Matrix<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Sync> Sync for Matrix<T> {}

impl<T> Matrix<T> {
    /// The submatrix from row i and column j on.
    pub fn from(self, i: usize, j: usize) -> Self {
        Matrix { data: self.data.wrapping_offset(i as isize * self.row + j as isize * self.column), ..self }
    }
}

/// A number in which sums and extrema of many elements are kept.
pub(crate) trait Running: Copy + Send + Sync {
    /// No number is less.
    const LEAST: Self;
    /// No number is more.
    const MOST: Self;
    /// The larger of two; NaN if either is.
    fn larger(self, y: Self) -> Self;
    /// The smaller of two; NaN if either is.
    fn smaller(self, y: Self) -> Self;
}
impl Running for f64 {
    const LEAST: f64 = f64::NEG_INFINITY;
    const MOST: f64 = f64::INFINITY;
    #[inline(always)]
    fn larger(self, y: f64) -> f64 {
        maximum(self, y)
    }
    #[inline(always)]
    fn smaller(self, y: f64) -> f64 {
        minimum(self, y)
    }
}
macro_rules! running {
    ($($T:ty)*) => { $(
        impl Running for $T {
            const LEAST: $T = <$T>::MIN;
            const MOST: $T = <$T>::MAX;
            #[inline(always)]
            fn larger(self, y: $T) -> $T { self.max(y) }
            #[inline(always)]
            fn smaller(self, y: $T) -> $T { self.min(y) }
        }
    )* };
}
running! { i32 i64 u8 }

/// An element type with sums and products.
pub(crate) trait Number: Pod + Send + Sync + PartialOrd + std::fmt::Debug {
    /// The type of running sums and extrema.
    type Sum: Running;
    const ZERO: Self;
    /// The dtype whose elements are stored as this type.
    const DTYPE: DType;
    /// The highest level that is worth compiling products of small matrices for.
    const LOOPS: CpuLevel;
    /// Multiplications and additions in a nanosecond on one core, at best.
    const FLOPS: usize;
    fn plus(self, y: Self) -> Self;
    fn times(self, y: Self) -> Self;
    fn widen(self) -> Self::Sum;
    fn narrow(sum: Self::Sum) -> Self;
    /// `sum` plus this element.
    fn add_to(self, sum: Self::Sum) -> Self::Sum;

    /// `self · y + sum`, rounded once if the level has fused multiply-add.
    fn mul_add<L: Level>(self, y: Self, sum: Self) -> Self;
}

macro_rules! number {
    ($($T:ty, $S:ty, $D:ident, $level:ident, $flops:expr, $zero:expr, |$x:ident, $y:ident| $plus:expr, $times:expr,
        |$sum:ident| $fused:expr;)*) => { $(
        impl Number for $T {
            type Sum = $S;
            const ZERO: $T = $zero;
            const DTYPE: DType = DType::$D;
            const LOOPS: CpuLevel = CpuLevel::$level;
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
        }
    )* };
}
number! {
    f32, f64, F32, Avx512, 200, 0.0, |x, y| x + y, x * y, |s| x.mul_add(y, s);
    f64, f64, F64, Avx512, 100, 0.0, |x, y| x + y, x * y, |s| x.mul_add(y, s);
    i32, i32, I32, Avx2, 20, 0, |x, y| x.wrapping_add(y), x.wrapping_mul(y), |s| x.times(y).plus(s);
    i64, i64, I64, Avx2, 10, 0, |x, y| x.wrapping_add(y), x.wrapping_mul(y), |s| x.times(y).plus(s);
    u8, u8, Bool, Avx2, 20, 0, |x, y| x | y, x & y, |s| x.times(y).plus(s);
}
