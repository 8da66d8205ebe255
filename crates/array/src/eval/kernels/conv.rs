//! Convolutions as products of matrices: blocks of pixels are laid out as patches, as many as stay in cache, and
//! multiplied by the kernel.
//!
//! An input with zeros between its elements (the transpose of a strided convolution) is split into phases,
//! whose pixels meet elements under the same taps: no zero is multiplied. For a kernel larger than the result
//! and a permuted input (the transpose in the kernel), taps and pixels exchange roles: the patches are
//! transposed.
//!
//! Over 400 lines: a quarter of them are tests, and the two algorithms share their window and operand layout.

use super::copy::copy;
use super::number::Matrix;
use super::patches::{Patches, Slide};
use super::product::Product;
use super::threads::{Ptr, for_chunks, with_scratch};
use super::view::{Strides, View, ViewMut, row_major};
use crate::buffer::Buffer;
use crate::eval::ir::pattern::gcd;
use crate::prim::Window;

/// Bytes of patches that are laid out at a time, and the least number of pixels.
const BLOCK: usize = 1 << 18;
const PIXELS: usize = 128;

/// Writes the cross-correlation `[g, n, s…, c] ⋆ [g, k…, c, o]` to the contiguous `out`, `[g, n, s′…, o]`.
///
/// # Panics
/// If the shapes do not fit together.
pub(crate) fn conv<T: Product>(x: View<T>, w: View<T>, window: &Window, out: &mut [T]) {
    let (rank, spatial) = (x.rank(), x.rank() - 3);
    assert!(w.rank() == rank && w.shape[0] == x.shape[0], "groups of a convolution agree");
    assert_eq!(w.shape[rank - 2], x.shape[rank - 1], "channels of a convolution agree");
    x.check();
    w.check();
    let extents: Vec<usize> =
        (0..spatial).map(|k| extent(window, k, x.shape[2 + k], w.shape[1 + k])).collect();
    let o = w.shape[rank - 1];
    let pixels: usize = extents.iter().product();
    assert_eq!(out.len(), x.shape[0] * x.shape[1] * pixels * o, "the result of a convolution has its size");
    if out.is_empty() {
        return;
    }
    if x.size() == 0 || w.size() == 0 {
        return out.fill(T::ZERO);
    }
    let near = |k: usize| if x.shape[k] == 1 { 1 } else { x.strides[k].unsigned_abs() };
    if w.shape[1..=spatial].iter().product::<usize>() > pixels && near(1) < near(rank - 1) {
        by_kernel(x, w, window, &extents, out)
    } else {
        by_pixel(x, w, window, &extents, out)
    }
}

/// The extent of the result along spatial axis k.
fn extent(window: &Window, k: usize, s: usize, taps: usize) -> usize {
    let dilated = |n: usize, d: usize| if n == 0 { 0 } else { (n - 1) * d + 1 };
    let have = dilated(s, window.input_dilation[k]) as isize + window.lo[k] + window.hi[k];
    let need = dilated(taps, window.kernel_dilation[k]) as isize;
    if have < need { 0 } else { (have - need) as usize / window.stride[k] + 1 }
}

/// The strides of a view whose last axis has no gaps; or else a row-major copy, and its strides.
fn last_dense<T: Product>(x: View<T>) -> (Option<Buffer>, Strides) {
    let r = x.rank() - 1;
    if x.shape[r] == 1 || x.strides[r] == 1 {
        return (None, Strides::from_slice(x.strides));
    }
    (Some(dense(x)), row_major(x.shape))
}

/// A copy of a view's elements in row-major order.
fn dense<T: Product>(x: View<T>) -> Buffer {
    let mut data = Buffer::dirty(x.size(), T::DTYPE);
    copy(x, ViewMut { data: data.slice_mut(), offset: 0, shape: x.shape, strides: &row_major(x.shape) });
    data
}

