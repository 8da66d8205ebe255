//! tmp
#![allow(missing_docs)]
pub fn sech(x: f64) -> f64 {
    1.0 / x.cosh()
}
pub fn asinh(x: f64) -> f64 {
    x.asinh()
}
pub fn acosh(x: f64) -> f64 {
    x.acosh()
}
pub fn atanh(x: f64) -> f64 {
    x.atanh()
}
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}
pub fn erfcx(x: f64) -> f64 {
    (x * x).exp() * libm::erfc(x)
}
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}
pub fn polygamma(_n: u32, x: f64) -> f64 {
    x
}
pub fn norm_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / 2f64.sqrt())
}
pub fn norm_log_cdf(x: f64) -> f64 {
    norm_cdf(x).ln()
}
pub fn inv_mills_ratio(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() / norm_cdf(x)
}
pub fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}
pub fn powi(x: f64, n: i32) -> f64 {
    x.powi(n)
}
pub fn maximum(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() { f64::NAN } else { x.max(y) }
}
pub fn minimum(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() { f64::NAN } else { x.min(y) }
}
pub fn remainder(x: f64, y: f64) -> f64 {
    x - (x / y).floor() * y
}
pub fn log_add_exp(x: f64, y: f64) -> f64 {
    x.max(y) + (-(x - y).abs()).exp().ln_1p()
}
pub fn xlogy(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() }
}
pub fn xlog1py(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln_1p() }
}
