//! Seven scalar programs, written once for any number.

use pullback::real::Scalar;
use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

/// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)².
pub fn rosenbrock<R: Scalar>(x: &[R]) -> R {
    let mut s = R::lift(0.0);
    for w in x.windows(2) {
        let a = w[1] - w[0] * w[0];
        let b = 1.0 - w[0];
        s += 100.0 * a * a + b * b;
    }
    s
}

/// Π xᵢ.
pub fn speelpenning<R: Scalar>(x: &[R]) -> R {
    x.iter().copied().product()
}

/// Σ sin xᵢ exp(−xᵢ²) + ln(1 + xᵢ²).
pub fn chain<R: Scalar>(x: &[R]) -> R {
    let mut s = R::lift(0.0);
    for &x in x {
        s += x.sin() * (-x * x).exp() + (1.0 + x * x).ln();
    }
    s
}

/// The first coordinate of Lorenz' system after so many steps of classical Runge–Kutta.
pub fn lorenz<R: Scalar>(x: &[R], steps: usize) -> R {
    const H: f64 = 1e-4;
    let (sigma, rho, beta) = (x[3], x[4], x[5]);
    let slope = |u: &[R; 3]| [sigma * (u[1] - u[0]), u[0] * (rho - u[2]) - u[1], u[0] * u[1] - beta * u[2]];
    let along = |u: &[R; 3], h: f64, k: &[R; 3]| [u[0] + h * k[0], u[1] + h * k[1], u[2] + h * k[2]];
    let mut u = [x[0], x[1], x[2]];
    for _ in 0..steps {
        let k1 = slope(&u);
        let k2 = slope(&along(&u, 0.5 * H, &k1));
        let k3 = slope(&along(&u, 0.5 * H, &k2));
        let k4 = slope(&along(&u, H, &k3));
        for i in 0..3 {
            u[i] += H / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    u[0]
}

/// The sum of European calls by Black and Scholes; spots, strikes, rates, volatilities and times one after another.
pub fn black_scholes<R: Scalar>(x: &[R]) -> R {
    let cdf = |x: R| 0.5 * (-x * FRAC_1_SQRT_2).erfc();
    let m = x.len() / 5;
    let mut s = R::lift(0.0);
    for i in 0..m {
        let [spot, strike, rate, sigma, t] = [x[i], x[m + i], x[2 * m + i], x[3 * m + i], x[4 * m + i]];
        let vt = sigma * t.sqrt();
        let d1 = ((spot / strike).ln() + (rate + 0.5 * sigma * sigma) * t) / vt;
        let d2 = d1 - vt;
        s += spot * cdf(d1) - strike * (-rate * t).exp() * cdf(d2);
    }
    s
}

/// A determinant by elimination with partial pivoting.
pub fn determinant<R: Scalar>(x: &[R]) -> R {
    let n = x.len().isqrt();
    let mut entries = x.to_vec();
    let mut rows: Vec<&mut [R]> = entries.chunks_mut(n).collect();
    let mut det = R::lift(1.0);
    let mut negative = false;
    for k in 0..n {
        let size = |row: &[R]| row[k].value().abs();
        let mut pivot = k;
        for i in k + 1..n {
            if size(rows[i]) > size(rows[pivot]) {
                pivot = i;
            }
        }
        if pivot != k {
            rows.swap(pivot, k);
            negative = !negative;
        }
        let (above, below) = rows.split_at_mut(k + 1);
        let top = &above[k];
        det *= top[k];
        for row in below {
            let l = row[k] / top[k];
            for (a, &b) in row[k + 1..].iter_mut().zip(&top[k + 1..]) {
                *a -= l * b;
            }
        }
    }
    if negative { -det } else { det }
}

/// ADBench's Gaussian mixture objective: D dimensions, K components, prior with γ = 1 and m = 0.
/// Weights, means and inverse covariance factors (logarithmic diagonal, then the lower triangle by columns).
pub fn gmm<R: Scalar>(x: &[R], points: &[f64], d: usize, k: usize) -> R {
    let icf = d * (d + 1) / 2;
    let (alphas, rest) = x.split_at(k);
    let (means, factors) = rest.split_at(k * d);
    let exps: Vec<R> = factors.chunks(icf).flat_map(|f| f[..d].iter().map(|l| l.exp())).collect();
    let sums: Vec<R> = factors.chunks(icf).map(|f| f[..d].iter().copied().sum()).collect();
    let mut total = R::lift(0.0);
    let (mut centred, mut q) = (vec![R::lift(0.0); d], vec![R::lift(0.0); d]);
    let mut terms = Vec::with_capacity(k);
    for point in points.chunks(d) {
        terms.clear();
        for c in 0..k {
            for i in 0..d {
                centred[i] = point[i] - means[c * d + i];
                q[i] = exps[c * d + i] * centred[i];
            }
            let mut lower = factors[c * icf + d..(c + 1) * icf].iter();
            for i in 0..d {
                for (q, &l) in q[i + 1..].iter_mut().zip(&mut lower) {
                    *q += l * centred[i];
                }
            }
            let square: R = q.iter().map(|&q| q * q).sum();
            terms.push(alphas[c] + sums[c] - 0.5 * square);
        }
        total += log_sum_exp(&terms);
    }
    let n = (points.len() / d) as f64;
    let mut prior = R::lift(0.0);
    for c in 0..k {
        let diagonal: R = exps[c * d..][..d].iter().map(|&q| q * q).sum();
        let lower: R = factors[c * icf + d..(c + 1) * icf].iter().map(|&l| l * l).sum();
        prior += 0.5 * (diagonal + lower) - 0.0 * sums[c];
    }
    let df = (d + 1) as f64;
    let ln_gamma: f64 = 0.25 * (d * (d - 1)) as f64 * PI.ln()
        + (1..=d).map(|j| pullback::real::Real::ln_gamma(&(0.5 * (df + 1.0 - j as f64)))).sum::<f64>();
    let constant =
        -n * d as f64 * 0.5 * (2.0 * PI).ln() - k as f64 * (-df * d as f64 * 0.5 * LN_2 - ln_gamma);
    total - n * log_sum_exp(alphas) + constant + prior
}

fn log_sum_exp<R: Scalar>(x: &[R]) -> R {
    let max = x.iter().copied().reduce(|a, b| if b > a { b } else { a }).expect("a term");
    x.iter().map(|&x| (x - max).exp()).sum::<R>().ln() + max
}

/// What ADBench's recurrent network of `layers` layers says of the next row, summed over the rows of `b` numbers: gates'
/// factors and offsets by turns, then the input's factors, the output's factors and offsets.
pub fn lstm<R: Scalar>(x: &[R], state: &[f64], rows: &[f64], b: usize) -> R {
    let layers = state.len() / (2 * b);
    let (main, extra) = x.split_at(8 * layers * b);
    let mut state: Vec<R> = state.iter().map(|&s| R::lift(s)).collect();
    let mut total = R::lift(0.0);
    let mut x = vec![R::lift(0.0); b];
    for (row, next) in rows.chunks(b).zip(rows[b..].chunks(b)) {
        (0..b).for_each(|j| x[j] = row[j] * extra[j]);
        for (weights, state) in main.chunks(8 * b).zip(state.chunks_mut(2 * b)) {
            let (factors, offsets) = weights.split_at(4 * b);
            let (h, c) = state.split_at_mut(b);
            for j in 0..b {
                let gate = |k: usize, by: R| by * factors[k * b + j] + offsets[k * b + j];
                let (forget, enter) = (gate(0, x[j]).logistic(), gate(1, h[j]).logistic());
                let (leave, change) = (gate(2, x[j]).logistic(), gate(3, h[j]).tanh());
                c[j] = c[j] * forget + enter * change;
                h[j] = leave * c[j].tanh();
                x[j] = h[j];
            }
        }
        let y: Vec<R> = (0..b).map(|j| x[j] * extra[b + j] + extra[2 * b + j]).collect();
        let norm = (y.iter().map(|y| y.exp()).sum::<R>() + 2.0).ln();
        y.iter().zip(next).for_each(|(&y, &next)| total += next * (y - norm));
    }
    -total / (rows.len() - b) as f64
}

/// splitmix64: the inputs are the same in every language.
pub struct Random(pub u64);

impl Random {
    /// A number between `a` and `b`.
    pub fn between(&mut self, a: f64, b: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        a + (b - a) * (((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64)
    }
    /// `n` numbers between `a` and `b`.
    pub fn fill(seed: u64, n: usize, a: f64, b: f64) -> Vec<f64> {
        let mut random = Random(seed);
        (0..n).map(|_| random.between(a, b)).collect()
    }
}
