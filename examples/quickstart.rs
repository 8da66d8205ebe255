//! A model, a loss, a training loop: the ten lines of the README.
//!
//! ```sh
//! cargo run --example quickstart
//! ```

use pullback::array::{Array, Real, Tree, value_and_grad};
use pullback::nn::Adam;

#[derive(Clone, Tree)]
struct Line {
    slope: Array,
    offset: Array,
}

fn main() {
    let x = Array::from([0.0, 1.0, 2.0, 3.0]);
    let y = Array::from([1.0, 3.0, 5.0, 7.0]);
    let mut line = Line { slope: Array::from(0.0), offset: Array::from(0.0) };
    let step = value_and_grad(|l: &Line| (&l.slope * &x + &l.offset - &y).square().mean());
    let mut adam = Adam::new(&line, 0.1);
    for _ in 0..500 {
        let (_loss, g) = step(&line);
        adam.update(&mut line, &g);
    }
    println!("y = {:.3} x + {:.3}", line.slope.item(), line.offset.item());
}
