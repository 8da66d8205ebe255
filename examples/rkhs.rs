//! Descent in a space of functions: the gradient of a loss by a function is a function, a sum of kernels, and a rule of
//! one's own says so.
//!
//! ```sh
//! cargo run --example rkhs --features linalg
//! ```

mod common;
use common::{Example, Layer, Panel, claim, curve};
use pullback::array::{Array, DType, Key, Real, Tree, custom, eval, linalg, value_and_grad};

/// Σ weightₖ·K(centreₖ, ·) in the reproducing kernel Hilbert space of a Gaussian kernel.
#[derive(Clone, Tree)]
struct Function {
    weights: Array,
}
fn kernel(x: &Array, y: &Array) -> Array {
    (-0.5 * (x.subtract_outer(y) / 0.5).square()).exp()
}

fn main() {
    let example = Example::start();
    let (n, key) = (40, Key::new(0));
    let x = key.fold_in(0).uniform(&[n], -3.0, 3.0, DType::F64);
    let y = x.sin() + 0.3 * (3.0 * &x).cos() + 0.05 * key.fold_in(1).normal(&[n], DType::F64);
    let k = kernel(&x, &x);
    eval(&[&x, &y, &k]);
    // f at the data. Evaluation at xₖ is the inner product with K(xₖ, ·), so a cotangent g comes back as the function with
    // weights g, where the plain chain rule says Kᵀ·g.
    let at_data = k.clone();
    let evaluate = custom(
        move |f: &Function| at_data.matmul(&f.weights),
        |_, _, g: &Array| Function { weights: g.clone() },
    );
    let plain = |f: &Function| k.matmul(&f.weights);
    let risk = |values: Array| (values - &y).square().mean();
    let descend = |step: &dyn Fn(&Function) -> (Array, Function), rate: f64| {
        let mut f = Function { weights: Array::zeros(&[n], DType::F64) };
        let mut losses = vec![];
        for i in 0..example.of(400, 100) {
            let (loss, g) = step(&f);
            losses.push((f64::from(i), loss.item()));
            f.weights -= rate * g.weights;
            f.weights.eval();
        }
        (f, losses)
    };
    // The largest stable steps: 2/(the largest eigenvalue of the Hessian in either metric).
    let top = linalg::eigvalsh(&k).max().item();
    let by_function = value_and_grad(|f: &Function| risk(evaluate(f)));
    let by_weights = value_and_grad(|f: &Function| risk(plain(f)));
    let (f, fast) = descend(&by_function, 0.9 * n as f64 / top);
    let (_, slow) = descend(&by_weights, 0.9 * n as f64 / (top * top));
    let grid = Array::linspace(-3.2, 3.2, 120);
    let fit = Panel::new("the function found", "x", "")
        .with(Layer::Dots("data", curve(&x, &y)))
        .with(Layer::Line("f", curve(&grid, &kernel(&grid, &x).matmul(&f.weights))));
    let to = |l: &[(f64, f64)]| l.iter().position(|l| l.1 < 0.003).unwrap_or(l.len());
    let reached = (to(&fast), to(&slow));
    let descent = Panel::new("loss", "step", "")
        .log()
        .with(Layer::Line("gradient in the space", fast))
        .with(Layer::Line("gradient by weights", slow));
    example.draw("rkhs", &[fit, descent]);
    println!("steps to a loss of 0.003: {} in the space, {} by weights", reached.0, reached.1);
    claim("in the space of functions descent needs less than half the steps", 2 * reached.0 < reached.1);
}
