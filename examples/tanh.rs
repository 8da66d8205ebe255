//! tanh and its derivatives, as far as you like: each is the gradient of the one before.
//!
//! ```sh
//! cargo run --example tanh
//! ```

mod common;
use common::{Example, Layer, Panel, claim, curve};
use pullback::array::{Array, Real, elementwise_grad};

/// Written with the exponential function; the library's own is another.
fn tanh(x: &Array) -> Array {
    let y = (-2.0 * x).exp();
    (1.0 - &y) / (1.0 + y)
}

fn main() {
    let example = Example::start();
    let x = Array::linspace(-4.0, 4.0, example.of(401, 101));
    let d1 = elementwise_grad(tanh);
    let d2 = elementwise_grad(&d1);
    let d3 = elementwise_grad(&d2);
    let d4 = elementwise_grad(&d3);
    let panel = Panel::new("tanh and four derivatives", "x", "")
        .with(Layer::Line("tanh", curve(&x, &tanh(&x))))
        .with(Layer::Line("first", curve(&x, &d1(&x))))
        .with(Layer::Line("second", curve(&x, &d2(&x))))
        .with(Layer::Line("third", curve(&x, &d3(&x))))
        .with(Layer::Line("fourth", curve(&x, &d4(&x))));
    example.draw("tanh", &[panel]);

    // tanh′ = 1 − tanh², tanh″ = −2 tanh tanh′.
    let (t, slope) = (x.tanh(), 1.0 - x.tanh().square());
    let apart = |a: Array, b: Array| (a - b).abs().max().item();
    claim("the first derivative is 1 − tanh² to 1e-12", apart(d1(&x), slope.clone()) < 1e-12);
    claim("the second is −2·tanh·(1 − tanh²) to 1e-12", apart(d2(&x), -2.0 * t * slope) < 1e-12);
    let fourth = d4(&Array::from(1.0)).item();
    claim(
        "the fourth at 1 is 0.66509104475, as 50 digits have it",
        (fourth - 0.66509104475050167774).abs() < 1e-12,
    );
}
