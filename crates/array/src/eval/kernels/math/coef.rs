//! Constants and polynomial coefficients of the approximations, for both widths.
//!
//! The polynomials are minimax fits (Remez exchange in 220-bit arithmetic, weighted to the relative error of the whole
//! function) with rounded coefficients. A constant `X_LO` is what `X` lacks to the exact value.

/// The constants of a floating-point type.
pub trait Coef: Sized + 'static {
    /// log2 e.
    const LOG2_E: Self;
    /// What [`Self::LOG2_E`] lacks.
    const LOG2_E_LO: Self;
    /// ln 2.
    const LN_2: Self;
    /// What [`Self::LN_2`] lacks.
    const LN_2_LO: Self;
    /// log10 e.
    const LOG10_E: Self;
    /// What [`Self::LOG10_E`] lacks.
    const LOG10_E_LO: Self;
    /// log10 2.
    const LOG10_2: Self;
    /// What [`Self::LOG10_2`] lacks.
    const LOG10_2_LO: Self;
    /// ⅔.
    const TWO_THIRDS: Self;
    /// What [`Self::TWO_THIRDS`] lacks.
    const TWO_THIRDS_LO: Self;
    /// π/2.
    const FRAC_PI_2_NEAR: Self;
    /// What [`Self::FRAC_PI_2_NEAR`] lacks.
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
    /// The exponent by which deep results are lifted among the normal numbers, and the bias of exponents.
    const DEEP_SHIFT: Self;
    /// The bias of exponents less 1.
    const SHALLOW_SHIFT: Self;
    /// Takes deep results back.
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
    /// Takes every subnormal number among the normal ones.
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
    /// Above, squares are scaled.
    const HYPOT_BIG: Self;
    /// Below, squares are scaled.
    const HYPOT_SMALL: Self;
    /// A scale.
    const HYPOT_UP: Self;
    /// Its inverse.
    const HYPOT_DOWN: Self;
    /// The centre of the map of `erfc`.
    const ERFC_K: Self;
    /// Above, `erfc` is 0.
    const ERFC_MAX: Self;
    /// Above, the tail of the normal law is 0.
    const NORM_CDF_MAX: Self;
    /// What 1/√2 lacks.
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
    /// The same for `|r| ≤ π/4`.
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

