//! Taylor mode: against nested forward mode, through every kind of primitive, calls and loops.

use pullback_array::{Array, DType, Key, Real, checkpoint, custom, fori_loop, grad, jet, jit, jvp, vmap};

fn close(a: &Array, b: &Array) {
    assert_eq!((a.shape(), a.dtype()), (b.shape(), b.dtype()));
    for (x, y) in a.to_vec::<f64>().iter().zip(b.to_vec::<f64>()) {
        assert!((x - y).abs() <= 1e-10 * y.abs().max(1.0), "{a}\n{b}")
    }
}
fn normal(seed: u64, shape: &[usize]) -> Array {
    Key::new(seed).normal(shape, DType::F64)
}
/// The first three derivatives along a straight line, nested.
fn nested(f: impl Fn(&Array) -> Array + Copy, x: &Array, v: &Array) -> [Array; 4] {
    let d1 = move |x: &Array, v: &Array| jvp(f)(x, v).1;
    let d2 = |x: &Array| jvp(|x: &Array| d1(x, v))(x, v).1;
    let d3 = jvp(d2)(x, v).1;
    [f(x), d1(x, v), d2(x) / 2.0, d3 / 6.0]
}
fn check(f: impl Fn(&Array) -> Array + Copy, x: &Array) {
    let v = normal(9, x.shape());
    let y = jet(f)(x, &[v.clone(), v.zeros_like(), v.zeros_like()]);
    y.iter().zip(nested(f, x, &v)).for_each(|(y, want)| close(y, &want));
    // Along a curve: x + vt + wt² is x + vs with s = t, moved by w at second order.
    let w = normal(10, x.shape());
    let y = jet(f)(x, &[v.clone(), w.clone()]);
    close(&y[2], &(&nested(f, x, &v)[2] + jvp(f)(x, &w).1));
}

#[test]
fn every_kind_of_primitive() {
    let x = normal(1, &[2, 3]);
    let m = normal(2, &[3, 2]);
    check(|x: &Array| (x.sin() * x.exp() / (x.square() + 1.0)).tanh(), &x);
    check(|x: &Array| x.matmul(&m).sin().matmul(&x.cos()), &x);
    check(|x: &Array| x.t().reshape([6]).cumsum(0).flip(0).get(1..5).pad_by_one().square(), &x);
    check(|x: &Array| x.max_axis(1).exp() * x.take(&Array::from([1i64, 0]), 0).sum_axis(1), &x);
    check(|x: &Array| x.softmax(1).log() + 2.0, &x);
    check(|x: &Array| pullback_array::where_(&x.greater(0.0), x.sqrt_safe(), x.square()), &x);
    let image = normal(3, &[1, 5, 1]);
    let kernel = normal(4, &[2, 1, 1]);
    let conv = pullback_array::Convolution::new("NHC", "HIO", "NHC");
    check(|x: &Array| x.conv_general_dilated(&kernel, &conv).square(), &image);
}

trait More {
    fn pad_by_one(&self) -> Array;
    fn sqrt_safe(&self) -> Array;
}
impl More for Array {
    fn pad_by_one(&self) -> Array {
        self.lax_pad(&[(1, 1, 0)], 0.0)
    }
    fn sqrt_safe(&self) -> Array {
        (self.square() + 0.5).sqrt()
    }
}

#[test]
fn calls_and_loops() {
    let x = normal(1, &[3]);
    let block = checkpoint(|x: &Array| x.sin() * x.sum());
    check(|x: &Array| block(&x.square()), &x);
    // A rule of one's own decides, at every order.
    let doubled = custom(|x: &Array| x.exp(), |x: &Array, _: &Array, g: &Array| 2.0 * g * x.exp());
    check(|x: &Array| doubled(&x.sin()), &x);
    check(|x: &Array| fori_loop(0, 4, |_, y: &Array| (y * x).sin(), x), &x);
}

#[test]
fn composes() {
    let x = normal(1, &[3]);
    let f = |x: &Array| (x.sin() * x.sum()).exp();
    let second = |x: &Array| jet(f)(x, &[x.ones_like(), x.zeros_like()])[2].sum();
    let plain = |x: &Array| nested(f, x, &x.ones_like())[2].sum();
    close(&grad(second)(&x), &grad(plain)(&x));
    close(&jit(second)(&x), &plain(&x));
    let rows = normal(2, &[4, 3]);
    let one_by_one: Vec<Array> = (0..4).map(|i| second(&rows.get(i))).collect();
    close(&vmap(second)(&rows), &pullback_array::stack(&one_by_one, 0));
    // High orders: the coefficients of 1/(1 − t).
    let y = jet(|x: &Array| 1.0 / (1.0 - x))(&Array::from(0.0), &{
        let mut c = vec![Array::from(0.0); 15];
        c[0] = Array::from(1.0);
        c
    });
    assert!(y.len() == 16 && y.iter().all(|y| y.item() == 1.0));
}

