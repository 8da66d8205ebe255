//! The valley of Rosenbrock: gradient and Hessian of a plain Rust function, and Newton's method to its minimum.
//!
//! ```sh
//! cargo run --example rosenbrock
//! ```

use pullback::real::{Scalar, grad, hessian};

/// `(1 − x)² + 100·(y − x²)²`, with its minimum 0 at (1, 1).
fn rosenbrock<R: Scalar>(x: &[R]) -> R {
    (1.0 - x[0]).square() + 100.0 * (x[1] - x[0] * x[0]).square()
}

fn main() {
    let mut x = vec![-1.2, 1.0];
    println!("{:>4} {:>10} {:>10} {:>14} {:>14}", "step", "x", "y", "f", "|gradient|");
    for step in 0.. {
        let g = grad(rosenbrock)(&x);
        let length = g[0].hypot(g[1]);
        println!("{step:4} {:10.6} {:10.6} {:14.6e} {length:14.6e}", x[0], x[1], rosenbrock(&x));
        if length < 1e-12 {
            break;
        }
        // Newton's step solves H·d = −g; where that does not go down, along −g instead; halved until f falls.
        let h = hessian(rosenbrock)(&x);
        let det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
        let mut d = [(h[0][1] * g[1] - h[1][1] * g[0]) / det, (h[1][0] * g[0] - h[0][0] * g[1]) / det];
        if d[0] * g[0] + d[1] * g[1] >= 0.0 {
            d = [-g[0], -g[1]]
        }
        let at = |t: f64| vec![x[0] + t * d[0], x[1] + t * d[1]];
        let mut t = 1.0;
        while rosenbrock(&at(t)) >= rosenbrock(&x) && t > 1e-10 {
            t *= 0.5
        }
        x = at(t);
    }
    println!("\nminimum at ({:.12}, {:.12})", x[0], x[1]);
}
