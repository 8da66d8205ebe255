//! Random numbers by keys: a key always gives the same numbers, on every machine and with any number of threads; new
//! keys come from old ones by [`Key::split`] and [`Key::fold_in`].
//!
//! Numbers are Philox4x32-10 (Salmon et al., SC 2011) of key and position. A key is an integer k in 0..2⁵³. Its numbers
//! are drawn with Philox's key k, its children (53 bits each) with Philox's key −1 − k: the two never meet.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::ops::{concatenate, where_};
use crate::shape::Shape;
use crate::tree::{Path, Tree, Visitor};
use pullback_real::{Real, refuse};
use std::f64::consts::PI;

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
        let _operation = operation("fold_in_array");
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
    /// Uniform in 0..1, multiples of 2⁻²⁴ or 2⁻⁵³.
    #[track_caller]
    fn unit(&self, shape: &[usize], dtype: DType) -> Array {
        expect_float(dtype);
        let shape = Shape::new(shape);
        Array::random_op(&self.0, shape.size(), dtype).reshape_op(shape)
    }
    /// Uniform in −1..=1 and never 0, of 64 random bits each: near 0, where logarithms look, there are as many numbers as
    /// elsewhere.
    #[track_caller]
    fn signed(&self, shape: &[usize], dtype: DType) -> Array {
        expect_float(dtype);
        let shape = Shape::new(shape);
        let bits = Array::random_op(&self.0, shape.size(), DType::I64).reshape_op(shape);
        ((bits.cast(DType::F64) + 0.5) * 2f64.powi(-63)).cast(dtype)
    }

    /// Uniform on `lo..hi`, without `hi`.
    ///
    /// # Panics
    /// If the dtype is not floating point.
    #[track_caller]
    pub fn uniform(&self, shape: &[usize], lo: f64, hi: f64, dtype: DType) -> Array {
        let _operation = operation("uniform");
        let u = self.unit(shape, dtype);
        if (lo, hi) == (0.0, 1.0) {
            return u;
        }
        let (width, below) = match dtype {
            DType::F32 => (f64::from((hi - lo) as f32), f64::from((hi as f32).next_down())),
            _ => (hi - lo, hi.next_down()),
        };
        let x = if width.is_finite() { u * width + lo } else { (1.0 - &u) * lo + u * hi };
        // Rounding may reach the bound.
        if lo < hi { x.minimum(below) } else { x }
    }
    /// Standard normal (Box & Muller 1958).
    ///
    /// # Panics
    /// If the dtype is not floating point.
    #[track_caller]
    pub fn normal(&self, shape: &[usize], dtype: DType) -> Array {
        let _operation = operation("normal");
        let shape = Shape::new(shape);
        let (n, half) = (shape.size(), shape.size().div_ceil(2));
        let u = self.signed(&[2, half], dtype);
        let radius = (2.0 * exponential(&u.get(0))).sqrt();
        let angle = u.get(1) * PI;
        let both = concatenate(&[&radius * angle.cos(), radius * angle.sin()], 0);
        both.narrow(0, 0, n).reshape_op(shape)
    }
    /// Standard normal, given that it lies within `lo..=hi`.
    ///
    /// # Panics
    /// If the dtype is not floating point or `lo < hi` does not hold.
    #[track_caller]
    pub fn truncated_normal(&self, shape: &[usize], lo: f64, hi: f64, dtype: DType) -> Array {
        let _operation = operation("truncated_normal");
        assert!(lo < hi, "truncated_normal: the bounds {lo} and {hi} are not in order");
        expect_float(dtype);
        // In the lower tail probabilities are accurate: there, turn the line round.
        let turned = lo > 0.0;
        let (a, b) = if turned { (-hi, -lo) } else { (lo, hi) };
        let u = self.signed(shape, DType::F64);
        let (mass, share) = (b.norm_cdf() - a.norm_cdf(), 0.5 * u.abs());
        // A half of the numbers is measured from one bound, the other from the other.
        let x = match () {
            () if b <= FAR => quantile_of_log(&log_share(&u, a, b)),
            () if b <= 0.0 => {
                let (low, high) = (&share * mass + a.norm_cdf(), b.norm_cdf() - &share * mass);
                where_(&u.greater(0.0), low, high).norm_quantile()
            }
            () => {
                let outside = where_(&u.greater(0.0), a.norm_cdf(), Array::from((-b).norm_cdf()));
                u.sign() * (share * mass + outside).norm_quantile()
            }
        };
        let x = if turned { -x.clip(a, b) } else { x.clip(a, b) };
        x.cast(dtype).clip(lo, hi)
    }
    /// Exponential with mean 1.
    ///
    /// # Panics
    /// If the dtype is not floating point.
    #[track_caller]
    pub fn exponential(&self, shape: &[usize], dtype: DType) -> Array {
        let _operation = operation("exponential");
        exponential(&self.signed(shape, dtype))
    }
    /// Gumbel's distribution, e^(−e⁻ˣ): the largest of many.
    ///
    /// # Panics
    /// If the dtype is not floating point.
    #[track_caller]
    pub fn gumbel(&self, shape: &[usize], dtype: DType) -> Array {
        let _operation = operation("gumbel");
        -self.exponential(shape, dtype).ln()
    }
    /// True with probability `p`.
    #[track_caller]
    pub fn bernoulli(&self, shape: &[usize], p: f64) -> Array {
        self.unit(shape, DType::F64).less(p)
    }
    /// Integers from `lo` to `hi − 1`, equally likely to within 2⁻³² of their probability; `i64`.
    ///
    /// # Panics
    /// If `lo < hi` does not hold or there are 2⁶³ or more.
    #[track_caller]
    pub fn integers(&self, shape: &[usize], lo: i64, hi: i64) -> Array {
        let count = hi.checked_sub(lo).filter(|&n| n > 0);
        let Some(count) = count else {
            refuse(format_args!("integers: from {lo} to {hi} are none, or too many"), &[])
        };
        let below = match count {
            // Every one is as many of 2⁵³ numbers, to within one.
            ..=0x20_0000 => (self.unit(shape, DType::F64) * count as f64).cast(DType::I64),
            _ => self.many(shape, count),
        };
        below + Array::from(lo)
    }
    /// Integers below `count`: ⌊count·K/2¹²⁸⌋ for 128 random bits K, 16 of them at a time.
    #[track_caller]
    fn many(&self, shape: &[usize], count: i64) -> Array {
        const BASE: f64 = 65536.0;
        // A quotient and a remainder; the quotient has at most 48 bits.
        let split = |x: &Array| {
            let low = x.remainder(BASE);
            (((x - &low).cast(DType::F64) / BASE).cast(DType::I64), low)
        };
        let shape = Shape::new(shape);
        let bits = Array::random_op(&self.0, 2 * shape.size(), DType::I64);
        let (high, low) = ((count >> 16) as f64, (count & 0xFFFF) as f64);
        let mut below = Array::zeros(&shape[..], DType::I64);
        for k in 0..2 {
            let mut rest = bits.narrow(0, k * shape.size(), shape.size()).reshape_op(shape.clone());
            for _ in 0..4 {
                let (next, digit) = split(&rest);
                let (over, under) = split(&below);
                below = &digit * high + over + split(&(digit * low + under)).0;
                rest = next
            }
        }
        below
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
            refuse(format_args!("choice: {n} of {rows} rows"), &[("", x.at())])
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
        let _operation = operation("categorical");
        (logits + self.gumbel(logits.shape(), logits.dtype())).argmax_axis(-1)
    }
}

