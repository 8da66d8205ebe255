//! Products of float matrices by tiles of the result that stay in registers. Contiguous rows of the left
//! factor are read in place, one number for a whole row of the tile. Panels of the right factor, a tile wide,
//! are packed while the first rows pass over them. Every element is summed in blocks of at most [`DEPTH`]
//! terms in the order of k, for any tiles, cells and threads.
//!
//! Over 300 lines: one macro writes the code of each type and level.

use super::math::{CpuLevel, cpu_level};
use super::number::Matrix;
use super::threads::with_scratch;
#[cfg(target_arch = "x86_64")]
use super::transpose::Transpose;

/// The most terms of a sum in a panel. A panel has up to 32 KiB, two thirds of a first-level cache.
const DEPTH: usize = 256;

/// A float type with tiles.
pub(crate) trait Tiled: Sized {
    /// `out = a b`, or `out += a b` if `add`, with a: `[m, k]`, b: `[k, n]`, out: `[m, n]`, rows `step`
    /// apart. Rows with gaps are packed here. False, and nothing is done, if this machine has no tiles.
    ///
    /// # Safety
    /// Every index leads to a readable element of `a` and `b` and a writable one of `out`, which overlaps neither.
    unsafe fn tiles(
        mkn: [usize; 3],
        a: Matrix<Self>,
        b: Matrix<Self>,
        out: *mut Self,
        step: usize,
        add: bool,
    ) -> bool;
}

macro_rules! tiled {
    ($($T:ty: $avx512:ident, $avx2:ident;)*) => { $(
        impl Tiled for $T {
            #[cfg(target_arch = "x86_64")]
            unsafe fn tiles(mkn: [usize; 3], a: Matrix<$T>, b: Matrix<$T>, out: *mut $T, step: usize, add: bool) -> bool {
                // SAFETY: the machine has the level, and the caller's promise.
                match cpu_level() {
                    CpuLevel::Avx512 => unsafe { $avx512::product(mkn, a, b, out, step, add) },
                    CpuLevel::Avx2 => unsafe { $avx2::product(mkn, a, b, out, step, add) },
                    CpuLevel::Baseline => return false,
                }
                true
            }
            #[cfg(not(target_arch = "x86_64"))]
            unsafe fn tiles(_: [usize; 3], _: Matrix<$T>, _: Matrix<$T>, _: *mut $T, _: usize, _: bool) -> bool {
                false
            }
        }
    )* };
}
tiled! { f32: f32_avx512, f32_avx2; f64: f64_avx512, f64_avx2; }

