//! Derivatives where a function has a kink.

use pullback_array::{Array, Norm, Real, grad, hessian, jit, vmap, where_};

fn a<const N: usize>(x: [f64; N]) -> Array {
    Array::from(x)
}
/// The Hessian at x, by forward over reverse and by reverse over reverse.
#[track_caller]
fn check(f: impl Fn(&Array) -> Array + Clone + Send + Sync + 'static, x: &Array, want: &[f64]) {
    let n = x.size();
    assert_eq!(hessian(&f)(x).to_vec::<f64>(), want, "forward over reverse");
    assert_eq!(jit(hessian(f.clone()))(x).to_vec::<f64>(), want, "compiled");
    let row = |k: usize| grad(|x: &Array| grad(&f)(x).reshape([n]).get(k as isize))(x).to_vec::<f64>();
    assert_eq!((0..n).flat_map(row).collect::<Vec<_>>(), want, "reverse over reverse");
    let batch = vmap(|x: &Array| hessian(&f)(x))(&x.reshape([1, n]));
    assert_eq!(batch.to_vec::<f64>(), want, "in a batch");
}

#[test]
fn a_squared_norm_is_a_sum_of_squares() {
    let two = &[2.0, 0.0, 0.0, 2.0];
    let zero = a([0.0, 0.0]);
    check(|x| x.norm().square(), &zero, two);
    check(|x| x.norm().powi(2), &zero, two);
    check(|x| x.norm().powf(2.0), &zero, two);
    check(|x| x.norm() * x.norm(), &zero, two);
    check(
        |x| {
            let y = x.norm();
            &y * &y
        },
        &zero,
        two,
    );
    check(|x| x.norm_axis(Norm::P(2.0), 0).square(), &zero, two);
    check(|x| x.reshape([2, 1]).norm_axis(Norm::Two, [0, 1]).square(), &zero, two);
    check(
        |x| x.reshape([1, 2]).norm_axis(Norm::Two, pullback_array::keep(1)).reshape(()).square(),
        &zero,
        two,
    );
    check(|x| (0.5 * x.norm()).square() * 4.0, &zero, two);
    check(|x| (-(x - a([1.0, 1.0])).norm().square()).exp(), &a([1.0, 1.0]), &[-2.0, 0.0, 0.0, -2.0]);
    check(|x| (2.0 * x).std().square() * 0.5, &zero, &[0.5 * 2.0, -1.0, -1.0, 1.0]);
}

#[test]
fn even_functions_of_a_magnitude() {
    let (zero, two) = (a([0.0]), &[2.0]);
    check(|x| x.abs().square().sum(), &zero, two);
    check(|x| x.abs().powf(4.0).sum(), &a([1.0]), &[12.0]);
    check(|x| (x.abs() * x.abs()).sum(), &zero, two);
    check(|x| x.hypot(0.0).square().sum(), &zero, two);
    check(|x| (-x.square()).abs().sum(), &zero, two);
    check(|x| (-(x * x)).abs().sum(), &zero, two);
    check(|x| (-2.0 * x.square()).abs().sum(), &zero, &[4.0]);
    check(|x| x.maximum(-x).square().sum(), &zero, two);
    check(|x| x.minimum(-x).square().sum(), &zero, two);
    check(|x| where_(&x.less(0.0), -x, x).square().sum(), &zero, two);
    check(|x| (x.relu().square() + (-x).relu().square()).sum(), &zero, two);
    check(|x| (x.maximum(0.0).square() + x.minimum(0.0).square()).sum(), &zero, two);
    check(|x| x.abs().cos().sum(), &zero, &[-1.0]);
    check(|x| Array::complex(x, x).abs().square().sum(), &zero, &[4.0]);
}

#[test]
fn one_sided_squares_keep_their_values() {
    let x = a([-f64::INFINITY, -2.0, 0.0, 3.0, f64::INFINITY, f64::NAN]);
    let y = x.relu().square().to_vec::<f64>();
    assert_eq!(&y[..5], [0.0, 0.0, 0.0, 9.0, f64::INFINITY]);
    assert!(y[5].is_nan());
    assert_eq!(
        grad(|x: &Array| x.relu().square().sum())(&a([-1.0, 0.0, 2.0])).to_vec::<f64>(),
        [0.0, 0.0, 4.0]
    );
    assert_eq!(Array::from([-3, 2]).relu().square().to_vec::<i32>(), [0, 4]);
}
