//! A wing found by descent: where in the stream to put matter, so that it is pushed up and held back little.
//!
//! ```sh
//! cargo run --release --example wing
//! ```

mod common;
use common::{Example, Layer, Panel, claim, rows};
use pullback::array::{Array, DType, Real, jit, value_and_grad};
use pullback::nn::Adam;

/// The flow past an obstacle (1 is matter), by relaxation: a stream to the right, slowed to nothing in matter, its
/// divergence taken out by a pressure.
fn flow(matter: &Array, rounds: usize) -> (Array, Array) {
    let free = 1.0 - matter;
    let edge = Array::range(matter.shape()[1], DType::F64).less(1.0).cast(DType::F64);
    let (mut vx, mut vy) = (free.clone(), matter.zeros_like());
    for _ in 0..rounds {
        let divergence = 0.5 * (vx.roll(-1, 1) - vx.roll(1, 1) + vy.roll(-1, 0) - vy.roll(1, 0));
        let mut p = matter.zeros_like();
        for _ in 0..6 {
            p = (p.roll(1, 0) + p.roll(-1, 0) + p.roll(1, 1) + p.roll(-1, 1) - &divergence) / 4.0;
        }
        let smooth =
            |v: &Array| 0.6 * v + 0.1 * (v.roll(1, 0) + v.roll(-1, 0) + v.roll(1, 1) + v.roll(-1, 1));
        vx = smooth(&(vx - 0.5 * (p.roll(-1, 1) - p.roll(1, 1)))) * &free;
        vy = smooth(&(vy - 0.5 * (p.roll(-1, 0) - p.roll(1, 0)))) * &free;
        // The stream comes in again at the left.
        vx = &vx * (1.0 - &edge) + &edge * &free;
        vy *= 1.0 - &edge;
    }
    (vx, vy)
}

fn main() {
    let example = Example::start();
    let (height, width) = example.of((24, 36), (10, 14));
    let rounds = example.of(14, 5);
    let at = |n: usize| Array::range(n, DType::F64) / n as f64 - 0.5;
    // Only near the middle may there be matter.
    let place = (1.0 - 6.0 * (at(height).expand_dims(1).square() * 2.0 + at(width).square()))
        .maximum(0.0)
        .minimum(1.0);
    let matter = |design: &Array| design.sigmoid() * &place;
    let forces = |design: &Array| {
        let (vx, vy) = flow(&matter(design), rounds);
        // Momentum that the stream has lost, and the part that was turned down (rows count downward).
        ((1.0 - vx).mean(), vy.mean())
    };
    let loss = |design: &Array| {
        let (drag, lift) = forces(design);
        -lift / drag
    };
    let mut design = place.zeros_like() - 1.5;
    let (drag0, lift0) = forces(&design);
    let mut adam = Adam::new(&design, 0.1);
    let (step, mut lifts) = (jit(value_and_grad(loss)), vec![]);
    for i in 0..example.of(100, 25) {
        let (_, g) = step(&design);
        adam.update(&mut design, &g);
        lifts.push((f64::from(i), (forces(&design).1 / &drag0).item()));
    }
    let (drag, lift) = forces(&design);
    let (vx, vy) = flow(&matter(&design), rounds);
    let shape = Panel::image("matter", rows(&matter(&design)));
    let speed = Panel::image("speed of the stream", rows(&vx.hypot(&vy)));
    let curve = Panel::new("lift, in terms of the first drag", "step", "").with(Layer::Line("", lifts));
    example.draw("wing", &[shape, speed, curve]);
    println!("drag {:.4} → {:.4}, lift {:.5} → {:.5}", drag0.item(), drag.item(), lift0.item(), lift.item());
    claim("without a gradient there is no lift, by symmetry", lift0.item().abs() < 1e-9);
    let part = example.of(0.2, 0.02);
    claim(format!("with it the lift is more than {part} of the drag"), lift.item() > part * drag.item());
}
