//! The same bound climbed along the natural gradient: the gradient in the metric of the distributions themselves, which
//! is that of their Fisher information.
//!
//! ```sh
//! cargo run --release --example natural_gradient_black_box_svi
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::array::{Array, DType, Key, Krylov, Real, fisher, grad, jit, linear_solve, tree::zip};
use pullback::stats::norm;

/// Narrow one way and wide the other: a step that suits one is wrong for the other.
fn log_density(x: &Array) -> Array {
    let (a, b) = (x.get((.., 0)), x.get((.., 1)));
    norm::logpdf(&a, 1.0, 0.1) + norm::logpdf(&b, -2.0, 3.0)
}

type Q = (Array, Array);
fn bound((mean, log_scale): &Q, key: &Key) -> Array {
    let noise = key.normal(&[100, 2], DType::F64);
    log_density(&(mean + log_scale.exp() * noise)).mean() + norm::entropy(log_scale.exp()).sum()
}
/// Minus the logarithm of q's own density at samples of it: what the Fisher information is made of.
fn surprise((mean, log_scale): &Q, x: &Array) -> Array {
    -norm::logpdf(x, mean, log_scale.exp()).sum_axis(-1)
}

/// The direction of the next step.
fn direction(natural: bool, q: &Q, key: &Key) -> Q {
    let g = grad(|q: &Q| bound(q, key))(q);
    if !natural {
        return g;
    }
    // The Fisher information is never formed: only its products with vectors, for conjugate gradients.
    let samples = &q.0 + q.1.exp() * key.fold_in(1).normal(&[400, 2], DType::F64);
    let product = fisher(|q: &Q| surprise(q, &samples));
    let damped = |v: &Q| zip(&product(q, v), v, |f, v| f + 1e-3 * v);
    linear_solve(damped, &g, Krylov { tolerance: 1e-6, ..Krylov::CG })
}

fn climb(natural: bool, steps: u64, rate: f64) -> Vec<(f64, f64)> {
    let key = Key::new(4);
    let mut q = (Array::from([2.0, 2.0]), Array::from([-2.0, -2.0]));
    let step = jit(|(q, key): &(Q, Key)| {
        let q = zip(q, &direction(natural, q, key), |q, d| q + rate * d);
        let reached = bound(&q, &Key::new(99));
        (q, reached)
    });
    let mut bounds = vec![];
    for i in 0..steps {
        let (next, reached) = step(&(q, key.fold_in(i)));
        q = next;
        bounds.push((i as f64, reached.item()));
    }
    bounds
}

fn main() {
    let example = Example::start();
    let steps = example.of(300, 150);
    // The narrow way has the curvature 1/0.1²: along the plain gradient a rate of 0.02 would not be stable.
    let (plain, natural) = (climb(false, steps, 0.01), climb(true, steps, 0.1));
    let last = |b: &[(f64, f64)]| b[b.len() - 1].1;
    println!("after {steps} steps: plain {:.3}, natural {:.3}", last(&plain), last(&natural));
    let best = last(&natural);
    let reached = |b: &[(f64, f64)]| b.iter().position(|b| b.1 > best - 0.3).unwrap_or(b.len());
    println!("steps to within 0.3 of it: plain {}, natural {}", reached(&plain), reached(&natural));
    let shown = |b: &[(f64, f64)]| b.iter().copied().filter(|b| b.1 > -30.0).collect::<Vec<_>>();
    let panel = Panel::new("the bound", "step", "")
        .with(Layer::Line("natural gradient", shown(&natural)))
        .with(Layer::Line("gradient", shown(&plain)));
    example.draw("natural_gradient_black_box_svi", &[panel]);
    claim("the natural gradient needs less than half the steps", 2 * reached(&natural) < reached(&plain));
}
