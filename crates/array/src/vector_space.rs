//! Trees as vectors: what solvers, optimisers and tests of laws need of any tree of arrays. Integer and bool leaves are
//! no part of the space: they stay as they are, or are zero.
//!
//! ```
//! use pullback_array::{Array, vector_space};
//! let x = (Array::from([1.0, 2.0]), Array::from(3.0));
//! let y = vector_space::axpy(2.0, &x, &vector_space::ones(&x));
//! assert_eq!(vector_space::dot(&x, &y).item(), 3.0 + 10.0 + 21.0);
//! assert_eq!(vector_space::basis(&x).count(), vector_space::dimension(&x));
//! ```

use crate::array::Array;
use crate::dtype::DType;
use crate::promote::agree;
use crate::random::Key;
use crate::rules::differentiable;
use crate::tree::{Tree, leaves, map, zip};
use pullback_real::refuse;

fn floats<T: Tree + Clone>(x: &T, mut f: impl FnMut(&Array) -> Array) -> T {
    map(x, |x| if differentiable(x) { f(x) } else { x.clone() })
}
fn pairs<T: Tree + Clone>(x: &T, y: &T, mut f: impl FnMut(&Array, &Array) -> Array) -> T {
    zip(x, y, |x, y| if differentiable(x) { f(x, y) } else { x.clone() })
}

/// How many numbers the tree has, complex ones counted once.
pub fn dimension<T: Tree + Clone>(x: &T) -> usize {
    leaves(x).iter().filter(|x| differentiable(x)).map(Array::size).sum()
}
/// Zeros like the tree.
pub fn zeros<T: Tree + Clone>(x: &T) -> T {
    floats(x, Array::zeros_like)
}
/// Ones like the tree.
pub fn ones<T: Tree + Clone>(x: &T) -> T {
    floats(x, Array::ones_like)
}
/// Standard normal numbers like the tree; of complex leaves both parts.
pub fn normal<T: Tree + Clone>(x: &T, key: &Key) -> T {
    let mut k = 0;
    let mut next = |shape: &[usize], dtype| {
        k += 1;
        key.fold_in(k).normal(shape, dtype)
    };
    floats(x, |x| match x.dtype() {
        DType::C64 => Array::complex(next(x.shape(), DType::F32), next(x.shape(), DType::F32)),
        DType::C128 => Array::complex(next(x.shape(), DType::F64), next(x.shape(), DType::F64)),
        real => next(x.shape(), real),
    })
}
/// The vectors of the standard basis: one number 1 each, all others 0.
pub fn basis<T: Tree + Clone>(x: &T) -> impl Iterator<Item = T> {
    let x = x.clone();
    (0..dimension(&x)).map(move |k| {
        let mut before = 0;
        floats(&x, |leaf| {
            let (n, here) = (leaf.size(), k.checked_sub(before));
            before += n;
            let Some(here) = here.filter(|&here| here < n) else { return leaf.zeros_like() };
            let mut unit = vec![0.0; n];
            unit[here] = 1.0;
            Array::from(unit).cast(leaf.dtype()).reshape_op(leaf.0.shape.clone())
        })
    })
}
/// Stops, in the caller's line, unless the leaves of two trees fit each other.
#[track_caller]
fn check_pairs<T: Tree + Clone>(what: &str, x: &T, y: &T) {
    let (xs, ys) = (leaves(x), leaves(y));
    if xs.len() != ys.len() {
        refuse(format_args!("{what}: the trees have {} and {} leaves", xs.len(), ys.len()), &[])
    }
    for (x, y) in xs.iter().zip(&ys) {
        agree(what, x, y);
    }
}
/// x + y.
///
/// # Panics
/// If the trees differ, as do all functions of two trees here.
#[track_caller]
pub fn add<T: Tree + Clone>(x: &T, y: &T) -> T {
    check_pairs("add", x, y);
    pairs(x, y, |x, y| x + y)
}
/// a·x.
pub fn scale<T: Tree + Clone>(a: f64, x: &T) -> T {
    floats(x, |x| x * a)
}
/// a·x + y.
#[track_caller]
pub fn axpy<T: Tree + Clone>(a: f64, x: &T, y: &T) -> T {
    check_pairs("axpy", x, y);
    pairs(x, y, |x, y| x * a + y)
}
/// ⟨x, y⟩, a number: Σ x·y over all leaves, of complex ones Re Σ x̄·y, the real inner product.
#[track_caller]
pub fn dot<T: Tree + Clone>(x: &T, y: &T) -> Array {
    check_pairs("dot", x, y);
    let mut sum: Option<Array> = None;
    pairs(x, y, |x, y| {
        let here = if x.dtype().is_complex() { (x.conj() * y).real().sum() } else { (x * y).sum() };
        let here = match sum.take() {
            Some(sum) if sum.dtype() != here.dtype() => sum.cast(DType::F64) + here.cast(DType::F64),
            Some(sum) => sum + here,
            None => here,
        };
        sum = Some(here);
        x.clone()
    });
    sum.unwrap_or_else(|| Array::from(0.0))
}
/// The cotangent that acts on tangents as the inner product with x does: x itself, conjugated where it is complex.
pub fn covector<T: Tree + Clone>(x: &T) -> T {
    floats(x, |x| if x.dtype().is_complex() { x.conj() } else { x.clone() })
}
