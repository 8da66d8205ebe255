//! Infinities, NaN, signed zeros, limits and exact cases, for both widths on every level.

use super::super::scalar::Scalar;
use super::*;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

fn check<T: Float>(op: Unary, x: f64, want: f64) {
    for level in levels() {
        let got = eval(level, op, &[T::of(x)]);
        assert_eq!(bits(&got), bits(&[T::of(want)]), "{op:?} {x:e} at {level:?}");
    }
}

fn check2<T: Float>(op: Binary, x: f64, y: f64, want: f64) {
    for level in levels() {
        let got = eval2(level, op, &[T::of(x)], &[T::of(y)]);
        assert_eq!(bits(&got), bits(&[T::of(want)]), "{op:?} {x:e} {y:e} at {level:?}");
    }
}

#[test]
fn functions_of_one_argument() {
    use Unary::*;
    let cases = [
        (Exp, &[(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, 0.0), (1e4, INF), (-1e4, 0.0)][..]),
        (
            Exp2,
            &[
                (0.0, 1.0),
                (10.0, 1024.0),
                (-3.0, 0.125),
                (1024.0, INF),
                (-1100.0, 0.0),
                (INF, INF),
                (-INF, 0.0),
            ],
        ),
        (Expm1, &[(0.0, 0.0), (-0.0, -0.0), (-INF, -1.0), (-1e9, -1.0), (INF, INF), (1e-30, 1e-30)]),
        (Ln, &[(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (-1.0, NAN), (-INF, NAN), (INF, INF)]),
        (Ln1p, &[(0.0, 0.0), (-0.0, -0.0), (-1.0, -INF), (-2.0, NAN), (INF, INF), (1e-30, 1e-30)]),
        (Log2, &[(1.0, 0.0), (8.0, 3.0), (0.25, -2.0), (0.0, -INF), (-1.0, NAN), (INF, INF)]),
        (Log10, &[(1.0, 0.0), (1000.0, 3.0), (0.0, -INF), (-1.0, NAN), (INF, INF)]),
        (Sqrt, &[(4.0, 2.0), (0.0, 0.0), (-0.0, -0.0), (-1.0, NAN), (INF, INF)]),
        (Cbrt, &[(27.0, 3.0), (-8.0, -2.0), (0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF)]),
        (Sin, &[(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (1e-30, 1e-30)]),
        (Cos, &[(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (1e-30, 1.0)]),
        (Tan, &[(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (1e-30, 1e-30)]),
        (SinPi, &[(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (0.5, 1.0), (1.5, -1.0), (-2.5, -1.0)]),
        (CosPi, &[(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (1.0, -1.0), (-3.0, -1.0), (1e20, 1.0)]),
        (Asin, &[(0.0, 0.0), (-0.0, -0.0), (1.5, NAN), (-INF, NAN), (1.0, std::f64::consts::FRAC_PI_2)]),
        (
            Acos,
            &[
                (1.0, 0.0),
                (1.5, NAN),
                (INF, NAN),
                (-1.0, std::f64::consts::PI),
                (0.0, std::f64::consts::FRAC_PI_2),
            ],
        ),
        (
            Atan,
            &[
                (0.0, 0.0),
                (-0.0, -0.0),
                (INF, std::f64::consts::FRAC_PI_2),
                (-INF, -std::f64::consts::FRAC_PI_2),
            ],
        ),
        (Sinh, &[(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (1e4, INF), (-1e4, -INF)]),
        (Cosh, &[(0.0, 1.0), (INF, INF), (-INF, INF), (-1e4, INF)]),
        (Tanh, &[(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (30.0, 1.0), (1e-30, 1e-30)]),
        (Sech, &[(0.0, 1.0), (INF, 0.0), (-INF, 0.0), (1e9, 0.0)]),
        (Asinh, &[(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (1e-30, 1e-30)]),
        (Acosh, &[(1.0, 0.0), (0.5, NAN), (-3.0, NAN), (-INF, NAN), (INF, INF)]),
        (
            Atanh,
            &[(0.0, 0.0), (-0.0, -0.0), (1.0, INF), (-1.0, -INF), (1.5, NAN), (INF, NAN), (1e-30, 1e-30)],
        ),
        (Logistic, &[(0.0, 0.5), (INF, 1.0), (-INF, 0.0), (-1e9, 0.0), (1e9, 1.0)]),
        (Softplus, &[(INF, INF), (-INF, 0.0), (-1e9, 0.0), (1e9, 1e9)]),
        (Erf, &[(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (10.0, 1.0)]),
        (Erfc, &[(0.0, 1.0), (INF, 0.0), (-INF, 2.0), (40.0, 0.0)]),
        (NormCdf, &[(0.0, 0.5), (INF, 1.0), (-INF, 0.0), (-60.0, 0.0)]),
    ];
    assert_eq!(cases.len(), Unary::ALL.len());
    for (op, cases) in cases {
        for &(x, want) in cases.iter().chain(&[(NAN, NAN)]) {
            check::<f64>(op, x, want);
            check::<f32>(op, x, want);
        }
    }
}

#[test]
fn every_nan_stays_nan() {
    for level in levels() {
        let x = [0x7ff8_0000_0000_0fff, 0xfff8_0000_0000_0fff, 0x7ff0_0000_0000_0001].map(f64::from_bits);
        let single = [0x7fc0_00ffu32, 0xffc0_00ff, 0x7f80_0001].map(f32::from_bits);
        for &op in Unary::ALL {
            assert!(eval(level, op, &x).iter().all(|x| x.is_nan()), "{op:?} at {level:?}");
            assert!(eval(level, op, &single).iter().all(|x| x.is_nan()), "{op:?} at {level:?}");
        }
    }
}

#[test]
fn functions_of_two_arguments() {
    use Binary::*;
    use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};
    let cases = [
        // As C's Annex F has them.
        (Pow, 0.0, -3.0, INF),
        (Pow, -0.0, -3.0, -INF),
        (Pow, -0.0, -2.0, INF),
        (Pow, -0.0, -2.5, INF),
        (Pow, 0.0, -INF, INF),
        (Pow, -0.0, 3.0, -0.0),
        (Pow, -0.0, 2.0, 0.0),
        (Pow, -0.0, 0.5, 0.0),
        (Pow, -1.0, INF, 1.0),
        (Pow, -1.0, -INF, 1.0),
        (Pow, 1.0, NAN, 1.0),
        (Pow, 1.0, INF, 1.0),
        (Pow, NAN, 0.0, 1.0),
        (Pow, NAN, -0.0, 1.0),
        (Pow, INF, 0.0, 1.0),
        (Pow, -8.0, 1.0 / 3.0, NAN),
        (Pow, 0.5, -INF, INF),
        (Pow, 2.0, -INF, 0.0),
        (Pow, 0.5, INF, 0.0),
        (Pow, -2.0, INF, INF),
        (Pow, -INF, -3.0, -0.0),
        (Pow, -INF, -2.0, 0.0),
        (Pow, -INF, 3.0, -INF),
        (Pow, -INF, 2.5, INF),
        (Pow, INF, -1.0, 0.0),
        (Pow, INF, 0.5, INF),
        (Pow, NAN, 2.0, NAN),
        (Pow, 2.0, NAN, NAN),
        (Pow, 3.0, 4.0, 81.0),
        (Pow, -2.0, 3.0, -8.0),
        (Pow, 4.0, -0.5, 0.5),
        (Pow, 10.0, 1e9, INF),
        (Pow, 10.0, -1e9, 0.0),
        (Atan2, 0.0, 1.0, 0.0),
        (Atan2, -0.0, 1.0, -0.0),
        (Atan2, 0.0, -1.0, PI),
        (Atan2, -0.0, -1.0, -PI),
        (Atan2, 0.0, 0.0, 0.0),
        (Atan2, 0.0, -0.0, PI),
        (Atan2, -0.0, -0.0, -PI),
        (Atan2, 1.0, 0.0, FRAC_PI_2),
        (Atan2, -1.0, -0.0, -FRAC_PI_2),
        (Atan2, 1.0, INF, 0.0),
        (Atan2, 1.0, -INF, PI),
        (Atan2, INF, 1.0, FRAC_PI_2),
        (Atan2, INF, INF, FRAC_PI_4),
        (Atan2, -INF, -INF, -3.0 * FRAC_PI_4),
        (Atan2, NAN, 0.0, NAN),
        (Atan2, 0.0, NAN, NAN),
        (Hypot, 3.0, -4.0, 5.0),
        (Hypot, 0.0, -0.0, 0.0),
        (Hypot, INF, NAN, INF),
        (Hypot, NAN, -INF, INF),
        (Hypot, NAN, 1.0, NAN),
    ];
    for (op, x, y, want) in cases {
        check2::<f64>(op, x, y, want);
        check2::<f32>(op, x, y, want);
    }
}

#[test]
fn huge_angles_are_those_of_the_standard_library() {
    let x: Vec<f64> = (0..200).map(|i| 1e8 * 1.37f64.powi(i)).collect();
    for level in levels() {
        for op in [Unary::Sin, Unary::Cos, Unary::Tan] {
            let want: Vec<f64> = x.iter().map(|x| x.std_unary(op)).collect();
            assert_eq!(eval(level, op, &x), want);
        }
    }
}

#[test]
fn limits_of_the_exponential() {
    for level in levels() {
        // The largest argument with a finite result and the next; the smallest with a result above zero and the next.
        let x = [709.782712893384f64, 709.7827128933841, -745.1332191019411, -745.1332191019412];
        let y = eval(level, Unary::Exp, &x);
        assert!(y[0].is_finite() && y[1] == INF && y[2] == 5e-324 && y[3] == 0.0, "{y:?} at {level:?}");
        let y = eval(level, Unary::Exp, &[88.72283f32, 88.72284, -103.97207, -103.97209]);
        assert!(y[0].is_finite() && y[1].is_infinite() && y[2] > 0.0 && y[3] == 0.0, "{y:?} at {level:?}");
        let tanh = eval(level, Unary::Tanh, &(0..4000).map(|i| i as f64 / 100.0).collect::<Vec<_>>());
        assert!(tanh.iter().all(|y| *y <= 1.0));
    }
}
