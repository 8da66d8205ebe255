//! Inverse trigonometric and hyperbolic functions of complex numbers, by the formulas of W. Kahan, "Branch cuts for
//! complex elementary functions, or much ado about nothing's sign bit", 1987: no part cancels, and the sign of a zero
//! tells the side of a cut.

use super::Complex;
use crate::real::Real;

/// Re(conj(a)·b), Im(conj(a)·b).
#[inline(always)]
#[track_caller]
fn conj_times<R: Real>(a: &Complex<R>, b: &Complex<R>) -> (R, R) {
    (&a.re * &b.re + &a.im * &b.im, &a.re * &b.im - &a.im * &b.re)
}

impl<R: Real> Complex<R> {
    /// √(1 − z) and √(1 + z).
    #[inline(always)]
    #[track_caller]
    fn roots(&self) -> (Complex<R>, Complex<R>) {
        ((1.0 - self).sqrt(), (1.0 + self).sqrt())
    }
    /// arcsin z; the cuts are the real axis beyond ±1.
    #[inline(always)]
    #[track_caller]
    pub fn asin(&self) -> Complex<R> {
        let (minus, plus) = self.roots();
        let re = self.re.atan2(&minus.re * &plus.re - &minus.im * &plus.im);
        Complex::new(re, conj_times(&minus, &plus).1.asinh())
    }
    /// arccos z; the cuts are the real axis beyond ±1.
    #[inline(always)]
    #[track_caller]
    pub fn acos(&self) -> Complex<R> {
        let (minus, plus) = self.roots();
        Complex::new(2.0 * minus.re.atan2(&plus.re), conj_times(&plus, &minus).1.asinh())
    }
    /// arctan z; the cuts are the imaginary axis beyond ±i.
    #[inline(always)]
    #[track_caller]
    pub fn atan(&self) -> Complex<R> {
        self.turned().atanh().turned_back()
    }
    /// arsinh z; the cuts are the imaginary axis beyond ±i.
    #[inline(always)]
    #[track_caller]
    pub fn asinh(&self) -> Complex<R> {
        self.turned().asin().turned_back()
    }
    /// arcosh z; the cut is the real axis below 1.
    #[inline(always)]
    #[track_caller]
    pub fn acosh(&self) -> Complex<R> {
        let (minus, plus) = ((self - 1.0).sqrt(), (self + 1.0).sqrt());
        Complex::new(conj_times(&minus, &plus).0.asinh(), 2.0 * minus.im.atan2(&plus.re))
    }
    /// artanh z; the cuts are the real axis beyond ±1.
    #[inline(always)]
    #[track_caller]
    pub fn atanh(&self) -> Complex<R> {
        let y = &self.im;
        let negative = self.re.less(0.0);
        let x = R::select(&negative, &-&self.re, &self.re);
        // ln |(1 + z)/(1 − z)|, odd in x.
        let far = (1.0 - &x).hypot(y);
        let re = 0.25 * (4.0 * (&x / &far) / &far).ln_1p();
        let im = 0.5 * (2.0 * y).atan2((1.0 - &x) * (1.0 + &x) - y.square());
        Complex::new(R::select(&negative, &-&re, &re), im)
    }
}
