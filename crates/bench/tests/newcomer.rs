//! A crate that depends on `pullback` alone, as a newcomer's does, can derive `Tree`.

use pullback::array::{Array, Real, Tree, grad};

#[derive(Clone, Tree)]
struct Line<T> {
    slope: T,
    offset: Array,
}

#[test]
fn derive_needs_nothing_but_pullback() {
    let loss = |l: &Line<Array>| (&l.slope * 3.0 + &l.offset - 10.0).square();
    let g = grad(loss)(&Line { slope: Array::from(2.0), offset: Array::from(1.0) });
    assert_eq!((g.slope.item(), g.offset.item()), (-18.0, -6.0));
}
