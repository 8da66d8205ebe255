//! Prices of options by simulation under geometric Brownian motion, with their Greeks path by path: the value and its
//! derivatives by spot, rate, volatility and time; against the same path by path in plain numbers, differentiated by
//! hand.

use super::gradient::{gradient, size};
use super::programs::Random;
use crate::harness::{Case, Named, compare, named};
use pullback::array::{Array, Real, jit, scan, value_and_grad};
use std::f64::consts::TAU;

const STRIKE: f64 = 100.0;
/// Spot, rate, volatility and time.
const AT: [f64; 4] = [100.0, 0.03, 0.2, 1.0];
const STEPS: usize = 252;

type Market = [Array; 4];
type Price = fn(&Market, &Array) -> Array;

/// Every case of the family.
pub fn all() -> Vec<Named> {
    vec![
        named("bs_euro", || simulated(european, &[1_000_000], by_hand)),
        named("bs_asian", || simulated(asian_steps, &[STEPS, 100_000], by_hand)),
        named("bs_asian_scan", || simulated(asian_scan, &[STEPS, 100_000], by_hand)),
        named("bs_asian_cumsum", || simulated(asian_cumsum, &[100_000, STEPS], |z| by_hand(&turned(z)))),
    ]
}

fn european([spot, rate, sigma, time]: &Market, z: &Array) -> Array {
    let last = spot * ((rate - 0.5 * sigma * sigma) * time + sigma * time.sqrt() * z).exp();
    (-rate * time).exp() * (last - STRIKE).relu().mean()
}

/// What is added to the logarithm in each step: a constant, and what multiplies the draw.
fn increments([_, rate, sigma, time]: &Market) -> (Array, Array) {
    let dt = time / STEPS as f64;
    ((rate - 0.5 * sigma * sigma) * &dt, sigma * dt.sqrt())
}
/// From the sum over steps.
fn asian([spot, rate, _, time]: &Market, sum: &Array) -> Array {
    (-rate * time).exp() * (spot * sum / STEPS as f64 - STRIKE).relu().mean()
}
/// Draws of steps, one row a step; written out.
fn asian_steps(p: &Market, z: &Array) -> Array {
    let (m, q) = increments(p);
    let (mut x, mut sum) = (&m + &q * z.get(0), Array::from(0.0));
    for t in 0..STEPS {
        if t > 0 {
            x = x + &m + &q * z.get(t)
        }
        sum += x.exp()
    }
    asian(p, &sum)
}
/// The same as a loop.
fn asian_scan(p: &Market, z: &Array) -> Array {
    let (m, q) = increments(p);
    let zero = z.get(0).zeros_like();
    let step = |(x, sum): &(Array, Array), z: &Array| {
        let x = x + &m + &q * z;
        let sum = sum + x.exp();
        ((x, sum), ())
    };
    asian(p, &scan(step, &(zero.clone(), zero), z).0.1)
}
/// Draws of paths, one row a path.
fn asian_cumsum(p: &Market, z: &Array) -> Array {
    let (m, q) = increments(p);
    asian(p, &(m + q * z).cumsum(1).exp().sum_axis(1))
}

/// Normal draws, by Box and Muller.
fn draws(shape: &[usize]) -> Array {
    let n: usize = shape.iter().product();
    let uniform = Random::fill(1, n, 0.0, 1.0);
    let pair = |u: &[f64]| {
        let r = (-2.0 * (1.0 - u[0]).ln()).sqrt();
        let (sin, cos) = (TAU * u[1]).sin_cos();
        [r * cos, r * sin]
    };
    let data: Vec<f64> = uniform.chunks(2).flat_map(pair).collect();
    Array::from_slice(&data, shape)
}
fn turned(z: &Array) -> Array {
    z.t()
}

/// Price and Greeks in plain numbers, one path after another; one row a step.
fn by_hand(z: &Array) -> [f64; 5] {
    let steps = if z.ndim() == 1 { 1 } else { z.shape()[0] };
    let z = z.to_vec::<f64>();
    let paths = z.len() / steps;
    let [spot, rate, sigma, time] = AT;
    let dt = time / steps as f64;
    let (m, q) = ((rate - 0.5 * sigma * sigma) * dt, sigma * dt.sqrt());
    // By (rate, volatility, time), of a step's constant and of its factor.
    let (dm, dq) =
        ([dt, -sigma * dt, (rate - 0.5 * sigma * sigma) / steps as f64], [0.0, dt.sqrt(), 0.5 * q / time]);
    let mut sums = [0.0; 5];
    for path in 0..paths {
        let (mut x, mut dx) = (0.0f64, [0.0; 3]);
        let (mut sum, mut dsum) = (0.0, [0.0; 3]);
        for t in 0..steps {
            let z = z[t * paths + path];
            x += m + q * z;
            let e = x.exp();
            sum += e;
            for k in 0..3 {
                dx[k] += dm[k] + dq[k] * z;
                dsum[k] += e * dx[k]
            }
        }
        let mean = sum / steps as f64;
        if spot * mean > STRIKE {
            sums[0] += spot * mean - STRIKE;
            sums[1] += mean;
            (0..3).for_each(|k| sums[2 + k] += spot * dsum[k] / steps as f64)
        }
    }
    let discount = (-rate * time).exp();
    let [y, delta, rho, vega, theta] = sums.map(|s| discount * s / paths as f64);
    [y, delta, rho - time * y, vega, theta - rate * y]
}

fn simulated(f: Price, shape: &[usize], plain: fn(&Array) -> [f64; 5]) -> Case {
    let draws = draws(shape);
    let n = draws.size();
    let want = std::cell::OnceCell::new();
    let check = move |(_, z): &(Market, Array)| {
        let want: &[f64; 5] = want.get_or_init(|| plain(z));
        let both = jit(move |(p, z): &(Market, Array)| value_and_grad(|p: &Market| f(p, z))(p));
        let (y, g) = both(&(AT.map(Array::from), z.clone()));
        compare("the price", y.item(), want[0], 1e-11)?;
        let names = ["delta", "rho", "vega", "theta"];
        (0..4).try_for_each(|k| compare(names[k], g[k].item(), want[k + 1], 1e-10))?;
        compare("the Greeks' size", size(&g), want[1..].iter().map(|g| g * g).sum(), 1e-10)
    };
    let note = move |s| format!("{:.2} ns a draw", s * 1e9 / n as f64);
    gradient((AT.map(Array::from), draws), f, check, note)
}
