//! Random numbers and index loops for the kernels' tests.

/// A small random number generator (xorshift64*).
pub(crate) struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    /// A number below n.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() >> 33) as usize % n.max(1)
    }
    /// A small integer, exactly representable in every element type but `u8`.
    pub fn small(&mut self) -> f64 {
        self.below(15) as f64 - 7.0
    }
    /// Uniform in [-1, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        (1..items.len()).rev().for_each(|i| items.swap(i, self.below(i + 1)))
    }
}

/// Runs `f` on every index of a shape, in row-major order.
pub(crate) fn each_index(shape: &[usize], mut f: impl FnMut(&[usize])) {
    let mut index = vec![0; shape.len()];
    for i in 0..shape.iter().product() {
        let mut rest: usize = i;
        for k in (0..shape.len()).rev() {
            index[k] = rest % shape[k];
            rest /= shape[k]
        }
        f(&index)
    }
}
