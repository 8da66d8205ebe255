//! `vmap`: equal to a loop, in any order with the other transforms.

use pullback_array::{
    Array, DType, Key, Real, checkpoint, custom, grad, jvp, stack,
    tree::{leaves, zip},
    vjp, vmap, vmap_axes,
};

fn close(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    for (x, y) in a.to_vec::<f64>().iter().zip(b.to_vec::<f64>()) {
        assert!((x - y).abs() <= 1e-12 * y.abs().max(1.0), "{a}\n{b}")
    }
}
fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}
/// f of each example, stacked.
fn by_loop(f: impl Fn(&Array) -> Array, x: &Array) -> Array {
    stack(&(0..x.shape()[0]).map(|i| f(&x.get(i))).collect::<Vec<_>>(), 0)
}
fn mlp((w, b): &(Array, Array), x: &Array) -> Array {
    (x.matmul(w) + b).tanh().square().sum()
}

#[test]
fn per_example_gradients_are_those_of_a_loop() {
    let p = (normal(1, &[4, 3]), normal(2, &[3]));
    let x = normal(3, &[5, 4]);
    let (gw, gb) = vmap(|x: &Array| grad(|p: &(Array, Array)| mlp(p, x))(&p))(&x);
    close(&gw, &by_loop(|x| grad(|p: &(Array, Array)| mlp(p, x))(&p).0, &x));
    close(&gb, &by_loop(|x| grad(|p: &(Array, Array)| mlp(p, x))(&p).1, &x));
}

#[test]
fn transforms_commute() {
    let w = normal(1, &[3, 3]);
    let x = normal(2, &[4, 3]);
    let f = |x: &Array| w.matmul(x).sin().sum();
    // The gradient of the sum over a batch is the batch of gradients.
    close(&grad(|x: &Array| vmap(f)(x).sum())(&x), &vmap(grad(f))(&x));
    // Second derivatives, either way.
    let hv = |x: &Array| jvp(grad(f))(x, &Array::from([1.0, 2.0, 3.0])).1;
    close(&vmap(hv)(&x), &by_loop(hv, &x));
    let through = |x: &Array| grad(|x: &Array| vmap(grad(f))(x).square().sum())(x);
    close(&through(&x), &by_loop(|x| grad(|x: &Array| grad(f)(x).square().sum())(x), &x));
    // Shared parameters get the sum.
    let shared = |w: &Array| vmap(|x: &Array| w.matmul(x).sin().sum())(&x).sum();
    let looped = |w: &Array| by_loop(|x| w.matmul(x).sin().sum(), &x).sum();
    close(&grad(shared)(&w), &grad(looped)(&w));
}

#[test]
fn nests_with_captured_values_of_both_levels() {
    let (x, y) = (normal(1, &[3]), normal(2, &[4]));
    let table = vmap(|a: &Array| vmap(|b: &Array| a.sin() * b + a)(&y))(&x);
    close(&table, &(x.reshape([3, 1]).sin() * &y + x.reshape([3, 1])));
    let jacobian = |x: &Array| {
        vmap(|e: &Array| vjp(|x: &Array| x.square() * x.sum())(x).1(e))(&Array::eye(3, 3, 0, DType::F64))
    };
    let d = jacobian(&x);
    close(&d, &(Array::eye(3, 3, 0, DType::F64) * 2.0 * &x * x.sum() + x.square().reshape([3, 1])));
}

#[test]
fn axes_in_and_out() {
    let x = normal(1, &[2, 5, 3]);
    let f = |x: &Array| x.exp().sum_axis(0);
    let want = by_loop(f, &x.transpose([1, 0, 2]));
    close(&vmap_axes(f, &[Some(1)], &[0])(&x), &want);
    close(&vmap_axes(f, &[Some(-2)], &[-1])(&x), &want.t());
    // A result that no example changes is repeated.
    let y = vmap(|_: &Array| Array::from([1.0, 2.0]))(&x);
    assert_eq!(y.shape(), [2, 2]);
}

