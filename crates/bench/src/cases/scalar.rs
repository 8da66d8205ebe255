//! Reverse mode on scalars: the seven programs, value and gradient, at the sizes that are usually quoted and in
//! small, where everything stays in cache.

use super::programs::{self, Random};
use crate::harness::{Case, Named, compare, named};
use pullback::real::{Counts, Scalar, Var, value_and_grad};
use std::hint::black_box;
use std::rc::Rc;

/// A program at its point, with the operations on active numbers that it does, its value, and
/// Σ gᵢ (1 + i mod 17) over its gradient, these two computed by another tool.
#[derive(Clone)]
struct Program {
    name: &'static str,
    operations: f64,
    x: fn() -> Vec<f64>,
    plain: fn(&[f64]) -> f64,
    recorded: fn(&[Var]) -> Var,
    value: f64,
    checksum: f64,
}

macro_rules! program {
    ($name:literal, $operations:literal, $x:expr, |$arg:ident| $f:expr, $value:literal, $checksum:literal) => {
        Program {
            name: $name,
            operations: $operations,
            x: || $x,
            plain: |$arg| $f,
            recorded: |$arg| $f,
            value: $value,
            checksum: $checksum,
        }
    };
}

fn options(m: usize) -> Vec<f64> {
    let mut random = Random(5);
    let ranges = [(80.0, 120.0), (80.0, 120.0), (0.0, 0.05), (0.1, 0.5), (0.1, 2.0)];
    ranges.iter().flat_map(|&(a, b)| (0..m).map(|_| random.between(a, b)).collect::<Vec<_>>()).collect()
}

/// The Gaussian mixture of 25 components in 10 dimensions, for the first so many of a thousand points.
fn gmm<R: Scalar>(x: &[R], n: usize) -> R {
    thread_local! {
        static POINTS: Vec<f64> = Random::fill(77, 10_000, -1.0, 1.0);
    }
    POINTS.with(|points| programs::gmm(x, &points[..10 * n], 10, 25))
}

#[rustfmt::skip]
fn programs() -> Vec<Program> {
    vec![
        program!("scalar_rosenbrock", 7_999_992.0, Random::fill(1, 1_000_000, -2.0, 2.0),
            |x| programs::rosenbrock(x), 455114798.561, -2385034785.71),
        program!("scalar_speelpenning", 999.0, Random::fill(2, 1000, 0.9, 1.1),
            |x| programs::speelpenning(x), 0.493153229143, 4440.90408514),
        program!("scalar_chain", 10_000_000.0, Random::fill(3, 1_000_000, -2.0, 2.0),
            |x| programs::chain(x), 717081.778813, 71389.942006),
        program!("scalar_lorenz", 7_100_000.0, vec![1.0, 1.5, 20.0, 10.0, 28.0, 8.0 / 3.0],
            |x| programs::lorenz(x, 100_000), -0.85199522183, 43259.1411403),
        program!("scalar_black_scholes", 2_700_000.0, options(100_000),
            |x| programs::black_scholes(x), 1484970.40695, 75788586.7374),
        program!("scalar_determinant", 5_313_501.0, Random::fill(6, 40_000, -1.0, 1.0),
            |x| programs::determinant(x), 1.00171462443e+138, 6.42708559392e+140),
        program!("scalar_gmm", 3_381_432.0, Random::fill(7, 25 * (1 + 10 + 55), -0.5, 0.5),
            |x| gmm(x, 1000), -10009.5480338, 60171.3567919),
        program!("small_rosenbrock", 7_992.0, Random::fill(1, 1000, -2.0, 2.0),
            |x| programs::rosenbrock(x), 471929.490103, -3270169.86705),
        program!("small_chain", 10_000.0, Random::fill(3, 1000, -2.0, 2.0),
            |x| programs::chain(x), 712.33285878, 49.7198736168),
        program!("small_lorenz", 71_000.0, vec![1.0, 1.5, 20.0, 10.0, 28.0, 8.0 / 3.0],
            |x| programs::lorenz(x, 1000), 1.68677663655, 2.53012287745),
        program!("small_black_scholes", 27_000.0, options(1000),
            |x| programs::black_scholes(x), 14830.3384291, 747453.780303),
        program!("small_determinant", 5_150.0, Random::fill(6, 400, -1.0, 1.0),
            |x| programs::determinant(x), 454.872167136, 27705.9159457),
        program!("small_gmm", 37_212.0, Random::fill(7, 25 * (1 + 10 + 55), -0.5, 0.5),
            |x| gmm(x, 10), 1990.83025596, 2850.29971756),
    ]
}

/// The cases.
pub fn all() -> Vec<Named> {
    let one = |p: Program| named(p.name, move || case(p.clone()));
    programs().into_iter().map(one).collect()
}

fn case(p: Program) -> Case {
    let (p1, p2, p3, p4) = (p.clone(), p.clone(), p.clone(), p.clone());
    let x1 = Rc::new((p.x)());
    let (x2, x3, x4) = (x1.clone(), x1.clone(), x1.clone());
    Case {
        check: Box::new(move || {
            let (value, gradient) = value_and_grad(p1.recorded)(&x1);
            let checksum: f64 = gradient.iter().enumerate().map(|(i, g)| g * (1 + i % 17) as f64).sum();
            compare("the value by plain numbers", (p1.plain)(&x1), p1.value, 1e-11)?;
            compare("the value", value, p1.value, 1e-11)?;
            compare("the gradient's checksum", checksum, p1.checksum, 1e-10)
        }),
        run: Box::new(move || {
            black_box(value_and_grad(p2.recorded)(black_box(&x2)));
        }),
        primal: Box::new(move || {
            black_box((p3.plain)(black_box(&x3)));
        }),
        note: Box::new(move |seconds| {
            let before = Counts::here();
            value_and_grad(p4.recorded)(&x4);
            let nodes = (Counts::here() - before).nodes as f64;
            // A node takes 24 bytes and its adjoint 8.
            let (ns, bytes) = (seconds * 1e9 / p4.operations, nodes * 32.0 / p4.operations);
            format!("{ns:.2} ns and {bytes:.1} bytes of tape an operation")
        }),
    }
}
