//! A variational autoencoder puts handwritten digits in a plane: one network says where a digit lies, and how surely,
//! another draws what lies there.
//!
//! ```sh
//! cargo run --release --example variational_autoencoder --features linalg
//! ```

mod common;
#[path = "digits/dataset.rs"]
mod dataset;
use common::{Example, Layer, Panel, claim, points, tiles};
use dataset::Digits;
use pullback::array::{
    Array, DType, Key, Real, Tree, jit, keepdims, linalg, meshgrid, stack, value_and_grad,
};
use pullback::nn::{Adam, Linear, data};
use pullback::stats::norm;

#[derive(Clone, Tree)]
struct Autoencoder {
    read: Linear,
    place: Linear,
    log_scale: Linear,
    unfold: Linear,
    ink: Linear,
}
impl Autoencoder {
    fn new(hidden: usize, key: &Key) -> Autoencoder {
        let k = key.split(5);
        Autoencoder {
            read: Linear::new(64, hidden, &k[0]),
            place: Linear::new(hidden, 2, &k[1]),
            log_scale: Linear::new(hidden, 2, &k[2]),
            unfold: Linear::new(2, hidden, &k[3]),
            ink: Linear::new(hidden, 64, &k[4]),
        }
    }
    /// Pixels `[n, 64]`: mean and logarithm of the deviation of their places, `[n, 2]` each.
    fn encode(&self, x: &Array) -> (Array, Array) {
        let h = self.read.forward(x).tanh();
        (self.place.forward(&h), self.log_scale.forward(&h))
    }
    /// Places `[n, 2]`: logits of the pixels, `[n, 64]`.
    fn decode(&self, z: &Array) -> Array {
        self.ink.forward(&self.unfold.forward(z).tanh())
    }
    /// The bound of log p(x), for each picture: E[log p(x | z)] − KL(q(z | x) ‖ N(0, 1)), by one sample of z.
    fn bound(&self, x: &Array, key: &Key) -> Array {
        let (mean, log_scale) = self.encode(x);
        let z = &mean + log_scale.exp() * key.normal(mean.shape(), DType::F32);
        let divergence = 0.5 * (mean.square() + (2.0 * &log_scale).exp() - 1.0) - log_scale;
        log_likelihood(x, &self.decode(&z)) - divergence.sum_axis(-1)
    }
}
/// Of pixels as shares of ink, which the logits give the chances of.
fn log_likelihood(x: &Array, logits: &Array) -> Array {
    (x * logits - logits.softplus()).sum_axis(-1)
}

fn main() {
    let example = Example::start();
    let [train, _, test] = dataset::load().expect("the digits are in the program");
    let key = Key::new(0);
    let mut model = Autoencoder::new(example.of(128, 64), &key.fold_in(0));
    let mut adam = Adam::new(&model, 2e-3);
    let step = jit(|(model, x, key): &(Autoencoder, Array, Key)| {
        value_and_grad(|m: &Autoencoder| -m.bound(x, key).mean())(model)
    });
    let mut bounds = vec![];
    for epoch in 0..example.of(300, 60) {
        let key = key.fold_in(1 + epoch);
        for (i, batch) in data::batches(&data::shuffled(&train, &key), 64).enumerate() {
            let (_, g) = step(&(model.clone(), batch.pixels, key.fold_in(1 + i as u64)));
            adam.update(&mut model, &g);
        }
        bounds.push((epoch as f64, model.bound(&test.pixels, &key).mean().item()));
    }

    // The plane, by equal shares of the normal distribution, and what is drawn there.
    let across = example.of(10, 6);
    let parts = (Array::range(across, DType::F32) + 0.5) / across as f64;
    let places = norm::ppf(&parts, 0.0, 1.0);
    let grid = meshgrid(&[places.clone(), -places], "xy");
    let drawn = model.decode(&stack(&[grid[0].ravel(), grid[1].ravel()], 1)).sigmoid();
    let found = model.encode(&test.pixels).0;
    let mut plane = Panel::new("where the test digits lie", "", "").square();
    let labels = test.labels.to_vec::<i32>();
    for (digit, name) in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].into_iter().enumerate() {
        let of_digit = points(&found).into_iter().zip(&labels).filter(|(_, l)| **l == digit as i32);
        plane = plane.with(Layer::Dots(name, of_digit.map(|(p, _)| p).collect()));
    }

    // The best that pixels without anything in common can do.
    let ink = train.pixels.mean_axis(0).clip(1e-3, 1.0 - 1e-3);
    let apart = log_likelihood(&test.pixels, &ink.logit().expand_dims(0)).mean().item();
    let last = bounds[bounds.len() - 1].1;
    let end = bounds.len() as f64;
    example.draw(
        "variational_autoencoder",
        &[
            Panel::image("what lies where", tiles(&drawn.reshape([-1, 8, 8]), across)),
            plane,
            Panel::new("bound of log p, a test digit", "epoch", "")
                .with(Layer::Line("autoencoder", bounds))
                .with(Layer::Dashed("independent pixels", vec![(0.0, apart), (end, apart)])),
        ],
    );
    // The best that two numbers of a linear map can do: principal components.
    let middle = train.pixels.mean_axis(keepdims(0));
    let axes = linalg::svd(&(&train.pixels - &middle)).2.get(..2);
    let linear = (&test.pixels - &middle).matmul(&axes.t()).matmul(&axes) + middle;
    let error = |drawn: Array| (drawn - &test.pixels).square().mean().item();
    let (ours, linear) = (error(model.decode(&found).sigmoid()), error(linear));
    let same = like_neighbour(&found, &test);
    println!("log p of a test digit: {last:.2}, by independent pixels {apart:.2}");
    println!("squared error of a pixel: {ours:.4}, from two principal components {linear:.4}");
    println!("the nearest digit in the plane is the same for {:.1} %", 100.0 * same);
    claim("the bound is better than what independent pixels can do", last > apart);
    claim("two numbers say more of a digit than two principal components", ours < linear);
    let part = example.of(0.6, 0.35);
    claim(format!("{part} of the digits lie beside one of their kind"), same > part);
}

/// The share of digits whose nearest neighbour in the plane is the same digit.
fn like_neighbour(at: &Array, digits: &Digits) -> f64 {
    let apart = (at.expand_dims(1) - at.expand_dims(0)).square().sum_axis(-1);
    let nearest = (apart + 1e9 * Array::identity(data::len(digits), DType::F32)).argmin_axis(-1);
    digits.labels.take_rows(&nearest).equal(&digits.labels).cast(DType::F64).mean().item()
}
