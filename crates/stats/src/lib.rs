//! Probability distributions of pullback, by SciPy's names: densities, distribution functions and entropies.
//!
//! Those of one variable are generic in their number, so that the same function serves a scalar on a tape, a dual number
//! and a whole array (with broadcasting), and is differentiated by everything it takes: argument, location, scale, shape.
//! Parameters may be plain numbers.
//!
//! ```
//! use pullback_array::{Array, grad};
//! use pullback_real as real;
//! use pullback_stats::norm;
//!
//! let data = Array::from([1.0, 2.0, 6.0]);
//! // The log-likelihood's slope by the mean is Σ(x − μ)/σ².
//! let g = grad(|mu: &Array| norm::logpdf(&data, mu, 2.0).sum())(&Array::from(1.0));
//! assert_eq!(g.item(), 6.0 / 4.0);
//!
//! let g = real::grad(|x| norm::cdf(&x[0], 0.0, 1.0))(&[0.0]);
//! assert!((g[0] - norm::pdf(&0.0, 0.0, 1.0)).abs() < 1e-16);
//! ```
//!
//! Beside a distribution's support probabilities are 0 or 1, and do not change. A density is what its formula gives there, not 0.
//! Every carrier takes the same path.
#![forbid(unsafe_code)]

pub mod beta;
pub mod chi2;
pub mod dirichlet;
pub mod gamma;
mod incomplete_beta;
#[cfg(feature = "linalg")]
pub mod multivariate_normal;
pub mod nbinom;
pub mod norm;
pub mod poisson;
pub mod t;

pub use incomplete_beta::betainc;

/// The lines of the README run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
