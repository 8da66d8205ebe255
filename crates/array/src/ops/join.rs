//! Joining arrays and taking them apart.

use crate::array::{Array, operation};
use crate::axis::Ints;
use crate::promote::same_dtype;
use pullback_real::refuse;

/// The parts one after the other along an axis.
///
/// ```
/// use pullback_array::{Array, concatenate};
/// let y = concatenate(&[Array::from([1.0]), Array::from([2.0, 3.0])], 0);
/// assert_eq!(y.to_vec::<f64>(), [1.0, 2.0, 3.0]);
/// ```
///
/// # Panics
/// If there is no part, the axis is out of range, other extents or dtypes differ.
#[track_caller]
pub fn concatenate(parts: &[Array], axis: isize) -> Array {
    joined("concatenate", parts, parts, axis)
}
#[track_caller]
fn joined(what: &str, parts: &[Array], given: &[Array], axis: isize) -> Array {
    let Some(first) = parts.first() else { refuse(format_args!("{what}: there are no parts"), &[]) };
    let k = first.axis(what, axis);
    for (nth, part) in parts.iter().enumerate().skip(1) {
        same_dtype(what, &given[0], &given[nth]);
        if part.ndim() != first.ndim() || part.0.shape.with(k, 0) != first.0.shape.with(k, 0) {
            refuse(
                format_args!(
                    "{what}: shapes {} and {} do not fit along axis {axis}",
                    given[0].0.shape, given[nth].0.shape
                ),
                &[("first", given[0].at()), ("other", given[nth].at())],
            )
        }
    }
    Array::concat_op(parts, k)
}
/// The parts along a new axis, which is number `axis` of the result.
///
/// # Panics
/// If there is no part, the axis is out of range, shapes or dtypes differ.
#[track_caller]
pub fn stack(parts: &[Array], axis: isize) -> Array {
    let _operation = operation("stack");
    if let Some(first) = parts.first() {
        for part in &parts[1..] {
            same_dtype("stack", first, part);
            if part.shape() != first.shape() {
                refuse(
                    format_args!("stack: shapes {} and {} differ", first.0.shape, part.0.shape),
                    &[("first", first.at()), ("other", part.at())],
                )
            }
        }
    }
    let mut rows = vec![];
    for part in parts {
        rows.push(part.expand_dims(axis))
    }
    joined("stack", &rows, parts, axis)
}
/// The parts side by side: along the second axis, vectors and numbers along the first.
///
/// # Panics
/// As [`concatenate`].
#[track_caller]
pub fn hstack(parts: &[Array]) -> Array {
    let _operation = operation("hstack");
    let rows: Vec<Array> = parts.iter().map(|p| if p.ndim() == 0 { p.ravel() } else { p.clone() }).collect();
    joined("hstack", &rows, parts, rows.first().map_or(0, |p| if p.ndim() == 1 { 0 } else { 1 }))
}
/// The parts one below the other: along the first axis, vectors and numbers as rows.
///
/// # Panics
/// As [`concatenate`].
#[track_caller]
pub fn vstack(parts: &[Array]) -> Array {
    let _operation = operation("vstack");
    let row = |p: &Array| if p.ndim() < 2 { p.reshape([1, p.size()]) } else { p.clone() };
    joined("vstack", &parts.iter().map(row).collect::<Vec<_>>(), parts, 0)
}

impl Array {
    /// `sections` equal parts along an axis.
    ///
    /// # Panics
    /// If the axis is out of range or its extent no multiple of `sections`.
    #[track_caller]
    pub fn split(&self, sections: usize, axis: isize) -> Vec<Array> {
        let n = self.shape()[self.axis("split", axis)];
        if sections == 0 || !n.is_multiple_of(sections) {
            refuse(
                format_args!("split: axis {axis} of shape {} does not split into {sections}", self.0.shape),
                &[("", self.at())],
            )
        }
        let cuts: Vec<usize> = (1..sections).map(|k| k * n / sections).collect();
        self.split_at(&cuts, axis)
    }
    /// The parts between cuts along an axis; by the rules of slices, so parts may be empty.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn split_at(&self, cuts: impl Into<Ints>, axis: isize) -> Vec<Array> {
        let k = self.axis("split_at", axis);
        let n = self.shape()[k] as isize;
        let cuts = cuts.into().0;
        let cut = |&c: &isize| (if c < 0 { c + n } else { c }).clamp(0, n) as usize;
        let edges: Vec<usize> = [0].into_iter().chain(cuts.iter().map(cut)).chain([n as usize]).collect();
        edges.windows(2).map(|e| self.narrow(k, e[0], e[1].saturating_sub(e[0]))).collect()
    }
    /// The parts at each index of an axis, which is dropped.
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    pub fn unstack(&self, axis: isize) -> Vec<Array> {
        let k = self.axis("unstack", axis);
        (0..self.shape()[k]).map(|i| self.narrow(k, i, 1).reshape_op(self.0.shape.remove(k))).collect()
    }
}
