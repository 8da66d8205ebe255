//! Stand-ins for the operations still to come: convolution for users, and random keys.
#![allow(missing_docs)]

use crate::array::Array;
use crate::dtype::DType;
use crate::prim::Window;
use crate::shape::Dims;
use pullback_real::Real;
use smallvec::smallvec;

impl Array {
    #[track_caller]
    pub fn conv(&self, w: &Array, stride: &[usize], pads: &[(usize, usize)], dilation: &[usize]) -> Array {
        let window = Window {
            stride: Dims::from_slice(stride),
            lo: pads.iter().map(|p| p.0 as isize).collect(),
            hi: pads.iter().map(|p| p.1 as isize).collect(),
            input_dilation: smallvec![1; stride.len()],
            kernel_dilation: Dims::from_slice(dilation),
        };
        let y =
            self.reshape_op(self.0.shape.insert(0, 1)).conv_op(&w.reshape_op(w.0.shape.insert(0, 1)), window);
        let shape = y.0.shape.remove(0);
        y.reshape_op(shape)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Key(u64);
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
impl Key {
    pub fn new(seed: u64) -> Key {
        Key(mix(seed))
    }
    pub fn split(&self, n: usize) -> Vec<Key> {
        (0..n as u64).map(|i| self.fold_in(i)).collect()
    }
    pub fn fold_in(&self, i: u64) -> Key {
        Key(mix(self.0 ^ mix(i + 1)))
    }
    fn unit(&self, n: usize) -> Vec<f64> {
        (0..n as u64).map(|i| (mix(self.0.wrapping_add(mix(i))) >> 11) as f64 / (1u64 << 53) as f64).collect()
    }
    pub fn uniform(&self, shape: &[usize], lo: f64, hi: f64, dtype: DType) -> Array {
        let u: Vec<f64> = self.unit(shape.iter().product()).iter().map(|u| lo + (hi - lo) * u).collect();
        let x = Array::from_slice(&u, shape).cast(dtype);
        x.eval();
        x
    }
    pub fn normal(&self, shape: &[usize], dtype: DType) -> Array {
        let n: usize = shape.iter().product();
        let u = self.unit(2 * n);
        let z: Vec<f64> = (0..n)
            .map(|i| (-2.0 * (1.0 - u[i]).ln()).sqrt() * (std::f64::consts::TAU * u[n + i]).cos())
            .collect();
        let x = Array::from_slice(&z, shape).cast(dtype);
        x.eval();
        x
    }
    pub fn permutation(&self, n: usize) -> Array {
        let u = self.unit(n);
        let mut order: Vec<i64> = (0..n as i64).collect();
        order.sort_by(|&a, &b| u[a as usize].total_cmp(&u[b as usize]));
        Array::from_slice(&order, &[n])
    }
}
