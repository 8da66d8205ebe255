//! Distributions with parameters from 1e-10 to 1e10 against 50-digit references (`data/extremes.py`), far in the tails, at the
//! ends of the support and beside it.

use pullback_array::{Array, DType};
use pullback_real::{Var, grad, value_and_grad};
use pullback_stats::*;

const INF: f64 = f64::INFINITY;

#[track_caller]
fn near(got: f64, want: f64, tolerance: f64, what: impl std::fmt::Debug) {
    let off = (got - want).abs();
    assert!(got == want || off <= tolerance * want.abs(), "{what:?}: {got:e}, wanted {want:e}");
}

fn value(name: &str, v: &[f64]) -> f64 {
    match name {
        "beta.cdf" => beta::cdf(&v[0], v[1], v[2]),
        "beta.sf" => beta::sf(&v[0], v[1], v[2]),
        "beta.logcdf" => beta::logcdf(&v[0], v[1], v[2]),
        "beta.logsf" => beta::logsf(&v[0], v[1], v[2]),
        "beta.logpdf" => beta::logpdf(&v[0], v[1], v[2]),
        "beta.entropy" => beta::entropy(v[0], v[1]),
        "gamma.cdf" => gamma::cdf(&v[0], v[1], 1.0),
        "gamma.sf" => gamma::sf(&v[0], v[1], 1.0),
        "gamma.logcdf" => gamma::logcdf(&v[0], v[1], 1.0),
        "gamma.logsf" => gamma::logsf(&v[0], v[1], 1.0),
        "gamma.logpdf" => gamma::logpdf(&v[0], v[1], 1.0),
        "gamma.entropy" => gamma::entropy(v[0], 1.0),
        "t.cdf" => t::cdf(&v[0], v[1], 0.0, 1.0),
        "t.sf" => t::sf(&v[0], v[1], 0.0, 1.0),
        "t.logcdf" => t::logcdf(&v[0], v[1], 0.0, 1.0),
        "t.logsf" => t::logsf(&v[0], v[1], 0.0, 1.0),
        "t.logpdf" => t::logpdf(&v[0], v[1], 0.0, 1.0),
        "t.entropy" => t::entropy(v[0], 1.0),
        "poisson.logpmf" => poisson::logpmf(&v[0], v[1]),
        "nbinom.logpmf" => nbinom::logpmf(&v[0], v[1], v[2]),
        _ => panic!("{name}"),
    }
}

