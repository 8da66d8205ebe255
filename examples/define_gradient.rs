//! A function with a rule of its own: log Σ exp, whose plain derivative overflows and whose rule does not.
//!
//! ```sh
//! cargo run --example define_gradient
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::array::{Array, Real, check::check_grads, custom, grad, hessian, stack};

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
    let near = |a: Array, b: Array| (a - b).abs().max().item() < 1e-12;
    let at = Array::from([0.3, -0.5, 0.9]);
    check_grads(&logsumexp, &at, 2);
    let p = at.softmax(-1);
    claim("its gradient is the softmax p", near(grad(&logsumexp)(&at), p.clone()));
    claim(
        "its Hessian, by the rule's own derivative, is diag p − p·pᵀ",
        near(hessian(&logsumexp)(&at), p.diag(0) - p.outer(&p)),
    );

    let large = Array::from([1000.0, 1001.0]);
    let (plain, ours) = (grad(naive)(&large), grad(&logsumexp)(&large));
    println!("at {large}: the naive gradient is {plain}, with the rule {ours}");
    claim("where exp overflows the naive gradient is NaN", plain.isnan().all().item() == 1.0);
    claim("and with the rule still the softmax", near(ours, large.softmax(-1)));

    // log(eˣ + e⁷⁰⁰) by x.
    let xs: Vec<f64> =
        (0..example.of(300, 80)).map(|i| 690.0 + 30.0 * f64::from(i) / example.of(300.0, 80.0)).collect();
    let curve = |f: &dyn Fn(&Array) -> Array| {
        let slope = grad(|x: &Array| f(&stack(&[x.clone(), Array::from(700.0)], 0)));
        let points = xs.iter().map(|&x| (x, slope(&Array::from(x)).item()));
        points.filter(|p| p.1.is_finite()).collect::<Vec<_>>()
    };
    let panel = Panel::new("slope of log(exp x + exp 700)", "x", "")
        .with(Layer::Line("with the rule", curve(&|x| logsumexp(x))))
        .with(Layer::Dashed("naive, while it is finite", curve(&naive)));
    example.draw("define_gradient", &[panel]);
}
