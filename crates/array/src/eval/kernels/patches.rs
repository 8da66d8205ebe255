//! Patches of an array under a sliding window, laid out as a matrix: its product with the kernel is a
//! convolution.

/// One spatial axis: pixel q under tap t sees the input at `q · step + base[t]`, or zero outside of `0..extent`.
#[derive(Clone, Debug)]
pub(crate) struct Slide {
    pub pixels: usize,
    pub step: isize,
    pub base: Vec<isize>,
    pub extent: usize,
    /// The distance of neighbouring inputs in memory, in elements.
    pub stride: isize,
}

impl Slide {
    /// Whether the taps see neighbouring inputs.
    fn is_dense(&self) -> bool {
        self.base.windows(2).all(|b| b[1] == b[0] + 1)
    }
    /// The offset in memory of the input that pixel q sees under tap t; `None` outside of the extent.
    fn place(&self, q: usize, t: usize) -> Option<isize> {
        let at = q as isize * self.step + self.base[t];
        (at >= 0 && at < self.extent as isize).then_some(at * self.stride)
    }
    /// The range of pixels that see an element of the input under tap t.
    fn seen(&self, t: usize) -> (usize, usize) {
        // The first pixel at or after place p.
        let first =
            |p: isize| ((p - self.base[t]).max(0) as usize).div_ceil(self.step as usize).min(self.pixels);
        (first(0), first(self.extent as isize))
    }
}

/// An input `[n, s…, c]`, whose channels are contiguous, and the window that slides over it; at least one
/// spatial axis.
pub(crate) struct Patches<T> {
    pub data: *const T,
    pub batch_stride: isize,
    pub slides: Vec<Slide>,
    pub channels: usize,
}

// SAFETY: the data are only read, and the maker of the patches sees to it that they live.
unsafe impl<T: Sync> Sync for Patches<T> {}

impl<T: Copy> Patches<T> {
    /// Taps of the window.
    pub fn taps(&self) -> usize {
        self.slides.iter().map(|s| s.base.len()).product()
    }
    /// Pixels of one item of the batch.
    pub fn pixels(&self) -> usize {
        self.slides.iter().map(|s| s.pixels).product()
    }
    /// Elements of a patch, ordered `[taps…, c]`.
    pub fn len(&self) -> usize {
        self.taps() * self.channels
    }
    /// Whether patches are better laid out as `[taps…, c, pixel]`, because too few consecutive elements are
    /// under neighbouring taps.
    pub fn is_thin(&self) -> bool {
        let [.., last] = &self.slides[..] else { return true };
        self.channels * if last.is_dense() { last.base.len() } else { 1 } < 8
    }

    /// Writes the patches of `count` pixels, from number `first` on; pixels are counted through `[n, s…]`.
    /// The patches of a thin window are written as `[taps…, c, pixel]`, others as `[pixel, taps…, c]`.
    ///
    /// # Safety
    /// Every element that a pixel sees inside the extents can be read.
    pub unsafe fn write(&self, zero: T, first: usize, count: usize, out: &mut [T]) {
        assert_eq!(out.len(), count * self.len());
        let (thin, (last, outer)) = (self.is_thin(), self.slides.split_last().expect("a spatial axis"));
        let mut done = 0;
        while done < count {
            // The next pixels that differ only in the last axis.
            let (row, q) = ((first + done) / last.pixels, (first + done) % last.pixels);
            let n = (last.pixels - q).min(count - done);
            for tap in 0..self.taps() / last.base.len() {
                let (mut row, mut taps, mut place) = (row, tap, Some(0));
                for s in outer.iter().rev() {
                    let here = s.place(row % s.pixels, taps % s.base.len());
                    place = place.zip(here).map(|(a, b)| a + b);
                    (row, taps) = (row / s.pixels, taps / s.base.len())
                }
                let from = place.map(|p| self.data.wrapping_offset(p + row as isize * self.batch_stride));
                let width = last.base.len() * self.channels;
                // SAFETY: the outer axes are inside their extents; the callees check the last one.
                unsafe {
                    if thin {
                        let out = &mut out[tap * width * count..][..width * count];
                        self.columns(zero, from, q, n, &mut out[done..], count)
                    } else {
                        self.rows(zero, from, q, n, &mut out[done * self.len() + tap * width..])
                    }
                }
            }
            done += n
        }
    }

    /// Writes the part `[n, last taps, c]` of patches, for pixels q … q + n of the last axis, with one patch
    /// in each row.
    ///
    /// # Safety
    /// `from` is the beginning of the last axis, or `None` if the window is outside of the extent of another
    /// axis.
    unsafe fn rows(&self, zero: T, from: Option<*const T>, q: usize, n: usize, out: &mut [T]) {
        let (last, c) = (&self.slides[self.slides.len() - 1], self.channels);
        let (taps, len) = (last.base.len(), self.len());
        let joined = last.is_dense() && last.stride == c as isize;
        for i in 0..n {
            let out = &mut out[i * len..][..taps * c];
            let Some(from) = from else {
                out.fill(zero);
                continue;
            };
            if joined {
                let at = (q + i) as isize * last.step + last.base[0];
                let skip = (-at).clamp(0, taps as isize) as usize;
                let end = (last.extent as isize - at).clamp(skip as isize, taps as isize) as usize;
                out[..skip * c].fill(zero);
                out[end * c..].fill(zero);
                // SAFETY: taps skip..end are inside the extent.
                let seen = unsafe {
                    let from = from.wrapping_offset((at + skip as isize) * last.stride);
                    std::slice::from_raw_parts(from, (end - skip) * c)
                };
                if end > skip {
                    out[skip * c..end * c].copy_from_slice(seen)
                }
            } else {
                for t in 0..taps {
                    let out = &mut out[t * c..][..c];
                    match last.place(q + i, t) {
                        // SAFETY: inside the extent.
                        Some(at) => out.copy_from_slice(unsafe {
                            std::slice::from_raw_parts(from.wrapping_offset(at), c)
                        }),
                        None => out.fill(zero),
                    }
                }
            }
        }
    }

    /// Writes the part `[last taps, c, n]` of patches, for pixels q … q + n of the last axis; rows are `step`
    /// apart.
    ///
    /// # Safety
    /// As for [`Patches::rows`].
    unsafe fn columns(
        &self,
        zero: T,
        from: Option<*const T>,
        q: usize,
        n: usize,
        out: &mut [T],
        step: usize,
    ) {
        let (last, c) = (&self.slides[self.slides.len() - 1], self.channels);
        for (t, &base) in last.base.iter().enumerate() {
            let at = |i: usize| (q + i) as isize * last.step + base;
            let (start, end) = last.seen(t);
            let (start, end) = (start.clamp(q, q + n) - q, end.clamp(q, q + n) - q);
            for channel in 0..c {
                let out = &mut out[(t * c + channel) * step..][..n];
                let Some(from) = from.filter(|_| start < end) else {
                    out.fill(zero);
                    continue;
                };
                out[..start].fill(zero);
                out[end..].fill(zero);
                let from = from.wrapping_offset(at(start) * last.stride + channel as isize);
                let (out, stride) = (&mut out[start..end], last.step * last.stride);
                // SAFETY: pixels start..end are inside the extent.
                unsafe {
                    if stride == 1 {
                        out.copy_from_slice(std::slice::from_raw_parts(from, out.len()))
                    } else {
                        (0isize..).zip(out).for_each(|(i, y)| *y = *from.offset(i * stride))
                    }
                }
            }
        }
    }
}