#[track_caller]
fn expect_float(dtype: DType) {
    if !dtype.is_float() {
        refuse(
            format_args!("random: these numbers are f32 or f64, not {dtype}; .cast them, or use integers"),
            &[],
        )
    }
}

/// Exponential numbers from uniform ones in −1..=1: −ln v of v below ½ or above it, with both tails as they are.
#[track_caller]
fn exponential(u: &Array) -> Array {
    let half = 0.5 * u.abs();
    -where_(&u.greater(0.0), half.ln(), (-&half).ln_1p())
}

/// Below it, normal probabilities are known by their logarithms.
const FAR: f64 = -8.0;

/// Logarithms of the probabilities of the numbers that leave a uniform share of `a..b` above them, from uniform ones in
/// −1..=1.
#[track_caller]
fn log_share(u: &Array, a: f64, b: f64) -> Array {
    let gap = a.norm_log_cdf() - b.norm_log_cdf();
    let e = -exponential(u);
    // ln(r + (1 − r)v) for v = e^e and the ratio r of the bounds' probabilities.
    let share = if gap < -700.0 { e } else { (e.exp_m1() * -gap.exp_m1()).ln_1p() };
    share + b.norm_log_cdf()
}

/// The numbers below [`FAR`] with these logarithms of probabilities, by Newton's method from below: the function is concave.
#[track_caller]
fn quantile_of_log(l: &Array) -> Array {
    let start = -(-2.0 * l).sqrt();
    (0..5).fold(start, |x, _| &x - (x.norm_log_cdf() - l) / x.inv_mills_ratio())
}
