//! Rows picked and added by index: gather and scatter-add.

use super::number::Number;
use super::threads::{Ptr, for_chunks, for_pieces};
use super::view::View;
use bytemuck::Pod;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Copies the elements at these places, counted from `first`, to `out`.
#[inline(never)]
pub(crate) fn pick<T: Copy>(data: &[T], first: isize, places: &[isize], out: &mut [T]) {
    out.iter_mut().zip(places).for_each(|(y, p)| *y = data[(first + p) as usize])
}

/// Copies runs of elements, which begin at `starts`, counted from `first`, to `out`. A run repeats one
/// element (step 0) or has neighbouring elements (step 1). A run that begins before the first element of
/// `data` is zeros. `out` begins `from` elements behind the beginning of the first run.
#[inline(never)]
pub(crate) fn pick_runs<T: Pod>(
    data: &[T],
    first: isize,
    (length, step): (usize, isize),
    starts: &[isize],
    from: usize,
    mut out: &mut [T],
) {
    let mut skipped = from % length;
    for start in &starts[from / length..] {
        let n = (length - skipped).min(out.len());
        if n == 0 {
            return;
        }
        let (now, later) = out.split_at_mut(n);
        match (usize::try_from(first + start), step) {
            (Err(_), _) => now.fill(T::zeroed()),
            (Ok(at), 0) => now.fill(data[at]),
            (Ok(at), _) => now.copy_from_slice(&data[at + skipped..][..n]),
        }
        (out, skipped) = (later, 0)
    }
}

/// [`pick`], with zeros for places outside of `data`.
pub(crate) fn pick_inside<T: Pod>(data: &[T], first: isize, places: &[isize], out: &mut [T]) {
    out.iter_mut()
        .zip(places)
        .for_each(|(y, p)| *y = data.get((first + p) as usize).copied().unwrap_or(T::zeroed()))
}

/// An index out of range: its value, its position among the indices, and the number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadIndex {
    pub index: i64,
    pub at: usize,
    pub len: usize,
}

/// About how many elements a chunk writes.
const CHUNK: usize = 1 << 14;

/// Writes row `i[b, m]` of `x[b, n, r]` for each of the indices `i[b, m]` to `out`: contiguous `[b, m, r]`.
pub(crate) fn gather<T: Pod + Send + Sync>(x: View<T>, i: View<i64>, out: &mut [T]) -> Result<(), BadIndex> {
    let (&[b, n, r], &[sb, sn, sr]) = (x.shape, x.strides) else { panic!("x[b, n, r]") };
    let (&[bi, m], &[ib, im]) = (i.shape, i.strides) else { panic!("i[b, m]") };
    assert!(bi == b && out.len() == b * m * r, "shapes of a gather");
    x.check();
    in_range(i, n)?;
    if out.is_empty() {
        return Ok(());
    }
    // With one row for each item of the batch, the batch is treated as one item: row j begins at `j · along`.
    let (b, m, sb, ib, im, along) = if m == 1 { (1, b, 0, 0, ib, sb) } else { (b, m, sb, ib, im, 0) };
    let rows = (CHUNK / r).max(1);
    let ns = b * m * (2 + r * size_of::<T>() / 16);
    for_pieces(out, rows * r, ns, |piece, out| {
        let (mut item, mut k) = (piece * rows / m, piece * rows % m);
        let mut out = out;
        while !out.is_empty() {
            // The next rows that belong to one item of the batch.
            let count = (m - k).min(out.len() / r);
            let (now, later) = out.split_at_mut(count * r);
            let from = x.as_ptr().wrapping_offset(item as isize * sb);
            let at = i.as_ptr().wrapping_offset(item as isize * ib + k as isize * im);
            let from = from.wrapping_offset(k as isize * along);
            let row = |j: usize| {
                // SAFETY: item < b and k + j < m; the views are checked and the indices are in range.
                let row = unsafe { *at.wrapping_offset(j as isize * im) };
                from.wrapping_offset(j as isize * along + row as isize * sn)
            };
            if r == 1 {
                // SAFETY: a row of `x` has an element.
                now.iter_mut().enumerate().for_each(|(j, y)| *y = unsafe { *row(j) })
            } else if sr == 1 {
                for (j, y) in now.chunks_exact_mut(r).enumerate() {
                    // SAFETY: the r elements of a row, side by side.
                    y.copy_from_slice(unsafe { std::slice::from_raw_parts(row(j), r) })
                }
            } else {
                for (j, y) in now.chunks_exact_mut(r).enumerate() {
                    let row = row(j);
                    // SAFETY: l < r.
                    (0isize..).zip(y).for_each(|(l, y)| *y = unsafe { *row.wrapping_offset(l * sr) })
                }
            }
            (item, k, out) = (item + 1, 0, later)
        }
    });
    Ok(())
}

