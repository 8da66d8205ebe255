//! Jacobians, Hessians, curvature products and linear functions, against each other and against plain formulas.

use pullback_array::{
    Array, DType, Jit, Key, Mode, Real, fisher, gauss_newton, grad, hessian, hutchinson_diagonal,
    hutchinson_trace, hvp, jacobian, jacobian_with, jit, jvp, linear_transpose, linearize, ravel, s,
    tree::leaves, vjp, vmap,
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
type Pair = (Array, Array);
fn model((w, x): &Pair) -> Array {
    w.matmul(x).sin() * x.sum()
}
fn pair() -> Pair {
    (normal(1, &[4, 3]), normal(2, &[3]))
}

#[test]
fn both_sides_and_chunks_agree() {
    let p = pair();
    let by_hand = |k: usize| {
        let rows: Vec<Array> =
            (0..4).map(|i| leaves(&grad(|p: &Pair| model(p).get(i))(&p))[k].clone()).collect();
        pullback_array::stack(&rows, 0)
    };
    for mode in [Mode::Forward, Mode::Reverse, Mode::Auto] {
        for chunk in [1, 2, 3, 5, usize::MAX] {
            let (dw, dx) = jacobian_with(model, mode, chunk)(&p);
            close(&dw, &by_hand(0));
            close(&dx, &by_hand(1));
        }
    }
    let (dw, _) = jit(jacobian(model))(&p);
    close(&dw, &by_hand(0));
    // An input that is not differentiable, an empty one, a number.
    let f = |(i, e, s): &(Array, Array, Array)| e.sum() + s * i.cast(DType::F64);
    let (i, e, s) = jacobian(f)(&(Array::from([1, 2]), Array::zeros(&[0], DType::F64), Array::from(3.0)));
    assert_eq!((i.shape(), e.shape()), (&[2, 2][..], &[2, 0][..]));
    close(&s, &Array::from([1.0, 2.0]));
}

#[test]
fn second_derivatives() {
    let f = |x: &Array| (x.sin() * x.cumsum(0)).sum();
    let (x, v) = (normal(3, &[2, 2]), normal(4, &[2, 2]));
    let h = hessian(f)(&x);
    assert_eq!(h.shape(), [2, 2, 2, 2]);
    let m = h.reshape([4, 4]);
    close(&m, &m.t());
    close(&hvp(f)(&x, &v), &m.matmul(&v.ravel()).reshape([2, 2]));
    close(&vmap(|x: &Array| hessian(f)(x))(&x), &{
        let rows: Vec<Array> = (0..2).map(|i| hessian(f)(&x.get(i))).collect();
        pullback_array::stack(&rows, 0)
    });
    // Of a tree, through a vector.
    let (flat, back) = ravel(&pair());
    let loss = |p: &Pair| model(p).square().sum();
    let h = hessian(|x: &Array| loss(&back(x)))(&flat);
    let (v, unflat) = ravel(&(normal(5, &[4, 3]), normal(6, &[3])));
    close(&ravel(&hvp(loss)(&pair(), &unflat(&v))).0, &h.matmul(&v));
}

/// The unit vectors along which a compiled function takes derivatives are views of a line of numbers.
#[test]
fn no_unit_vectors_are_held() {
    let n = 300;
    let banded = |x: &Array| {
        let head = x.get(..-1);
        (100.0 * (x.get(1..) - head.square()).square() + (1.0 - head).square()).sum()
    };
    let by_rows = |x: &Array| x.reshape([20, 15]).square().sum_axis(1).exp().sum() - 3.0 * x.sum().square();
    let held = |text: String| -> usize {
        let (_, rest) = text.split_once("beside inputs and ").unwrap();
        rest.split_once(' ').unwrap().0.parse().unwrap()
    };
    for dtype in [DType::F64, DType::F32] {
        let x = normal(3, &[n]).cast(dtype);
        for bytes in [
            held(Jit::new(hessian(banded)).explain(&x)),
            held(Jit::new(hessian(by_rows)).explain(&x)),
            held(Jit::new(jacobian_with(|x: &Array| x.sin() * x.sum(), Mode::Forward, n)).explain(&x)),
            held(Jit::new(jacobian_with(|x: &Array| x.sin() * x.sum(), Mode::Reverse, n)).explain(&x)),
        ] {
            assert!(bytes <= 32 * n * dtype.size(), "{bytes} bytes")
        }
        let loops = |x: &Array| grad(banded)(x);
        let rows: Vec<Array> = (0..n).map(|i| grad(|x: &Array| loops(x).get(i))(&x)).collect();
        let rows = pullback_array::stack(&rows, 0);
        assert!(jit(hessian(banded))(&x).allclose(&rows, 1e-4, 1e-4));
    }
}

#[test]
fn curvature() {
    let p = pair();
    let loss = |y: &Array| (y.exp() + y.square()).sum();
    let (v, _) = ravel(&(normal(5, &[4, 3]), normal(6, &[3])));
    let (flat, back) = ravel(&p);
    let j = jacobian(|x: &Array| model(&back(x)))(&flat);
    let h = hessian(loss)(&model(&p));
    let product = gauss_newton(model, loss)(&p, &back(&v));
    close(&ravel(&product).0, &j.t().matmul(&h.matmul(&j.matmul(&v))));
    let product = fisher(model)(&p, &back(&v));
    close(&ravel(&product).0, &(j.t().matmul(&j.matmul(&v)) / 4.0));
}

#[test]
fn estimates() {
    let a = normal(1, &[6, 6]);
    let x = Array::zeros(&[6], DType::F64);
    let many = 40_000;
    let trace = hutchinson_trace(|v: &Array| a.matmul(v), &x, &Key::new(3), many).item();
    assert!((trace - a.trace(0, 0, 1).item()).abs() < 0.15, "{trace}");
    let d = hutchinson_diagonal(|v: &Array| a.matmul(v), &x, &Key::new(3), many) - a.diagonal(0, 0, 1);
    assert!(d.abs().max().item() < 0.1, "{d}");
}

#[test]
fn linear_functions() {
    let p = pair();
    let (y, push) = linearize(model)(&p);
    close(&y, &model(&p));
    for seed in 0..3 {
        let dp = (normal(seed, &[4, 3]), normal(seed + 9, &[3]));
        close(&push(&dp), &jvp(model)(&p, &dp).1);
    }
    let a = normal(1, &[4, 3]);
    let f = |x: &Array| 2.0 * a.matmul(x) - x.get(0) * &a.get(s![.., 1]);
    let g = normal(2, &[4]);
    close(&linear_transpose(f, &p.1)(&g), &vjp(f)(&p.1).1(&g));
    // Transposing twice is the function itself.
    let t = linear_transpose(f, &p.1);
    close(&linear_transpose(t, &g)(&p.1), &f(&p.1));
}

#[track_caller]
fn message(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let e = std::panic::catch_unwind(f).expect_err("it should panic");
    e.downcast_ref::<String>().cloned().unwrap_or_else(|| e.downcast_ref::<&str>().unwrap().to_string())
}

#[test]
fn messages() {
    let x = || Array::from([1.0, 2.0]);
    for f in [|x: &Array| x.sin(), |x: &Array| x * x, |x: &Array| x + 1.0, |x: &Array| 1.0 / x] {
        let m = message(move || drop(linear_transpose(f, &x())));
        assert!(m.starts_with("linear_transpose: the function is not linear: `"), "{m}");
    }
    let m = message(move || drop(jacobian(|x: &Array| x.greater(0.0))(&x())));
    assert!(m.starts_with("jacobian: the function's result must be floating point, not bool"), "{m}");
    let m = message(move || drop(ravel(&(x(), Array::from(1))).0));
    assert!(m.contains("f64") && m.contains("i32"), "{m}");
    let m = message(move || drop(ravel(&x()).1(&Array::from([1.0]))));
    assert!(m.starts_with("ravel: the tree has 2 elements, the array shape [1]"), "{m}");
}
