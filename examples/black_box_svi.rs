//! Variational inference for any density: a normal distribution is fitted by the gradient of a sampled bound, through
//! its own samples.
//!
//! ```sh
//! cargo run --release --example black_box_svi
//! ```

mod common;
use common::{Example, Layer, Panel, claim, field};
use pullback::array::{Array, DType, Key, Real, Tree, jit, value_and_grad};
use pullback::nn::Adam;
use pullback::stats::norm;

/// A funnel: the logarithm of the second variable's spread is the first. Rows of x are points.
fn log_density(x: &Array) -> Array {
    let (log_scale, mu) = (x.get((.., 0)), x.get((.., 1)));
    norm::logpdf(&log_scale, 0.0, 1.35) + norm::logpdf(&mu, 0.0, log_scale.exp())
}

/// A normal distribution with independent parts.
#[derive(Clone, Tree)]
struct Normal {
    mean: Array,
    log_scale: Array,
}
impl Normal {
    /// The evidence lower bound: E[log p(x)] + entropy, by samples x = mean + scale·ε.
    fn bound(&self, key: &Key, samples: usize) -> Array {
        let noise = key.normal(&[samples, 2], DType::F64);
        let x = &self.mean + self.log_scale.exp() * noise;
        log_density(&x).mean() + norm::entropy(self.log_scale.exp()).sum()
    }
}

fn main() {
    let example = Example::start();
    let key = Key::new(0);
    let mut q = Normal { mean: Array::from([-1.0, -1.0]), log_scale: Array::from([-5.0, -5.0]) };
    let mut adam = Adam::new(&q, 0.05);
    let step = jit(|(q, key): &(Normal, Key)| value_and_grad(|q: &Normal| -q.bound(key, 200))(q));
    let mut bounds = vec![];
    for i in 0..example.of(800, 150) {
        let (loss, g) = step(&(q.clone(), key.fold_in(i)));
        adam.update(&mut q, &g);
        bounds.push((i as f64, -loss.item()));
    }
    let [m, s] = [q.mean.to_vec::<f64>(), q.log_scale.exp().to_vec::<f64>()];
    let ellipse = (0..=60)
        .map(|k| f64::from(k) * std::f64::consts::TAU / 60.0)
        .map(|a| (m[1] + s[1] * a.cos(), m[0] + s[0] * a.sin()));
    // The variables the other way round, so that the funnel stands on its tip.
    let density = |p: &Array| log_density(&p.flip(1)).exp();
    let picture = Panel::new("a funnel, and the normal fitted to it", "mean", "log scale")
        .with(field(density, example.of(80, 20), -3.0..3.0, -4.0..2.5))
        .with(Layer::Line("one deviation", ellipse.collect()));
    let (first, last) = (bounds[0].1, q.bound(&key, 20_000).item());
    let curve = Panel::new("the bound", "step", "")
        .with(Layer::Line("", bounds.into_iter().filter(|b| b.1 > -12.0).collect()));
    example.draw("black_box_svi", &[picture, curve]);
    println!("bound {first:.3} → {last:.3}, mean {m:.3?}, deviations {s:.3?}");
    claim("the bound rises, and stays below log 1 = 0", last > first + 1.0 && last < 0.0);
    claim("by symmetry the mean of the second variable is 0, to 0.1", m[1].abs() < 0.1);
}
