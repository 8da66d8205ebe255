//! The Dirichlet distribution with concentrations `alpha[k]`, on x[…, k] > 0 with Σ x = 1 along the last axis.

use pullback_array::{Array, Real};
use pullback_real::Operation;
use std::f64::consts::TAU;

/// The density: `x[…, k]` → `[…]`.
///
/// # Panics
/// If the shapes do not broadcast or have no axis, or the dtypes differ.
#[track_caller]
pub fn pdf(x: &Array, alpha: &Array) -> Array {
    let _operation = Operation::named("dirichlet::pdf");
    logpdf(x, alpha).exp()
}
/// The logarithm of the density: `x[…, k]` → `[…]`.
///
/// ```
/// use pullback_array::Array;
/// // With all concentrations 1 it is uniform, of height Γ(3) = 2.
/// let y = pullback_stats::dirichlet::pdf(&Array::from([0.2, 0.3, 0.5]), &Array::from([1.0, 1.0, 1.0]));
/// assert!((y.item() - 2.0).abs() < 1e-15);
/// ```
///
/// # Panics
/// As [`pdf`].
#[track_caller]
pub fn logpdf(x: &Array, alpha: &Array) -> Array {
    let _operation = Operation::named("dirichlet::logpdf");
    (alpha - 1.0).xlogy(x).sum_axis(-1) - log_norm(alpha)
}
/// The differential entropy, in nats: `alpha[…, k]` → `[…]`.
///
/// # Panics
/// If `alpha` has no axis.
#[track_caller]
pub fn entropy(alpha: &Array) -> Array {
    let _operation = Operation::named("dirichlet::entropy");
    let (all, k) = (alpha.sum_axis(-1), alpha.shape().last().copied().unwrap_or(0) as f64);
    // ln B(alpha) and the digamma functions without their large logarithms, which cancel.
    let each =
        0.5 * alpha.ln() + alpha.stirling_error(0) + (alpha - 1.0) * (0.5 / alpha - alpha.stirling_error(1));
    let whole =
        (&all - k) * (all.stirling_error(1) - 0.5 / &all) + (0.5 - k) * all.ln() - all.stirling_error(0);
    each.sum_axis(-1) + whole + 0.5 * (k - 1.0) * TAU.ln()
}
/// ln B(alpha).
#[track_caller]
fn log_norm(alpha: &Array) -> Array {
    alpha.ln_gamma().sum_axis(-1) - alpha.sum_axis(-1).ln_gamma()
}
