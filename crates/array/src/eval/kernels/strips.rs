//! Lets several threads write one buffer at once, row by row. Every row is cut into equal parts, and each
//! thread owns the same part of every row.

use super::threads::Ptr;
use std::marker::PhantomData;

/// One part of every row of a buffer.
pub(crate) struct Strip<'a> {
    base: Ptr<u8>,
    rows: usize,
    /// Bytes from one row to the next.
    step: usize,
    /// Bytes of this part in a row.
    len: usize,
    of: PhantomData<&'a mut [u8]>,
}

/// Cuts each of the rows of `out` into equal parts. Strip k has part k of every row.
///
/// # Panics
/// If `out` does not divide into `rows` rows of `parts` equal parts.
pub(crate) fn strips(out: &mut [u8], rows: usize, parts: usize) -> impl Iterator<Item = Strip<'_>> {
    let step = out.len().checked_div(rows).unwrap_or(0);
    let len = step / parts;
    assert_eq!(out.len(), rows * parts * len, "rows are cut into equal parts");
    let base = out.as_mut_ptr();
    // The pointer stays inside of `out`, even if that is empty.
    (0..parts).map(move |k| Strip { base: Ptr(base.wrapping_add(k * len)), rows, step, len, of: PhantomData })
}

impl Strip<'_> {
    /// The strip's part of row `i`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&mut self, i: usize) -> &mut [u8] {
        assert!(i < self.rows, "there are {} rows", self.rows);
        // SAFETY: the part is inside the buffer that was cut, and belongs to no other strip.
        unsafe { std::slice::from_raw_parts_mut(self.base.get().add(i * self.step), self.len) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_are_written_at_once() {
        let mut out = vec![0; 4 * 3 * 5];
        std::thread::scope(|s| {
            for (k, mut strip) in strips(&mut out, 4, 3).enumerate() {
                s.spawn(move || (0..4).for_each(|i| strip.row(i).fill(10 * i as u8 + k as u8)));
            }
        });
        let want: Vec<u8> = (0..60).map(|j| (j / 15 * 10 + j % 15 / 5) as u8).collect();
        assert_eq!(out, want);
        assert!(strips(&mut [], 0, 3).count() == 3 && strips(&mut [], 4, 1).all(|mut s| s.row(3).is_empty()))
    }

    #[test]
    #[should_panic(expected = "rows are cut into equal parts")]
    fn parts_that_do_not_fit() {
        strips(&mut [0; 10], 2, 3).for_each(drop)
    }
}
