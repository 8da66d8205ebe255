//! Random numbers by keys: a key always gives the same numbers, on every machine and with any number of threads; new
//! keys come from old ones by [`Key::split`] and [`Key::fold_in`].
//!
//! Numbers are Philox4x32-10 (Salmon et al., SC 2011) of key and position. A key is an integer k in 0..2⁵³. Its numbers
//! are drawn with Philox's key k, its children (53 bits each) with Philox's key −1 − k: the two never meet.

use crate::array::Array;
use crate::dtype::DType;
use crate::ops::{concatenate, where_};
use crate::shape::Shape;
use crate::tree::{Path, Tree, Visitor};
use pullback_real::Real;
use std::f64::consts::TAU;

/// Where random numbers come from.
///
/// ```
/// use pullback_array::{DType, Key};
/// let key = Key::new(7);
/// let x = key.normal(&[2, 3], DType::F32);
/// assert_eq!(x.to_vec::<f32>(), Key::new(7).normal(&[2, 3], DType::F32).to_vec::<f32>());
/// // One key for every use: the same key again gives the same numbers.
/// let [weights, noise] = key.split(2).try_into().ok().unwrap();
/// assert_ne!(weights.uniform(&[], 0.0, 1.0, DType::F64).item(), noise.uniform(&[], 0.0, 1.0, DType::F64).item());
/// ```
#[derive(Clone, Debug)]
pub struct Key(Array);

impl Tree for Key {
    fn visit(&mut self, path: &Path, f: &mut Visitor) {
        self.0.visit(path, f)
    }
}

/// 2⁵³: keys are exact as integers and as floats.
const KEYS: f64 = (1u64 << 53) as f64;

impl Key {
    /// The key of a seed.
    #[track_caller]
    pub fn new(seed: u64) -> Key {
        let (high, low) = (seed >> 53, seed & ((1 << 53) - 1));
        let key = Key(Array::from(low as i64));
        if high == 0 { key } else { key.fold_in(high) }
    }
    /// `n` new keys, independent of each other and of this one's numbers.
    #[track_caller]
    pub fn split(&self, n: usize) -> Vec<Key> {
        self.children(n).unstack(0).into_iter().map(Key).collect()
    }
    /// The new key with number `i`: for step `i` of a loop, layer `i` of a model.
    #[track_caller]
    pub fn fold_in(&self, i: u64) -> Key {
        let number = Key(Array::from((i & ((1 << 53) - 1)) as i64));
        let key = self.fold_in_key(&number);
        if i >> 53 == 0 { key } else { key.fold_in(i >> 53) }
    }
    /// The new key of an integer array of one element, as [`fold_in`](Key::fold_in): for steps counted in arrays.
    ///
    /// # Panics
    /// If it has more elements.
    #[track_caller]
    pub fn fold_in_array(&self, i: &Array) -> Key {
        self.fold_in_key(&Key(i.cast(DType::I64).reshape(())))
    }
    /// A child of the difference of this key and a child of the other, so that both are mixed.
    #[track_caller]
    fn fold_in_key(&self, other: &Key) -> Key {
        let d = &self.0 - other.children(1).reshape(());
        let joint = where_(&d.less(0.0), &d + KEYS, &d);
        Key(Key(joint).children(1).reshape(()))
    }
    #[track_caller]
    fn children(&self, n: usize) -> Array {
        let bits = Array::random_op(&(-1.0 - &self.0), n, DType::F64);
        (bits * KEYS).cast(DType::I64)
    }
    #[track_caller]
    fn unit(&self, shape: &[usize], dtype: DType) -> Array {
        if !dtype.is_float() {
            panic!(
                "Key: random numbers of this kind are f32 or f64, not {dtype}; .cast them, or use integers"
            )
        }
        let shape = Shape::new(shape);
        Array::random_op(&self.0, shape.size(), dtype).reshape_op(shape)
    }

