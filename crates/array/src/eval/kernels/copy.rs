//! Copies between any two strided views. They materialise permutations, slices, flips, broadcasts, padding
//! and parts of a concatenation, at the speed of memory where the order in memory allows.
//!
//! Over 300 lines: each order in which memory can be read has its loop.

use super::threads::{Ptr, for_chunks};
use super::view::{Axis, View, ViewMut, merge};
use bytemuck::Pod;
use smallvec::SmallVec;

/// About how many bytes a chunk writes.
const CHUNK: usize = 1 << 18;

/// Elements on a side of the tiles in which two axes are exchanged: 16 of 4 bytes are a cache line.
const TILE: usize = 16;

/// An axis with the strides of the source and of the target.
type Both = Axis<2>;
type Axes = SmallVec<[Both; 6]>;

/// Copies the elements of `src` to those of `dst`.
///
/// # Panics
/// If the shapes differ, or if `dst` may lead to one element twice.
pub(crate) fn copy<T: Pod + Send + Sync>(src: View<T>, mut dst: ViewMut<T>) {
    assert_eq!(src.shape, dst.shape, "a copy keeps the shape");
    src.check();
    dst.check();
    if src.size() == 0 {
        return;
    }
    let (axes, [s, d]) = forward(src.shape, src.strides, dst.strides);
    let (from, to) = (src.as_ptr().wrapping_offset(s), dst.as_mut_ptr().wrapping_offset(d));
    // The loops are compiled for sizes, not for types.
    // SAFETY: both views were checked, `dst` is exclusive; elements keep their size and are aligned enough.
    unsafe {
        match size_of::<T>() {
            1 => in_chunks::<u8>(from.cast(), to.cast(), axes),
            4 => in_chunks::<u32>(from.cast(), to.cast(), axes),
            8 => in_chunks::<[u32; 2]>(from.cast(), to.cast(), axes),
            16 => in_chunks::<[u64; 2]>(from.cast(), to.cast(), axes),
            other => unreachable!("no element has {other} bytes"),
        }
    }
}

/// The axes by descending strides of the target, negative ones reversed, and the offsets at which source and
/// target then begin. A copy may go through its axes in any order and direction.
fn forward(shape: &[usize], from: &[isize], to: &[isize]) -> (Axes, [isize; 2]) {
    let mut start = [0, 0];
    let mut axes = Axes::new();
    for (&n, strides) in shape.iter().zip(from.iter().zip(to)) {
        let mut axis = Axis { n, strides: [*strides.0, *strides.1] };
        if axis.strides[1] < 0 {
            let last = axis.n as isize - 1;
            start = [0, 1].map(|k| start[k] + last * axis.strides[k]);
            axis.strides = axis.strides.map(|s| -s)
        }
        if n != 1 {
            axes.push(axis)
        }
    }
    axes.sort_by_key(|a| std::cmp::Reverse(a.strides[1]));
    let mut reach = 0;
    for axis in axes.iter().rev() {
        assert!(axis.strides[1] > reach, "the target of a copy names an element twice");
        reach += (axis.n as isize - 1) * axis.strides[1]
    }
    (merge(axes), start)
}

/// Copies the box of these axes, in chunks that threads share.
///
/// # Safety
/// As for [`copy_box`], and nobody else writes to the box.
unsafe fn in_chunks<T: Copy + Send + Sync>(from: *const T, to: *mut T, axes: Axes) {
    let bytes = axes.iter().map(|a| a.n).product::<usize>() * size_of::<T>();
    // The outermost axis that is long enough is cut, or else the longest.
    let chunks = bytes.div_ceil(CHUNK);
    let cut = axes.iter().position(|a| a.n >= chunks).or_else(|| (0..axes.len()).max_by_key(|&k| axes[k].n));
    let (Some(cut), 2..) = (cut, chunks) else {
        // SAFETY: the caller's promise.
        return unsafe { copy_box(from, to, &axes) };
    };
    let len = axes[cut].n.div_ceil(chunks);
    let (from, to) = (Ptr(from.cast_mut()), Ptr(to));
    for_chunks(axes[cut].n.div_ceil(len), bytes / 16, |i| {
        let mut axes = axes.clone();
        let (start, [s, d]) = (i * len, axes[cut].strides);
        axes[cut].n = len.min(axes[cut].n - start);
        // SAFETY: a part of the box; those of different chunks share no element of the target.
        unsafe {
            let from = from.get().cast_const().wrapping_offset(start as isize * s);
            copy_box(from, to.get().wrapping_offset(start as isize * d), &axes)
        }
    })
}

