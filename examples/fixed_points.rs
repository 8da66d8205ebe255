//! The derivative of a fixed point without unrolling the iteration: implicit differentiation.
//!
//! ```sh
//! cargo run --example fixed_points
//! ```

mod common;
use common::{Example, Layer, Panel, claim, curve};
use pullback::array::{Array, Real, fixed_point, grad, jvp};

/// Newton's step for the square root of a.
fn newton(x: &Array, a: &Array) -> Array {
    0.5 * (x + a / x)
}

fn main() {
    let example = Example::start();
    let sqrt = |a: &Array| fixed_point(newton, Array::from(1.0))(a);
    let two = Array::from(2.0);
    let (value, first, second) = (sqrt(&two).item(), grad(sqrt)(&two).item(), grad(grad(sqrt))(&two).item());
    println!("√2 = {value}, its slope {first}, its curvature {second}");
    claim("the value is √2", (value - 2f64.sqrt()).abs() < 1e-15);
    claim("the slope is 1/(2√2)", (first - 0.125f64.sqrt()).abs() < 1e-10);
    claim("the curvature is −1/(4·2√2)", (second + 0.125f64.sqrt() / 4.0).abs() < 1e-8);

    // Kepler's equation E = M + e·sin E: how the orbit's angle moves with its eccentricity.
    let mean = Array::linspace(0.0, std::f64::consts::TAU, example.of(201, 31));
    let angle = |e: &Array| fixed_point(|x: &Array, e: &Array| &mean + e * x.sin(), mean.clone())(e);
    let mut panel = Panel::new("Kepler: how the angle moves with e", "mean anomaly M", "dE/de");
    for (name, e) in [("e = 0.1", 0.1), ("e = 0.3", 0.3), ("e = 0.6", 0.6)] {
        let at = Array::from(e);
        // One number in, a vector out: forward mode.
        let (angles, slope) = jvp(angle)(&at, &Array::from(1.0));
        let by_hand = angles.sin() / (1.0 - e * angles.cos());
        let apart = (&slope - by_hand).abs().max().item();
        claim(format!("{name}: the slope is sin E/(1 − e·cos E) to 1e-8"), apart < 1e-8);
        panel = panel.with(Layer::Line(name, curve(&mean, &slope)));
    }
    example.draw("fixed_points", &[panel]);
}