    /// Uniform on `lo..hi`.
    ///
    /// # Panics
    /// If the dtype is not floating point.
    #[track_caller]
    pub fn uniform(&self, shape: &[usize], lo: f64, hi: f64, dtype: DType) -> Array {
        let u = self.unit(shape, dtype);
        if (lo, hi) == (0.0, 1.0) { u } else { u * (hi - lo) + lo }
    }
    /// Standard normal (Box & Muller 1958).
    ///
    /// # Panics
    /// If the dtype is not floating point.
    #[track_caller]
    pub fn normal(&self, shape: &[usize], dtype: DType) -> Array {
        let shape = Shape::new(shape);
        let (n, half) = (shape.size(), shape.size().div_ceil(2));
        let u = self.unit(&[2, half], dtype);
        let radius = (-2.0 * (-u.get(0)).ln_1p()).sqrt();
        let angle = u.get(1) * TAU;
        let both = concatenate(&[&radius * angle.cos(), radius * angle.sin()], 0);
        both.narrow(0, 0, n).reshape_op(shape)
    }
    /// Standard normal, given that it lies within `lo..=hi`.
    ///
    /// # Panics
    /// If the dtype is not floating point or `lo < hi` does not hold.
    #[track_caller]
    pub fn truncated_normal(&self, shape: &[usize], lo: f64, hi: f64, dtype: DType) -> Array {
        assert!(lo < hi, "truncated_normal: the bounds {lo} and {hi} are not in order");
        // In the lower tail quantiles are accurate: there, turn the line round.
        let turned = lo > 0.0;
        let (a, b) = if turned { (-hi, -lo) } else { (lo, hi) };
        let (pa, pb) = (a.norm_cdf(), b.norm_cdf());
        let x = (self.unit(shape, dtype) * (pb - pa) + pa).norm_quantile().clip(a, b);
        if turned { -x } else { x }
    }
    /// Exponential with mean 1.
    ///
    /// # Panics
    /// If the dtype is not floating point.
    #[track_caller]
    pub fn exponential(&self, shape: &[usize], dtype: DType) -> Array {
        -(-self.unit(shape, dtype)).ln_1p()
    }
    /// Gumbel's distribution, e^(−e⁻ˣ): the largest of many.
    ///
    /// # Panics
    /// If the dtype is not floating point.
    #[track_caller]
    pub fn gumbel(&self, shape: &[usize], dtype: DType) -> Array {
        -self.exponential(shape, dtype).maximum(0.5 / KEYS).ln()
    }
    /// True with probability `p`.
    #[track_caller]
    pub fn bernoulli(&self, shape: &[usize], p: f64) -> Array {
        self.unit(shape, DType::F64).less(p)
    }
    /// Integers from `lo` to `hi − 1`, equally likely; `i64`.
    ///
    /// # Panics
    /// If `lo < hi` does not hold or there are more than 2⁵³.
    #[track_caller]
    pub fn integers(&self, shape: &[usize], lo: i64, hi: i64) -> Array {
        let count = hi.checked_sub(lo).filter(|&n| n > 0 && n as f64 <= KEYS);
        let Some(count) = count else { panic!("integers: from {lo} to {hi} are none, or too many") };
        (self.unit(shape, DType::F64) * count as f64).cast(DType::I64) + Array::from(lo)
    }
    /// The integers 0 to `n − 1` in random order; `i64`.
    #[track_caller]
    pub fn permutation(&self, n: usize) -> Array {
        self.unit(&[n], DType::F64).argsort(0)
    }
    /// `n` of the rows (along the first axis) of `x`, with or without putting them back.
    ///
    /// # Panics
    /// If there are fewer than `n` rows and none is put back, or none at all.
    #[track_caller]
    pub fn choice(&self, x: &Array, n: usize, replace: bool) -> Array {
        let rows = x.shape().first().copied().unwrap_or(0);
        if n > 0 && rows == 0 || n > rows && !replace {
            panic!("choice: {n} of {rows} rows\n  made at {}", x.at())
        }
        let chosen = match replace {
            true if n == 0 => Array::zeros(&[0], DType::I64),
            true => self.integers(&[n], 0, rows as i64),
            false => self.permutation(rows).narrow(0, 0, n),
        };
        x.take(&chosen, 0)
    }
    /// For each row of logits (along the last axis) an index drawn with probabilities softmax(logits); `i64`.
    ///
    /// # Panics
    /// If there are no logits.
    #[track_caller]
    pub fn categorical(&self, logits: &Array) -> Array {
        (logits + self.gumbel(logits.shape(), logits.dtype())).argmax_axis(-1)
    }
}
