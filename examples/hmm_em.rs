//! A hidden Markov model fitted by expectation maximisation, whose expectations are a gradient: that of the logarithm of the
//! partition function by the logarithms of the parameters.
//!
//! ```sh
//! cargo run --release --example hmm_em
//! ```

mod common;
use common::{Example, Layer, Panel, claim, rows};
use pullback::array::{
    Array, DType, Key, Real, Tree, jit, keepdims, scan,
    tree::{self, map},
    value_and_grad,
};

const TEXT: &str = "a weather that is warm stays warm and one that is cold stays cold until it turns and nobody knows when it \
    does so but everybody talks about it as if they had seen it come in the smoke of the chimneys and the flight of the birds ";

/// Logarithms of the probabilities: of the first state, from state to state, of each sign in each state.
#[derive(Clone, Tree)]
struct Model {
    start: Array,
    step: Array,
    sign: Array,
}
impl Model {
    /// The logarithm of the probability of the signs, summed over all paths: a loop that carries the logarithms of the
    /// probabilities of what was read so far, by the state it ends in.
    fn log_likelihood(&self, signs: &Array) -> Array {
        // [signs, states]
        let emitted = self.sign.take(signs, 1).t();
        let forward = |alpha: &Array, emitted: &Array| {
            ((alpha.expand_dims(1) + &self.step).logsumexp_axis(0) + emitted, ())
        };
        scan(forward, &(&self.start + emitted.get(0)), &emitted.get(1..)).0.logsumexp()
    }
}

fn main() {
    let example = Example::start();
    let signs: Vec<i64> = TEXT.bytes().map(|b| if b == b' ' { 26 } else { i64::from(b - b'a') }).collect();
    let signs = Array::from(&signs[..example.of(signs.len(), 60)]);
    let (states, key) = (example.of(5, 3), Key::new(0));
    let random = |i, shape: &[usize]| key.fold_in(i).normal(shape, DType::F64).log_softmax(-1);
    let mut model = Model {
        start: random(0, &[states]),
        step: random(1, &[states, states]),
        sign: random(2, &[states, 27]),
    };
    let expectations = jit(value_and_grad(|m: &Model| m.log_likelihood(&signs)));
    let mut history = vec![];
    for i in 0..example.of(40, 12) {
        // E step: expected numbers of uses are derivatives by log-probabilities. M step: their shares.
        let (l, counts) = expectations(&model);
        history.push((f64::from(i), l.item() / signs.size() as f64));
        if i == 0 {
            let uses = counts.step.sum().item();
            claim("the expected steps add up to all steps", (uses - (signs.size() - 1) as f64).abs() < 1e-9);
        }
        model = map(&counts, |n| ((n + 1e-12) / (n + 1e-12).sum_axis(keepdims(-1))).ln());
        tree::eval(&model);
    }
    println!("log-likelihood a sign: {:.4} → {:.4}", history[0].1, history[history.len() - 1].1);
    let rising = history.windows(2).all(|w| w[1].1 >= w[0].1 - 1e-9);
    let (first, last) = (history[0].1, history[history.len() - 1].1);
    let curve = Panel::new("log-likelihood a sign", "round", "").with(Layer::Line("", history));
    let map = Panel::new("signs (a … z, space) in each state", "sign", "state").with(Layer::Map(
        rows(&model.sign.exp()),
        0.0..27.0,
        0.0..states as f64,
    ));
    example.draw("hmm_em", &[curve, map]);
    claim("the likelihood never falls, as theory has it", rising);
    claim("it rises by more than 0.2 a sign", last > first + 0.2);
}
