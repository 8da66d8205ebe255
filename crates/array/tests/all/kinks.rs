//! Derivatives where a function has a kink, and beyond what its squares can hold.

use pullback_array::{Array, DType, Mode, Norm, Real, grad, hessian, jacobian_with, jit, jvp, vmap, where_};

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
        |x| x.reshape([1, 2]).norm_axis(Norm::Two, pullback_array::keepdims(1)).reshape(()).square(),
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

/// A value and a gradient to the last digits.
#[track_caller]
fn near(f: impl Fn(&Array) -> Array, x: &Array, value: f64, slopes: &[f64]) {
    let tolerance = if x.dtype() == DType::F32 { 1e-6 } else { 1e-14 };
    let close = |have: f64, want: f64| have == want || (have / want - 1.0).abs() < tolerance;
    let y = f(x).cast(DType::F64).item();
    assert!(close(y, value), "{y} is not {value}");
    let g = grad(&f)(x).cast(DType::F64).to_vec::<f64>();
    assert!(g.iter().zip(slopes).all(|(&g, &want)| close(g, want)), "{g:?} are not {slopes:?}");
    let t = jvp(&f)(x, &x.ones_like()).1.cast(DType::F64).item();
    assert!((t - slopes.iter().sum::<f64>()).abs() < 10.0 * tolerance, "{t} is not the sum of {slopes:?}");
}

#[test]
fn norms_of_tiny_and_large_numbers() {
    for scale in [1e-310, 1e-200, 1e-155, 1e-20, 1.0, 1e20, 1e154, 1e200, 3e307] {
        let x = scale * a([3.0, 4.0]);
        let tolerant = scale != 1e-310;
        if tolerant {
            near(|x| x.norm(), &x, 5.0 * scale, &[0.6, 0.8]);
            near(|x| x.norm_axis(Norm::P(2.0), 0), &x, 5.0 * scale, &[0.6, 0.8]);
            near(
                |x| x.norm_axis(Norm::P(4.0), 0),
                &x,
                337f64.powf(0.25) * scale,
                &[27.0 / 337f64.powf(0.75), 64.0 / 337f64.powf(0.75)],
            );
            // The mean of larger numbers is itself out of range.
            if scale < 1e300 {
                near(|x| x.std(), &x, 0.5 * scale, &[-0.5, 0.5]);
            }
            near(|x| Array::complex(x, x.zeros_like()).norm(), &x, 5.0 * scale, &[0.6, 0.8]);
        }
        assert!((x.norm().item() / (5.0 * scale) - 1.0).abs() < 1e-12);
    }
    for scale in [1e-36, 1e-30, 1.0, 1e20, 3e37] {
        let x = (scale * a([3.0, 4.0])).cast(DType::F32);
        near(|x| x.norm(), &x, x.norm_axis(Norm::P(f64::INFINITY), 0).item() * 1.25, &[0.6, 0.8]);
    }
    let rows = Array::from([[3e-200, 4e-200], [3.0, 4.0], [3e200, 4e200], [0.0, 0.0]]);
    let g = grad(|x: &Array| x.norm_axis(Norm::Two, 1).sum())(&rows).to_vec::<f64>();
    assert!(g.iter().zip([0.6, 0.8, 0.6, 0.8, 0.6, 0.8, 0.0, 0.0]).all(|(g, want)| (g - want).abs() < 1e-15));
    assert_eq!(a([f64::INFINITY, 1.0]).norm().item(), f64::INFINITY);
    assert!(a([f64::NAN, 1.0]).norm().item().is_nan());
    let h = hessian(|x: &Array| x.norm())(&a([3e-160, 4e-160])).to_vec::<f64>();
    assert!(h.iter().zip([0.64, -0.48, -0.48, 0.36]).all(|(h, want)| (h * 5e-160 - want).abs() < 1e-14));
}

