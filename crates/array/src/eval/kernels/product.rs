//! Selects the code that multiplies two matrices by shape, type and machine: tiles, the gemm crate, or the
//! loops for small matrices.

use super::number::{Matrix, Number};
use super::small::small;
use super::tiles::Tiled;
use gemm_common::Parallelism;

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

/// The most multiplications for which the loops for small matrices beat packing.
const SMALL: usize = 1 << 12;

/// The product by tiles. Where m, n or k is too small for tiles, and on machines without them, the gemm
/// crate's product or that of small matrices.
///
/// # Safety
/// That of [`Product::gemm`].
unsafe fn fast<T: Number + Tiled + Packed>(
    [m, k, n]: [usize; 3],
    a: Matrix<T>,
    b: Matrix<T>,
    out: *mut T,
    step: usize,
    add: bool,
) {
    // SAFETY: the caller's promise.
    if m > 4 && n > 1 && k > 7 && unsafe { T::tiles([m, k, n], a, b, out, step, add) } {
        return;
    }
    // The gemm crate does not pack outer products, products with vectors, and few or long dot products.
    let packs = m > 1 && n > 1 && (k > 2 || b.column != 1);
    let dots = a.column == 1 && b.row == 1 && (n < 12 || k > 32);
    if m * k * n <= SMALL && packs && !dots {
        // SAFETY: the caller's promise.
        return unsafe { small([m, k, n], a, b, out, step, add) };
    }
    // SAFETY: the caller's promise.
    unsafe { T::packed([m, k, n], a, b, out, step, add) }
}

/// A float type with the gemm crate's product.
trait Packed: Sized {
    /// # Safety
    /// That of [`Product::gemm`].
    unsafe fn packed(
        mkn: [usize; 3],
        a: Matrix<Self>,
        b: Matrix<Self>,
        out: *mut Self,
        step: usize,
        add: bool,
    );
}

macro_rules! packed {
    ($($T:ident: $name:ident),*) => { $(
        impl Packed for $T {
            unsafe fn packed([m, k, n]: [usize; 3], a: Matrix<$T>, b: Matrix<$T>, out: *mut $T, step: usize, add: bool) {
                // The gemm crate writes its result by columns. The result here is its transpose, so the
                // factors are exchanged and transposed.
                // SAFETY: the caller's promise.
                unsafe {
                    $name::gemm::$T::get_gemm_fn()(
                        n, m, k, out, step as isize, 1, add, b.data, b.row, b.column, a.data, a.row, a.column,
                        1.0, 1.0, false, false, false, Parallelism::None,
                    )
                }
            }
        }
    )* };
}
packed! { f32: gemm_f32, f64: gemm_f64 }
