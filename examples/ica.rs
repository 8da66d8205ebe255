//! Independent component analysis: two mixed signals are taken apart by maximum likelihood, through a determinant.
//!
//! ```sh
//! cargo run --release --example ica --features linalg
//! ```

mod common;
use common::{Example, Layer, Panel, claim, points};
use pullback::array::check::check_grads;
use pullback::array::{Array, DType, Key, Real, jit, linalg, stack, value_and_grad};
use pullback::nn::Adam;
use pullback::stats::t;

fn main() {
    let example = Example::start();
    let (n, key) = (example.of(2000, 600), Key::new(6));
    // Sources with heavy tails: a quotient of normals is Student's t with one degree of freedom, cut off.
    let heavy = |i: u64| {
        let [a, b] = [0u64, 1].map(|k| key.fold_in(2 * i + k).normal(&[n], DType::F64));
        (a / (0.5 + b.abs())).clip(-6.0, 6.0)
    };
    let sources = stack(&[heavy(0), heavy(1)], 0);
    let mixing = Array::from([[1.0, 0.6], [0.4, 1.0]]);
    let mixed = mixing.matmul(&sources);
    mixed.eval();
    // log p(x) = log |det W| + Σ log p(W·x).
    let loss =
        |w: &Array| -(linalg::slogdet(w).1 + t::logpdf(&w.matmul(&mixed), 3.0, 0.0, 0.7).sum_axis(0).mean());
    let mut w = Array::identity(2, DType::F64);
    check_grads(loss, &w, 1);
    let mut adam = Adam::new(&w, 0.02);
    let step = jit(value_and_grad(loss));
    for i in 0..example.of(600, 250) {
        let (l, g) = step(&w);
        adam.update(&mut w, &g);
        if i % 150 == 0 {
            println!("step {i:3}  loss {:.4}", l.item())
        }
    }
    let found = w.matmul(&mixed);
    // Which source each component is, and how well, whatever its sign and scale.
    let correlation = |a: usize, b: usize| {
        let pair = stack(&[found.get(a as isize), sources.get(b as isize)], 0);
        pair.corrcoef().get((0, 1)).item().abs()
    };
    let best = |a| correlation(a, 0).max(correlation(a, 1));
    println!("correlations of what was found with the sources: {:.4} {:.4}", best(0), best(1));
    let panel = |title: &str, x: &Array| {
        Panel::new(title, "", "").square().with(Layer::Dots("", points(&x.get((.., ..400)).t())))
    };
    example.draw("ica", &[panel("sources", &sources), panel("mixed", &mixed), panel("taken apart", &found)]);
    claim("both sources are found, to a correlation of 0.99", best(0) > 0.99 && best(1) > 0.99);
    // One entry in each row of W·A is large.
    let product = w.matmul(&mixing).abs();
    let rest = (product.min_axis(1) / product.max_axis(1)).max().item();
    claim("W undoes the mixing up to order and scale, to a tenth", rest < 0.1);
}