/// The pixels of one axis that meet elements under the same taps: every `every`-th from `first` on.
struct Phase {
    first: usize,
    every: usize,
    slide: Slide,
    /// The taps that meet elements rather than zeros between them.
    taps: Vec<usize>,
}

fn phases(window: &Window, k: usize, s: usize, stride: isize, taps: usize, pixels: usize) -> Vec<Phase> {
    let (d, step) = (window.input_dilation[k], window.stride[k]);
    let every = d / gcd(d, step);
    let phase = |first: usize| {
        let place = |t: usize| (first * step + t * window.kernel_dilation[k]) as isize - window.lo[k];
        let met: Vec<usize> = (0..taps).filter(|&t| place(t) % d as isize == 0).collect();
        let slide = Slide {
            pixels: (pixels - first).div_ceil(every),
            step: (every * step / d) as isize,
            base: met.iter().map(|&t| place(t) / d as isize).collect(),
            extent: s,
            stride,
        };
        Phase { first, every, slide, taps: met }
    };
    (0..every.min(pixels)).map(phase).collect()
}

/// The convolution by blocks of pixels: the patches of a block times the kernel.
fn by_pixel<T: Product>(x: View<T>, w: View<T>, window: &Window, extents: &[usize], out: &mut [T]) {
    let (rank, spatial) = (x.rank(), x.rank() - 3);
    let (groups, n, c, o) = (x.shape[0], x.shape[1], x.shape[rank - 1], w.shape[rank - 1]);
    let (copied, strides) = last_dense(x);
    let data = copied.as_ref().map_or(x.as_ptr(), |d| d.slice().as_ptr());
    let mut axes: Vec<Vec<Phase>> = (0..spatial)
        .map(|k| phases(window, k, x.shape[2 + k], strides[2 + k], w.shape[1 + k], extents[k]))
        .collect();
    if spatial == 0 {
        let slide = Slide { pixels: 1, step: 1, base: vec![0], extent: 1, stride: c as isize };
        axes.push(vec![Phase { first: 0, every: 1, slide, taps: vec![0] }])
    }
    let kinds: usize = axes.iter().map(Vec::len).product();
    if kinds > 1 || axes.iter().flatten().any(|p| p.taps.is_empty()) {
        out.fill(T::ZERO)
    }
    let (to, size) = (Ptr(out.as_mut_ptr()), out.len() / groups);
    for (group, mut kind) in (0..groups).flat_map(|g| (0..kinds).map(move |k| (g, k))) {
        let mut phase: Vec<&Phase> = vec![];
        for axis in axes.iter().rev() {
            phase.insert(0, &axis[kind % axis.len()]);
            kind /= axis.len()
        }
        let patches = Patches {
            data: data.wrapping_offset(group as isize * strides[0]),
            batch_stride: strides[1],
            slides: phase.iter().map(|p| p.slide.clone()).collect(),
            channels: c,
        };
        let (total, len) = (n * patches.pixels(), patches.len());
        if len == 0 {
            continue;
        }
        let kernel = kernel_matrix(&w, group, &phase);
        let block = (BLOCK / size_of::<T>() / len).max(PIXELS).min(total.div_ceil(8).max(PIXELS));
        let ns = (2 * total * len * o).div_ceil(T::FLOPS) + total * len / 4;
        for_chunks(total.div_ceil(block), ns, |i| {
            let (first, count) = (i * block, block.min(total - i * block));
            with_scratch(count * len, |rows: &mut [T]| {
                // SAFETY: the input is a checked view or a copy of one, and slides know its extents.
                unsafe { patches.write(T::ZERO, first, count, rows) };
                let [row, column] = if patches.is_thin() { [1, count] } else { [len, 1] }.map(|s| s as isize);
                let a = Matrix { data: rows.as_ptr(), row, column };
                let product = |out: *mut T| {
                    // SAFETY: `a` is the patches, `kernel` as long as one and o wide; `out` has room.
                    unsafe { T::gemm([count, len, o], a, kernel.matrix, out, o, false) }
                };
                if kinds == 1 {
                    // SAFETY: rows of the result that belong to this block alone.
                    return product(unsafe { to.get().add(group * size + first * o) });
                }
                with_scratch(count * o, |results: &mut [T]| {
                    product(results.as_mut_ptr());
                    for (i, result) in results.chunks_exact(o).enumerate() {
                        let (mut pixel, mut at, mut step) = (first + i, 0, 1);
                        for (p, &e) in phase.iter().zip(extents).rev() {
                            let s = p.slide.pixels;
                            at += step * (p.first + pixel % s * p.every);
                            (pixel, step) = (pixel / s, step * e)
                        }
                        let at = group * size + (pixel * step + at) * o;
                        // SAFETY: a pixel of the result that belongs to this block alone.
                        unsafe { std::ptr::copy_nonoverlapping(result.as_ptr(), to.get().add(at), o) }
                    }
                })
            })
        })
    }
}

