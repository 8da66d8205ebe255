//! Smoke that forms a letter: the velocities at the start, by the gradient through a whole fluid simulation.
//!
//! ```sh
//! cargo run --release --example fluid_simulation
//! ```

mod common;
use common::{Example, Layer, Panel, claim, rows};
use pullback::array::{Array, DType, Real, fori_loop, jit, stack, value_and_grad};
use pullback::nn::Adam;

const LETTER: [&str; 12] = [
    "............",
    "............",
    "...#####....",
    "...######...",
    "...##..##...",
    "...##..##...",
    "...######...",
    "...#####....",
    "...##.......",
    "...##.......",
    "...##.......",
    "............",
];

/// Takes the divergence out of a velocity field, by Jacobi's iteration for the pressure, on a torus.
fn project(v: &Array) -> Array {
    let (vx, vy) = (v.get(0), v.get(1));
    let h = 1.0 / vx.shape()[0] as f64;
    let difference = |a: &Array, axis: isize| a.roll(-1, axis) - a.roll(1, axis);
    let divergence = -0.5 * h * (difference(&vx, 0) + difference(&vy, 1));
    let p = fori_loop(
        0,
        10,
        |_, (p, d): &(Array, Array)| {
            let around = p.roll(1, 0) + p.roll(-1, 0) + p.roll(1, 1) + p.roll(-1, 1);
            ((d + around) / 4.0, d.clone())
        },
        &(divergence.zeros_like(), divergence),
    );
    let slope = |axis| 0.5 * difference(&p.0, axis) / h;
    stack(&[vx - slope(0), vy - slope(1)], 0)
}

/// Moves what lies on the grid along the velocities: each cell takes what was upstream of it, bilinearly.
fn advect(f: &Array, v: &Array) -> Array {
    let n = f.shape()[0];
    let line = Array::range(n, DType::F64);
    let (x, y) = (line.expand_dims(1) - v.get(0), line - v.get(1));
    let (left, top) = (x.floor().stop_gradient(), y.floor().stop_gradient());
    let (right, below) = (&x - &left, &y - &top);
    let cell = |dx: f64, dy: f64| {
        let wrap = |a: &Array, d: f64| (a + d).remainder(n as f64);
        let index = (wrap(&left, dx) * n as f64 + wrap(&top, dy)).cast(DType::I64);
        f.ravel().take(&index, 0)
    };
    (1.0 - &right) * ((1.0 - &below) * cell(0.0, 0.0) + &below * cell(0.0, 1.0))
        + &right * ((1.0 - &below) * cell(1.0, 0.0) + &below * cell(1.0, 1.0))
}

/// The smoke after some steps.
fn simulate(start: &Array, smoke: &Array, steps: usize) -> Array {
    let (mut v, mut smoke) = (project(start), smoke.clone());
    for _ in 0..steps {
        v = project(&stack(&[advect(&v.get(0), &v), advect(&v.get(1), &v)], 0));
        smoke = advect(&smoke, &v);
    }
    smoke
}

fn main() {
    let example = Example::start();
    let (scale, steps) = (example.of(2, 1), example.of(12, 4));
    let n = 12 * scale;
    let letter: Vec<f64> = (0..n * n)
        .map(|i| f64::from(u8::from(LETTER[i / n / scale].as_bytes()[i % n / scale] == b'#')))
        .collect();
    let wanted = Array::from(letter).reshape([n as isize, n as isize]);
    // A disc of as much smoke.
    let line = (Array::range(n, DType::F64) + 0.5) / n as f64 - 0.5;
    let radius = (wanted.mean().item() / std::f64::consts::PI).sqrt();
    let smoke = ((radius - line.expand_dims(1).hypot(&line)) * (1.5 * n as f64)).sigmoid();
    let loss = |v: &Array| (simulate(v, &smoke, steps) - &wanted).square().mean();
    let mut v = Array::zeros(&[2, n, n], DType::F64);
    let mut adam = Adam::new(&v, 0.05);
    let (step, mut losses) = (jit(value_and_grad(loss)), vec![]);
    for i in 0..example.of(120, 25) {
        let (l, g) = step(&v);
        adam.update(&mut v, &g);
        losses.push((f64::from(i), l.item()));
    }
    let (first, last) = (losses[0].1, losses[losses.len() - 1].1);
    let curve = Panel::new("mean squared difference", "step", "").with(Layer::Line("", losses));
    let end = simulate(&v, &smoke, steps);
    let start = Panel::image("smoke at the start", rows(&smoke));
    let after = Panel::image(format!("after {steps} steps"), rows(&end));
    example.draw("fluid_simulation", &[start, after, curve]);
    println!("difference {first:.4} → {last:.4}");
    let part = example.of(0.2, 0.7);
    claim(format!("the difference falls to {part} of what it was"), last < part * first);
}