#[test]
fn power_norms_at_zeros() {
    let slopes = |p: f64, x: Array| grad(move |x: &Array| x.norm_axis(Norm::P(p), 0))(&x).to_vec::<f64>();
    assert_eq!(slopes(0.5, a([0.0, 0.0])), [0.0, 0.0]);
    assert_eq!(slopes(0.5, a([0.0, 4.0])), [0.0, 1.0]);
    assert_eq!(slopes(-1.0, a([0.0, 2.0])), [0.0, 0.0]);
    assert_eq!(slopes(-1.0, a([2.0, 2.0])), [0.25, 0.25]);
    assert_eq!(slopes(3.0, a([0.0, 0.0])), [0.0, 0.0]);
    assert_eq!(a([0.0, 2.0]).norm_axis(Norm::P(-1.0), 0).item(), 0.0);
    assert_eq!(a([1.0, f64::INFINITY]).norm_axis(Norm::P(-1.0), 0).item(), 1.0);
    assert_eq!(a([1.0, f64::INFINITY]).norm_axis(Norm::P(3.0), 0).item(), f64::INFINITY);
    let empty = Array::zeros(&[2, 0], DType::F64);
    for p in [0.5, 2.0, 3.0] {
        assert_eq!(empty.norm_axis(Norm::P(p), 1).to_vec::<f64>(), [0.0, 0.0]);
    }
}

#[test]
fn weights_of_zero_do_not_count() {
    let f = |(x, b): &(Array, Array)| x.logsumexp_of(b, 0);
    let at = |x: [f64; 2], b: [f64; 2]| {
        let p = (a(x), a(b));
        let (dx, db) = grad(f)(&p);
        (f(&p).item(), dx.to_vec::<f64>(), db.to_vec::<f64>())
    };
    let (y, dx, db) = at([1000.0, 0.0], [0.0, 1.0]);
    assert_eq!((y, dx, db[1]), (0.0, vec![0.0, 1.0], 1.0));
    assert!(db[0] > 1e300);
    let (y, dx, db) = at([740.0, 0.3], [0.0, 1.0]);
    assert_eq!((y, dx, db[1]), (0.3, vec![0.0, 1.0], 1.0));
    let (y, dx, db) = at([2.0, 1.0], [0.0, 1.0]);
    assert_eq!((y, dx, db[1]), (1.0, vec![0.0, 1.0], 1.0));
    assert!((db[0] / 1f64.exp() - 1.0).abs() < 1e-15);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let (y, dx, _) = at([bad, 1.0], [0.0, 1.0]);
        assert_eq!((y, dx), (1.0, vec![0.0, 1.0]), "{bad}");
        let x = a([bad, 4.0]);
        assert_eq!(x.average_axis(&a([0.0, 2.0]), 0).item(), 4.0);
        let g = grad(|x: &Array| x.average_axis(&a([0.0, 2.0]), 0))(&x).to_vec::<f64>();
        assert_eq!(g, [0.0, 1.0]);
    }
    assert_eq!(at([5.0, 6.0], [0.0, 0.0]).0, f64::NEG_INFINITY);
    let rows = Array::from([[1.0, 2.0], [3.0, 4.0]]).logsumexp_of(&a([0.0, 1.0]), 1);
    assert_eq!(rows.to_vec::<f64>(), [2.0, 4.0]);
}

