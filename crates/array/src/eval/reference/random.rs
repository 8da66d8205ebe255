//! Random numbers by their definition: a counter, encrypted by a key.

use super::DType;

/// Random number j of a key.
pub(super) fn random(key: i64, j: usize, dtype: DType) -> f64 {
    match dtype {
        DType::F32 => f64::from(random_block(key, j / 4)[j % 4] >> 8) / f64::from(1 << 24),
        _ => (random_bits(key, j) >> 11) as f64 / (1u64 << 53) as f64,
    }
}
pub(super) fn random_bits(key: i64, j: usize) -> u64 {
    let words = random_block(key, j / 2);
    u64::from(words[2 * (j % 2) + 1]) << 32 | u64::from(words[2 * (j % 2)])
}
fn random_block(key: i64, i: usize) -> [u32; 4] {
    philox([i as u32, (i as u64 >> 32) as u32, 0, 0], [key as u32, (key >> 32) as u32])
}

/// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC 2011).
fn philox(mut c: [u32; 4], mut k: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let (p, q) = (u64::from(c[0]) * 0xD251_1F53, u64::from(c[2]) * 0xCD9E_8D57);
        c = [(q >> 32) as u32 ^ c[1] ^ k[0], q as u32, (p >> 32) as u32 ^ c[3] ^ k[1], p as u32];
        k = [k[0].wrapping_add(0x9E37_79B9), k[1].wrapping_add(0xBB67_AE85)]
    }
    c
}