/// A kernel as a matrix, with its memory if it had to be copied.
struct Kernel<T> {
    matrix: Matrix<T>,
    _memory: Option<Buffer>,
}
// SAFETY: the kernel is only read.
unsafe impl<T: Sync> Sync for Kernel<T> {}

/// The kernel of a group, at the taps of a phase, as a matrix `[taps… · c, o]`.
fn kernel_matrix<T: Product>(w: &View<T>, group: usize, phase: &[&Phase]) -> Kernel<T> {
    let rank = w.rank();
    let offset = (w.offset as isize + group as isize * w.strides[0]) as usize;
    let whole = |shape, strides| View { data: w.data, offset, shape, strides };
    let (c, o) = (w.shape[rank - 2], w.shape[rank - 1]);
    if (0..rank - 3).all(|k| phase[k].taps.len() == w.shape[1 + k]) {
        let (shape, strides) = (&w.shape[1..], &w.strides[1..]);
        let rows = super::view::collapse(&shape[..rank - 2], [&strides[..rank - 2]]);
        if let [] | [_] = rows[..] {
            let row = rows.first().map_or(0, |r| r.strides[0]);
            let data = whole(shape, strides).as_ptr();
            return Kernel { matrix: Matrix { data, row, column: strides[rank - 2] }, _memory: None };
        }
        let memory = dense(whole(shape, strides));
        let matrix = Matrix { data: memory.slice().as_ptr(), row: o as isize, column: 1 };
        return Kernel { matrix, _memory: Some(memory) };
    }
    let taps: usize = phase.iter().map(|p| p.taps.len()).product();
    let mut memory = Buffer::dirty(taps * c * o, T::DTYPE);
    for (tap, block) in memory.slice_mut().chunks_exact_mut(c * o).enumerate() {
        let (mut rest, mut at) = (tap, offset as isize);
        for (k, p) in phase.iter().enumerate().rev() {
            at += p.taps[rest % p.taps.len()] as isize * w.strides[1 + k];
            rest /= p.taps.len()
        }
        let (shape, strides) = (&w.shape[rank - 2..], &w.strides[rank - 2..]);
        let from = View { data: w.data, offset: at as usize, shape, strides };
        copy(from, ViewMut { data: block, offset: 0, shape, strides: &[o as isize, 1] })
    }
    Kernel {
        matrix: Matrix { data: memory.slice().as_ptr(), row: o as isize, column: 1 },
        _memory: Some(memory),
    }
}