#[test]
fn rules_of_their_own_and_second_runs() {
    let w = normal(1, &[3]);
    let x = normal(2, &[4, 3]);
    let tripled = custom(|x: &Array| x.sin(), |x: &Array, _: &Array, g: &Array| 3.0 * g * x.cos());
    let f = |x: &Array| tripled(&(x * &w)).sum();
    close(&vmap(grad(f))(&x), &by_loop(grad(f), &x));
    close(&grad(|x: &Array| vmap(f)(x).sum())(&x), &by_loop(grad(f), &x));
    // An input shared by all examples gets the sum, also of a call.
    let pair = custom(
        |(a, b): &(Array, Array)| a * b,
        |(a, b): &(Array, Array), _: &Array, g: &Array| (g * b, 2.0 * g * a),
    );
    let shared = |w: &Array| vmap(|x: &Array| pair(&(x.clone(), w.clone())).sum())(&x).sum();
    close(&grad(shared)(&w), &(2.0 * x.sum_axis(0)));
    let t = jvp(shared)(&w, &w).1;
    close(&t, &(2.0 * (&x * &w)).sum());
    let again = checkpoint(|(x, w): &(Array, Array)| (x * w).sin().sin());
    let f = |x: &Array| again(&(x.clone(), w.clone())).sum();
    close(&vmap(grad(f))(&x), &by_loop(grad(f), &x));
    close(&vmap(|x: &Array| jvp(f)(x, &w).1)(&x), &by_loop(|x| jvp(f)(x, &w).1, &x));
}

#[test]
fn keys_are_data() {
    let keys = Key::new(7).split(3);
    let noise = |k: &Key| k.fold_in(5).normal(&[2], DType::F64);
    let one_by_one = stack(&keys.iter().map(noise).collect::<Vec<_>>(), 0);
    let stacked = zip(&keys[0], &keys[0], |_, _| {
        stack(&keys.iter().map(|k| leaves(k)[0].clone()).collect::<Vec<_>>(), 0)
    });
    assert_eq!(vmap(noise)(&stacked).to_vec::<f64>(), one_by_one.to_vec::<f64>());
}

#[test]
fn an_empty_batch_is_empty() {
    let y = vmap(|x: &Array| x.sin().sum())(&Array::zeros(&[0, 3], DType::F64));
    assert_eq!((y.shape(), y.to_vec::<f64>().len()), (&[0][..], 0));
}

#[track_caller]
fn message(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let e = std::panic::catch_unwind(f).expect_err("it should panic");
    e.downcast_ref::<String>().cloned().unwrap_or_else(|| e.downcast_ref::<&str>().unwrap().to_string())
}

#[test]
fn messages() {
    let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    let m = message(|| {
        vmap(|x: &Array| if x.sum().item() > 0.0 { x.clone() } else { -x })(&Array::from([[1.0, 2.0]]));
    });
    assert!(m.starts_with("`vmap` runs the function once, without values"), "{m}");
    assert!(m.contains("vmap.rs"), "{m}");
    let m = message(|| {
        vmap(|x: &Array| x.clone())(&Array::from(1.0));
    });
    assert!(m.starts_with("vmap: leaf `` is a single number"), "{m}");
    let m = message(|| {
        vmap(|(a, b): &(Array, Array)| a * b)(&(Array::from([1.0, 2.0]), Array::from([1.0, 2.0, 3.0])));
    });
    assert!(m.starts_with("vmap: leaf `0` is a batch of 2, leaf `1` one of 3 (shape [3], axis 0)"), "{m}");
    let m = message(|| {
        vmap_axes(|x: &Array| x.clone(), &[None], &[0])(&Array::from([1.0]));
    });
    assert!(
        m.starts_with("vmap: no leaf of the input is mapped\n  made at crates/array/tests/all/vmap.rs"),
        "{m}"
    );
    let m = message(|| {
        vmap_axes(|x: &Array| x.clone(), &[Some(0), None], &[0])(&Array::from([1.0]));
    });
    assert!(
        m.starts_with(
            "vmap_axes: 2 axes for the 1 parts of the input\n  made at crates/array/tests/all/vmap.rs"
        ),
        "{m}"
    );
    // Printing inside does not look.
    let _ = vmap(|x: &Array| {
        assert_eq!(format!("{x:?}"), "Array(inside vmap, shape=[2], f64)");
        x.clone()
    })(&x);
}
