//! A sample of elementwise functions: rows of the table, composites, broadcasting.

use super::catalogue::operations;
use super::{Case, Draw, Host, Spec, Spec::Any, Spec::Positive, Spec::Share};
use pullback_array::{Array, DType, Real};

/// A function of one number.
fn maps(
    d: &mut Draw,
    spec: fn(Vec<usize>) -> Spec,
    f: impl Fn(&Array) -> Array + Send + Sync + 'static,
    means: impl Fn(f64) -> f64 + 'static,
) -> Case {
    Case::one(spec(d.shape(0, 5)), f).means(move |x| Host {
        shape: x[0].shape.clone(),
        data: x[0].data.iter().map(|&x| means(x)).collect(),
    })
}
/// A function of two numbers, of arrays that broadcast.
fn pairs(
    d: &mut Draw,
    specs: [fn(Vec<usize>) -> Spec; 2],
    f: impl Fn(&Array, &Array) -> Array + Send + Sync + 'static,
    means: impl Fn(f64, f64) -> f64 + 'static,
) -> Case {
    let wide = d.shape(0, 5);
    let skip = d.below(wide.len() + 1);
    let left = d.axes(wide.len());
    let x: Vec<usize> =
        wide.iter().enumerate().map(|(k, &n)| if left.contains(&k) { 1 } else { n }).collect();
    // Where x has all of an axis, y may have one of it.
    let y: Vec<usize> =
        (skip..wide.len()).map(|k| if !left.contains(&k) && d.flag() { 1 } else { wide[k] }).collect();
    // An axis that only x lacks, and that y does not reach, is 1 in the result.
    let result: Vec<usize> =
        (0..wide.len()).map(|k| if k < skip && left.contains(&k) { 1 } else { wide[k] }).collect();
    Case::two(specs[0](x), specs[1](y), f)
        .means(move |x| Host::new(&result, |i| means(x[0].broadcast(i), x[1].broadcast(i))))
}
fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

