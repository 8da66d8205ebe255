//! The functions that are compared: one list, by the names of the reference data.

use crate::scalar::{self, Formula, Scalar};
use pullback_array::{Array, Norm, stack, vmap, where_};
use pullback_nn as nn;
use pullback_real::{Binary, Real, Unary};
use pullback_stats as stats;

/// A function of arrays.
type OfArrays = Box<dyn Fn(&[Array]) -> Array>;

/// What is compared: a function of a few numbers, or of as many arrays of one shape, place by place.
pub struct Function {
    /// Its name in the data.
    pub name: String,
    /// Of arrays.
    pub arrays: OfArrays,
    /// Of numbers, if it is generic in its number.
    pub scalars: Option<Box<dyn Scalar>>,
    /// How far it may be off.
    pub promise: Promise,
}

/// How many units in the last place value, first and second derivatives may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Promise {
    /// 4, 8 and 64 units.
    Elementary,
    /// Relative errors of 1e-12; 256 units of f32.
    Distribution,
}

impl Function {
    fn generic(name: &str, promise: Promise, f: impl Formula) -> Function {
        let scalars: Option<Box<dyn Scalar>> = Some(Box::new(scalar::Of(f)));
        Function { name: name.into(), arrays: Box::new(move |x| f.at(x)), scalars, promise }
    }
    fn arrays(name: &str, f: impl Fn(&[Array]) -> Array + 'static) -> Function {
        Function { name: name.into(), arrays: Box::new(f), scalars: None, promise: Promise::Elementary }
    }
}

/// A row of the table of functions of one number.
#[derive(Clone, Copy)]
struct One(Unary);
impl Formula for One {
    fn at<R: Real>(self, x: &[R]) -> R {
        R::unary(self.0, &x[0])
    }
}
/// A row of the table of functions of two numbers.
#[derive(Clone, Copy)]
struct Two(Binary);
impl Formula for Two {
    fn at<R: Real>(self, x: &[R]) -> R {
        R::binary(self.0, &x[0], &x[1])
    }
}

/// The rows of the table, those with an integer at several.
fn rows() -> Vec<Function> {
    let mut all = vec![];
    for &op in Unary::ALL {
        let many: Vec<(String, Unary)> = match op {
            Unary::Powi(_) => {
                [-2, -1, 0, 1, 2, 3, 7, i32::MIN].map(|n| (n.to_string(), Unary::Powi(n))).into()
            }
            Unary::ExpOver(_) => [0, 1, 2].map(|n| (n.to_string(), Unary::ExpOver(n))).into(),
            Unary::Polygamma(_) => [0, 1, 2, 5].map(|n| (n.to_string(), Unary::Polygamma(n))).into(),
            Unary::BesselI(_) => [0, 1, 2, 5].map(|n| (n.to_string(), Unary::BesselI(n))).into(),
            Unary::BesselJ(_) => [0, 1, 2, 5].map(|n| (n.to_string(), Unary::BesselJ(n))).into(),
            Unary::BesselY(_) => [0, 1, 2, 5].map(|n| (n.to_string(), Unary::BesselY(n))).into(),
            Unary::BesselI0eDerivative(_) => {
                [1, 2].map(|n| (n.to_string(), Unary::BesselI0eDerivative(n))).into()
            }
            Unary::InvMillsDerivative(_) => {
                [1, 2].map(|n| (n.to_string(), Unary::InvMillsDerivative(n))).into()
            }
            plain => vec![(String::new(), plain)],
        };
        all.extend(
            many.into_iter()
                .map(|(n, op)| Function::generic(&named(op.name(), &n), Promise::Elementary, One(op))),
        )
    }
    for &op in Binary::ALL {
        let many: Vec<(String, Binary)> = match op {
            Binary::GammaPByA(_) => [1, 2].map(|n| (n.to_string(), Binary::GammaPByA(n))).into(),
            plain => vec![(String::new(), plain)],
        };
        all.extend(
            many.into_iter()
                .map(|(n, op)| Function::generic(&named(op.name(), &n), Promise::Elementary, Two(op))),
        )
    }
    all
}
fn named(name: &str, n: &str) -> String {
    if n.is_empty() { name.into() } else { format!("{name}:{n}") }
}

