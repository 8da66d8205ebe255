//! Memory of unspecified contents, in debug builds filled with bytes that no result should be made of.
//!
//! All bits set are NaN as a float and −1 as an integer: whoever reads what he has not written gets these, and not plausible
//! numbers of a step or a call before. Release builds leave memory as it is.

/// What is filled at either end of memory that is larger than both: a fault of reuse shows in the first elements or in the last.
const END: usize = 1 << 15;

/// All bits set, as a float and as an integer of any size.
pub(crate) const BYTE: u8 = 0xFF;

/// Fills memory whose contents nobody may rely on.
#[inline(always)]
pub(crate) fn poison(memory: &mut [u8]) {
    if cfg!(debug_assertions) {
        fill(memory)
    }
}

fn fill(memory: &mut [u8]) {
    let n = memory.len();
    if n <= 2 * END {
        return memory.fill(BYTE);
    }
    memory[..END].fill(BYTE);
    memory[n - END..].fill(BYTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_unwritten_is_no_number() {
        for n in [0, 7, 8 * 1000, 2 * END, 2 * END + 8, 16 * END] {
            let mut memory = vec![0u8; n];
            fill(&mut memory);
            let ends = memory.iter().take(END).chain(memory.iter().rev().take(END));
            assert!(ends.clone().all(|&b| b == BYTE));
            assert_eq!(memory.iter().filter(|&&b| b == BYTE).count(), n.min(2 * END))
        }
        assert!(f64::from_ne_bytes([BYTE; 8]).is_nan() && f32::from_ne_bytes([BYTE; 4]).is_nan());
        assert_eq!((i64::from_ne_bytes([BYTE; 8]), i32::from_ne_bytes([BYTE; 4])), (-1, -1))
    }
}
