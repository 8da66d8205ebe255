//! `vmap`: a function of one example as a function of a batch. The function runs once, on placeholders; its graph is
//! replayed with one more leading axis.

use super::batch::{Batched, batched};
use crate::array::Array;
use crate::shape::Dims;
use crate::tree::{Path, Tree, leaves, map};
use pullback_real::refuse;
use std::panic::Location;

/// From f, a function of one example: the function of a batch, along axis 0 of every leaf of the input and of
/// the result.
///
/// Arrays that f captures are shared by all examples. Composes with every other transform: `vmap(grad(f))` gives a
/// gradient for each example.
///
/// ```
/// use pullback_array::{Array, Real, grad, vmap};
/// let w = Array::from([1.0, 2.0]);
/// let loss = |x: &Array| (x * &w).sum().square();
/// let per_example = vmap(grad(loss));
/// let g = per_example(&Array::from([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]));
/// assert_eq!(g.to_vec::<f64>(), [2.0, 4.0, 4.0, 8.0, 6.0, 12.0]);
/// ```
///
/// # Panics
/// If the leaves have no axis 0 or differ in its extent. If f looks at values that depend on its input
/// (`item`, `to_vec`): it runs once for all examples, without values.
pub fn vmap<P: Tree + Clone, Q: Tree + Clone>(f: impl Fn(&P) -> Q) -> impl Fn(&P) -> Q {
    vmap_axes(f, &[Some(0)], &[0])
}

/// Like [`vmap`], with the batch along other axes: `inputs` has an axis for each part of the input (each element of a
/// tuple, each field of a struct), `None` for a part that all examples share; `outputs` one for each part of the
/// result. A single entry holds for all parts. Negative axes count from the end.
///
/// ```
/// use pullback_array::{Array, Real, vmap_axes};
/// let affine = |(a, x): &(Array, Array)| a.matmul(x);
/// // One matrix for all, a batch of columns in and out.
/// let y = vmap_axes(affine, &[None, Some(1)], &[1])(&(
///     Array::from([[1.0, 1.0], [0.0, 1.0]]),
///     Array::from([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]),
/// ));
/// assert_eq!(y.to_vec::<f64>(), [11.0, 22.0, 33.0, 10.0, 20.0, 30.0]);
/// ```
///
/// # Panics
/// If there are not as many entries as parts, an axis is out of range, no part is mapped, or the extents differ; and
/// as [`vmap`].
pub fn vmap_axes<P: Tree + Clone, Q: Tree + Clone>(
    f: impl Fn(&P) -> Q,
    inputs: &[Option<isize>],
    outputs: &[isize],
) -> impl Fn(&P) -> Q {
    let (inputs, outputs) = (inputs.to_vec(), outputs.to_vec());
    move |p| {
        let axes = for_leaves(p, &inputs, "input");
        let named = crate::tree::named_leaves(p);
        let mut extent: Option<(usize, &str)> = None;
        let mut args = vec![];
        for ((path, x), to) in named.iter().zip(axes) {
            let Some(to) = to else {
                args.push(Batched::shared(x.clone()));
                continue;
            };
            if x.ndim() == 0 {
                refuse(
                    format_args!(
                        "vmap: leaf `{path}` is a single number and has no axis to map over; capture it in the function, or give it the axis None in vmap_axes"
                    ),
                    &[("", x.at())],
                )
            }
            let from = x.axis("vmap", to);
            let n = x.shape()[from];
            match extent {
                Some((have, other)) if have != n => refuse(
                    format_args!(
                        "vmap: leaf `{other}` is a batch of {have}, leaf `{path}` one of {n} (shape {}, axis {from})",
                        x.0.shape
                    ),
                    &[("", x.at())],
                ),
                Some(_) => {}
                None => extent = Some((n, path)),
            }
            args.push(Batched::mapped(moved(x, from, 0)))
        }
        let Some((n, _)) = extent else {
            refuse(format_args!("vmap: no leaf of the input is mapped"), &place(p))
        };
        let mut result = None;
        let ys = batched(n, &args, |xs| {
            let mut xs = xs.iter();
            let y = f(&map(p, |x| xs.next().unwrap_or(x).clone()));
            let all = leaves(&y);
            result = Some(y);
            all
        });
        let y = result.expect("the function has run");
        let mut places = for_leaves(&y, &outputs, "result").into_iter().zip(ys);
        map(&y, |y| {
            let (to, y) = places.next().unwrap_or((0, Batched::shared(y.clone())));
            let y = y.spread(n);
            moved(&y, 0, y.axis("vmap", to))
        })
    }
}

/// Axis `from` moved to place `to`.
#[track_caller]
fn moved(x: &Array, from: usize, to: usize) -> Array {
    let mut axes: Dims = (0..x.ndim()).filter(|&k| k != from).collect();
    axes.insert(to, from);
    x.permute_op(axes)
}

/// Where the first leaf was made.
fn place<T: Tree + Clone>(tree: &T) -> Vec<(&'static str, &'static Location<'static>)> {
    leaves(tree).iter().take(1).map(|x| ("", x.at())).collect()
}

/// The entry of each leaf, from entries for the tree's parts.
#[track_caller]
fn for_leaves<T: Tree + Clone, E: Copy>(tree: &T, entries: &[E], what: &str) -> Vec<E> {
    let mut parts: Vec<String> = vec![];
    let mut at = vec![];
    tree.clone().visit(&Path::Root, &mut |path, _| {
        let part = part(path);
        let known = parts.iter().position(|p| *p == part);
        at.push(known.unwrap_or(parts.len()));
        if known.is_none() {
            parts.push(part)
        }
    });
    if entries.len() != 1 && entries.len() != parts.len() {
        refuse(
            format_args!("vmap_axes: {} axes for the {} parts of the {what}", entries.len(), parts.len()),
            &place(tree),
        )
    }
    at.into_iter().map(|k| entries[if entries.len() == 1 { 0 } else { k }]).collect()
}

/// The part of the tree a leaf lies in.
fn part(path: &Path) -> String {
    match path {
        Path::Root => String::new(),
        Path::Field(Path::Root, _) | Path::Index(Path::Root, _) => path.to_string(),
        Path::Field(parent, _) | Path::Index(parent, _) => part(parent),
    }
}