/// Functions of arrays: `name = |x| expression,`.
macro_rules! arrays {
    ($($name:literal = |$x:ident| $body:expr,)*) => { vec![$(Function::arrays($name, |$x: &[Array]| $body)),*] };
}

fn elementwise() -> Vec<Function> {
    arrays! {
        "rsqrt" = |x| x[0].rsqrt(),
        "multigammaln:2" = |x| x[0].multigammaln(2),
        "deg2rad" = |x| x[0].deg2rad(),
        "rad2deg" = |x| x[0].rad2deg(),
        "sinc" = |x| x[0].sinc(),
        "nan_to_num" = |x| x[0].nan_to_num(f64::NAN),
        "entr" = |x| x[0].entr(),
        "log_sigmoid" = |x| x[0].log_sigmoid(),
        "relu6" = |x| x[0].relu6(),
        "leaky_relu" = |x| x[0].leaky_relu(0.125),
        "elu" = |x| x[0].elu(1.0),
        "celu" = |x| x[0].celu(2.0),
        "selu" = |x| x[0].selu(),
        "gelu" = |x| x[0].gelu(),
        "gelu_tanh" = |x| x[0].gelu_tanh(),
        "silu" = |x| x[0].silu(),
        "mish" = |x| x[0].mish(),
        "hard_tanh" = |x| x[0].hard_tanh(),
        "hard_sigmoid" = |x| x[0].hard_sigmoid(),
        "hard_silu" = |x| x[0].hard_silu(),
        "squareplus" = |x| x[0].squareplus(4.0),
        "clip" = |x| x[0].clip(-1.0, 1.0),
        "heaviside" = |x| x[0].heaviside(&x[1]),
        "floor_divide" = |x| x[0].floor_divide(&x[1]),
        "squared_difference" = |x| x[0].squared_difference(&x[1]),
        "glu" = |x| stack(x, -1).glu(-1).squeeze_axis(-1),
        // A kink that is squared away is none.
        "abs_squared" = |x| x[0].abs().square(),
        "norm_of_one,_squared" = |x| row(x).norm_axis(Norm::Two, -1).square(),
        "abs_of_-square" = |x| (-x[0].square()).abs(),
        "max(x,_-x)_squared" = |x| x[0].maximum(-&x[0]).square(),
        "relu_squares" = |x| x[0].relu().square() + (-&x[0]).relu().square(),
        "gaussian_of_norm" = |x| (-row(x).norm_axis(Norm::Two, -1).square()).exp(),
        "hypot_squared" = |x| x[0].hypot(&x[1]).square(),
        "norm_squared" = |x| row(x).norm_axis(Norm::Two, -1).square(),
        "norm_squared_3" = |x| row(x).norm_axis(Norm::Two, -1).square(),
        "complex_abs_squared" = |x| Array::complex(&x[0], &x[1]).abs().square(),
        "std_squared" = |x| row(x).std_axis(-1, 0).square(),
        "std_squared_3" = |x| row(x).std_axis(-1, 0).square(),
        "huber" = |x| each(x, |x| nn::huber(&x[0], &x[0].zeros_like(), 1.0)),
        // What a branch that is not taken is worth: nothing.
        "where_positive_sqrt" = |x| positive(x, x[0].sqrt()),
        "where_positive_ln" = |x| positive(x, x[0].ln()),
        "where_positive_recip" = |x| positive(x, x[0].recip()),
        "where_positive_pow_0.5" = |x| positive(x, x[0].powf(0.5)),
        "where_positive_xlogx" = |x| positive(x, x[0].xlogx()),
        "bernoulli_at_1" = |x| x[0].ones_like().xlogy(&x[0]) + x[0].zeros_like().xlog1py(-&x[0]),
    }
}
fn positive(x: &[Array], f: Array) -> Array {
    where_(&x[0].greater(0.0), f, 0.0)
}
/// The arrays beside each other along a new last axis.
fn row(x: &[Array]) -> Array {
    stack(x, -1)
}
/// f of the numbers at each place.
fn each(x: &[Array], f: impl Fn(&Vec<Array>) -> Array) -> Array {
    if x[0].ndim() == 0 { f(&x.to_vec()) } else { vmap(|x: &Vec<Array>| f(x))(&x.to_vec()) }
}