/// Adds each row of `u[b, m, r]` to row `i[b, m]` of `out`, contiguous `[b, n, r]`, in order.
pub(crate) fn scatter_add<T: Number>(i: View<i64>, u: View<T>, out: &mut [T]) -> Result<(), BadIndex> {
    let (&[b, m, r], &[sb, sm, sr]) = (u.shape, u.strides) else { panic!("u[b, m, r]") };
    let &[ib, im] = i.strides else { panic!("i[b, m]") };
    assert!(i.shape == [b, m] && (b * r == 0 || out.len().is_multiple_of(b * r)), "shapes of a scatter-add");
    u.check();
    if b * m * r == 0 {
        return Ok(());
    }
    let n = out.len() / (b * r);
    in_range(i, n)?;
    // Cut by item and by columns: each element is added to by one chunk, in the order of the rows.
    let columns = if b * m * r < 4 * CHUNK { r } else { r.div_ceil(8).clamp(64, r.max(64)) };
    let parts = r.div_ceil(columns);
    let group = (CHUNK / (m * columns.min(r))).clamp(1, b * parts);
    let to = Ptr(out.as_mut_ptr());
    let ns = b * m * (2 + r * size_of::<T>() / 8);
    for_chunks((b * parts).div_ceil(group), ns, |chunk| {
        for part in chunk * group..((chunk + 1) * group).min(b * parts) {
            let (item, first) = (part / parts, part % parts * columns);
            let width = columns.min(r - first);
            let from = u.as_ptr().wrapping_offset(item as isize * sb + first as isize * sr);
            let at = i.as_ptr().wrapping_offset(item as isize * ib);
            for j in 0..m as isize {
                // SAFETY: item < b and j < m; columns first.. of a row that is in range, which no other chunk uses.
                let (from, row) = unsafe {
                    let row = *at.wrapping_offset(j * im) as usize;
                    let row = to.get().add((item * n + row) * r + first);
                    (from.wrapping_offset(j * sm), std::slice::from_raw_parts_mut(row, width))
                };
                if width == 1 {
                    // SAFETY: a row of `u` has an element.
                    row[0] = row[0].plus(unsafe { *from })
                } else if sr == 1 {
                    // SAFETY: `width` elements of a row, side by side.
                    let from = unsafe { std::slice::from_raw_parts(from, width) };
                    row.iter_mut().zip(from).for_each(|(y, &x)| *y = y.plus(x))
                } else {
                    // SAFETY: first + l < r.
                    (0isize..)
                        .zip(row)
                        .for_each(|(l, y)| *y = y.plus(unsafe { *from.wrapping_offset(l * sr) }))
                }
            }
        }
    });
    Ok(())
}

