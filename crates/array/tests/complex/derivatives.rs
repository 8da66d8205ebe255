//! Derivatives: both modes to second order against differences, and the convention.

use super::{close, normal, real, same};
use pullback_array::{check::check_grads, *};

/// Away from the cuts and the origin.
fn z() -> Array {
    Array::from([Complex64::new(0.4, 0.7), Complex64::new(-0.6, 0.5), Complex64::new(1.2, -0.8)])
}

#[test]
fn functions() {
    let all: [fn(&Array) -> Array; 33] = [
        |z| -z,
        |z| z.exp(),
        |z| z.exp2(),
        |z| z.exp_m1(),
        |z| z.ln(),
        |z| z.log2(),
        |z| z.ln_1p(),
        |z| z.sqrt(),
        |z| z.square(),
        |z| z.recip(),
        |z| z.powi(-3),
        |z| z.powf(2.5),
        |z| z.sin(),
        |z| z.cos(),
        |z| z.tan(),
        |z| z.sinh(),
        |z| z.cosh(),
        |z| z.tanh(),
        |z| z.sech(),
        |z| z.asin(),
        |z| z.acos(),
        |z| z.atan(),
        |z| z.asinh(),
        |z| z.acosh(),
        |z| z.atanh(),
        |z| z.conj(),
        |z| z.abs(),
        |z| z.angle(),
        |z| z.real().sin() * z.imag(),
        |z| z.abs_squared(),
        |z| z.pow(z),
        |z| z.prod() + z.cumprod(0) + z.var(),
        |z| z.norm() * z.mean(),
    ];
    for f in all {
        check_grads(f, &z(), 2);
    }
}

#[test]
fn of_two_and_structure() {
    let (a, b) = (normal(1, &[2, 3]), normal(2, &[3, 2]) + 2.0);
    let pair = (a.clone(), b.clone());
    check_grads(|(a, b): &(Array, Array)| a.matmul(b), &pair, 2);
    check_grads(|(a, b): &(Array, Array)| a / b.t(), &pair, 2);
    check_grads(|(a, b): &(Array, Array)| b.t().pow(a), &pair, 2);
    check_grads(|(a, b): &(Array, Array)| einsum("ij,jk->k", &[a.clone(), b.clone()]), &pair, 2);
    check_grads(|z: &Array| z.t().flip(0).get((.., 1)) * z.take(&Array::from([0i64, 0, 1]), 0).sum(), &a, 2);
    check_grads(|z: &Array| z.at_add(Array::from(0i64), z.get(1)).cumsum(1), &a, 2);
    // From real numbers through complex ones to real ones.
    check_grads(|x: &Array| (x * Complex64::I).exp().real() + (x + Complex64::I).abs(), &real(1, &[4]), 2);
    check_grads(|(x, y): &(Array, Array)| Array::complex(x, y).sqrt(), &(real(1, &[3]), real(2, &[3])), 2);
    check_grads(|x: &Array| x.cast(DType::C128) * Complex64::new(1.0, 2.0), &real(1, &[3]), 2);
    let single: [fn(&Array) -> Array; 4] =
        [|z| (z * z).tanh().abs(), |z| z.recip(), |z| (z / (z + 1.0)).sqrt(), |z| z.ln() * z.atanh()];
    for f in single {
        check_grads(f, &z().cast(DType::C64), 1);
    }
}

#[test]
fn the_convention() {
    // ∂L/∂x − i ∂L/∂y of a real L: a step of gradient descent goes along the conjugate.
    let at = Array::from(Complex64::new(1.0, 2.0));
    close(&grad(|z: &Array| z.abs_squared())(&at), &[Complex64::new(2.0, -4.0)]);
    close(&grad(|z: &Array| z.abs().square())(&at), &[Complex64::new(2.0, -4.0)]);
    close(&grad(|z: &Array| (z * z).real())(&at), &[Complex64::new(2.0, 4.0)]);
    let mut w = at.clone();
    for _ in 0..200 {
        w = &w - 0.1 * grad(|w: &Array| (w - Complex64::new(0.5, -1.0)).abs_squared())(&w).conj()
    }
    close(&w, &[Complex64::new(0.5, -1.0)]);
    let d = holomorphic_grad(|z: &Array| z * z.sin())(&at);
    close(&d, &[Complex64::new(11.302297118539434, 2.9731492563091373)]);
    // The second derivative is the first one's: e^z is all of its own.
    let second = holomorphic_grad(|z: &Array| holomorphic_grad(|z: &Array| z.exp())(z));
    same(&second(&at), &at.exp());
    // Taylor mode: e^{z + t} has e^z/k!.
    let y = jet(|z: &Array| z.exp() * (2.0 * z).sqrt() / (2.0 * z).sqrt())(
        &at,
        &[at.ones_like(), at.zeros_like()],
    );
    same(&y[2], &(at.exp() / 2.0));
    // At |z| = 0 the derivative is 0, as for real numbers.
    close(&grad(|z: &Array| z.abs())(&Array::from(Complex64::ZERO)), &[Complex64::ZERO]);
}