/// Copies the box of these axes, the target's strides descending.
///
/// # Safety
/// Every index leads to a readable element of `from` and a writable one of `to`, and the two do not overlap.
unsafe fn copy_box<T: Copy>(from: *const T, to: *mut T, axes: &[Both]) {
    let unit = Axis { n: 1, strides: [0, 0] };
    let Some((&inner, rest)) = axes.split_last() else {
        // SAFETY: the one element of a box without axes.
        return unsafe { *to = *from };
    };
    // The axis of the source's least nonzero step; if it is not the target's, the two are exchanged in tiles.
    let near = |k: &usize| rest[*k].strides[0].unsigned_abs().wrapping_sub(1);
    let other = (0..rest.len())
        .min_by_key(near)
        .filter(|k| near(k) < inner.strides[0].unsigned_abs().wrapping_sub(1));
    let tiled = other.is_some();
    let mut outer: Axes = rest.into();
    let middle = match other {
        Some(k) => outer.remove(k),
        None => outer.pop().unwrap_or(unit),
    };
    let mut index: SmallVec<[usize; 6]> = SmallVec::from_elem(0, outer.len());
    let (mut from, mut to) = (from, to);
    loop {
        // SAFETY: the index leads into the box.
        unsafe {
            if tiled {
                Exchange { from, to, p: middle, q: inner }.run()
            } else {
                rows(from, to, middle, inner)
            }
        };
        let mut k = outer.len();
        loop {
            if k == 0 {
                return;
            }
            k -= 1;
            let Axis { n, strides: [s, d] } = outer[k];
            index[k] += 1;
            from = from.wrapping_offset(s);
            to = to.wrapping_offset(d);
            if index[k] < n {
                break;
            }
            index[k] = 0;
            from = from.wrapping_offset(-(n as isize) * s);
            to = to.wrapping_offset(-(n as isize) * d);
        }
    }
}

/// Copies two axes, row by row.
///
/// # Safety
/// As for [`copy_box`].
unsafe fn rows<T: Copy>(from: *const T, to: *mut T, outer: Both, inner: Both) {
    let (n, [s, d]) = (inner.n, inner.strides);
    for i in 0..outer.n as isize {
        let from = from.wrapping_offset(i * outer.strides[0]);
        let to = to.wrapping_offset(i * outer.strides[1]);
        // SAFETY: the caller's promise, for row i.
        unsafe {
            match (s, d) {
                (1, 1) => std::ptr::copy_nonoverlapping(from, to, n),
                (0, 1) => std::slice::from_raw_parts_mut(to, n).fill(*from),
                (s, 1) => (0..n as isize).for_each(|j| *to.offset(j) = *from.wrapping_offset(j * s)),
                (s, d) => {
                    (0..n as isize).for_each(|j| *to.wrapping_offset(j * d) = *from.wrapping_offset(j * s))
                }
            }
        }
    }
}

/// Copies two axes in tiles, so that each cache line is touched once: the source is close along `p`, the
/// target along `q`.
struct Exchange<T> {
    from: *const T,
    to: *mut T,
    p: Both,
    q: Both,
}

impl<T: Copy> Exchange<T> {
    /// # Safety
    /// i < p.n and j < q.n, and the box is readable and writable.
    #[inline(always)]
    unsafe fn one(&self, i: usize, j: usize) {
        let (i, j) = (i as isize, j as isize);
        // SAFETY: the caller's promise.
        unsafe {
            let x = *self.from.wrapping_offset(i * self.p.strides[0] + j * self.q.strides[0]);
            *self.to.wrapping_offset(i * self.p.strides[1] + j * self.q.strides[1]) = x
        }
    }

