//! The one table of elementary derivatives: a row gives a function's value, its slope, how it is written, and
//! where it is smooth. Everything else (`Real`'s methods, forward, reverse and symbolic mode, arrays, tests,
//! documentation) comes from these rows.
//!
//! A slope is an expression over `Real`, so derivatives of derivatives need no rules of their own.
//!
//! Over 300 lines: one table.

/// How an operation is written in a formula.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notation {
    /// `name(x)` or `name(x, y)`.
    Function,
    /// A sign in front, as in `-x`.
    Prefix(&'static str),
    /// An operator between the operands, and its precedence: a larger number binds tighter.
    Infix(&'static str, u8),
    /// `x^n` with the row's integer, and its precedence.
    Power(u8),
}

/// Passes the rows of the table to the macro `$callback`.
macro_rules! rows {
    ($callback:ident) => {
        $callback! {
            unary {
            //  op    method   value,   slope from x and y = op(x),   notation,   where it is smooth
                /// −x.
                Neg neg = |x| -x, |_, _| R::lift(-1.0), Prefix("-"), -3.0..3.0;
                /// 1/x.
                Recip recip = f64::recip, |_, y| -(y * y), Function, 0.2..3.0;
                /// x².
                Square square = |x| x * x, |x, _| 2.0 * x, Power(3), -3.0..3.0;
                /// 1 − x², accurate where |x| is near 1.
                #[doc(hidden)]
                OneMinusSquare one_minus_square = |x| (1.0 - x) * (1.0 + x), |x, _| -2.0 * x, Function, -0.9..0.9;
                // The slope is written without x², which overflows to ∞ where the function is 0.
                /// 1/(1 + x²), the slope of [`atan`](Real::atan).
                #[doc(hidden)]
                RecipOnePlusSquare recip_one_plus_square = |x| 1.0 / (1.0 + x * x),
                    |x, y| -2.0 * y * x.over_hypot(1.0) * R::lift(1.0).over_hypot(x), Function, -3.0..3.0;
                /// √x.
                Sqrt sqrt = f64::sqrt, |_, y| 0.5 / y, Function, 0.1..4.0;
                /// ∛x.
                Cbrt cbrt = f64::cbrt, |_, y| y.recip().square() / 3.0, Function, 0.1..4.0;
                /// eˣ.
                Exp exp = f64::exp, |_, y| y.clone(), Function, -3.0..3.0;
                /// 2ˣ.
                Exp2 exp2 = f64::exp2, |_, y| LN_2 * y, Function, -3.0..3.0;
                /// eˣ − 1, accurate near 0.
                ExpM1 exp_m1 = f64::exp_m1, |x, _| x.exp(), Function, -3.0..3.0;
                /// The natural logarithm.
                Ln ln = f64::ln, |x, _| x.recip(), Function, 0.1..4.0;
                /// The logarithm to base 2.
                Log2 log2 = f64::log2, |x, _| LOG2_E / x, Function, 0.1..4.0;
                /// The logarithm to base 10.
                Log10 log10 = f64::log10, |x, _| LOG10_E / x, Function, 0.1..4.0;
                /// ln(1 + x), accurate near 0.
                Ln1p ln_1p = f64::ln_1p, |x, _| (1.0 + x).recip(), Function, -0.8..4.0;
                /// sin x.
                Sin sin = f64::sin, |x, _| x.cos(), Function, -3.0..3.0;
                /// cos x.
                Cos cos = f64::cos, |x, _| -x.sin(), Function, -3.0..3.0;
                /// tan x.
                Tan tan = f64::tan, |_, y| 1.0 + y.square(), Function, -1.3..1.3;
                /// sin πx, exact at integers and halfway between them.
                SinPi sin_pi = s::sin_pi, |x, _| PI * x.cos_pi(), Function, -3.0..3.0;
                /// cos πx, exact at integers and halfway between them.
                CosPi cos_pi = s::cos_pi, |x, _| -PI * x.sin_pi(), Function, -3.0..3.0;
                /// arcsin x.
                Asin asin = f64::asin, |x, _| x.one_minus_square().sqrt().recip(), Function, -0.9..0.9;
                /// arccos x.
                Acos acos = f64::acos, |x, _| -x.one_minus_square().sqrt().recip(), Function, -0.9..0.9;
                /// arctan x.
                Atan atan = f64::atan, |x, _| x.recip_one_plus_square(), Function, -3.0..3.0;
                /// sinh x.
                Sinh sinh = f64::sinh, |x, _| x.cosh(), Function, -3.0..3.0;
                /// cosh x.
                Cosh cosh = f64::cosh, |x, _| x.sinh(), Function, -3.0..3.0;
                // sech² rather than 1 − y²: no cancellation in the tails.
                /// tanh x.
                Tanh tanh = s::tanh, |x, _| x.sech().square(), Function, -3.0..3.0;
                /// 1/cosh x.
                Sech sech = s::sech, |x, y| -(y * x.tanh()), Function, -3.0..3.0;
                /// arsinh x.
                Asinh asinh = s::asinh, |x, _| x.hypot(1.0).recip(), Function, -3.0..3.0;
                /// arcosh x.
                Acosh acosh = s::acosh, |x, _| (x - 1.0).sqrt().recip() * (x + 1.0).sqrt().recip(), Function, 1.2..4.0;
                /// artanh x.
                Atanh atanh = s::atanh, |x, _| x.one_minus_square().recip(), Function, -0.9..0.9;
                /// |x|; its derivative at 0 is 0.
                Abs abs = f64::abs, |x, _| x.sign(), Function, 0.1..3.0;
                /// max(x, 0), NaN for NaN; its derivative at 0 is 0.
                Relu relu = |x| if x <= 0.0 { 0.0 } else { x }, |x, _| R::lift(0.0).less(x), Function, 0.1..3.0;
                /// x/(1 + |x|).
                SoftSign soft_sign = s::soft_sign, |x, _| (1.0 + x.abs()).recip().square(), Function, 0.1..3.0;
                /// 1/(1 + e⁻ˣ), the sigmoid.
                Logistic logistic = s::logistic, |x, _| 0.25 * (0.5 * x).sech().square(), Function, -4.0..4.0;
                /// ln(1 + eˣ).
                Softplus softplus = s::softplus, |x, _| x.logistic(), Function, -4.0..4.0;
                /// The error function.
                Erf erf = s::erf, |x, _| FRAC_2_SQRT_PI * exp_minus(&x.square()), Function, -2.0..2.0;
                /// 1 − erf x, accurate in the tail.
                Erfc erfc = s::erfc, |x, _| -FRAC_2_SQRT_PI * bell(x), Function, -2.0..3.0;
                /// exp(x²)·erfc(x).
                Erfcx erfcx = s::erfcx, |x, _| x.erfcx_derivative(1), Function, -1.0..3.0;
                /// The inverse of [`erfc`](Real::erfc).
                ErfcInv erfc_inv = s::erfc_inv, |q, y| erfc_inv_slope(q, y), Function, 0.1..1.9;
                /// The inverse of [`erf`](Real::erf).
                ErfInv erf_inv = s::erf_inv, |x, y| erf_inv_slope(x, y), Function, -0.9..0.9;
                /// Γ(x).
                Gamma gamma = s::gamma, |x, y| y * x.polygamma(0), Function, 0.5..4.0;
                /// ln |Γ(x)|.
                LnGamma ln_gamma = s::ln_gamma, |x, _| x.polygamma(0), Function, 0.3..6.0;
                /// 1/Γ(x), 0 at the poles of Γ.
                RGamma rgamma = s::rgamma, |x, y| rgamma_slope(x, y), Function, 0.3..6.0;
                /// x ln x, 0 at 0.
                XLogX xlogx = |x| s::xlogy(x, x), |x, _| 1.0 + x.ln(), Function, 0.1..3.0;
                /// The distribution function of the standard normal.
                NormCdf norm_cdf = s::norm_cdf, |x, _| 0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * exp_minus(&(0.5 * x.square())), Function, -3.0..3.0;
                /// ln of [`norm_cdf`](Real::norm_cdf), accurate in the lower tail.
                NormLogCdf norm_log_cdf = s::norm_log_cdf, |x, _| x.inv_mills_ratio(), Function, -4.0..3.0;
                /// φ(x)/Φ(x), the slope of [`norm_log_cdf`](Real::norm_log_cdf).
                InvMillsRatio inv_mills_ratio = s::inv_mills_ratio, |x, _| x.inv_mills_derivative(1), Function, -4.0..3.0;
                /// The inverse of [`norm_cdf`](Real::norm_cdf).
                NormQuantile norm_quantile = s::norm_quantile, |p, y| norm_quantile_slope(p, y), Function, 0.1..0.9;
                /// x − ln(1 + x), never negative.
                #[doc(hidden)]
                Ln1pExcess ln_1p_excess = s::ln_1p_excess,
                    |x, _| R::select(&x.less(1.0), &(x / (1.0 + x)), &(1.0 - (1.0 + x).recip())), Function, -0.6..3.0;
                /// ln(x/(1 − x)), the inverse of [`logistic`](Real::logistic).
                Logit logit = s::logit, |x, _| x.recip() + (1.0 - x).recip(), Function, 0.1..0.9;
                /// The exponential integral Ei(x).
                ExpIntEi exp_int_ei = s::exp_int_ei, |x, _| x.exp_over(0), Function, 0.3..3.0;
                /// The exponential integral E₁(x).
                ExpIntE1 exp_int_e1 = s::exp_int_e1, |x, _| (-x).exp_over(0), Function, 0.3..3.0;
                /// The modified Bessel function I₀(x).
                BesselI0 bessel_i0 = s::bessel_i0, |x, _| x.bessel_i1(), Function, -3.0..3.0;
                /// The modified Bessel function I₁(x).
                BesselI1 bessel_i1 = s::bessel_i1, |x, _| 0.5 * (x.bessel_i0() + x.bessel_i(2)), Function, -3.0..3.0;
                /// exp(−|x|)·I₀(x).
                BesselI0e bessel_i0e = s::bessel_i0e, |x, _| x.sign() * x.bessel_i0e_derivative(1), Function, 0.3..3.0;
                // With y = exp(−a)·I₀(a): exp(−a)·I₁(a) = y + y′, and the slope of the odd function is y′ + y″.
                /// exp(−|x|)·I₁(x).
                BesselI1e bessel_i1e = s::bessel_i1e,
                    |x, _| x.bessel_i0e_derivative(1) + x.bessel_i0e_derivative(2), Function, -3.0..3.0;
            }
            flat {
                /// −1, 0 or 1 with x's sign; 0 at ±0.
                Sign sign = s::sign;
                /// The largest integer not above x.
                Floor floor = f64::floor;
                /// The smallest integer not below x.
                Ceil ceil = f64::ceil;
                /// The nearest integer, halves to even.
                Round round = f64::round_ties_even;
                /// The integer part.
                Trunc trunc = f64::trunc;
            }
            indexed {
                /// x to an integer power.
                Powi powi(n: i32 = 3) = |x| s::powi(x, n),
                    |x, _| match n {
                        0 => R::lift(0.0),
                        1 => R::lift(1.0),
                        2 => 2.0 * x,
                        i32::MIN => f64::from(n) * (x.powi(n) / x),
                        _ => f64::from(n) * x.powi(n - 1),
                    },
                    Power(3), 0.2..3.0;
                /// ψ⁽ⁿ⁾(x), the (n+1)-st derivative of ln Γ.
                Polygamma polygamma(n: u32 = 2) = |x| s::polygamma(n, x), |x, _| x.polygamma(n + 1), Function, 0.5..6.0;
                /// The modified Bessel function Iₙ(x).
                BesselI bessel_i(n: u32 = 2) = |x| s::bessel_i(n, x),
                    |x, _| match n { 0 => x.bessel_i1(), _ => 0.5 * (x.bessel_i(n - 1) + x.bessel_i(n + 1)) },
                    Function, 0.3..3.0;
                /// The Bessel function of the first kind Jₙ(x).
                BesselJ bessel_j(n: u32 = 2) = |x| s::bessel_j(n, x),
                    |x, _| match n { 0 => -x.bessel_j(1), _ => 0.5 * (x.bessel_j(n - 1) - x.bessel_j(n + 1)) },
                    Function, 0.3..6.0;
                // At 0, where both terms are −∞, 1/x and its slopes have the same infinite limits.
                /// The Bessel function of the second kind Yₙ(x), for x > 0.
                BesselY bessel_y(n: u32 = 2) = |x| s::bessel_y(n, x),
                    |x, _| R::select(
                        x,
                        &match n { 0 => -x.bessel_y(1), _ => 0.5 * (x.bessel_y(n - 1) - x.bessel_y(n + 1)) },
                        &(0.0 + x).recip(),
                    ),
                    Function, 0.8..6.0;
                /// The n-th derivative of exp(−a)·I₀(a) at a = |x|.
                #[doc(hidden)]
                BesselI0eDerivative bessel_i0e_derivative(n: u32 = 1) = |x| s::bessel_i0e_derivative(n, x),
                    |x, _| x.sign() * x.bessel_i0e_derivative(n + 1), Function, 0.3..3.0;
                /// The n-th derivative of [`inv_mills_ratio`](Real::inv_mills_ratio).
                #[doc(hidden)]
                InvMillsDerivative inv_mills_derivative(n: u32 = 1) = |x| s::inv_mills_derivative(n, x),
                    |x, _| x.inv_mills_derivative(n + 1), Function, -4.0..3.0;
                /// The n-th derivative of [`erfcx`](Real::erfcx).
                #[doc(hidden)]
                ErfcxDerivative erfcx_derivative(n: u32 = 1) = |x| s::erfcx_derivative(n, x),
                    |x, _| x.erfcx_derivative(n + 1), Function, -1.0..3.0;
                /// The n-th derivative of ln Γ(x) − (x − ½) ln x + x − ½ ln 2π, the error of Stirling's formula.
                StirlingError stirling_error(n: u32 = 0) = |x| s::stirling_error(n, x),
                    |x, _| x.stirling_error(n + 1), Function, 0.5..6.0;
                /// The n-th derivative of eˣ/x, the slope of [`exp_int_ei`](Real::exp_int_ei).
                #[doc(hidden)]
                ExpOver exp_over(n: u32 = 0) = |x| s::exp_over(n, x),
                    |x, _| x.exp_over(n + 1), Function, 0.3..3.0;
                /// The n-th derivative of ln(1 + x)/x, 1 at 0 for n = 0.
                #[doc(hidden)]
                Ln1pRatio ln_1p_ratio(n: u32 = 0) = |x| s::ln_1p_ratio(n, x),
                    |x, _| x.ln_1p_ratio(n + 1), Function, -0.4..6.0;
            }
            binary {
            //  op   method   value,   slopes from x, y and z = op(x, y),   notation,   where it is smooth
                /// x + y.
                Add add = |x, y| x + y, |_, _, _| (R::lift(1.0), R::lift(1.0)), Infix("+", 1), (-3.0..3.0, -3.0..3.0);
                /// x − y.
                Sub sub = |x, y| x - y, |_, _, _| (R::lift(1.0), R::lift(-1.0)), Infix("-", 1), (-3.0..3.0, -3.0..3.0);
                /// x·y.
                Mul mul = |x, y| x * y, |x, y, _| (y.clone(), x.clone()), Infix("*", 2), (-3.0..3.0, -3.0..3.0);
                /// x/y.
                Div div = |x, y| x / y, |_, y, z| (y.recip(), -(z / y)), Infix("/", 2), (-3.0..3.0, 0.3..3.0);
                // At x = 0 the slope by the base holds the exponent constant, since the slope by the exponent
                // is 0 there. So second derivatives are symmetric.
                /// x to the power y, NaN where x < 0 and y is no integer.
                ///
                /// At x = 0 the slope by y is taken as 0 for every y, with all its derivatives. There the
                /// slope by x is that of the power rule, y·0^(y − 1), with y held constant, and 0 at 0⁰.
                Pow pow = f64::powf,
                    |x, y, z| (
                        {
                            let e = R::select(x, y, &y.held());
                            let d = &e * x.pow(&e - 1.0);
                            R::select(x, &d, &R::select(y, &d, &R::lift(0.0)))
                        },
                        R::select(x, &z.xlogy(R::select(x, x, &R::lift(1.0))), &R::lift(0.0))
                    ),
                    Infix("^", 3), (0.3..3.0, -2.0..2.0);
                /// The angle of the point (y, x): `y.atan2(x)`.
                Atan2 atan2 = f64::atan2,
                    |y, x, _| (x.over_hypot(y) / x.hypot(y), -(y.over_hypot(x) / x.hypot(y))),
                    Function, (0.3..3.0, -3.0..3.0);
                /// √(x² + y²); at the origin its derivatives are 0.
                Hypot hypot = f64::hypot,
                    |x, y, _| (x.over_hypot(y), y.over_hypot(x)), Function, (0.3..3.0, -3.0..3.0);
                /// x/√(x² + y²), 0 at the origin: the slope of [`hypot`](Real::hypot).
                #[doc(hidden)]
                OverHypot over_hypot = s::over_hypot,
                    |x, y, z| (
                        { let h = x.hypot(y); R::select(&h, &(y.over_hypot(x).square() / &h), &R::lift(0.0)) },
                        { let h = x.hypot(y); R::select(&h, &-(y.over_hypot(x) * z / &h), &R::lift(0.0)) }
                    ),
                    Function, (0.3..3.0, -3.0..3.0);
                /// The larger of x and y, NaN if either is NaN; a tie splits the derivative evenly.
                Max max = s::maximum,
                    |x, y, _| (0.5 * (1.0 + y.less(x) - x.less(y)), 0.5 * (1.0 + x.less(y) - y.less(x))),
                    Function, (0.1..0.9, 1.1..2.0);
                /// The smaller of x and y, NaN if either is NaN; a tie splits the derivative evenly.
                Min min = s::minimum,
                    |x, y, _| (0.5 * (1.0 + x.less(y) - y.less(x)), 0.5 * (1.0 + y.less(x) - x.less(y))),
                    Function, (0.1..0.9, 1.1..2.0);
                /// |x| with the sign of y.
                Copysign copysign = f64::copysign,
                    |x, y, _| (x.sign() * R::lift(1.0).copysign(y), R::lift(0.0)),
                    Function, (0.3..3.0, 0.3..3.0);
                /// The remainder of x/y with the sign of x, like `%`; the quotient is held constant.
                Rem rem = |x, y| x % y, |x, y, _| (R::lift(1.0), -x.trunc_divide(y)), Infix("%", 2), (2.2..2.8, 1.0..1.1);
                /// The remainder of x/y with the sign of y, as in NumPy; the quotient is held constant.
                Remainder remainder = s::remainder, |x, y, _| (R::lift(1.0), -x.floor_divide(y)), Function, (2.2..2.8, 1.0..1.1);
                /// ln(eˣ + eʸ).
                LogAddExp log_add_exp = s::log_add_exp, |x, y, _| (x.exp_share(y), y.exp_share(x)),
                    Function, (-3.0..3.0, -3.0..3.0);
                /// log₂(2ˣ + 2ʸ).
                LogAddExp2 log_add_exp2 = s::log_add_exp2, |x, y, _| (x.exp2_share(y), y.exp2_share(x)),
                    Function, (-3.0..3.0, -3.0..3.0);
                /// 2ˣ/(2ˣ + 2ʸ), the slope of [`log_add_exp2`](Real::log_add_exp2), with the same limits as `exp_share`.
                #[doc(hidden)]
                Exp2Share exp2_share = s::exp2_share,
                    |x, y, z| (LN_2 * z * y.exp2_share(x), -LN_2 * z * y.exp2_share(x)), Function, (-3.0..3.0, -3.0..3.0);
                /// eˣ/(eˣ + eʸ), the slope of [`log_add_exp`](Real::log_add_exp): 0 where both are −∞, ½ where both are ∞.
                #[doc(hidden)]
                ExpShare exp_share = s::exp_share, |x, y, z| (z * y.exp_share(x), -(z * y.exp_share(x))),
                    Function, (-3.0..3.0, -3.0..3.0);
                /// ln B(x, y), the logarithm of the beta function.
                LnBeta ln_beta = s::ln_beta,
                    |x, y, _| (x.polygamma_drop(y, 0), y.polygamma_drop(x, 0)), Function, (0.5..4.0, 0.5..4.0);
                /// ln(x·B(x, y)), accurate where x is small.
                #[doc(hidden)]
                LnABeta ln_a_beta = s::ln_a_beta,
                    |x, y, _| (ln_a_beta_slope(x, y), y.polygamma_drop(x, 0)), Function, (0.02..0.3, 0.5..4.0);
                /// P(a, x), the regularised lower incomplete gamma function: the gamma distribution's probability up to x.
                GammaP gamma_p = s::gamma_p, |a, x, _| (a.gamma_p_by_a(x, 1), a.gamma_pdf(x)), Function, (0.5..4.0, 0.3..5.0);
                /// Q(a, x) = 1 − P(a, x).
                GammaQ gamma_q = s::gamma_q, |a, x, _| (-a.gamma_p_by_a(x, 1), -a.gamma_pdf(x)), Function, (0.5..4.0, 0.3..5.0);
                /// xᵃ⁻¹e⁻ˣ/Γ(a), the gamma distribution's density.
                GammaPdf gamma_pdf = s::gamma_pdf,
                    |a, x, y| (gamma_pdf_by_a(1, a, x), R::select(x, &(y * ln_gamma_pdf_by_x(a, &R::select(x, x, &R::lift(1.0)))), &gamma_pdf_slope_at_0(a, x))),
                    Function, (0.5..4.0, 0.3..5.0);
                /// ln of [`gamma_p`](Real::gamma_p), also where that underflows.
                LnGammaP ln_gamma_p = s::ln_gamma_p,
                    |a, x, _| (a.ln_gamma_p_by_a(x, 1), a.gamma_p_hazard(x, 0)), Function, (0.5..4.0, 0.3..5.0);
                /// ln of [`gamma_q`](Real::gamma_q), also where that underflows.
                LnGammaQ ln_gamma_q = s::ln_gamma_q,
                    |a, x, _| (a.ln_gamma_q_by_a(x, 1), -a.gamma_q_hazard(x, 0)), Function, (0.5..4.0, 0.3..5.0);
                /// ln of [`gamma_pdf`](Real::gamma_pdf), also where that underflows.
                LnGammaPdf ln_gamma_pdf = s::ln_gamma_pdf,
                    |a, x, _| (ln_minus_digamma(x, a), ln_gamma_pdf_by_x(a, x)), Function, (0.5..4.0, 0.3..5.0);
                /// ln(x/y), accurate where x and y are close.
                LnRatio ln_ratio = s::ln_ratio, |x, y, _| (x.recip(), -y.recip()), Function, (0.3..3.0, 0.3..3.0);
                /// x ln(x/y) − x + y, never negative; y where x = 0.
                KlDiv kl_div = s::kl_div,
                    |x, y, _| (x.ln_ratio(y), R::select(&x.less(0.5 * y), &(1.0 - x / y), &((y - x) / y))),
                    Function, (0.3..1.2, 1.4..3.0);
                /// x ln(x/y), 0 where x = 0; ∞ outside its domain, x and y ≥ 0.
                RelEntr rel_entr = s::rel_entr, |x, y, _| (1.0 + x.ln_ratio(y), -x.ratio(y)), Function, (0.3..3.0, 0.3..3.0);
                /// x·ln y, 0 where x = 0.
                XLogY xlogy = s::xlogy, |x, y, _| (y.ln(), x.ratio(y)), Function, (-3.0..3.0, 0.3..3.0);
                /// x·ln(1 + y), 0 where x = 0.
                XLog1pY xlog1py = s::xlog1py, |x, y, _| (y.ln_1p(), x.ratio(1.0 + y)), Function, (-3.0..3.0, -0.7..3.0);
                /// x·y, but 0 for x = 0 and any y, even ∞ or NaN: the product of a tangent and a slope.
                #[doc(hidden)]
                TimesOrZero times_or_zero = |x, y| if x == 0.0 { 0.0 } else { x * y }, |x, y, _| (y.clone(), x.clone()),
                    Function, (0.3..3.0, -3.0..3.0);
                /// x/y, but 0 for 0/0, where it is constant in y: the slope of [`xlogy`](Real::xlogy) by y.
                #[doc(hidden)]
                Ratio ratio = s::ratio, |_, y, z| (y.recip(), -z.ratio(y)), Function, (-3.0..3.0, 0.3..3.0);
            }
            flat_binary {
                /// 1 where x < y, else 0.
                #[doc(hidden)]
                Less less = |x, y| if x < y { 1.0 } else { 0.0 };
                /// ⌊x/y⌋ of the true quotient, Python's `//`: minus the slope of [`remainder`](Real::remainder) by y.
                FloorDivide floor_divide = s::floor_divide;
                /// The integer part of the true x/y: minus the slope of `%` by y.
                TruncDivide trunc_divide = s::trunc_divide;
            }
            indexed_binary {
                /// ∂ⁿP(a, x)/∂aⁿ, n ≤ 15.
                #[doc(hidden)]
                GammaPByA gamma_p_by_a(n: u32 = 1) = |a, x| s::gamma_p_by_a(n, a, x),
                    |a, x, _| (a.gamma_p_by_a(x, n + 1), gamma_pdf_by_a(n, a, x)), Function, (0.5..4.0, 0.3..5.0);
                /// ∂ⁿ ln P(a, x)/∂aⁿ, n ≤ 15.
                #[doc(hidden)]
                LnGammaPByA ln_gamma_p_by_a(n: u32 = 1) = |a, x| s::ln_gamma_p_by_a(n, a, x),
                    |a, x, _| (a.ln_gamma_p_by_a(x, n + 1), a.gamma_p_hazard(x, n)), Function, (0.5..4.0, 0.3..5.0);
                /// ∂ⁿ ln Q(a, x)/∂aⁿ, n ≤ 15.
                #[doc(hidden)]
                LnGammaQByA ln_gamma_q_by_a(n: u32 = 1) = |a, x| s::ln_gamma_q_by_a(n, a, x),
                    |a, x, _| (a.ln_gamma_q_by_a(x, n + 1), -a.gamma_q_hazard(x, n)), Function, (0.5..4.0, 0.3..5.0);
                /// ∂ⁿ/∂aⁿ of the gamma density over P(a, x), the slope of [`ln_gamma_p`](Real::ln_gamma_p); n ≤ 15.
                #[doc(hidden)]
                GammaPHazard gamma_p_hazard(n: u32 = 0) = |a, x| s::gamma_p_hazard(n, a, x),
                    |a, x, y| (a.gamma_p_hazard(x, n + 1), gamma_p_hazard_slope(n, a, x, y)), Function, (0.5..4.0, 0.3..5.0);
                /// ∂ⁿ/∂aⁿ of the gamma density over Q(a, x), minus the slope of [`ln_gamma_q`](Real::ln_gamma_q); n ≤ 15.
                #[doc(hidden)]
                GammaQHazard gamma_q_hazard(n: u32 = 0) = |a, x| s::gamma_q_hazard(n, a, x),
                    |a, x, y| (a.gamma_q_hazard(x, n + 1), gamma_q_hazard_slope(n, a, x, y)), Function, (0.5..4.0, 0.3..5.0);
                /// ψ⁽ⁿ⁾(x) − ψ⁽ⁿ⁾(x + y), the slope of [`ln_beta`](Real::ln_beta) for n = 0.
                #[doc(hidden)]
                PolygammaDrop polygamma_drop(n: u32 = 0) = |x, y| s::polygamma_drop(n, x, y),
                    |x, y, _| (x.polygamma_drop(y, n + 1), -(x + y).polygamma(n + 1)), Function, (0.5..4.0, 0.5..4.0);
            }
        }
    };
}
pub(crate) use rows;
