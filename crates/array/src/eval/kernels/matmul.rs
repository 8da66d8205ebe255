//! Products of matrices, one for each index of the leading axes. Transposed and broadcast operands are read
//! in place.

use super::number::Matrix;
use super::product::Product;
use super::threads::{Ptr, for_chunks};
use super::view::View;

/// Writes the products `[batch…, m, k] × [batch…, k, n]` to the contiguous `out`, `[batch…, m, n]`.
///
/// # Panics
/// If the shapes do not fit together.
pub(crate) fn matmul<T: Product>(a: View<T>, b: View<T>, out: &mut [T]) {
    let r = a.rank().checked_sub(2).expect("a matrix has two axes");
    let (m, k, n) = (a.shape[r], a.shape[r + 1], b.shape[r + 1]);
    assert!(b.rank() == r + 2 && b.shape[r] == k && b.shape[..r] == a.shape[..r], "factors of a product fit");
    a.check();
    b.check();
    let batch: usize = a.shape[..r].iter().product();
    assert_eq!(out.len(), batch * m * n, "the result of a product has its size");
    if out.is_empty() {
        return;
    }
    if k == 0 {
        return out.fill(T::ZERO);
    }
    let (mat_a, mat_b) = (matrix(&a), matrix(&b));
    let ns = batch.saturating_mul(time::<T>(m, k, n));
    if batch == 1 && ns < 2 * CELL_NS {
        // SAFETY: all indices are inside the checked views, of which the leading axes have extent 1.
        return unsafe { T::gemm([m, k, n], mat_a, mat_b, out.as_mut_ptr(), n, false) };
    }
    products(a, b, out)
}

/// Computes all the products, cut into cells for several threads.
fn products<T: Product>(a: View<T>, b: View<T>, out: &mut [T]) {
    let r = a.rank() - 2;
    let (m, k, n) = (a.shape[r], a.shape[r + 1], b.shape[r + 1]);
    let batch: usize = a.shape[..r].iter().product();
    let (mat_a, mat_b) = (matrix(&a), matrix(&b));
    let ns = batch.saturating_mul(time::<T>(m, k, n));
    // Cells are small if there would be few of them otherwise, and large if there are many: a packed factor
    // then serves more columns.
    let each = (ns / 16).clamp(CELL_NS, 30 * CELL_NS);
    let [rows, columns] = grid::<T>([m, k, n], mat_a.column != 1, each);
    let (cells, to) = (m.div_ceil(rows) * n.div_ceil(columns), Ptr(out.as_mut_ptr()));
    // Small products of a batch are taken together.
    let group = (each * cells / time::<T>(m, k, n).max(1)).clamp(1, batch * cells);
    for_chunks((batch * cells).div_ceil(group), ns, |chunk| {
        for cell in chunk * group..((chunk + 1) * group).min(batch * cells) {
            let (item, cell) = (cell / cells, cell % cells);
            let (i, j) = (cell / n.div_ceil(columns) * rows, cell % n.div_ceil(columns) * columns);
            let at = |view: &View<T>, m: Matrix<T>| Matrix {
                data: m.data.wrapping_offset(start(view, item)),
                ..m
            };
            let mkn = [rows.min(m - i), k, columns.min(n - j)];
            // SAFETY: all indices are inside the checked views; cells are disjoint parts of `out`.
            unsafe {
                let out = to.get().add(item * m * n + i * n + j);
                T::gemm(mkn, at(&a, mat_a).from(i, 0), at(&b, mat_b).from(0, j), out, n, false)
            }
        }
    })
}

/// The least time that a chunk of work is meant to take, in nanoseconds.
const CELL_NS: usize = 5_000;

/// An estimate of the time of a product on one thread, in nanoseconds.
fn time<T: Product>(m: usize, k: usize, n: usize) -> usize {
    2 * m.saturating_mul(k).saturating_mul(n) / T::FLOPS
}

