//! The kernel of argsort: the stable ascending order along the last axis.

use super::number::Number;
use super::threads::{for_pieces, with_scratch};
use super::view::View;
use bytemuck::Pod;

/// An element type with a total order on its keys: equal elements have equal keys, NaN the largest.
pub(crate) trait Sortable: Number {
    /// A key and an index in one number. All entries differ, so that any sort is stable.
    type Entry: Entry;
    fn key(self) -> u64;
    /// The number of low bytes of a key that may differ.
    const BYTES: usize;
}

/// A number with a key in its upper bits and an index below.
pub(crate) trait Entry: Pod + Ord {
    fn new(key: u64, index: usize) -> Self;
    /// Digit number d of the key, with the higher digits above it.
    fn digit(self, d: u32) -> usize;
    fn index(self) -> i64;
}
impl Entry for u64 {
    #[inline(always)]
    fn new(key: u64, index: usize) -> u64 {
        key << 32 | index as u64
    }
    #[inline(always)]
    fn digit(self, d: u32) -> usize {
        (self >> (32 + d * DIGIT)) as usize
    }
    #[inline(always)]
    fn index(self) -> i64 {
        i64::from(self as u32)
    }
}
impl Entry for u128 {
    #[inline(always)]
    fn new(key: u64, index: usize) -> u128 {
        u128::from(key) << 64 | index as u128
    }
    #[inline(always)]
    fn digit(self, d: u32) -> usize {
        (self >> (64 + d * DIGIT)) as usize
    }
    #[inline(always)]
    fn index(self) -> i64 {
        self as i64
    }
}

macro_rules! sortable {
    ($($T:ty, $Entry:ty, $bytes:expr, |$x:ident| $key:expr;)*) => { $(
        impl Sortable for $T {
            type Entry = $Entry;
            const BYTES: usize = $bytes;
            #[inline(always)]
            fn key(self) -> u64 { let $x = self; $key }
        }
    )* };
}
sortable! {
    // Adding 0 gives -0 the key of 0. The order of negative numbers is reversed, the others are above them.
    f32, u64, 4, |x| if x.is_nan() { u64::from(u32::MAX) } else {
        let bits = (x + 0.0).to_bits();
        u64::from(bits ^ ((bits as i32 >> 31) as u32 | 1 << 31))
    };
    f64, u128, 8, |x| if x.is_nan() { u64::MAX } else {
        let bits = (x + 0.0).to_bits();
        bits ^ ((bits as i64 >> 63) as u64 | 1 << 63)
    };
    i32, u64, 4, |x| u64::from(x as u32 ^ 1 << 31);
    i64, u128, 8, |x| x as u64 ^ 1 << 63;
    u8, u64, 1, |x| u64::from(x);
}

/// Rows of at least this many elements are sorted digit by digit.
const RADIX: usize = 1 << 10;

/// Writes the stable permutation that sorts the last axis to the contiguous `out`: ascending, NaN last.
pub(crate) fn argsort<T: Sortable>(x: View<T>, out: &mut [i64]) {
    x.check();
    assert_eq!(out.len(), x.size(), "one index for each element");
    let (n, step) = x.shape.last().zip(x.strides.last()).map_or((1, 1), |(&n, &s)| (n, s));
    if out.is_empty() {
        return;
    }
    assert!(n <= u32::MAX as usize, "argsort of more than 2³² elements");
    let rows = (4096 / n).max(1);
    let ns = out.len().saturating_mul(2 * n.ilog2() as usize + 2);
    for_pieces(out, rows * n, ns, |piece, out| {
        for (k, out) in out.chunks_exact_mut(n).enumerate() {
            let row = x.as_ptr().wrapping_offset(row_start(&x, piece * rows + k));
            with_scratch(2 * n, |memory: &mut [T::Entry]| {
                for (i, e) in memory[..n].iter_mut().enumerate() {
                    // SAFETY: i < n, and the view is checked.
                    *e = T::Entry::new(unsafe { *row.wrapping_offset(i as isize * step) }.key(), i)
                }
                sort(memory, T::BYTES, out)
            })
        }
    })
}

/// Bits of a digit.
const DIGIT: u32 = 11;
const DIGITS: usize = 1 << DIGIT;

