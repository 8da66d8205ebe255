//! Transforms inside transforms, deep graphs, panics on the way, control flow that looks at values.

use pullback_array::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn one(x: f64) -> Array {
    Array::from(x)
}
fn d(f: impl Fn(&Array) -> Array, x: f64) -> f64 {
    grad(f)(&one(x)).item()
}

/// A rule that uses an output which the caller dropped: the output is made again, and moves like the first one.
#[test]
fn rules_may_use_outputs_that_nobody_holds() {
    let sin_cos = Custom::new("sin_cos", |x: &Array| (x.sin(), x.cos()))
        .pullback(|_, (s, c): &(Array, Array), (gs, gc): &(Array, Array)| gs * c - gc * s)
        .pushforward(|_, (s, c): &(Array, Array), dx: &Array| (dx * c, -dx * s));
    check::check_grads(|x: &Array| sin_cos.call(x).0, &Array::from([0.3, 1.2]), 3);
}

#[test]
fn no_perturbation_confusion() {
    // d/dx x·(d/dy (x + y)) = 1.
    assert_eq!(
        d(
            |x| {
                let x0 = x.clone();
                x * grad(move |y: &Array| &x0 + y)(&one(1.0))
            },
            1.0
        ),
        1.0
    );
    // d/dx d/dy (x·y²) at y = x: 2x² has slope 4x.
    assert_eq!(
        d(
            |x| {
                let x0 = x.clone();
                grad(move |y: &Array| &x0 * y * y)(x)
            },
            3.0
        ),
        12.0
    );
    // The inner function does not depend on its argument: zero, not one.
    assert_eq!(
        d(
            |x| {
                let x0 = x.clone();
                x * grad(move |_: &Array| x0.clone())(&one(0.0))
            },
            3.0
        ),
        0.0
    );
    // Forward inside reverse, reverse inside forward.
    let tangent = |x: &Array| {
        let x0 = x.clone();
        jvp(move |y: &Array| &x0 * y * y)(x, &one(1.0)).1
    };
    assert_eq!(d(tangent, 3.0), 12.0);
    let inner = |x: &Array| {
        let x0 = x.clone();
        x * grad(move |y: &Array| &x0 * y * y)(x)
    };
    assert_eq!(jvp(inner)(&one(2.0), &one(1.0)).1.item(), 24.0);
    // Forward inside forward.
    let both = |x: &Array| {
        let x0 = x.clone();
        x * jvp(move |y: &Array| &x0 + y)(&one(1.0), &one(1.0)).1
    };
    assert_eq!(jvp(both)(&one(1.0), &one(1.0)).1.item(), 1.0);
}

#[test]
fn third_derivatives() {
    let f = |x: &Array| x.sin() * (x * 0.5).exp();
    let third = grad(move |x: &Array| grad(move |x: &Array| grad(f)(x))(x));
    let (x, h) = (0.7f64, (0.35f64).exp());
    let exact = h * ((0.125 - 1.5) * x.sin() + (0.75 - 1.0) * x.cos());
    let got = third(&one(x)).item();
    assert!((got - exact).abs() < 1e-12, "{got} {exact}");
}

#[test]
fn deep_graphs() {
    let n = 200_000;
    let (y, g) = value_and_grad(|x: &Array| (0..n).fold(x.clone(), |y, _| y * 1.00001))(&one(1.0));
    let want = 1.00001f64.powi(n);
    assert!((y.item() / want - 1.0).abs() < 1e-9 && (g.item() / want - 1.0).abs() < 1e-9);
    // Built, never looked at, dropped.
    drop((0..1_000_000).fold(one(1.0), |y, _| y + 1.0));
}

#[test]
fn looking_at_values_keeps_the_gradient() {
    let f = |x: &Array| {
        let mut y = x.clone();
        while y.item() < 100.0 {
            y = &y * &y
        }
        y
    };
    // 3 → 9 → 81 → 6561 = x⁸.
    assert_eq!(d(f, 3.0), 8.0 * 3f64.powi(7));
}

