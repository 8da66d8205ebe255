//! A convolutional network reads handwritten digits, and is then deceived: the gradient of the loss by the pixels says
//! how to change a picture a little so that it is misread.
//!
//! ```sh
//! cargo run --release --example convnet
//! ```

mod common;
#[path = "digits/dataset.rs"]
mod dataset;
use common::{Example, Panel, claim, tiles};
use dataset::Digits;
use pullback::array::{Array, DType, Key, Real, Tree, grad, jit, keepdims, value_and_grad};
use pullback::nn::{Adam, Conv2d, Linear, data, max_pool, softmax_cross_entropy};

#[derive(Clone, Tree)]
struct Convnet {
    first: Conv2d,
    second: Conv2d,
    out: Linear,
}
impl Convnet {
    fn new(key: &Key) -> Convnet {
        Convnet {
            first: Conv2d::new(1, 12, [3, 3], &key.fold_in(0)).same(),
            second: Conv2d::new(12, 24, [3, 3], &key.fold_in(1)).same(),
            out: Linear::new(4 * 4 * 24, 10, &key.fold_in(2)),
        }
    }
    /// Pixels `[n, 64]`: logits of the ten digits, `[n, 10]`.
    fn forward(&self, pixels: &Array) -> Array {
        let n = pixels.shape()[0];
        let x = self.first.forward(&pixels.reshape([n, 8, 8, 1])).relu();
        let x = max_pool(&self.second.forward(&x).relu(), [2, 2], [2, 2]);
        self.out.forward(&x.reshape([n, 4 * 4 * 24]))
    }
    fn loss(&self, digits: &Digits) -> Array {
        softmax_cross_entropy(&self.forward(&digits.pixels), &digits.labels)
    }
    fn read(&self, pixels: &Array) -> Array {
        self.forward(pixels).argmax_axis(-1)
    }
    fn accuracy(&self, pixels: &Array, labels: &Array) -> f64 {
        self.read(pixels).equal(labels.cast(DType::I64)).cast(DType::F64).mean().item()
    }
}

fn main() {
    let example = Example::start();
    let [train, _, test] = dataset::load().expect("the digits are in the program");
    let key = Key::new(0);
    let mut net = Convnet::new(&key.fold_in(0));
    let mut adam = Adam::new(&net, 3e-3);
    let step = jit(|(net, batch): &(Convnet, Digits)| value_and_grad(|n: &Convnet| n.loss(batch))(net));
    for epoch in 0..example.of(15, 2) {
        let mut sum = 0.0;
        for batch in data::batches(&data::shuffled(&train, &key.fold_in(1 + epoch)), 64) {
            let (loss, g) = step(&(net.clone(), batch));
            adam.update(&mut net, &g);
            sum += loss.item() / 20.0;
        }
        println!("epoch {epoch:2}  loss {sum:.4}");
    }

    // The same network, its input the variable. Every pixel moves as far: a fifth from paper to ink, up or down.
    let slopes =
        grad(|x: &Array| net.loss(&Digits { pixels: x.clone(), labels: test.labels.clone() }))(&test.pixels);
    let moved = |direction: &Array| (&test.pixels + 0.2 * direction.sign()).clip(0.0, 1.0);
    let (worst, random) = (moved(&slopes), moved(&key.fold_in(99).normal(test.pixels.shape(), DType::F32)));
    let [plain, at_random, deceived] =
        [&test.pixels, &random, &worst].map(|pixels| net.accuracy(pixels, &test.labels));
    println!("read right: {:.1} %", 100.0 * plain);
    println!("moved at random: {:.1} %, along the gradient: {:.1} %", 100.0 * at_random, 100.0 * deceived);

    let shown = |x: &Array| tiles(&x.get(..12).reshape([12, 8, 8]), 4);
    let row = |pixels: &Array| {
        let text: Vec<String> = net.read(pixels).to_vec::<i64>()[..12].iter().map(i64::to_string).collect();
        text.chunks(4).map(|row| row.join(" ")).collect::<Vec<_>>().join(" | ")
    };
    example.draw(
        "convnet",
        &[
            Panel::image(format!("read as {}", row(&test.pixels)), shown(&test.pixels)),
            Panel::image(
                "gradient of the loss by the pixels",
                shown(&(&slopes / slopes.abs().max_axis(keepdims(-1)))),
            ),
            Panel::image(format!("moved along it: {}", row(&worst)), shown(&worst)),
        ],
    );
    let part = example.of(0.97, 0.85);
    claim(format!("{part} of the test digits are read right"), plain > part);
    claim("with every pixel moved at random nine tenths of them still are", at_random > 0.9 * plain);
    claim("with every pixel moved as far along the gradient fewer than a tenth", deceived < 0.1);
}
