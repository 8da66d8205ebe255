//! The valley of Rosenbrock, by Newton's method, by conjugate gradients and by plain descent: gradients, Hessians and
//! their products with vectors of a plain Rust function.
//!
//! ```sh
//! cargo run --example rosenbrock
//! ```

mod common;
use common::{Example, Layer, Panel, claim, field, points};
use pullback::array::Array;
use pullback::real::{Scalar, grad, hessian, hvp};

/// `(1 − x)² + 100·(y − x²)²`, with its minimum 0 at (1, 1).
fn rosenbrock<R: Scalar>(x: &[R]) -> R {
    (1.0 - x[0]).square() + 100.0 * (x[1] - x[0] * x[0]).square()
}
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
/// From x along d, as far as f falls.
fn search(x: &mut [f64], d: &[f64], mut t: f64) {
    let at = |t: f64| x.iter().zip(d).map(|(x, d)| x + t * d).collect::<Vec<_>>();
    while rosenbrock(&at(t)) >= rosenbrock(x) && t > 1e-14 {
        t *= 0.5
    }
    x.copy_from_slice(&at(t));
}

/// Newton's direction solves H·d = −g; where it does not go down, −g is taken.
fn newton(x: &[f64], g: &[f64]) -> Vec<f64> {
    let h = hessian(rosenbrock)(x);
    let det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
    let d = vec![(h[0][1] * g[1] - h[1][1] * g[0]) / det, (h[1][0] * g[0] - h[0][0] * g[1]) / det];
    if dot(&d, g) < 0.0 { d } else { g.iter().map(|g| -g).collect() }
}

fn run(name: &str, steps: usize, mut step: impl FnMut(&mut Vec<f64>, &[f64])) -> Vec<(f64, f64)> {
    let (mut x, mut path) = (vec![-1.2, 1.0], vec![]);
    for k in 0..=steps {
        path.push((x[0], x[1]));
        let g = grad(rosenbrock)(&x);
        if dot(&g, &g).sqrt() < 1e-12 || k == steps {
            println!(
                "{name}: {k} steps, minimum at ({:.12}, {:.12}), f = {:.3e}",
                x[0],
                x[1],
                rosenbrock(&x)
            );
            break;
        }
        step(&mut x, &g);
    }
    path
}

fn main() {
    let example = Example::start();
    let by_newton = run("Newton", 100, |x, g| {
        let d = newton(x, g);
        search(x, &d, 1.0)
    });
    // Conjugate gradients (Polak and Ribière); the first length by the curvature along d.
    let (mut last, mut direction): (Vec<f64>, Vec<f64>) = (vec![], vec![]);
    let by_cg = run("conjugate gradients", 500, |x, g| {
        let beta = match last.is_empty() {
            true => 0.0,
            false => (dot(g, g) - dot(g, &last)).max(0.0) / dot(&last, &last),
        };
        let old = std::mem::take(&mut direction).into_iter().chain([0.0; 2]);
        direction = g.iter().zip(old).map(|(g, d)| beta * d - g).collect();
        if dot(&direction, g) >= 0.0 {
            direction = g.iter().map(|g| -g).collect()
        }
        let curvature = dot(&direction, &hvp(rosenbrock)(x, &direction));
        let length = -dot(g, &direction) / curvature;
        search(x, &direction, if length > 0.0 { length } else { 1.0 });
        last = g.to_vec()
    });
    let by_descent = run("descent", example.of(2000, 200), |x, g| {
        let d: Vec<f64> = g.iter().map(|g| -g).collect();
        search(x, &d, 1.0)
    });
    let height =
        |p: &Array| points(p).iter().map(|p| (1.0 + rosenbrock(&[p.0, p.1])).ln()).collect::<Vec<_>>();
    let panel = Panel::new("Rosenbrock's valley", "x", "y")
        .with(field(|p| Array::from(height(p)), example.of(60, 12), -1.6..1.6, -0.6..1.6))
        .with(Layer::Line("Newton", by_newton.clone()))
        .with(Layer::Line("conjugate gradients", by_cg.clone()))
        .with(Layer::Line("descent", by_descent));
    example.draw("rosenbrock", &[panel]);
    let near = |p: &[(f64, f64)]| p.last().is_some_and(|p| (p.0 - 1.0).hypot(p.1 - 1.0) < 1e-9);
    claim("Newton finds the minimum in fewer than 40 steps", near(&by_newton) && by_newton.len() < 40);
    claim("conjugate gradients find it in fewer than 500", near(&by_cg) && by_cg.len() < 500);
    claim("at (0, 0) the gradient is (−2, 0)", grad(rosenbrock)(&[0.0, 0.0]) == [-2.0, 0.0]);
}
