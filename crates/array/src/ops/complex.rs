//! Complex arrays: put together, taken apart, and beside plain complex numbers.

use crate::array::{Array, operation};
use crate::complex::with_constant;
use crate::dtype::DType;
use crate::promote::agree;
use num_complex::{Complex32, Complex64};
use pullback_real::refuse;
use pullback_real::{Binary, Real, real::Arg};

impl Array {
    /// Complex numbers from their real and imaginary parts, which broadcast.
    ///
    /// ```
    /// use pullback_array::{Array, Complex64};
    /// let z = Array::complex(Array::from([1.0, 2.0]), 0.5);
    /// assert_eq!(z.to_vec::<Complex64>(), [Complex64::new(1.0, 0.5), Complex64::new(2.0, 0.5)]);
    /// ```
    ///
    /// # Panics
    /// If the parts are not both `f32` or both `f64`, or their shapes do not broadcast.
    #[track_caller]
    pub fn complex(re: impl Arg<Array>, im: impl Arg<Array>) -> Array {
        let (re, im) = agree("complex", &re.into_real(), &im.into_real());
        if !re.dtype().is_float() {
            refuse(
                format_args!(
                    "complex: the parts must be f32 or f64, not {}; convert them with .cast(DType::F64)",
                    re.dtype()
                ),
                &[("", re.at())],
            )
        }
        Array::complex_op(&re, &im)
    }
    /// r·e^{iθ}, for moduli r and angles θ that broadcast.
    ///
    /// # Panics
    /// As [`complex`](Array::complex).
    #[track_caller]
    pub fn from_polar(r: impl Arg<Array>, angle: impl Arg<Array>) -> Array {
        let _operation = operation("from_polar");
        let (r, angle) = (r.into_real(), angle.into_real());
        Array::complex(&r * angle.cos(), &r * angle.sin())
    }
    /// The real parts; a real array itself.
    #[track_caller]
    pub fn real(&self) -> Array {
        if self.dtype().is_complex() { self.re_op() } else { self.clone() }
    }
    /// The imaginary parts; of a real array zeros.
    #[track_caller]
    pub fn imag(&self) -> Array {
        if self.dtype().is_complex() { self.im_op() } else { self.zeros_like() }
    }
    /// The complex conjugates; a real array itself.
    #[track_caller]
    pub fn conj(&self) -> Array {
        match self.dtype().is_complex() {
            true => Array::complex_op(&self.re_op(), &-self.im_op()),
            false => self.clone(),
        }
    }
    /// The angles of complex numbers within −π..=π; of real ones 0 or π.
    ///
    /// The derivative at the origin is not a number: there is no angle.
    #[track_caller]
    pub fn angle(&self) -> Array {
        self.imag().atan2(self.real())
    }
    /// |z|², real and smooth everywhere; of real arrays the squares.
    ///
    /// ```
    /// use pullback_array::{Array, Complex64, grad};
    /// // ∂L/∂x − i ∂L/∂y: a step of gradient descent goes along the conjugate.
    /// let g = grad(|z: &Array| z.abs_squared())(&Array::from(Complex64::new(1.0, 2.0)));
    /// assert_eq!(g.item_complex(), Complex64::new(2.0, -4.0));
    /// ```
    #[track_caller]
    pub fn abs_squared(&self) -> Array {
        match self.dtype().is_complex() {
            true => self.re_op().square() + self.im_op().square(),
            false => self.square(),
        }
    }
    /// The only element, as a complex number.
    ///
    /// # Panics
    /// If the array has not exactly one element.
    #[track_caller]
    pub fn item_complex(&self) -> Complex64 {
        match self.dtype() {
            DType::C64 | DType::C128 if self.size() == 1 => {
                let z = self.looked_at();
                match self.dtype() {
                    DType::C64 => Complex64::new(z.slice::<f32>()[0].into(), z.slice::<f32>()[1].into()),
                    _ => Complex64::new(z.slice::<f64>()[0], z.slice::<f64>()[1]),
                }
            }
            _ => Complex64::new(self.real().item(), 0.0),
        }
    }
}

/// A complex number beside an array takes the array's precision, and makes the result complex.
macro_rules! operators {
    ($($Op:ident $op:ident),*) => { $(
        operators! {@ $Op $op, Array}
        operators! {@ $Op $op, &Array}
    )* };
    (@ $Op:ident $op:ident, $A:ty) => {
        operators! {@@ $Op $op, $A, Complex64, |c| c}
        operators! {@@ $Op $op, $A, Complex32, |c| Complex64::new(c.re.into(), c.im.into())}
    };
    (@@ $Op:ident $op:ident, $A:ty, $C:ty, |$c:ident| $wide:expr) => {
        impl std::ops::$Op<$C> for $A {
            type Output = Array;
            #[track_caller]
            fn $op(self, $c: $C) -> Array { with_constant(Binary::$Op, &self, $wide, false) }
        }
        impl std::ops::$Op<$A> for $C {
            type Output = Array;
            #[track_caller]
            fn $op(self, y: $A) -> Array { let $c = self; with_constant(Binary::$Op, &y, $wide, true) }
        }
    };
}
operators! {Add add, Sub sub, Mul mul, Div div}
