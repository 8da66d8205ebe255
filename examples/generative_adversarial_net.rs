//! Two networks against each other: one makes points out of noise, the other tells them from real ones. A penalty on the
//! second one's slope keeps the game calm: a gradient inside the loss, so that training takes second derivatives.
//!
//! ```sh
//! cargo run --release --example generative_adversarial_net
//! ```

mod common;
use common::{Example, Layer, Panel, claim, points};
use pullback::array::{Array, DType, Key, Real, Tree, grad, jit, stack};
use pullback::nn::{Adam, Linear, schedule};
use std::f64::consts::TAU;

#[derive(Clone, Tree)]
struct Mlp {
    layers: Vec<Linear>,
}
impl Mlp {
    fn new(widths: &[usize], key: &Key) -> Mlp {
        let layer = |(i, w): (usize, &[usize])| Linear::new(w[0], w[1], &key.fold_in(i as u64));
        Mlp { layers: widths.windows(2).enumerate().map(layer).collect() }
    }
    fn forward(&self, x: &Array) -> Array {
        let (last, hidden) = self.layers.split_last().expect("a network has layers");
        last.forward(&hidden.iter().fold(x.clone(), |x, layer| layer.forward(&x).leaky_relu(0.2)))
    }
}

const HEAPS: usize = 8;
const SPREAD: f64 = 0.1;

/// Points `[n, 2]` in eight heaps on a circle.
fn real(n: usize, key: &Key) -> Array {
    let keys = key.split(2);
    let angle = keys[0].integers(&[n], 0, HEAPS as i64).cast(DType::F32) * (TAU / HEAPS as f64);
    2.0 * stack(&[angle.cos(), angle.sin()], 1) + SPREAD * keys[1].normal(&[n, 2], DType::F32)
}
/// For each heap the share of points within four deviations of its middle.
fn shares(x: &Array) -> Vec<f64> {
    let near = |k: usize| {
        let angle = TAU * k as f64 / HEAPS as f64;
        let middle = Array::from([2.0 * angle.cos() as f32, 2.0 * angle.sin() as f32]);
        (x - middle).square().sum_axis(-1).sqrt().less(4.0 * SPREAD).cast(DType::F64).mean().item()
    };
    (0..HEAPS).map(near).collect()
}

fn main() {
    let example = Example::start();
    let (n, key) = (256, Key::new(2));
    let width = example.of(64, 32);
    let mut maker = Mlp::new(&[4, width, width, 2], &key.fold_in(0));
    let mut judge = Mlp::new(&[2, width, width, 1], &key.fold_in(1));
    // What each would like to change.
    let step = jit(|(maker, judge, key): &(Mlp, Mlp, Key)| {
        let keys = key.split(2);
        let (real, noise) = (real(n, &keys[0]), keys[1].normal(&[n, 4], DType::F32));
        let fooled = |maker: &Mlp| -judge.forward(&maker.forward(&noise)).log_sigmoid().mean();
        let made = maker.forward(&noise);
        let wrong = |judge: &Mlp| {
            let slope = grad(|x: &Array| judge.forward(x).sum())(&real);
            let penalty = slope.square().sum_axis(-1).mean();
            let right = judge.forward(&real).log_sigmoid() + (-judge.forward(&made)).log_sigmoid();
            0.1 * penalty - right.mean()
        };
        (grad(fooled)(maker), grad(wrong)(judge))
    });
    let mut adams = [Adam::new(&maker, 0.0), Adam::new(&judge, 0.0)];
    adams.iter_mut().for_each(|adam| adam.beta1 = 0.5);
    let sample = |maker: &Mlp| maker.forward(&key.fold_in(2).normal(&[example.of(2000, 500), 4], DType::F32));
    let steps = example.of(5000, 250);
    let rate = schedule::cosine(1e-3, steps + 1);
    let (mut panels, mut found) = (vec![], vec![]);
    for i in 0..=steps {
        if [0, steps / 20, steps].contains(&i) {
            let made = sample(&maker);
            found.push(shares(&made));
            println!("step {i:4}: shares of the heaps {:.2?}", found[found.len() - 1]);
            let panel = Panel::new(format!("after {i} steps"), "", "").square().within(-3.0..3.0, -3.0..3.0);
            let some = |x: &Array| points(&x.get(..500));
            panels.push(
                panel
                    .with(Layer::Dots("real", some(&real(500, &key.fold_in(3)))))
                    .with(Layer::Dots("made", some(&made))),
            );
        }
        let (to_maker, to_judge) = step(&(maker.clone(), judge.clone(), key.fold_in(10 + i as u64)));
        adams.iter_mut().for_each(|adam| adam.rate = rate(i));
        adams[0].update(&mut maker, &to_maker);
        adams[1].update(&mut judge, &to_judge);
    }
    example.draw("generative_adversarial_net", &panels);
    let (first, last) = (&found[0], &found[2]);
    let total = |shares: &[f64]| shares.iter().sum::<f64>();
    println!("in the heaps: {:.0} % → {:.0} %", 100.0 * total(first), 100.0 * total(last));
    match example.quick {
        false => {
            claim("85 points of 100 lie in a heap", total(last) > 0.85);
            claim("no heap is forgotten", last.iter().all(|&share| share > 0.05));
        }
        true => claim("more points lie in heaps than at first", total(last) > total(first)),
    }
}
