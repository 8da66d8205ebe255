//! The constants of `f32`.

use std::f32::consts;

use super::Coef;

impl Coef for f32 {
    const LOG2_E: Self = consts::LOG2_E;
    const LOG2_E_LO: Self = 1.925_963e-08;
    const LN_2: Self = consts::LN_2;
    const LN_2_LO: Self = -1.904_654_2e-09;
    const LOG10_E: Self = consts::LOG10_E;
    const LOG10_E_LO: Self = -1.010_305e-08;
    const LOG10_2: Self = consts::LOG10_2;
    const LOG10_2_LO: Self = -1.432_098_9e-08;
    const TWO_THIRDS: Self = 0.666_666_7;
    const TWO_THIRDS_LO: Self = -1.986_821_6e-08;
    const FRAC_PI_2_NEAR: Self = consts::FRAC_PI_2;
    const FRAC_PI_2_LO: Self = -4.371_139e-08;
    const PI: [Self; 3] = [consts::PI.next_down(), 1.509_957_9e-07, 1.078_060_5e-14];
    const FRAC_PI_2: [Self; 3] = [consts::FRAC_PI_2.next_down(), 7.549_789_4e-08, 5.390_302_5e-15];
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
