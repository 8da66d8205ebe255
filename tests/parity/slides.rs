//! A0: the slides that asked for the project.

use super::{all_close, close};
use pullback::array::{Array, DType, Key, Real, Tree, grad, graph, intermediates, value_and_grad, vjp};
use pullback::real::{self, Counts, Scalar, Tape};

#[derive(Clone, Tree)]
struct Net {
    weights: Vec<Array>,
    input: Array,
}

const S: [&str; 6] = ["s1", "s2", "s3", "s4", "s5", "s6"];
const X: [&str; 6] = ["x1", "x2", "x3", "x4", "x5", "x6"];

impl Net {
    fn random(widths: &[usize], seed: u64) -> Net {
        let key = Key::new(seed);
        let weights = widths.windows(2).enumerate();
        Net {
            weights: weights.map(|(i, w)| key.fold_in(i as u64).normal(&[w[1], w[0]], DType::F64)).collect(),
            input: key.fold_in(99).normal(&[widths[0]], DType::F64),
        }
    }
    /// `s_n = W_n x_{n−1}`, `x_n = σ(s_n)`.
    fn output(&self) -> Array {
        (0..)
            .zip(&self.weights)
            .fold(self.input.clone(), |x, (n, w): (usize, _)| w.matmul(&x).named(S[n]).logistic().named(X[n]))
    }
}

fn fixture() -> Net {
    let w1 = Array::from([[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]]);
    Net { weights: vec![w1, Array::from([[0.7, -0.8, 0.9]])], input: Array::from([1.0, -2.0]) }
}

/// Any depth, any widths, an arbitrary scalar loss.
#[test]
fn s0_1_networks_of_any_depth_and_widths() {
    for widths in [&[3, 1][..], &[2, 5, 4], &[4, 1, 7, 2, 3], &[1, 2, 3, 4, 5, 6, 7]] {
        let net = Net::random(widths, 1);
        let loss = |net: &Net| net.output().sin().sum() + net.output().square().prod();
        pullback::array::check::check_grads(loss, &net, 2);
    }
}

/// The cotangents of `s_n` and `x_n`, which are no leaves, obey the three rules.
#[test]
fn s0_2_the_three_rules() {
    let net = Net::random(&[3, 4, 2, 5], 2);
    let (_, g, on_the_way) = intermediates(|net: &Net| net.output().exp().sum())(&net);
    let find = |name: &str| on_the_way.iter().find(|i| i.name == name).expect("it was named");
    let tiny = |x: Array| assert!(x.abs().max().item() < 1e-13);
    for n in 0..3 {
        let (s, x) = (find(S[n]), find(X[n]));
        tiny(&s.cotangent - &x.cotangent * &x.value * (1.0 - &x.value));
        let before = if n == 0 { net.input.clone() } else { find(X[n - 1]).value.clone() };
        tiny(&g.weights[n] - s.cotangent.outer(&before));
        let into = net.weights[n].t().matmul(&s.cotangent);
        tiny(into - if n == 0 { g.input.clone() } else { find(X[n - 1]).cotangent.clone() });
    }
}

/// The sweep starts from a cotangent of `x_N`, or of `s_N`.
#[test]
fn s0_3_a_given_cotangent_at_either_end() {
    let net = Net::random(&[2, 3, 2], 3);
    let last = |net: &Net| net.weights[1].matmul(&net.weights[0].matmul(&net.input).logistic());
    let (x, from_x) = vjp(move |net: &Net| last(net).logistic())(&net);
    let (_, from_s) = vjp(last)(&net);
    let at_x = Array::from([0.3, -0.7]);
    let (a, b) = (from_x(&at_x), from_s(&(&at_x * &x * (1.0 - &x))));
    for (a, b) in a.weights.iter().zip(&b.weights) {
        all_close(a, &b.to_vec::<f64>());
    }
    all_close(&a.input, &b.input.to_vec::<f64>());
}

/// One sweep returns all of them.
#[test]
fn s0_4_all_gradients_in_one_sweep() {
    let before = Counts::here();
    let net = |x: &[real::Var]| (0..3).map(|i| (x[2 * i] * x[6] + x[2 * i + 1] * x[7]).logistic()).sum();
    let g = real::grad(net)(&[0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 1.0, -2.0]);
    assert!(g.len() == 8 && (Counts::here() - before).reverse == 1);
    let g = grad(|net: &Net| (0.5 * (net.output() - 0.25).square()).sum())(&fixture());
    assert!(g.weights.len() == 2 && g.input.shape() == [2]);
}

