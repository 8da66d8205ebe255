//! Scalar functions that the standard library lacks, accurate to a few units in the last place over the whole domain.
//!
//! A derivative is only as good as the functions in its formula, and the functions of probability and statistics are
//! used far from the origin: here the tails, the neighbourhoods of zeros and poles, subnormal and infinite arguments
//! count as much as the middle. NaN arguments give NaN.
//!
//! Where a function has zeros, or is an exponential of a large number, the formula is evaluated in double-double
//! arithmetic (`dd`); smooth factors are polynomials on pieces (`poly`). The coefficients were computed for this
//! library with 60-digit arithmetic; nothing depends on the platform but the elementary functions of `std`.

mod bessel;
mod bessel_order;
mod bessel_plain;
mod beta;
mod dd;
mod elementary;
mod entropy;
mod erf;
mod erf_series;
mod erfcx;
mod exp_over;
mod expint;
mod gamma;
mod incomplete_gamma;
mod incomplete_gamma_by_a;
mod incomplete_gamma_hazard;
mod logistic;
mod mills;
mod normal;
mod poly;
mod polygamma;
mod quotient;
mod rgamma;
mod stirling;
mod turns;

pub use bessel::{bessel_i0, bessel_i0e, bessel_i1, bessel_i1e};
pub use bessel_order::{bessel_i, bessel_i0e_derivative};
pub use bessel_plain::{bessel_j, bessel_y};
pub use beta::{ln_a_beta, ln_beta};
pub use elementary::{
    acosh, asinh, atanh, exp2, fmod, hypot, maximum, minimum, over_hypot, powi, remainder, round, rsqrt,
    sech, sign, soft_sign,
};
pub use entropy::{entr, kl_div, ln_1p_excess, ln_ratio, rel_entr};
pub(crate) use erf::erfc_and_slope;
pub use erf::{erf, erf_inv, erfc, erfc_inv, erfcx};
pub use exp_over::exp_over;
pub use expint::{exp_int_e1, exp_int_ei};
pub use gamma::{digamma, gamma, ln_gamma};
pub use incomplete_gamma::{gamma_p, gamma_pdf, gamma_q, ln_gamma_p, ln_gamma_pdf, ln_gamma_q};
pub use incomplete_gamma_by_a::{gamma_p_by_a, ln_gamma_p_by_a, ln_gamma_q_by_a};
pub use incomplete_gamma_hazard::{gamma_p_hazard, gamma_q_hazard};
pub use logistic::{
    exp_share, exp2_share, log_add_exp, log_add_exp2, log_logistic, logistic, logit, softplus, tanh, xlog1py,
    xlogy,
};
pub(crate) use logistic::{logistic_and_slope, tanh_and_slope};
pub use mills::{erfcx_derivative, inv_mills_derivative};
pub(crate) use normal::norm_cdf_and_slope;
pub use normal::{inv_mills_ratio, norm_cdf, norm_log_cdf, norm_quantile};
pub use polygamma::{polygamma, trigamma};
pub use quotient::{floor_divide, ratio, trunc_divide};
pub use rgamma::rgamma;
pub use stirling::{ln_1p_ratio, polygamma_drop, stirling_error};
pub use turns::{cos_pi, sin_pi, sinc};
