//! Functions of complex matrices against JAX 0.10.2 in double precision, on the same numbers: the value, and the gradient's
//! real parts weighted by 1, 2, 3 … plus its imaginary parts weighted by 1, 4, 9 …

use super::complex::h;
use super::*;

/// sin((k + 1)s) + i cos(1.7 (k + 2)s) for the elements k = 0, 1, 2 ….
fn matrix(shape: [usize; 2], s: f64) -> Array {
    let k = Array::range(shape[0] * shape[1], DType::F64);
    Array::complex(((&k + 1.0) * s).sin(), ((k + 2.0) * (1.7 * s)).cos()).reshape(shape.map(|n| n as i64))
}
/// cos k for the elements k = 0, 1, 2 ….
fn weights(shape: [usize; 2]) -> Array {
    Array::range(shape[0] * shape[1], DType::F64).cos().reshape(shape.map(|n| n as i64))
}
fn is(what: &str, f: impl Fn(&Array) -> Array, at: &Array, want: [f64; 2]) {
    let (y, g) = value_and_grad(f)(at);
    let k = Array::range(g.size(), DType::F64) + 1.0;
    let sum = (g.real().ravel() * &k + g.imag().ravel() * k.square()).sum();
    for (have, want) in [y.item(), sum.item()].into_iter().zip(want) {
        assert!((have - want).abs() <= 1e-10 * want.abs().max(1.0), "{what}: {have}, not {want}")
    }
}

#[test]
fn gradients_of_complex_matrices_are_those_of_jax() {
    let (a, tall) = (matrix([3, 3], 0.7), matrix([4, 3], 0.9));
    let definite = |a: &Array| a.matmul(&h(a)) + 3.0 * eye(3);
    let rising = Array::from([1.0, 2.0, 3.0]);
    let squares = |x: Array, shape: [usize; 2]| (x.abs_squared() * weights(shape)).sum();
    is("logdet", |a| slogdet(a).1, &a, [-1.3971197135271858, -314.16777775135233]);
    let phase = |a: &Array| slogdet(a).0.real() * 2.0 + slogdet(a).0.imag();
    is("phase", phase, &a, [-0.24091038429519496, 428.20823418151053]);
    is("det", |a| det(a).abs(), &a, [0.2473082577142562, -77.69628574564663]);
    is("svdvals", |a| (svdvals(a) * &rising).sum(), &tall, [9.022790829518767, 61.77462299390737]);
    let eigenvalues = |a: &Array| (eigvalsh(&definite(a)) * &rising).sum();
    is("eigvalsh", eigenvalues, &a, [42.653243092678366, 20.55228454778728]);
    let vectors = |a: &Array| squares(eigh(&definite(a)).1, [3, 3]);
    is("eigh", vectors, &a, [0.30542101593721566, -28.259299766079053]);
    let factor = |a: &Array| squares(cholesky(&definite(a)), [3, 3]);
    is("cholesky", factor, &a, [2.543698191229746, 152.81267717885248]);
    is("pinv", |a| squares(pinv(a), [3, 4]), &tall, [0.015385121942467989, -18.650248525969012]);
    is("svd", |a| squares(svd(a).0, [4, 3]), &tall, [0.32357820881842747, 0.24105611517625292]);
    is("qr", |a| squares(qr(a).1, [3, 3]), &tall, [0.7639732175174785, -32.264182584353385]);
    is("inv", |a| (inv(a).real() * weights([3, 3])).sum(), &a, [7.600743705310533, -960.5159591893313]);
}
