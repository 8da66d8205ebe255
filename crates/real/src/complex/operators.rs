//! The operators of complex numbers.

use super::Complex;
use crate::real::Real;
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

impl<R: Real> Complex<R> {
    #[inline(always)]
    #[track_caller]
    fn plus(&self, y: &Complex<R>) -> Complex<R> {
        Complex::new(&self.re + &y.re, &self.im + &y.im)
    }
    #[inline(always)]
    #[track_caller]
    fn minus(&self, y: &Complex<R>) -> Complex<R> {
        Complex::new(&self.re - &y.re, &self.im - &y.im)
    }
    #[inline(always)]
    #[track_caller]
    fn times(&self, y: &Complex<R>) -> Complex<R> {
        let re = &self.re * &y.re - &self.im * &y.im;
        Complex::new(re, &self.re * &y.im + &self.im * &y.re)
    }
    /// The quotient by Smith's method, with everything divided by the larger part of the divisor first:
    /// nothing overflows unless the quotient does. (R. L. Smith, CACM 5, 1962.)
    #[inline(always)]
    #[track_caller]
    fn over(&self, y: &Complex<R>) -> Complex<R> {
        let turned = y.re.abs().less(y.im.abs());
        let either = |a: &R, b: &R| R::select(&turned, b, a);
        let (large, small) = (either(&y.re, &y.im), either(&y.im, &y.re));
        let (p, q) = (either(&self.re, &self.im) / &large, either(&self.im, &self.re) / &large);
        let ratio = &small / &large;
        let size = 1.0 + ratio.square();
        let (re, im) = ((&p + &q * &ratio) / &size, (&q - &p * &ratio) / &size);
        let im = R::select(&turned, &-&im, &im);
        // Division by zero: the ratio is undefined, but the quotients p and q are not.
        Complex::new(R::select(&large, &re, &p), R::select(&large, &im, &q))
    }
    /// Both parts multiplied by a number of type `R`.
    #[inline(always)]
    #[track_caller]
    pub fn scale(&self, by: &R) -> Complex<R> {
        Complex::new(&self.re * by, &self.im * by)
    }
    /// z².
    #[inline(always)]
    #[track_caller]
    pub fn square(&self) -> Complex<R> {
        self.times(self)
    }
    /// 1/z.
    #[inline(always)]
    #[track_caller]
    pub fn recip(&self) -> Complex<R> {
        Complex::lift(1.0, 0.0).over(self)
    }
    /// re − i·im.
    #[inline(always)]
    #[track_caller]
    pub fn conj(&self) -> Complex<R> {
        Complex::new(self.re.clone(), -&self.im)
    }
    /// i·z, without arithmetic.
    #[inline(always)]
    #[track_caller]
    pub(super) fn turned(&self) -> Complex<R> {
        Complex::new(-&self.im, self.re.clone())
    }
    /// −i·z, without arithmetic.
    #[inline(always)]
    #[track_caller]
    pub(super) fn turned_back(&self) -> Complex<R> {
        Complex::new(self.im.clone(), -&self.re)
    }
}

/// An operator between complex numbers and with plain numbers on either side.
macro_rules! operator {
    ($Op:ident $op:ident $Assign:ident $assign:ident, $inner:ident,
        |$x:ident, $c:ident| $by:expr, |$d:ident, $y:ident| $of:expr) => {
        operator! {@ $Op $op $inner; Complex<R>, Complex<R>; x y => &x, &y}
        operator! {@ $Op $op $inner; Complex<R>, &Complex<R>; x y => &x, y}
        operator! {@ $Op $op $inner; &Complex<R>, Complex<R>; x y => x, &y}
        operator! {@ $Op $op $inner; &Complex<R>, &Complex<R>; x y => x, y}
        operator! {@@ $Op $op; Complex<R>, f64; $x $c => $by}
        operator! {@@ $Op $op; &Complex<R>, f64; $x $c => $by}
        operator! {@@ $Op $op; f64, Complex<R>; $d $y => $of}
        operator! {@@ $Op $op; f64, &Complex<R>; $d $y => $of}
        impl<R: Real> $Assign for Complex<R> {
            #[inline(always)]
            #[track_caller]
            fn $assign(&mut self, y: Complex<R>) {
                *self = self.$inner(&y)
            }
        }
        impl<R: Real> $Assign<&Complex<R>> for Complex<R> {
            #[inline(always)]
            #[track_caller]
            fn $assign(&mut self, y: &Complex<R>) {
                *self = self.$inner(y)
            }
        }
        impl<R: Real> $Assign<f64> for Complex<R> {
            #[inline(always)]
            #[track_caller]
            fn $assign(&mut self, $c: f64) {
                let $x = &*self;
                *self = $by
            }
        }
    };
    (@ $Op:ident $op:ident $inner:ident; $L:ty, $Y:ty; $x:ident $y:ident => $a:expr, $b:expr) => {
        impl<R: Real> $Op<$Y> for $L {
            type Output = Complex<R>;
            #[inline(always)]
            #[track_caller]
            fn $op(self, $y: $Y) -> Complex<R> {
                let $x = self;
                Complex::$inner($a, $b)
            }
        }
    };
    (@@ $Op:ident $op:ident; $L:ty, $Y:ty; $x:ident $y:ident => $value:expr) => {
        impl<R: Real> $Op<$Y> for $L {
            type Output = Complex<R>;
            #[inline(always)]
            #[track_caller]
            fn $op(self, $y: $Y) -> Complex<R> {
                let $x = self;
                $value
            }
        }
    };
}
operator! {Add add AddAssign add_assign, plus,
|x, c| Complex::new(&x.re + c, x.im.clone()), |c, y| Complex::new(c + &y.re, y.im.clone())}
operator! {Sub sub SubAssign sub_assign, minus,
|x, c| Complex::new(&x.re - c, x.im.clone()), |c, y| Complex::new(c - &y.re, -&y.im)}
operator! {Mul mul MulAssign mul_assign, times,
|x, c| Complex::new(&x.re * c, &x.im * c), |c, y| Complex::new(c * &y.re, c * &y.im)}
operator! {Div div DivAssign div_assign, over,
|x, c| Complex::new(&x.re / c, &x.im / c), |c, y| Complex::lift(c, 0.0).over(&y.clone())}

impl<R: Real> Neg for Complex<R> {
    type Output = Complex<R>;
    #[inline(always)]
    #[track_caller]
    fn neg(self) -> Complex<R> {
        Complex::new(-self.re, -self.im)
    }
}
impl<R: Real> Neg for &Complex<R> {
    type Output = Complex<R>;
    #[inline(always)]
    #[track_caller]
    fn neg(self) -> Complex<R> {
        Complex::new(-&self.re, -&self.im)
    }
}
impl<R: Real> Sum for Complex<R> {
    fn sum<I: Iterator<Item = Complex<R>>>(items: I) -> Complex<R> {
        items.reduce(|a, b| a + b).unwrap_or_else(|| Complex::lift(0.0, 0.0))
    }
}
impl<R: Real> Product for Complex<R> {
    fn product<I: Iterator<Item = Complex<R>>>(items: I) -> Complex<R> {
        items.reduce(|a, b| a * b).unwrap_or_else(|| Complex::lift(1.0, 0.0))
    }
}
