//! A function with a rule of its own: log Σ exp, whose plain derivative overflows and whose rule does not.
//!
//! ```sh
//! cargo run --example define_gradient
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::array::{Array, Real, check::check_grads, custom, grad};

fn naive(x: &Array) -> Array {
    x.exp().sum().ln()
}

fn main() {
    let example = Example::start();
    // The value without overflow; the cotangent of x is g·exp(x − y). The rule is itself made of arrays.
    let logsumexp = custom(
        |x: &Array| {
            let top = x.max();
            &top + (x - &top).exp().sum().ln()
        },
        |x: &Array, y: &Array, g: &Array| g * (x - y).exp(),
    );
    let f = |y: &Array| logsumexp(&y.square());
    let at = Array::from([1.5, 6.7, 1e-10]);
    println!("gradient of log Σ exp(y²) at {at}\n  {}", grad(f)(&at));
    check_grads(f, &Array::from([0.3, -0.5, 0.9]), 2);
    claim("values, first and second derivatives agree with differences", true);

    let large = Array::from([1000.0, 1001.0]);
    let (plain, ours) = (grad(naive)(&large), grad(|x: &Array| logsumexp(x))(&large));
    println!("at {large}: the naive gradient is {plain}, with the rule {ours}");
    claim("the naive gradient is NaN", plain.to_vec::<f64>().iter().any(|g| g.is_nan()));
    claim("the rule's is the softmax", (ours.sum().item() - 1.0).abs() < 1e-12);

    let xs: Vec<f64> = (0..example.of(400, 80)).map(|i| 680.0 + 0.15 * f64::from(i)).collect();
    let slope = |f: &dyn Fn(&Array) -> Array, x: f64| {
        grad(|x: &Array| f(&pullback::array::stack(&[x.clone(), 700.0 - 0.0 * x], 0)))(&Array::from(x)).item()
    };
    let curve = |f: &dyn Fn(&Array) -> Array| {
        xs.iter().map(|&x| (x, slope(f, x))).filter(|p| p.1.is_finite()).collect::<Vec<_>>()
    };
    let panel = Panel::new("slope of log(exp x + exp 700)", "x", "")
        .with(Layer::Line("with the rule", curve(&|x| logsumexp(x))))
        .with(Layer::Dashed("naive, while it is finite", curve(&naive)));
    example.draw("define_gradient", &[panel]);
}
