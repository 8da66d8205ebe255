//! Gaussian process regression: the kernel's parameters by the gradient of the marginal likelihood, through a Cholesky
//! factorisation.
//!
//! ```sh
//! cargo run --release --example gaussian_process --features linalg
//! ```

mod common;
use common::{Example, Layer, Panel, claim, curve};
use pullback::array::check::check_grads;
use pullback::array::{Array, DType, Key, Real, Tree, jit, linalg, value_and_grad};
use pullback::nn::Adam;
use pullback::stats::multivariate_normal;

/// Logarithms of the kernel's height, its length and the noise.
#[derive(Clone, Tree)]
struct Kernel {
    height: Array,
    length: Array,
    noise: Array,
}
impl Kernel {
    fn between(&self, x: &Array, y: &Array) -> Array {
        (2.0 * &self.height - 0.5 * (x.subtract_outer(y) * (-&self.length).exp()).square()).exp()
    }
    /// The covariance of noisy observations at x.
    fn covariance(&self, x: &Array) -> Array {
        self.between(x, x) + Array::identity(x.size(), DType::F64) * (2.0 * &self.noise).exp()
    }
    /// Mean and standard deviation of the function at `at`, given observations.
    fn predict(&self, x: &Array, y: &Array, at: &Array) -> (Array, Array) {
        let l = linalg::cholesky(&self.covariance(x));
        let half = linalg::solve_triangular(&l, &self.between(x, at), linalg::Triangle::lower());
        let mean = half.t().matmul(&linalg::solve_triangular(&l, y, linalg::Triangle::lower()));
        (mean, ((2.0 * &self.height).exp() - half.square().sum_axis(0)).sqrt())
    }
}

fn main() {
    let example = Example::start();
    let (n, key) = (25, Key::new(1));
    let x = key.fold_in(0).uniform(&[n], -4.0, 4.0, DType::F64);
    let y = (2.0 * &x).sin() * (-0.1 * x.square()).exp() + 0.1 * key.fold_in(1).normal(&[n], DType::F64);
    let loss =
        |k: &Kernel| -multivariate_normal::logpdf(&y, &Array::zeros(&[n], DType::F64), &k.covariance(&x));
    let zero = || Array::from(0.0);
    let mut kernel = Kernel { height: zero(), length: zero(), noise: zero() };
    check_grads(loss, &kernel, 2);
    let mut adam = Adam::new(&kernel, 0.05);
    let (step, mut heights) = (jit(value_and_grad(loss)), vec![]);
    for i in 0..example.of(300, 80) {
        let (l, g) = step(&kernel);
        adam.update(&mut kernel, &g);
        heights.push((f64::from(i), -l.item()));
    }
    let grid = Array::linspace(-5.0, 5.0, 150);
    let (mean, deviation) = kernel.predict(&x, &y, &grid);
    let [gx, m, s] = [&grid, &mean, &deviation].map(|a| a.to_vec::<f64>());
    let band = (0..gx.len()).map(|i| (gx[i], m[i] - 2.0 * s[i], m[i] + 2.0 * s[i])).collect();
    let fit = Panel::new("the fit", "x", "y")
        .with(Layer::Line("mean", curve(&grid, &mean)))
        .with(Layer::Band("two deviations", band))
        .with(Layer::Dots("data", curve(&x, &y)));
    let (first, last) = (heights[0].1, heights[heights.len() - 1].1);
    let climb = Panel::new("logarithm of the marginal likelihood", "step", "").with(Layer::Line("", heights));
    example.draw("gaussian_process", &[fit, climb]);
    let noise = kernel.noise.exp().item();
    println!("length {:.3}, height {:.3}, noise {noise:.3}", kernel.length.exp(), kernel.height.exp());
    claim("the likelihood rose", last > first + 5.0);
    claim("the noise of 0.1 is found to a factor of two", noise > 0.05 && noise < 0.2);
    let (at_data, _) = kernel.predict(&x, &y, &x);
    let root = (at_data - &y).square().mean().sqrt().item();
    claim("the mean passes the data within the noise", root < 2.0 * noise);
}
