//! Training steps of networks in single precision: value, gradient and plain gradient descent.

use super::gradient::{Reference, evaluated, numbers, scaled, training};
use crate::harness::{Named, named};
use pullback::array::{Array, DType, Real, Tree, scan};

const MLP784: Reference =
    Reference { value: 2.948121340433905, gradient: 31.248303836291488, after: 2.551607893525353 };
const MLP64: Reference =
    Reference { value: 3.054671592369323, gradient: 15.339054080575957, after: 2.7867501619582473 };
const MLP2: Reference =
    Reference { value: 2.952205118557246, gradient: 258.69243572419083, after: 0.7261467986605965 };
const CNN: Reference =
    Reference { value: 4.841317985229809, gradient: 1390.754246056949, after: 2.3307540941707843 };
const TRANSFORMER: Reference =
    Reference { value: 2.5219753822326076, gradient: 0.20206480111363367, after: 2.5179699634388713 };
const LSTM: Reference =
    Reference { value: 0.03857632713241865, gradient: 0.0003789727800986892, after: 0.038568748425625105 };

/// Every case of the family.
pub fn all() -> Vec<Named> {
    vec![
        named("mlp784", || training(Mlp::data(&[784, 512, 512, 10], 128), Mlp::loss, MLP784)),
        named("mlp64", || training(Mlp::data(&[64, 256, 256, 10], 64), Mlp::loss, MLP64)),
        named("mlp2", || training(Mlp::data(&[2, 16, 16, 1], 8), Mlp::loss, MLP2)),
        named("cnn", || training(cnn(), convolutional, CNN)),
        named("transformer", || training(transformer(), block, TRANSFORMER)),
        named("lstm", || training(lstm(), scanned, LSTM)),
        named("lstm_unrolled", || training(lstm(), unrolled, LSTM)),
        named("evaluated_mlp784", || evaluated(Mlp::data(&[784, 512, 512, 10], 128), Mlp::loss, MLP784)),
        named("evaluated_mlp64", || evaluated(Mlp::data(&[64, 256, 256, 10], 64), Mlp::loss, MLP64)),
        named("evaluated_mlp2", || evaluated(Mlp::data(&[2, 16, 16, 1], 8), Mlp::loss, MLP2)),
        named("evaluated_cnn", || evaluated(cnn(), convolutional, CNN)),
        named("evaluated_transformer", || evaluated(transformer(), block, TRANSFORMER)),
    ]
}

/// Weights and offsets of dense layers.
#[derive(Clone, Tree)]
pub struct Mlp {
    pub layers: Vec<(Array, Array)>,
}

/// Inputs, and numbers or classes to be found.
type Examples = (Array, Array);

fn zeros(n: usize) -> Array {
    Array::zeros(&[n], DType::F32)
}
fn classes(batch: usize, classes: usize) -> Array {
    Array::from_slice(&(0..batch).map(|i| (i * 7 % classes) as i64).collect::<Vec<_>>(), &[batch])
}
fn cross_entropy(z: &Array, y: &Array) -> Array {
    (z.logsumexp_axis(-1) - z.take_last(y)).mean()
}

impl Mlp {
    pub fn data(widths: &[usize], batch: usize) -> (Mlp, Examples) {
        let layer = |(i, w): (usize, &[usize])| {
            (scaled(&[w[0], w[1]], 10 + i as u64, (2.0 / w[0] as f64).sqrt()), zeros(w[1]))
        };
        let layers = widths.windows(2).enumerate().map(layer).collect();
        let y = match widths[widths.len() - 1] {
            1 => numbers(&[batch, 1], 2, DType::F32),
            n => classes(batch, n),
        };
        (Mlp { layers }, (numbers(&[batch, widths[0]], 1, DType::F32), y))
    }
    pub fn loss(&self, (x, y): &Examples) -> Array {
        let (last, hidden) = self.layers.split_last().expect("a network has layers");
        let x = hidden.iter().fold(x.clone(), |x, (w, b)| (x.matmul(w) + b).relu());
        let z = x.matmul(&last.0) + &last.1;
        match y.dtype() {
            DType::I64 => cross_entropy(&z, y),
            _ => (z - y).square().mean(),
        }
    }
}

/// Two convolutions of 16 and 32 channels, each halved by its largest of 2 × 2, and a dense layer; 64 images of 28 × 28.
fn cnn() -> ([Array; 6], Examples) {
    let params = [
        scaled(&[3, 3, 1, 16], 10, 0.3),
        zeros(16),
        scaled(&[3, 3, 16, 32], 11, 0.1),
        zeros(32),
        scaled(&[7 * 7 * 32, 10], 12, (2.0 / (7.0 * 7.0 * 32.0f64)).sqrt()),
        zeros(10),
    ];
    (params, (numbers(&[64, 28, 28, 1], 1, DType::F32), classes(64, 10)))
}
fn convolutional(p: &[Array; 6], (x, y): &Examples) -> Array {
    let layer = |x: &Array, w: &Array, b: &Array| {
        let z = x.conv(w, &[1, 1], &[(1, 1), (1, 1)], &[1, 1]) + b;
        z.relu().max_pool(&[1, 2, 2, 1], &[1, 2, 2, 1], &[(0, 0); 4])
    };
    let x = layer(&layer(x, &p[0], &p[1]), &p[2], &p[3]);
    cross_entropy(&(x.reshape([64, -1]).matmul(&p[4]) + &p[5]), y)
}