/// The code for one type and level: tiles of up to `$ROWS` rows, and of one or two vectors.
macro_rules! tiles {
    ($name:ident, $features:literal, $T:ty, $Vector:ident, $LANES:literal, $ROWS:literal, [$($less:literal),*],
     $load:ident, $store:ident, $splat:ident, $zero:ident, $fma:ident, $plus:ident) => {
        #[cfg(target_arch = "x86_64")]
        mod $name {
            use super::*;
            use std::arch::x86_64::*;

            /// Columns of a tile.
            const WIDTH: usize = 2 * $LANES;

            /// The operands of a tile: a block of the left factor, a panel, and a part of the result.
            #[derive(Clone, Copy)]
            struct Block {
                depth: usize,
                a: *const $T,
                a_row: isize,
                a_column: isize,
                /// Elements from the rows of one tile to those of the next.
                a_next: isize,
                b: *const $T,
                b_row: isize,
                packed: *mut $T,
                out: *mut $T,
                step: usize,
                add: bool,
            }

            /// Computes one tile of R rows and V vectors. With `PACK`, the panel is copied on the way.
            ///
            /// # Safety
            /// The processor has the features. The block's R rows and V vectors may be read; `out` (and with
            /// `PACK`, `packed`) may be written, and nobody else accesses them meanwhile.
            #[target_feature(enable = $features)]
            unsafe fn tile<const R: usize, const V: usize, const PACK: bool>(t: Block) {
                // SAFETY: the caller's promise. Each pointer to the left factor serves three rows.
                unsafe {
                    let mut sums = [[$zero(); V]; R];
                    let row = |i: isize| t.a.wrapping_offset(3 * i * t.a_row);
                    let mut rows = [row(0), row(1), row(2), row(3)];
                    let (mut b, mut packed) = (t.b, t.packed);
                    for _ in 0..t.depth {
                        let mut y = [$zero(); V];
                        for v in 0..V {
                            y[v] = $load(b.add(v * $LANES))
                        }
                        if PACK {
                            for v in 0..V {
                                $store(packed.add(v * $LANES), y[v])
                            }
                            packed = packed.add(V * $LANES);
                        }
                        for r in 0..R {
                            let x = $splat(*rows[r / 3].offset((r % 3) as isize * t.a_row));
                            for v in 0..V {
                                sums[r][v] = $fma(x, y[v], sums[r][v])
                            }
                        }
                        b = b.wrapping_offset(t.b_row);
                        for row in &mut rows[..R.div_ceil(3)] {
                            *row = row.wrapping_offset(t.a_column)
                        }
                    }
                    for r in 0..R {
                        for v in 0..V {
                            let out = t.out.add(r * t.step + v * $LANES);
                            let sum = if t.add { $plus($load(out), sums[r][v]) } else { sums[r][v] };
                            $store(out, sum)
                        }
                    }
                }
            }

            /// Computes the last rows by tiles of fewer rows, whose heights are `$less`.
            ///
            /// # Safety
            /// That of `tile`, for each of these rows.
            #[target_feature(enable = $features)]
            unsafe fn edge<const V: usize>(mut t: Block, mut rows: usize) {
                $(
                    while rows >= $less {
                        // SAFETY: the caller's promise.
                        unsafe {
                            tile::<$less, V, false>(t);
                            t.a = t.a.wrapping_offset($less * t.a_row);
                            t.out = t.out.add($less * t.step)
                        }
                        rows -= $less
                    }
                )*
            }

            /// Multiplies all rows by one panel, V vectors wide. With `pack`, the first tile packs the panel.
            ///
            /// # Safety
            /// That of `tile`, for all `m` rows.
            #[target_feature(enable = $features)]
            unsafe fn rows<const V: usize>(mut t: Block, m: usize, pack: bool) {
                let mut rest = m;
                // SAFETY: the caller's promise.
                unsafe {
                    if pack && rest >= $ROWS {
                        tile::<$ROWS, V, true>(t);
                        (t.b, t.b_row) = (t.packed, (V * $LANES) as isize);
                        t.a = t.a.wrapping_offset(t.a_next);
                        t.out = t.out.add($ROWS * t.step);
                        rest -= $ROWS
                    }
                    while rest >= $ROWS {
                        tile::<$ROWS, V, false>(t);
                        t.a = t.a.wrapping_offset(t.a_next);
                        t.out = t.out.add($ROWS * t.step);
                        rest -= $ROWS
                    }
                    edge::<V>(t, rest)
                }
            }

            /// See [`Tiled::tiles`].
            ///
            /// # Safety
            /// That of [`Tiled::tiles`], and the processor has the features.
            #[target_feature(enable = $features)]
            pub unsafe fn product(
                [m, k, n]: [usize; 3],
                a: Matrix<$T>,
                b: Matrix<$T>,
                out: *mut $T,
                step: usize,
                add: bool,
            ) {
                // Blocks of nearly equal depth.
                let depth = k.div_ceil(k.div_ceil(DEPTH).max(1)).max(1);
                // A left factor that is not row-major would touch a page for every k, so it is packed.
                let turned = if a.column == 1 { 0 } else { m.next_multiple_of($ROWS) * depth };
                with_scratch((DEPTH + m) * WIDTH + turned, |scratch: &mut [$T]| {
                    let (panel, rest) = scratch.split_at_mut(DEPTH * WIDTH);
                    let (strip, turned) = rest.split_at_mut(m * WIDTH);
                    for l in (0..k.max(1)).step_by(depth) {
                        let depth = depth.min(k - l);
                        let (mut a, mut a_next) = (a.from(0, l), $ROWS * a.row);
                        if a.column != 1 {
                            // SAFETY: rows below m, columns below k.
                            unsafe { pack(a, m, depth, turned) }
                            a = Matrix { data: turned.as_ptr(), row: 1, column: $ROWS };
                            a_next = $ROWS * depth as isize
                        }
                        let add = add || l > 0;
                        for j in (0..n).step_by(WIDTH) {
                            let (width, b) = (WIDTH.min(n - j), b.from(l, j));
                            let mut t = Block {
                                depth,
                                a: a.data,
                                a_row: a.row,
                                a_column: a.column,
                                a_next,
                                b: b.data,
                                b_row: b.row,
                                packed: panel.as_mut_ptr(),
                                // SAFETY: a column of the result.
                                out: unsafe { out.add(j) },
                                step,
                                add,
                            };
                            // SAFETY: the caller's promise. At the right edge, tiles go to `strip` first.
                            unsafe {
                                if width == WIDTH && b.column == 1 {
                                    rows::<2>(t, m, m > 2 * $ROWS);
                                    continue;
                                }
                                let vectors = if width <= $LANES { 1 } else { 2 };
                                fill(b, depth, width, vectors * $LANES, panel);
                                (t.b, t.b_row) = (t.packed, (vectors * $LANES) as isize);
                                if width == vectors * $LANES {
                                    match vectors {
                                        1 => rows::<1>(t, m, false),
                                        _ => rows::<2>(t, m, false),
                                    }
                                    continue;
                                }
                                (t.out, t.step, t.add) = (strip.as_mut_ptr(), vectors * $LANES, false);
                                match vectors {
                                    1 => rows::<1>(t, m, false),
                                    _ => rows::<2>(t, m, false),
                                }
                                for (i, row) in strip.chunks_exact(t.step).take(m).enumerate() {
                                    let out = std::slice::from_raw_parts_mut(out.add(i * step + j), width);
                                    match add {
                                        true => out.iter_mut().zip(row).for_each(|(y, x)| *y += x),
                                        false => out.copy_from_slice(&row[..width]),
                                    }
                                }
                            }
                        }
                    }
                })
            }

            /// Copies columns of `b` to a panel, which is padded with zeros to `full` columns.
            ///
            /// # Safety
            /// `width` columns and `depth` rows can be read.
            #[target_feature(enable = $features)]
            unsafe fn fill(b: Matrix<$T>, depth: usize, width: usize, full: usize, panel: &mut [$T]) {
                // A column-major factor is transposed in blocks, in registers; the rest is copied one by one.
                const SIDE: usize = <$T as Transpose>::SIDE;
                let (wide, deep) = match b.row {
                    1 => (width / SIDE * SIDE, depth / SIDE * SIDE),
                    _ => (0, 0),
                };
                for l in (0..deep).step_by(SIDE) {
                    for j in (0..wide).step_by(SIDE) {
                        let to = &mut panel[l * full + j..][..(SIDE - 1) * full + SIDE];
                        // SAFETY: the block can be read and is inside of `to`; the level has AVX.
                        unsafe { <$T>::transpose(b.from(l, j).data, b.column, to.as_mut_ptr(), full as isize) }
                    }
                }
                for (l, row) in panel.chunks_exact_mut(full).take(depth).enumerate() {
                    let done = if l < deep { wide } else { 0 };
                    for (j, y) in row.iter_mut().enumerate().skip(done) {
                        // SAFETY: the caller's promise.
                        *y = if j < width { unsafe { *b.from(l, j).data } } else { 0.0 }
                    }
                }
            }

            /// Packs a block of the left factor: the columns of each tile, one after the other.
            ///
            /// # Safety
            /// `m` rows and `depth` columns can be read.
            #[target_feature(enable = $features)]
            unsafe fn pack(a: Matrix<$T>, m: usize, depth: usize, to: &mut [$T]) {
                for (tile, to) in to.chunks_exact_mut($ROWS * depth).take(m.div_ceil($ROWS)).enumerate() {
                    let rows = $ROWS.min(m - tile * $ROWS);
                    for (l, column) in to.chunks_exact_mut($ROWS).enumerate() {
                        let a = a.from(tile * $ROWS, l);
                        // SAFETY: the caller's promise.
                        unsafe {
                            if a.row == 1 && rows == $ROWS {
                                column.copy_from_slice(std::slice::from_raw_parts(a.data, $ROWS))
                            } else {
                                (0..rows).for_each(|i| column[i] = *a.from(i, 0).data)
                            }
                        }
                    }
                }
            }
        }
    };
}

tiles! { f32_avx512, "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma", f32, __m512, 16, 12, [8, 4, 2, 1],
_mm512_loadu_ps, _mm512_storeu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_fmadd_ps, _mm512_add_ps }
tiles! { f64_avx512, "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma", f64, __m512d, 8, 12, [8, 4, 2, 1],
_mm512_loadu_pd, _mm512_storeu_pd, _mm512_set1_pd, _mm512_setzero_pd, _mm512_fmadd_pd, _mm512_add_pd }
tiles! { f32_avx2, "avx2,fma", f32, __m256, 8, 6, [4, 2, 1],
_mm256_loadu_ps, _mm256_storeu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_fmadd_ps, _mm256_add_ps }
tiles! { f64_avx2, "avx2,fma", f64, __m256d, 4, 6, [4, 2, 1],
_mm256_loadu_pd, _mm256_storeu_pd, _mm256_set1_pd, _mm256_setzero_pd, _mm256_fmadd_pd, _mm256_add_pd }
