//! Elementwise functions by NumPy's names, beside those of [`Real`].
//!
//! Over 300 lines: one list of functions, with their documentation.

use crate::array::{Array, operation};
use crate::dtype::DType;
use crate::ops::where_;
use pullback_real::real::Arg;
use pullback_real::{Binary, Real, Unary, refuse};
use std::f64::consts::{FRAC_1_PI, PI};

/// Methods that are another method under NumPy's name.
macro_rules! aliases {
    ($($(#[$doc:meta])* $name:ident = $method:ident;)*) => {
        impl Array { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self) -> Array {
                let _operation = operation(stringify!($name));
                self.$method()
            }
        )* }
    };
}
aliases! {
    /// The natural logarithm.
    log = ln;
    /// ln(1 + x), accurate near 0.
    log1p = ln_1p;
    /// 1/x.
    reciprocal = recip;
    /// arcsin x.
    arcsin = asin;
    /// arccos x.
    arccos = acos;
    /// arctan x.
    arctan = atan;
    /// arsinh x.
    arcsinh = asinh;
    /// arcosh x.
    arccosh = acosh;
    /// artanh x.
    arctanh = atanh;
    /// 1/(1 + e⁻ˣ), as SciPy calls it.
    expit = logistic;
    /// 1/(1 + e⁻ˣ), as networks call it.
    sigmoid = logistic;
    /// ln |Γ(x)|.
    gammaln = ln_gamma;
    /// The distribution function of the standard normal.
    ndtr = norm_cdf;
    /// ln of [`ndtr`](Array::ndtr), accurate in the lower tail.
    log_ndtr = norm_log_cdf;
    /// The inverse of [`ndtr`](Array::ndtr).
    ndtri = norm_quantile;
    /// The inverse of [`erf`](Real::erf).
    erfinv = erf_inv;
    /// The inverse of [`erfc`](Real::erfc): of 1 − p for a small p, use [`erfinv`](Array::erfinv).
    erfcinv = erfc_inv;
    /// The exponential integral Ei(x).
    expi = exp_int_ei;
    /// The exponential integral E₁(x).
    exp1 = exp_int_e1;
    /// The modified Bessel function I₀(x).
    i0 = bessel_i0;
    /// The modified Bessel function I₁(x).
    i1 = bessel_i1;
    /// exp(−|x|)·I₀(x).
    i0e = bessel_i0e;
    /// exp(−|x|)·I₁(x).
    i1e = bessel_i1e;
}

