//! ADBench's Gaussian mixtures and recurrent networks in double precision, on its own files where they are found.
//!
//! The mixture's objective is written with one product of all points by all factors, as the fastest peers do.

use super::gradient::{Reference, along_the_gradient, check, gradient};
use super::programs::{self, Random};
use crate::harness::{Case, Named, compare, named};
use pullback::array::{Array, DType, Real, concatenate, jit, scan, value_and_grad};
use pullback::real;
use std::f64::consts::{LN_2, PI};
use std::hint::black_box;
use std::path::PathBuf;
use std::rc::Rc;

/// Name, dimensions, components, points, and what JAX finds for ADBench's file.
#[rustfmt::skip]
const MIXTURES: [(&str, [usize; 3], Reference); 8] = [
    ("gmm_1k_d2_K5", [2, 5, 1000], of(-5240.590562549577, 1631211.3960611294)),
    ("gmm_1k_d10_K25", [10, 25, 1000], of(-25649.652621197303, 7088366.312270338)),
    ("gmm_1k_d20_K50", [20, 50, 1000], of(-65629.50687126732, 24520517.4716388)),
    ("gmm_1k_d32_K25", [32, 25, 1000], of(-225816.31018414418, 280528812.49993783)),
    ("gmm_1k_d64_K25", [64, 25, 1000], of(-944188.5418660206, 2525394623.3381205)),
    ("gmm_1k_d64_K50", [64, 50, 1000], of(-714916.9877010542, 1144787167.5081606)),
    ("gmm_10k_d2_K5", [2, 5, 10000], of(-52512.306054522945, 149036469.47031108)),
    ("gmm_10k_d10_K25", [10, 25, 10000], of(-290193.3879750392, 653113351.3542811)),
];

const fn of(value: f64, gradient: f64) -> Reference {
    Reference { value, gradient, after: f64::NAN }
}

/// Every case of the family.
pub fn all() -> Vec<Named> {
    let mixture = |&(name, sizes, want)| named(name, move || mixture(name, sizes, want));
    let mut all: Vec<Named> = MIXTURES.iter().map(mixture).collect();
    for (name, by_arrays, layers, want) in [
        ("lstm_l2_c1024", "array_lstm_l2_c1024", 2, of(0.666665179558853, 0.008975929105992717)),
        ("lstm_l4_c1024", "array_lstm_l4_c1024", 4, of(0.7106766385584284, 0.011544506049841053)),
    ] {
        all.push(named(name, move || scalar_recurrent(name, layers, want)));
        all.push(named(by_arrays, move || recurrent(name, layers, want)));
    }
    all
}

/// The numbers in one of ADBench's files: from the folder shared by the peers' benchmarks, or the part kept here.
fn file(path: &str) -> Option<Vec<f64>> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folders = [here.join("../../../shared/bench/data/adbench"), here.join("data/adbench")];
    let text = folders.iter().find_map(|folder| std::fs::read_to_string(folder.join(path)).ok())?;
    let numbers = text.split_whitespace().map(|word| word.parse().expect("ADBench's files hold numbers"));
    Some(numbers.collect())
}

/// Weights, means, factors (logarithmic diagonal, then the lower triangle by columns).
type Mixture = (Array, Array, Array);

/// The points, for each place of a factor's matrix where its entry stands, and the constants of the objective.
type Points = (Array, Array, f64);

