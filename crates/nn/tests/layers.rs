//! Layers and losses against JAX, flax and optax in double precision, and their gradients against differences.
//!
//! Weights are `sin(0.37·i + n)` in row-major order; what is compared is `Σ yᵢ·cos(0.61·i)`.
//!
//! Over 300 lines: one list of cases.

use pullback_array::{
    Array, DType, Key, Real, Tree, grad, hessian, live_buffers, live_nodes,
    tree::{self, map, named_leaves, zip},
};
use pullback_nn::{
    Adam, BatchNorm, Conv1d, Conv2d, Dropout, Embedding, Gru, LayerNorm, Linear, Lstm, MultiHeadAttention,
    Padding, avg_pool, binary_cross_entropy_with_logits, data, huber, init, max_pool, mse,
    softmax_cross_entropy,
};

fn w(n: usize, shape: &[usize]) -> Array {
    let x: Vec<f64> =
        (0..shape.iter().product()).map(|i: usize| (0.37 * i as f64 + n as f64).sin()).collect();
    Array::from_slice(&x, shape)
}
fn probe(y: &Array) -> Array {
    let c: Vec<f64> = (0..y.size()).map(|i| (0.61 * i as f64).cos()).collect();
    (y * Array::from_slice(&c, y.shape())).sum()
}
#[track_caller]
fn close(have: impl Into<Array>, want: f64) {
    let have = have.into().item();
    assert!((have - want).abs() < 1e-11 * want.abs().max(1.0), "{have} {want}")
}
/// The derivative along a direction through all leaves, by the gradient and by central differences.
#[track_caller]
fn check<P: Tree + Clone>(p: &P, f: impl Fn(&P) -> Array) {
    let n = std::cell::Cell::new(100);
    let direction = map(p, |x| {
        n.set(n.get() + 1);
        if x.dtype() == DType::F64 { w(n.get(), x.shape()) } else { x.clone() }
    });
    let moved = |t: f64| {
        f(&zip(p, &direction, |x, d| if x.dtype() == DType::F64 { x + t * d } else { x.clone() })).item()
    };
    let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
    let along =
        zip(
            &grad(&f)(p),
            &direction,
            |g, d| if g.dtype() == DType::F64 { g * d } else { Array::from([0.0]) },
        );
    let slope: f64 = named_leaves(&along).iter().map(|(_, x)| x.sum().item()).sum();
    assert!((slope - difference).abs() < 1e-7 * difference.abs().max(1.0), "{slope} {difference}")
}

#[test]
fn linear() {
    let layer = Linear { weight: w(1, &[3, 2]), bias: Some(w(2, &[2])) };
    let x = w(3, &[2, 2, 3]);
    let by_hand: f64 = {
        let (x, w, b) = (x.to_vec::<f64>(), layer.weight.to_vec::<f64>(), w(2, &[2]).to_vec::<f64>());
        let y = |i: usize, j: usize| b[j] + (0..3).map(|k| x[3 * i + k] * w[2 * k + j]).sum::<f64>();
        (0..8).map(|i| y(i / 2, i % 2) * (0.61 * i as f64).cos()).sum()
    };
    close(probe(&layer.forward(&x)), by_hand);
    check(&(layer, x), |(l, x)| probe(&l.forward(x)));
    let names: Vec<String> =
        named_leaves(&Linear::without_bias(2, 3, &Key::new(0))).into_iter().map(|n| n.0).collect();
    assert_eq!(names, ["weight"]);
}

