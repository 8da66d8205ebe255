//! The branch of a choice that is not taken has an exact zero as its derivative, whatever it is multiplied with on its way.

use pullback_array::{
    Array, DType, Mode, Real, checkpoint, cond, grad, hessian, hvp, jacobian_with, jit, jvp, vmap, where_,
};

/// The gradient of the sum of f at x: by reverse mode, under jit, by forward mode and by Jacobians in both.
#[track_caller]
fn check(f: impl Fn(&Array) -> Array + Clone + Send + Sync + 'static, x: &Array, want: &[f64]) {
    let sum = {
        let f = f.clone();
        move |x: &Array| f(x).sum()
    };
    assert_eq!(grad(&sum)(x).to_vec::<f64>(), want, "reverse");
    assert_eq!(jit(grad(sum.clone()))(x).to_vec::<f64>(), want, "reverse, compiled");
    assert_eq!(vmap(grad(&sum))(&x.reshape([1, x.size()])).to_vec::<f64>(), want, "reverse, in a batch");
    for (k, want) in want.iter().enumerate() {
        let unit = Array::eye(x.size(), x.size(), 0, DType::F64).get(k as isize);
        let along = jvp(&sum)(x, &where_(&unit.not_equal(0.0), 1.0, unit.zeros_like())).1.item();
        assert_eq!(along, *want, "forward, along {k}");
    }
    for rows in [jacobian_with(f.clone(), Mode::Forward, 8)(x), jacobian_with(f.clone(), Mode::Reverse, 8)(x)]
    {
        assert_eq!(
            rows.reshape([rows.size() / x.size(), x.size()]).sum_axis(0).to_vec::<f64>(),
            want,
            "Jacobian"
        );
    }
}

fn a<const N: usize>(x: [f64; N]) -> Array {
    Array::from(x)
}

#[test]
fn a_root_that_is_not_taken_has_no_slope() {
    check(|x| where_(&x.greater(0.0), x.sqrt(), 0.0), &a([0.0, 4.0, -1.0]), &[0.0, 0.25, 0.0]);
    check(|x| where_(&x.less_equal(0.0), 0.0, x.sqrt()), &a([0.0, 4.0]), &[0.0, 0.25]);
    check(|x| where_(&x.greater(0.0), x.ln(), x), &a([0.0, 4.0]), &[1.0, 0.25]);
    check(|x| where_(&x.equal(0.0), 1.0, x.sin() / x), &a([0.0]), &[0.0]);
    check(|x| where_(&x.greater(0.0), x.powf(0.5) * x.recip(), 0.0), &a([0.0, 4.0]), &[0.0, -0.0625]);
}

#[test]
fn through_several_operations_and_uses() {
    check(|x| where_(&x.greater(0.0), (x.sqrt() * 2.0 + 1.0).exp().ln(), 0.0), &a([0.0, 4.0]), &[0.0, 0.5]);
    let twice = |x: &Array| {
        let r = x.sqrt();
        where_(&x.greater(0.0), &r * &r + &r, 0.0)
    };
    check(twice, &a([0.0, 4.0]), &[0.0, 1.25]);
    let apart = |x: &Array| {
        let r = x.sqrt();
        where_(&x.greater(1.0), &r, 0.0) + where_(&x.greater(2.0), 2.0 * &r, 0.0)
    };
    check(apart, &a([0.0, 4.0]), &[0.0, 0.75]);
    let either = |x: &Array| {
        let r = x.abs().sqrt();
        where_(&x.greater(0.0), &r, where_(&x.less(0.0), -&r, 0.0))
    };
    check(either, &a([0.0, 4.0, -4.0]), &[0.0, 0.25, 0.25]);
}

#[test]
fn through_movements_and_sums() {
    let moved = |x: &Array| {
        let y = x.sqrt().reshape([1, 2]).broadcast_to([3, 2]).transpose([1, 0]).flip(0);
        where_(&y.greater(0.0), y, 0.0)
    };
    check(moved, &a([0.0, 4.0]), &[0.0, 0.75]);
    let norms = |x: &Array| {
        let y = x.reshape([2, 2]).square().sum_axis(1).sqrt();
        where_(&y.greater(0.0), y, 0.0)
    };
    check(norms, &a([0.0, 0.0, 0.0, -2.0]), &[0.0, 0.0, 0.0, -1.0]);
    let padded = |x: &Array| {
        let y = x.sqrt().get(0..1);
        where_(&y.greater(0.0), y, 0.0)
    };
    check(padded, &a([0.0, 4.0]), &[0.0, 0.0]);
    let single = |x: &Array| where_(&x.greater(0.0), x.cast(DType::F32).sqrt().cast(DType::F64), 0.0);
    check(single, &a([0.0, 4.0]), &[0.0, 0.25]);
}

#[test]
fn sums_of_no_elements() {
    let f = |x: &Array| x.sqrt().maximum(Array::zeros(&[0], DType::F64)).sum();
    assert_eq!(grad(f)(&a([0.0])).to_vec::<f64>(), [0.0]);
}