#[test]
fn quantiles_of_infinite_and_large_numbers() {
    let inf = f64::INFINITY;
    assert_eq!(a([1.0, inf, inf, inf]).median().item(), inf);
    assert_eq!(a([1.0, 2.0, 3.0, inf, inf]).quantile(0.9).item(), inf);
    assert_eq!(a([-inf, -inf, 1.0, 2.0]).quantile(0.1).item(), -inf);
    assert_eq!(a([1.0, 2.0, 3.0, inf]).median().item(), 2.5);
    assert_eq!(a([-1.7e308, 1.7e308]).median().item(), 0.0);
    assert_eq!(a([1.7e308, 1.7e308]).median().item(), 1.7e308);
    assert_eq!(a([0.1, 0.1]).quantile(0.3).item(), 0.1);
    assert_eq!(Array::from([-3e38f32, 3e38]).median().item(), 0.0);
    let g = grad(|x: &Array| x.quantile(0.25))(&a([7.0, 7.0])).to_vec::<f64>();
    assert_eq!(g, [0.75, 0.25]);
    assert_eq!(grad(|x: &Array| x.median())(&a([-1.7e308, 1.7e308])).to_vec::<f64>(), [0.5, 0.5]);
}

#[test]
fn negative_ids_are_no_rows() {
    let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    let ids = Array::from([0i64, -1]);
    let refused = |f: &dyn Fn() -> Array| {
        let message =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f().eval().clone())).unwrap_err();
        let message = message.downcast_ref::<String>().unwrap();
        assert!(
            message.starts_with("index -1 is out of range for an axis of extent 2; it is row 1"),
            "{message}"
        )
    };
    refused(&|| x.take_rows(&ids));
    refused(&|| x.take_last(&ids));
    refused(&|| x.segment_sum(&ids, 2));
    refused(&|| x.at_add(&ids, 1.0));
    refused(&|| x.at_set(&ids, 1.0));
    // Counted from the end where NumPy does.
    assert_eq!(x.take(&ids, 0).to_vec::<f64>(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(x.get(&ids).to_vec::<f64>(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(x.at_set(-1, 0.0).to_vec::<f64>(), [1.0, 2.0, 0.0, 0.0]);
}

/// However many elements are the largest so far, each has an even share, in both modes and from either end.
#[test]
fn ties_of_running_extrema_share_evenly() {
    let x = Array::from([[2.0, 1.0, 2.0, 0.5, 2.0, 3.0], [1.0, 1.0, 1.0, 1.0, 0.0, 1.0]]);
    let weights = Array::from([[1.0, 10.0, 100.0, 1e3, 1e4, 1e5], [1.0, 10.0, 100.0, 1e3, 1e4, 1e5]]);
    let forward = [
        [1.0 + 10.0 + 50.0 + 500.0 + 1e4 / 3.0, 0.0, 50.0 + 500.0 + 1e4 / 3.0, 0.0, 1e4 / 3.0, 1e5],
        [
            1.0 + 5.0 + 100.0 / 3.0 + 250.0 + 2500.0 + 2e4,
            5.0 + 100.0 / 3.0 + 250.0 + 2500.0 + 2e4,
            100.0 / 3.0 + 250.0 + 2500.0 + 2e4,
            250.0 + 2500.0 + 2e4,
            0.0,
            2e4,
        ],
    ];
    let of = |reverse: bool| {
        let (x, w) = if reverse { (x.flip(1), weights.flip(1)) } else { (x.clone(), weights.clone()) };
        let g = grad(|x: &Array| (x.cummax(1, reverse) * &w).sum())(&x);
        let rows = jacobian_with(|x: &Array| x.cummax(1, reverse), Mode::Forward, 100)(&x);
        let by_columns = (rows * w.reshape([2, 6, 1, 1])).sum_axis([0, 1]);
        let least = grad(|x: &Array| ((-x).cummin(1, reverse) * -&w).sum())(&x);
        [g, by_columns, least].map(|g| if reverse { g.flip(1) } else { g })
    };
    for g in of(false).iter().chain(&of(true)) {
        assert!(g.allclose(Array::from(forward), 1e-13, 1e-9), "{g}")
    }
    let along_columns =
        grad(|x: &Array| x.cummax(0, false).get(1).sum())(&Array::from([[1.0, 4.0], [1.0, 3.0]]));
    assert_eq!(along_columns.to_vec::<f64>(), [0.5, 1.0, 0.5, 0.0]);
}
