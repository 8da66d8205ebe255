//! A small network fits a noisy curve: layers are plain structs, and the gradient is compiled once.
//!
//! ```sh
//! cargo run --release --example neural_net_regression
//! ```

mod common;
use common::{Example, Layer, Panel, claim, curve};
use pullback::array::{Array, DType, Key, Real, Tree, concatenate, jit, value_and_grad};
use pullback::nn::{Adam, Linear, init, mse};

#[derive(Clone, Tree)]
struct Net {
    layers: Vec<Linear>,
}
impl Net {
    fn new(widths: &[usize], key: &Key) -> Net {
        let layer = |(i, w): (usize, &[usize])| Linear::new(w[0], w[1], &key.fold_in(i as u64));
        init::with_dtype(&Net { layers: widths.windows(2).enumerate().map(layer).collect() }, DType::F64)
    }
    fn forward(&self, x: &Array) -> Array {
        let (last, hidden) = self.layers.split_last().expect("a network has layers");
        last.forward(&hidden.iter().fold(x.clone(), |x, layer| layer.forward(&x).tanh()))
    }
}

fn main() {
    let example = Example::start();
    let key = Key::new(0);
    let n = 80;
    // Two stretches of a sine with noise, and nothing between them.
    let stretches = [Array::linspace(-1.0, -0.5, n / 2), Array::linspace(0.5, 1.0, n / 2)];
    let x = concatenate(&stretches, 0).reshape([-1, 1]);
    let y = (4.0 * &x).cos() + 0.1 * key.fold_in(9).normal(&[n, 1], DType::F64);
    let mut net = Net::new(&[1, 24, 24, 1], &key);
    let mut adam = Adam::new(&net, 0.01);
    let step = jit(value_and_grad(|net: &Net| mse(&net.forward(&x), &y)));
    let mut losses = vec![];
    for i in 0..example.of(1500, 1000) {
        let (loss, g) = step(&net);
        adam.update(&mut net, &g);
        losses.push((f64::from(i), loss.item()));
    }
    let grid = Array::linspace(-1.3, 1.3, 120).reshape([-1, 1]);
    let fit = Panel::new("what it learned", "x", "y")
        .with(Layer::Dots("data", curve(&x, &y)))
        .with(Layer::Line("network", curve(&grid, &net.forward(&grid))));
    let descent = Panel::new("mean squared error", "step", "").log().with(Layer::Line("", losses));
    example.draw("neural_net_regression", &[fit, descent]);
    let loss = mse(&net.forward(&x), &y).item();
    println!("mean squared error {loss:.5}; the noise's is 0.01");
    claim("the error is that of the noise, to a factor of two", loss < 0.02);
}
