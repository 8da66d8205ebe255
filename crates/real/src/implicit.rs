//! Taylor series of the solutions of equations: f(y) = 0, and y′ = f(y).

use crate::dual::Dual;
use crate::real::Real;
use crate::series::Series;

/// The series y that solves f(y) = 0, from its constant term, which is a simple root: an implicit function
/// along a curve, or the inverse of a function. Each step of Newton's method doubles the number of correct
/// coefficients.
///
/// ```
/// use pullback_real::{Dual, Real, Series, implicit_series};
/// // The inverse of y ↦ y·eʸ (Lambert's W) at 0: Σ (−n)ⁿ⁻¹/n! tⁿ.
/// let x = Series::<f64, 5>::variable(0.0);
/// let w = implicit_series(|y| y * y.exp() - Dual::new(x, Series::lift(0.0)), 0.0);
/// let want = [0.0, 1.0, -1.0, 1.5, -8.0 / 3.0];
/// w.coefficients().iter().zip(want).for_each(|(a, b)| assert!((a - b).abs() < 1e-14));
/// ```
///
/// # Panics
/// If N is 0.
#[track_caller]
pub fn implicit_series<R: Real, const N: usize>(
    f: impl Fn(Dual<Series<R, N>>) -> Dual<Series<R, N>>,
    root: R,
) -> Series<R, N> {
    assert!(N > 0, "implicit_series: N is 0, and a series has a constant term");
    let mut y = Series::along(root, R::lift(0.0));
    let mut right = 1;
    while right < N {
        let there = f(Dual::new(y.clone(), Series::lift(1.0)));
        y -= &there.re / &there.eps[0];
        right *= 2
    }
    y
}

/// The solution of y′ = f(y) from y(0) = `start` as series in time. Each coefficient follows from those
/// before: y_{k+1} = f(y)_k/(k + 1). An equation that depends on time has time as a further unknown, with
/// slope 1.
///
/// ```
/// use pullback_real::{Series, ode_series};
/// // y′ = z, z′ = −y: sine and cosine.
/// let [y, z] = &ode_series::<f64, 5>(|y| vec![y[1], -y[0]], &[0.0, 1.0])[..] else { panic!() };
/// assert_eq!(y.derivatives(), [0.0, 1.0, 0.0, -1.0, 0.0]);
/// assert_eq!(z.derivatives(), [1.0, 0.0, -1.0, 0.0, 1.0]);
/// ```
///
/// # Panics
/// If f gives another number of slopes than there are unknowns, or N is 0.
#[track_caller]
pub fn ode_series<R: Real, const N: usize>(
    f: impl Fn(&[Series<R, N>]) -> Vec<Series<R, N>>,
    start: &[R],
) -> Vec<Series<R, N>> {
    assert!(N > 0, "ode_series: N is 0, and a series has a constant term");
    let mut y: Vec<Series<R, N>> = start.iter().map(|y| Series::along(y.clone(), R::lift(0.0))).collect();
    for k in 1..N {
        let slopes = f(&y);
        let (n, given) = (y.len(), slopes.len());
        assert!(given == n, "ode_series: f gives {given} slopes for {n} unknowns");
        for (y, slope) in y.iter_mut().zip(slopes) {
            let mut c = y.clone().coefficients();
            c[k] = slope.coefficients()[k - 1].clone() / k as f64;
            *y = Series::new(c)
        }
    }
    y
}