/// Rows and columns of the cells into which the result is cut: for several threads, and so that a cell's rows
/// of the left factor stay in the second-level cache. Columns are cut first, since panels of the right factor
/// are packed in any case. But a left factor that must be packed is cut by rows, or every cell would pack it
/// again.
fn grid<T: Product>([m, k, n]: [usize; 3], packed: bool, each: usize) -> [usize; 2] {
    let (mut rows, mut columns) = (m, n);
    let half = |n: usize, of: usize| n.div_ceil(2).next_multiple_of(of);
    while rows > 384 {
        rows = half(rows, 12)
    }
    while time::<T>(rows, k, columns) >= 2 * each {
        match (rows > 48, columns > 64) {
            (true, more) if packed || !more => rows = half(rows, 12),
            (_, true) => columns = half(columns, 32),
            _ => break,
        }
    }
    [rows, columns]
}

/// The matrix of the last two axes, at the first index of the leading ones.
fn matrix<T>(view: &View<T>) -> Matrix<T> {
    let r = view.rank();
    Matrix { data: view.as_ptr(), row: view.strides[r - 2], column: view.strides[r - 1] }
}

/// The offset of matrix number i of the leading axes.
pub(super) fn start<T>(view: &View<T>, mut i: usize) -> isize {
    let mut start = 0;
    for k in (0..view.rank() - 2).rev() {
        start += (i % view.shape[k]) as isize * view.strides[k];
        i /= view.shape[k]
    }
    start
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Rng, each_index, random_strides};
    use super::super::threads::on_one_and_two;
    use super::*;

    fn check<T: Product>(
        rng: &mut Rng,
        shape: &[usize],
        [m, k, n]: [usize; 3],
        of: fn(f64) -> T,
        to: fn(T) -> f64,
    ) {
        let (sa, sb) = ([shape, &[m, k]].concat(), [shape, &[k, n]].concat());
        let ((ta, oa), (tb, ob)) = (random_strides(rng, &sa), random_strides(rng, &sb));
        let mut data = |s: &[usize]| -> Vec<T> {
            (0..s.iter().map(|&n| n.max(1)).product()).map(|_| of(rng.small())).collect()
        };
        let (da, db) = (data(&sa), data(&sb));
        let (a, b) = (View::new(&da, oa, &sa, &ta), View::new(&db, ob, &sb, &tb));
        let size = shape.iter().product::<usize>() * m * n;
        let (one, two) = on_one_and_two(|| {
            let mut out = vec![of(3.0); size];
            matmul(a, b, &mut out);
            out
        });
        assert_eq!(one, two);
        let (mut want, r) = (vec![], shape.len());
        each_index(&[shape, &[m, n]].concat(), |i| {
            let term = |l: usize| {
                let (mut ia, mut ib) = (i.to_vec(), i.to_vec());
                (ia[r + 1], ib[r]) = (l, l);
                to(a.at(&ia)) * to(b.at(&ib))
            };
            want.push(of((0..k).map(term).sum()))
        });
        assert_eq!(one, want, "{shape:?} {m} {k} {n} {ta:?} {tb:?}");
    }

    #[test]
    fn every_product_is_that_of_the_definition() {
        let mut rng = Rng(2);
        for round in 0..300 {
            let shape: Vec<usize> = (0..rng.below(4)).map(|_| rng.below(4)).collect();
            let top = [4, 20, 40][round % 3];
            let mkn = [rng.below(top), rng.below(top), rng.below(top)];
            check::<f32>(&mut rng, &shape, mkn, |x| x as f32, f64::from);
            check::<f64>(&mut rng, &shape, mkn, |x| x, |x| x);
            check::<i32>(&mut rng, &shape, mkn, |x| x as i32, f64::from);
            check::<i64>(&mut rng, &shape, mkn, |x| x as i64, |x| x as f64);
            check::<u8>(&mut rng, &shape, mkn, |x| u8::from(x > 0.0), f64::from);
        }
    }

    #[test]
    fn large_products_are_cut_into_cells() {
        let mut rng = Rng(3);
        for mkn in [[600, 70, 300], [1, 3000, 700], [700, 3000, 1], [9, 20_000, 16], [300, 2, 900]] {
            check::<f32>(&mut rng, &[], mkn, |x| x as f32, f64::from);
            check::<f64>(&mut rng, &[2], mkn, |x| x, |x| x);
        }
        check::<f32>(&mut rng, &[300], [8, 16, 16], |x| x as f32, f64::from);
        check::<i64>(&mut rng, &[], [100, 100, 100], |x| x as i64, |x| x as f64);
    }
}