/// The coefficients to order 12 along a line, each against the next one's slope: k·y_k = y_{k−1}′.
fn to_high_order(name: &str, f: impl Fn(&Array) -> Array + Copy, x: f64) {
    let x = Array::from([x]);
    let curve: Vec<Array> = (0..12).map(|k| Array::from([if k == 0 { 1.0 } else { 0.0 }])).collect();
    let y = jet(f)(&x, &curve);
    let low = |x: &Array| jet(f)(x, &curve[..3])[3].sum();
    let fourth = grad(low)(&x).item() / 4.0;
    assert!((y[4].item() - fourth).abs() <= 1e-9 * (1.0 + fourth.abs()), "{name}: {} {fourth}", y[4]);
    assert!(y.len() == 13 && y.iter().all(|c| c.item().is_finite()), "{name}");
}
#[test]
fn functions_whose_slopes_are_functions_of_their_own() {
    to_high_order("hypot", |x| x.hypot(1.0), 0.7);
    to_high_order("arcsinh", |x| x.asinh(), 0.7);
    to_high_order("arctan2", |x| x.arctan2(1.0), 0.7);
    to_high_order("arctan", |x| x.atan(), 0.7);
    to_high_order("j0", |x| x.j0(), 0.7);
    to_high_order("j1", |x| x.j1(), 0.7);
    to_high_order("jn", |x| x.jn(3), 0.7);
    to_high_order("y0", |x| x.y0(), 1.7);
    to_high_order("i0", |x| x.i0(), 0.7);
    to_high_order("gammainc", |x| Array::from(1.5).gammainc(x), 0.7);
    to_high_order("gammaln", |x| x.gammaln(), 1.7);
    to_high_order("erf", |x| x.erf(), 0.7);
    to_high_order("tanh", |x| x.tanh(), 0.7);
    to_high_order("logaddexp", |x| x.logaddexp(0.3), 0.7);
    to_high_order("power", |x| x.power(x), 0.7);
}

/// An exponent that does not move needs no logarithm of the base.
#[test]
fn powers_of_negative_numbers() {
    let (x, one, zero) = (Array::from([-2.0]), Array::from([1.0]), Array::from([0.0]));
    let y = jet(|x: &Array| x.powf(3.0))(&x, &[one.clone(), zero.clone()]);
    assert_eq!([y[0].item(), y[1].item(), y[2].item()], [-8.0, 12.0, -6.0]);
    let y = jet(|x: &Array| x.power(Array::from([3.0])))(&x, &[one, zero.clone()]);
    assert_eq!([y[0].item(), y[1].item(), y[2].item()], [-8.0, 12.0, -6.0]);
    let y = jet(|x: &Array| x.powf(3.0))(&zero, &[x.ones_like(), zero.clone(), zero.clone()]);
    assert_eq!([y[0].item(), y[1].item(), y[2].item(), y[3].item()], [0.0, 0.0, 0.0, 1.0]);
    let power = |(x, y): &(Array, Array)| x.power(y);
    let at = (Array::from(-2.0), Array::from(3.0));
    assert_eq!(jvp(power)(&at, &(Array::from(1.0), Array::from(0.0))).1.item(), 12.0);
    assert_eq!(jvp(power)(&at, &(Array::from(1.0), at.1.zeros_like())).1.item(), 12.0);
}

/// To the highest order there is.
#[test]
fn many_terms() {
    let mut curve = vec![Array::from(0.0); 15];
    curve[0] = Array::from(1.0);
    let y = jet(|x: &Array| (1.0 + x.square()).sqrt() - x.hypot(1.0))(&Array::from(0.3), &curve);
    assert!(y.len() == 16 && y.iter().all(|c| c.item().abs() < 1e-12))
}

#[test]
#[should_panic(expected = "jet: the order is 16, the highest is 15")]
fn too_high() {
    let x = Array::from(0.0);
    jet(|x: &Array| x.clone())(&x, &vec![x.clone(); 16]);
}
