//! Elementary functions of complex numbers, on their principal branches. A small part is as accurate as a
//! large one wherever that costs little. Each part is written as a smooth function of both parts wherever the
//! function is smooth, since carriers differentiate these formulas.

use super::Complex;
use crate::real::Real;
use std::f64::consts::{LN_2, LOG2_E, LOG10_E};

impl<R: Real> Complex<R> {
    /// |z|, without overflow; its derivative at 0 is 0.
    #[inline(always)]
    #[track_caller]
    pub fn abs(&self) -> R {
        self.re.hypot(&self.im)
    }
    /// |z|².
    #[inline(always)]
    #[track_caller]
    pub fn abs_squared(&self) -> R {
        self.re.square() + self.im.square()
    }
    /// The angle, within −π..=π.
    #[inline(always)]
    #[track_caller]
    pub fn arg(&self) -> R {
        self.im.atan2(&self.re)
    }
    /// eᶻ.
    #[inline(always)]
    #[track_caller]
    pub fn exp(&self) -> Complex<R> {
        let (e, s) = (self.re.exp(), self.im.sin());
        // On the real axis the result is infinite, not NaN.
        let im = R::select(&e.less(f64::INFINITY), &(&e * &s), &R::select(&s, &(&e * &s), &s));
        Complex::new(e * self.im.cos(), im)
    }
    /// eᶻ − 1, accurate near 0.
    #[inline(always)]
    #[track_caller]
    pub fn exp_m1(&self) -> Complex<R> {
        let half = (0.5 * &self.im).sin();
        let re = self.re.exp_m1() * self.im.cos() - 2.0 * half.square();
        Complex::new(re, self.re.exp() * self.im.sin())
    }
    /// The natural logarithm; the cut is the negative real axis.
    #[inline(always)]
    #[track_caller]
    pub fn ln(&self) -> Complex<R> {
        let (x, y) = (self.re.abs(), self.im.abs());
        let (large, small) = (x.max(&y), x.min(&y));
        // Near the unit circle ln |z| cancels, elsewhere |z|² may overflow.
        let near = 0.5 * ((&large - 1.0) * (&large + 1.0) + small.square()).ln_1p();
        let divisor = R::select(&large, &large, &R::lift(1.0));
        let ratio = R::select(&small.less(f64::INFINITY), &(&small / &divisor), &R::lift(1.0));
        let far = large.ln() + 0.5 * ratio.square().ln_1p();
        let is_far = large.less(0.5) + R::lift(2.0).less(&large);
        Complex::new(R::select(&is_far, &far, &near), self.arg())
    }
    /// ln(1 + z), accurate near 0.
    #[inline(always)]
    #[track_caller]
    pub fn ln_1p(&self) -> Complex<R> {
        let (x, y) = (&self.re, &self.im);
        let near = 0.5 * (x * &(x + 2.0) + y.square()).ln_1p();
        let sum = Complex::new(x + 1.0, y.clone()).ln();
        let is_far = R::lift(0.5).less(x.abs().max(y.abs()));
        Complex::new(R::select(&is_far, &sum.re, &near), sum.im)
    }
    /// The logarithm to base 2.
    #[inline(always)]
    #[track_caller]
    pub fn log2(&self) -> Complex<R> {
        self.ln() * LOG2_E
    }
    /// The logarithm to base 10.
    #[inline(always)]
    #[track_caller]
    pub fn log10(&self) -> Complex<R> {
        self.ln() * LOG10_E
    }
    /// 2ᶻ.
    #[inline(always)]
    #[track_caller]
    pub fn exp2(&self) -> Complex<R> {
        (self * LN_2).exp()
    }
    /// √z, with a real part that is not negative; the cut is the negative real axis.
    #[inline(always)]
    #[track_caller]
    pub fn sqrt(&self) -> Complex<R> {
        let sign = R::lift(1.0).copysign(&self.im);
        let y = &self.im * &sign;
        let negative = self.re.less(0.0);
        let x = R::select(&negative, &-&self.re, &self.re);
        // √((|x| + |z|)/2) is the larger part; with an eighth of x and y nothing overflows.
        let (u, v) = (0.125 * x, 0.125 * &y);
        let large = 2.0 * (&u + u.hypot(&v)).sqrt();
        let ratio = R::select(&large, &(&y / (2.0 * &large)), &y);
        let small = R::select(&y.less(f64::INFINITY), &ratio, &y);
        let (re, im) = (R::select(&negative, &small, &large), R::select(&negative, &large, &small));
        Complex::new(re, im * sign)
    }
    /// zⁿ, by squaring.
    #[inline]
    #[track_caller]
    pub fn powi(&self, n: i32) -> Complex<R> {
        let (mut rest, mut square, mut power) = (n.unsigned_abs(), self.clone(), None::<Complex<R>>);
        while rest > 0 {
            if rest & 1 == 1 {
                power = Some(power.map_or_else(|| square.clone(), |p| p * &square))
            }
            rest >>= 1;
            if rest > 0 {
                square = square.square()
            }
        }
        match power {
            None => Complex::lift(1.0, 0.0),
            Some(p) if n < 0 => p.recip(),
            Some(p) => p,
        }
    }
    /// z to a plain power.
    #[inline(always)]
    #[track_caller]
    pub fn powf(&self, c: f64) -> Complex<R> {
        match c.fract() == 0.0 && c.abs() <= 1024.0 {
            true => self.powi(c as i32),
            false => self.pow(&Complex::lift(c, 0.0)),
        }
    }
    /// z to the power w, e^{w ln z}. For z = 0 it is 1 if w = 0 and 0 if the real part of w is positive, else
    /// NaN.
    #[inline(always)]
    #[track_caller]
    pub fn pow(&self, w: &Complex<R>) -> Complex<R> {
        let power = (w * self.ln()).exp();
        let size = |z: &Complex<R>| z.re.abs().max(z.im.abs());
        let vanishes = R::lift(0.0).less(&w.re);
        let undefined = R::select(&size(w), &R::lift(f64::NAN), &R::lift(0.0));
        let of_zero = |other: f64| R::select(&vanishes, &R::lift(0.0), &(&undefined + other));
        let base = size(self);
        Complex::new(R::select(&base, &power.re, &of_zero(1.0)), R::select(&base, &power.im, &of_zero(0.0)))
    }
    /// sin z.
    #[inline(always)]
    #[track_caller]
    pub fn sin(&self) -> Complex<R> {
        self.turned().sinh().turned_back()
    }
    /// cos z.
    #[inline(always)]
    #[track_caller]
    pub fn cos(&self) -> Complex<R> {
        self.turned().cosh()
    }
    /// tan z.
    #[inline(always)]
    #[track_caller]
    pub fn tan(&self) -> Complex<R> {
        self.turned().tanh().turned_back()
    }
    /// sinh z.
    #[inline(always)]
    #[track_caller]
    pub fn sinh(&self) -> Complex<R> {
        Complex::new(self.re.sinh() * self.im.cos(), self.re.cosh() * self.im.sin())
    }
    /// cosh z.
    #[inline(always)]
    #[track_caller]
    pub fn cosh(&self) -> Complex<R> {
        Complex::new(self.re.cosh() * self.im.cos(), self.re.sinh() * self.im.sin())
    }
    /// tanh z.
    #[inline(always)]
    #[track_caller]
    pub fn tanh(&self) -> Complex<R> {
        let (t, sech2, size) = self.over_cosh();
        Complex::new(&t / &size, self.im.sin() * self.im.cos() * sech2 / size)
    }
    /// 1/cosh z.
    #[inline(always)]
    #[track_caller]
    pub fn sech(&self) -> Complex<R> {
        let (t, _, size) = self.over_cosh();
        let sech = self.re.sech();
        Complex::new(&sech * self.im.cos() / &size, -(sech * t * self.im.sin() / size))
    }
    /// tanh x, sech² x, and |cosh z|² sech² x = tanh² x + cos² y sech² x; none of them overflows or cancels.
    #[inline(always)]
    #[track_caller]
    fn over_cosh(&self) -> (R, R, R) {
        let (t, sech2) = (self.re.tanh(), self.re.sech().square());
        let size = t.square() + self.im.cos().square() * &sech2;
        (t, sech2, size)
    }
}
