//! Step sizes over time: functions from the number of the step, counted from 0, to the rate.
//!
//! ```
//! use pullback_array::Array;
//! use pullback_nn::{Adam, schedule};
//! let mut x = Array::from([1.0]);
//! let mut opt = Adam::new(&x, 0.0);
//! let rate = schedule::warmup_cosine(1e-2, 10, 100);
//! for step in 0..100 {
//!     opt.rate = rate(step);
//!     let g = 2.0 * &x;
//!     opt.update(&mut x, &g);
//! }
//! ```

use std::f64::consts::PI;

/// Always the same rate.
pub fn constant(rate: f64) -> impl Fn(usize) -> f64 + Clone {
    move |_| rate
}

/// The rate multiplied by `factor` after every `every` steps.
///
/// ```
/// let rate = pullback_nn::schedule::step(1.0, 0.1, 30);
/// assert_eq!((rate(29), rate(30)), (1.0, 0.1));
/// ```
///
/// # Panics
/// If `every` is 0.
#[track_caller]
pub fn step(rate: f64, factor: f64, every: usize) -> impl Fn(usize) -> f64 + Clone {
    assert!(every > 0, "schedule::step: the rate must stay for at least one step, not 0");
    move |t| rate * factor.powf((t / every) as f64)
}

/// The rate multiplied by `factor` at every step.
///
/// ```
/// assert_eq!(pullback_nn::schedule::exponential(1.0, 0.5)(3), 0.125);
/// ```
pub fn exponential(rate: f64, factor: f64) -> impl Fn(usize) -> f64 + Clone {
    move |t| rate * factor.powf(t as f64)
}

/// From the rate down to 0 along half a cosine in `steps` steps, and 0 from then on (Loshchilov & Hutter, "SGDR:
/// stochastic gradient descent with warm restarts", 2017).
///
/// ```
/// let rate = pullback_nn::schedule::cosine(1.0, 100);
/// assert_eq!((rate(0), rate(100), rate(1000)), (1.0, 0.0, 0.0));
/// assert!((rate(50) - 0.5).abs() < 1e-15);
/// ```
pub fn cosine(rate: f64, steps: usize) -> impl Fn(usize) -> f64 + Clone {
    move |t| if t >= steps { 0.0 } else { 0.5 * rate * (1.0 + (PI * t as f64 / steps as f64).cos()) }
}

/// Up to the rate in a line of `warmup` steps, then down to 0 along half a cosine until step `steps`.
///
/// ```
/// let rate = pullback_nn::schedule::warmup_cosine(1.0, 10, 110);
/// assert_eq!((rate(0), rate(4), rate(9), rate(10), rate(110)), (0.1, 0.5, 1.0, 1.0, 0.0));
/// ```
pub fn warmup_cosine(rate: f64, warmup: usize, steps: usize) -> impl Fn(usize) -> f64 + Clone {
    let down = cosine(rate, steps.saturating_sub(warmup));
    move |t| if t < warmup { rate * (t + 1) as f64 / warmup as f64 } else { down(t - warmup) }
}
