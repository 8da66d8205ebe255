//! The right-hand side of a differential equation, recorded once as a function of vectors.

use crate::array::Array;
use crate::shape::Shape;
use crate::transform::control::record;
use crate::transform::ravel;
use crate::transform::replay::Recorded;
use crate::tree::{Tree, leaves};
use std::cell::RefCell;

/// The start as a vector, f as a function of vectors, and the arrays that it captures.
#[track_caller]
pub(super) fn recorded_flow<Y: Tree + Clone + 'static>(
    what: &'static str,
    f: &dyn Fn(&Array, &Y) -> Y,
    start: &Y,
) -> (Array, Recorded, Vec<Array>) {
    super::check_one_dtype(what, &leaves(start));
    let (y0, back) = ravel(start);
    // f's result is checked afterwards for the caller's line, which a closure does not have.
    let given = RefCell::new(None);
    let flow = |(t, y): &(Array, Array)| {
        let dy = f(t, &back(y));
        let (found, want) = (leaves(&dy), leaves(&back(y)));
        let fits = super::is_like(&found, &want);
        given.replace(Some((found, want)));
        if fits { ravel(&dy).0 } else { y.zeros_like() }
    };
    let shapes = vec![(Shape::default(), y0.dtype()), (y0.0.shape.clone(), y0.dtype())];
    let t = Array::fill(0.0, Shape::default(), y0.dtype());
    let (flow, _) = record(what, &(t, y0.clone()), shapes, flow);
    if let Some((found, want)) = given.take() {
        super::check_like(what, &found, &want)
    }
    let (flow, captured) = flow.closed();
    (y0, flow, captured)
}

/// dy/dt.
#[track_caller]
pub(super) fn slope(flow: &Recorded, captured: &[Array], t: &Array, y: &Array) -> Array {
    flow.at(&[&[t.clone(), y.clone()], captured].concat()).swap_remove(0)
}
