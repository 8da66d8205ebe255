//! Every distribution: values from 30-digit arithmetic, probabilities that add up, derivatives by everything it takes.

use pullback_real::{Var, check, grad};
use pullback_stats::*;

#[track_caller]
fn near(x: f64, want: f64, tolerance: f64) {
    assert!((x - want).abs() <= tolerance * want.abs().max(1e-300), "{x:e}, wanted {want:e}");
}

/// What a select by one variable holds fixed still moves with the others.
#[test]
fn mixed_derivatives_where_a_power_is_none() {
    use pullback_real::hessian;
    // ∂²/∂a∂x of ln(x^(a-1) e^-x / Γ(a)) is 1/x, also at the exponential distribution and at no event.
    for (x, a) in [(0.5, 1.0), (3.0, 1.0), (3.0, 2.0)] {
        near(hessian(|v| gamma::logpdf(&v[0], v[1], 1.0))(&[x, a])[0][1], 1.0 / x, 1e-14);
        near(hessian(|v| gamma::logpdf(&v[0], v[1], 1.0))(&[x, a])[1][0], 1.0 / x, 1e-14);
        near(hessian(|v| poisson::logpmf(&v[0], v[1]))(&[a - 1.0, x])[0][1], 1.0 / x, 1e-14);
        near(hessian(|v| poisson::logpmf(&v[0], v[1]))(&[a - 1.0, x])[1][0], 1.0 / x, 1e-14);
    }
    // ln Γ(k + n)/(Γ(k + 1) Γ(n)) + n ln p + k ln q: at k = 0 the slope by k is ψ(n) − ψ(1) + ln q, as it is beside it.
    let slopes = |k: f64| grad(|v: &[Var]| nbinom::logpmf(&v[0], v[1], v[2]))(&[k, 0.5, 0.25]);
    let (at, beside) = (slopes(0.0), slopes(1e-6));
    at.iter().zip(&beside).for_each(|(x, y)| near(*x, *y, 1e-5));
    near(at[0], -1.38629436111989062 - 0.287682072451780927, 1e-14);
    assert_eq!(nbinom::logpmf(&-1.0, 2.0, 0.5), f64::NEG_INFINITY);
}

#[test]
fn incomplete_beta() {
    for (a, b, x, want) in [
        (0.5, 0.5, 0.3, 0.369010119565545383),
        (2.0, 3.0, 0.9, 0.9963),
        (10.0, 0.7, 0.95, 0.439401725097287341),
        (150.0, 200.0, 0.43, 0.523562994706336561),
        (1000.0, 900.0, 0.53, 0.625844439910709135),
        (0.1, 5.0, 0.001, 0.6128983593749945),
    ] {
        near(betainc(a, b, &x), want, 2e-13);
    }
    for (at, want) in [
        ([2.0, 3.0, 0.4], [-0.240869376087556578, 0.156344336413598773, 1.728]),
        ([2.5, 1.5, 0.8], [-0.107606255737324578, 0.279014584481546006, 1.62974661726100824]),
    ] {
        let g = grad(|v| betainc(v[0], v[1], &v[2]))(&at);
        g.iter().zip(want).for_each(|(g, want)| near(*g, want, 1e-12));
    }
}

#[test]
fn values() {
    for (z, df, want) in [
        (0.0, 3.0, 0.5),
        (0.001, 3.0, 0.500367552515269531),
        (-2.5, 4.0, 0.0333832724059940725),
        (12.0, 1.5, 0.990978985362986068),
        (-30.0, 7.0, 5.89423444036657006e-9),
        (0.7, 200.0, 0.757629633503259002),
    ] {
        near(t::cdf(&z, df, 0.0, 1.0), want, 1e-13);
        near(t::sf(&(1.0 - 2.0 * z), df, 1.0, 2.0), want, 1e-13);
    }
    near(t::entropy(3.0, 1.0), 1.77347757186329095, 1e-14);
    near(beta::entropy(2.5, 1.5), -0.188603447483933159, 1e-13);
    near(gamma::entropy(2.5, 2.0), 2.42309509006499959, 1e-14);
    near(chi2::entropy(5.0), 2.42309509006499959, 1e-14);
    near(poisson::cdf(&4.0, 3.5), 0.725444953309604608, 1e-14);
    near(nbinom::pmf(&4.0, 2.5, 0.3), 0.106799030786126175, 1e-13);
    near(nbinom::cdf(&4.0, 2.5, 0.3), 0.458996616692893411, 1e-13);
    near(norm::logcdf(&-20.0, 0.0, 1.0), -203.917155371097264, 1e-14);
    near(norm::cdf(&4.0, 1.0, 2.0), 0.933192798731141934, 1e-15);
    near(norm::ppf(&0.933192798731141934, 1.0, 2.0), 4.0, 1e-14);
    near(norm::entropy(2.0), 0.5 * (std::f64::consts::TAU * std::f64::consts::E).ln() + 2f64.ln(), 1e-15);
}

