//! Latent coordinates of points in six dimensions, by a Gaussian process whose inputs are learned: the gradient goes
//! by what is usually the data.
//!
//! ```sh
//! cargo run --release --example gplvm --features linalg
//! ```

mod common;
use common::{Example, Layer, Panel, claim, points};
use pullback::array::{Array, DType, Key, Real, Tree, jit, linalg, stack, value_and_grad};
use pullback::nn::Adam;

#[derive(Clone, Tree)]
struct Model {
    /// One coordinate of the plane for each point.
    latent: Array,
    log_length: Array,
    log_noise: Array,
}
impl Model {
    /// −log p(data, latent): each column of the data is a Gaussian process on the latent plane.
    fn loss(&self, data: &Array) -> Array {
        let (n, d) = (data.shape()[0], data.shape()[1]);
        let z = &self.latent * (-&self.log_length).exp();
        let apart = (z.expand_dims(1) - z.expand_dims(0)).square().sum_axis(-1);
        let k = (-0.5 * apart).exp() + (2.0 * &self.log_noise).exp() * Array::identity(n, DType::F64);
        let l = linalg::cholesky(&k);
        let half = linalg::solve_triangular(&l, data, linalg::Triangle::lower());
        let likelihood = -0.5 * half.square().sum() - d as f64 * l.diagonal(0, 0, 1).ln().sum();
        -(likelihood - 0.5 * self.latent.square().sum()) / n as f64
    }
}

fn main() {
    let example = Example::start();
    let (n, key) = (example.of(60, 24), Key::new(1));
    // A closed curve, bent into six dimensions, with noise.
    let angle = Array::linspace(0.0, std::f64::consts::TAU * (1.0 - 1.0 / n as f64), n);
    let (s, c) = (angle.sin(), angle.cos());
    let bent = [s.clone(), c.clone(), &s * &c, s.square() - 0.5, (2.0 * &c).tanh(), 0.5 * (&s - &c)];
    let data = stack(&bent, 1) + 0.03 * key.fold_in(0).normal(&[n, 6], DType::F64);
    data.eval();
    let start = 0.5 * data.get((.., ..2)) + 0.3 * key.fold_in(1).normal(&[n, 2], DType::F64);
    let number = |x: f64| Array::from(x);
    let mut model = Model { latent: start.clone(), log_length: number(0.0), log_noise: number(-1.0) };
    let mut adam = Adam::new(&model, 0.02);
    let (step, mut losses) = (jit(value_and_grad(|m: &Model| m.loss(&data))), vec![]);
    for i in 0..example.of(500, 150) {
        let (l, g) = step(&model);
        adam.update(&mut model, &g);
        losses.push((f64::from(i), l.item()));
    }
    let path = |z: &Array| {
        let mut p = points(z);
        p.push(p[0]);
        p
    };
    // Neighbours on the curve should be neighbours in the plane.
    let length = |z: &Array| {
        let p = path(z);
        let way: f64 = p.windows(2).map(|w| (w[1].0 - w[0].0).hypot(w[1].1 - w[0].1)).sum();
        way / z.square().mean().sqrt().item()
    };
    let (before, after) = (length(&start), length(&model.latent));
    let panel = |title: &str, z: &Array| {
        Panel::new(title, "", "").square().with(Layer::Line("", path(z))).with(Layer::Dots("", path(z)))
    };
    let (first, last) = (losses[0].1, losses[losses.len() - 1].1);
    let curve = Panel::new("loss", "step", "").with(Layer::Line("", losses));
    example.draw(
        "gplvm",
        &[panel("latent points at the start", &start), panel("learned", &model.latent), curve],
    );
    println!("loss {first:.3} → {last:.3}; the curve's length {before:.2} → {after:.2}");
    claim("the loss falls", last < first - 1.0);
    let part = example.of(0.25, 0.8);
    claim(format!("the curve is smoothed: its length falls to {part} of what it was"), after < part * before);
}
