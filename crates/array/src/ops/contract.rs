//! Products of matrices and their relatives, with NumPy's rules for vectors and leading axes.

use crate::array::{Array, operation};
use crate::axis::Ints;
use crate::promote::same_dtype;
use crate::shape::{Dims, Shape};
use pullback_real::refuse;

#[track_caller]
fn misfit(what: &str, x: &Array, y: &Array) -> ! {
    refuse(
        format_args!("{what}: shapes {} and {} do not fit", x.0.shape, y.0.shape),
        &[("left", x.at()), ("right", y.at())],
    )
}

impl Array {
    /// The matrix product over the last axis of `self` and the last but one of `y`; leading axes broadcast. A vector is a
    /// row on the left and a column on the right, and its axis is not in the result.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let a = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul(&Array::from([1.0, 1.0])).to_vec::<f64>(), [3.0, 7.0]);
    /// assert_eq!(a.matmul(&a).to_vec::<f64>(), [7.0, 10.0, 15.0, 22.0]);
    /// ```
    ///
    /// # Panics
    /// If an operand has no axes, the inner extents differ, leading axes do not broadcast or dtypes differ.
    #[track_caller]
    pub fn matmul(&self, y: &Array) -> Array {
        let (x, y) = same_dtype("matmul", self, y);
        if x.ndim() == 0 || y.ndim() == 0 {
            misfit("matmul", self, &y)
        }
        let row = x.ndim() == 1;
        let column = y.ndim() == 1;
        let a = if row { x.reshape_op(x.0.shape.insert(0, 1)) } else { x.clone() };
        let b = if column { y.reshape_op(y.0.shape.insert(1, 1)) } else { y.clone() };
        let (i, j) = (a.ndim() - 2, b.ndim() - 2);
        let (m, k, n) = (a.shape()[i], a.shape()[i + 1], b.shape()[j + 1]);
        if b.shape()[j] != k {
            misfit("matmul", &x, &y)
        }
        let Some(lead) = Shape::new(&a.shape()[..i]).broadcast(&b.shape()[..j]) else {
            misfit("matmul", &x, &y)
        };
        let product = if j == 0 {
            // One matrix for all: the leading axes are more rows.
            a.reshape_op(Shape::new(&[lead.size() * m, k])).matmul_op(&b)
        } else {
            let whole = |x: &Array, r: usize, c: usize| {
                let full: Shape = lead.iter().copied().chain([r, c]).collect();
                x.broadcast_op(&full).reshape_op(Shape::new(&[lead.size(), r, c]))
            };
            whole(&a, m, k).matmul_op(&whole(&b, k, n))
        };
        let own = [(!row).then_some(m), (!column).then_some(n)];
        product.reshape_op(lead.iter().copied().chain(own.into_iter().flatten()).collect())
    }
    /// NumPy's `dot`: the inner product of vectors, the product of matrices; in general the sum over the last axis of
    /// `self` and the last but one of `y`, all other axes side by side.
    ///
    /// # Panics
    /// If the extents differ or the dtypes do.
    #[track_caller]
    pub fn dot(&self, y: &Array) -> Array {
        let _operation = operation("dot");
        match (self.ndim(), y.ndim()) {
            (0, _) | (_, 0) => Array::binary_op(pullback_real::Binary::Mul, self, y),
            (_, 1) => self.tensordot_axes(y, -1, 0),
            (_, _) => self.tensordot_axes(y, -1, -2),
        }
    }
    /// The sum over the last axes of both, all other axes side by side.
    ///
    /// # Panics
    /// If the extents differ or the dtypes do.
    #[track_caller]
    pub fn inner(&self, y: &Array) -> Array {
        let _operation = operation("inner");
        match (self.ndim(), y.ndim()) {
            (0, _) | (_, 0) => Array::binary_op(pullback_real::Binary::Mul, self, y),
            (_, _) => self.tensordot_axes(y, -1, -1),
        }
    }
    /// The sum of products of all elements, those of `self` conjugated if they are complex.
    ///
    /// # Panics
    /// If the numbers of elements differ or the dtypes do.
    #[track_caller]
    pub fn vdot(&self, y: &Array) -> Array {
        let _operation = operation("vdot");
        self.conj().ravel().tensordot_axes(&y.ravel(), 0, 0)
    }
    /// All products of an element of `self` and one of `y`: `[n]`, `[m]` → `[n, m]`, of the flattened arrays.
    ///
    /// # Panics
    /// If the dtypes differ.
    #[track_caller]
    pub fn outer(&self, y: &Array) -> Array {
        let _operation = operation("outer");
        let (x, y) = (self.reshape([self.size(), 1]), y.reshape([1, y.size()]));
        Array::binary_op(pullback_real::Binary::Mul, &x, &y)
    }
    /// The sum over the last `n` axes of `self` and the first `n` of `y`, the others side by side.
    ///
    /// # Panics
    /// If the extents differ or the dtypes do.
    #[track_caller]
    pub fn tensordot(&self, y: &Array, n: usize) -> Array {
        if n > self.ndim() || n > y.ndim() {
            misfit("tensordot", self, y)
        }
        let last: Vec<usize> = (self.ndim() - n..self.ndim()).collect();
        self.tensordot_axes(y, last, (0..n).collect::<Vec<_>>())
    }
    /// The sum over pairs of axes, one of `self` and one of `y`, the others side by side.
    ///
    /// ```
    /// use pullback_array::{Array, DType};
    /// let (x, y) = (Array::ones(&[2, 3, 4], DType::F64), Array::ones(&[4, 5, 2], DType::F64));
    /// assert_eq!(x.tensordot_axes(&y, [0, 2], [2, 0]).shape(), [3, 5]);
    /// ```
    ///
    /// # Panics
    /// If the extents or the numbers of axes differ, or the dtypes do.
    #[track_caller]
    pub fn tensordot_axes(&self, y: &Array, of_self: impl Into<Ints>, of_y: impl Into<Ints>) -> Array {
        let (x, y) = same_dtype("tensordot", self, y);
        let a = of_self.into().axes("tensordot", &x);
        let b = of_y.into().axes("tensordot", &y);
        if a.len() != b.len() || a.iter().zip(&b).any(|(&i, &j)| x.shape()[i] != y.shape()[j]) {
            misfit("tensordot", &x, &y)
        }
        let free = |x: &Array, own: &Dims| -> Dims { (0..x.ndim()).filter(|k| !own.contains(k)).collect() };
        let (rows, columns) = (free(&x, &a), free(&y, &b));
        let count = |x: &Array, axes: &Dims| axes.iter().map(|&k| x.shape()[k]).product::<usize>();
        let (m, k, n) = (count(&x, &rows), count(&x, &a), count(&y, &columns));
        let left = x.permute_op(rows.iter().chain(&a).copied().collect()).reshape_op(Shape::new(&[m, k]));
        let right = y.permute_op(b.iter().chain(&columns).copied().collect()).reshape_op(Shape::new(&[k, n]));
        let shape = rows.iter().map(|&k| x.shape()[k]).chain(columns.iter().map(|&k| y.shape()[k])).collect();
        left.matmul_op(&right).reshape_op(shape)
    }
    /// The Kronecker product: every element of `self` times all of `y`, blockwise.
    ///
    /// # Panics
    /// If the dtypes differ.
    #[track_caller]
    pub fn kron(&self, y: &Array) -> Array {
        let _operation = operation("kron");
        let rank = self.ndim().max(y.ndim());
        let (a, b) = (self.0.shape.pad_left(rank), y.0.shape.pad_left(rank));
        let blocks: Shape = (0..rank).flat_map(|k| [a[k], 1]).collect();
        let inside: Shape = (0..rank).flat_map(|k| [1, b[k]]).collect();
        let product =
            Array::binary_op(pullback_real::Binary::Mul, &self.reshape_op(blocks), &y.reshape_op(inside));
        product.reshape_op((0..rank).map(|k| a[k] * b[k]).collect())
    }
    /// The vector product along the last axis, of extent 3; other axes broadcast.
    ///
    /// # Panics
    /// If a last axis has another extent, shapes do not broadcast or dtypes differ.
    #[track_caller]
    pub fn cross(&self, y: &Array) -> Array {
        let _operation = operation("cross");
        if self.shape().last() != Some(&3) || y.shape().last() != Some(&3) {
            misfit("cross", self, y)
        }
        let turned = |x: &Array, by: isize| x.roll(by, -1);
        turned(self, -1) * turned(y, 1) - turned(self, 1) * turned(y, -1)
    }
    /// The differences of all pairs: `[n]`, `[m]` → `[n, m]`.
    ///
    /// # Panics
    /// If the dtypes differ.
    #[track_caller]
    pub fn subtract_outer(&self, y: &Array) -> Array {
        let _operation = operation("subtract_outer");
        self.reshape([self.size(), 1]) - y.reshape([1, y.size()])
    }
}