/// Checks that all indices are in 0..n; the error is the first index that is not.
fn in_range(i: View<i64>, n: usize) -> Result<(), BadIndex> {
    i.check();
    let bad = |x: i64| x as u64 >= n as u64;
    let &[b, m] = i.shape else { panic!("i[b, m]") };
    let at = |k: usize| {
        let place = (k / m) as isize * i.strides[0] + (k % m) as isize * i.strides[1];
        i.data[(i.offset as isize + place) as usize]
    };
    let first = AtomicUsize::new(usize::MAX);
    for_chunks((b * m).div_ceil(CHUNK), b * m, |chunk| {
        let range = chunk * CHUNK..((chunk + 1) * CHUNK).min(b * m);
        let any = match i.as_slice() {
            // Without a branch for each index.
            Some(i) => i[range.clone()].iter().fold(false, |any, &x| any | bad(x)),
            None => range.clone().any(|k| bad(at(k))),
        };
        if any {
            first.fetch_min(range.into_iter().find(|&k| bad(at(k))).unwrap_or(usize::MAX), Relaxed);
        }
    });
    match first.into_inner() {
        usize::MAX => Ok(()),
        k => Err(BadIndex { index: at(k), at: k, len: n }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Rng, random_strides};
    use super::super::threads::on_one_and_two;
    use super::*;

    fn check<T: Number>(rng: &mut Rng, [b, n, m, r]: [usize; 4], of: fn(f64) -> T) {
        let (xs, us, is) = ([b, n, r], [b, m, r], [b, m]);
        let ((tx, ox), (tu, ou), (ti, oi)) =
            (random_strides(rng, &xs), random_strides(rng, &us), random_strides(rng, &is));
        let mut data = |s: &[usize]| -> Vec<T> {
            (0..s.iter().map(|&n| n.max(1)).product()).map(|_| of(rng.small())).collect()
        };
        let (dx, du) = (data(&xs), data(&us));
        let di: Vec<i64> = (0..b.max(1) * m.max(1)).map(|_| rng.below(n) as i64).collect();
        let (x, u) = (View::new(&dx, ox, &xs, &tx), View::new(&du, ou, &us, &tu));
        let i = View::new(&di, oi, &is, &ti);
        let ((picked, added), two) = on_one_and_two(|| {
            let (mut picked, mut added) = (vec![of(9.0); b * m * r], vec![T::ZERO; b * n * r]);
            (gather(x, i, &mut picked), scatter_add(i, u, &mut added)).0.expect("in range");
            (picked, added)
        });
        assert_eq!((&picked, &added), (&two.0, &two.1));
        let (x, u, i) = (x.elements(), u.elements(), i.elements());
        let mut want = vec![T::ZERO; b * n * r];
        for at in 0..b * m * r {
            let (item, row, l) = (at / (m * r), i[at / r] as usize, at % r);
            let place = (item * n + row) * r + l;
            assert_eq!(picked[at], x[place]);
            want[place] = want[place].plus(u[at])
        }
        assert_eq!(added, want);
    }

    /// Every part of the runs equals its elements picked one by one.
    #[test]
    fn runs_are_picked_as_their_elements_are() {
        let data: Vec<i32> = (0..100).collect();
        let starts = [40, 3, 70, 3, 12];
        for (step, length) in [(0, 4), (1, 4), (1, 1), (0, 9), (1, 9)] {
            let places: Vec<isize> =
                starts.iter().flat_map(|s| (0..length as isize).map(move |i| s + i * step)).collect();
            for from in 0..places.len() {
                for to in from..=places.len() {
                    let (mut want, mut got) = (vec![0; to - from], vec![-1; to - from]);
                    pick(&data, 5, &places[from..to], &mut want);
                    pick_runs(&data, 5, (length, step), &starts, from, &mut got);
                    assert_eq!(got, want, "{step} {length} {from} {to}")
                }
            }
        }
    }

    #[test]
    fn rows_are_picked_and_added() {
        let mut rng = Rng(8);
        for _ in 0..200 {
            let dims = [rng.below(5), 1 + rng.below(9), rng.below(30), [0, 1, 2, 17, 70][rng.below(5)]];
            check::<f32>(&mut rng, dims, |x| x as f32);
            check::<f64>(&mut rng, dims, |x| x);
            check::<i32>(&mut rng, dims, |x| x as i32);
            check::<i64>(&mut rng, dims, |x| x as i64);
            check::<u8>(&mut rng, dims, |x| u8::from(x > 0.0));
        }
        for dims in [[1, 500, 700, 300], [1, 100, 200_000, 1], [60_000, 3, 2, 1], [70, 30, 1000, 5]] {
            check::<f32>(&mut rng, dims, |x| x as f32);
        }
    }

    #[test]
    fn an_index_that_is_no_row_is_named() {
        let mut i = vec![0i64; 100_000];
        (i[70_001], i[70_002]) = (-1, 3);
        let i = View::new(&i, 0, &[2, 50_000], &[50_000, 1]);
        let error = Err(BadIndex { index: -1, at: 70_001, len: 3 });
        assert_eq!(
            gather(View::new(&[0.0; 6], 0, &[2, 3, 1], &[3, 1, 1]), i, &mut vec![0.0; 100_000]),
            error
        );
        let u = View::new(&[1.0], 0, &[2, 50_000, 1], &[0, 0, 0]);
        assert_eq!(scatter_add(i, u, &mut [0.0; 6]), error);
    }
}
