//! Test functions of optimisation, iterations, and derivatives inside functions.

use crate::table::{Row, rows};
use pullback_array::{Array, DType, Real, grad, hvp, stack};
use std::f64::consts::{E, TAU};

pub const ROWS: &[Row] = rows! { |x, f, y, a|
    "rosenbrock" => rosenbrock(f),
    "himmelblau" => (f.get(0).square() + f.get(1) - 11.0).square() + (f.get(0) + f.get(1).square() - 7.0).square(),
    "beale" => {
        let (x, y) = (f.get(0), f.get(1));
        (1.5 - &x + &x * &y).square()
            + (2.25 - &x + &x * y.square()).square()
            + (2.625 - &x + &x * y.integer_pow(3)).square()
    },
    "ackley" => {
        -20.0 * (-0.2 * f.square().mean().sqrt()).exp() - (TAU * f).cos().mean().exp() + 20.0 + E
    },
    "speelpenning" => f.prod(),
    "arrowhead" => {
        let (head, last) = (f.get(..-1), f.get(-1));
        ((head.square() + last.square()).square() - 4.0 * &head + 3.0).sum()
    },
    "horner_poly" => f.unstack(0).iter().fold(y.zeros_like(), |sum, c| sum * y + c),
    "stop_gradient_mix" => (f.square() * f.sin().stop_gradient()).sum(),
    "weighted_logsumexp_ratio" => (f + y.log()).logsumexp() - f.logsumexp(),
    "pairwise_softmin_sort" => {
        let n = f.size();
        (Array::range(n, DType::I64).cast(f.dtype()) * f.sort(0)).sum() + (-f).logsumexp()
    },
    "loop_with_inplace" => {
        let mut y = f.zeros_like().at_set(0, f.get(0));
        for i in 1..f.size() {
            let before = y.get(i - 1);
            y = y.at_set(i, &before * f.get(i) + before.sin())
        }
        y
    },
    "rotation_chain" => {
        let phi = f.cumsum(0);
        let scale = 1.0 / (Array::range(f.size(), DType::I64).cast(f.dtype()) + 1.0);
        stack(&[(phi.cos() * &scale).sum(), (phi.sin() * &scale).sum()], 0)
    },
    "taylor_sine_while" => {
        let (mut sum, mut term, mut k) = (f.clone(), f.clone(), 1.0);
        while term.item().abs() > a.float("tol") {
            term = -term * f.square() / (2.0 * k * (2.0 * k + 1.0));
            sum += &term;
            k += 1.0
        }
        sum
    },
    "newton_sqrt_fixed_point" => (0..a.int("iters")).fold(f.clone(), |x, _| (&x + f / &x) / 2.0),
    "branchy_piecewise" => (0..a.int("iters")).fold(f.clone(), |x, _| match x.item() > 0.0 {
        true => &x * x.sin(),
        false => x.exp() - 2.0,
    }),
    "hvp_program" => hvp(rosenbrock)(f, y),
    "nested_perturbation" => f * grad(|y: &Array| f * y.square())(&(f + 1.0)),
    "third_derivative" => grad(grad(grad(|x: &Array| x.sin() * (x / 2.0).exp())))(f),
    "gradient_penalty" => {
        let slope = grad(|v: &Array| y.dot(&f.matmul(v).tanh()))(&x[2]);
        (slope.square().sum().sqrt() - 1.0).square()
    },
    "implicit_fixed_point" => {
        let x = (0..200).fold(y.zeros_like(), |x, _| (f.matmul(&x) + y).tanh());
        x.square().sum()
    },
    "power_iteration" => {
        let n = f.shape()[0];
        let start = Array::full(&[n], (n as f64).powf(-0.5), f.dtype());
        let v = (0..a.int("iters")).fold(start, |v, _| {
            let w = f.matmul(&v);
            &w / w.square().sum().sqrt()
        });
        v.dot(&f.matmul(&v))
    },
    "cg_unrolled" => {
        let (mut x, mut r) = (y.zeros_like(), y.clone());
        let (mut p, mut rr) = (r.clone(), r.dot(&r));
        for _ in 0..a.int("iters") {
            let ap = f.matmul(&p);
            let alpha = &rr / p.dot(&ap);
            x += &alpha * &p;
            r -= &alpha * ap;
            let next = r.dot(&r);
            p = &r + (&next / &rr) * &p;
            rr = next
        }
        x
    },
    "log_det_barrier" => -(y - f.matmul(&x[2])).log().sum(),
    "soft_dtw" => soft_dtw(f, y, a.float("gamma")),
    "black_scholes_call" => {
        let (s, k, r, sigma, t) = (f, y, &x[2], &x[3], &x[4]);
        let spread = sigma * t.sqrt();
        let d1 = ((s / k).log() + (r + 0.5 * sigma.square()) * t) / &spread;
        s * d1.ndtr() - k * (-r * t).exp() * (&d1 - spread).ndtr()
    },
};

fn rosenbrock(x: &Array) -> Array {
    let (a, b) = (x.get(..-1), x.get(1..));
    (100.0 * (b - a.square()).square() + (1.0 - a).square()).sum()
}

/// The recursion over the table of distances; neighbours outside the table are infinitely far.
fn soft_dtw(x: &Array, y: &Array, gamma: f64) -> Array {
    let (n, m) = (x.size(), y.size());
    let far = || Array::full(&[], f64::INFINITY, x.dtype());
    let mut above: Vec<Array> = (0..=m).map(|j| if j == 0 { far() * 0.0 } else { far() }).collect();
    above[0] = Array::zeros(&[], x.dtype());
    for i in 0..n {
        let mut row = vec![far()];
        for j in 0..m {
            let d = (x.get(i) - y.get(j)).square();
            let near: Vec<Array> = [&above[j + 1], &row[j], &above[j]]
                .into_iter()
                .filter(|r| r.item().is_finite())
                .cloned()
                .collect();
            let soft = -gamma * (stack(&near, 0) * (-1.0 / gamma)).logsumexp();
            row.push(d + soft)
        }
        above = row
    }
    above[m].clone()
}
