//! Complex numbers over any type that implements `Real`. A program with complex numbers is a program with
//! their parts, so it is differentiated like any other. Arrays compute their complex functions by the same
//! formulas.

mod functions;
mod inverse;
mod operators;

use crate::dual::Dual;
use crate::real::{Real, Scalar};

/// A complex number whose parts are numbers of any carrier.
///
/// It has the four operations, with plain `f64` as well, and the elementary functions on their principal branches.
///
/// ```
/// use pullback_real::{Complex, Real, grad};
/// // |1/(r + iωl)|, the current through a resistor and a coil, by their values.
/// let current = |x: &[pullback_real::Var]| Complex::new(x[0], 50.0 * x[1]).recip().abs();
/// let g = grad(current)(&[30.0, 0.8]);
/// assert!((g[0] + 30.0 / 50f64.powi(3)).abs() < 1e-18);
/// assert!((g[1] + 40.0 * 50.0 / 50f64.powi(3)).abs() < 1e-16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Complex<R> {
    /// The real part.
    pub re: R,
    /// The imaginary part.
    pub im: R,
}

impl<R> Complex<R> {
    /// re + i·im.
    #[inline(always)]
    pub const fn new(re: R, im: R) -> Complex<R> {
        Complex { re, im }
    }
}
impl<R: Real> Complex<R> {
    /// A constant.
    #[inline(always)]
    #[track_caller]
    pub fn lift(re: f64, im: f64) -> Complex<R> {
        Complex::new(R::lift(re), R::lift(im))
    }
    /// The imaginary unit.
    #[inline(always)]
    #[track_caller]
    pub fn i() -> Complex<R> {
        Complex::lift(0.0, 1.0)
    }
    /// r·e^{iθ}.
    #[inline(always)]
    #[track_caller]
    pub fn from_polar(r: &R, angle: &R) -> Complex<R> {
        Complex::new(r * &angle.cos(), r * &angle.sin())
    }
}
impl<R: Real> From<R> for Complex<R> {
    #[inline(always)]
    fn from(re: R) -> Complex<R> {
        Complex::new(re, R::lift(0.0))
    }
}

/// f ↦ f′, for holomorphic functions of one complex number.
///
/// For other functions it is the derivative along the real axis.
///
/// ```
/// use pullback_real::{Complex, holomorphic_derivative};
/// let f = holomorphic_derivative(|z| z * z.sin());
/// let d = f(Complex::new(1.0, 2.0));
/// assert!((d.re - 11.302297118539434).abs() < 1e-14 && (d.im - 2.9731492563091373).abs() < 1e-14);
/// ```
pub fn holomorphic_derivative<R: Scalar>(
    f: impl Fn(Complex<Dual<R>>) -> Complex<Dual<R>>,
) -> impl Fn(Complex<R>) -> Complex<R> {
    move |z| {
        let y = f(Complex::new(Dual::new(z.re, R::lift(1.0)), Dual::new(z.im, R::lift(0.0))));
        Complex::new(y.re.derivative(), y.im.derivative())
    }
}
