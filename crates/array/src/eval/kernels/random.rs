//! Random numbers that depend on nothing but key and position: Philox4x32-10 (Salmon, Moraes, Dror & Shaw,
//! "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
//!
//! Block i of a key is Philox of the counter (i low, i high, 0, 0): four words, which make four `f32`, two `f64` or
//! two `i64`.

use super::math::{Kernel, Level, dispatch};
use super::threads::for_pieces;

/// Blocks computed side by side, so that the rounds fill vectors.
const LANES: usize = 16;

/// Numbers that a piece of work computes: for every type, a multiple of the numbers in [`LANES`] blocks.
const CHUNK: usize = 1 << 14;

/// Words 0 to 3 of the blocks from `first` on.
#[inline(always)]
fn philox(key: i64, first: u64) -> [[u32; LANES]; 4] {
    let (mut k0, mut k1) = (key as u32, (key >> 32) as u32);
    let counter = |lane: usize| first.wrapping_add(lane as u64);
    let mut c = [[0; LANES]; 4];
    c[0] = std::array::from_fn(|lane| counter(lane) as u32);
    c[1] = std::array::from_fn(|lane| (counter(lane) >> 32) as u32);
    for _ in 0..10 {
        #[expect(clippy::needless_range_loop)] // Four arrays at once.
        for lane in 0..LANES {
            let p0 = u64::from(c[0][lane]) * 0xD251_1F53;
            let p1 = u64::from(c[2][lane]) * 0xCD9E_8D57;
            let word = |p: u64, x: u32, k: u32| (p >> 32) as u32 ^ x ^ k;
            (c[0][lane], c[2][lane]) = (word(p1, c[1][lane], k0), word(p0, c[3][lane], k1));
            (c[1][lane], c[3][lane]) = (p1 as u32, p0 as u32)
        }
        (k0, k1) = (k0.wrapping_add(0x9E37_79B9), k1.wrapping_add(0xBB67_AE85))
    }
    c
}

