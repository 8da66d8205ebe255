//! Backpropagation by hand beside automatic differentiation: the three rules of a layer, number by number.
//!
//! A network `sₙ = Wₙ·xₙ₋₁`, `xₙ = σ(sₙ)` with a loss L of its output. Going back through layer n,
//!
//! - `dL/dsₙ = dL/dxₙ ∘ σ′(sₙ)`
//! - `dL/dWₙ = dL/dsₙ · xₙ₋₁ᵀ`
//! - `dL/dxₙ₋₁ = Wₙᵀ · dL/dsₙ`
//!
//! ```sh
//! cargo run --example backprop
//! ```

mod common;
use common::{Example, claim};
use pullback::array::{Array, Real, grad, value_and_grad, vjp};

/// Weights, and numbers added to every sₙ and xₙ: zeros, whose gradients are those of the intermediates.
type Network = (Vec<Array>, Vec<Array>, Vec<Array>, Array);

/// All sₙ and all xₙ (x₀ first).
fn forward((weights, ds, dx, x0): &Network) -> (Vec<Array>, Vec<Array>) {
    let (mut s, mut x) = (vec![], vec![x0.clone()]);
    for (n, w) in weights.iter().enumerate() {
        s.push(w.matmul(&x[n]) + &ds[n]);
        x.push(s[n].logistic() + &dx[n]);
    }
    (s, x)
}

/// `½(x_N − ¼)²`.
fn loss(output: &Array) -> Array {
    0.5 * (output - 0.25).square().sum()
}

/// What the rules give: dL/dsₙ and dL/dWₙ for every layer, dL/dxₙ for every x from x₀ on.
struct ByHand {
    ds: Vec<Array>,
    dw: Vec<Array>,
    dx: Vec<Array>,
}

/// The sweep back, from dL/dx_N, or (`at_s`) from dL/ds_N.
fn rules(weights: &[Array], s: &[Array], x: &[Array], start: &Array, at_s: bool) -> ByHand {
    let layers = weights.len();
    let mut hand = ByHand { ds: vec![], dw: vec![], dx: vec![start.clone()] };
    for n in (0..layers).rev() {
        let sigma = s[n].logistic();
        let ds = if at_s && n == layers - 1 { start.clone() } else { &hand.dx[0] * &sigma * (1.0 - &sigma) };
        hand.dw.insert(0, ds.matmul(&x[n].t()));
        hand.dx.insert(0, weights[n].t().matmul(&ds));
        hand.ds.insert(0, ds);
    }
    hand
}

/// Prints two columns, and returns their largest difference.
fn compare(name: &str, hand: &Array, ad: &Array) -> f64 {
    let (hand, ad) = (hand.to_vec::<f64>(), ad.to_vec::<f64>());
    for (i, (h, a)) in hand.iter().zip(&ad).enumerate() {
        println!("{:>10}  {h:>24.17}  {a:>24.17}", if i == 0 { name } else { "" });
    }
    hand.iter().zip(&ad).map(|(h, a)| (h - a).abs()).fold(0.0, f64::max)
}

fn main() {
    let _ = Example::start();
    let weights = vec![Array::from([[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]]), Array::from([[0.7, -0.8, 0.9]])];
    let zeros = |n: usize| Array::from_slice(&vec![0.0; n], &[n, 1]);
    let network: Network =
        (weights, vec![zeros(3), zeros(1)], vec![zeros(3), zeros(1)], Array::from([[1.0], [-2.0]]));

    // One sweep gives everything: weights, intermediates and the input.
    let (value, ad) = value_and_grad(|network: &Network| loss(&forward(network).1[2]))(&network);
    let (s, x) = forward(&network);
    let output_bar = &x[2] - 0.25;
    let hand = rules(&network.0, &s, &x, &output_bar, false);

    println!("L = {:.16}\n", value.item());
    println!("{:>10}  {:>24}  {:>24}", "", "by hand", "by AD");
    let mut worst = compare("dL/dx2", &hand.dx[2], &ad.2[1]);
    for n in (0..2).rev() {
        worst = worst.max(compare(&format!("dL/ds{}", n + 1), &hand.ds[n], &ad.1[n]));
        worst = worst.max(compare(&format!("dL/dW{}", n + 1), &hand.dw[n], &ad.0[n]));
        let x_bar = if n == 0 { &ad.3 } else { &ad.2[n - 1] };
        worst = worst.max(compare(&format!("dL/dx{n}"), &hand.dx[n], x_bar));
    }
    println!("\nlargest difference {worst:.1e}");
    claim("the three rules give what AD gives, to 1e-13", worst < 1e-13);

    // The sweep may start at x_N or at s_N: dL/dW is the same.
    let at_x = vjp(|network: &Network| forward(network).1[2].clone())(&network).1(&output_bar);
    let at_s = vjp(|network: &Network| forward(network).0[1].clone())(&network).1(&hand.ds[1]);
    let by_rules = rules(&network.0, &s, &x, &hand.ds[1], true);
    let starts = at_x.0.iter().zip(&at_s.0).zip(&by_rules.dw);
    let differ = starts.map(|((a, b), c)| ((a - b).abs() + (a - c).abs()).sum().item()).fold(0.0, f64::max);
    println!("started at x2 or at s2: dL/dW differs by {differ:.1e}");
    claim("both give the same dL/dW", differ < 1e-13);

    // Deeper and wider, the same three rules.
    let widths = [5, 7, 4, 6, 3, 1];
    let weight = |(n, w): (usize, &[usize])| {
        let numbers: Vec<f64> = (0..w[0] * w[1]).map(|i| ((i * (n + 3)) as f64).sin()).collect();
        Array::from_slice(&numbers, &[w[1], w[0]])
    };
    let weights: Vec<Array> = widths.windows(2).enumerate().map(weight).collect();
    let places: Vec<Array> = widths[1..].iter().map(|&n| zeros(n)).collect();
    let deep: Network =
        (weights, places.clone(), places, Array::from_slice(&[0.3, -0.1, 0.8, 0.5, -0.9], &[5, 1]));
    let ad = grad(|network: &Network| loss(&forward(network).1[5]))(&deep);
    let (s, x) = forward(&deep);
    let hand = rules(&deep.0, &s, &x, &(&x[5] - 0.25), false);
    let pairs = hand.dw.iter().zip(&ad.0).chain(hand.ds.iter().zip(&ad.1)).chain([(&hand.dx[0], &ad.3)]);
    let worst = pairs.map(|(h, a)| (h - a).abs().sum().item()).fold(0.0, f64::max);
    println!("five layers of {widths:?}: largest difference {worst:.1e}");
    claim("they hold at any depth and width", worst < 1e-13);
}
