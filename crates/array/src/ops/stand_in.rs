//! Stand-ins for operations that branch `ops` brings; removed when it is merged.
#![allow(missing_docs)]

use crate::array::Array;
use crate::build::same_dtype;
use crate::dtype::DType;
use crate::prim::{Reduction, Window};
use crate::shape::{Axes, Dims, Shape};
use pullback_real::Real;
use smallvec::smallvec;

impl Array {
    #[track_caller]
    pub fn reshape(&self, shape: &[usize]) -> Array {
        assert_eq!(shape.iter().product::<usize>(), self.size());
        self.reshape_op(Shape::new(shape))
    }
    #[track_caller]
    pub fn transpose(&self, axes: &[usize]) -> Array {
        self.permute_op(Dims::from_slice(axes))
    }
    #[track_caller]
    pub fn slice_axis(&self, axis: usize, start: usize, len: usize, step: usize) -> Array {
        let mut from: Dims = smallvec![0; self.ndim()];
        let mut by: Dims = smallvec![1; self.ndim()];
        from[axis] = start;
        by[axis] = step;
        self.slice_op(from, by, self.0.shape.with(axis, len))
    }
    #[track_caller]
    pub fn concatenate(parts: &[Array], axis: usize) -> Array {
        Array::concat_op(parts, axis)
    }
    #[track_caller]
    pub fn max_axis(&self, axes: impl Into<Axes>) -> Array {
        self.reduced("max", Reduction::Max, &axes.into())
    }
    #[track_caller]
    pub fn mean_axis(&self, axes: impl Into<Axes>) -> Array {
        let s = self.sum_axis(axes);
        let n = self.size() as f64 / s.size() as f64;
        s / n
    }
    #[track_caller]
    pub fn matmul(&self, y: &Array) -> Array {
        let (x, y) = same_dtype("matmul", self, y);
        if y.ndim() == 2 && x.ndim() != 2 {
            let (k, n) = (y.shape()[0], y.shape()[1]);
            let rows = x.reshape(&[x.size() / k, k]).matmul_op(&y);
            let mut shape = x.0.shape.clone();
            shape[x.ndim() - 1] = n;
            return rows.reshape_op(shape);
        }
        x.matmul_op(&y)
    }
    #[track_caller]
    pub fn take_rows(&self, index: &Array) -> Array {
        let n = self.shape()[0];
        let flat = self.reshape_op(Shape::new(&[1, n, self.size() / n.max(1)]));
        let i = index.cast(DType::I64).reshape_op(Shape::new(&[1, index.size()]));
        let shape: Shape = index.shape().iter().chain(&self.shape()[1..]).copied().collect();
        flat.gather_op(&i).reshape_op(shape)
    }
    /// x[..., k], i[...] -> x[..., i]
    #[track_caller]
    pub fn take_last(&self, index: &Array) -> Array {
        let k = self.shape()[self.ndim() - 1];
        let flat = self.reshape_op(Shape::new(&[self.size() / k, k, 1]));
        let i = index.cast(DType::I64).reshape_op(Shape::new(&[index.size(), 1]));
        flat.gather_op(&i).reshape_op(index.0.shape.clone())
    }
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
    #[track_caller]
    pub fn log_softmax(&self, axis: isize) -> Array {
        let x = self - self.max_axis(crate::keep(axis)).stop_gradient();
        &x - x.exp().sum_axis(crate::keep(axis)).ln()
    }
    #[track_caller]
    pub fn softmax(&self, axis: isize) -> Array {
        let e = (self - self.max_axis(crate::keep(axis)).stop_gradient()).exp();
        &e / e.sum_axis(crate::keep(axis))
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