#[test]
fn values_for_all_parameters() {
    let mut wrong = Vec::new();
    let lines = include_str!("data/extremes.txt").lines();
    for line in lines {
        let (name, numbers) = line.split_once(' ').unwrap();
        let numbers: Vec<f64> = numbers.split(' ').map(|text| text.parse().unwrap()).collect();
        let (want, places) = numbers.split_last().unwrap();
        let got = value(name, places);
        // Where a log density passes 0, the size of its terms is what counts.
        let floor =
            if name.contains("pdf") || name.contains("pmf") || name.contains("entropy") { 0.1 } else { 0.0 };
        let off = (got - want).abs();
        if off.is_nan() || off > 1e-12 * (want.abs() + floor) {
            wrong.push(format!("{line}: {got:e}"));
        }
    }
    assert!(wrong.is_empty(), "{} are off:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn betainc_at_large_shapes() {
    for (shape, density) in [(1e5, 356.82437719980396), (1e6, 1128.3790260481255), (1e8, 11283.791656850386)]
    {
        let (value, slopes) = value_and_grad(|v| betainc(v[0], v[1], &v[2]))(&[shape, shape, 0.5]);
        near(value, 0.5, 1e-14, shape);
        near(slopes[2], density, 1e-12, shape);
        // By symmetry.
        near(slopes[0], -slopes[1], 1e-12, shape);
    }
    // As an array, in double and single precision.
    let arrays = betainc(Array::from([1e5, 1e6, 1e10]), 1e6, &Array::from([0.0909, 0.5, 0.9999]));
    for (got, (a, x)) in arrays.to_vec::<f64>().into_iter().zip([(1e5, 0.0909), (1e6, 0.5), (1e10, 0.9999)]) {
        near(got, betainc(a, 1e6, &x), 1e-12, a);
    }
    let single = betainc(Array::full(&[], 1e5, DType::F32), 1e5, &Array::full(&[], 0.5, DType::F32));
    near(single.cast(DType::F64).item(), 0.5, 1e-6, "single precision");
}

#[test]
fn betainc_at_the_ends_and_beside_them() {
    let all = |a: f64, b: f64, x: f64| value_and_grad(|v| betainc(v[0], v[1], &v[2]))(&[a, b, x]);
    assert_eq!(all(2.0, 3.0, 0.0), (0.0, vec![0.0, 0.0, 0.0]));
    assert_eq!(all(2.0, 3.0, 1.0), (1.0, vec![0.0, 0.0, 0.0]));
    assert_eq!(all(2.0, 3.0, -1.0), (0.0, vec![0.0, 0.0, 0.0]));
    assert_eq!(all(2.0, 3.0, 1.5), (1.0, vec![0.0, 0.0, 0.0]));
    // 1 − (1 − x)ᵇ, and a density that is infinite.
    near(all(1.0, 3.0, 0.0).1[2], 3.0, 1e-15, "shape 1");
    near(all(3.0, 1.0, 1.0).1[2], 3.0, 1e-15, "shape 1");
    assert_eq!(all(0.5, 3.0, 0.0).1[2], INF);
    assert!(all(f64::NAN, 2.0, 0.5).0.is_nan() && all(2.0, 2.0, f64::NAN).0.is_nan());
    let second = |x: f64| grad(|v| grad(|v| betainc(2.0, 2.0, &v[0]))(&[v[0]])[0])(&[x])[0];
    near(second(0.0), 6.0, 1e-14, "second derivative");
    let by_x = pullback_array::grad(|x: &Array| betainc(2.0, 3.0, x).sum())(&Array::from([
        0.0, 0.4, 1.0, 1.5, -1.0,
    ]));
    near(by_x.get(1).item(), 1.728, 1e-13, "the slope of an array");
    for k in [0, 2, 3, 4] {
        assert_eq!(by_x.get(k).item(), 0.0, "the slope of an array at an end");
    }
}

type Function = fn(&[Var]) -> Var;

#[test]
fn outside_of_the_support_nothing_changes() {
    let cases: [(Function, &[f64], f64); 18] = [
        (|v| beta::cdf(&v[0], v[1], v[2]), &[-0.5, 2.0, 3.0], 0.0),
        (|v| beta::sf(&v[0], v[1], v[2]), &[1.5, 2.0, 3.0], 0.0),
        (|v| beta::logcdf(&v[0], v[1], v[2]), &[-0.5, 2.0, 3.0], -INF),
        (|v| beta::logcdf(&v[0], v[1], v[2]), &[1.0, 2.0, 3.0], 0.0),
        (|v| beta::logsf(&v[0], v[1], v[2]), &[1.5, 2.0, 3.0], -INF),
        (|v| gamma::cdf(&v[0], v[1], v[2]), &[-1.0, 2.0, 3.0], 0.0),
        (|v| gamma::sf(&v[0], v[1], v[2]), &[-1.0, 2.0, 3.0], 1.0),
        (|v| gamma::logcdf(&v[0], v[1], v[2]), &[-1.0, 2.0, 3.0], -INF),
        (|v| gamma::logsf(&v[0], v[1], v[2]), &[-1.0, 2.0, 3.0], 0.0),
        (|v| gamma::cdf(&v[0], v[1], v[2]), &[INF, 2.0, 3.0], 1.0),
        (|v| poisson::cdf(&v[0], v[1]), &[-1.0, 2.0], 0.0),
        (|v| poisson::logsf(&v[0], v[1]), &[-1.0, 2.0], 0.0),
        (|v| nbinom::cdf(&v[0], v[1], v[2]), &[-1.0, 2.0, 0.5], 0.0),
        (|v| nbinom::logsf(&v[0], v[1], v[2]), &[-1.0, 2.0, 0.5], 0.0),
        (|v| t::cdf(&v[0], v[1], v[2], v[3]), &[INF, 3.0, 0.0, 1.0], 1.0),
        (|v| t::cdf(&v[0], v[1], v[2], v[3]), &[-INF, 3.0, 0.0, 1.0], 0.0),
        (|v| t::logcdf(&v[0], v[1], v[2], v[3]), &[-INF, 3.0, 0.0, 1.0], -INF),
        (|v| t::logsf(&v[0], v[1], v[2], v[3]), &[-INF, 3.0, 0.0, 1.0], 0.0),
    ];
    for (k, (f, x, want)) in cases.into_iter().enumerate() {
        let (value, slopes) = value_and_grad(f)(x);
        assert_eq!(value, want, "case {k}");
        assert!(slopes.iter().all(|s| *s == 0.0), "case {k}: {slopes:?}");
    }
}

#[test]
fn t_with_many_degrees_of_freedom_is_normal() {
    for z in [-30.0, -3.0, -0.5, 0.0, 1.0, 8.0] {
        near(t::logpdf(&z, INF, 0.0, 1.0), norm::logpdf(&z, 0.0, 1.0), 1e-15, z);
        near(t::cdf(&z, INF, 0.0, 1.0), norm::cdf(&z, 0.0, 1.0), 1e-13, z);
        near(t::logcdf(&z, INF, 0.0, 1.0), norm::logcdf(&z, 0.0, 1.0), 1e-13, z);
        near(t::logsf(&z, 1e25, 0.0, 1.0), norm::logsf(&z, 0.0, 1.0), 1e-13, z);
        let slopes = grad(|v| t::logcdf(&v[0], v[1], 0.0, 1.0))(&[z, INF]);
        assert_eq!(slopes[1], 0.0, "{z}");
    }
    // φ(1)(1 + 1)/(4 ν²)
    let slope = grad(|v| t::cdf(&Var::from(1.0), v[0], 0.0, 1.0))(&[1e8])[0];
    near(slope, 0.24197072451914337 / 2.0 * 1e-16, 1e-7, "slope by the degrees of freedom");
}

#[test]
fn slopes_for_large_parameters() {
    // Of ln B(x, 1) = −ln x.
    near(grad(|v| pullback_real::Real::ln_beta(&v[0], 1.0))(&[1e15])[0], -1e-15, 1e-15, "ln_beta");
    // ln(x/a) + 1/(2a) + 1/(12a²) …
    let slope = grad(|v| gamma::logpdf(&Var::from(1e10 + 1e5), v[0], 1.0))(&[1e10])[0];
    near(slope, 9.99995e-6 + 3.3333e-16 + 5e-11, 1e-9, "gamma.logpdf");
    let by_mu = grad(|v| poisson::logpmf(&Var::from(1e10), v[0]))(&[1e10 + 1e5])[0];
    near(by_mu, -1e5 / (1e10 + 1e5), 1e-14, "poisson.logpmf");
    let single = |x: f64| Array::full(&[], x, DType::F32);
    let at = poisson::logpmf(&single(1e5), single(1e5)).cast(DType::F64).item();
    near(at, -6.675401829, 1e-6, "poisson.logpmf in single precision");
    let at = t::logpdf(&single(1.0), single(1e10), 0.0, 1.0).cast(DType::F64).item();
    near(at, -1.4189385, 1e-6, "t.logpdf in single precision");
}

/// Value, gradient and Hessian (the upper triangle) of a function.
fn two_orders(f: Function, x: &[f64]) -> Vec<f64> {
    let (value, slopes) = value_and_grad(f)(x);
    let mut all = [vec![value], slopes].concat();
    for i in 0..x.len() {
        let second = grad(|v| grad(f)(v)[i])(x);
        all.extend(&second[i..])
    }
    all
}

#[test]
fn two_orders_for_tiny_and_huge_parameters() {
    let cases: [(Function, &[f64], &[f64]); 6] = [
        (
            |v| t::cdf(&v[0], v[1], 0.0, 1.0),
            &[-1.0, 1e-10],
            &[
                0.49999999938969636,
                4.9999999936469636e-11,
                -5.8530363156047045,
                4.9999999936469636e-11,
                0.4999999987543927,
                2500000065.6257834,
            ],
        ),
        (
            |v| t::cdf(&v[0], v[1], 0.0, 1.0),
            &[2.5, 1e10],
            &[
                0.9937903346662813,
                0.017528300504770215,
                7.942511165025781e-22,
                -0.043820751238919646,
                -1.1201679530488646e-21,
                -1.58850223339291e-31,
            ],
        ),
        (
            |v| t::entropy(v[0], 1.0),
            &[1e15],
            &[1.4189385332046738, -1.0000000000000004e-30, 2.0000000000000015e-45],
        ),
        (
            |v| gamma::logcdf(&v[0], v[1], 1.0),
            &[1.0, 1e10],
            &[-220258509312.83643, 9999999999.0, -23.025850929990458, -1e10, 1.0, -9.9999999995e-11],
        ),
        (
            |v| gamma::logsf(&v[0], v[1], 1.0),
            &[800.0, 0.5],
            &[
                -803.9152948331938,
                -1.0006242211801817,
                8.64936941819919,
                7.793059742331137e-07,
                0.0012484433284514654,
                -4.934800647745488,
            ],
        ),
        (
            |v| pullback_real::Real::gamma_pdf(&v[1], v[0]),
            &[1.0, 1e-10],
            &[
                3.678794411926769e-11,
                -7.357588823485659e-11,
                0.3678794412139115,
                1.8393972057794448e-10,
                -0.735758882354247,
                0.4246915523339864,
            ],
        ),
    ];
    for (k, (f, x, want)) in cases.into_iter().enumerate() {
        for (got, want) in two_orders(f, x).into_iter().zip(want) {
            near(got, *want, 1e-10, (k, x));
        }
    }
}

#[test]
fn a_number_that_is_none_has_no_probability() {
    let x = f64::NAN;
    for y in [
        beta::cdf(&x, 2.0, 3.0),
        beta::logcdf(&x, 2.0, 3.0),
        beta::logsf(&x, 2.0, 3.0),
        t::cdf(&x, 3.0, 0.0, 1.0),
        t::sf(&x, 3.0, 0.0, 1.0),
        t::logcdf(&x, 3.0, 0.0, 1.0),
        t::logsf(&x, 3.0, 0.0, 1.0),
        nbinom::cdf(&2.0, 2.0, x),
        gamma::cdf(&x, 2.0, 1.0),
        norm::cdf(&x, 0.0, 1.0),
        poisson::cdf(&x, 2.0),
    ] {
        assert!(y.is_nan(), "{y}")
    }
}
