//! Every elementary function, primitive and composite: both modes, to second order, against central differences.

use pullback_array::check::check_grads;
use pullback_array::*;
use pullback_real::{Binary, Unary};

/// Arbitrary numbers within an interval, of a shape.
fn numbers(shape: &[usize], lo: f64, hi: f64) -> Array {
    let n: usize = shape.iter().product();
    let share = |i: usize| ((i as f64 + 1.0) * 0.618_033_988_749_895).fract();
    let data: Vec<f64> = (0..n).map(|i| lo + (hi - lo) * (0.05 + 0.9 * share(i))).collect();
    Array::from_slice(&data, shape)
}
fn x() -> Array {
    numbers(&[3, 4], -1.0, 1.2)
}
fn positive() -> Array {
    numbers(&[3, 4], 0.3, 2.0)
}

#[test]
fn every_unary_row() {
    for &op in Unary::ALL {
        let (lo, hi) = op.smooth_on();
        check_grads(|x: &Array| Array::unary(op, x), &numbers(&[5], lo, hi), 2);
    }
}

#[test]
fn every_binary_row_with_broadcasting() {
    for &op in Binary::ALL {
        let [(a, b), (c, d)] = op.smooth_on();
        let inputs = (numbers(&[3, 1], a, b), numbers(&[2], c, d));
        check_grads(|(x, y): &(Array, Array)| Array::binary(op, x, y), &inputs, 2);
    }
}

