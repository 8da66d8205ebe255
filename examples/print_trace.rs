//! Every operation of a computation, as it is recorded: numbers, formulas, adjoints.
//!
//! ```sh
//! cargo run --example print_trace
//! ```

mod common;
use common::{Example, claim};
use pullback::real::{Counts, Tape, parse};

fn main() {
    let _ = Example::start();
    // Newton's method for √2, recorded: the derivative of the result by the number and by the start.
    let t = Tape::new();
    let (a, start) = (t.named("a", 2.0), t.named("start", 1.0));
    let mut x = start;
    for k in 1..=4 {
        x = 0.5 * (x + a / x);
        t.label(x, &format!("x{k}"));
    }
    let before = Counts::here();
    let g = x.grad();
    println!("{g}");
    claim("one sweep over the tape", (Counts::here() - before).reverse == 1);
    claim("d√a/da = 1/(2√2) to 1e-9", (g.wrt(a) - 0.125f64.sqrt()).abs() < 1e-9);
    claim("the start no longer matters", g.wrt(start).abs() < 1e-9);

    // The same for formulas: the derivative as a program of shared steps.
    let f = parse("exp(exp(x) + exp(x)^2) + sin(exp(x) + exp(x)^2)").expect("the formula is right");
    let slope = f.derivative("x");
    println!("{}", slope.listing("slope"));
    let at = |x: f64| slope.eval(|_| x);
    claim(
        "its value at 0.1 is that of 50-digit arithmetic",
        (at(0.1) / 33.907768299903100138 - 1.0).abs() < 1e-14,
    );
}