impl Coef for f64 {
    const LOG2_E: Self = 1.442_695_040_888_963_4;
    const LOG2_E_LO: Self = 2.035_527_374_093_103_3e-17;
    const LN_2: Self = 0.693_147_180_559_945_3;
    const LN_2_LO: Self = 2.319_046_813_846_299_6e-17;
    const LOG10_E: Self = 0.434_294_481_903_251_8;
    const LOG10_E_LO: Self = 1.098_319_650_216_765e-17;
    const LOG10_2: Self = 0.301_029_995_663_981_2;
    const LOG10_2_LO: Self = -2.803_728_127_785_170_4e-18;
    const TWO_THIRDS: Self = 0.666_666_666_666_666_6;
    const TWO_THIRDS_LO: Self = 3.700_743_415_417_188e-17;
    const FRAC_PI_2_NEAR: Self = 1.570_796_326_794_896_6;
    const FRAC_PI_2_LO: Self = 6.123_233_995_736_766e-17;
    const PI: [Self; 3] = [3.141_592_653_589_793, 1.224_646_799_147_353e-16, 2.165_713_347_843_827_8e-32];
    const FRAC_PI_2: [Self; 3] =
        [1.570_796_326_794_896_6, 6.123_233_995_736_765e-17, 1.082_856_673_921_913_9e-32];
    const EXP_MIN: Self = -750.0;
    const EXP_DEEP: Self = -700.0;
    const EXP_MAX: Self = 710.0;
    const DEEP_SHIFT: Self = 128.0 + 1023.0;
    const SHALLOW_SHIFT: Self = 1022.0;
    const DEEP_SCALE: Self = f64::from_bits(895 << 52); // 2^-128
    const EXP2_MAX: Self = 1024.0;
    const EXP2_MIN: Self = -1080.0;
    const EXP2_DEEP: Self = -1000.0;
    const EXPM1_MIN: Self = -50.0;
    const SINH_MAX: Self = 710.5;
    const TANH_MAX: Self = 22.0;
    const TINY: Self = f64::from_bits(969 << 52); // 2^-54
    const HUGE: Self = f64::from_bits(1083 << 52); // 2^60
    const SUBNORMAL_SHIFT: Self = 54.0;
    const SUBNORMAL_SCALE: Self = f64::from_bits(1077 << 52); // 2^54
    const CBRT_UNSCALE: Self = f64::from_bits(1005 << 52); // 2^-18
    const ATANH_MAX: Self = 0.999_999_999_999_999_9;
    const TRIG_MAX: Self = f64::from_bits(1049 << 52); // 2^26
    const ATAN2_HUGE: Self = f64::from_bits(2043 << 52); // 2^1020
    const POW_MAX: Self = f64::from_bits(1093 << 52); // 2^70
    const HYPOT_BIG: Self = f64::from_bits(1523 << 52); // 2^500
    const HYPOT_SMALL: Self = f64::from_bits(523 << 52); // 2^-500
    const HYPOT_UP: Self = f64::from_bits(1623 << 52); // 2^600
    const HYPOT_DOWN: Self = f64::from_bits(423 << 52); // 2^-600
    const ERFC_K: Self = 4.0;
    const ERFC_MAX: Self = 28.0;
    const NORM_CDF_MAX: Self = 39.0;
    const FRAC_1_SQRT_2_LO: Self = -4.833_646_656_726_457e-17;
    const ERF_SMALL: Self = 0.79;
    const EXPM1: &'static [Self] = &[
        0.500_000_000_000_001_3,
        0.166_666_666_666_667,
        0.041_666_666_666_514_94,
        0.008_333_333_333_307_168,
        0.001_388_888_894_715_468_8,
        0.000_198_412_699_174_536_38,
        2.480_148_978_704_745e-05,
        2.755_721_624_243_078_8e-06,
        2.763_133_936_712_14e-07,
        2.511_787_927_776_282e-08,
    ];
    const SINH: &'static [Self] = &[
        0.166_666_666_666_666_77,
        0.008_333_333_333_321_579,
        0.000_198_412_698_862_643_13,
        2.755_724_406_314_199_6e-06,
        2.510_909_021_888_783e-08,
    ];
    const COSH: &'static [Self] = &[
        0.500_000_000_000_001_3,
        0.041_666_666_666_513_82,
        0.001_388_888_894_739_655_4,
        2.480_148_957_062_390_4e-05,
        2.763_140_795_600_462_6e-07,
    ];
    const LN: &'static [Self] = &[
        0.666_666_666_666_673_5,
        0.399_999_999_994_075_7,
        0.285_714_287_441_379_44,
        0.222_221_983_777_725_56,
        0.181_835_752_383_716_58,
        0.153_137_532_774_592_13,
        0.147_990_951_371_661_4,
    ];
    const POW_LN: &'static [Self] = &[
        0.399_999_999_999_999_97,
        0.285_714_285_714_359_6,
        0.222_222_222_194_022_24,
        0.181_818_186_734_979_3,
        0.153_845_686_338_153_65,
        0.133_359_151_846_608_02,
        0.116_821_599_105_478_25,
        0.119_335_221_084_789_78,
    ];
    const SIN: &'static [Self] = &[
        -0.166_666_666_666_666_66,
        0.008_333_333_333_333_193,
        -0.000_198_412_698_412_088_5,
        2.755_731_921_107_202e-06,
        -2.505_210_686_667_534_2e-08,
        1.605_893_939_061_588e-10,
        -7.642_983_102_869_427e-13,
        2.721_084_826_767_089_4e-15,
    ];
    const TAN_SIN: &'static [Self] = &[
        -0.166_666_666_666_666_32,
        0.008_333_333_333_322_372,
        -0.000_198_412_698_297_726_3,
        2.755_731_367_910_405e-06,
        -2.505_075_601_994_06e-08,
        1.589_666_939_253_485_4e-10,
    ];
    const TAN_COS: &'static [Self] = &[
        0.041_666_666_666_666_64,
        -0.001_388_888_888_887_904,
        2.480_158_729_215_998e-05,
        -2.755_731_504_233_302_5e-07,
        2.087_580_830_130_610_7e-09,
        -1.136_368_806_677_458_3e-11,
    ];
    const ASIN: &'static [Self] = &[
        0.166_666_666_666_654_42,
        0.075_000_000_003_333_01,
        0.044_642_856_829_745_58,
        0.030_381_959_118_323_473,
        0.022_371_757_889_292_816,
        0.017_359_713_363_402_106,
        0.013_885_108_000_407_795,
        0.012_170_248_306_787_815,
        0.006_522_862_596_997_927,
        0.019_543_525_564_773_12,
        -0.016_249_675_669_914_684,
        0.031_930_446_955_506_87,
    ];
    const ATAN: &'static [Self] = &[
        -0.333_333_333_333_333_15,
        0.199_999_999_999_941_95,
        -0.142_857_142_850_353_8,
        0.111_111_110_717_104_56,
        -0.090_909_077_500_973_13,
        0.076_922_784_121_913_76,
        -0.066_662_339_368_311,
        0.058_778_867_014_383_73,
        -0.052_304_345_811_592_52,
        0.045_909_691_529_092_744,
        -0.037_154_343_494_715_71,
        0.023_703_781_678_556_22,
        -0.008_395_331_683_441_198,
    ];
    const CBRT: &'static [Self] = &[
        0.421_685_004_327_157_1,
        1.056_014_135_736_116_6,
        -0.836_018_869_744_237_8,
        0.510_868_710_054_689,
        -0.179_487_484_635_795_36,
        0.026_937_501_888_642_26,
    ];
    const ERF: &'static [Self] = &[
        0.128_379_167_095_512_56,
        -0.376_126_389_031_836_3,
        0.112_837_916_709_475_03,
        -0.026_866_170_643_256_97,
        0.005_223_977_601_832_770_6,
        -0.000_854_832_528_808_225_3,
        0.000_120_552_533_609_315_61,
        -1.492_329_821_450_019_9e-05,
        1.641_725_486_690_276_6e-06,
        -1.582_910_790_408_377_5e-07,
        1.108_347_536_857_644_8e-08,
    ];
    const ERFC: &'static [Self] = &[
        1.232_995_118_625_552_6,
        -0.139_621_116_840_562_86,
        0.015_379_652_102_620_14,
        0.068_097_054_254_733_46,
        -0.101_039_066_036_323_61,
        0.093_732_834_996_916_87,
        -0.066_330_365_812_037_26,
        0.037_167_515_560_670_55,
        -0.016_197_734_054_745_89,
        0.005_031_969_770_827_705,
        -0.000_757_773_361_216_436,
        -0.000_199_255_580_424_626_05,
        0.000_150_622_289_146_691_64,
        -2.440_295_179_041_275e-05,
        -1.122_481_858_283_328_7e-05,
        5.717_495_920_921_605e-06,
        3.012_684_659_548_588e-07,
        -8.347_649_949_606_89e-07,
        6.289_253_977_631_717e-08,
        1.151_611_571_752_045_9e-07,
        -7.843_502_127_934_486e-09,
        -1.365_079_612_613_666_1e-08,
        -1.800_259_202_253_647e-09,
    ];
}

