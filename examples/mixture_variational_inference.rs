//! A density with several modes, fitted by one normal distribution and by a mixture of them.
//!
//! ```sh
//! cargo run --release --example mixture_variational_inference
//! ```

mod common;
use common::{Example, Panel, claim, field};
use pullback::array::{Array, DType, Key, Real, Tree, jit, value_and_grad};
use pullback::nn::Adam;
use pullback::stats::norm;

/// A ring with four heavy places. Rows are points.
fn log_density(x: &Array) -> Array {
    let (a, b) = (x.get((.., 0)), x.get((.., 1)));
    let angle = b.arctan2(&a);
    norm::logpdf(&a.hypot(&b), 2.0, 0.25) + 1.2 * (4.0 * angle).cos() - (2.0 * std::f64::consts::TAU).ln()
}

/// k normal distributions with independent parts, and their weights.
#[derive(Clone, Tree)]
struct Mixture {
    means: Array,
    log_scales: Array,
    logits: Array,
}
impl Mixture {
    fn new(k: usize, key: &Key) -> Mixture {
        let means = 1.5 * key.normal(&[k, 2], DType::F64);
        Mixture {
            means,
            log_scales: Array::full(&[k, 2], -1.0, DType::F64),
            logits: Array::zeros(&[k], DType::F64),
        }
    }
    fn logpdf(&self, x: &Array) -> Array {
        let each = norm::logpdf(&x.expand_dims(1), &self.means, self.log_scales.exp()).sum_axis(-1);
        (each + self.logits.log_softmax(-1)).logsumexp_axis(-1)
    }
    /// The bound, with samples of every component, weighted.
    fn bound(&self, key: &Key, samples: usize) -> Array {
        let k = self.logits.size();
        let noise = key.normal(&[samples, k, 2], DType::F64);
        let x = &self.means + self.log_scales.exp() * noise;
        let flat = x.reshape([-1, 2]);
        let gains = (log_density(&flat) - self.logpdf(&flat)).reshape([samples as isize, k as isize]);
        (gains.mean_axis(0) * self.logits.softmax(-1)).sum()
    }
}

fn fit(k: usize, steps: u64) -> (Mixture, f64) {
    let key = Key::new(5);
    let mut q = Mixture::new(k, &key);
    let mut adam = Adam::new(&q, 0.03);
    let step = jit(|(q, key): &(Mixture, Key)| value_and_grad(|q: &Mixture| -q.bound(key, 30))(q));
    for i in 0..steps {
        let (_, g) = step(&(q.clone(), key.fold_in(i + 1)));
        adam.update(&mut q, &g);
    }
    let bound = q.bound(&Key::new(77), 2000).item();
    (q, bound)
}

fn main() {
    let example = Example::start();
    let steps = example.of(700, 120);
    let ((one, bound1), (many, bound8)) = (fit(1, steps), fit(8, steps));
    let panel = |title: &str, f: &dyn Fn(&Array) -> Array| {
        let map = field(|p| f(p).exp(), example.of(70, 20), -3.2..3.2, -3.2..3.2);
        Panel::new(title, "", "").square().with(map)
    };
    example.draw(
        "mixture_variational_inference",
        &[
            panel("the density", &log_density),
            panel("one component", &|p| one.logpdf(p)),
            panel("eight components", &|p| many.logpdf(p)),
        ],
    );
    println!("bound with one component {bound1:.3}, with eight {bound8:.3}");
    claim("the mixture's bound is better by more than 0.5", bound8 > bound1 + 0.5);
}