fn mixture(name: &'static str, [d, k, n]: [usize; 3], want: Reference) -> Case {
    let path =
        format!("{}.txt", name.replacen("gmm_1k_", "gmm/1k/gmm_", 1).replacen("gmm_10k_", "gmm/10k/gmm_", 1));
    let entries = d * (d + 1) / 2;
    let (known, all) = match file(&path) {
        Some(all) => (true, all[3..].to_vec()),
        None => {
            let mut random = Random(7);
            let mut some = |n: usize, a: f64| (0..n).map(|_| random.between(-a, a)).collect::<Vec<_>>();
            (false, [some(k, 1.0), some(k * d, 1.0), some(k * entries, 0.5), some(n * d, 1.0)].concat())
        }
    };
    let mut rest = &all[..];
    let mut take = |rows: usize, columns: usize| {
        let (data, after) = rest.split_at(rows * columns);
        rest = after;
        (data.to_vec(), Array::from_slice(data, &[rows, columns]))
    };
    let parts = [take(1, k), take(k, d), take(k, entries), take(n, d)];
    // The prior is with γ = 1 and m = 0 in all of them.
    assert!(!known || rest[..2] == [1.0, 0.0], "{name}: another prior");
    let flat: Vec<f64> = parts[..3].iter().flat_map(|(data, _)| data).copied().collect();
    let points = parts[3].0.clone();
    let [(_, alphas), (_, means), (_, factors), (_, x)] = parts;
    let at = (alphas.reshape([-1]), means, factors);
    let both = (at, (x, places(d), constant(n, d, k)));
    let checked = move |both: &(Mixture, Points)| match known {
        true => check(objective, both, want),
        false => by_plain_numbers(both, &flat, &points, d, k),
    };
    let whence = if known { "ADBench's file" } else { "generated data of the same size" };
    let flops = 4.0 * (n * k * d * d) as f64;
    gradient(both, objective, checked, move |s| {
        format!("{whence}, {:.1} GFLOP/s in its two products", flops / s / 1e9)
    })
}

/// For each place of a d × d matrix, by rows: what stands there, of the diagonal, the lower triangle by columns and a zero.
fn places(d: usize) -> Array {
    let entries = d * (d + 1) / 2;
    let mut places = vec![entries as i64; d * d];
    let mut next = d;
    for column in 0..d {
        places[column * d + column] = column as i64;
        for row in column + 1..d {
            places[row * d + column] = next as i64;
            next += 1
        }
    }
    Array::from_slice(&places, &[d * d])
}

fn constant(n: usize, d: usize, k: usize) -> f64 {
    let df = (d + 1) as f64;
    let ln_gamma = 0.25 * (d * (d - 1)) as f64 * PI.ln()
        + (1..=d).map(|j| Real::ln_gamma(&(0.5 * (df + 1.0 - j as f64)))).sum::<f64>();
    -0.5 * (n * d) as f64 * (2.0 * PI).ln() - k as f64 * (-0.5 * LN_2 * df * d as f64 - ln_gamma)
}

fn objective((alphas, means, factors): &Mixture, (x, places, constant): &Points) -> Array {
    let (n, d, k) = (x.shape()[0], means.shape()[1], means.shape()[0]);
    let [n, d, k] = [n, d, k].map(|n| n as i64);
    let (logs, lower) = (factors.get((.., ..d)), factors.get((.., d..)));
    let diagonal = logs.exp();
    let zero = Array::zeros(&[k as usize, 1], DType::F64);
    let matrices = concatenate(&[diagonal.clone(), lower.clone(), zero], 1).take(places, 1);
    let moved = matrices.reshape([k, d, d]).matmul(&means.reshape([k, d, 1])).reshape([1, k * d]);
    let y = (x.matmul(&matrices.reshape([k * d, d]).t()) - moved).reshape([n, k, d]);
    let inner = alphas + logs.sum_axis(1) - 0.5 * y.square().sum_axis(2);
    let prior = 0.5 * (diagonal.square().sum() + lower.square().sum());
    inner.logsumexp_axis(1).sum() - n as f64 * alphas.logsumexp() + prior + *constant
}

/// The value by the scalar program, and the slope along the gradient by its differences.
fn by_plain_numbers(
    both: &(Mixture, Points),
    at: &[f64],
    points: &[f64],
    d: usize,
    k: usize,
) -> Result<(), String> {
    let (y, g) = jit(|(p, d): &(Mixture, Points)| value_and_grad(|p: &Mixture| objective(p, d))(p))(both);
    let g: Vec<f64> = [&g.0, &g.1, &g.2].iter().flat_map(|g| g.to_vec::<f64>()).collect();
    let size: f64 = g.iter().map(|g| g * g).sum();
    let h = 1e-3 / size.sqrt();
    let moved = |t: f64| {
        let x: Vec<f64> = at.iter().zip(&g).map(|(x, g)| x + t * g).collect();
        programs::gmm(&x, points, d, k)
    };
    compare("the value", y.item(), moved(0.0), 1e-11)?;
    compare("the slope along the gradient", (moved(h) - moved(-h)) / (2.0 * h), size, 1e-5)
}

/// Gates of every layer, factors and offsets by turns; the factors and offsets around the network.
type Network = (Array, Array);

const WIDTH: usize = 14;
const LENGTH: usize = 1024;