/// One line a function of one array.
macro_rules! checks {
    ($($test:ident: $at:expr => { $($f:expr;)* })*) => { $(
        #[test]
        fn $test() {
            let at = $at;
            $({
                let f: fn(&Array) -> Array = $f;
                check_grads(f, &at, 2);
            })*
        }
    )* };
}
checks! {
    activations: x() => {
        |x| x.log_sigmoid(); |x| x.leaky_relu(0.1); |x| x.elu(0.7); |x| x.celu(0.7); |x| x.selu(); |x| x.gelu();
        |x| x.gelu_tanh(); |x| x.silu(); |x| x.mish(); |x| x.soft_sign(); |x| x.squareplus(1.5); |x| x.glu(-1);
        |x| x.hard_silu(); |x| x.relu6(); |x| x.hard_tanh();
    }
    elementwise: x() => {
        |x| x.sinc(); |x| (x * 0.01).sinc(); |x| x.deg2rad(); |x| x.lerp(2.0, x); |x| x.clip(-0.41, 0.83);
        |x| x.squared_difference(x.t().reshape([3, 4])); |x| where_(&x.greater(0.0), x.sin(), x * 2.0);
        |x| x.nan_to_num(0.0) * x; |x| Array::from([2.0, 0.5, 3.0]).polyval(x); |x| x.get(0).polyval(x);
        |x| x.logaddexp(0.3); |x| x.logaddexp2(0.3) * x;
        |x| select_n(&Array::from([0, 1, 2, 1]), &[x.sin(), x.square(), x * x * x]);
    }
    positive_elementwise: numbers(&[6], 0.2, 0.8) => {
        |x| x.rsqrt(); |x| x.entr(); |x| x.xlogx(); |x| x.logit(); |x| x.betaln(2.0); |x| x.rel_entr(x.square());
        |x| x.kl_div(x.sqrt()); |x| x.power(x); |x| x.ndtri(); |x| x.erfinv();
    }
    reductions: x() => {
        |x| x.sum(); |x| x.mean_axis(0); |x| x.prod(); |x| x.prod_axis(keepdims(0)); |x| x.max_axis(1); |x| x.min() * x.max();
        |x| x.ptp_axis([0, 1]); |x| x.var_axis(-1, 1); |x| x.std_axis(0, 0); |x| x.logsumexp(); |x| x.logsumexp_axis(keepdims(0));
        |x| x.softmax(-1) * x; |x| x.log_softmax(0) * x; |x| x.standardize(1, 1e-3); |x| x.median(); |x| x.median_axis(1);
        |x| x.quantile_axis(0.3, 0); |x| x.average_axis(&x.square(), 0); |x| x.cov(); |x| x.corrcoef();
        |x| x.logsumexp_of(&x.exp(), 1);
    }
    zero_factors: Array::from([[0.0, 2.0, 3.0, 0.5], [0.0, 0.0, 1.5, 2.0]]) => {
        |x| x.prod(); |x| x.prod_axis(1); |x| x.cumprod(1); |x| x.cumprod(0);
    }
    norms: x() => {
        |x| x.norm(); |x| x.norm_axis(Norm::P(1.0), 0); |x| x.norm_axis(Norm::P(3.0), -1);
        |x| x.norm_axis(Norm::P(f64::INFINITY), 0); |x| x.norm_axis(Norm::P(f64::NEG_INFINITY), [0, 1]);
        |x| x.norm_axis(Norm::P(1.0), keepdims([0, 1])); |x| x.norm_axis(Norm::Two, [0, 1]); |x| x.norm_axis(Norm::P(2.5), 0);
    }
    cumulative: x() => {
        |x| x.cumsum(0); |x| x.cumsum(-1) * x; |x| x.cumprod(1); |x| x.cummax(1, false); |x| x.cummin(1, true);
        |x| x.cumlogsumexp(1, true); |x| x.diff(2, 1); |x| x.trapezoid(0.5, 0) * x;
    }
    movement: x() => {
        |x| x.reshape([2, -1]).sin(); |x| x.t().square(); |x| x.moveaxis(0, -1).exp(); |x| x.flip([0, 1]).square();
        |x| x.roll([1, -2], [0, 1]).square(); |x| x.rot90(1).square(); |x| x.tile([2, 1]).square(); |x| x.repeat(2, 0).square();
        |x| x.repeat_each([2, 0, 1], 0).square(); |x| x.pad(&[(1, 0), (2, 1)], PadMode::Reflect).square();
        |x| x.pad(&[(1, 1), (0, 2)], PadMode::Wrap).square(); |x| x.lax_pad(&[(1, -1, 1), (-1, 2, 0)], 0.5).square();
        |x| x.diagonal(1, 0, 1).square(); |x| x.get(0).diag(-1).square(); |x| x.tril(0).square(); |x| x.triu(1).square();
        |x| x.trace(0, 0, 1).square(); |x| concatenate(&[x.clone(), x.square()], 1); |x| stack(&[x.clone(), x.sin()], -1).square();
        |x| x.split(2, 1)[1].square(); |x| x.get(0).vander(3); |x| x.get(0).im2col(2, 1).square();
    }
    indexing: x() => {
        |x| x.get((.., 1)).square(); |x| x.get(s![..;-1, ..;2]).square(); |x| x.take(&Array::from([2, 0, -1]), 0).square();
        |x| x.get((&Array::from([0, 1, 1]), &Array::from([3, 3, 2]))).square();
        |x| x.take_along_axis(&x.argsort(1), 1).square(); |x| x.sort(0) * x; |x| x.top_k(2).0.square();
        |x| x.at_set((1, 1..), x.get(0).get(1..).square()); |x| x.at_add(Array::from([0, 0, 2]), x.square());
        |x| x.at_multiply(Array::from([0, 0, 2]), x.square()); |x| x.at_max(Array::from([0, 0, 2]), x * 1.7 + 0.1);
        |x| x.at_set((&Array::from([0, 2]), &Array::from([3, 1])), Array::from([7.0, 8.0])) * x;
        |x| x.segment_sum(&Array::from([1, 0, 1]), 2).square(); |x| x.boolean_mask(&Array::from([true, false, true])).square();
        |x| x.dynamic_slice(&Array::from([2, 1]), &[2, 2]).square();
        |x| x.dynamic_update_slice(&x.get((..2, ..2)).square(), &Array::from([2, 1])) * x;
    }
    products: x() => {
        |x| x.matmul(&x.t()); |x| x.dot(&x.t()); |x| x.inner(x); |x| x.vdot(x); |x| x.outer(&x.get(0)); |x| x.kron(&x.get(1));
        |x| x.tensordot(&x.t(), 1); |x| x.get((.., ..3)).cross(&x.get((.., 1..))); |x| multi_dot(&[x.clone(), x.t(), x.clone()]);
        |x| einsum("ij,kj->ik", &[x.clone(), x.sin()]); |x| einsum("ij,ij->j", &[x.clone(), x.sin()]);
        |x| einsum("ij,kj,kl", &[x.clone(), x.sin(), x.cos()]); |x| einsum("ii->i", &[x.get((.., ..3))]).square();
        |x| x.ravel().convolve(&x.get(0), "same"); |x| x.ravel().correlate(&x.get(1), "full");
    }
    pools: numbers(&[1, 4, 6, 2], -1.0, 1.0) => {
        |x| x.max_pool(&[1, 2, 3, 1], &[1, 2, 3, 1], &[(0, 0); 4]).square();
        |x| x.max_pool(&[1, 3, 2, 1], &[1, 1, 2, 1], &[(0, 0), (1, 1), (0, 1), (0, 0)]).square();
        |x| x.sum_pool(&[1, 2, 3, 1], &[1, 2, 3, 1], &[(0, 0); 4]).square();
        |x| x.avg_pool(&[1, 3, 2, 1], &[1, 1, 2, 1], &[(0, 0), (1, 1), (0, 1), (0, 0)], false).square();
    }
    casts_and_constants: positive() => {
        |x| x.cast(DType::F64).ln(); |x| x.broadcast_to([2, 3, 4]).square(); |x| x.floor() * x;
    }
}

#[test]
fn convolutions() {
    let (x, w) = (numbers(&[2, 5, 4, 4], -1.0, 1.0), numbers(&[3, 2, 2, 6], -1.0, 1.0));
    let conv = Convolution {
        strides: vec![2, 1],
        padding: vec![(1, 2), (-1, 1)],
        input_dilation: vec![1, 2],
        kernel_dilation: vec![2, 1],
        groups: 2,
        ..Convolution::new("NHWC", "HWIO", "NHWC")
    };
    let f = move |(x, w): &(Array, Array)| x.conv_general_dilated(w, &conv);
    check_grads(f, &(x.clone(), w), 2);
    let one_d = (numbers(&[2, 7, 3], -1.0, 1.0), numbers(&[3, 3, 2], -1.0, 1.0));
    check_grads(|(x, w): &(Array, Array)| x.conv(w, &[2], &[(1, 1)], &[1]), &one_d, 2);
}

#[test]
fn single_precision() {
    check_grads(|x: &Array| (2.0 * x).tanh().sum(), &x().cast(DType::F32), 1);
}

#[test]
#[should_panic(expected = "order 1: forward mode gives 0, differences")]
fn a_wrong_derivative_is_found() {
    check_grads(|x: &Array| x.stop_gradient(), &Array::from([1.0, 2.0]), 2);
}
