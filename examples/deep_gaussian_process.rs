//! Two Gaussian processes, one on top of the other: the hidden function bends the axis so that a jump looks smooth.
//!
//! ```sh
//! cargo run --release --example deep_gaussian_process --features linalg
//! ```

mod common;
use common::{Example, Layer, Panel, claim, curve};
use pullback::array::{Array, DType, Key, Real, Tree, jit, linalg, value_and_grad};
use pullback::nn::Adam;

/// A Gaussian process of height 1 with the logarithm of its length, and noise that is known.
#[derive(Clone, Tree)]
struct Process {
    log_length: Array,
    noise: f64,
}
impl Process {
    fn new(length: f64, noise: f64) -> Process {
        Process { log_length: Array::from(length.ln()), noise }
    }
    fn kernel(&self, x: &Array, y: &Array) -> Array {
        (-0.5 * (x.subtract_outer(y) * (-&self.log_length).exp()).square()).exp()
    }
    fn factor(&self, x: &Array) -> Array {
        linalg::cholesky(&(self.kernel(x, x) + self.noise.powi(2) * Array::identity(x.size(), DType::F64)))
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

/// What the lower process gives at the data is unknown, and found with the rest.
#[derive(Clone, Tree)]
struct Deep {
    hidden: Array,
    below: Process,
    above: Process,
}

fn train<M: Tree + Clone>(mut model: M, steps: u64, loss: impl Fn(&M) -> Array) -> (M, Vec<(f64, f64)>) {
    let mut adam = Adam::new(&model, 0.02);
    let (step, mut history) = (jit(value_and_grad(loss)), vec![]);
    for i in 0..steps {
        let (l, g) = step(&model);
        adam.update(&mut model, &g);
        history.push((i as f64, -l.item()));
    }
    (model, history)
}

fn main() {
    let example = Example::start();
    let (n, steps) = (30, 600);
    let x = Array::linspace(-2.0, 2.0, n);
    let y = x.greater(0.0).cast(DType::F64) * 2.0 - 1.0 + 0.05 * Key::new(3).normal(&[n], DType::F64);
    y.eval();
    let (shallow, one) = train(Process::new(1.0, 0.05), steps, |p: &Process| -p.likelihood(&x, &y));
    let start = Deep { hidden: x.clone(), below: Process::new(0.5, 0.05), above: Process::new(1.0, 0.05) };
    let (deep, two) = train(start, steps, |d: &Deep| {
        -(d.below.likelihood(&x, &d.hidden) + d.above.likelihood(&d.hidden, &y))
    });
    let grid = Array::linspace(-2.4, 2.4, 160);
    let inside = deep.below.mean(&x, &deep.hidden, &grid);
    let fits = [shallow.mean(&x, &y, &grid), deep.above.mean(&deep.hidden, &y, &inside)];
    let fit = Panel::new("a jump", "x", "y")
        .with(Layer::Dots("data", curve(&x, &y)))
        .with(Layer::Line("one process", curve(&grid, &fits[0])))
        .with(Layer::Line("two", curve(&grid, &fits[1])));
    let hidden = Panel::new("the hidden function", "x", "").with(Layer::Line("", curve(&grid, &inside)));
    // Away from the jump the truth is flat, beyond the data too.
    let away = grid.abs().greater(0.3).cast(DType::F64);
    let error = |f: &Array| ((f - grid.sign()).square() * &away).sum().item() / away.sum().item();
    let errors = [error(&fits[0]), error(&fits[1])];
    let ends = (one[one.len() - 1].1, two[0].1, two[two.len() - 1].1);
    let climb = Panel::new("log-likelihood, both layers", "step", "").with(Layer::Line("", two));
    example.draw("deep_gaussian_process", &[fit, hidden, climb]);
    println!("log-likelihood of one process {:.2}; of two {:.2} → {:.2}", ends.0, ends.1, ends.2);
    println!("squared error away from the jump: one {:.2e}, two {:.2e}", errors[0], errors[1]);
    claim("the deep model's likelihood rises by more than 10", ends.2 > ends.1 + 10.0);
    claim("away from the jump its squared error is less than a fifth", errors[1] < 0.2 * errors[0]);
}
