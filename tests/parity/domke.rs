//! A5: Domke's two posts.

use super::{close, within};
use pullback::real::{Counts, Dual, Real, Scalar, Tape, Var, grad, jvp};

/// The user's code changes in its types only.
#[test]
fn d1_only_the_types_change() {
    fn plain(x: &[f64]) -> f64 {
        let mut y = x[0];
        for &x in &x[1..] {
            y = if x > 0.5 { y * x.sin() } else { y + x };
        }
        y
    }
    fn generic<R: Scalar>(x: &[R]) -> R {
        let mut y = x[0];
        for &x in &x[1..] {
            y = if x > 0.5 { y * x.sin() } else { y + x };
        }
        y
    }
    let x = [0.3, 0.9, 0.1, 0.7];
    assert_eq!(plain(&x), generic(&x));
    let g = grad(generic)(&x);
    for i in 0..4 {
        let mut moved = x;
        moved[i] += 1e-6;
        let up = plain(&moved);
        moved[i] -= 2e-6;
        within(g[i], (up - plain(&moved)) / 2e-6, 1e-8);
    }
}

/// Counted: nodes and sweeps for each operation of f, whatever the dimension. (docs/benchmarks.md has the times.)
#[test]
fn d2_cost_independent_of_the_dimension() {
    for n in [10, 100, 1000, 10_000, 100_000, 1_000_000] {
        let before = Counts::here();
        let x: Vec<f64> = (0..n).map(|i| i as f64 / n as f64).collect();
        let g = grad(|x: &[Var]| x.windows(2).map(|w| (w[1] - w[0] * w[0]).sin()).sum())(&x);
        let counts = Counts::here() - before;
        assert!(g.len() == n && counts.reverse == 1 && counts.recordings == 1);
        // Four operations an element: product, difference, sine (merged), sum.
        assert!(counts.nodes <= 4 * n as u64, "{n}: {}", counts.nodes);
    }
}

/// No round-off of differences, from 30-digit arithmetic.
#[test]
fn d3_no_error_of_differences() {
    fn f<R: Scalar>(x: &[R]) -> R {
        (x[0].exp() * x[0].sin()).ln_1p() / x[0]
    }
    let want = 0.0241583424178317173379198841879;
    let exact = grad(f)(&[0.8])[0];
    let central = |h: f64| (f(&[0.8 + h]) - f(&[0.8 - h])) / (2.0 * h);
    let best = (3..14).map(|k| (central(10f64.powi(-k)) - exact).abs()).fold(f64::INFINITY, f64::min);
    assert!((exact - want).abs() < 1e-13, "{exact:.17}");
    assert!(best > 1e-13, "the best of the differences is off by {best:e}");
    // Two modes, two orders of rounding, one number.
    let forward = jvp(|x: &[Dual<f64>]| f(x))(&[0.8], &[1.0]).1;
    assert!((forward - exact).abs() <= 4.0 * f64::EPSILON);
}

#[test]
fn d4_common_subexpressions_once() {
    fn f<R: Scalar>(x: &[R]) -> R {
        let a = x[0].exp();
        let b = a * a;
        let c = a + b;
        c.exp() + c.sin()
    }
    for (x, value, slope) in [
        (0.0, 8.298353525756331923, 20.918727787150523521),
        (0.1, 10.970524853260397862, 33.907768299903100138),
        (-1.0, 2.1362742261923538887, 1.6155741697332786461),
    ] {
        close(f(&[x]), value);
        close(grad(f)(&[x])[0], slope);
    }
    // The expression written out has ten operations; shared parts are recorded, and swept, once.
    let t = Tape::new();
    let x = t.var(0.1);
    let a = x.exp();
    let b = a * a;
    let c = a + b;
    let y = c.exp() + c.sin();
    assert_eq!(t.len(), 7);
    close(y.grad().wrt(x), 33.907768299903100138);
}

/// Random graphs: backward propagation gives what forward propagation gives.
#[test]
fn d5_random_graphs() {
    fn graph<R: Scalar>(x: &[R], mut seed: u64) -> R {
        let mut all = x.to_vec();
        for _ in 0..60 {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let pick = |shift: u32| all[(seed >> shift) as usize % all.len()];
            let (a, b) = (pick(20), pick(35));
            all.push(match seed >> 60 {
                0..=3 => a + b,
                4..=6 => a * b,
                7..=8 => (a - b).sin(),
                9..=10 => (a * 0.1).tanh(),
                11..=12 => (0.1 * a).exp() / (1.0 + b * b),
                _ => a.hypot(b),
            })
        }
        all.iter().rev().take(5).copied().sum()
    }
    for seed in 0..200 {
        let x = [0.3, -0.8, 1.1, 0.5];
        let g = grad(|x: &[Var]| graph(x, seed))(&x);
        for i in 0..4 {
            let mut v = [0.0; 4];
            v[i] = 1.0;
            let forward = jvp(|x: &[Dual<f64>]| graph(x, seed))(&x, &v).1;
            close(g[i], forward);
        }
    }
}