/// Functions of two arrays, or of an array and a number, under NumPy's name.
macro_rules! binary_aliases {
    ($($(#[$doc:meta])* $name:ident = $Op:ident;)*) => {
        impl Array { $(
            $(#[$doc])*
            ///
            /// # Panics
            /// If the shapes do not broadcast or the dtypes differ.
            #[track_caller]
            pub fn $name(&self, y: impl Arg<Array>) -> Array {
                let _operation = operation(stringify!($name));
                Array::binary_op(Binary::$Op, self, &y.into_real())
            }
        )* }
    };
}
binary_aliases! {
    /// x + y.
    add = Add;
    /// x − y.
    subtract = Sub;
    /// x·y.
    multiply = Mul;
    /// x/y.
    divide = Div;
    /// xʸ.
    power = Pow;
    /// The larger of the two, NaN if either is; a tie splits the derivative evenly. ([`Array::max`] is the reduction.)
    maximum = Max;
    /// The smaller of the two, NaN if either is; a tie splits the derivative evenly. ([`Array::min`] is the reduction.)
    minimum = Min;
    /// The angle of the point (y, x), `self` being y.
    arctan2 = Atan2;
    /// ln(eˣ + eʸ). Where both are −∞ its derivatives are 0 (nothing moves it), where both are ∞ they are ½.
    logaddexp = LogAddExp;
    /// log₂(2ˣ + 2ʸ), with the derivatives of [`logaddexp`](Array::logaddexp) at infinities.
    logaddexp2 = LogAddExp2;
    /// ln B(x, y) = ln Γ(x) + ln Γ(y) − ln Γ(x + y).
    betaln = LnBeta;
    /// P(a, x), the regularised lower incomplete gamma function, `self` being a.
    gammainc = GammaP;
    /// Q(a, x) = 1 − P(a, x), `self` being a.
    gammaincc = GammaQ;
    /// x ln(x/y), 0 where x = 0; ∞ outside its domain, x and y ≥ 0.
    rel_entr = RelEntr;
    /// x ln(x/y) − x + y, never negative; y where x = 0; ∞ outside its domain, x and y ≥ 0.
    kl_div = KlDiv;
    /// The remainder of x/y with the sign of x; the quotient is held constant in derivatives. Of integers it is 0 for y = 0.
    fmod = Rem;
    /// The remainder of x/y with the sign of y; the quotient is held constant in derivatives. Of integers it is 0 for y = 0.
    remainder = Remainder;
    /// ⌊x/y⌋ of the true quotient, the partner of [`remainder`](Array::remainder); its derivative is zero. As in NumPy
    /// it is exact for integers, 0 for y = 0, and the smallest of them divided by −1 is itself.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([1.0, -7.0]).floor_divide(&Array::from([0.1, 2.0])).to_vec::<f64>(), [9.0, -4.0]);
    /// assert_eq!(Array::from([i64::MIN, 5]).floor_divide(&Array::from([-1i64, 0])).to_vec::<i64>(), [i64::MIN, 0]);
    /// ```
    floor_divide = FloorDivide;
}

impl Array {
    /// The array itself, NumPy's `+x`.
    pub fn positive(&self) -> Array {
        self.clone()
    }
    /// −x.
    #[track_caller]
    pub fn negative(&self) -> Array {
        -self
    }
    /// 1/√x.
    #[track_caller]
    pub fn rsqrt(&self) -> Array {
        let _operation = operation("rsqrt");
        self.sqrt().recip()
    }
    /// 1/Γ(x), 0 at the poles of Γ.
    #[track_caller]
    pub fn rgamma(&self) -> Array {
        Array::unary_op(Unary::RGamma, self)
    }
    /// The logarithm of the multivariate gamma function of dimension p (of Wishart's distribution):
    /// ¼p(p − 1)·ln π + Σⱼ ln Γ(x + (1 − j)/2), j = 1…p.
    ///
    /// ```
    /// use pullback_array::{Array, Real};
    /// let x = Array::from(3.0);
    /// assert!((x.multigammaln(1) - x.gammaln()).item() == 0.0);
    /// ```
    #[track_caller]
    pub fn multigammaln(&self, p: usize) -> Array {
        let _operation = operation("multigammaln");
        let terms: Array = (0..p).map(|j| (self - 0.5 * j as f64).ln_gamma()).sum();
        terms + 0.25 * (p * p.saturating_sub(1)) as f64 * PI.ln()
    }
    /// The Bessel function of the first kind J₀(x).
    #[track_caller]
    pub fn j0(&self) -> Array {
        self.bessel_j(0)
    }
    /// The Bessel function of the first kind J₁(x).
    #[track_caller]
    pub fn j1(&self) -> Array {
        self.bessel_j(1)
    }
    /// The Bessel function of the first kind Jₙ(x).
    #[track_caller]
    pub fn jn(&self, n: u32) -> Array {
        self.bessel_j(n)
    }
    /// The Bessel function of the second kind Y₀(x).
    #[track_caller]
    pub fn y0(&self) -> Array {
        self.bessel_y(0)
    }
    /// The Bessel function of the second kind Y₁(x).
    #[track_caller]
    pub fn y1(&self) -> Array {
        self.bessel_y(1)
    }
    /// The Bessel function of the second kind Yₙ(x).
    #[track_caller]
    pub fn yn(&self, n: u32) -> Array {
        self.bessel_y(n)
    }
    /// Degrees to radians.
    #[track_caller]
    pub fn deg2rad(&self) -> Array {
        let _operation = operation("deg2rad");
        self * (PI / 180.0)
    }
    /// Radians to degrees.
    #[track_caller]
    pub fn rad2deg(&self) -> Array {
        let _operation = operation("rad2deg");
        self * (180.0 / PI)
    }
    /// Integers to the power `n` included: x·x·… for floats, `n` may be negative.
    #[track_caller]
    pub fn integer_pow(&self, n: i32) -> Array {
        self.powi(n)
    }
    /// (x − y)².
    ///
    /// # Panics
    /// If the shapes do not broadcast or the dtypes differ.
    #[track_caller]
    pub fn squared_difference(&self, y: impl Arg<Array>) -> Array {
        let _operation = operation("squared_difference");
        (self - y.into_real()).square()
    }
    /// From `self` at w = 0 to `b` at w = 1 along a line: a + w·(b − a).
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([0.0, 10.0]).lerp(20.0, 0.25).to_vec::<f64>(), [5.0, 12.5]);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast or the dtypes differ.
    #[track_caller]
    pub fn lerp(&self, b: impl Arg<Array>, w: impl Arg<Array>) -> Array {
        let _operation = operation("lerp");
        self + w.into_real() * (b.into_real() - self)
    }
    /// 0 where x < 0, `at_zero` where x = 0, 1 where x > 0; its derivative by x is zero.
    ///
    /// # Panics
    /// If the shapes do not broadcast or the dtypes differ.
    #[track_caller]
    pub fn heaviside(&self, at_zero: impl Arg<Array>) -> Array {
        let _operation = operation("heaviside");
        let x = self.stop_gradient();
        let step = where_(&x.greater(0.0), self.ones_like(), &x * 0.0);
        where_(&x.equal(0.0), at_zero, where_(&x.less(0.0), self.zeros_like(), step))
    }
    /// Elements held within `lo..=hi`; the derivative passes at the edges. Use ±∞ for one bound only.
    ///
    /// ```
    /// use pullback_array::Array;
    /// assert_eq!(Array::from([-2.0, 0.5, 2.0]).clip(-1.0, 1.0).to_vec::<f64>(), [-1.0, 0.5, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes do not broadcast or the dtypes differ.
    #[track_caller]
    pub fn clip(&self, lo: impl Arg<Array>, hi: impl Arg<Array>) -> Array {
        let _operation = operation("clip");
        let mut x = self.clone();
        for (bound, below) in [(lo.into_real(), true), (hi.into_real(), false)] {
            if bound.is_weak() && bound.fill_value().is_some_and(f64::is_infinite) {
                continue;
            }
            let out = if below { x.less(&bound) } else { x.greater(&bound) };
            x = where_(&out, bound, x)
        }
        x
    }
    /// sin(πx)/(πx), 1 at 0.
    ///
    /// Near 0, where the quotient's derivatives cancel, it is its Taylor series.
    #[track_caller]
    pub fn sinc(&self) -> Array {
        let _operation = operation("sinc");
        let x2 = (self * PI).square();
        // 1 − x²/(2·3)(1 − x²/(4·5)(1 − …)), to 1e-19 at π/4.
        let factor = |k: usize| 1.0 / (2 * k * (2 * k + 1)) as f64;
        let series = (1..=9).rev().fold(Array::lift(1.0), |y, k| 1.0 - factor(k) * &x2 * y);
        // An infinite argument has no sine: it is taken for an integer.
        let x = where_(&self.isinf(), 1.0, self);
        let far = x.sin_pi() / x;
        where_(&self.abs().less(0.25), series, far * FRAC_1_PI)
    }
    /// NaN replaced by `nan`, +∞ and −∞ by the dtype's largest and smallest finite numbers; the derivative there is 0.
    #[track_caller]
    pub fn nan_to_num(&self, nan: f64) -> Array {
        let top = match self.dtype() {
            DType::F32 => f64::from(f32::MAX),
            DType::F64 => f64::MAX,
            DType::I32 | DType::I64 | DType::Bool => return self.clone(),
            DType::C64 | DType::C128 => {
                return Array::complex(self.real().nan_to_num(nan), self.imag().nan_to_num(nan));
            }
        };
        let finite = where_(&self.greater(top), top, where_(&self.less(-top), -top, self));
        where_(&self.isnan(), nan, finite)
    }
    /// A polynomial's values at `x`: `self` holds its coefficients, highest degree first.
    ///
    /// ```
    /// use pullback_array::Array;
    /// let p = Array::from([1.0, 0.0, -2.0]);
    /// assert_eq!(p.polyval(&Array::from([2.0, 3.0])).to_vec::<f64>(), [2.0, 7.0]);
    /// ```
    ///
    /// # Panics
    /// If the coefficients are not one row.
    #[track_caller]
    pub fn polyval(&self, x: &Array) -> Array {
        let _operation = operation("polyval");
        if self.ndim() != 1 {
            refuse(
                format_args!("polyval: coefficients have one axis, not shape {}", self.0.shape),
                &[("", self.at())],
            )
        }
        (0..self.size()).fold(x.zeros_like(), |y, k| y * x + self.get(k))
    }
    /// −x ln x, 0 at 0.
    #[track_caller]
    pub fn entr(&self) -> Array {
        let _operation = operation("entr");
        -self.xlogx()
    }
    /// x ln x, 0 at 0.
    #[track_caller]
    pub fn xlogx(&self) -> Array {
        Array::unary_op(Unary::XLogX, self)
    }
}
