//! A long short-term memory learns a text letter by letter, and then writes some. The text is the source of this program.
//!
//! ```sh
//! cargo run --release --example lstm
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::array::{Array, DType, Key, Tree, jit, value_and_grad};
use pullback::nn::{Adam, Linear, Lstm, LstmState, clip_by_global_norm, softmax_cross_entropy};
use std::collections::HashMap;

const TEXT: &str = include_str!("lstm.rs");
const WINDOW: usize = 48;

#[derive(Clone, Tree)]
struct Model {
    lstm: Lstm,
    out: Linear,
}
impl Model {
    /// Letters by their numbers, `[n, time]`: the logits of those that follow, `[n, time, letters]`.
    fn forward(&self, letters: &Array) -> Array {
        let inputs = letters.one_hot(self.letters(), DType::F32);
        self.out.forward(&self.lstm.forward(&inputs, &self.lstm.start(letters.shape()[0])).0)
    }
    fn letters(&self) -> usize {
        self.out.weight.shape()[1]
    }
}

/// How many bits a letter of the text has, if one knows how often each follows each.
fn bits_by_pairs(text: &[i64]) -> f64 {
    let (mut ones, mut pairs) = (HashMap::new(), HashMap::new());
    for pair in text.windows(2) {
        *ones.entry(pair[0]).or_insert(0.0) += 1.0;
        *pairs.entry(pair).or_insert(0.0) += 1.0;
    }
    let bits: f64 = pairs.iter().map(|(pair, n): (_, &f64)| -n * (n / ones[&pair[0]]).log2()).sum();
    bits / (text.len() - 1) as f64
}

fn main() {
    let example = Example::start();
    let mut alphabet: Vec<char> = TEXT.chars().collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let number = |c: char| alphabet.binary_search(&c).expect("every letter is in the alphabet") as i64;
    let text: Vec<i64> = TEXT.chars().map(number).collect();
    let (n, hidden, key) = (text.len(), example.of(128, 32), Key::new(0));

    let mut model = Model {
        lstm: Lstm::new(alphabet.len(), hidden, &key.fold_in(0)),
        out: Linear::new(hidden, alphabet.len(), &key.fold_in(1)),
    };
    let letters = Array::from(&text);
    // From random places on: what is read, and what follows.
    let step = jit(|(model, key): &(Model, Key)| {
        let from = key.integers(&[24, 1], 0, (n - WINDOW) as i64) + Array::range(WINDOW, DType::I64);
        let (read, next) = (letters.take_rows(&from), letters.take_rows(&(from + 1.0)));
        value_and_grad(|m: &Model| softmax_cross_entropy(&m.forward(&read), &next))(model)
    });
    let mut adam = Adam::new(&model, 0.005);
    let mut bits = vec![];
    for i in 0..example.of(600, 80) {
        let (loss, g) = step(&(model.clone(), key.fold_in(10 + i)));
        adam.update(&mut model, &clip_by_global_norm(&g, 5.0));
        bits.push((i as f64, loss.item() / 2f64.ln()));
        if i % 100 == 0 {
            println!("step {i:3}  {:.3} bits a letter", bits[bits.len() - 1].1)
        }
    }

    // Letter by letter: the logits, made sharper, choose the next.
    let write = jit(|(state, letter): &(LstmState, Array)| {
        let state = model.lstm.step(&letter.one_hot(alphabet.len(), DType::F32), state);
        (2.0 * model.out.forward(&state.h), state)
    });
    let (mut state, mut letter) = (model.lstm.start(1), Array::from([number('\n')]));
    let mut written = String::new();
    for i in 0..400 {
        let (logits, next) = write(&(state, letter));
        letter = key.fold_in(10_000 + i).categorical(&logits);
        state = next;
        written.push(alphabet[letter.item() as usize]);
    }
    println!("it writes:\n{written}\n");

    let by_pairs = bits_by_pairs(&text);
    let last = bits.iter().rev().take(10).map(|b| b.1).sum::<f64>() / 10.0;
    let end = bits.len() as f64;
    let panel = Panel::new("bits a letter", "step", "")
        .with(Layer::Line("LSTM", bits))
        .with(Layer::Dashed("table of pairs", vec![(0.0, by_pairs), (end, by_pairs)]));
    example.draw("lstm", &[panel]);
    println!("bits a letter: {last:.3}, with a table of pairs {by_pairs:.3}");
    match example.quick {
        false => {
            claim("it needs less than a third of the bits of the best table of pairs", last < by_pairs / 3.0)
        }
        true => claim(
            "it needs fewer bits than letters of equal chances",
            last < (alphabet.len() as f64).log2() - 1.0,
        ),
    }
}