/// The network's parameters, first state and rows, and whether they are ADBench's.
fn network(name: &str, layers: usize) -> (bool, [Vec<f64>; 4]) {
    let known = file(&format!("lstm/{name}.txt"));
    let found = known.is_some();
    let sizes = [8 * layers, 3, 2 * layers, LENGTH].map(|rows| rows * WIDTH);
    let all = known.map_or_else(|| Random::fill(9, sizes.iter().sum(), -1.0, 1.0), |all| all[3..].to_vec());
    let mut rest = all.into_iter();
    (found, sizes.map(|n| rest.by_ref().take(n).collect()))
}
fn whence(found: bool, s: f64) -> String {
    let data = if found { "ADBench's file" } else { "generated data of the same size" };
    format!("{data}, {:.2} µs a step", s * 1e6 / (LENGTH - 1) as f64)
}

fn recurrent(name: &'static str, layers: usize, want: Reference) -> Case {
    let (found, [main, extra, state, rows]) = network(name, layers);
    let array = |data: &[f64], rows: usize| Array::from_slice(data, &[rows, data.len() / rows]);
    let network = (array(&main, 2 * layers), array(&extra, 3));
    let both = (network, (array(&state, 2 * layers), array(&rows, LENGTH)));
    let checked = move |both: &(Network, (Array, Array))| match found {
        true => check(negative_likelihood, both, want),
        false => along_the_gradient(negative_likelihood, both),
    };
    gradient(both, negative_likelihood, checked, move |s| whence(found, s))
}

/// The same network by the scalar tape.
fn scalar_recurrent(name: &'static str, layers: usize, want: Reference) -> Case {
    let (found, [main, extra, state, rows]) = network(name, layers);
    let x = [main, extra].concat();
    let (x1, x2) = (x.clone(), x.clone());
    let data = Rc::new((state, rows));
    let (d1, d2) = (data.clone(), data.clone());
    Case {
        check: Box::new(move || {
            let (y, g) = real::value_and_grad(|x| programs::lstm(x, &data.0, &data.1, WIDTH))(&x);
            if !found {
                return compare("the value", y, programs::lstm(&x, &data.0, &data.1, WIDTH), 1e-13);
            }
            compare("the value", y, want.value, 1e-12)?;
            compare("the gradient's sum of squares", g.iter().map(|g| g * g).sum(), want.gradient, 1e-11)
        }),
        run: Box::new(move || {
            black_box(real::value_and_grad(|x| programs::lstm(x, &d1.0, &d1.1, WIDTH))(black_box(&x1)));
        }),
        primal: Box::new(move || {
            black_box(programs::lstm(black_box(&x2[..]), &d2.0, &d2.1, WIDTH));
        }),
        note: Box::new(move |s| whence(found, s)),
    }
}

/// What ADBench's network says of the next row, summed over the rows.
fn negative_likelihood((main, extra): &Network, (state, rows): &(Array, Array)) -> Array {
    let (layers, b) = (main.shape()[0] / 2, rows.shape()[1]);
    let rows_of = |x: &Array| (0..x.shape()[0]).map(|i| x.get(i)).collect::<Vec<_>>();
    let (main, extra) = (rows_of(main), rows_of(extra));
    let step = |state: &Vec<(Array, Array)>, (x, next): &(Array, Array)| {
        let mut x = x * &extra[0];
        let mut after = vec![];
        for (i, (h, c)) in state.iter().enumerate() {
            let four = concatenate(&[x.clone(), h.clone(), x, h.clone()], 0);
            let g = four * &main[2 * i] + &main[2 * i + 1];
            let s = g.get(..3 * b).logistic();
            let c = c * s.get(..b) + s.get(b..2 * b) * g.get(3 * b..).tanh();
            x = s.get(2 * b..) * c.tanh();
            after.push((x.clone(), c))
        }
        let y = x * &extra[1] + &extra[2];
        let y = &y - (y.exp().sum() + 2.0).ln();
        (after, (next * y).sum())
    };
    let start: Vec<_> = (0..layers).map(|i| (state.get(2 * i), state.get(2 * i + 1))).collect();
    let n = rows.shape()[0];
    let (_, all) = scan(step, &start, &(rows.get(..n - 1), rows.get(1..n)));
    -all.sum() / ((n - 1) * b) as f64
}
