//! What generic user code may write from the single bound `R: Real` or `R: Scalar`.
use pullback_real::{Real, Scalar};

fn by_reference<R: Real>(x: &[R]) -> R {
    let third = 1.0 / 3.0;
    let weights: Vec<f64> = (0..3).map(|i| i as f64 * 0.5 + third).collect();
    let mut s = 2.0 * &x[0] - &x[1] / 3.0 + weights.iter().map(|w| *w * &x[0]).sum::<R>();
    s += &x[0] * &x[1] % 1.5;
    s *= 2.0;
    s.max(0.0).pow(&x[1]).atan2(2.0) + x[0].relu().clamp(-1.0, 0.5).powi(3) - -&x[1]
}
fn by_value<R: Scalar>(x: &[R]) -> R {
    let mut best = x[0];
    for &v in x {
        if v > best && v > 0.0 {
            best = v.min(2.0) * 0.5 + 2.0 * v.max(best)
        }
    }
    best.mul_add(2.0, x[0]) + 100.0 * (x[1] - x[0] * x[0]).square()
}

#[test]
fn plain_numbers_beside_generic_ones() {
    assert_eq!(by_reference(&[1.0, 0.5]), {
        let third = 1.0 / 3.0;
        let s: f64 = 2.0 * 1.0 - 0.5 / 3.0 + (third + (0.5 + third) + (1.0 + third)) + 0.5;
        (s * 2.0).powf(0.5).atan2(2.0) + 0.125 + 0.5
    });
    assert_eq!(by_value(&[1.0, 3.0]), (2.0 * 0.5 + 2.0 * 3.0) * 2.0 + 1.0 + 100.0 * 4.0);
}