operations! {
    "exp" => |d| maps(d, Any, |x| x.exp(), f64::exp);
    "log" => |d| maps(d, Positive, |x| x.log(), f64::ln);
    "log1p and expm1" => |d| maps(d, Positive, |x| x.log1p() * x.expm1(), |x| x.ln_1p() * x.exp_m1());
    "sin and cos" => |d| maps(d, Any, |x| x.sin() * (2.0 * x).cos(), |x| x.sin() * (2.0 * x).cos());
    "tan and arctan" => |d| maps(d, Share, |x| x.tan() - x.arctan(), |x| x.tan() - x.atan());
    "arcsin and arccos" => |d| maps(d, Share, |x| (0.9 * x).arcsin() * (0.9 * x).arccos(),
        |x| (0.9 * x).asin() * (0.9 * x).acos());
    "hyperbolic" => |d| maps(d, Any, |x| x.sinh() / x.cosh() - 0.5 * x.tanh() + x.arcsinh(),
        |x| 0.5 * x.tanh() + x.asinh());
    "sqrt, cbrt, rsqrt" => |d| maps(d, Positive, |x| x.sqrt() + x.cbrt() * x.rsqrt(), |x| x.sqrt() + x.cbrt() / x.sqrt());
    "reciprocal and square" => |d| maps(d, Positive, |x| x.reciprocal() + x.square(), |x| 1.0 / x + x * x);
    "abs and sign" => |d| maps(d, Any, |x| x.abs() + x * x.sign(), |x| 2.0 * x.abs());
    "floor, ceil, trunc, round" => |d| maps(d, Any, |x| x.floor() + 2.0 * x.ceil() * x + x.trunc() - x.round(),
        |x| x.floor() + 2.0 * x.ceil() * x + x.trunc() - x.round_ties_even());
    "sigmoid and logit" => |d| maps(d, Share, |x| x.sigmoid().logit() * x.logit(), |x| x * (x / (1.0 - x)).ln());
    "softplus and log_sigmoid" => |d| maps(d, Any, |x| x.softplus() - x.log_sigmoid(),
        |x| (1.0 + x.exp()).ln() + (1.0 + (-x).exp()).ln());
    "relu, relu6, leaky_relu" => |d| maps(d, Any, |x| (x.relu() + (3.0 * x).relu6()) * x.leaky_relu(0.1),
        |x| (x.max(0.0) + (3.0 * x).clamp(0.0, 6.0)) * if x > 0.0 { x } else { 0.1 * x }) .rough();
    "silu, mish, gelu_tanh" => |d| maps(d, Any, |x| x.silu() + x.mish() + x.gelu_tanh(), |x| {
        let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
        x * (logistic(x) + (1.0 + x.exp()).ln().tanh() + 0.5 * (1.0 + inner.tanh()))
    });
    "elu, celu, selu" => |d| maps(d, Any, |x| x.elu(0.7) + x.celu(0.7) * x.selu(), |x| {
        let below = |a: f64, by: f64| if x > 0.0 { x } else { a * (x / by).exp_m1() };
        let (scale, alpha) = (1.0507009873554805, 1.6732632423543772);
        below(0.7, 1.0) + below(0.7, 0.7) * scale * below(alpha, 1.0)
    });
    "hard_tanh, hard_sigmoid, soft_sign" => |d| maps(d, Any, |x| x.hard_tanh() + x.hard_sigmoid() * x.soft_sign(),
        |x| x.clamp(-1.0, 1.0) + (x + 3.0).clamp(0.0, 6.0) / 6.0 * x / (1.0 + x.abs()));
    "squareplus and sinc" => |d| maps(d, Any, |x| x.squareplus(1.5) * x.sinc(), |x| {
        let a = std::f64::consts::PI * x;
        0.5 * (x + (x * x + 1.5).sqrt()) * a.sin() / a
    });
    "entr and xlogx" => |d| maps(d, Positive, |x| x.entr() + 2.0 * x * x.xlogx(), |x| -x * x.ln() + 2.0 * x * x * x.ln());
    "integer_pow" => |d| {
        let n = d.one(&[0, 1, 2, 3, 7, -1, -2]);
        maps(d, Positive, move |x| x.integer_pow(n), move |x| x.powi(n))
    };
    "clip" => |d| maps(d, Any, |x| x.clip(-0.2, 0.3) * x, |x| x.clamp(-0.2, 0.3) * x);
    "a cast there and back" => |d| maps(d, Any, |x| x.cast(DType::F64).sin().cast(x.dtype()), f64::sin);
    "nan_to_num" => |d| maps(d, Any, |x| x.nan_to_num(0.0) * x, |x| x * x);
    "stop_gradient" => |d| maps(d, Any, |x| x * x.stop_gradient(), |x| x * x).rough();
    "operators" => |d| pairs(d, [Any, Positive], |x, y| x * y + x / y - y, |x, y| x * y + x / y - y);
    "power" => |d| pairs(d, [Positive, Any], |x, y| x.power(y), f64::powf);
    "maximum and minimum" => |d| pairs(d, [Any, Any], |x, y| x.maximum(2.0 * y) + x.minimum(3.0 * y),
        |x, y| x.max(2.0 * y) + x.min(3.0 * y)).rough();
    "arctan2 and hypot" => |d| pairs(d, [Any, Positive], |x, y| x.arctan2(y) * x.hypot(y), |x, y| x.atan2(y) * x.hypot(y));
    "logaddexp and logaddexp2" => |d| pairs(d, [Any, Any], |x, y| x.logaddexp(y) - x.logaddexp2(y),
        |x, y| (x.exp() + y.exp()).ln() - (x.exp2() + y.exp2()).log2());
    "xlogy and xlog1py" => |d| pairs(d, [Any, Positive], |x, y| x.xlogy(y) + x.xlog1py(y), |x, y| x * (y.ln() + y.ln_1p()));
    "squared_difference and lerp" => |d| pairs(d, [Any, Any], |x, y| x.squared_difference(y) + x.lerp(y, 0.3),
        |x, y| (x - y).powi(2) + x + 0.3 * (y - x));
    "fmod and remainder" => |d| pairs(d, [Any, Positive], |x, y| x.fmod(y) + x.remainder(y),
        |x, y| x % y + x - (x / y).floor() * y).rough();
    "rel_entr and kl_div" => |d| pairs(d, [Positive, Positive], |x, y| x.rel_entr(y) + x.kl_div(y),
        |x, y| 2.0 * x * (x / y).ln() - x + y);
    "copysign and heaviside" => |d| pairs(d, [Any, Any], |x, y| x.copysign(y) + y * x.heaviside(0.5),
        |x, y| x.abs() * y.signum() + if x > 0.0 { y } else { 0.0 });
    "comparisons" => |d| pairs(d, [Any, Any], |x, y| x.less(y).logical_or(&y.greater_equal(0.1)).cast(x.dtype()),
        |x, y| f64::from(u8::from(x < y || y >= 0.1))).rough();
    "polyval" => |d| {
        let (n, shape) = (d.below(4), d.shape(0, 3));
        Case::two(Any(vec![n]), Any(shape), |p, x| p.polyval(x)).means(|x| {
            let value = |at: f64| x[0].data.iter().fold(0.0, |y, c| y * at + c);
            Host { shape: x[1].shape.clone(), data: x[1].data.iter().map(|&x| value(x)).collect() }
        })
    };
    "glu" => |d| {
        let mut shape = d.shape(1, 3);
        let k = d.below(shape.len());
        shape[k] *= 2;
        let half = shape[k] / 2;
        Case::one(Any(shape), move |x| x.glu(k as isize)).means(move |x| {
            x[0].lines(k, |line| (0..half).map(|i| line[i] * logistic(line[half + i])).collect())
        })
    };
}
