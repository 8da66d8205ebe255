//! Whole-array kernels, value and gradient, compiled: a fused chain, a reduction, matrix products.

use super::gradient::{Loss, Reference, check, gradient, numbers};
use crate::harness::{Case, Named, named};
use pullback::array::{Array, DType, Real, Tree};

/// Every case of the family.
#[rustfmt::skip]
pub fn all() -> Vec<Named> {
    vec![
        named("chain", || {
            let n = 10_000_000;
            let f = |x: &Array, _: &()| (x.sin() * (-x * x).exp() + x.tanh()).sum();
            kernel((numbers(&[n], 1, DType::F64), ()), f, CHAIN,
                move |s| format!("{:.2} ns an element", s * 1e9 / n as f64))
        }),
        named("lse", || {
            let f = |x: &Array, _: &()| x.logsumexp_axis(1).sum();
            kernel((numbers(&[4096, 4096], 1, DType::F32), ()), f, LSE,
                |s| format!("{:.1} GB/s of input and gradient", 2.0 * 4.0 * 4096f64.powi(2) / s / 1e9))
        }),
        named("matmul_f32", || matmul(DType::F32, MATMUL_F32)),
        named("matmul_f64", || matmul(DType::F64, MATMUL_F64)),
    ]
}

const CHAIN: Reference =
    Reference { value: -2771.835131789518, gradient: 9286155.981398305, after: f64::NAN };
const LSE: Reference = Reference { value: 35944.39231478128, gradient: 1.8437289596954014, after: f64::NAN };
const MATMUL_F32: Reference =
    Reference { value: -11414.879013841011, gradient: 2150757753.628395, after: f64::NAN };
const MATMUL_F64: Reference =
    Reference { value: -11414.879074312832, gradient: 2150757753.8655996, after: f64::NAN };

fn kernel<P: Tree + Clone + 'static, D: Tree + Clone + 'static>(
    both: (P, D),
    f: Loss<P, D>,
    want: Reference,
    note: impl Fn(f64) -> String + 'static,
) -> Case {
    gradient(both, f, move |both| check(f, both, want), note)
}

/// Σ c · (a b), the gradient by a and b: three products.
fn matmul(dtype: DType, want: Reference) -> Case {
    let n = 1024;
    let [a, b, c] = [1, 2, 3].map(|seed| numbers(&[n, n], seed, dtype));
    let f = |(a, b): &(Array, Array), c: &Array| (a.matmul(b) * c).sum();
    kernel(((a, b), c), f, want, move |s| {
        format!("{:.0} GFLOP/s in three products", 3.0 * 2.0 * (n as f64).powi(3) / s / 1e9)
    })
}