/// Sorts the entries in the first half of `memory`, and writes their indices to `out`. Long rows are sorted
/// digit by digit from the lowest, in linear time.
fn sort<E: Entry>(memory: &mut [E], bytes: usize, out: &mut [i64]) {
    let n = out.len();
    let (mut from, mut to) = memory.split_at_mut(n);
    if n < RADIX {
        from.sort_unstable()
    } else {
        for d in 0..(8 * bytes as u32).div_ceil(DIGIT) {
            let mut places = [0u32; DIGITS];
            from.iter().for_each(|&e| places[e.digit(d) % DIGITS] += 1);
            if places.contains(&(n as u32)) {
                continue;
            }
            let mut sum = 0;
            places.iter_mut().for_each(|p| sum += std::mem::replace(p, sum));
            for &e in &*from {
                let place = &mut places[e.digit(d) % DIGITS];
                to[*place as usize] = e;
                *place += 1
            }
            std::mem::swap(&mut from, &mut to)
        }
    }
    out.iter_mut().zip(from).for_each(|(o, e)| *o = e.index())
}

/// The offset of row number i of the last axis.
fn row_start<T>(x: &View<T>, mut i: usize) -> isize {
    let mut start = 0;
    for k in (0..x.rank().saturating_sub(1)).rev() {
        start += (i % x.shape[k]) as isize * x.strides[k];
        i /= x.shape[k]
    }
    start
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Rng, random_strides};
    use super::super::threads::on_one_and_two;
    use super::*;

    fn shape(rng: &mut Rng, top: usize) -> Vec<usize> {
        let rank = rng.below(4);
        let last = rng.below(top);
        (0..rank).map(|k| if k + 1 == rank { last } else { rng.below(6) }).collect()
    }

    fn check_sort<T: Sortable>(rng: &mut Rng, shape: &[usize], of: fn(&mut Rng) -> T) {
        let (strides, offset) = random_strides(rng, shape);
        let data: Vec<T> = (0..shape.iter().map(|&n| n.max(1)).product()).map(|_| of(rng)).collect();
        let x = View::new(&data, offset, shape, &strides);
        let (one, two) = on_one_and_two(|| {
            let mut out = vec![-1; x.size()];
            argsort(x, &mut out);
            out
        });
        assert_eq!(one, two);
        let dense = x.elements();
        let n = shape.last().copied().unwrap_or(1);
        for (row, order) in dense.chunks(n.max(1)).zip(one.chunks(n.max(1))) {
            let mut want: Vec<usize> = (0..n).collect();
            #[expect(clippy::eq_op)]
            want.sort_by(|&a, &b| {
                let key = |x: T| (x != x, x);
                key(row[a]).partial_cmp(&key(row[b])).unwrap_or(std::cmp::Ordering::Equal)
            });
            assert!(order.iter().zip(&want).all(|(&a, &b)| a as usize == b), "{shape:?} {strides:?}");
        }
    }

    /// Numbers that sort badly: zeros of both signs, infinities, NaN of both signs, repetitions.
    fn odd(rng: &mut Rng) -> f64 {
        match rng.below(12) {
            0 => 0.0,
            1 => -0.0,
            2 => f64::NAN,
            3 => -f64::NAN,
            4 => f64::INFINITY,
            5 => f64::NEG_INFINITY,
            6 => rng.uniform() * 1e-310,
            7 | 8 => rng.small(),
            _ => rng.uniform() * 1e3,
        }
    }

    #[test]
    fn argsort_is_stable_with_nan_last() {
        let mut rng = Rng(6);
        for round in 0..150 {
            let shape = shape(&mut rng, [20, 300, 3000][round % 3]);
            check_sort::<f64>(&mut rng, &shape, odd);
            check_sort::<f32>(&mut rng, &shape, |r| odd(r) as f32);
            check_sort::<i64>(&mut rng, &shape, |r| (r.next() as i64) >> (r.below(4) * 20));
            check_sort::<i32>(&mut rng, &shape, |r| (r.next() as i32) >> (r.below(4) * 9));
            check_sort::<u8>(&mut rng, &shape, |r| r.below(2) as u8);
        }
    }
}