/// An element type of random numbers.
pub(crate) trait Random: Copy + Send + Sync {
    const ZERO: Self;
    /// The number of elements of this type in a block.
    const PER_BLOCK: usize;
    /// Element j of a block of these words.
    fn make(words: [u32; 4], j: usize) -> Self;
}
impl Random for f32 {
    const ZERO: f32 = 0.0;
    const PER_BLOCK: usize = 4;
    #[inline(always)]
    fn make(words: [u32; 4], j: usize) -> f32 {
        (words[j] >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }
}
impl Random for f64 {
    const ZERO: f64 = 0.0;
    const PER_BLOCK: usize = 2;
    #[inline(always)]
    fn make(words: [u32; 4], j: usize) -> f64 {
        let bits = u64::from(words[2 * j + 1]) << 32 | u64::from(words[2 * j]);
        (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }
}
impl Random for i64 {
    const ZERO: i64 = 0;
    const PER_BLOCK: usize = 2;
    #[inline(always)]
    fn make(words: [u32; 4], j: usize) -> i64 {
        (u64::from(words[2 * j + 1]) << 32 | u64::from(words[2 * j])) as i64
    }
}

/// Writes `n` numbers of each key to `out`, `[keys, n]`. Floats are uniform in [0, 1), integers over all bit
/// patterns.
pub(crate) fn random<T: Random>(keys: &[i64], n: usize, out: &mut [T]) {
    assert_eq!(out.len(), keys.len() * n, "n numbers of each key");
    if out.is_empty() {
        return;
    }
    if keys.len() == 1 || n > CHUNK {
        for (&key, out) in keys.iter().zip(out.chunks_exact_mut(n)) {
            for_pieces(out, CHUNK, n * 2, |i, out| stream(key, (i * CHUNK / T::PER_BLOCK) as u64, out))
        }
    } else {
        let group = CHUNK / n;
        for_pieces(out, group * n, keys.len() * (2 * n + 50), |i, out| {
            keys[i * group..].iter().zip(out.chunks_exact_mut(n)).for_each(|(&key, out)| stream(key, 0, out))
        })
    }
}

/// Writes the numbers of a key, from those of block `first` on.
fn stream<T: Random>(key: i64, first: u64, out: &mut [T]) {
    dispatch(Stream { key, first, out })
}

struct Stream<'a, T> {
    key: i64,
    first: u64,
    out: &'a mut [T],
}

impl<T: Random> Kernel for Stream<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let mut first = self.first;
        let mut numbers = [T::ZERO; LANES * 4];
        for out in self.out.chunks_mut(LANES * T::PER_BLOCK) {
            let c = philox(self.key, first);
            for lane in 0..LANES {
                for j in 0..T::PER_BLOCK {
                    numbers[lane * T::PER_BLOCK + j] =
                        T::make([c[0][lane], c[1][lane], c[2][lane], c[3][lane]], j)
                }
            }
            out.copy_from_slice(&numbers[..out.len()]);
            first = first.wrapping_add(LANES as u64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::threads::on_one_and_two;
    use super::*;

    /// The words of a block.
    fn words(key: i64, block: u64) -> [u32; 4] {
        philox(key, block).map(|lanes| lanes[0])
    }

    /// The paper's algorithm, for any counter.
    fn plain(mut c: [u32; 4], mut k: [u32; 2]) -> [u32; 4] {
        for round in 0..10 {
            if round > 0 {
                k = [k[0].wrapping_add(0x9E37_79B9), k[1].wrapping_add(0xBB67_AE85)]
            }
            let (p0, p1) = (u64::from(c[0]) * 0xD251_1F53, u64::from(c[2]) * 0xCD9E_8D57);
            c = [(p1 >> 32) as u32 ^ c[1] ^ k[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ k[1], p0 as u32]
        }
        c
    }

    /// The vectors of Random123's `kat_vectors` for `philox4x32 10`.
    #[test]
    fn known_answers() {
        assert_eq!(plain([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(plain([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            plain([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
        assert_eq!(words(0, 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        for (key, block) in
            [(1, 2), (-1, 5), (0x299f_31d0_a409_3822, 0x85a3_08d3_243f_6a88), (i64::MIN, u64::MAX - 3)]
        {
            for lane in 0..LANES {
                let i = block.wrapping_add(lane as u64);
                let want = plain([i as u32, (i >> 32) as u32, 0, 0], [key as u32, (key >> 32) as u32]);
                assert_eq!(philox(key, block).map(|c| c[lane]), want)
            }
        }
    }

    #[test]
    fn numbers_are_cut_from_words() {
        let w = words(7, 0).map(u64::from);
        let (mut x, mut y, mut z) = ([0f32; 4], [0f64; 2], [0i64; 2]);
        random(&[7], 4, &mut x);
        random(&[7], 2, &mut y);
        random(&[7], 2, &mut z);
        assert_eq!(x, w.map(|w| (w >> 8) as f32 * 2f32.powi(-24)));
        assert_eq!(z, [w[0] | w[1] << 32, w[2] | w[3] << 32].map(|w| w as i64));
        assert_eq!(y, z.map(|z| (z as u64 >> 11) as f64 * 2f64.powi(-53)));
    }

    #[test]
    fn a_key_has_one_stream_whatever_the_length_and_the_threads() {
        let keys = [3, -4, 1 << 40];
        let (one, two) = on_one_and_two(|| {
            let mut out = vec![0f64; 3 * 40_001];
            random(&keys, 40_001, &mut out);
            out
        });
        assert_eq!(one, two);
        let mut few = vec![0f64; 3 * 37];
        random(&keys, 37, &mut few);
        (0..3).for_each(|k| assert_eq!(few[k * 37..][..37], one[k * 40_001..][..37]));
        let mean = one.iter().sum::<f64>() / one.len() as f64;
        assert!(one.iter().all(|x| (0.0..1.0).contains(x)) && (mean - 0.5).abs() < 0.005);
        random::<f32>(&[], 5, &mut []);
        random::<f32>(&[1], 0, &mut []);
    }
}