#[test]
fn convolutions() {
    let x = w(1, &[2, 6, 5, 3]);
    let valid = Conv2d {
        weight: w(2, &[3, 2, 3, 4]),
        bias: None,
        stride: [1, 1],
        padding: Padding::Valid,
        dilation: [1, 1],
    };
    let same = Conv2d { stride: [2, 2], ..valid.clone() }.same();
    let dilated = Conv2d { dilation: [2, 1], ..valid.clone() }.same();
    let cases = [
        (valid, [2, 4, 4, 4], [0.06265972304114292, 1.7254716824004221, -6.73454135171594]),
        (same, [2, 3, 3, 4], [2.938394169642581, 4.616950159302139, 39.72875145042979]),
        (dilated, [2, 6, 5, 4], [-10.739272962419298, 6.026658282363268, 1.3626533978340594]),
    ];
    for (layer, shape, [value, by_weight, by_input]) in cases {
        let f = |(l, x): &(Conv2d, Array)| probe(&l.forward(x));
        assert_eq!(layer.forward(&x).shape(), shape);
        let at = (layer, x.clone());
        close(f(&at), value);
        let (dl, dx) = grad(f)(&at);
        close(probe(&dl.weight), by_weight);
        close(probe(&dx), by_input);
    }
    let series = Conv1d { stride: [2], ..Conv1d::new(3, 2, [3], &Key::new(0)) }.same();
    let series = Conv1d { weight: w(2, &[3, 3, 2]), bias: Some(w(9, &[2]) * 0.0), ..series };
    close(probe(&series.forward(&w(1, &[2, 7, 3]))), -2.197134059081487);
    check(&series, |s| probe(&s.forward(&w(1, &[2, 7, 3]))));
}

#[test]
fn pooling() {
    let x = w(1, &[2, 6, 5, 3]);
    let y = max_pool(&x, [3, 2], [2, 1]);
    assert_eq!(y.shape(), [2, 2, 4, 3]);
    close(probe(&y), -2.910612077999932);
    close(probe(&grad(|x: &Array| probe(&max_pool(x, [3, 2], [2, 1])))(&x)), 3.597474610413723);
    close(probe(&avg_pool(&x, [3, 2], [2, 1])), -3.0569144259522383);
    let tied = Array::from_slice(&[1.0, 1.0, 0.0, 1.0], &[1, 4, 1]);
    assert_eq!(grad(|x: &Array| max_pool(x, [4], [4]).sum())(&tied).to_vec::<f64>(), [1.0, 0.0, 0.0, 0.0]);
}

#[test]
fn normalisation() {
    let x = w(1, &[2, 3, 4]);
    let layer = LayerNorm { scale: w(2, &[4]), offset: w(3, &[4]), epsilon: 1e-5 };
    close(probe(&layer.forward(&x)), 0.07262997521240168);
    close(probe(&grad(|x: &Array| probe(&layer.forward(x)))(&x)), 10.286250565227013);
    check(&(layer, x), |(l, x)| probe(&l.forward(x)));

    let x = w(1, &[2, 6, 5, 3]);
    let layer = BatchNorm { scale: w(2, &[3]), offset: w(3, &[3]), ..BatchNorm::new(3) };
    let (y, next) = layer.train(&x, &layer.stats());
    close(probe(&y), -1.2269042028324524);
    let mean = next.mean.to_vec::<f64>();
    let var = next.var.to_vec::<f64>();
    for (k, (m, v)) in [
        (0.002184566005536948, 0.950768848000568),
        (0.0012884861085029242, 0.9511818920351501),
        (0.00021801566124465545, 0.9513959259761194),
    ]
    .into_iter()
    .enumerate()
    {
        close(mean[k], m);
        close(var[k], v)
    }
    close(probe(&grad(|x: &Array| probe(&layer.train(x, &layer.stats()).0))(&x)), 84.48091725627943);
    check(&(layer.clone(), x.clone()), |(l, x)| probe(&l.train(x, &l.stats()).0));
    // Inference with given statistics is an affine map.
    let y = layer.infer(&x, &next);
    let want = (&x - &next.mean) / (&next.var + 1e-5).sqrt() * &layer.scale + &layer.offset;
    close((y - want).abs().sum(), 0.0);
    // Statistics carry no derivative.
    let through = grad(|l: &BatchNorm| l.train(&x, &l.stats()).1.mean.sum())(&layer);
    close(through.scale.abs().sum(), 0.0);
}

