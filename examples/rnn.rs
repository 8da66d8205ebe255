//! A recurrent network learns to add binary numbers, digit by digit, and so learns to carry: trained on short numbers it
//! adds long ones. Its loop is a `scan`, recorded once and differentiated as a loop.
//!
//! ```sh
//! cargo run --release --example rnn
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::array::{Array, DType, Key, Real, Tree, jit, scan, stack, value_and_grad};
use pullback::nn::{Adam, Linear, binary_cross_entropy_with_logits};

#[derive(Clone, Tree)]
struct Rnn {
    input: Linear,
    state: Linear,
    out: Linear,
}
const HIDDEN: usize = 12;

impl Rnn {
    fn new(key: &Key) -> Rnn {
        Rnn {
            input: Linear::without_bias(2, HIDDEN, &key.fold_in(0)),
            state: Linear::new(HIDDEN, HIDDEN, &key.fold_in(1)),
            out: Linear::new(HIDDEN, 1, &key.fold_in(2)),
        }
    }
    /// Two digits at each time `[time, n, 2]`: the states `[time, n, hidden]`, and the logits of the sum's digits
    /// `[time, n]`.
    fn forward(&self, digits: &Array) -> (Array, Array) {
        let start = Array::zeros(&[digits.shape()[1], HIDDEN], DType::F32);
        let step = |h: &Array, x: &Array| {
            let h = (self.input.forward(x) + self.state.forward(h)).tanh();
            (h.clone(), h)
        };
        let (_, states) = scan(step, &start, digits);
        let logits = self.out.forward(&states).squeeze_axis(-1);
        (states, logits)
    }
}

/// n pairs of numbers of so many digits, the last first: the digits `[time, n, 2]`, those of the sums and what is carried
/// to the next, `[time, n]` each.
fn sums(digits: usize, n: usize, key: &Key) -> (Array, Array, Array) {
    let x = key.bernoulli(&[digits, n, 2], 0.5).cast(DType::F32);
    let add = |carry: &Array, x: &Array| {
        let sum = x.sum_axis(-1) + carry;
        let next = sum.greater(1.5).cast(DType::F32);
        (next.clone(), (sum - 2.0 * &next, next))
    };
    let (_, (sum, carried)) = scan(add, &Array::zeros(&[n], DType::F32), &x);
    (x, sum, carried)
}

fn main() {
    let example = Example::start();
    let key = Key::new(0);
    let mut rnn = Rnn::new(&key.fold_in(0));
    let mut adam = Adam::new(&rnn, 0.01);
    let step = jit(|(rnn, key): &(Rnn, Key)| {
        let (x, sum, _) = sums(8, 64, key);
        value_and_grad(|rnn: &Rnn| binary_cross_entropy_with_logits(&rnn.forward(&x).1, &sum))(rnn)
    });
    let mut losses = vec![];
    for i in 0..example.of(1500, 400) {
        let (loss, g) = step(&(rnn.clone(), key.fold_in(10 + i)));
        adam.update(&mut rnn, &g);
        losses.push((i as f64, loss.item()));
    }

    let (x, sum, carried) = sums(200, 500, &key.fold_in(1));
    let (states, logits) = rnn.forward(&x);
    let right = logits.greater(0.0).cast(DType::F32).equal(&sum);
    let digits = right.cast(DType::F64).mean().item();
    let numbers = right.all_axis(0).cast(DType::F64).mean().item();
    println!(
        "of sums of 200 digits {:.1} % are right, of their digits {:.3} %",
        100.0 * numbers,
        100.0 * digits
    );

    // The unit that follows the carry most closely.
    let follows = |k: usize| {
        let both = stack(&[states.get((.., .., k as isize)).ravel(), carried.ravel()], 0);
        both.corrcoef().get((0, 1)).item()
    };
    let all: Vec<f64> = (0..HIDDEN).map(follows).collect();
    let unit = (0..HIDDEN).max_by(|&a, &b| all[a].abs().total_cmp(&all[b].abs())).unwrap_or(0);
    println!("unit {unit} follows the carry with a correlation of {:.3}", all[unit]);
    let of_first = |a: &Array| a.get((..40, 0)).to_vec::<f32>().into_iter().map(f64::from).enumerate();
    let trace = of_first(&states.get((.., .., unit as isize))).map(|(t, h)| (t as f64, h)).collect();
    let carry = of_first(&carried).map(|(t, c)| (t as f64, (2.0 * c - 1.0) * all[unit].signum())).collect();
    example.draw(
        "rnn",
        &[
            Panel::new("loss", "step", "").log().with(Layer::Line("", losses)),
            Panel::new("one unit, through a long sum", "digit", "")
                .with(Layer::Line("its state", trace))
                .with(Layer::Dots("what is carried (±1)", carry)),
        ],
    );
    match example.quick {
        false => {
            claim("trained on 8 digits, it adds 500 pairs of 200 digits without a mistake", numbers == 1.0)
        }
        true => claim("trained on 8 digits, it finds 99 of 100 digits of sums of 200", digits > 0.99),
    }
    claim("one of its units keeps the carry: a correlation above 0.9", all[unit].abs() > 0.9);
}