fn reductions() -> Vec<Function> {
    arrays! {
        "sum" = |x| row(x).sum_axis(-1),
        "mean" = |x| row(x).mean_axis(-1),
        "prod" = |x| row(x).prod_axis(-1),
        "var" = |x| row(x).var_axis(-1, 0),
        "std" = |x| row(x).std_axis(-1, 0),
        "logsumexp" = |x| row(x).logsumexp_axis(-1),
        "logsumexp_of" = |x| row(&x[..2]).logsumexp_of(&row(&x[2..]), -1),
        "norm" = |x| row(x).norm_axis(Norm::Two, -1),
        "global_norm" = |x| each(x, nn::global_norm),
        "norm_1" = |x| row(x).norm_axis(Norm::P(1.0), -1),
        "norm_3" = |x| row(x).norm_axis(Norm::P(3.0), -1),
        "norm_half" = |x| row(x).norm_axis(Norm::P(0.5), -1),
        "norm_minus_1" = |x| row(x).norm_axis(Norm::P(-1.0), -1),
        "max_axis" = |x| row(x).max_axis(-1),
        "min_axis" = |x| row(x).min_axis(-1),
        "ptp" = |x| row(x).ptp_axis(-1),
        "median" = |x| row(x).median_axis(-1),
        "quantile_0.75" = |x| row(x).quantile_axis(0.75, -1),
        "average" = |x| row(&x[..2]).average_axis(&row(&x[2..]), -1),
        "softmax_first" = |x| first(row(x).softmax(-1)),
        "log_softmax_first" = |x| first(row(x).log_softmax(-1)),
        "standardize_first" = |x| first(row(x).standardize(-1, 1.0 / 1024.0)),
        "cumsum_last" = |x| last(row(x).cumsum(-1)),
        "cumprod_last" = |x| last(row(x).cumprod(-1)),
        "cummax_last" = |x| last(row(x).cummax(-1, false)),
        "cummin_last" = |x| last(row(x).cummin(-1, false)),
        "cumlogsumexp_last" = |x| last(row(x).cumlogsumexp(-1, false)),
        "sort_second" = |x| at(row(x).sort(-1), 1),
        "diff_first" = |x| first(row(x).diff(1, -1)),
        "trapezoid" = |x| row(x).trapezoid(1.0, -1),
        "clip_by_global_norm_first" = |x| each(x, |x| nn::clip_by_global_norm(x, 1.0).swap_remove(0)),
    }
}
fn at(x: Array, k: usize) -> Array {
    x.slice_axis(-1, k, 1, 1).squeeze_axis(-1)
}
fn first(x: Array) -> Array {
    at(x, 0)
}
fn last(x: Array) -> Array {
    let n = *x.shape().last().expect("an axis");
    at(x, n - 1)
}

/// Distributions: `name = |x| expression,`, generic in the number.
macro_rules! distributions {
    ($($name:literal = |$x:ident| $body:expr,)*) => { vec![$({
        #[derive(Clone, Copy)]
        struct F;
        impl Formula for F {
            fn at<R: Real>(self, $x: &[R]) -> R { $body }
        }
        Function::generic($name, Promise::Distribution, F)
    }),*] };
}

