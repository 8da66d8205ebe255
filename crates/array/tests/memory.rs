//! What a loop holds, counted; alone in its process.

use pullback_array::*;

#[test]
fn loops_do_not_grow() {
    let f = |x: &Array| x.at_add(Array::from([0, 1]), x.sort(0).get(..2)).cumprod(0).softmax(0).norm();
    let mut x = Array::from([0.3, -0.2, 0.9]);
    let mut counts = vec![];
    for step in 0..60 {
        x = &x - 0.1 * grad(f)(&x);
        x.eval();
        if step % 20 == 19 {
            counts.push((live_nodes(), live_buffers()))
        }
    }
    assert_eq!(counts[0], counts[2]);
}