type Function = fn(&[Var]) -> Var;
/// Name, function of (x, parameters…), a point.
const ALL: [(&str, Function, &[f64]); 39] = [
    ("norm::pdf", |v| norm::pdf(&v[0], v[1], v[2]), &[0.7, 0.2, 1.5]),
    ("norm::logpdf", |v| norm::logpdf(&v[0], v[1], v[2]), &[0.7, 0.2, 1.5]),
    ("norm::cdf", |v| norm::cdf(&v[0], v[1], v[2]), &[0.7, 0.2, 1.5]),
    ("norm::logcdf", |v| norm::logcdf(&v[0], v[1], v[2]), &[0.7, 0.2, 1.5]),
    ("norm::sf", |v| norm::sf(&v[0], v[1], v[2]), &[0.7, 0.2, 1.5]),
    ("norm::logsf", |v| norm::logsf(&v[0], v[1], v[2]), &[0.7, 0.2, 1.5]),
    ("norm::ppf", |v| norm::ppf(&v[0], v[1], v[2]), &[0.7, 0.2, 1.5]),
    ("t::pdf", |v| t::pdf(&v[0], v[1], v[2], v[3]), &[0.7, 4.5, 0.2, 1.5]),
    ("t::logpdf", |v| t::logpdf(&v[0], v[1], v[2], v[3]), &[0.7, 4.5, 0.2, 1.5]),
    ("t::cdf", |v| t::cdf(&v[0], v[1], v[2], v[3]), &[0.7, 4.5, 0.2, 1.5]),
    ("t::cdf in the middle", |v| t::cdf(&v[0], v[1], v[2], v[3]), &[0.2, 4.5, 0.2, 1.5]),
    ("t::cdf in the tail", |v| t::cdf(&v[0], v[1], v[2], v[3]), &[-4.0, 2.5, 0.2, 1.5]),
    ("t::logcdf", |v| t::logcdf(&v[0], v[1], v[2], v[3]), &[0.7, 4.5, 0.2, 1.5]),
    ("t::sf", |v| t::sf(&v[0], v[1], v[2], v[3]), &[3.7, 4.5, 0.2, 1.5]),
    ("t::logsf", |v| t::logsf(&v[0], v[1], v[2], v[3]), &[3.7, 4.5, 0.2, 1.5]),
    ("beta::pdf", |v| beta::pdf(&v[0], v[1], v[2]), &[0.3, 1.7, 2.5]),
    ("beta::logpdf", |v| beta::logpdf(&v[0], v[1], v[2]), &[0.3, 1.7, 2.5]),
    ("beta::cdf", |v| beta::cdf(&v[0], v[1], v[2]), &[0.3, 1.7, 2.5]),
    ("beta::logcdf", |v| beta::logcdf(&v[0], v[1], v[2]), &[0.3, 1.7, 2.5]),
    ("beta::sf", |v| beta::sf(&v[0], v[1], v[2]), &[0.3, 1.7, 2.5]),
    ("beta::logsf", |v| beta::logsf(&v[0], v[1], v[2]), &[0.8, 1.7, 2.5]),
    ("gamma::pdf", |v| gamma::pdf(&v[0], v[1], v[2]), &[1.3, 1.7, 0.8]),
    ("gamma::logpdf", |v| gamma::logpdf(&v[0], v[1], v[2]), &[1.3, 1.7, 0.8]),
    ("gamma::cdf", |v| gamma::cdf(&v[0], v[1], v[2]), &[1.3, 1.7, 0.8]),
    ("gamma::logcdf", |v| gamma::logcdf(&v[0], v[1], v[2]), &[1.3, 1.7, 0.8]),
    ("gamma::sf", |v| gamma::sf(&v[0], v[1], v[2]), &[1.3, 1.7, 0.8]),
    ("gamma::logsf", |v| gamma::logsf(&v[0], v[1], v[2]), &[1.3, 1.7, 0.8]),
    ("chi2::logpdf", |v| chi2::logpdf(&v[0], v[1]), &[1.3, 3.7]),
    ("chi2::pdf", |v| chi2::pdf(&v[0], v[1]), &[1.3, 3.7]),
    ("chi2::cdf", |v| chi2::cdf(&v[0], v[1]), &[1.3, 3.7]),
    ("chi2::logcdf", |v| chi2::logcdf(&v[0], v[1]), &[1.3, 3.7]),
    ("chi2::logsf", |v| chi2::logsf(&v[0], v[1]), &[1.3, 3.7]),
    ("poisson::pmf", |v| poisson::pmf(&Var::from(3.0), v[0]), &[2.2]),
    ("poisson::logcdf", |v| poisson::logcdf(&Var::from(3.0), v[0]), &[2.2]),
    ("poisson::logsf", |v| poisson::logsf(&Var::from(3.0), v[0]), &[2.2]),
    ("nbinom::logpmf", |v| nbinom::logpmf(&Var::from(3.0), v[0], v[1]), &[2.2, 0.4]),
    ("nbinom::cdf", |v| nbinom::cdf(&Var::from(3.0), v[0], v[1]), &[2.2, 0.4]),
    ("nbinom::sf", |v| nbinom::sf(&Var::from(3.0), v[0], v[1]), &[2.2, 0.4]),
    (
        "entropies",
        |v| {
            t::entropy(v[0], v[1])
                + beta::entropy(v[0], v[1])
                + gamma::entropy(v[0], v[1])
                + chi2::entropy(v[1])
                + norm::entropy(v[0])
        },
        &[2.2, 1.4],
    ),
];