#[test]
fn choices_within_choices() {
    let f = |x: &Array| {
        let y = where_(&x.greater(0.0), x.sqrt(), 0.0);
        where_(&x.less(9.0), where_(&y.greater(0.0), y.ln(), 0.0), 0.0)
    };
    check(f, &a([0.0, 4.0, 16.0]), &[0.0, 0.125, 0.0]);
    check(|x| where_(&x.greater(0.0), x, 0.0).sqrt(), &a([0.0, 4.0]), &[0.0, 0.25]);
    check(|x| x.nan_to_num(0.0).clip(0.0, f64::INFINITY).sqrt(), &a([f64::NAN, 4.0]), &[0.0, 0.25]);
}

#[test]
fn what_a_maximum_or_a_rectifier_leaves_out() {
    check(|x| (x.sqrt() - 1.0).relu(), &a([0.0, 4.0]), &[0.0, 0.25]);
    check(|x| (x.sqrt() - 1.0).relu6(), &a([0.0, 4.0]), &[0.0, 0.25]);
    check(|x| x.sqrt().maximum(1.0), &a([0.0, 4.0]), &[0.0, 0.25]);
    check(|x| (-x.sqrt()).minimum(-1.0), &a([0.0, 4.0]), &[0.0, -0.25]);
    check(|x| x.sqrt().clip(1.0, 9.0), &a([0.0, 4.0, 100.0]), &[0.0, 0.25, 0.0]);
    check(|x| (x / x).nan_to_num(0.0), &a([0.0]), &[0.0]);
    let one = |f: fn(&Array) -> Array| {
        assert_eq!(grad(f)(&a([0.0, 4.0, 4.0])).to_vec::<f64>(), [0.0, 0.125, 0.125]);
    };
    one(|x| x.sqrt().max());
    one(|x| -(-x.sqrt()).min());
    let g = grad(|x: &Array| x.max())(&a([f64::NAN, 1.0])).to_vec::<f64>();
    assert!(g.iter().all(|g| g.is_nan()));
    let g = grad(|x: &Array| x.maximum(a([3.0, 1.0])).sum())(&a([3.0, f64::NAN])).to_vec::<f64>();
    assert_eq!(g, [0.5, 0.5]);
}

#[test]
fn a_choice_between_functions_in_a_batch() {
    let f = |x: &Array| cond(&x.greater(0.0), |x: &Array| x.sqrt(), |x: &Array| 0.0 * x, x);
    assert_eq!(vmap(grad(f))(&a([0.0, 4.0])).to_vec::<f64>(), [0.0, 0.25]);
    assert_eq!(grad(|x: &Array| vmap(f)(x).sum())(&a([0.0, 4.0])).to_vec::<f64>(), [0.0, 0.25]);
}

#[test]
fn second_derivatives() {
    let f = |x: &Array| where_(&x.greater(0.0), x.sqrt(), 0.0).sum();
    let x = a([0.0, 4.0]);
    assert_eq!(hessian(f)(&x).to_vec::<f64>(), [0.0, 0.0, 0.0, -1.0 / 32.0]);
    assert_eq!(grad(|x: &Array| grad(f)(x).sum())(&x).to_vec::<f64>(), [0.0, -1.0 / 32.0]);
    assert_eq!(hvp(f)(&x, &a([1.0, 1.0])).to_vec::<f64>(), [0.0, -1.0 / 32.0]);
    let along = |x: &Array| jvp(f)(x, &a([1.0, 1.0])).1;
    assert_eq!(grad(along)(&x).to_vec::<f64>(), [0.0, -1.0 / 32.0]);
    let third = |x: &Array| grad(|x: &Array| grad(f)(x).sum())(x).sum();
    assert_eq!(grad(third)(&x).to_vec::<f64>(), [0.0, 3.0 / 256.0]);
}

#[test]
fn complex_numbers() {
    let f = |x: &Array| {
        let z = Array::complex(x, x.zeros_like());
        where_(&x.greater(0.0), z.sqrt(), z.zeros_like()).real()
    };
    check(f, &a([0.0, 4.0]), &[0.0, 0.25]);
}

#[test]
fn one_condition_for_all_passes_functions_with_rules_of_their_own() {
    let root = |x: &Array| x.sqrt();
    let chosen = |f: &dyn Fn(&Array) -> Array, x: &Array| where_(&x.sum().greater(0.0), f(x), 0.0);
    let compiled = jit(root);
    check_one(|x| chosen(&|x| compiled(x), x));
    check_one(|x| chosen(&|x| checkpoint(root)(x), x));
    check_one(|x| chosen(&|x| cond(&x.sum().less(1.0), root, |x: &Array| 2.0 * x, x), x));
    check_one(|x| chosen(&|x| x.sqrt().reshape([1, 1]).matmul(&Array::ones(&[1, 1], DType::F64)), x));
    check_one(|x| chosen(&|x| x.sqrt().take(&Array::from([0i64]), 0), x));
    check_one(|x| chosen(&|x| x.sqrt().cumsum(0), x));
}
#[track_caller]
fn check_one(f: impl Fn(&Array) -> Array) {
    let sum = |x: &Array| f(x).sum();
    let (x, one) = (a([0.0]), a([1.0]));
    assert_eq!(grad(&sum)(&x).to_vec::<f64>(), [0.0], "reverse");
    assert_eq!(jvp(&sum)(&x, &one).1.item(), 0.0, "forward");
    assert_eq!(hessian(&sum)(&x).to_vec::<f64>(), [0.0], "second");
}
