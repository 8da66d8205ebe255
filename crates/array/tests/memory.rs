//! Loops hold constant memory: counted in live nodes and buffers, in a process of their own.

use pullback_array::{
    Array, DType, Key, Real, checkpoint, grad, live_buffers, live_nodes, value_and_grad, value_and_grad_with,
};

/// Runs `step` many times, and checks that the last steps leave behind what the first did.
fn constant(what: &str, steps: usize, mut step: impl FnMut()) {
    let mut counts = vec![];
    for k in 0..steps {
        step();
        if k == steps / 4 || k + 1 == steps {
            counts.push((live_nodes(), live_buffers()))
        }
    }
    assert_eq!(counts[0], counts[1], "{what}: nodes and buffers grew");
}

#[test]
fn loops_do_not_grow() {
    let x = Key::new(1).normal(&[8, 4], DType::F64);
    let mut w = Array::zeros(&[4], DType::F64);
    constant("a training loop", 10_000, || {
        let (loss, g) = value_and_grad(|w: &Array| (x.matmul(w) - 1.0).square().mean())(&w);
        w = &w - 0.1 * g;
        w.eval();
        assert!(loss.is_evaluated(), "value and gradient share their work");
    });
    let f = |x: &Array| x.at_add(Array::from([0, 1]), x.sort(0).get(..2)).cumprod(0).softmax(0).norm();
    let mut x = Array::from([0.3, -0.2, 0.9]);
    constant("a loop of gathers and sorts", 200, || {
        x = &x - 0.1 * grad(f)(&x);
        x.eval();
    });
    let block = checkpoint(|s: &Array| s.sin() + 0.1);
    let mut state = Array::zeros(&[3], DType::F64);
    constant("a checkpointed state", 1000, || {
        state = block(&state);
        state.eval();
    });
    let mut carried = Array::zeros(&[3], DType::F64);
    constant("a state carried out of a gradient", 1000, || {
        let f = |w: &Array| {
            let next = block(&(w * &carried + 1.0));
            (next.sum(), next)
        };
        let (_, next, g) = value_and_grad_with(f)(&Array::from(0.5));
        g.eval();
        next.eval();
        carried = next
    });
    // Nobody looks at this one: it is evaluated as it is built.
    let start = live_nodes();
    let mut w = Array::from(1.0);
    for _ in 0..100_000 {
        w = &w * 0.999 + 0.001
    }
    assert!(live_nodes() < start + 50_000);
    assert!((w.item() - 1.0).abs() < 1e-12);
}
