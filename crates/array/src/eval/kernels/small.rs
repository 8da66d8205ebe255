//! Products of matrices that are too small to be worth packing, and products of integers. A strip of the
//! right factor is copied into vectors, and a few rows of the left factor at a time are multiplied by it.

use super::math::{CpuLevel, Kernel, Level, dispatch};
use super::number::{Matrix, Number};

/// Columns in a strip, its rows, and how many rows of the result are summed side by side.
const COLUMNS: usize = 16;
const DEPTH: usize = 16;
const ROWS: usize = 4;

/// `out = a b`, or `out += a b` if `add`, with a: `[m, k]`, b: `[k, n]`, out: `[m, n]`, rows `step` apart.
///
/// # Safety
/// Every index leads to a readable element of `a` and `b` and a writable one of `out`, which overlaps neither.
pub(crate) unsafe fn small<T: Number>(
    mkn: [usize; 3],
    a: Matrix<T>,
    b: Matrix<T>,
    out: *mut T,
    step: usize,
    add: bool,
) {
    dispatch(Small { mkn, a, b, out, step, add })
}

struct Small<T> {
    mkn: [usize; 3],
    a: Matrix<T>,
    b: Matrix<T>,
    out: *mut T,
    step: usize,
    add: bool,
}

impl<T: Number> Kernel for Small<T> {
    type Out = ();
    const BEST: CpuLevel = T::LOOPS;
    #[inline(always)]
    fn run<L: Level>(self) {
        let [m, k, n] = self.mkn;
        let mut strip = [[T::ZERO; COLUMNS]; DEPTH];
        for j in (0..n).step_by(COLUMNS) {
            let width = COLUMNS.min(n - j);
            for l in (0..k.max(1)).step_by(DEPTH) {
                let depth = DEPTH.min(k - l);
                for (r, row) in strip[..depth].iter_mut().enumerate() {
                    let b = self.b.from(l + r, j);
                    // SAFETY: row l + r < k, columns up to j + width ≤ n.
                    unsafe {
                        if b.column == 1 && width == COLUMNS {
                            *row = b.data.cast::<[T; COLUMNS]>().read_unaligned()
                        } else {
                            (0..width).for_each(|c| row[c] = *b.from(0, c).data)
                        }
                    }
                }
                let add = self.add || l > 0;
                let mut i = 0;
                while i + ROWS <= m {
                    self.rows::<L, ROWS>(&strip[..depth], [i, l, j], width, add);
                    i += ROWS
                }
                while i < m {
                    self.rows::<L, 1>(&strip[..depth], [i, l, j], width, add);
                    i += 1
                }
            }
        }
    }
}

impl<T: Number> Small<T> {
    /// Computes rows i … i + R of the result, in `width` columns from j on: the terms of a strip that begins
    /// at row l of `b`.
    #[inline(always)]
    fn rows<L: Level, const R: usize>(
        &self,
        strip: &[[T; COLUMNS]],
        at: [usize; 3],
        width: usize,
        add: bool,
    ) {
        let [i, l, j] = at;
        let mut sums = [[T::ZERO; COLUMNS]; R];
        let a = self.a.from(i, l);
        // SAFETY: i + r < m; the result is the caller's, and read only where it was written.
        let row = |r: usize| unsafe {
            std::slice::from_raw_parts_mut(self.out.add((i + r) * self.step + j), width)
        };
        if add {
            for (r, sums) in sums.iter_mut().enumerate() {
                sums[..width].copy_from_slice(row(r))
            }
        }
        for (l, b) in strip.iter().enumerate() {
            for (r, sums) in sums.iter_mut().enumerate() {
                // SAFETY: i + r < m, and l inside the strip.
                let x = unsafe { *a.from(r, l).data };
                for c in 0..COLUMNS {
                    sums[c] = x.mul_add::<L>(b[c], sums[c])
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            if width == COLUMNS {
                row(r).copy_from_slice(sums)
            } else {
                row(r).copy_from_slice(&sums[..width])
            }
        }
    }
}
