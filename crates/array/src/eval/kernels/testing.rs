//! Random numbers and index loops for the kernels' tests.

use super::view::{Strides, View, row_major};

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

/// Random strides and offset of a view of this shape: axes are permuted, flipped and broadcast. The data of
/// the view are as long as its size (zeros counted as ones).
pub(crate) fn random_strides(rng: &mut Rng, shape: &[usize]) -> (Strides, usize) {
    let mut order: Vec<usize> = (0..shape.len()).collect();
    if rng.below(2) == 0 {
        rng.shuffle(&mut order)
    }
    strides_in_order(rng, shape, &order)
}

/// Like [`random_strides`], with the axes in the given order in memory.
pub(crate) fn strides_in_order(rng: &mut Rng, shape: &[usize], order: &[usize]) -> (Strides, usize) {
    let full = row_major(&order.iter().map(|&k| shape[k].max(1)).collect::<Vec<_>>());
    let (mut strides, mut offset) = (Strides::from_elem(0, shape.len()), 0);
    for (&k, &s) in order.iter().zip(&full) {
        strides[k] = match rng.below(10) {
            0 => 0,
            1 => {
                offset += shape[k].saturating_sub(1) * s as usize;
                -s
            }
            _ => s,
        }
    }
    (strides, offset)
}

impl<T: Copy> View<'_, T> {
    /// The element at an index.
    pub fn at(&self, index: &[usize]) -> T {
        let step = index.iter().zip(self.strides).map(|(&i, &s)| i as isize * s).sum::<isize>();
        self.data[(self.offset as isize + step) as usize]
    }
    /// The elements in row-major order.
    pub fn elements(&self) -> Vec<T> {
        let mut elements = vec![];
        each_index(self.shape, |i| elements.push(self.at(i)));
        elements
    }
}