fn distributions() -> Vec<Function> {
    use stats::{beta, chi2, gamma, nbinom, norm, poisson, t};
    distributions! {
        "beta.betainc" = |x| stats::betainc(&x[1], &x[2], &x[0]),
        "norm.pdf" = |x| norm::pdf(&x[0], &x[1], &x[2]),
        "norm.logpdf" = |x| norm::logpdf(&x[0], &x[1], &x[2]),
        "norm.cdf" = |x| norm::cdf(&x[0], &x[1], &x[2]),
        "norm.logcdf" = |x| norm::logcdf(&x[0], &x[1], &x[2]),
        "norm.sf" = |x| norm::sf(&x[0], &x[1], &x[2]),
        "norm.logsf" = |x| norm::logsf(&x[0], &x[1], &x[2]),
        "norm.ppf" = |x| norm::ppf(&x[0], &x[1], &x[2]),
        "norm.entropy" = |x| norm::entropy(&x[0]),
        "t.pdf" = |x| t::pdf(&x[0], &x[1], 0.0, 1.0),
        "t.logpdf" = |x| t::logpdf(&x[0], &x[1], 0.0, 1.0),
        "t.cdf" = |x| t::cdf(&x[0], &x[1], 0.0, 1.0),
        "t.logcdf" = |x| t::logcdf(&x[0], &x[1], 0.0, 1.0),
        "t.sf" = |x| t::sf(&x[0], &x[1], 0.0, 1.0),
        "t.logsf" = |x| t::logsf(&x[0], &x[1], 0.0, 1.0),
        "t.entropy" = |x| t::entropy(&x[0], 1.0),
        "beta.pdf" = |x| beta::pdf(&x[0], &x[1], &x[2]),
        "beta.logpdf" = |x| beta::logpdf(&x[0], &x[1], &x[2]),
        "beta.cdf" = |x| beta::cdf(&x[0], &x[1], &x[2]),
        "beta.logcdf" = |x| beta::logcdf(&x[0], &x[1], &x[2]),
        "beta.sf" = |x| beta::sf(&x[0], &x[1], &x[2]),
        "beta.logsf" = |x| beta::logsf(&x[0], &x[1], &x[2]),
        "beta.entropy" = |x| beta::entropy(&x[0], &x[1]),
        "gamma.pdf" = |x| gamma::pdf(&x[0], &x[1], 1.0),
        "gamma.logpdf" = |x| gamma::logpdf(&x[0], &x[1], 1.0),
        "gamma.cdf" = |x| gamma::cdf(&x[0], &x[1], 1.0),
        "gamma.logcdf" = |x| gamma::logcdf(&x[0], &x[1], 1.0),
        "gamma.sf" = |x| gamma::sf(&x[0], &x[1], 1.0),
        "gamma.logsf" = |x| gamma::logsf(&x[0], &x[1], 1.0),
        "gamma.entropy" = |x| gamma::entropy(&x[0], 1.0),
        "chi2.pdf" = |x| chi2::pdf(&x[0], &x[1]),
        "chi2.logpdf" = |x| chi2::logpdf(&x[0], &x[1]),
        "chi2.cdf" = |x| chi2::cdf(&x[0], &x[1]),
        "chi2.logcdf" = |x| chi2::logcdf(&x[0], &x[1]),
        "chi2.sf" = |x| chi2::sf(&x[0], &x[1]),
        "chi2.logsf" = |x| chi2::logsf(&x[0], &x[1]),
        "chi2.entropy" = |x| chi2::entropy(&x[0]),
        "poisson.pmf" = |x| poisson::pmf(&x[0], &x[1]),
        "poisson.logpmf" = |x| poisson::logpmf(&x[0], &x[1]),
        "poisson.cdf" = |x| poisson::cdf(&x[0], &x[1]),
        "poisson.logcdf" = |x| poisson::logcdf(&x[0], &x[1]),
        "poisson.sf" = |x| poisson::sf(&x[0], &x[1]),
        "poisson.logsf" = |x| poisson::logsf(&x[0], &x[1]),
        "nbinom.pmf" = |x| nbinom::pmf(&x[0], &x[1], &x[2]),
        "nbinom.logpmf" = |x| nbinom::logpmf(&x[0], &x[1], &x[2]),
        "nbinom.cdf" = |x| nbinom::cdf(&x[0], &x[1], &x[2]),
        "nbinom.sf" = |x| nbinom::sf(&x[0], &x[1], &x[2]),
    }
}

/// Every function.
pub fn all() -> Vec<Function> {
    [rows(), elementwise(), reductions(), distributions()].into_iter().flatten().collect()
}