impl Coef for f32 {
    const LOG2_E: Self = 1.442_695;
    const LOG2_E_LO: Self = 1.925_963e-08;
    const LN_2: Self = 0.693_147_2;
    const LN_2_LO: Self = -1.904_654_2e-09;
    const LOG10_E: Self = 0.434_294_5;
    const LOG10_E_LO: Self = -1.010_305e-08;
    const LOG10_2: Self = 0.301_03;
    const LOG10_2_LO: Self = -1.432_098_9e-08;
    const TWO_THIRDS: Self = 0.666_666_7;
    const TWO_THIRDS_LO: Self = -1.986_821_6e-08;
    const FRAC_PI_2_NEAR: Self = 1.570_796_4;
    const FRAC_PI_2_LO: Self = -4.371_139e-08;
    const PI: [Self; 3] = [3.141_592_5, 1.509_957_9e-07, 1.078_060_5e-14];
    const FRAC_PI_2: [Self; 3] = [1.570_796_3, 7.549_789_4e-08, 5.390_302_5e-15];
    const EXP_MIN: Self = -105.0;
    const EXP_DEEP: Self = -80.0;
    const EXP_MAX: Self = 89.0;
    const DEEP_SHIFT: Self = 64.0 + 127.0;
    const SHALLOW_SHIFT: Self = 126.0;
    const DEEP_SCALE: Self = f32::from_bits(63 << 23); // 2^-64
    const EXP2_MAX: Self = 128.0;
    const EXP2_MIN: Self = -155.0;
    const EXP2_DEEP: Self = -110.0;
    const EXPM1_MIN: Self = -25.0;
    const SINH_MAX: Self = 89.45;
    const TANH_MAX: Self = 10.0;
    const TINY: Self = f32::from_bits(102 << 23); // 2^-25
    const HUGE: Self = f32::from_bits(159 << 23); // 2^32
    const SUBNORMAL_SHIFT: Self = 24.0;
    const SUBNORMAL_SCALE: Self = f32::from_bits(151 << 23); // 2^24
    const CBRT_UNSCALE: Self = f32::from_bits(119 << 23); // 2^-8
    const ATANH_MAX: Self = 0.999_999_94;
    const TRIG_MAX: Self = f32::from_bits(142 << 23); // 2^15
    const ATAN2_HUGE: Self = f32::from_bits(251 << 23); // 2^124
    const POW_MAX: Self = f32::from_bits(167 << 23); // 2^40
    const HYPOT_BIG: Self = f32::from_bits(187 << 23); // 2^60
    const HYPOT_SMALL: Self = f32::from_bits(77 << 23); // 2^-50
    const HYPOT_UP: Self = f32::from_bits(227 << 23); // 2^100
    const HYPOT_DOWN: Self = f32::from_bits(27 << 23); // 2^-100
    const ERFC_K: Self = 2.0;
    const ERFC_MAX: Self = 10.5;
    const NORM_CDF_MAX: Self = 14.8;
    const FRAC_1_SQRT_2_LO: Self = 1.210_161_75e-8;
    const ERF_SMALL: Self = 0.79;
    const EXPM1: &'static [Self] = &[0.5, 0.166_665_18, 0.041_666_206, 0.008_368_919, 0.001_395_054_2];
    const SINH: &'static [Self] = &[0.166_666_67, 0.008_333_289, 0.000_199_050_12];
    const COSH: &'static [Self] = &[0.5, 0.041_666_266, 0.001_394_627_6];
    const LN: &'static [Self] = &[0.666_666_6, 0.400_003_37, 0.285_371_7, 0.235_849_87];
    const POW_LN: &'static [Self] = &[0.399_999_98, 0.285_718_77, 0.221_848_62, 0.194_705_17];
    const SIN: &'static [Self] = &[-0.166_666_6, 0.008_333_066, -0.000_198_095_38, 2.605_631e-06];
    const TAN_SIN: &'static [Self] = &[-0.166_666_55, 0.008_332_176, -0.000_195_169_76];
    const TAN_COS: &'static [Self] = &[0.041_666_646, -0.001_388_736_4, 2.443_808_6e-05];
    const ASIN: &'static [Self] = &[0.166_667_54, 0.074_952_42, 0.045_477_07, 0.024_147_725, 0.042_218_38];
    const ATAN: &'static [Self] =
        &[-0.333_333_28, 0.199_995, -0.142_722_53, 0.109_423_876, -0.079_891_85, 0.038_792_692];
    const CBRT: &'static [Self] = &[0.553_694_25, 0.553_652_35, -0.107_457_02];
    const ERF: &'static [Self] =
        &[0.128_379_17, -0.376_126_05, 0.112_831_43, -0.026_822_109, 0.005_087_441, -0.000_654_959_64];
    const ERFC: &'static [Self] = &[
        1.276_978_4,
        -0.092_763_98,
        -0.166_031_42,
        0.164_055_35,
        -0.054_204_296,
        -0.008_059_88,
        0.008_631_669,
        0.001_313_524,
        -0.001_229_913_9,
        -0.000_400_570_45,
    ];
}
