//! What sums of products need of an element type. Integers wrap; for `bool` plus is "or" and times is "and".

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
    /// Multiplications and additions in a nanosecond on one core, at best.
    const FLOPS: usize;
    fn plus(self, y: Self) -> Self;
    fn times(self, y: Self) -> Self;
    fn widen(self) -> Self::Sum;
    fn narrow(sum: Self::Sum) -> Self;
    /// The sum with one more element.
    fn add_to(self, sum: Self::Sum) -> Self::Sum;

    /// `out = a b`, or `out += a b` if `add`, with a: `[m, k]`, b: `[k, n]`, out: `[m, n]`, rows `step` apart.
    ///
    /// # Safety
    /// Every index leads to a readable element of `a` and `b` and a writable one of `out`, which overlaps neither.
    unsafe fn gemm(mkn: [usize; 3], a: Matrix<Self>, b: Matrix<Self>, out: *mut Self, step: usize, add: bool);
}

macro_rules! number {
    ($($T:ty, $S:ty, $flops:expr, $zero:expr, |$x:ident, $y:ident| $plus:expr, $times:expr, $gemm:ident;)*) => { $(
        impl Number for $T {
            type Sum = $S;
            const ZERO: $T = $zero;
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
            unsafe fn gemm(mkn: [usize; 3], a: Matrix<$T>, b: Matrix<$T>, out: *mut $T, step: usize, add: bool) {
                // SAFETY: the caller's promise.
                unsafe { $gemm(mkn, a, b, out, step, add) }
            }
        }
    )* };
}
number! {
    f32, f64, 200, 0.0, |x, y| x + y, x * y, fast;
    f64, f64, 100, 0.0, |x, y| x + y, x * y, fast;
    i32, i32, 4, 0, |x, y| x.wrapping_add(y), x.wrapping_mul(y), plain;
    i64, i64, 2, 0, |x, y| x.wrapping_add(y), x.wrapping_mul(y), plain;
    u8, u8, 8, 0, |x, y| x | y, x & y, plain;
}

/// The gemm crate's product.
///
/// # Safety
/// That of [`Number::gemm`].
unsafe fn fast<T: Number>(
    [m, k, n]: [usize; 3],
    a: Matrix<T>,
    b: Matrix<T>,
    out: *mut T,
    step: usize,
    add: bool,
) where
    T: From<u8>,
{
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

/// The product by three loops.
///
/// # Safety
/// That of [`Number::gemm`].
unsafe fn plain<T: Number>(
    [m, k, n]: [usize; 3],
    a: Matrix<T>,
    b: Matrix<T>,
    out: *mut T,
    step: usize,
    add: bool,
) {
    for i in 0..m {
        // SAFETY: row i of `out`, which nobody else uses meanwhile.
        let row = unsafe { std::slice::from_raw_parts_mut(out.add(i * step), n) };
        if !add {
            row.fill(T::ZERO)
        }
        for l in 0..k {
            // SAFETY: i < m and l < k.
            let (x, b) = (unsafe { *a.from(i, l).data }, b.from(l, 0));
            if b.column == 1 {
                // SAFETY: row l of `b`, which nobody writes.
                let b = unsafe { std::slice::from_raw_parts(b.data, n) };
                row.iter_mut().zip(b).for_each(|(y, &b)| *y = y.plus(x.times(b)))
            } else {
                // SAFETY: l < k and j < n.
                row.iter_mut()
                    .enumerate()
                    .for_each(|(j, y)| *y = y.plus(x.times(unsafe { *b.from(0, j).data })))
            }
        }
    }
}