#[test]
fn recurrence() {
    let x = w(1, &[2, 3, 4]);
    let lstm = Lstm { input_weight: w(2, &[4, 12]), hidden_weight: w(3, &[3, 12]), bias: w(4, &[12]) };
    let (ys, last) = lstm.forward(&x, &lstm.start(2));
    close(probe(&ys), -0.33427377325983126);
    let first = (0..3)
        .fold(lstm.start(2), |s, t| lstm.step(&data::rows(&w(1, &[6, 4]), &Array::from([t, t + 3])), &s));
    close((first.h - &last.h).abs().sum() + (first.c - &last.c).abs().sum(), 0.0);
    check(&(lstm, x.clone()), |(l, x)| probe(&l.forward(x, &l.start(2)).0));

    let gru = Gru {
        input_weight: w(2, &[4, 9]),
        hidden_weight: w(3, &[3, 9]),
        input_bias: w(4, &[9]),
        hidden_bias: w(5, &[9]),
    };
    close(probe(&gru.forward(&x, &gru.start(2)).0), 1.2731692259937122);
    check(&(gru, x), |(l, x)| probe(&l.forward(x, &l.start(2)).0));
}

#[test]
fn attention() {
    let x = w(1, &[2, 3, 4]);
    let linear = |i: usize| Linear { weight: w(10 + i, &[4, 4]), bias: Some(w(20 + i, &[4])) };
    let layer = MultiHeadAttention {
        query: linear(0),
        key: linear(1),
        value: linear(2),
        output: linear(3),
        heads: 2,
        causal: false,
    };
    close(probe(&layer.forward(&x)), 0.5273921465511416);
    let causal = layer.clone().causal();
    close(probe(&causal.forward(&x)), -0.3551955297480483);
    close(probe(&grad(|x: &Array| probe(&causal.forward(x)))(&x)), 0.8102603867394651);
    check(&(causal, x.clone()), |(l, x)| probe(&l.forward(x)));
    assert_eq!(layer.attend(&x, &w(5, &[2, 7, 4])).shape(), [2, 3, 4]);
}

#[test]
fn losses() {
    let (logits, labels) = (w(1, &[3, 4]) * 3.0, Array::from([2i64, 0, 3]));
    close(softmax_cross_entropy(&logits, &labels), 1.0607880911950058);
    let g = grad(|l: &Array| softmax_cross_entropy(l, &labels))(&logits).to_vec::<f64>();
    close(g[2], -0.232731444653561);
    close(g[11], -0.26261526774134714);
    let targets = (w(7, &[3, 4]) + 1.0) / 2.0;
    close(binary_cross_entropy_with_logits(&logits, &targets), 0.3717054593644853);
    close(huber(&logits, &targets, 0.7), 1.052985938747183);
    for loss in [mse, binary_cross_entropy_with_logits, |x: &Array, y: &Array| huber(x, y, 0.7)] {
        check(&(logits.clone(), targets.clone()), |(x, y)| loss(x, y));
    }
    check(&logits, |l| softmax_cross_entropy(l, &labels));
    // At an exact fit the curvature is that of half the square.
    let x = Array::from([1.0, 2.0]);
    let h = hessian(|y: &Array| 2.0 * huber(y, &x, 0.7))(&x);
    assert_eq!(h.to_vec::<f64>(), [1.0, 0.0, 0.0, 1.0]);
}

#[test]
fn embeddings_and_dropout() {
    let layer = Embedding { table: w(1, &[5, 2]) };
    let index = Array::from([[4i64, 0], [4, 1]]);
    let g = grad(|e: &Embedding| probe(&e.forward(&index)))(&layer);
    // Row 4 was looked up twice, row 2 never.
    let g = g.table.to_vec::<f64>();
    close(g[8], 1.0 + (0.61f64 * 4.0).cos());
    close(g[4], 0.0);
    check(&layer, |e| probe(&e.forward(&index)));

    let (layer, x) = (Dropout::new(0.3), Array::full(&[100, 100], 1.0, DType::F64));
    let y = layer.forward(&x, Some(&Key::new(1)));
    assert!((y.mean().item() - 1.0).abs() < 0.03);
    assert_eq!(y.to_vec::<f64>(), layer.forward(&x, Some(&Key::new(1))).to_vec::<f64>());
    assert_ne!(y.to_vec::<f64>(), layer.forward(&x, Some(&Key::new(2))).to_vec::<f64>());
    check(&w(1, &[4, 4]), |x| probe(&layer.forward(x, Some(&Key::new(1)))));
}

