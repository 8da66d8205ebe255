//! Sparse Jacobians and Hessians of functions of arrays: where entries can be is read off the recorded derivative, columns
//! or rows that do not meet are joined by colouring, and one compiled plan gives the products with all colours at once.
//!
//! Patterns, colourings and matrices are those of [`pullback_real::sparse`], where scalar functions are done. A recorded
//! function has no branches that another point could take, so a structure holds everywhere.

mod hessian;
mod jacobian;
mod places;
mod sets;
mod structure;

pub use hessian::SparseHessian;
pub use jacobian::SparseJacobian;
pub use pullback_real::sparse::{
    Compressed, Compression, HessianColouring, HessianColours, JacobianColours, Order, Pattern, SparseMatrix,
};

use crate::array::Array;
use crate::dtype::DType;
use crate::transform::Recorded;
use pullback_real::refuse;
use sets::Sets;
use structure::Structure;

/// How many directions a run of the plan takes at most.
const LANES: usize = 32;

/// A compiled function of a point and numbers of colours: a row of products for each.
type Products<'f> = Box<dyn Fn(&(Array, Array)) -> Array + 'f>;

/// Stops unless a point is of real floats.
#[track_caller]
fn check_real(what: &str, x: &Array) {
    if !x.dtype().is_float() {
        refuse(
            format_args!("{what}: the point must be real floating point, not {}", x.dtype()),
            &[("", x.at())],
        )
    }
}

/// Where the derivative `push` of a function at a point like `x` can have entries: `push` of the point and a direction.
#[track_caller]
fn pattern(what: &'static str, x: &Array, push: impl FnOnce(&Array, &Array) -> Array) -> Pattern {
    check_real(what, x);
    let kind = (x.0.shape.clone(), x.dtype());
    let recorded = Recorded::new(what, [kind.clone(), kind], |xs| vec![push(&xs[0], &xs[1])]);
    let moved = Recorded::of(&recorded.inputs[1..], &recorded.outputs);
    let each = Sets::each(x.size());
    let sets = moved.replay(&mut Structure::default(), &[each]).swap_remove(0);
    Pattern::new(x.size(), (0..recorded.outputs[0].size()).map(|i| sets.of(i).to_vec()))
}

/// A direction along all that have this colour. (In the plan it is made on the spot.)
#[track_caller]
fn seed(colours: &Array, colour: &Array, like: &Array) -> Array {
    colours.equal(colour).cast(like.dtype()).reshape_op(like.0.shape.clone())
}
/// Colours as an array; −1 where there is none.
fn numbers(colours: impl Iterator<Item = Option<u32>>) -> Array {
    Array::from(colours.map(|c| c.map_or(-1, i64::from)).collect::<Vec<_>>())
}
/// The products with each of `count` colours, some at a time.
fn in_lanes(
    products: &Products,
    x: &Array,
    count: usize,
    mut each: impl FnMut(std::ops::Range<usize>, &[f64]),
) {
    let mut start = 0;
    while start < count {
        let end = count.min(start + LANES);
        let lanes = Array::from((start as i64..end as i64).collect::<Vec<_>>());
        each(start..end, &products(&(x.clone(), lanes)).cast(DType::F64).to_vec::<f64>());
        start = end
    }
}

/// Stops unless a point is like the one that was prepared for.
#[track_caller]
fn check_point(what: &str, x: &Array, like: &Array) {
    if x.0.shape != like.0.shape || x.dtype() != like.dtype() {
        refuse(
            format_args!(
                "{what}: the structure was prepared for a point of shape {} {}, not {} {}",
                like.0.shape,
                like.dtype(),
                x.0.shape,
                x.dtype()
            ),
            &[("", x.at())],
        )
    }
}