/// Counted, not timed: multiply-adds of the matrix products in the gradient's graph are at most 2 of the function's own
/// beside it, and all else is a constant number of operations a layer, whatever the depth and the number of weights; on a
/// tape the sweep visits each node once.
#[test]
fn s0_5_the_complexity_of_the_forward_pass() {
    let work = |g: &graph::Graph| -> usize {
        let products = g.nodes().iter().filter(|s| s.name == "matmul");
        products
            .map(|s| s.shape.iter().product::<usize>() * g.nodes()[s.inputs[0]].shape.last().unwrap())
            .sum()
    };
    for (depth, width) in [(1, 6), (3, 6), (10, 50), (50, 3), (300, 2), (1000, 2)] {
        let weights: Vec<Array> =
            (0..depth).map(|i| Key::new(i).normal(&[width, width], DType::F64)).collect();
        let batch = Array::ones(&[width, 9], DType::F64);
        let f = |(w, x): &(Vec<Array>, Array)| w.iter().fold(x.clone(), |x, w| w.matmul(&x).logistic()).sum();
        let p = (weights, batch);
        let (forward, both) = (work(&graph(f)(&p)), work(&graph(value_and_grad(f))(&p)));
        assert_eq!(forward, depth as usize * width * width * 9);
        assert!(both - forward <= 2 * forward, "{depth}: {both} for {forward}");
        // All else is elementwise: a constant number of operations a layer.
        let steps = graph(value_and_grad(f))(&p).nodes().len();
        assert!(steps <= 20 * depth as usize + 20, "{steps} for {depth}");
    }
    // Weights that are variables each: nodes of the recording for operations of the function.
    for depth in [1, 10, 100, 1000] {
        let before = Counts::here();
        let x: Vec<f64> = (0..16 * depth).map(|i| (i as f64).sin()).collect();
        let net = |w: &[real::Var]| {
            let layer = |x: [real::Var; 4], w: &[real::Var]| -> [real::Var; 4] {
                std::array::from_fn(|i| (0..4).map(|j| w[4 * i + j] * x[j]).sum::<real::Var>().logistic())
            };
            w.chunks(16).fold([real::Var::from(1.0); 4], layer).into_iter().sum()
        };
        real::grad(net)(&x);
        let counts = Counts::here() - before;
        // A product and a sum for each weight.
        assert!(counts.reverse == 1 && counts.nodes <= 2 * x.len() as u64 + 3, "{counts:?}");
    }
    for n in [10, 100_000] {
        let before = Counts::here();
        real::grad(|x| x.iter().fold(x[0], |a, b| (a * *b).sin()))(&vec![0.5; n]);
        let counts = Counts::here() - before;
        assert!(counts.reverse == 1 && counts.nodes <= 2 * n as u64);
    }
}

#[test]
fn s0_6_the_fixture() {
    let loss = |net: &Net| 0.5 * (net.output() - 0.25).square().sum();
    let (l, g) = value_and_grad(loss)(&fixture());
    close(l.item(), 0.1023637890476751);
    all_close(
        &g.weights[0],
        &[
            0.016182699975231873,
            -0.032365399950463745,
            -0.014175484092699777,
            0.028350968185399554,
            0.011116112443639812,
            -0.022232224887279623,
        ],
    );
    all_close(&g.weights[1], &[0.04024448425244176, 0.023617616055727046, 0.07996125240072026]);
    all_close(&g.input, &[0.011428971447153026, -0.009103321108217422]);
}

/// What was recorded can be read, printed and drawn, for scalars and for arrays.
#[test]
fn s0_7_the_record_can_be_inspected() {
    let t = Tape::new();
    let (x, y) = (t.named("x", 0.5), t.named("y", 4.2));
    let z = x * y + x.sin();
    // No operation of plain numbers is recorded.
    let _unwatched = 2f64.sin() * 3.0;
    let names: Vec<&str> = t.steps().iter().map(|s| s.name).collect();
    assert_eq!(names, ["var", "var", "mul", "sin", "add"]);
    assert_eq!(t.steps()[4].args, [real::explicit::Argument::Step(2), real::explicit::Argument::Step(3)]);
    assert!(t.to_dot().starts_with("digraph") && z.grad().to_string().contains('x'));

    let net = fixture();
    let unwatched = net.input.exp();
    let g = graph(|w: &Array| w.matmul(&unwatched).logistic())(&net.weights[0]);
    let names: Vec<&str> = g.nodes().iter().map(|s| &*s.name).collect();
    assert!(!names.contains(&"exp") && names.contains(&"matmul") && names.contains(&"logistic"), "{g}");
    let product = g.nodes().iter().find(|s| s.name == "matmul").unwrap();
    assert!(product.inputs.iter().all(|&i| i < g.nodes().len()) && product.at.file().ends_with("slides.rs"));
    assert!(g.to_dot().contains("->"));
}

/// One table from operation to rule; a user extends it by a function with a rule of its own.
#[test]
fn s0_8_a_table_of_rules() {
    for op in real::Unary::ALL.iter().filter(|op| !op.is_flat()) {
        let (lo, hi) = op.smooth_on();
        let x = 0.6 * lo + 0.4 * hi;
        let slope = op.slope(&x, &op.eval(x));
        let report = real::check(|v| Real::unary(*op, &v[0]), &[x], 1);
        assert!(report.is_ok() && slope.is_finite(), "{}: {report:?}", op.name());
    }
    let cube = pullback::array::custom(|x: &Array| x * x * x, |x, _, g| 3.0 * x * x * g);
    let g = grad(move |x: &Array| cube(x).sum())(&Array::from([1.0, 2.0]));
    all_close(&g, &[3.0, 12.0]);
}

/// Scalars count too: the fixture as plain generic code.
#[test]
fn s0_6_the_fixture_in_scalars() {
    fn loss<R: Scalar>(p: &[R]) -> R {
        let sigma = |x: R| x.logistic();
        let hidden: Vec<R> = (0..3).map(|i| sigma(p[2 * i] * p[9] + p[2 * i + 1] * p[10])).collect();
        let out = sigma((0..3).map(|i| p[6 + i] * hidden[i]).sum());
        0.5 * (out - 0.25).square()
    }
    let p = [0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.7, -0.8, 0.9, 1.0, -2.0];
    let (l, g) = real::value_and_grad(loss)(&p);
    close(l, 0.1023637890476751);
    let want = [
        0.016182699975231873,
        -0.032365399950463745,
        -0.014175484092699777,
        0.028350968185399554,
        0.011116112443639812,
        -0.022232224887279623,
        0.04024448425244176,
        0.023617616055727046,
        0.07996125240072026,
        0.011428971447153026,
        -0.009103321108217422,
    ];
    g.iter().zip(want).for_each(|(a, b)| close(*a, b));
}
