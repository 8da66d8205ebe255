//! Logistic regression by gradient descent, on four points: the example of every introduction.
//!
//! ```sh
//! cargo run --example logistic_regression
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::array::{Array, DType, Real, check::check_grads, value_and_grad};

fn main() {
    let example = Example::start();
    let inputs =
        Array::from([[0.52, 1.12, 0.77], [0.88, -1.08, 0.15], [0.52, 0.06, -1.30], [0.74, -2.49, 1.39]]);
    let targets = Array::from([1.0, 1.0, 0.0, 1.0]);
    let loss = |w: &Array| {
        let p = inputs.matmul(w).sigmoid();
        -(&p * &targets + (1.0 - &p) * (1.0 - &targets)).ln().sum()
    };
    let mut w = Array::zeros(&[3], DType::F64);
    check_grads(loss, &w, 2);
    let step = value_and_grad(loss);
    let mut losses = vec![];
    for i in 0..example.of(1000, 100) {
        let (l, g) = step(&w);
        losses.push((i as f64, l.item()));
        if i == 100 || example.quick && i == 99 {
            println!("loss after {i} steps {:.6}, weights {w}", l.item());
        }
        w = &w - 0.01 * g;
        w.eval();
    }
    let (first, last) = (losses[0].1, losses[losses.len() - 1].1);
    example.draw("logistic_regression", &[Panel::new("loss", "step", "").with(Layer::Line("", losses))]);
    claim("the loss begins at 4 ln 2", (first - 4.0 * 2f64.ln()).abs() < 1e-15);
    claim("and falls to less than 0.4 of it", last < 0.4 * first);
    let right =
        (inputs.matmul(&w).sigmoid().greater(0.5).cast(DType::F64) - &targets).abs().max().item() == 0.0;
    claim("all four points are classified right", right);
}