/// The product of a chain of matrices (vectors at the ends), in the order that takes the fewest multiplications.
///
/// # Panics
/// If there is no matrix or extents do not fit.
#[track_caller]
pub fn multi_dot(chain: &[Array]) -> Array {
    let _operation = operation("multi_dot");
    let n = chain.len();
    let (Some(first), Some(last)) = (chain.first(), chain.last()) else {
        refuse(format_args!("multi_dot: there are no matrices"), &[])
    };
    let rows = if first.ndim() == 1 { 1 } else { first.shape()[0] };
    let inner = chain[1..].iter().map(|x| x.shape()[0]);
    let columns = if last.ndim() == 1 { 1 } else { last.shape()[last.ndim() - 1] };
    let extents: Vec<usize> = [rows].into_iter().chain(inner).chain([columns]).collect();
    // cost[i][j]: the best for matrices i..=j, and after which one it is split.
    let mut best = vec![vec![(0usize, 0usize); n]; n];
    for length in 2..=n {
        for i in 0..=n - length {
            let j = i + length - 1;
            let cost =
                |k: usize| best[i][k].0 + best[k + 1][j].0 + extents[i] * extents[k + 1] * extents[j + 1];
            best[i][j] = (i..j).map(|k| (cost(k), k)).min().expect("two matrices or more");
        }
    }
    #[track_caller]
    fn product(chain: &[Array], best: &[Vec<(usize, usize)>], i: usize, j: usize) -> Array {
        if i == j {
            return chain[i].clone();
        }
        let k = best[i][j].1;
        product(chain, best, i, k).matmul(&product(chain, best, k + 1, j))
    }
    product(chain, &best, 0, n - 1)
}
