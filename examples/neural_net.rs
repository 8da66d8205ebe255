//! A classifier of two interleaved spirals, and the border that it draws between them.
//!
//! ```sh
//! cargo run --release --example neural_net
//! ```

mod common;
use common::{Example, Layer, Panel, claim, field, points};
use pullback::array::{Array, DType, Key, Real, Tree, concatenate, jit, stack, value_and_grad};
use pullback::nn::{AdamW, Linear, init, softmax_cross_entropy};

#[derive(Clone, Tree)]
struct Net {
    first: Linear,
    second: Linear,
    last: Linear,
}
impl Net {
    fn forward(&self, x: &Array) -> Array {
        self.last.forward(&self.second.forward(&self.first.forward(x).tanh()).tanh())
    }
}

/// Points of arm 0 or 1 of a spiral.
fn arm(which: f64, n: usize, key: &Key) -> Array {
    let t = Array::linspace(0.4, 3.0, n);
    let angle = 2.2 * &t + std::f64::consts::PI * which;
    stack(&[&t * angle.cos(), &t * angle.sin()], 1) + 0.06 * key.normal(&[n, 2], DType::F64)
}

fn main() {
    let example = Example::start();
    let key = Key::new(3);
    let n = 120;
    let arms = [arm(0.0, n, &key.fold_in(0)), arm(1.0, n, &key.fold_in(1))];
    let x = concatenate(&arms, 0);
    let labels = Array::from((0..2 * n).map(|i| (i / n) as i64).collect::<Vec<_>>());
    let [a, b, c] = [2, 3, 4].map(|i| key.fold_in(i));
    let net =
        Net { first: Linear::new(2, 32, &a), second: Linear::new(32, 32, &b), last: Linear::new(32, 2, &c) };
    let mut net = init::with_dtype(&net, DType::F64);
    let mut opt = AdamW::new(&net, 0.01, 1e-4);
    let step = jit(value_and_grad(|net: &Net| softmax_cross_entropy(&net.forward(&x), &labels)));
    for i in 0..example.of(1500, 400) {
        let (loss, g) = step(&net);
        opt.update(&mut net, &g);
        if i % 300 == 0 {
            println!("step {i:4}  loss {:.4}", loss.item())
        }
    }
    let right = net.forward(&x).argmax_axis(-1).equal(&labels).cast(DType::F64).mean().item();
    // From −1, certainly arm 0, to 1.
    let border = |p: &Array| 2.0 * net.forward(p).softmax(-1).get((.., 1)) - 1.0;
    let panel = Panel::new("two spirals, told apart", "", "")
        .square()
        .with(field(border, example.of(80, 16), -3.4..3.4, -3.4..3.4))
        .with(Layer::Dots("arm 0", points(&arms[0])))
        .with(Layer::Dots("arm 1", points(&arms[1])));
    example.draw("neural_net", &[panel]);
    println!("{:.1} % right", 100.0 * right);
    claim("97 of 100 points are told apart", right >= 0.97);
}
