//! Unit matrices, and what arithmetic with plain numbers makes of them: one number on a diagonal, another elsewhere, which
//! are known without anything being computed. The batch of unit vectors along which derivatives are taken is such a matrix:
//! a compiled function holds the numbers, not their n² places.

use crate::array::{Args, Array};
use crate::buffer::Buffer;
use crate::build::rebuild;
use crate::build::sum_of_equal;
use crate::dtype::{DType, with_store};
use crate::eval::{Lane, Layout};
use crate::prim::Prim;
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

/// A number on diagonal `k` and another elsewhere; if the diagonal is outside, a constant.
#[track_caller]
pub(crate) fn diagonal(k: isize, [on, off]: Pair, shape: Shape, dtype: DType) -> Array {
    let rounded = |x: f64| if dtype == DType::F32 { f64::from(x as f32) } else { x };
    let bits = [on, off].map(|x| rounded(x).to_bits());
    let inside = -(shape[0] as isize) < k && k < shape[1] as isize && shape.size() > 0;
    if !inside || bits[0] == bits[1] {
        return Array::fill(off, shape, dtype);
    }
    Array::new(Prim::Eye(k, bits), Args::new(), shape, dtype)
}

/// f of the elements of such matrices, seen in the same way, and of numbers: the same view of f's two values. In `f32` that is
/// the value in `f64`, rounded; of sums, products and quotients it is the same.
#[track_caller]
pub(crate) fn folded(args: &[&Array], f: impl Fn(&[f64]) -> f64) -> Option<Array> {
    // Nearly all others are told apart by a look at the last operation.
    let may_be = |x: &&Array| matches!(x.0.prim, Prim::Fill { .. } | Prim::Eye(..)) || x.0.prim.is_view();
    if !args.iter().all(|x| may_be(x) && x.dtype().is_float()) {
        return None;
    }
    let (mut pairs, mut seen): (SmallVec<[Pair; 2]>, Option<Seen>) = (smallvec![], None);
    for x in args {
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
                ref prim if prim.is_view() => matrix.0.state().args.first().cloned()?,
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

/// The sum of zeros and equal numbers on a diagonal, which nothing is added up for: of all, or along an axis of which each line
/// has its number.
#[track_caller]
pub(crate) fn summed(x: &Array, axes: &[usize], shape: &Shape) -> Option<Array> {
    let Prim::Eye(k, bits) = x.0.prim else { return None };
    let [on, off] = bits.map(f64::from_bits);
    if off != 0.0 || x.dtype() == DType::Bool {
        return None;
    }
    let [n, m] = [0, 1].map(|axis| x.0.shape[axis] as isize);
    let length = (n.min(m - k) - (-k).max(0)) as usize;
    let sum = match *axes {
        [_, _] => sum_of_equal(on, length, x.dtype())?,
        [axis] if length == x.0.shape[1 - axis] => on,
        _ => return None,
    };
    Some(Array::fill(sum, shape.clone(), x.dtype()))
}

/// What all matrices of a shape with these two numbers are views of, whichever diagonal it is: a line of numbers with one that
/// differs in the middle, as far from both ends as two elements can be from each other's diagonals.
pub(crate) fn line(bits: [u64; 2], shape: &Shape, dtype: DType) -> Buffer {
    let [on, off] = bits.map(f64::from_bits);
    let middle = middle(shape);
    let mut line = Buffer::dirty(2 * middle + 1, dtype);
    with_store!(dtype, T => {
        let line = line.slice_mut::<T>();
        line.fill(T::of(off));
        line[middle] = T::of(on)
    });
    line
}

/// Where the view that has the number on diagonal `k` begins; a step down is one back, a step to the right one ahead.
pub(crate) fn layout(k: isize, shape: &Shape) -> Layout {
    Layout { offset: (middle(shape) as isize - k) as usize, strides: smallvec![-1, 1] }
}

fn middle(shape: &Shape) -> usize {
    shape[0] + shape[1] - 2
}
