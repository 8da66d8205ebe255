//! A network whose weights are not numbers but normal distributions, fitted by the gradient of a sampled bound: it says
//! how sure it is, and away from the data it is not.
//!
//! ```sh
//! cargo run --release --example bayesian_neural_net
//! ```

mod common;
use common::{Example, Layer, Panel, claim, curve};
use pullback::array::{Array, DType, Key, Real, Tree, concatenate, jit, ravel, value_and_grad, vmap};
use pullback::nn::{Adam, Linear, init, schedule};
use pullback::stats::norm;

#[derive(Clone, Tree)]
struct Net {
    hidden: Linear,
    out: Linear,
}
impl Net {
    fn forward(&self, x: &Array) -> Array {
        self.out.forward(&self.hidden.forward(x).relu())
    }
}

/// A normal distribution for each weight, all weights in one vector.
#[derive(Clone, Tree)]
struct Weights {
    mean: Array,
    log_scale: Array,
}
impl Weights {
    /// `[n, weights]`.
    fn sample(&self, key: &Key, n: usize) -> Array {
        &self.mean + self.log_scale.exp() * key.normal(&[n, self.mean.size()], DType::F64)
    }
}
const NOISE: f64 = 0.1;

fn main() {
    let example = Example::start();
    let key = Key::new(1);
    let x =
        concatenate(&[Array::linspace(-1.0, -0.2, 20), Array::linspace(0.3, 1.0, 20)], 0).reshape([-1, 1]);
    let y = (3.0 * &x).sin() + NOISE * key.fold_in(0).normal(&[40, 1], DType::F64);

    let net = Net { hidden: Linear::new(1, 40, &key.fold_in(1)), out: Linear::new(40, 1, &key.fold_in(2)) };
    let (start, net) = ravel(&init::with_dtype(&net, DType::F64));
    // One network for each row of weights.
    let outputs = |weights: &Array, x: &Array| vmap(|w: &Array| net(w).forward(x))(weights);
    let bound = |q: &Weights, key: &Key| {
        let w = q.sample(key, 8);
        let likelihood = norm::logpdf(&y, outputs(&w, &x), NOISE).sum() / 8.0;
        let prior = norm::logpdf(&w, 0.0, 1.0).sum() / 8.0;
        likelihood + prior + norm::entropy(q.log_scale.exp()).sum()
    };

    let mut q = Weights { log_scale: start.full_like(-4.0), mean: start };
    let (steps, mut bounds) = (example.of(4000, 600), vec![]);
    let (mut adam, rate) = (Adam::new(&q, 0.0), schedule::cosine(0.02, steps));
    let step = jit(|(q, key): &(Weights, Key)| value_and_grad(|q: &Weights| -bound(q, key))(q));
    for i in 0..steps {
        let (loss, g) = step(&(q.clone(), key.fold_in(100 + i as u64)));
        adam.rate = rate(i);
        adam.update(&mut q, &g);
        bounds.push((i as f64, -loss.item()));
    }

    let grid = Array::linspace(-2.0, 2.0, 121).reshape([-1, 1]);
    let fs = outputs(&q.sample(&key.fold_in(3), 300), &grid).squeeze_axis(-1);
    let (mean, deviation) = (fs.mean_axis(0), fs.std_axis(0, 0));
    let [at, m, s] = [&grid, &mean, &deviation].map(|a| a.to_vec::<f64>());
    let band = (0..at.len()).map(|i| (at[i], m[i] - 2.0 * s[i], m[i] + 2.0 * s[i])).collect();
    let mut picture = Panel::new("networks drawn from the distribution", "x", "y")
        .with(Layer::Line("mean", curve(&grid, &mean)))
        .with(Layer::Band("two deviations", band))
        .with(Layer::Dots("data", curve(&x, &y)));
    for (k, name) in ["samples", "", "", ""].into_iter().enumerate() {
        picture = picture.with(Layer::Dashed(name, curve(&grid, &fs.get(k as isize))));
    }
    let (first, last) = (bounds[0].1, bounds[bounds.len() - 1].1);
    let curve = Panel::new("the bound", "step", "")
        .with(Layer::Line("", bounds))
        .within(0.0..steps as f64, -300.0..0.0);
    example.draw("bayesian_neural_net", &[picture, curve]);

    let at_data = outputs(&q.sample(&key.fold_in(3), 300), &x);
    let total = (at_data.std_axis(0, 0).square() + NOISE * NOISE).sqrt();
    let covered = ((&y - at_data.mean_axis(0)).abs().less(2.0 * total)).cast(DType::F64).mean().item();
    let (inside, outside) = (at_data.std_axis(0, 0).mean().item(), s[0].min(s[120]));
    println!("bound {first:.1} → {last:.1}; deviation {inside:.3} at the data, {outside:.3} at ±2");
    claim("the bound rises", last > first + 50.0);
    claim("nine of ten data lie within two deviations", covered >= 0.9);
    claim("away from the data it is three times less sure", outside > 3.0 * inside);
}
