//! The derivatives of a sine that is computed by a loop: differentiation goes through Rust's own control flow.
//!
//! ```sh
//! cargo run --example sinusoid
//! ```

mod common;
use common::{Example, Layer, Panel, claim};
use pullback::real::{Scalar, Var, grad};

/// The Taylor series, until its terms are small: how often the loop runs depends on x.
fn sine<R: Scalar>(x: R) -> R {
    let (mut sum, mut term, mut k) = (x, x, 1.0);
    while term.value().abs() > 1e-17 {
        term = -(term * x * x) / ((k + 1.0) * (k + 2.0));
        sum += term;
        k += 2.0;
    }
    sum
}
/// Each is the gradient of the one before.
fn first(x: &[Var]) -> Var {
    grad(|x: &[Var]| sine(x[0]))(x)[0]
}
fn second(x: &[Var]) -> Var {
    grad(first)(x)[0]
}

fn main() {
    let example = Example::start();
    let d1 = |x: f64| grad(|x: &[Var]| sine(x[0]))(&[x])[0];
    let d2 = |x: f64| grad(first)(&[x])[0];
    let d3 = |x: f64| grad(second)(&[x])[0];
    // An even number of places leaves out 0, where the loop does not run: the derivative is that of what ran.
    let n = example.of(400, 60);
    let xs: Vec<f64> = (0..n).map(|i| -7.0 + 14.0 * (f64::from(i) + 0.5) / f64::from(n)).collect();
    let curve = |f: &dyn Fn(f64) -> f64| xs.iter().map(|&x| (x, f(x))).collect::<Vec<_>>();
    let panel = Panel::new("a sine from a while loop", "x", "")
        .with(Layer::Line("value", curve(&sine)))
        .with(Layer::Line("first derivative", curve(&d1)))
        .with(Layer::Line("second", curve(&d2)))
        .with(Layer::Dashed("third", curve(&d3)));
    example.draw("sinusoid", &[panel]);
    let worst = |f: &dyn Fn(f64) -> f64, want: fn(f64) -> f64| {
        xs.iter().map(|&x| (f(x) - want(x)).abs()).fold(0.0, f64::max)
    };
    claim("the derivative of the loop is the cosine to 1e-12", worst(&d1, f64::cos) < 1e-12);
    claim("the third derivative is the negative cosine to 1e-10", worst(&d3, |x| -x.cos()) < 1e-10);
}
