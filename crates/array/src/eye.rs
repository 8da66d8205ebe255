//! Unit matrices, and what arithmetic with plain numbers makes of them: one number on a diagonal, another elsewhere, which
//! are known without anything being computed. The batch of unit vectors along which derivatives are taken is such a matrix:
//! a compiled function holds the numbers, not their n² places.

use crate::array::{Args, Array};
use crate::buffer::Buffer;
use crate::dtype::{DType, with_store};
use crate::eval::Lane;
use crate::prim::Prim;
use crate::rules::rebuild;
use crate::shape::Shape;
use smallvec::{SmallVec, smallvec};

/// The number on the diagonal and the one elsewhere.
type Pair = [f64; 2];

impl Array {
    /// An `[n, m]` matrix with ones on diagonal `k`.
    #[track_caller]
    pub(crate) fn eye_op(n: usize, m: usize, k: isize, dtype: DType) -> Array {
        match dtype.is_complex() {
            true => diagonal(k, [1.0, 0.0], Shape::new(&[n, m]), dtype.real()).cast(dtype),
            false => diagonal(k, [1.0, 0.0], Shape::new(&[n, m]), dtype),
        }
    }
}

#[track_caller]
fn diagonal(k: isize, [on, off]: Pair, shape: Shape, dtype: DType) -> Array {
    let rounded = |x: f64| if dtype == DType::F32 { f64::from(x as f32) } else { x };
    let bits = [on, off].map(|x| rounded(x).to_bits());
    if k <= -(shape[0] as isize) || k >= shape[1] as isize || bits[0] == bits[1] {
        return Array::fill(off, shape, dtype);
    }
    Array::new(Prim::Eye(k, bits), Args::new(), shape, dtype)
}

/// f of the elements of such matrices, seen in the same way, and of numbers: the same view of f's two values. In `f32` that is
/// the value in `f64`, rounded; of sums, products and quotients it is the same.
#[track_caller]
pub(crate) fn folded(args: &[&Array], f: impl Fn(&[f64]) -> f64) -> Option<Array> {
    let (mut pairs, mut seen): (SmallVec<[Pair; 2]>, Option<Seen>) = (smallvec![], None);
    for x in args {
        if !x.dtype().is_float() {
            return None;
        }
        if let Some(c) = x.fill_value() {
            pairs.push([c, c]);
            continue;
        }
        let (pair, this) = Seen::of(x)?;
        if seen.as_ref().is_some_and(|other| !this.is_like(other)) {
            return None;
        }
        pairs.push(pair);
        seen = Some(this)
    }
    let at = |i: usize| f(&pairs.iter().map(|p| p[i]).collect::<SmallVec<[f64; 2]>>());
    seen.map(|seen| seen.again([at(0), at(1)]))
}

/// A view of such a matrix.
struct Seen {
    /// The movements that lead to it, the last one first.
    views: SmallVec<[Array; 2]>,
    matrix: Array,
    k: isize,
}

impl Seen {
    fn of(x: &Array) -> Option<(Pair, Seen)> {
        let (mut views, mut matrix) = (smallvec![], x.clone());
        loop {
            let next = match matrix.0.prim {
                Prim::Eye(k, bits) => return Some((bits.map(f64::from_bits), Seen { views, matrix, k })),
                Prim::Broadcast | Prim::Reshape | Prim::Permute(_) | Prim::Slice { .. } | Prim::Flip(_) => {
                    matrix.0.state().args.first().cloned()?
                }
                _ => return None,
            };
            views.push(std::mem::replace(&mut matrix, next))
        }
    }
    fn is_like(&self, other: &Seen) -> bool {
        let same = |a: &Array, b: &Array| a.0.prim == b.0.prim && a.0.shape == b.0.shape;
        self.k == other.k
            && self.matrix.0.shape == other.matrix.0.shape
            && self.views.len() == other.views.len()
            && self.views.iter().zip(&other.views).all(|(a, b)| same(a, b))
    }
    /// The same view of other numbers.
    #[track_caller]
    fn again(&self, pair: Pair) -> Array {
        let mut y = diagonal(self.k, pair, self.matrix.0.shape.clone(), self.matrix.dtype());
        for view in self.views.iter().rev() {
            y = rebuild(&view.0.prim, &[y], view)
        }
        y
    }
}

/// A matrix that is the same along every diagonal as one line of numbers: its rows are views of it, the last one from the
/// first number on, and every other from one place behind the next one's.
pub(crate) fn line(k: isize, bits: [u64; 2], shape: &Shape, dtype: DType) -> Buffer {
    let [on, off] = bits.map(f64::from_bits);
    let mut line = Buffer::dirty(shape[0] + shape[1] - 1, dtype);
    with_store!(dtype, T => {
        let line = line.slice_mut::<T>();
        line.fill(T::of(off));
        line[(shape[0] as isize + k - 1) as usize] = T::of(on)
    });
    line
}