/// The convolution `[g, c, s…, n] ⋆ [g, k…, n, o]` with more taps than pixels, as a sum over (n, k…) of patches of
/// c channels times rows of the kernel.
fn by_kernel<T: Product>(x: View<T>, w: View<T>, window: &Window, extents: &[usize], out: &mut [T]) {
    let (rank, spatial) = (x.rank(), x.rank() - 3);
    let (groups, n, c, o) = (x.shape[0], x.shape[rank - 1], x.shape[1], w.shape[rank - 1]);
    // The input as [g, n, s…, c], the zeros between its elements written out.
    let swapped = |s: &[isize]| {
        let mut s = Strides::from_slice(s);
        s.swap(1, rank - 1);
        s
    };
    let (mut shape, mut strides) = (x.shape.to_vec(), swapped(x.strides));
    shape.swap(1, rank - 1);
    let view = View { shape: &shape, strides: &strides, ..x };
    let mut seen = shape.clone();
    (0..spatial).for_each(|k| seen[2 + k] = (shape[2 + k] - 1) * window.input_dilation[k] + 1);
    let mut memory = None;
    if seen != shape {
        let (mut wide, full) = (Buffer::zeroed(seen.iter().product(), T::DTYPE), row_major(&seen));
        let mut spread = full.clone();
        (0..spatial).for_each(|k| spread[2 + k] *= window.input_dilation[k] as isize);
        copy(view, ViewMut { data: wide.slice_mut(), offset: 0, shape: &shape, strides: &spread });
        (memory, strides) = (Some(wide), full)
    } else if let (Some(data), full) = last_dense(view) {
        (memory, strides) = (Some(data), full)
    }
    let data = memory.as_ref().map_or(x.as_ptr(), |d| d.slice().as_ptr());
    // The kernel as [g, n, k…, o], and its rows (n, k…) one after the other.
    let order: Vec<usize> = [0, rank - 2].into_iter().chain(1..=spatial).chain([rank - 1]).collect();
    let w_shape: Vec<usize> = order.iter().map(|&k| w.shape[k]).collect();
    let w_strides: Strides = order.iter().map(|&k| w.strides[k]).collect();
    let kernel = View { shape: &w_shape, strides: &w_strides, ..w };
    let rows = super::view::collapse(&w_shape[1..rank - 1], [&w_strides[1..rank - 1]]);
    let (copied, row, column, group_stride) = match rows[..] {
        [] => (None, 0, w_strides[rank - 1], w_strides[0]),
        [r] => (None, r.strides[0], w_strides[rank - 1], w_strides[0]),
        _ => (Some(dense(kernel)), o as isize, 1, (kernel.size() / groups) as isize),
    };
    let b = Matrix { data: copied.as_ref().map_or(w.as_ptr(), |d| d.slice().as_ptr()), row, column };

    let slide = |k: usize| Slide {
        pixels: w.shape[1 + k],
        step: window.kernel_dilation[k] as isize,
        base: (0..extents[k]).map(|e| (e * window.stride[k]) as isize - window.lo[k]).collect(),
        extent: seen[2 + k],
        stride: strides[2 + k],
    };
    let slides: Vec<Slide> = (0..spatial).map(slide).collect();
    let total = n * w.shape[1..=spatial].iter().product::<usize>();
    let taps: usize = extents.iter().product();
    // The sum is cut into up to PARTS parts of the rows; or, if their sums would be large, the window is cut.
    const PARTS: usize = 16;
    let size = taps * c * o;
    let cut = size * size_of::<T>() > 1 << 19;
    let parts = if cut { 1 } else { PARTS.min(total.div_ceil(4 * PIXELS)) };
    let windows = if cut { extents[0] } else { 1 };
    let (len, each) = (total.div_ceil(parts), size / windows);
    let parts = total.div_ceil(len);
    let mut sums = Buffer::dirty(parts * size, T::DTYPE);
    let sums = sums.slice_mut::<T>();
    let to = Ptr(out.as_mut_ptr());
    for group in 0..groups {
        let make = |part: usize| {
            let mut slides = slides.clone();
            if windows > 1 {
                slides[0].base = vec![slides[0].base[part]]
            }
            let data = data.wrapping_offset(group as isize * strides[0]);
            Patches { data, batch_stride: strides[1], slides, channels: c }
        };
        let jobs: Vec<Patches<T>> = (0..windows).map(make).collect();
        let b = Matrix { data: b.data.wrapping_offset(group as isize * group_stride), ..b };
        let ns = (2 * total * size).div_ceil(T::FLOPS) + total * taps * c / 4;
        super::threads::for_pieces(sums, each, ns, |i, sum| {
            let (patches, part) = (&jobs[i % windows], i / windows);
            let (start, end) = (part * len, total.min((part + 1) * len));
            let width = patches.len();
            let block = (BLOCK / size_of::<T>() / width).max(PIXELS);
            for first in (start..end).step_by(block) {
                let count = block.min(end - first);
                with_scratch(count * width, |m: &mut [T]| {
                    let [row, column] =
                        if patches.is_thin() { [count, 1] } else { [1, width] }.map(|s| s as isize);
                    let a = Matrix { data: m.as_ptr(), row, column };
                    // SAFETY: slides know the input's extents; `a` is the patches' transpose, `b` has a row
                    // for each patch, and `sum` has room for a patch times o.
                    unsafe {
                        patches.write(T::ZERO, first, count, m);
                        T::gemm([width, count, o], a, b.from(first, 0), sum.as_mut_ptr(), o, first > start)
                    }
                })
            }
        });
        // The partial sums are added in order, and transposed from [s′…, c, o] to [c, s′…, o].
        let (total, rest) = sums.split_at_mut(size);
        for part in rest.chunks_exact(size) {
            total.iter_mut().zip(part).for_each(|(a, &b)| *a = a.plus(b))
        }
        let shape = [c, taps, o];
        // SAFETY: this group's part of `out`.
        let result = unsafe { std::slice::from_raw_parts_mut(to.get().add(group * size), size) };
        copy(
            View { data: total, offset: 0, shape: &shape, strides: &[o as isize, (c * o) as isize, 1] },
            ViewMut { data: result, offset: 0, shape: &shape, strides: &row_major(&shape) },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Rng, each_index, strides_in_order};
    use super::super::threads::on_one_and_two;
    use super::*;
    use smallvec::SmallVec;

    fn naive<T: Product>(x: &View<T>, w: &View<T>, window: &Window) -> Vec<T> {
        let (r, spatial) = (x.rank(), x.rank() - 3);
        let mut shape = vec![x.shape[0], x.shape[1]];
        shape.extend((0..spatial).map(|k| extent(window, k, x.shape[2 + k], w.shape[1 + k])));
        shape.push(w.shape[r - 1]);
        let mut out = vec![];
        each_index(&shape, |i| {
            let mut sum = T::ZERO;
            each_index(&w.shape[1..=spatial], |t| {
                let place = |k: usize| {
                    let j = (i[2 + k] * window.stride[k] + t[k] * window.kernel_dilation[k]) as isize
                        - window.lo[k];
                    let d = window.input_dilation[k] as isize;
                    (j >= 0 && j % d == 0 && j / d < x.shape[2 + k] as isize).then_some((j / d) as usize)
                };
                let Some(places) = (0..spatial).map(place).collect::<Option<Vec<_>>>() else { return };
                for c in 0..x.shape[r - 1] {
                    let a = x.at(&[&i[..2], &places, &[c]].concat());
                    let b = w.at(&[&[i[0]], t, &[c, i[r - 1]]].concat());
                    sum = sum.plus(a.times(b))
                }
            });
            out.push(sum)
        });
        out
    }

    fn check<T: Product>(
        rng: &mut Rng,
        xs: &[usize],
        ws: &[usize],
        window: &Window,
        back: bool,
        of: fn(f64) -> T,
    ) {
        let rank = xs.len();
        let (mut ox, mut ow): (Vec<usize>, Vec<usize>) = ((0..rank).collect(), (0..rank).collect());
        if back {
            // The layout of the operands in the transpose in the kernel.
            ox.swap(1, rank - 1);
            ow = [0, rank - 2].into_iter().chain(1..rank - 2).chain([rank - 1]).collect()
        } else if rng.below(3) == 0 {
            rng.shuffle(&mut ox);
            rng.shuffle(&mut ow)
        }
        let ((tx, fx), (tw, fw)) = (strides_in_order(rng, xs, &ox), strides_in_order(rng, ws, &ow));
        let mut data = |s: &[usize]| -> Vec<T> {
            (0..s.iter().map(|&n| n.max(1)).product()).map(|_| of(rng.small())).collect()
        };
        let (dx, dw) = (data(xs), data(ws));
        let (x, w) = (View::new(&dx, fx, xs, &tx), View::new(&dw, fw, ws, &tw));
        let want = naive(&x, &w, window);
        let (one, two) = on_one_and_two(|| {
            let mut out = vec![of(2.0); want.len()];
            conv(x, w, window, &mut out);
            out
        });
        assert_eq!(one, two);
        assert_eq!(one, want, "{xs:?} {ws:?} {window:?} {tx:?} {tw:?}");
    }

    fn window(spatial: usize, mut f: impl FnMut() -> (usize, isize, isize, usize, usize)) -> Window {
        let mut w = Window {
            stride: SmallVec::new(),
            lo: SmallVec::new(),
            hi: SmallVec::new(),
            input_dilation: SmallVec::new(),
            kernel_dilation: SmallVec::new(),
        };
        for _ in 0..spatial {
            let (s, lo, hi, i, k) = f();
            w.stride.push(s);
            w.lo.push(lo);
            w.hi.push(hi);
            w.input_dilation.push(i);
            w.kernel_dilation.push(k)
        }
        w
    }

    #[test]
    fn every_convolution_is_that_of_the_definition() {
        let mut rng = Rng(4);
        for round in 0..600 {
            let spatial = rng.below(4);
            let back = round % 3 == 0;
            let (small, big) = if back { (6, 4) } else { (4, 6) };
            let top = if spatial == 3 { 4 } else { 10 };
            let mut xs = vec![1 + rng.below(3), rng.below(5), rng.below(12)];
            let mut ws = vec![xs[0], xs[2], rng.below(5)];
            for _ in 0..spatial {
                let end = if rng.below(20) == 0 { 1 } else { big.max(top) };
                let s = rng.below(end);
                xs.insert(2, s);
                ws.insert(1, rng.below(small));
            }
            let w = window(spatial, || {
                let pad = rng.below(7) as isize - 2;
                let hi = rng.below(7) as isize - 2;
                (1 + rng.below(3), pad, hi, 1 + rng.below(3), 1 + rng.below(3))
            });
            match round % 4 {
                0 => check::<f32>(&mut rng, &xs, &ws, &w, back, |x| x as f32),
                1 => check::<f64>(&mut rng, &xs, &ws, &w, back, |x| x),
                2 => check::<i64>(&mut rng, &xs, &ws, &w, back, |x| x as i64),
                _ => check::<i32>(&mut rng, &xs, &ws, &w, back, |x| x as i32),
            }
        }
    }

    #[test]
    fn large_convolutions_are_cut_into_blocks() {
        let mut rng = Rng(5);
        let same = window(2, || (1, 1, 1, 1, 1));
        check::<f32>(&mut rng, &[1, 8, 28, 28, 1], &[1, 3, 3, 1, 16], &same, false, |x| x as f32);
        check::<f32>(&mut rng, &[1, 8, 14, 14, 16], &[1, 3, 3, 16, 8], &same, false, |x| x as f32);
        check::<f64>(&mut rng, &[2, 16, 14, 14, 8], &[2, 14, 14, 8, 8], &same, true, |x| x);
        check::<f64>(&mut rng, &[1, 150, 8, 8, 3], &[1, 8, 8, 3, 160], &same, true, |x| x);
        check::<f64>(&mut rng, &[1, 1, 28, 28, 8], &[1, 28, 28, 8, 8], &same, true, |x| x);
        let up = window(2, || (1, 1, 2, 2, 1));
        check::<f64>(&mut rng, &[1, 4, 14, 14, 8], &[1, 3, 3, 8, 8], &up, false, |x| x);
    }
}
