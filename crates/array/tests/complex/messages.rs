//! What is refused, and what is said.

use super::{message, normal};
use pullback_array::*;

#[test]
fn what_complex_numbers_do_not_have() {
    let z = normal(1, &[2]);
    let says = |f: fn(&Array) -> Array, text: &str| {
        let z = z.clone();
        let have = message(move || f(&z));
        assert!(have.contains(text) && have.contains("tests/complex/m"), "{have}");
    };
    says(|z| z.floor(), "floor: complex numbers have none; take it of .real() and .imag(), or of .abs()");
    says(|z| z.erf(), "erf: complex numbers have none");
    says(|z| z.max(), "max: complex numbers have no order; compare .real(), .imag() or .abs()");
    says(|z| z.less(z), "less: complex numbers have no order");
    says(|z| z.sort(0), "complex numbers have no order");
    says(|z| z.cast(DType::F64), "cast: a complex array has no f64 form that keeps its imaginary parts");
    says(
        |z| grad(|z: &Array| z.sum())(z),
        "grad: the function returns a complex number, which has no gradient",
    );
    says(|z| jacobian(|z: &Array| z.clone())(z), "jacobian: a complex array has two Jacobians' worth");
    says(
        |z| holomorphic_grad(|z: &Array| z.abs().sum())(z),
        "holomorphic_grad: the function must return one complex number",
    );
    let x = Array::from(1.0);
    let have = message(move || holomorphic_grad(|x: &Array| x * Complex64::I)(&x));
    assert!(
        have.contains("holomorphic_grad: leaf `` is f64, and no holomorphic function is of a real number"),
        "{have}"
    );
    let have = message(|| Array::complex(Array::from([1, 2]), Array::from([1, 2])));
    assert!(have.contains("complex: the parts must be f32 or f64, not i32"), "{have}");
}