/// Batch, positions, width, heads, width of a head.
const SIZES: [usize; 5] = [16, 64, 128, 4, 32];

/// A block of attention and a dense network, each behind a normalised copy and added; causal.
fn transformer() -> ([Array; 12], (Array, Array, Array)) {
    let [b, s, d, ..] = SIZES;
    let (narrow, broad) = ((d as f64).powf(-0.5), (4.0 * d as f64).powf(-0.5));
    let ones = || Array::ones(&[d], DType::F32);
    let params = [
        ones(),
        zeros(d),
        scaled(&[d, 3 * d], 10, narrow),
        zeros(3 * d),
        scaled(&[d, d], 11, narrow),
        zeros(d),
        ones(),
        zeros(d),
        scaled(&[d, 4 * d], 12, narrow),
        zeros(4 * d),
        scaled(&[4 * d, d], 13, broad),
        zeros(d),
    ];
    let mask = (Array::ones(&[s, s], DType::F32) - Array::tri(s, s, 0, DType::F32)) * -1e9;
    let both = [1, 2].map(|seed| numbers(&[b, s, d], seed, DType::F32));
    let [x, y] = both;
    (params, (x, y, mask.eval().clone()))
}
fn block(p: &[Array; 12], (x, y, mask): &(Array, Array, Array)) -> Array {
    let [b, s, d, h, k] = SIZES.map(|n| n as i64);
    let normal = |x: &Array, scale: &Array, offset: &Array| x.standardize(-1, 1e-5) * scale + offset;
    let z = normal(x, &p[0], &p[1]).reshape([b * s, d]).matmul(&p[2]) + &p[3];
    let z = z.reshape([b, s, 3, h, k]).transpose([2, 0, 3, 1, 4]);
    let scores = z.get(0).matmul(&z.get(1).swapaxes(-1, -2)) * (k as f64).powf(-0.5) + mask;
    let a = scores.softmax(-1).matmul(&z.get(2)).transpose([0, 2, 1, 3]);
    let x = x + (a.reshape([b * s, d]).matmul(&p[4]) + &p[5]).reshape([b, s, d]);
    let z = normal(&x, &p[6], &p[7]).reshape([b * s, d]);
    let z = (z.matmul(&p[8]) + &p[9]).gelu_tanh().matmul(&p[10]) + &p[11];
    (x + z.reshape([b, s, d]) - y).square().mean()
}

/// Steps, batch, width of input and state.
const LENGTH: usize = 64;
const BATCH: usize = 32;
const WIDTH: usize = 128;

fn lstm() -> ([Array; 3], Array) {
    let narrow = (WIDTH as f64).powf(-0.5);
    let weights = [10, 11].map(|seed| scaled(&[WIDTH, 4 * WIDTH], seed, narrow));
    let [w, u] = weights;
    ([w, u, zeros(4 * WIDTH)], numbers(&[LENGTH, BATCH, WIDTH], 1, DType::F32))
}
/// What the inputs add to the gates, all steps in one product.
fn entering(p: &[Array], x: &Array) -> Array {
    let all = x.reshape([(LENGTH * BATCH) as i64, WIDTH as i64]).matmul(&p[0]) + &p[2];
    all.reshape([LENGTH as i64, BATCH as i64, 4 * WIDTH as i64])
}
fn cell(u: &Array, (h, c): &(Array, Array), entering: &Array) -> (Array, Array) {
    let g = entering + h.matmul(u);
    let s = g.get((.., ..3 * WIDTH)).logistic();
    let c = c * s.get((.., ..WIDTH)) + s.get((.., WIDTH..2 * WIDTH)) * g.get((.., 3 * WIDTH..)).tanh();
    (s.get((.., 2 * WIDTH..)) * c.tanh(), c)
}
fn start(x: &Array) -> (Array, Array) {
    let zero = Array::zeros(&[BATCH, WIDTH], x.dtype());
    (zero.clone(), zero)
}
fn scanned(p: &[Array; 3], x: &Array) -> Array {
    let step = |state: &(Array, Array), row: &Array| (cell(&p[1], state, row), ());
    scan(step, &start(x), &entering(p, x)).0.0.square().mean()
}
fn unrolled(p: &[Array; 3], x: &Array) -> Array {
    let rows = entering(p, x);
    (0..LENGTH).fold(start(x), |state, t| cell(&p[1], &state, &rows.get(t))).0.square().mean()
}
