//! Constants and polynomial coefficients of the approximations, for both widths.
//!
//! The polynomials are minimax fits (Remez exchange in 220-bit arithmetic, weighted to the relative error of the whole
//! function) with rounded coefficients. A constant `X_LO` is the exact value less `X`.

mod double;
mod single;

/// The constants of a floating-point type.
pub trait Coef: Sized + 'static {
    /// log2 e.
    const LOG2_E: Self;
    /// log2 e less [`Self::LOG2_E`].
    const LOG2_E_LO: Self;
    /// ln 2.
    const LN_2: Self;
    /// ln 2 less [`Self::LN_2`].
    const LN_2_LO: Self;
    /// log10 e.
    const LOG10_E: Self;
    /// log10 e less [`Self::LOG10_E`].
    const LOG10_E_LO: Self;
    /// log10 2.
    const LOG10_2: Self;
    /// log10 2 less [`Self::LOG10_2`].
    const LOG10_2_LO: Self;
    /// ⅔.
    const TWO_THIRDS: Self;
    /// ⅔ less [`Self::TWO_THIRDS`].
    const TWO_THIRDS_LO: Self;
    /// π/2.
    const FRAC_PI_2_NEAR: Self;
    /// π/2 less [`Self::FRAC_PI_2_NEAR`].
    const FRAC_PI_2_LO: Self;
    /// π in three words, rounded toward zero.
    const PI: [Self; 3];
    /// π/2 in three words, rounded toward zero.
    const FRAC_PI_2: [Self; 3];
    /// Below, `e^x` is 0.
    const EXP_MIN: Self;
    /// Below, `e^x` may be subnormal.
    const EXP_DEEP: Self;
    /// Above, `e^x` is infinite.
    const EXP_MAX: Self;
    /// The exponent by which results that may be subnormal are scaled to normal numbers, plus the bias of
    /// exponents.
    const DEEP_SHIFT: Self;
    /// The bias of exponents, less 1.
    const SHALLOW_SHIFT: Self;
    /// The power of two that undoes the scaling by [`Self::DEEP_SHIFT`].
    const DEEP_SCALE: Self;
    /// Above, `2^x` is infinite.
    const EXP2_MAX: Self;
    /// Below, `2^x` is 0.
    const EXP2_MIN: Self;
    /// Below, `2^x` may be subnormal.
    const EXP2_DEEP: Self;
    /// Below, `e^x - 1` is -1.
    const EXPM1_MIN: Self;
    /// Above, `sinh` and `cosh` are infinite.
    const SINH_MAX: Self;
    /// Above, `tanh` is 1.
    const TANH_MAX: Self;
    /// Below, odd functions with slope 1 at zero are the identity.
    const TINY: Self;
    /// Above, `1 + x²` is `x²`.
    const HUGE: Self;
    /// The exponent by which every subnormal number is scaled to a normal one.
    const SUBNORMAL_SHIFT: Self;
    /// `2^SUBNORMAL_SHIFT`.
    const SUBNORMAL_SCALE: Self;
    /// The cube root of `1 / SUBNORMAL_SCALE`.
    const CBRT_UNSCALE: Self;
    /// The largest number below 1.
    const ATANH_MAX: Self;
    /// Above, the argument reduction of the trigonometric functions is not exact enough.
    const TRIG_MAX: Self;
    /// Above, sums of two may overflow.
    const ATAN2_HUGE: Self;
    /// Exponents beyond give 0, 1 or ∞ for every base.
    const POW_MAX: Self;
    /// Above, numbers are scaled down before they are squared.
    const HYPOT_BIG: Self;
    /// Below, numbers are scaled up before they are squared.
    const HYPOT_SMALL: Self;
    /// The factor that scales up.
    const HYPOT_UP: Self;
    /// The factor that scales down, the inverse of [`Self::HYPOT_UP`].
    const HYPOT_DOWN: Self;
    /// The `K` of the map `(a - K) / (a + K)` in `erfc`.
    const ERFC_K: Self;
    /// Above, `erfc` is 0.
    const ERFC_MAX: Self;
    /// Above, the tail of the normal law is 0.
    const NORM_CDF_MAX: Self;
    /// 1/√2 less its rounded value.
    const FRAC_1_SQRT_2_LO: Self;
    /// Below, `erf` is a polynomial.
    const ERF_SMALL: Self;
    /// `(e^r - 1 - r) / r²` for `|r| ≤ ½ ln 2`.
    const EXPM1: &'static [Self];
    /// `(sinh r - r) / r³` in `r²`, same range.
    const SINH: &'static [Self];
    /// `(cosh r - 1) / r²` in `r²`, same range.
    const COSH: &'static [Self];
    /// `(2 atanh s - 2 s) / s³` in `s²` for `|s| ≤ 3 - √8`.
    const LN: &'static [Self];
    /// `(2 atanh s - 2 s - ⅔ s³) / s⁵` in `s²`, same range.
    const POW_LN: &'static [Self];
    /// `(sin r - r) / r³` in `r²` for `|r| ≤ π/2`.
    const SIN: &'static [Self];
    /// `(sin r - r) / r³` in `r²` for `|r| ≤ π/4`.
    const TAN_SIN: &'static [Self];
    /// `(cos r - 1 + r²/2) / r⁴` in `r²` for `|r| ≤ π/4`.
    const TAN_COS: &'static [Self];
    /// `(asin s - s) / s³` in `s²` for `|s| ≤ ½`.
    const ASIN: &'static [Self];
    /// `(atan t - t) / t³` in `t²` for `|t| ≤ ½`.
    const ATAN: &'static [Self];
    /// `∛m` on [√½, √2], roughly.
    const CBRT: &'static [Self];
    /// `erf x / x - 1` in `x²` for `|x| ≤ 0.8`.
    const ERF: &'static [Self];
    /// `(1 + 2a) e^(a²) erfc a` in `(a - K) / (a + K)` for `a ≥ 0`.
    const ERFC: &'static [Self];
}