#[test]
fn derivatives_to_second_order() {
    for (name, f, x) in ALL {
        check(f, x, 2).unwrap_or_else(|mismatch| panic!("{name}: {mismatch}"));
    }
}

/// Each density is the slope of its distribution function, each tail the rest.
#[test]
fn laws() {
    for (x, cdf, pdf, sf) in [
        (
            0.7,
            (|x| norm::cdf(&x[0], 0.2, 1.5)) as Function,
            norm::pdf(&0.7, 0.2, 1.5),
            norm::sf(&0.7, 0.2, 1.5),
        ),
        (-0.9, |x| t::cdf(&x[0], 4.5, 0.2, 1.5), t::pdf(&-0.9, 4.5, 0.2, 1.5), t::sf(&-0.9, 4.5, 0.2, 1.5)),
        (0.3, |x| beta::cdf(&x[0], 1.7, 2.5), beta::pdf(&0.3, 1.7, 2.5), beta::sf(&0.3, 1.7, 2.5)),
        (1.3, |x| gamma::cdf(&x[0], 1.7, 0.8), gamma::pdf(&1.3, 1.7, 0.8), gamma::sf(&1.3, 1.7, 0.8)),
        (1.3, |x| chi2::cdf(&x[0], 3.7), chi2::pdf(&1.3, 3.7), chi2::sf(&1.3, 3.7)),
    ] {
        let (below, slope) = pullback_real::value_and_grad(cdf)(&[x]);
        near(slope[0], pdf, 1e-12);
        near(below + sf, 1.0, 1e-14);
    }
    let all: f64 = (0..200).map(|k| poisson::pmf(&f64::from(k), 7.5)).sum();
    near(all, 1.0, 1e-13);
    let all: f64 = (0..2000).map(|k| nbinom::pmf(&f64::from(k), 2.5, 0.1)).sum();
    near(all, 1.0, 1e-12);
    near(poisson::cdf(&3.0, 2.0) + poisson::sf(&3.0, 2.0), 1.0, 1e-15);
    near(nbinom::cdf(&3.0, 2.2, 0.4) + nbinom::sf(&3.0, 2.2, 0.4), 1.0, 1e-15);
}

mod arrays {
    use super::near;
    use pullback_array::{Array, check::check_grads};
    use pullback_stats::*;

    #[test]
    fn broadcast_like_any_operation() {
        let x = Array::from([[0.1], [0.9]]);
        let y = beta::cdf(&x, Array::from([1.5, 2.0, 3.0]), 2.5);
        assert_eq!(y.shape(), [2, 3]);
        near(y.get((1, 2)).item(), beta::cdf(&0.9, 3.0, 2.5), 1e-15);
        check_grads(|x: &Array| t::logcdf(x, 3.0, 0.5, 2.0), &Array::from([-1.0, 0.5, 4.0]), 2);
    }
    #[test]
    fn dirichlet_on_the_simplex() {
        let (x, alpha) = (Array::from([0.2, 0.3, 0.5]), Array::from([1.5, 2.0, 3.0]));
        near(dirichlet::logpdf(&x, &alpha).item(), 1.69521099526956464, 1e-14);
        check_grads(|(x, alpha): &(Array, Array)| dirichlet::pdf(x, alpha), &(x, alpha.clone()), 2);
        check_grads(dirichlet::entropy, &alpha, 2);
        // With two components it is the beta distribution.
        near(dirichlet::entropy(&Array::from([2.5, 1.5])).item(), beta::entropy(2.5, 1.5), 1e-13);
    }
    #[cfg(feature = "linalg")]
    #[test]
    fn normal_in_two_dimensions() {
        let cov = Array::from([[2.0, 0.5], [0.5, 1.0]]);
        let (x, mean) = (Array::from([1.3, -0.2]), Array::from([1.0, 1.0]));
        near(multivariate_normal::logpdf(&x, &mean, &cov).item(), -3.06911353180562826, 1e-14);
        near(multivariate_normal::entropy(&cov).item(), 3.11768496037705683, 1e-14);
        let many = Array::from([[[1.3, -0.2], [0.0, 0.0]]]);
        assert_eq!(multivariate_normal::pdf(&many, &mean, &cov).shape(), [1, 2]);
        let of = |(x, mean, half): &(Array, Array, Array)| {
            multivariate_normal::logpdf(x, mean, &(half + half.t()))
        };
        check_grads(of, &(many, mean, 0.5 * cov), 2);
    }
}
