//! Two Gaussian processes, one on top of the other: the hidden function bends the axis so that a jump looks smooth.
//!
//! ```sh
//! cargo run --release --example deep_gaussian_process
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::array::{Array, DType, Key, Real, Tree, linalg, value_and_grad};
use pullback::nn::Adam;

/// A Gaussian process with logarithms of length and noise.
#[derive(Clone, Tree)]
struct Process {
    log_length: Array,
    log_noise: Array,
}
impl Process {
    fn new(length: f64, noise: f64) -> Process {
        Process { log_length: Array::from(length.ln()), log_noise: Array::from(noise.ln()) }
    }
    fn kernel(&self, x: &Array, y: &Array) -> Array {
        (-0.5 * (x.subtract_outer(y) * (-&self.log_length).exp()).square()).exp()
    }
    fn factor(&self, x: &Array) -> Array {
        let noise = (2.0 * &self.log_noise).exp() + 1e-6;
        linalg::cholesky(&(self.kernel(x, x) + noise * Array::identity(x.size(), DType::F64)))
    }
    /// log p(y | x), without its constant.
    fn likelihood(&self, x: &Array, y: &Array) -> Array {
        let l = self.factor(x);
        let half = linalg::solve_triangular(&l, y, linalg::Triangle::lower());
        -0.5 * half.square().sum() - l.diagonal(0, 0, 1).ln().sum()
    }
    fn mean(&self, x: &Array, y: &Array, at: &Array) -> Array {
        self.kernel(at, x).matmul(&linalg::cho_solve(&self.factor(x), y))
    }
}

#[derive(Clone, Tree)]
struct Deep {
    hidden: Array,
    below: Process,
    above: Process,
}

fn train<M: Tree + Clone>(mut model: M, steps: u64, loss: impl Fn(&M) -> Array) -> (M, Vec<(f64, f64)>) {
    let mut adam = Adam::new(&model, 0.02);
    let (step, mut history) = (value_and_grad(loss), vec![]);
    for i in 0..steps {
        let (l, g) = step(&model);
        adam.update(&mut model, &g);
        history.push((i as f64, -l.item()));
    }
    (model, history)
}

fn main() {
    let example = Example::start();
    let (n, steps) = (30, example.of(600, 200));
    let x = Array::linspace(-2.0, 2.0, n);
    let y = x.greater(0.0).cast(DType::F64) * 2.0 - 1.0 + 0.05 * Key::new(3).normal(&[n], DType::F64);
    y.eval();
    let (shallow, one) = train(Process::new(1.0, 0.1), steps, |p: &Process| -p.likelihood(&x, &y));
    let start = Deep { hidden: x.clone(), below: Process::new(1.0, 0.1), above: Process::new(1.0, 0.1) };
    let (deep, two) = train(start, steps, |d: &Deep| {
        -(d.below.likelihood(&x, &d.hidden) + d.above.likelihood(&d.hidden, &y))
    });
    let grid = Array::linspace(-2.4, 2.4, 160);
    let inside = deep.below.mean(&x, &deep.hidden, &grid);
    let fits = [shallow.mean(&x, &y, &grid), deep.above.mean(&deep.hidden, &y, &inside)];
    let points =
        |x: &Array, y: &Array| x.to_vec::<f64>().into_iter().zip(y.to_vec::<f64>()).collect::<Vec<_>>();
    let fit = Panel::new("a jump", "x", "y")
        .with(Layer::Dots("data", points(&x, &y)))
        .with(Layer::Line("one process", points(&grid, &fits[0])))
        .with(Layer::Line("two", points(&grid, &fits[1])));
    let hidden = Panel::new("the hidden function", "x", "").with(Layer::Line("", points(&grid, &inside)));
    // Away from the jump the truth is flat.
    let away = grid.abs().greater(0.5).cast(DType::F64) * grid.abs().less(2.0).cast(DType::F64);
    let error = |f: &Array| ((f - grid.sign()).square() * &away).sum().item() / away.sum().item();
    let ends = (one[one.len() - 1].1, two[0].1, two[two.len() - 1].1);
    let curve = Panel::new("log-likelihood, both layers", "step", "").with(Layer::Line("", two));
    example.draw("deep_gaussian_process", &[fit, hidden, curve]);
    println!("log-likelihood of one process {:.2}; of two {:.2} → {:.2}", ends.0, ends.1, ends.2);
    println!("squared error away from the jump: one {:.2e}, two {:.2e}", error(&fits[0]), error(&fits[1]));
    claim("the deep model's likelihood rises by more than 10", ends.2 > ends.1 + 10.0);
    claim("away from the jump it is flatter", error(&fits[1]) < error(&fits[0]));
}