#[test]
fn a_panic_leaves_nothing_behind() {
    let bad = |x: &Array| -> Array { x.sin() + Array::from([1.0, 2.0]) + Array::from([1.0, 2.0, 3.0]) };
    assert!(catch_unwind(AssertUnwindSafe(|| grad(bad)(&one(1.0)))).is_err());
    let outer = |x: &Array| {
        let inner = catch_unwind(AssertUnwindSafe(|| grad(bad)(x)));
        assert!(inner.is_err());
        x.square()
    };
    assert_eq!(d(outer, 3.0), 6.0);
}

#[test]
fn plain_numbers_take_the_array_s_dtype() {
    let x = Array::from([1.5f32, 2.0]);
    for y in
        [2.0 * &x, &x + 1.0, x.maximum(0.0), where_(&x.greater(0.0), &x, 0.0), x.powf(2.0), x.clip(0.0, 1.0)]
    {
        assert_eq!(y.dtype(), DType::F32)
    }
    assert_eq!((&Array::from([1i64, 2]) * 3.0).dtype(), DType::I64);
    assert_eq!(grad(|x: &Array| (2.0 * x).sum())(&x).dtype(), DType::F32);
    assert_eq!(Array::from([true, false]).sum().dtype(), DType::I64);
    assert_eq!(Array::from([1, 2]).mean().item(), 1.5);
}

#[test]
fn zero_size_and_rank_zero() {
    let none = Array::zeros(&[0, 3], DType::F32);
    assert_eq!(none.sum().item(), 0.0);
    assert_eq!(none.prod_axis(0).to_vec::<f32>(), [1.0; 3]);
    assert!(none.mean_axis(0).to_vec::<f32>().iter().all(|x| x.is_nan()));
    assert_eq!(none.max_axis(1).shape(), [0]);
    assert_eq!((none.any().item(), none.all().item()), (0.0, 1.0));
    assert_eq!(none.logsumexp_axis(0).to_vec::<f32>(), [f32::NEG_INFINITY; 3]);
    assert_eq!(none.sort(0).shape(), [0, 3]);
    assert_eq!(none.t().matmul(&none).to_vec::<f32>(), [0.0; 9]);
    assert_eq!(none.cumprod(0).shape(), [0, 3]);
    assert_eq!(none.get((.., 1)).shape(), [0]);
    assert_eq!(grad(|x: &Array| x.square().sum())(&none).shape(), [0, 3]);
    let number = Array::from(3.0);
    assert_eq!((number.sum().item(), number.max().item(), number.argmax().item()), (3.0, 3.0, 0.0));
    assert_eq!(number.get(NewAxis).shape(), [1]);
    assert_eq!(number.softmax(()).item(), 1.0);
    assert_eq!(number.t().ravel().shape(), [1]);
}

#[test]
fn convolutions_of_nothing() {
    // No images, an image smaller than the kernel, no channels: the gradients have the inputs' shapes.
    for (x, w) in [([0, 4, 4, 2], [3, 3, 2, 5]), ([1, 2, 2, 2], [3, 3, 2, 5]), ([1, 4, 4, 0], [3, 3, 0, 5])] {
        let (x, w) = (Array::ones(&x, DType::F64), Array::ones(&w, DType::F64));
        let f = |(x, w): &(Array, Array)| x.conv(w, &[2, 1], &[(0, 0), (0, 0)], &[1, 1]).square().sum();
        let (dx, dw) = grad(f)(&(x.clone(), w.clone()));
        assert_eq!((dx.shape(), dw.shape()), (x.shape(), w.shape()));
        assert_eq!((dx.sum().item(), dw.sum().item()), (0.0, 0.0));
    }
}

/// What a derivative is made of is seen to be linear in the tangent, also where a slope may be infinite.
#[test]
fn pushforwards_with_infinite_slopes_are_linear_functions() {
    let f = |x: &Array| (x.sqrt() / (x + 1.0)).ln() * x.powf(0.25) + x.sum().atanh();
    let x = Array::from([0.1, 0.4]);
    let transposed = linear_transpose(|v: &Array| jvp(f)(&x, v).1, &x);
    let u = Array::from([1.0, -2.0]);
    let (want, have) = (vjp(f)(&x).1(&u), transposed(&u));
    assert!((want - have).abs().max().item() < 1e-14);
}
