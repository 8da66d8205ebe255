//! Values: every function against num-complex, structure and products against loops.

use super::{close, normal, numbers, real, same};
use pullback_array::*;

const I: Complex64 = Complex64::I;

/// Points all over the plane, the axes included.
fn points() -> Vec<Complex64> {
    let at = [
        (0.3, 0.4),
        (-0.8, 0.2),
        (-1.7, -0.9),
        (2.5, -3.0),
        (1.0, 2.0),
        (0.0, 0.7),
        (0.6, 0.0),
        (-2.0, 1e-9),
    ];
    at.iter().map(|&(re, im)| Complex64::new(re, im)).collect()
}

#[test]
fn functions_are_those_of_num_complex() {
    type Pair = (&'static str, fn(&Array) -> Array, fn(Complex64) -> Complex64);
    let all: [Pair; 26] = [
        ("neg", |z| -z, |z| -z),
        ("exp", |z| z.exp(), |z| z.exp()),
        ("exp2", |z| z.exp2(), |z| z.exp2()),
        ("exp_m1", |z| z.exp_m1(), |z| z.exp() - 1.0),
        ("ln", |z| z.ln(), |z| z.ln()),
        ("log2", |z| z.log2(), |z| z.log2()),
        ("log10", |z| z.log10(), |z| z.log10()),
        ("ln_1p", |z| z.ln_1p(), |z| (1.0 + z).ln()),
        ("sqrt", |z| z.sqrt(), |z| z.sqrt()),
        ("square", |z| z.square(), |z| z * z),
        ("recip", |z| z.recip(), |z| z.inv()),
        ("powi", |z| z.powi(-3), |z| z.powi(-3)),
        ("pow", |z| z.powf(2.5), |z| z.powf(2.5)),
        ("sin", |z| z.sin(), |z| z.sin()),
        ("cos", |z| z.cos(), |z| z.cos()),
        ("tan", |z| z.tan(), |z| z.tan()),
        ("sinh", |z| z.sinh(), |z| z.sinh()),
        ("cosh", |z| z.cosh(), |z| z.cosh()),
        ("tanh", |z| z.tanh(), |z| z.tanh()),
        ("asin", |z| z.asin(), |z| z.asin()),
        ("acos", |z| z.acos(), |z| z.acos()),
        ("atan", |z| z.atan(), |z| z.atan()),
        ("asinh", |z| z.asinh(), |z| z.asinh()),
        ("acosh", |z| z.acosh(), |z| z.acosh()),
        ("atanh", |z| z.atanh(), |z| z.atanh()),
        ("conj", |z| z.conj(), |z| z.conj()),
    ];
    for (name, ours, theirs) in all {
        for at in points() {
            // num-complex takes the other side of a cut for a real argument on it.
            if at.im == 0.0 && matches!(name, "acosh" | "acos" | "asin" | "atanh") {
                continue;
            }
            let (have, want) = (ours(&Array::from(at)).item_complex(), theirs(at));
            // Their inverse functions lose some digits next to the branch point.
            assert!((have - want).norm() <= 2e-13 * want.norm().max(1.0), "{name}({at}): {have}, {want}");
        }
    }
    let z = Array::from(points());
    let parts = |f: fn(Complex64) -> f64| points().into_iter().map(f).collect::<Vec<f64>>();
    for (have, want) in [
        (z.abs(), parts(|z| z.norm())),
        (z.angle(), parts(|z| z.arg())),
        (z.real(), parts(|z| z.re)),
        (z.imag(), parts(|z| z.im)),
        (z.abs_squared(), parts(|z| z.norm_sqr())),
    ] {
        assert_eq!(have.dtype(), DType::F64);
        have.to_vec::<f64>()
            .iter()
            .zip(want)
            .for_each(|(x, y)| assert!((x - y).abs() <= 4e-16 * y.abs(), "{x} {y}"))
    }
}

#[test]
fn without_avoidable_overflow() {
    for size in [1e300, 1e-300] {
        let at = Complex64::new(3.0, 4.0) * size;
        let z = Array::from(at);
        assert!((z.abs().item() / size - 5.0).abs() < 1e-14);
        assert!(((&z / &z).item_complex() - 1.0).norm() < 1e-15);
        let root = z.sqrt().item_complex();
        assert!((root * root / size - Complex64::new(3.0, 4.0)).norm() < 1e-14);
    }
}

#[test]
fn operators_join_what_stands_beside_them() {
    let (x, z) = (Array::from([1.0, 2.0]), normal(1, &[2]));
    let values = numbers(&z);
    close(&(&x * &z), &[values[0], 2.0 * values[1]]);
    close(&(&z / &x), &[values[0], values[1] / 2.0]);
    close(&(&z - 1.0), &[values[0] - 1.0, values[1] - 1.0]);
    close(&(2.0 / &z), &[2.0 / values[0], 2.0 / values[1]]);
    close(&(I * &x), &[I, 2.0 * I]);
    close(
        &(&z + Complex64::new(0.5, -1.0)),
        &[values[0] + Complex64::new(0.5, -1.0), values[1] + Complex64::new(0.5, -1.0)],
    );
    close(&z.pow(&z), &[values[0].powc(values[0]), values[1].powc(values[1])]);
    let single = z.cast(DType::C64);
    assert_eq!((&single * 2.0).dtype(), DType::C64);
    assert_eq!((Array::from([1.0f32, 2.0]) * I).dtype(), DType::C64);
    assert_eq!(single.abs().dtype(), DType::F32);
    assert_eq!(z.equal(&z).to_vec::<bool>(), [true, true]);
    assert_eq!(z.not_equal(z.conj()).to_vec::<bool>(), [true, true]);
    assert_eq!(
        Array::complex(1.0, Array::from([2.0, 3.0])).to_vec::<Complex64>(),
        [Complex64::new(1.0, 2.0), Complex64::new(1.0, 3.0)]
    );
}

#[test]
fn reductions_and_structure() {
    let z = normal(1, &[3, 4]);
    let v = numbers(&z);
    close(&z.sum(), &[v.iter().sum()]);
    close(&z.mean(), &[v.iter().sum::<Complex64>() / 12.0]);
    close(&z.prod(), &[v.iter().product()]);
    close(&z.get(0).cumsum(0), &[v[0], v[0] + v[1], v[0] + v[1] + v[2], v[0] + v[1] + v[2] + v[3]]);
    close(&z.get(0).cumprod(0).get(-1), &[v[0] * v[1] * v[2] * v[3]]);
    close(&z.t(), &(0..12).map(|k| v[k % 3 * 4 + k / 3]).collect::<Vec<_>>());
    close(&z.flip(1).get(0), &[v[3], v[2], v[1], v[0]]);
    close(&z.take(&Array::from([2i64, 0]), 0).get((1, 1)), &[v[1]]);
    close(&z.at_add(Array::from(1i64), z.get(0)).get((1, 0)), &[v[4] + v[0]]);
    close(
        &where_(&z.real().greater(0.0), &z, z.zeros_like()).sum(),
        &[v.iter().filter(|z| z.re > 0.0).sum()],
    );
    // NumPy's variance of complex numbers: the mean of |z − mean|².
    let mean = v.iter().sum::<Complex64>() / 12.0;
    let var = v.iter().map(|z| (z - mean).norm_sqr()).sum::<f64>() / 12.0;
    assert!((z.var().item() - var).abs() < 1e-14);
    assert!((z.norm().item() - v.iter().map(|z| z.norm_sqr()).sum::<f64>().sqrt()).abs() < 1e-14);
    let none = Array::zeros(&[0, 3], DType::C128);
    assert_eq!((none.sum().item_complex(), (&none * &none).shape()), (0.0.into(), &[0, 3][..]));
    assert_eq!(format!("{}", Array::from(Complex64::new(1.0, -2.0))), "1.-2.i");
}

#[test]
fn products() {
    let (a, b) = (normal(1, &[3, 4]), normal(2, &[4, 2]));
    let (v, w) = (numbers(&a), numbers(&b));
    let entry = |k: usize| (0..4).map(|j| v[k / 2 * 4 + j] * w[j * 2 + k % 2]).sum::<Complex64>();
    let want: Vec<Complex64> = (0..6).map(entry).collect();
    close(&a.matmul(&b), &want);
    close(&einsum("ij,jk->ik", &[a.clone(), b.clone()]), &want);
    close(&a.tensordot(&b, 1), &want);
    // A real factor is one of two products.
    let r = real(3, &[4, 2]);
    same(&a.matmul(&r), &a.matmul(&Array::complex(&r, 0.0)));
    close(&a.get(0).dot(&a.get(0)), &[v[..4].iter().map(|z| z * z).sum()]);
}

#[test]
fn in_batches_and_compiled() {
    let z = normal(1, &[4, 3]);
    let f = |z: &Array| (z * z.sin()).sum() / (1.0 + z.get(0));
    let rows: Vec<Array> = (0..4).map(|i| f(&z.get(i))).collect();
    same(&vmap(f)(&z), &stack(&rows, 0));
    same(&jit(vmap(f))(&z), &stack(&rows, 0));
    let loss = |z: &Array| (z * z.exp()).abs_squared().sum();
    let rows: Vec<Array> = (0..4).map(|i| grad(loss)(&z.get(i))).collect();
    same(&jit(vmap(grad(loss)))(&z), &stack(&rows, 0));
    let step = |s: &Array, x: &Array| (s * x + 1.0, s.abs());
    let (last, _) = scan(step, &Array::from(I), &z.get(0));
    let v = numbers(&z);
    close(&last, &[((I * v[0] + 1.0) * v[1] + 1.0) * v[2] + 1.0]);
}
