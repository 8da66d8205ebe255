//! Which code multiplies two matrices: tiles, the gemm crate or loops of our own, by shape, type and machine.

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

/// Multiplications up to which loops of our own beat packing.
const SMALL: usize = 1 << 12;

/// The product by tiles; or, where few rows or columns leave them empty and on machines without them, the gemm crate's, or
/// that of small matrices.
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
                // The crate's results lie by columns: ours is the transpose, the product of the transposes.
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
