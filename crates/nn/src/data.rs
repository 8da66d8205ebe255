//! Data sets: trees of arrays that share the extent of their first axis, the examples.
//!
//! ```
//! use pullback_array::{Array, Key};
//! use pullback_nn::data;
//! let (x, y) = (Array::from([[1.0], [2.0], [3.0], [4.0], [5.0]]), Array::from([1, 2, 3, 4, 5]));
//! let (train, test) = data::split(&data::shuffled(&(x, y), &Key::new(0)), 4);
//! assert_eq!((data::len(&train), data::len(&test)), (4, 1));
//! for epoch in 0..3 {
//!     for (x, y) in data::batches(&data::shuffled(&train, &Key::new(epoch)), 2) {
//!         assert_eq!(x.to_vec::<f64>(), y.to_vec::<i32>().iter().map(|&y| f64::from(y)).collect::<Vec<_>>());
//!     }
//! }
//! ```

use pullback_array::{
    Array, Key, Tree,
    tree::{self, leaves, map},
};
use pullback_real::refuse;

/// How many examples there are.
///
/// # Panics
/// If the leaves do not agree on it, or there is none.
#[track_caller]
pub fn len<T: Tree + Clone>(data: &T) -> usize {
    let extents: Vec<Option<usize>> = leaves(data).iter().map(|x| x.shape().first().copied()).collect();
    match extents[..] {
        [Some(n), ..] if extents.iter().all(|&m| m == Some(n)) => n,
        _ => refuse(
            format_args!(
                "data::len: the arrays of a data set must have the same extent on their first axis: {extents:?}"
            ),
            &[],
        ),
    }
}

/// The examples with these numbers, in this order.
#[track_caller]
pub fn rows<T: Tree + Clone>(data: &T, index: &Array) -> T {
    map(data, |x| x.take_rows(index))
}

/// All examples, in an order drawn by the key.
#[track_caller]
pub fn shuffled<T: Tree + Clone>(data: &T, key: &Key) -> T {
    let shuffled = rows(data, &key.permutation(len(data)));
    tree::eval(&shuffled);
    shuffled
}

/// The first `n` examples, and the others.
///
/// # Panics
/// If there are not so many.
#[track_caller]
pub fn split<T: Tree + Clone>(data: &T, n: usize) -> (T, T) {
    let all = len(data);
    assert!(n <= all, "data::split: there are {all} examples, not {n}");
    (range(data, 0, n), range(data, n, all - n))
}

/// The examples `size` at a time, in order; the last batch may be smaller.
///
/// # Panics
/// If the size is 0.
#[track_caller]
pub fn batches<T: Tree + Clone>(data: &T, size: usize) -> impl Iterator<Item = T> + use<T> {
    assert!(size > 0, "data::batches: a batch has at least one example, not 0");
    let (all, data) = (len(data), data.clone());
    (0..all).step_by(size).map(move |start| range(&data, start, size.min(all - start)))
}

#[track_caller]
fn range<T: Tree + Clone>(data: &T, start: usize, n: usize) -> T {
    map(data, |x| x.slice_axis(0, start, n, 1))
}