#[test]
fn initial_weights() {
    let shape = [3, 3, 50, 100];
    let variance = |x: Array| {
        let (mean, square) = (x.mean().item(), x.square().mean().item());
        assert!(mean.abs() < 2e-3 && x.dtype() == DType::F32 && x.shape() == shape && x.is_evaluated());
        square
    };
    let key = Key::new(3);
    for (have, want) in [
        (variance(init::glorot_uniform(&key, &shape)), 2.0 / (9.0 * 150.0)),
        (variance(init::glorot_normal(&key, &shape)), 2.0 / (9.0 * 150.0)),
        (variance(init::he_uniform(&key, &shape)), 2.0 / (9.0 * 50.0)),
        (variance(init::he_normal(&key, &shape)), 2.0 / (9.0 * 50.0)),
    ] {
        assert!((have / want - 1.0).abs() < 0.03, "{have} {want}")
    }
}

#[test]
fn training_with_batches_and_dropout_does_not_grow() {
    let all = (w(1, &[10, 4]), Array::from_slice(&(0..10).map(|i| i % 3).collect::<Vec<i32>>(), &[10]));
    let layer = Linear { weight: w(2, &[4, 3]), bias: Some(w(3, &[3])) };
    let (mut model, drop) = (layer, Dropout::new(0.1));
    let mut opt = Adam::new(&model, 1e-3);
    let mut held = vec![];
    for epoch in 0..20 {
        let key = Key::new(epoch);
        for (i, (x, y)) in data::batches(&data::shuffled(&all, &key), 4).enumerate() {
            let key = key.fold_in(i as u64);
            let loss = |m: &Linear| softmax_cross_entropy(&m.forward(&drop.forward(&x, Some(&key))), &y);
            let g = grad(loss)(&model);
            opt.update(&mut model, &g);
        }
        tree::eval(&model);
        held.push((live_nodes(), live_buffers()));
    }
    // Other tests run beside this one: it is enough that nothing piles up with the steps.
    let nodes = held.iter().map(|h| h.0);
    assert!(nodes.clone().min() <= Some(held[1].0) || nodes.max() < Some(10_000), "{held:?}");
}

#[test]
#[should_panic(expected = "Linear: the layer takes 3 features on the last axis, the input has shape [2, 4]")]
fn wrong_features() {
    Linear::new(3, 2, &Key::new(0)).forward(&w(1, &[2, 4]));
}
#[test]
#[should_panic(expected = "mse: predictions have shape [2, 1], targets [2]")]
fn shapes_that_would_broadcast() {
    mse(&w(1, &[2, 1]), &w(1, &[2]));
}
#[test]
#[should_panic(
    expected = "softmax_cross_entropy: logits […, classes] take integer labels […], not [2, 3] f64 and [2, 3] f64"
)]
fn labels_that_are_not() {
    softmax_cross_entropy(&w(1, &[2, 3]), &w(1, &[2, 3]));
}
#[test]
#[should_panic(expected = "index -1 is out of range for an axis of extent 3; it is row 1 of the indices")]
fn labels_that_pad() {
    softmax_cross_entropy(&w(1, &[2, 3]), &Array::from([2i64, -1])).item();
}
#[test]
#[should_panic(expected = "index -100 is out of range for an axis of extent 3; it is row 0 of the indices")]
fn labels_that_are_ignored_elsewhere() {
    softmax_cross_entropy(&w(1, &[2, 3]), &Array::from([-100i64, 2])).item();
}
#[test]
#[should_panic(expected = "index -1 is out of range for an axis of extent 5; it is row 2 of the indices")]
fn ids_that_pad() {
    Embedding { table: w(1, &[5, 2]) }.forward(&Array::from([[4i64, 0], [-1, 1]])).eval();
}
#[test]
#[should_panic(expected = "attention: of 4 causal queries the first 1 see none of the 3 keys")]
fn queries_that_see_nothing() {
    pullback_nn::attention(&w(1, &[4, 2]), &w(2, &[3, 2]), &w(3, &[3, 2]), true);
}
#[test]
#[should_panic(expected = "max_pool: a window [3] with stride [1] does not fit")]
fn window_too_large() {
    max_pool(&w(1, &[1, 2, 1]), [3], [1]);
}
