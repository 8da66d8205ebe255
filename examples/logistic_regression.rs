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
    // How probable each point's class is.
    let right = |w: &Array| {
        let p = inputs.matmul(w).sigmoid();
        &p * &targets + (1.0 - &p) * (1.0 - &targets)
    };
    let loss = |w: &Array| -right(w).ln().sum();

    let mut w = Array::zeros(&[3], DType::F64);
    check_grads(loss, &w, 2);
    let step = value_and_grad(loss);
    let (first, slope) = step(&w);
    let mut curves = vec![vec![]; 4];
    let mut losses = vec![];
    for i in 0..=example.of(1000, 100) {
        let (l, g) = step(&w);
        losses.push(l.item());
        curves.iter_mut().zip(right(&w).to_vec::<f64>()).for_each(|(curve, p)| curve.push((f64::from(i), p)));
        w -= 0.01 * g;
        w.eval();
    }
    println!("loss {:.4} → {:.4}, weights {w}", first.item(), losses[losses.len() - 1]);
    let names = ["first point", "second", "third", "fourth"];
    let panel = Panel::new("probability of each point's class", "step", "").within(0.0..1000.0, 0.5..1.0);
    let panel =
        names.iter().zip(curves).fold(panel, |panel, (name, curve)| panel.with(Layer::Line(name, curve)));
    example.draw("logistic_regression", &[panel]);

    claim("the loss begins at 4 ln 2", (first.item() - 4.0 * 2f64.ln()).abs() < 1e-15);
    let by_hand = Array::from([-0.81, 1.255, -1.805]);
    claim("the first gradient is (−0.81, 1.255, −1.805)", (slope - by_hand).abs().max().item() < 1e-15);
    claim("after 100 steps the loss is 1.06727067577", (losses[100] - 1.0672706757870163).abs() < 1e-12);
    claim("every point's class is the more probable one", right(&w).min().item() > 0.5);
}
