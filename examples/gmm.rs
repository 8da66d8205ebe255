//! A mixture of normal distributions fitted to points by gradients: full covariances by their Cholesky factors.
//!
//! ```sh
//! cargo run --release --example gmm
//! ```

mod common;
use common::{Example, Layer, Panel, claim, field, points};
use pullback::array::check::check_grads;
use pullback::array::{Array, DType, Key, Real, Tree, concatenate, einsum, jit, stack, value_and_grad};
use pullback::nn::Adam;
use std::f64::consts::{FRAC_PI_2, TAU};

/// Of component k: weight, mean, and the factor L of its precision L·Lᵀ, lower triangular with the logarithm of its
/// diagonal.
#[derive(Clone, Tree)]
struct Mixture {
    logits: Array,
    means: Array,
    factors: Array,
}
impl Mixture {
    fn logpdf(&self, x: &Array) -> Array {
        let diagonal = self.factors.diagonal(0, -1, -2);
        let below = Array::tri(2, 2, -1, DType::F64);
        let l = &self.factors * below + diagonal.exp().expand_dims(-1) * Array::identity(2, DType::F64);
        let apart = x.expand_dims(1) - &self.means;
        // (x − μ)ᵀ L, for every point and component.
        let z = einsum("nkd,kde->nke", &[apart, l]);
        let each = -0.5 * z.square().sum_axis(-1) + diagonal.sum_axis(-1) - TAU.ln();
        (each + self.logits.log_softmax(-1)).logsumexp_axis(-1)
    }
}

fn main() {
    let example = Example::start();
    let key = Key::new(2);
    let n = 120;
    // Blades of a pinwheel.
    let blades: Vec<Array> = (0..4)
        .map(|k| {
            let p = key.fold_in(k).normal(&[n, 2], DType::F64) * Array::from([0.35, 0.08])
                + Array::from([1.2, 0.0]);
            let (r, side) = (p.get((.., 0)), p.get((.., 1)));
            let turn = 0.5 * &r + FRAC_PI_2 * k as f64;
            let (s, c) = (turn.sin(), turn.cos());
            stack(&[&r * &c - &side * &s, &r * &s + &side * &c], 1)
        })
        .collect();
    let x = concatenate(&blades, 0);
    x.eval();
    let k = 4;
    let means = Array::from([[1.0, 0.5], [-0.5, 1.0], [-1.0, -0.5], [0.5, -1.0]]);
    let factors = Array::full(&[k, 2, 2], 0.0, DType::F64);
    let mut model = Mixture { logits: Array::zeros(&[k], DType::F64), means, factors };
    let loss = |m: &Mixture| -m.logpdf(&x).mean();
    check_grads(loss, &model, 1);
    let mut adam = Adam::new(&model, 0.03);
    let (step, mut losses) = (jit(value_and_grad(loss)), vec![]);
    for i in 0..example.of(500, 150) {
        let (l, g) = step(&model);
        adam.update(&mut model, &g);
        losses.push((f64::from(i), -l.item()));
    }
    let density = |p: &Array| model.logpdf(p).exp().sqrt();
    let picture = Panel::new("root of the density, and the data", "", "")
        .square()
        .with(field(density, example.of(80, 20), -2.5..2.5, -2.5..2.5))
        .with(Layer::Dots("", points(&x)));
    let (first, last) = (losses[0].1, losses[losses.len() - 1].1);
    let curve = Panel::new("mean log-likelihood", "step", "").with(Layer::Line("", losses));
    example.draw("gmm", &[picture, curve]);
    let weights = model.logits.softmax(-1).to_vec::<f64>();
    println!("log-likelihood {first:.3} → {last:.3}, weights {weights:.3?}");
    claim("the likelihood rises by more than 1.3 a point", last > first + 1.3);
    claim("each component takes a quarter", weights.iter().all(|w| (w - 0.25).abs() < 0.05));
}
