//! The minimum of an expensive function from few evaluations: where the expected improvement is largest, found by its
//! gradient through a Gaussian process.
//!
//! ```sh
//! cargo run --release --example bayesian_optimization --features linalg
//! ```

mod common;
use common::{Example, Layer, Panel, claim, curve};
use pullback::array::{Array, DType, Real, grad, linalg, vmap};
use pullback::stats::norm;

fn expensive(x: f64) -> f64 {
    (3.0 * x).sin() + 0.3 * x * x - 0.5 * x
}
fn kernel(x: &Array, y: &Array) -> Array {
    2.0 * (-0.5 * (x.subtract_outer(y) / 0.6).square()).exp()
}
/// Mean and deviation at `at` [m] after observing y at x.
fn predict(x: &Array, y: &Array, at: &Array) -> (Array, Array) {
    let l = linalg::cholesky(&(kernel(x, x) + 1e-6 * Array::identity(x.size(), DType::F64)));
    let half = linalg::solve_triangular(&l, &kernel(x, at), linalg::Triangle::lower());
    let mean = half.t().matmul(&linalg::solve_triangular(&l, y, linalg::Triangle::lower()));
    (mean, (2.0 + 1e-6 - half.square().sum_axis(0)).maximum(1e-9).sqrt())
}

fn main() {
    let example = Example::start();
    let (mut xs, mut ys) = (vec![-1.5, 0.4, 2.2], vec![]);
    ys.extend(xs.iter().map(|&x| expensive(x)));
    let mut panels = vec![];
    for round in 0..9 {
        let (x, y) = (Array::from(&xs), Array::from(&ys));
        let best = ys.iter().copied().fold(f64::INFINITY, f64::min);
        // E[max(best − f, 0)] of a normal f, and its slope by the place.
        let improvement = |at: &Array| {
            let (mean, deviation) = predict(&x, &y, &at.reshape([1]));
            let z = (best - mean) / &deviation;
            (deviation * (&z * norm::cdf(&z, 0.0, 1.0) + norm::pdf(&z, 0.0, 1.0))).sum()
        };
        // Ascent from many starts at once.
        let mut at = Array::linspace(-2.4, 2.9, example.of(24, 10));
        let slopes = vmap(grad(improvement));
        for _ in 0..40 {
            at = (&at + 0.02 * slopes(&at).sign()).clip(-2.5, 3.0);
            at.eval();
        }
        let gains = vmap(improvement)(&at).to_vec::<f64>();
        let places = at.to_vec::<f64>();
        let next = (0..gains.len()).max_by(|&a, &b| gains[a].total_cmp(&gains[b])).map_or(0.0, |i| places[i]);
        if round == 2 || round == 6 {
            let grid = Array::linspace(-2.5, 3.0, 120);
            let (mean, s) = predict(&x, &y, &grid);
            let [g, m, s] = [&grid, &mean, &s].map(|a| a.to_vec::<f64>());
            let band = (0..g.len()).map(|i| (g[i], m[i] - 2.0 * s[i], m[i] + 2.0 * s[i])).collect();
            let panel = Panel::new(format!("after {} evaluations", xs.len()), "x", "f")
                .within(-2.5..3.0, -3.0..5.0)
                .with(Layer::Line("mean", curve(&grid, &mean)))
                .with(Layer::Band("", band))
                .with(Layer::Dashed("truth", g.iter().map(|&x| (x, expensive(x))).collect()))
                .with(Layer::Dots("evaluated", curve(&x, &y)))
                .with(Layer::Line("next", vec![(next, -3.0), (next, 5.0)]));
            panels.push(panel)
        }
        println!("{} evaluations, the least {best:.4}; next at {next:.3}", xs.len());
        xs.push(next);
        ys.push(expensive(next));
    }
    example.draw("bayesian_optimization", &panels);
    let truth = (0..55_000).map(|i| expensive(-2.5 + f64::from(i) * 1e-4)).fold(f64::INFINITY, f64::min);
    let found = ys.iter().copied().fold(f64::INFINITY, f64::min);
    claim("twelve evaluations find the minimum to 0.01", found - truth < 0.01);
}
