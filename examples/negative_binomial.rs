//! Maximum likelihood for counts: the negative binomial distribution, with its errors from the Hessian.
//!
//! ```sh
//! cargo run --example negative_binomial
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::real::{Real, Scalar, grad, hessian};
use pullback::stats::nbinom;

/// Red mites on 150 apple leaves (C. I. Bliss and R. A. Fisher, "Fitting the negative binomial distribution to biological
/// data", Biometrics 9 (1953), 176): how many leaves have 0, 1, 2 … mites.
const LEAVES: [f64; 8] = [70.0, 38.0, 17.0, 10.0, 9.0, 3.0, 2.0, 1.0];

/// Minus the log-likelihood of r = exp(v₀) and p = logistic(v₁), which may be any numbers.
fn loss<R: Scalar>(v: &[R]) -> R {
    let (r, p) = (v[0].exp(), v[1].logistic());
    (0..).zip(LEAVES).map(|(k, leaves)| -leaves * nbinom::logpmf(&R::lift(f64::from(k)), r, p)).sum()
}

fn main() {
    let example = Example::start();
    let mut v = vec![0.0, 0.0];
    for step in 0.. {
        let (g, h) = (grad(loss)(&v), hessian(loss)(&v));
        println!("{step:2}  r = {:.6}, p = {:.6}, −log L = {:.6}", v[0].exp(), v[1].logistic(), loss(&v));
        if g[0].hypot(g[1]) < 1e-10 || step == 50 {
            break;
        }
        // Newton, damped until the Hessian is positive and the loss falls.
        let mut damping = 0.0;
        loop {
            let (a, b, d) = (h[0][0] + damping, h[0][1], h[1][1] + damping);
            let det = a * d - b * b;
            let next = vec![v[0] - (d * g[0] - b * g[1]) / det, v[1] - (a * g[1] - b * g[0]) / det];
            if det > 0.0 && a > 0.0 && loss(&next) <= loss(&v) + 1e-12 {
                v = next;
                break;
            }
            damping = 2.0 * damping + 1.0;
        }
    }
    let (r, p) = (v[0].exp(), v[1].logistic());
    let h = hessian(loss)(&v);
    let error = (h[1][1] / (h[0][0] * h[1][1] - h[0][1] * h[0][1])).sqrt();
    println!("log r = {:.4} ± {error:.4}", v[0]);
    let n: f64 = LEAVES.iter().sum();
    let mean = (0..).zip(LEAVES).map(|(k, s)| f64::from(k) * s).sum::<f64>() / n;
    let points = |f: &dyn Fn(usize) -> f64| (0..LEAVES.len()).map(|k| (k as f64, f(k))).collect::<Vec<_>>();
    let panel = Panel::new("counts, and the fit", "k", "how many")
        .with(Layer::Dots("counted", points(&|k| LEAVES[k])))
        .with(Layer::Line("negative binomial", points(&|k| n * nbinom::pmf(&(k as f64), r, p))));
    example.draw("negative_binomial", &[panel]);
    claim("at the maximum the mean r(1 − p)/p is that of the data", (r * (1.0 - p) / p - mean).abs() < 1e-9);
    claim("r is the 1.0246 of the literature", (r - 1.02459).abs() < 1e-4);
    claim("the gradient is zero", grad(loss)(&v).iter().all(|g| g.abs() < 1e-9));
}
