//! One memory written by several threads at once, row by row: every row is cut into as many parts as there are threads, and
//! each has its part of all of them.

use super::threads::Ptr;
use std::marker::PhantomData;

/// A part of every row.
pub(crate) struct Strip<'a> {
    base: Ptr<u8>,
    rows: usize,
    /// Bytes from one row to the next.
    step: usize,
    /// Bytes of its part of a row.
    len: usize,
    of: PhantomData<&'a mut [u8]>,
}

/// Cuts each of the rows into equal parts.
///
/// # Panics
/// If rows and parts do not fit.
pub(crate) fn strips(out: &mut [u8], rows: usize, parts: usize) -> impl Iterator<Item = Strip<'_>> {
    let step = out.len().checked_div(rows).unwrap_or(0);
    let len = step / parts;
    assert_eq!(out.len(), rows * parts * len, "rows are cut into equal parts");
    let base = out.as_mut_ptr();
    // Inside of `out`, also where it is empty.
    (0..parts).map(move |k| Strip { base: Ptr(base.wrapping_add(k * len)), rows, step, len, of: PhantomData })
}

impl Strip<'_> {
    /// Its part of row `i`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&mut self, i: usize) -> &mut [u8] {
        assert!(i < self.rows, "there are {} rows", self.rows);
        // SAFETY: inside the memory that was cut, and no other strip's.
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
