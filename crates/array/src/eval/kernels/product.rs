//! Which code multiplies two matrices: tiles, the gemm crate or loops of our own, by shape, type and machine.

use super::number::{Matrix, Number};
use super::small::small;
use super::tiles::Tiled;
use gemm::Parallelism;

/// An element type with products of matrices.
pub(crate) trait Product: Number {
    /// `out = a b`, or `out += a b` if `add`, with a: `[m, k]`, b: `[k, n]`, out: `[m, n]`, rows `step` apart.
    ///
    /// # Safety
    /// Every index leads to a readable element of `a` and `b` and a writable one of `out`, which overlaps neither.
    unsafe fn gemm(mkn: [usize; 3], a: Matrix<Self>, b: Matrix<Self>, out: *mut Self, step: usize, add: bool);
}

macro_rules! product {
    ($($T:ty: $product:ident),*) => { $(
        impl Product for $T {
            unsafe fn gemm(mkn: [usize; 3], a: Matrix<$T>, b: Matrix<$T>, out: *mut $T, step: usize, add: bool) {
                // SAFETY: the caller's promise.
                unsafe { $product(mkn, a, b, out, step, add) }
            }
        }
    )* };
}
product! { f32: fast, f64: fast, i32: small, i64: small, u8: small }

/// Multiplications up to which loops of our own beat packing.
const SMALL: usize = 1 << 12;

/// The product by tiles; or, where few rows or columns leave them empty and on machines without them, the gemm crate's, or
/// that of small matrices.
///
/// # Safety
/// That of [`Product::gemm`].
unsafe fn fast<T: Number + Tiled + From<u8>>(
    [m, k, n]: [usize; 3],
    a: Matrix<T>,
    b: Matrix<T>,
    out: *mut T,
    step: usize,
    add: bool,
) {
    // SAFETY: the same.
    if m > 4 && n > 1 && k > 7 && unsafe { T::tiles([m, k, n], a, b, out, step, add) } {
        return;
    }
    // The crate's outer products, products with vectors and few long dot products do not pack.
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
