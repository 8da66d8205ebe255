//! A differential equation whose right-hand side is a network, fitted to a spiral through the solver.
//!
//! ```sh
//! cargo run --release --example ode_net
//! ```

mod common;
use common::{Example, Layer, Panel, claim, points};
use pullback::array::{Array, DType, Key, Ode, Real, Tree, jit, odeint, stack, value_and_grad};
use pullback::nn::{Adam, Linear, init};

#[derive(Clone, Tree)]
struct Field {
    first: Linear,
    last: Linear,
}
impl Field {
    /// y′, of the cubes of y, which suit a spiral.
    fn slope(&self, y: &Array) -> Array {
        self.last.forward(&self.first.forward(&y.powi(3)).tanh())
    }
    fn path(&self, start: &Array, ts: &Array) -> Array {
        odeint(
            |_, y: &Array| self.slope(y),
            start,
            ts,
            Ode { rtol: 1e-5, atol: 1e-6, steps: 32, ..Ode::default() },
        )
    }
}

fn main() {
    let example = Example::start();
    let key = Key::new(0);
    let ts = Array::linspace(0.0, example.of(6.0, 3.0), example.of(60, 25));
    let start = Array::from([2.0, 0.0]);
    let spiral = Array::from([[-0.1, 2.0], [-2.0, -0.1]]);
    let truth = odeint(|_, y: &Array| y.powi(3).matmul(&spiral), &start, &ts, Ode::default());
    truth.eval();
    let field =
        Field { first: Linear::new(2, 24, &key.fold_in(0)), last: Linear::new(24, 2, &key.fold_in(1)) };
    let mut field = init::with_dtype(&field, DType::F64);
    // Short stretches, each from a true point: the whole path at once is a hard place to begin.
    let stretch = 8;
    let n = ts.size() - stretch;
    let (short, starts) = (ts.get(..stretch), truth.get(..n));
    let wanted = stack(&(0..stretch).map(|k| truth.get(k..n + k)).collect::<Vec<_>>(), 0);
    let mut adam = Adam::new(&field, 0.01);
    // Recorded once, the solver's loops with it, and compiled.
    let step = jit(value_and_grad(|f: &Field| (f.path(&starts, &short) - &wanted).abs().mean()));
    let mut losses = vec![];
    for i in 0..example.of(400, 60) {
        let (loss, g) = step(&field);
        adam.rate = 0.01 / (1.0 + f64::from(i) / 200.0);
        adam.update(&mut field, &g);
        losses.push((f64::from(i), loss.item()));
    }
    let found = field.path(&start, &Array::linspace(0.0, example.of(6.0, 3.0), example.of(600, 50)));
    let picture = Panel::new("the path", "", "")
        .square()
        .with(Layer::Dots("true", points(&truth)))
        .with(Layer::Line("learned", points(&found)));
    let (first, last) = (losses[0].1, losses[losses.len() - 1].1);
    let curve =
        Panel::new("mean distance on short stretches", "step", "").log().with(Layer::Line("", losses));
    example.draw("ode_net", &[picture, curve]);
    println!("mean distance {first:.4} → {last:.4}");
    let part = example.of(0.1, 0.6);
    claim(format!("the distance falls to {part} of what it was"), last < part * first);
}