    /// Copies a whole tile; `p` is dense in the source and `q` in the target.
    ///
    /// # Safety
    /// i + TILE ≤ p.n and j + TILE ≤ q.n, and the box is readable and writable.
    unsafe fn tile(&self, i: usize, j: usize) {
        let (from_step, to_step) = (self.q.strides[0], self.p.strides[1]);
        let block = SMALL / size_of::<T>();
        for i in (i..i + TILE).step_by(block) {
            for j in (j..j + TILE).step_by(block) {
                let from = self.from.wrapping_offset(i as isize + j as isize * from_step);
                let to = self.to.wrapping_offset(i as isize * to_step + j as isize);
                // SAFETY: a block of the tile, of elements of the right size.
                unsafe {
                    if size_of::<T>() == 4 {
                        turn4(from.cast(), from_step, to.cast(), to_step)
                    } else {
                        turn2(from.cast(), from_step, to.cast(), to_step)
                    }
                }
            }
        }
    }

    /// Copies the whole box.
    ///
    /// # Safety
    /// The box is readable and writable.
    unsafe fn run(&self) {
        let blocks = cfg!(target_arch = "x86_64") && (size_of::<T>() == 4 || size_of::<T>() == 8);
        let dense = blocks && self.p.strides[0] == 1 && self.q.strides[1] == 1;
        for j in (0..self.q.n).step_by(TILE) {
            for i in (0..self.p.n).step_by(TILE) {
                if dense && i + TILE <= self.p.n && j + TILE <= self.q.n {
                    // SAFETY: inside the box.
                    unsafe { self.tile(i, j) }
                } else {
                    for b in j..self.q.n.min(j + TILE) {
                        // SAFETY: inside the box.
                        (i..self.p.n.min(i + TILE)).for_each(|a| unsafe { self.one(a, b) })
                    }
                }
            }
        }
    }
}

/// Bytes of a row of the blocks that are transposed in registers: an SSE register, which every x86-64 has.
const SMALL: usize = 16;

/// Transposes 4 × 4 elements of 4 bytes.
///
/// # Safety
/// Four rows of four, `from_step` apart, can be read; and written, `to_step` apart.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn turn4(from: *const f32, from_step: isize, to: *mut f32, to_step: isize) {
    use std::arch::x86_64::*;
    // SAFETY: the caller's promise, for unaligned access.
    unsafe {
        let [a, b, c, d] = [0, 1, 2, 3].map(|k| _mm_loadu_ps(from.wrapping_offset(k * from_step)));
        let (ab, cd) = (_mm_unpacklo_ps(a, b), _mm_unpacklo_ps(c, d));
        let (ab2, cd2) = (_mm_unpackhi_ps(a, b), _mm_unpackhi_ps(c, d));
        _mm_storeu_ps(to, _mm_movelh_ps(ab, cd));
        _mm_storeu_ps(to.wrapping_offset(to_step), _mm_movehl_ps(cd, ab));
        _mm_storeu_ps(to.wrapping_offset(2 * to_step), _mm_movelh_ps(ab2, cd2));
        _mm_storeu_ps(to.wrapping_offset(3 * to_step), _mm_movehl_ps(cd2, ab2))
    }
}

/// Transposes 2 × 2 elements of 8 bytes.
///
/// # Safety
/// Two rows of two, `from_step` apart, can be read; and written, `to_step` apart.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn turn2(from: *const f64, from_step: isize, to: *mut f64, to_step: isize) {
    use std::arch::x86_64::*;
    // SAFETY: the caller's promise, for unaligned access.
    unsafe {
        let (a, b) = (_mm_loadu_pd(from), _mm_loadu_pd(from.wrapping_offset(from_step)));
        _mm_storeu_pd(to, _mm_unpacklo_pd(a, b));
        _mm_storeu_pd(to.wrapping_offset(to_step), _mm_unpackhi_pd(a, b))
    }
}

/// Never called on this architecture.
///
/// # Safety
/// None needed.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn turn4(_: *const f32, _: isize, _: *mut f32, _: isize) {}
/// Never called on this architecture.
///
/// # Safety
/// None needed.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn turn2(_: *const f64, _: isize, _: *mut f64, _: isize) {}

