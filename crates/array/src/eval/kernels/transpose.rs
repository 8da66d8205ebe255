//! Transposes of small blocks in registers, by AVX.
#![cfg(target_arch = "x86_64")]

use std::arch::x86_64::*;

/// An element type whose blocks AVX transposes in registers.
pub(super) trait Transpose: Copy {
    /// Elements along a side of a block of 32 bytes: 8 of four bytes, 4 of eight.
    const SIDE: usize;
    /// Transposes one block.
    ///
    /// # Safety
    /// The machine has AVX. [`Transpose::SIDE`] rows of as many elements can be read from `from`, `from_step`
    /// apart, and written to `to`, `to_step` apart.
    unsafe fn transpose(from: *const Self, from_step: isize, to: *mut Self, to_step: isize);
}

impl Transpose for f32 {
    const SIDE: usize = 8;
    #[inline]
    #[target_feature(enable = "avx")]
    unsafe fn transpose(from: *const f32, from_step: isize, to: *mut f32, to_step: isize) {
        // SAFETY: the caller's promise, for unaligned access.
        unsafe {
            let r: [__m256; 8] =
                std::array::from_fn(|k| _mm256_loadu_ps(from.wrapping_offset(k as isize * from_step)));
            // Pairs of rows, then fours, then halves.
            let (a, b) = (_mm256_unpacklo_ps(r[0], r[1]), _mm256_unpackhi_ps(r[0], r[1]));
            let (c, d) = (_mm256_unpacklo_ps(r[2], r[3]), _mm256_unpackhi_ps(r[2], r[3]));
            let (e, f) = (_mm256_unpacklo_ps(r[4], r[5]), _mm256_unpackhi_ps(r[4], r[5]));
            let (g, h) = (_mm256_unpacklo_ps(r[6], r[7]), _mm256_unpackhi_ps(r[6], r[7]));
            let (p, q) = (_mm256_shuffle_ps::<0x44>(a, c), _mm256_shuffle_ps::<0xEE>(a, c));
            let (s, t) = (_mm256_shuffle_ps::<0x44>(b, d), _mm256_shuffle_ps::<0xEE>(b, d));
            let (u, v) = (_mm256_shuffle_ps::<0x44>(e, g), _mm256_shuffle_ps::<0xEE>(e, g));
            let (w, x) = (_mm256_shuffle_ps::<0x44>(f, h), _mm256_shuffle_ps::<0xEE>(f, h));
            let low = [(p, u), (q, v), (s, w), (t, x)];
            for (k, (a, b)) in low.into_iter().enumerate() {
                let at = |k: usize| to.wrapping_offset(k as isize * to_step);
                _mm256_storeu_ps(at(k), _mm256_permute2f128_ps::<0x20>(a, b));
                _mm256_storeu_ps(at(k + 4), _mm256_permute2f128_ps::<0x31>(a, b))
            }
        }
    }
}

impl Transpose for f64 {
    const SIDE: usize = 4;
    #[inline]
    #[target_feature(enable = "avx")]
    unsafe fn transpose(from: *const f64, from_step: isize, to: *mut f64, to_step: isize) {
        // SAFETY: the caller's promise, for unaligned access.
        unsafe {
            let r: [__m256d; 4] =
                std::array::from_fn(|k| _mm256_loadu_pd(from.wrapping_offset(k as isize * from_step)));
            let (a, b) = (_mm256_unpacklo_pd(r[0], r[1]), _mm256_unpackhi_pd(r[0], r[1]));
            let (c, d) = (_mm256_unpacklo_pd(r[2], r[3]), _mm256_unpackhi_pd(r[2], r[3]));
            for (k, (a, b)) in [(a, c), (b, d)].into_iter().enumerate() {
                let at = |k: usize| to.wrapping_offset(k as isize * to_step);
                _mm256_storeu_pd(at(k), _mm256_permute2f128_pd::<0x20>(a, b));
                _mm256_storeu_pd(at(k + 2), _mm256_permute2f128_pd::<0x31>(a, b))
            }
        }
    }
}
