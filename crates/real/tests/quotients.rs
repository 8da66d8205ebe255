//! Remainders and their integer quotients: the true quotient, not the rounded one, in values and in slopes.
use pullback_real::special::{floor_divide, trunc_divide};
use pullback_real::{Binary, Dual, Real, Scalar, Var, derivative, grad, hessian, jacfwd};

const INF: f64 = f64::INFINITY;

/// The integer mantissa and the exponent of a finite number.
fn parts(x: f64) -> (i128, i32) {
    let bits = x.to_bits();
    let (exponent, fraction) = (((bits >> 52) & 0x7ff) as i32, i128::from(bits & ((1 << 52) - 1)));
    let (m, e) = if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    (if x < 0.0 { -m } else { m }, e)
}
/// ⌊x/y⌋ and the integer part, in integers, where the exponents are at most 70 apart.
fn exact(x: f64, y: f64) -> (f64, f64) {
    if x == 0.0 {
        return (0.0, 0.0);
    }
    let ((a, i), (b, j)) = (parts(x), parts(y));
    let (a, b) = (a << (i - j).max(0), b << (j - i).max(0));
    let floor = a.div_euclid(b) - i128::from(b < 0 && a.rem_euclid(b) != 0);
    (floor as f64, (a / b) as f64)
}

#[test]
fn quotients_are_the_true_ones() {
    let mut rounded_up = 0;
    for i in -100..=100 {
        for j in (-100..=100).filter(|j| *j != 0) {
            let (x, y) = (f64::from(i) / 10.0, f64::from(j) / 100.0);
            assert_eq!((floor_divide(x, y), trunc_divide(x, y)), exact(x, y), "{x} {y}");
            rounded_up += i32::from((x / y).floor() != floor_divide(x, y));
        }
    }
    assert!(rounded_up > 1000, "{rounded_up}");
    assert_eq!((floor_divide(1.0, 0.1), floor_divide(-1.0, 0.1)), (9.0, -10.0));
}

/// Below 2⁵³ every integer is had; above, the nearest number to it.
#[test]
fn huge_quotients_are_rounded_once() {
    let mut seed = 1u64;
    let mut draw = || {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        1.0 + (seed >> 11) as f64 / (1u64 << 53) as f64
    };
    for k in 0..60 {
        for _ in 0..200 {
            let (x, y) = (draw() * 2f64.powi(k), draw());
            for (x, y) in [(x, y), (-x, y), (x, -y)] {
                let ((floor, trunc), want) = ((floor_divide(x, y), trunc_divide(x, y)), exact(x, y));
                if k < 53 {
                    assert_eq!((floor, trunc), want, "{x} {y}")
                } else {
                    assert!((floor - want.0).abs() <= 2f64.powi(k - 52), "{x} {y}");
                    assert!((trunc - want.1).abs() <= 2f64.powi(k - 52), "{x} {y}")
                }
            }
            let n = (x / y).floor();
            if k < 50 {
                assert_eq!(floor_divide(n * 3.0, 3.0), n)
            }
        }
    }
}

#[test]
fn quotients_of_zeros_and_infinities() {
    for (x, y, floor, trunc) in [
        (-1.0, INF, -1.0, 0.0),
        (1.0, -INF, -1.0, 0.0),
        (1.0, INF, 0.0, 0.0),
        (0.0, INF, 0.0, 0.0),
        (-1e-300, 1e300, -1.0, 0.0),
        (1e-300, 1e300, 0.0, 0.0),
        (-5e-324, 1.0, -1.0, 0.0),
        (1.0, 0.0, INF, INF),
        (1.0, -0.0, -INF, -INF),
        (1e308, 1e-10, INF, INF),
        (-1e308, 1e-10, -INF, -INF),
        (INF, 1.0, f64::NAN, f64::NAN),
        (-INF, INF, f64::NAN, f64::NAN),
        (0.0, 0.0, f64::NAN, f64::NAN),
        (f64::NAN, 1.0, f64::NAN, f64::NAN),
    ] {
        let have = (floor_divide(x, y), trunc_divide(x, y));
        assert!(have.0 == floor || have.0.is_nan() && floor.is_nan(), "⌊{x}/{y}⌋: {}", have.0);
        assert!(have.1 == trunc || have.1.is_nan() && trunc.is_nan(), "trunc {x}/{y}: {}", have.1);
    }
    assert!(floor_divide(-0.0, 1.0).is_sign_negative() && floor_divide(0.0, -5.0).is_sign_negative());
}

/// The value and its slope by the divisor tell of the same quotient, in every mode; the second derivatives are zero.
#[test]
fn slopes_by_the_divisor_are_the_quotients() {
    for op in [Binary::Rem, Binary::Remainder] {
        for i in -60..60 {
            for j in (-40..40).filter(|j| *j != 0) {
                let (x, y) = (f64::from(i) / 10.0, f64::from(j) / 100.0);
                let (floor, trunc) = exact(x, y);
                let want = if op == Binary::Rem { -trunc } else { -floor };
                assert_eq!(grad(|v| Var::binary(op, &v[0], &v[1]))(&[x, y]), [1.0, want], "{op:?} {x} {y}");
                assert_eq!(jacfwd(|v| Real::binary(op, &v[0], &v[1]))(&[x, y]), [[1.0, want]]);
                let by_y = derivative(derivative(|y| Dual::binary(op, &Real::lift(x), &y)))(y);
                assert_eq!(by_y, 0.0);
                assert_eq!(hessian(|v| Var::binary(op, &v[0], &v[1]))(&[x, y]), [[0.0; 2]; 2]);
                // What is taken away from x: the value there and the slope differ by less than one divisor.
                assert!((op.eval(x, y) - (x + want * y)).abs() < 1e-14 * (1.0 + x.abs()));
            }
        }
    }
    assert_eq!(grad(|y| 1.0 % y[0])(&[0.1]), [-9.0]);
    assert_eq!(Var::from(1.0).floor_divide(0.1).value(), 9.0);
}