#[cfg(test)]
mod tests {
    use super::super::testing::{Rng, each_index};
    use super::super::threads::on_one_and_two;
    use super::super::view::{Strides, row_major};
    use super::*;

    /// Copies between a random view and a random view without repetition, and compares element by element.
    fn check<T: Pod + Send + Sync + PartialEq + std::fmt::Debug>(
        rng: &mut Rng,
        big: usize,
        of: fn(usize) -> T,
    ) {
        let rank = rng.below(5);
        let shape: Vec<usize> =
            (0..rank).map(|_| if rng.below(20) == 0 { 0 } else { 1 + rng.below(big) }).collect();
        // The target: axes permuted, with gaps and flips.
        let mut order: Vec<usize> = (0..rank).collect();
        rng.shuffle(&mut order);
        let (mut strides, mut offset, mut step) = (Strides::from_elem(0, rank), 0, 1);
        for &k in &order {
            step += if rng.below(4) == 0 { step } else { 0 };
            strides[k] = step as isize;
            if rng.below(3) == 0 {
                strides[k] = -strides[k];
                offset += shape[k].saturating_sub(1) * step
            }
            step *= shape[k].max(1)
        }
        let len = offset.max(step) + 1;
        // The source: axes permuted, some of them broadcast.
        let (mut from, mut start) = (strides.clone(), offset);
        rng.shuffle(&mut order);
        if order.len() > 1 {
            let full = row_major(&order.iter().map(|&k| shape[k].max(1)).collect::<Vec<_>>());
            start = 0;
            order.iter().zip(&full).for_each(|(&k, &s)| from[k] = if rng.below(4) == 0 { 0 } else { s })
        }
        let data: Vec<T> = (0..len * 2 + 7).map(of).collect();
        let src = View::new(&data, start, &shape, &from);
        let run = || {
            let mut out = vec![of(0); len + 5];
            copy(src, ViewMut { data: &mut out, offset, shape: &shape, strides: &strides });
            out
        };
        let (out, two) = on_one_and_two(run);
        assert_eq!(out, two);
        let mut want = vec![of(0); len + 5];
        let at = |o: usize, s: &[isize], i: &[usize]| {
            (o as isize + i.iter().zip(s).map(|(&i, &s)| i as isize * s).sum::<isize>()) as usize
        };
        each_index(&shape, |i| want[at(offset, &strides, i)] = data[at(start, &from, i)]);
        assert_eq!(out, want, "{shape:?} {from:?} {strides:?}");
    }

    #[test]
    fn every_element_arrives() {
        let mut rng = Rng(1);
        for _ in 0..300 {
            check::<f64>(&mut rng, 7, |i| i as f64);
            check::<i32>(&mut rng, 21, |i| i as i32);
            check::<u8>(&mut rng, 21, |i| i as u8);
        }
    }

    #[test]
    fn large_copies_are_cut_into_chunks() {
        for (shape, strides) in
            [([3000, 500], [1, 3000]), ([2, 700_000], [700_000, 1]), ([1200, 1000], [0, 1])]
        {
            let data: Vec<f32> = (0..1_500_000).map(|i| i as f32).collect();
            let n = shape[0] * shape[1];
            let (one, two) = on_one_and_two(|| {
                let mut out = vec![0.0; n];
                let to = ViewMut { data: &mut out, offset: 0, shape: &shape, strides: &row_major(&shape) };
                copy(View::new(&data, 0, &shape, &strides), to);
                out
            });
            assert_eq!(one, two);
            let want = |i: usize| {
                ((i / shape[1]) as isize * strides[0] + (i % shape[1]) as isize * strides[1]) as f32
            };
            assert!(one.iter().enumerate().all(|(i, &x)| x == want(i)));
        }
    }

    #[test]
    #[should_panic(expected = "names an element twice")]
    fn a_target_is_written_once() {
        copy(
            View::new(&[1], 0, &[2], &[0]),
            ViewMut { data: &mut [0], offset: 0, shape: &[2], strides: &[0] },
        );
    }
}
