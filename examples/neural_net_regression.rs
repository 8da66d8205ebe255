//! A small network fits a noisy curve: layers as plain structs, the whole training step compiled once.
//!
//! ```sh
//! cargo run --release --example neural_net_regression
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::array::{Array, DType, Key, Real, Tree, value_and_grad};
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
    let x = pullback::array::concatenate(
        &[Array::linspace(0.0, 2.0, n / 2), Array::linspace(6.0, 8.0, n / 2)],
        0,
    );
    let x = ((x - 4.0) / 4.0).reshape([-1, 1]);
    let y = (4.0 * &x).cos() + 0.1 * key.fold_in(9).normal(&[n, 1], DType::F64);
    let mut net = Net::new(&[1, 24, 24, 1], &key);
    let mut adam = Adam::new(&net, 0.01);
    let step = value_and_grad(|net: &Net| mse(&net.forward(&x), &y));
    let mut losses = vec![];
    for i in 0..example.of(1500, 300) {
        let (loss, g) = step(&net);
        adam.update(&mut net, &g);
        losses.push((f64::from(i), loss.item().ln()));
    }
    let grid = Array::linspace(-1.3, 1.3, 120).reshape([-1, 1]);
    let points =
        |x: &Array, y: &Array| x.to_vec::<f64>().into_iter().zip(y.to_vec::<f64>()).collect::<Vec<_>>();
    let fit = Panel::new("what it learned", "x", "y")
        .with(Layer::Dots("data", points(&x, &y)))
        .with(Layer::Line("network", points(&grid, &net.forward(&grid))));
    let curve = Panel::new("logarithm of the loss", "step", "").with(Layer::Line("", losses));
    example.draw("neural_net_regression", &[fit, curve]);
    let loss = mse(&net.forward(&x), &y).item();
    println!("mean squared error {loss:.5}; the noise's is 0.01");
    claim("the error is that of the noise, to a factor of two", loss < example.of(0.02, 0.06));
}
